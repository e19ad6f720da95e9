package text

// familyErrors are why a config.json is not counted.
var familyErrors = map[string]Text{
	"class.unknown-head":                  T("%q is a class whose head is not known (want …ForCausalLM, …LMHeadModel, …Model or …ForSequenceClassification)", "%q 类的输出头未知（应为 …ForCausalLM、…LMHeadModel、…Model 或 …ForSequenceClassification）"),
	"class.unknown-head-of":               T("%q is a class whose head is not known for %s", "%q 类的输出头对 %s 未知"),
	"heads.must-divide-hidden-size":       T("%d heads do not divide hidden size %d (want a divisor, or head_dim)", "%d 个头不能整除隐藏维度 %d（应为其因数，或给出 head_dim）"),
	"heads.kv-heads-must-divide-heads":    T("%d KV heads do not divide %d heads", "%d 个 KV 头不能整除 %d 个头"),
	"family.prefix-encoder":               T("is %s: a prefix encoder is not modelled", "为 %s：尚不支持前缀编码器"),
	"family.decoder-of-an-encoder":        T("or add_cross_attention is true, which is not modelled for %s", "或 add_cross_attention 为 true，尚不支持（%s）"),
	"family.embedding-size-differs":       T("%d differs from hidden_size %d", "%d 与 hidden_size %d 不同"),
	"family.switched-on":                  T("is true, which is not modelled for %s", "为 true，尚不支持（%s）"),
	"family.query-and-key-norms":          T("is true: query and key norms are not modelled for %s", "为 true：%s 尚不支持查询与键的归一化"),
	"family.feed-forward":                 T("names a feed-forward network that is not modelled", "指定的前馈网络尚不支持"),
	"family.sliding-layers":               T("is true: sliding layers are not modelled for %s", "为 true：%s 尚不支持滑动窗口层"),
	"family.sliding-window":               T("is set: sliding layers are not modelled for %s", "已设置：%s 尚不支持滑动窗口层"),
	"family.differs-from":                 T("differs from %s", "与 %s 不同"),
	"family.experts-with-biases":          T("is true: experts with biases are not modelled for %s", "为 true：%s 尚不支持带偏置的专家"),
	"family.projections-with-biases":      T("is true: projections with biases are not modelled for %s", "为 true：%s 尚不支持带偏置的投影"),
	"family.switched-off":                 T("is false, which is not modelled for %s", "为 false，尚不支持（%s）"),
	"family.mamba-biases":                 T("is true, or mamba_conv_bias false, which is not modelled", "为 true，或 mamba_conv_bias 为 false，尚不支持"),
	"family.off":                          T("is false, which is not modelled", "为 false，尚不支持"),
	"family.latent-attention-with-biases": T("is true: biases of latent attention are not modelled", "为 true：尚不支持带偏置的潜注意力"),
	"family.keys-not-shared":              T("is %d (want 1: keys are shared by all heads)", "为 %d（应为 1：所有头共用键）"),
	"layers.too-many-kinds":               T("layers change their kind more than %d times", "层的类型变化超过 %d 次"),
	"family.contradicted":                 T("is %s, which contradicts family %s", "为 %s，与模型族 %s 矛盾"),
	"family.unknown-version":              T("is %s: only version 2.6 of minicpmv, a Qwen2, is known", "为 %s：已知的 minicpmv 只有 2.6 版（属 Qwen2）"),
	"family.not-named":                    T("is missing, and no known class is named in architectures", "缺失，且 architectures 中没有已知的类"),
	"family.not-counted":                  T("%q is not counted from a config: %v", "%q 不能从配置计数：%v"),
	"family.projections-without-no-bias":  T("is false: projections with biases are not modelled for %s", "为 false：%s 尚不支持带偏置的投影"),
	"family.unknown-wrapper":              T("%q is not one of the %d known models of several parts", "%q 不在已知的 %d 种多部分模型之中"),
	"family.unknown":                      T("%q is not one of the %d families that are counted from a config", "%q 不在可从配置计数的 %d 个模型族之中"),
	"family.closest":                      T("%v, the closest being %v", "%v，最接近的是 %v"),
	"family.not-modelled":                 T("%v: give its safetensors or GGUF file, or a parameter count such as 7B", "%v：可给出其 safetensors 或 GGUF 文件，或参数量（如 7B）"),
}

// familyWords are what is not modelled of families, and who needs a key.
var familyWords = map[string]Text{
	"config.quantisation": T("the quantisation", "量化"),
	"family.gemma4":       T("no published exact total confirms which tensors its layers with shared keys and values, its per-layer embeddings and its expert scales store", "没有公布的精确总数可确认其共享键值的层、逐层嵌入与专家缩放各存储哪些张量"),
	"family.gemma3n":      T("its alternating-updates and per-layer embeddings are not modelled", "尚不支持其交替更新与逐层嵌入"),
	"family.minimax_m3":   T("the index projections of its sparse attention are not modelled", "尚不支持其稀疏注意力的索引投影"),
	"family.step3":        T("the gates of its attention and the heads of its sliding layers are not modelled", "尚不支持其注意力门控与滑动窗口层的头"),
	"family.kimi_k3":      T("its attention residuals and the norm of its latent experts are not modelled", "尚不支持其注意力残差与潜专家的归一化"),
	"family.kimi_linear":  T("its delta attention, attention residuals and latent experts are not modelled", "尚不支持其 delta 注意力、注意力残差与潜专家"),
	"family.lfm2":         T("its short convolutions are not modelled", "尚不支持其短卷积"),
	"family.rwkv":         T("its recurrent blocks are not modelled", "尚不支持其循环块"),
	"family.albert":       T("its layers share one set of weights, which is not modelled", "其各层共用一组权重，尚不支持"),
}
