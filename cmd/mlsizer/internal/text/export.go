package text

// What the options of a framework cannot say, or what no plan decides. The names
// in it are those of the framework.
var (
	BF16StandsIn            = T("precision %s: bf16 stands for it", "精度 %s：以 bf16 代替")
	Zero1ButDeepSpeed       = T("zero1: FSDP shards gradients along with the optimizer state (the deepspeed export has it)", "zero1：FSDP 连同优化器状态一起切分梯度（deepspeed 导出支持）")
	FSDPOffloadMovesWeights = T("offload of the optimizer state alone: fsdp_offload_params moves the weights too", "仅卸载优化器状态：fsdp_offload_params 连权重一起移动")
	FSDPRecomputesAll       = T("recompute %s: fsdp_activation_checkpointing recomputes every whole layer", "重计算 %s：fsdp_activation_checkpointing 重计算每个整层")
	BatchInScript           = T("batch: %d sequences a device and %d accumulation steps belong to the training script", "批次：每设备 %d 条序列与 %d 个累积步由训练脚本设定")
	ShardGroupOfContext     = T("shard group of %d: it would have to hold whole context-parallel groups of %d", "切分组 %d：须包含完整的上下文并行组（%d）")
	NoLowBitProducts        = T("precision %s: products in 8 or 4 bits are not in this config", "精度 %s：该配置不含 8 位或 4 位矩阵乘")
	NVMePath                = T("nvme_path, where the disks are mounted", "nvme_path，即硬盘的挂载位置")
	SecondCopyInGroup       = T("shard group of %d: zero_hpz_partition_size keeps a second copy of the weights in a group, and shards the states over all", "切分组 %d：zero_hpz_partition_size 在组内保留第二份权重，而状态切分到全部设备")
	RecomputeInCode         = T("recompute %s: the model's code turns it on, activation_checkpointing only tunes it", "重计算 %s：由模型代码开启，activation_checkpointing 只作调整")
	NoStateKeys             = T("formats of gradients, master copy or moments: no keys for them are among those checked", "梯度、主副本或动量的格式：已核对的键中没有")
	DeepSpeedUndecided      = T("optimizer, learning rate and data, which no plan decides", "优化器、学习率与数据，方案不作决定")
	NoDimension             = T("%s %d: these options have no such dimension", "%s %d：这些选项没有该维度")
	NoExpertTP              = T("etp %d: experts have no tensor parallelism of their own", "etp %d：专家没有自己的张量并行")
	StagesDivideEvenly      = T("%d layers on %d stages: they must divide evenly", "%d 层分到 %d 段：须整除")
	PolicyOfEveryLayer      = T("recompute %s: a policy holds for every layer", "重计算 %s：策略适用于每一层")
	CustomPolicy            = T("no recompute: custom keeps a tensor on the device where its key says device; the keys of the others are yours to set", "不重计算：custom 把键为 device 的张量留在设备上；其余键由用户设定")
	NoWeightOffload         = T("offload of the weights: its key is not among those checked", "卸载权重：已核对的键中没有")
	FSDPShardsWeights       = T("%s: the fsdp axis shards the weights too", "%s：fsdp 轴也切分权重")
	GiveModelName           = T("the model's dimensions: %s is not a plain decoder (give its model_name)", "模型的维度：%s 不是普通解码器（应给出其 model_name）")
	LatentRanks             = T("the ranks of latent attention (give the model_name)", "潜变量注意力的秩（应给出 model_name）")
	LayersDiffer            = T("layers that differ (%s): the dimensions are those of most of them", "各层不同（%s）：维度取多数层的")
	ExpertsDivideData       = T("ep %d: it would have to divide dp %d", "ep %d：须整除 dp %d")
	ShardGroupOfBoth        = T("shard group of %d: it would have to hold whole context- and expert-parallel groups", "切分组 %d：须包含完整的上下文并行与专家并行组")
	OptimizerNotSaid        = T("optimizer %s", "优化器 %s")
	NotDefaultAdam          = T("optimizer %s: the estimate's state is not that of the default Adam", "优化器 %s：估计所用的状态不是默认 Adam 的")
	MegatronUndecided       = T("data, tokenizer, rotary base, learning rate and checkpoint paths, which no plan decides", "数据、分词器、旋转基数、学习率与检查点路径，方案不作决定")
	NoShardGroup            = T("shard group of %d: no option for it is among those checked", "切分组 %d：已核对的选项中没有")
	NoNVFP4                 = T("precision nvfp4: no option for its products is among those checked", "精度 nvfp4：已核对的选项中没有其矩阵乘的选项")
	FirstLayersOrAll        = T("recompute %s: full recompute takes the first layers of a stage or all", "重计算 %s：完全重计算取一段的前若干层或全部")
	NotAPlainDecoder        = T("the model's dimensions: %s is not a plain decoder", "模型的维度：%s 不是普通解码器")
	Zero1ShardsGradients    = T("zero1: FSDP shards gradients along with the optimizer state", "zero1：FSDP 连同优化器状态一起切分梯度")
	CPUOffloadMovesAll      = T("offload of the optimizer state alone: training.enable_cpu_offload moves weights and gradients too", "仅卸载优化器状态：training.enable_cpu_offload 连权重与梯度一起移动")
	NoRecomputeOptions      = T("recompute %s: its options are not among those checked", "重计算 %s：已核对的选项中没有")
	ModuleAndConfig         = T("MODULE and CONFIG name the model and its config function", "MODULE 与 CONFIG 是模型及其配置函数的名称")
	InnerStages             = T("inner stages of %v layers: only the first and the last may hold less", "中间各段 %v 层：只有首段与末段可以更少")
)

// The head of a file for a framework.
var (
	ExportedBy = T("estimated as %s; option names of %s", "按 %s 估计；选项名依据 %s")
	ExportLeft = T("not here: %s", "未含：%s")
)

// UnknownFramework refuses what is no framework.
var UnknownFramework = T("%q: unknown framework (want %s)", "%q：未知框架（应为 %s）")
