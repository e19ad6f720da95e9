package text

// What the options of a framework cannot say, or what no plan decides. The names
// in it are those of the framework.
var (
	BF16StandsIn            = T("precision %s: bf16 is used instead", "精度 %s：以 bf16 代替")
	Zero1ButDeepSpeed       = T("zero1: FSDP shards gradients along with the optimizer state (the deepspeed export has it)", "zero1：FSDP 连同优化器状态一起切分梯度（deepspeed 导出支持）")
	FSDPOffloadMovesWeights = T("offload of the optimizer state alone: fsdp_offload_params moves the weights too", "仅卸载优化器状态：fsdp_offload_params 连权重一起移动")
	FSDPRecomputesAll       = T("recompute %s: fsdp_activation_checkpointing recomputes every whole layer", "重计算 %s：fsdp_activation_checkpointing 重计算每个整层")
	BatchInScript           = T("batch: the training script sets %d sequences per device and %d accumulation steps", "批次：每设备 %d 条序列与 %d 个累积步由训练脚本设定")
	ShardGroupOfContext     = T("shard group of %d: it must contain whole context-parallel groups of %d", "切分组 %d：须包含完整的上下文并行组（%d）")
	NoLowBitProducts        = T("precision %s: this config has no matrix products in 8 or 4 bits", "精度 %s：该配置不含 8 位或 4 位矩阵乘")
	NVMePath                = T("nvme_path, where the disks are mounted", "nvme_path，即硬盘的挂载位置")
	SecondCopyInGroup       = T("shard group of %d: zero_hpz_partition_size keeps a second copy of the weights in a group, and shards the states over all", "切分组 %d：zero_hpz_partition_size 在组内保留第二份权重，而状态切分到全部设备")
	RecomputeInCode         = T("recompute %s: the model's code turns it on, activation_checkpointing only tunes it", "重计算 %s：由模型代码开启，activation_checkpointing 只作调整")
	NoStateKeys             = T("formats of gradients, master copy or moments: no config keys for them are known", "梯度、主副本或动量的格式：没有已知的配置键")
	DeepSpeedUndecided      = T("optimizer, learning rate and data, which are not part of a plan", "优化器、学习率与数据，不属于方案")
	NoDimension             = T("%s %d: these options have no such dimension", "%s %d：这些选项没有该维度")
	NoExpertTP              = T("etp %d: experts have no tensor parallelism of their own", "etp %d：专家没有自己的张量并行")
	StagesDivideEvenly      = T("%d layers on %d stages: they must divide evenly", "%d 层分到 %d 段：须整除")
	PolicyOfEveryLayer      = T("recompute %s: a policy holds for every layer", "重计算 %s：策略适用于每一层")
	CustomPolicy            = T("no recompute: custom keeps a tensor on the device where its key is device; set the other keys as needed", "不重计算：custom 把键为 device 的张量留在设备上；其余键按需设定")
	NoWeightOffload         = T("offload of the weights: no config key for it is known", "卸载权重：没有已知的配置键")
	FSDPShardsWeights       = T("%s: the fsdp axis shards the weights too", "%s：fsdp 切分维度也切分权重")
	GiveModelName           = T("the model's dimensions: %s is not a plain decoder (give its model_name)", "模型的维度：%s 不是普通解码器（应给出其 model_name）")
	LatentRanks             = T("the ranks of latent attention (give the model_name)", "潜向量注意力的秩（应给出 model_name）")
	LayersDiffer            = T("layers that differ (%s): the dimensions are those of most of them", "各层不同（%s）：维度取多数层的")
	ExpertsDivideData       = T("ep %d: it must divide dp %d", "ep %d：须整除 dp %d")
	ShardGroupOfBoth        = T("shard group of %d: it must contain whole context- and expert-parallel groups", "切分组 %d：须包含完整的上下文并行与专家并行组")
	OptimizerNotSaid        = T("optimizer %s", "优化器 %s")
	NotDefaultAdam          = T("optimizer %s: the estimate assumes another state than the default Adam", "优化器 %s：估计所用的状态不是默认 Adam 的")
	MegatronUndecided       = T("data, tokenizer, rotary base, learning rate and checkpoint paths, which are not part of a plan", "数据、分词器、旋转基数、学习率与检查点路径，不属于方案")
	NoShardGroup            = T("shard group of %d: no option for it is known", "切分组 %d：没有已知的选项")
	NoNVFP4                 = T("precision nvfp4: no option for its matrix products is known", "精度 nvfp4：没有其矩阵乘的已知选项")
	FirstLayersOrAll        = T("recompute %s: full recompute covers the first layers of a stage or all", "重计算 %s：完全重计算取一段的前若干层或全部")
	NotAPlainDecoder        = T("the model's dimensions: %s is not a plain decoder", "模型的维度：%s 不是普通解码器")
	Zero1ShardsGradients    = T("zero1: FSDP shards gradients along with the optimizer state", "zero1：FSDP 连同优化器状态一起切分梯度")
	CPUOffloadMovesAll      = T("offload of the optimizer state alone: training.enable_cpu_offload moves weights and gradients too", "仅卸载优化器状态：training.enable_cpu_offload 连权重与梯度一起移动")
	NoRecomputeOptions      = T("recompute %s: no options for it are known", "重计算 %s：没有已知的选项")
	ModuleAndConfig         = T("MODULE and CONFIG name the model and its config function", "MODULE 与 CONFIG 是模型及其配置函数的名称")
	InnerStages             = T("inner stages of %v layers: only the first and the last may have fewer", "中间各段 %v 层：只有首段与末段可以更少")
)

// The head of a file for a framework.
var (
	ExportedBy = T("estimated as %s; option names of %s", "按 %s 估计；选项名依据 %s")
	ExportLeft = T("not included: %s", "未含：%s")
)

// UnknownFramework refuses what is no framework.
var UnknownFramework = T("%q: unknown framework (want %s)", "%q：未知框架（应为 %s）")
