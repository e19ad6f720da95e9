package text

// shapeErrors are what is wrong with the shape of a model.
var shapeErrors = map[string]Text{
	"model.unknown-field":            T("%q is not a field (want %v)", "%q 不是已知的领域（应为 %v）"),
	"model.no-layers":                T("model %q has no layers", "模型 %q 没有层"),
	"model.bad-environment":          T("model %q: an environment needs a name, a source and counts of at least 1 (the least is %d)", "模型 %q：环境应有名称、来源与至少为 1 的各项计数（最小为 %d）"),
	"model.bad-group":                T("model %q, group %q: %d layers of %d tokens", "模型 %q，组 %q：%d 层，%d 个 token"),
	"model.too-many-layers":          T("model %q has more than %d layers (limit)", "模型 %q 超过 %d 层（上限）"),
	"model.bad-block":                T("model %q, group %q: %v", "模型 %q，组 %q：%v"),
	"model.more-than-can-be-counted": T("model %q has %.3g parameters: more than can be counted exactly", "模型 %q 有 %.3g 个参数：超出可精确计数的范围"),
}

// blockErrors are what is wrong with a layer.
var blockErrors = map[string]Text{
	"recompute.unknown-module":              T("%q is not a module to recompute (want %v)", "%q 不是可重计算的模块（应为 %v）"),
	"block.below-one":                       T("%s: %s is %d (want at least 1)", "%s：%s 为 %d（至少应为 1）"),
	"block.too-large":                       T("%s: %s is %d (more than %d)", "%s：%s 为 %d（大于 %d）"),
	"block.top-k-exceeds-experts":           T("moe: top-k %d exceeds %d experts", "moe：top-k %d 超过专家数 %d"),
	"block.negative-shared-width":           T("moe: shared width %d (want 0 or more)", "moe：共享专家宽度 %d（应不小于 0）"),
	"block.bad-routing-groups":              T("moe: routing to %d of %d groups of %d experts (want 1 to all of the groups, and at most as many groups as experts)", "moe：路由到 %d 组（共 %d 组，%d 个专家）（应为 1 至全部组，组数不多于专家数）"),
	"block.unknown-query-key-norm":          T("%q is not a query and key norm (want none, head or full)", "%q 不是查询与键的归一化方式（应为 none、head 或 full）"),
	"block.negative-uses":                   T("linear: %v uses per token (want 0 or more)", "linear：每 token 使用 %v 次（应不小于 0）"),
	"block.groups-must-divide-channels":     T("conv: %d groups do not divide %d and %d channels", "conv：%d 组不能整除 %d 与 %d 个通道"),
	"block.bad-biases":                      T("lstm: %d biases per gate (want 0, 1 or 2)", "lstm：每个门 %d 个偏置（应为 0、1 或 2）"),
	"block.heads-must-divide-hidden-size":   T("attention: %d heads do not divide hidden size %d, and no head_dim is given", "attention：%d 个头不能整除隐藏维度 %d，且未给出 head_dim"),
	"block.kv-heads-must-divide-heads":      T("attention: %d KV heads do not divide %d heads", "attention：%d 个 KV 头不能整除 %d 个头"),
	"block.negative-window":                 T("attention: window %d, key tokens %d (want 0 or more)", "attention：窗口 %d，键的 token 数 %d（应不小于 0）"),
	"block.indexer-without-query-latent":    T("mla: the indexer reads the query latent, but q_lora_rank is missing", "mla：索引器读取查询的潜向量，但缺少 q_lora_rank"),
	"block.output-groups-must-divide-heads": T("%s: %d output groups do not divide %d heads", "%s：%d 个输出组不能整除 %d 个头"),
}

// pruneErrors are what is wrong with what a model is pruned to.
var pruneErrors = map[string]Text{
	"prune.not-a-dimension":     T("%q is not a dimension to prune", "%q 不是可剪枝的维度"),
	"prune.twice":               T("%s is given twice", "%s 给出两次"),
	"prune.not-a-value":         QuotedValueFails,
	"prune.not-a-share":         T("not a share above 0 % and up to 100 %", "不是大于 0 %、至多 100 % 的比例"),
	"prune.not-a-number":        T("not a number of 1 or more", "不是至少为 1 的数"),
	"prune.more-than-there-are": T("%s=%d: there are %d", "%s=%d：只有 %d"),
	"prune.no-hidden-size":      T("%s has no hidden size to prune", "%s 没有可剪枝的隐藏维度"),
	"prune.experts-by-share":    T("%s has no dense layers; the width of experts is pruned by a share (want ffn=50%%)", "%s 没有稠密层；专家宽度按比例剪枝（应为 ffn=50%%）"),
	"prune.no-dimension":        T("%s has no %s to prune", "%s 没有可剪枝的 %s"),
	"prune.fixed-width":         T("the width of a %s block cannot be pruned", "%s 层的宽度不能剪枝"),
	"prune.wants-dimensions":    T("%v (want what is left of layers, hidden, ffn, heads, kv-heads or experts, such as layers=16, hidden=3072,ffn=9216 or experts=50%%)", "%v（应为 layers、hidden、ffn、heads、kv-heads 或 experts 所剩的量，如 layers=16、hidden=3072,ffn=9216 或 experts=50%%）"),
}
