package text

// What the options of a framework cannot say, or what no plan decides. The names
// in it are those of the framework.
var (
	Zero1ButDeepSpeed       = T("zero1: FSDP shards gradients along with the optimizer state (the deepspeed export has it)", "zero1：FSDP 连同优化器状态一起切分梯度（deepspeed 导出支持）")
	FSDPOffloadMovesWeights = T("offload of the optimizer state alone: fsdp_offload_params moves the weights too", "仅卸载优化器状态：fsdp_offload_params 连权重一起移动")
	FSDPRecomputesAll       = T("recompute %s: fsdp_activation_checkpointing recomputes every whole layer", "重计算 %s：fsdp_activation_checkpointing 重计算每个整层")
	BatchInScript           = T("batch: the training script sets %d sequences per device and %d accumulation steps", "批次：每设备 %d 条序列与 %d 个累积步由训练脚本设定")
	ShardGroupOfContext     = T("shard group of %d: it must contain whole context-parallel groups of %d", "切分组 %d：须包含完整的上下文并行组（%d）")
	NVMePath                = T("nvme_path, where the disks are mounted", "nvme_path，即硬盘的挂载位置")
	RecomputeInCode         = T("recompute %s: the model's code turns it on, activation_checkpointing only tunes it", "重计算 %s：由模型代码开启，activation_checkpointing 只作调整")
	DeepSpeedUndecided      = T("optimizer, learning rate and data, which are not part of a plan", "优化器、学习率与数据，不属于方案")
	NoDimension             = T("%s %d: these options have no such dimension", "%s %d：这些选项没有该维度")
	NoExpertTP              = T("etp %d: experts have no tensor parallelism of their own", "etp %d：专家没有自己的张量并行")
	PolicyOfEveryLayer      = T("recompute %s: a policy holds for every layer", "重计算 %s：策略适用于每一层")
	NoWeightOffload         = T("offload of the weights: no config key for it is known", "卸载权重：没有已知的配置键")
	FSDPShardsWeights       = T("%s: the fsdp axis shards the weights too", "%s：fsdp 切分维度也切分权重")
	ExpertsDivideData       = T("ep %d: it must divide dp %d", "ep %d：须整除 dp %d")
	MegatronUndecided       = T("data, tokenizer, learning rate and checkpoint paths, which are not part of a plan", "数据、分词器、学习率与检查点路径，不属于方案")
	FirstLayersOrAll        = T("recompute %s: full recompute covers the first layers of a stage or all", "重计算 %s：完全重计算取一段的前若干层或全部")
	Zero1ShardsGradients    = T("zero1: FSDP shards gradients along with the optimizer state", "zero1：FSDP 连同优化器状态一起切分梯度")
	CPUOffloadMovesAll      = T("offload of the optimizer state alone: training.enable_cpu_offload moves weights and gradients too", "仅卸载优化器状态：training.enable_cpu_offload 连权重与梯度一起移动")
	CheckpointingInConfig   = T("recompute %s: the configuration sets it (activation_checkpoint=%s)", "重计算 %s：由配置函数设定（activation_checkpoint=%s）")
	RotaryBaseOpen          = T("the rotary base of the model, in rope_max_timescale", "模型的旋转基数，即 rope_max_timescale")
	RankOfMachine           = T("machine_rank of each machine and the address in main_process_ip", "各机器的 machine_rank 与 main_process_ip 的地址")
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

// Why there is no launch of a plan at all.
var (
	NoExport          = T("--export: %s", "--export：%s")
	NoTPU             = T("%s does not train on TPUs (want --export maxtext)", "%s 不在 TPU 上训练（应用 --export maxtext）")
	NoAdapters        = T("method %s: the adapters stand in the training code, and no option of %s names them", "方法 %s：适配器由训练代码设定，%s 没有相应选项")
	NoGroups          = T("%s divides a sharded state over all ranks, not over groups of %d", "%s 将切分的状态分到全部 rank，而不是每组 %d 个")
	NotBuilt          = T("%s: %[2]s has no options that say which model it is", "%s：%[2]s 没有可完整描述该模型的选项")
	NoOptimizer       = T("%s has no optimizer %s", "%s 没有优化器 %s")
	NoPrecision       = T("%s has no option for precision %s", "%s 没有精度 %s 的选项")
	NoStateTypes      = T("%s has no options for the formats of states", "%s 没有状态格式的选项")
	NoEvaluation      = T("%s has no options for evaluation during the run", "%s 没有运行中评估的选项")
	StagesOfKinds     = T("%s pipelines layers of one kind, and %d layers here are dense", "%s 的流水线只含一种层，而此处有 %d 个稠密层")
	NoModuleOffload   = T("%s: offload of the activations of modules has no key here", "%s：此处没有按模块卸载激活的键")
	NoSuchOffload     = T("%s does not offload the activations of %s as a whole", "%s 不整体卸载 %s 的激活")
	NoEveryNth        = T("recompute %s: torchtitan's policies take every layer", "重计算 %s：torchtitan 的策略作用于每一层")
	NoRampUp          = T("%s has no options for a batch ramp-up", "%s 没有批次渐增的选项")
	FusedLossDisabled = T("loss fused: Megatron disables its fused cross-entropy (NVIDIA/Megatron-LM@d98e8a64 megatron/training/arguments.py:1696-1701)", "损失 fused：Megatron 已停用其融合交叉熵（NVIDIA/Megatron-LM@d98e8a64 megatron/training/arguments.py:1696-1701）")
)
