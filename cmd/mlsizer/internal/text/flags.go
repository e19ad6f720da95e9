package text

// FlagGroup is a heading of --help with the flags under it, by their names. A
// name after a command's ("infer tp") is that of the flag in that command
// alone.
type FlagGroup struct {
	Title Text
	Usage map[string]Text
}

// FlagGroups are the headings in the order of --help. A flag that a command
// means differently may stand under two of them.
var FlagGroups = []FlagGroup{
	{T("Work", "任务"), workFlags},
	{T("Layout", "并行布局"), layoutFlags},
	{T("Memory and number formats", "内存与数值格式"), memoryFlags},
	{T("Serving", "推理"), servingFlags},
	{T("Fine-tuning", "微调"), tuningFlags},
	{T("Post-training", "后训练"), postTrainFlags},
	{T("Run", "运行"), runFlags},
	{T("Search", "搜索"), searchFlags},
	{T("Money and energy", "费用与能耗"), moneyFlags},
	{T("Fit", "拟合"), fitFlags},
	{T("Selection", "筛选"), selectionFlags},
	{T("Files", "文件"), fileFlags},
	{T("Output", "输出"), outputFlags},
	{T("Server", "服务器"), serverFlags},
}

// Flag finds the heading and the usage of a flag of a command.
func Flag(command, name string) (group int, usage Text, ok bool) {
	for _, key := range []string{command + " " + name, name} {
		for i, g := range FlagGroups {
			if usage, ok := g.Usage[key]; ok {
				return i, usage, true
			}
		}
	}
	return len(FlagGroups) - 1, Text{}, false
}

// The usages below with a %s have the values there that the flag takes; those
// of help and version have the command.

var workFlags = map[string]Text{
	"on":               T("devices with a count each: h100x512 (default: the fewest that fit the model); or instances: p5.48xlargex64 is 64 of 8 devices", "设备，各带数量：h100x512（默认：放得下的最少设备数）；或实例：p5.48xlargex64 为 64 个 8 设备实例"),
	"infer on":         T("device with a count: h100x2, or an instance: p5.48xlarge", "设备，带数量：h100x2，或实例：p5.48xlarge"),
	"tokens":           T("length of the run in tokens: 15T, or per parameter: 20x (default: one step)", "训练量（token）：15T；或每参数：20x（默认：一步）"),
	"data":             T("length of the run as the size of its text, which a ratio makes tokens: 3TB", "以文本大小给出的训练量，按比例折合为 token：3TB"),
	"samples":          T("length of the run in samples, for models that count images or frames", "训练量（样本），用于按图像或帧计的模型"),
	"seq":              T("sequence length in tokens: 4096 or 4k", "序列长度（token）：4096 或 4k"),
	"batch":            T("global batch in sequences or samples", "全局批次，以序列或样本计"),
	"infer batch":      T("sequences at once (default: 1)", "同时处理的序列数（默认：1）"),
	"batch-tokens":     T("global batch in tokens: 4M or 4Mi; one within 5 % that the devices divide well is taken", "全局批次，以 token 计：4M 或 4Mi；取 5 % 以内设备可良好整除者"),
	"stack":            T("training framework: %s (default: by method, model and device)", "训练框架：%s（默认：依方法、模型与设备）"),
	"optimizer":        T("adamw, adam8bit, adafactor, lion, muon, sgd-momentum or sgd", "优化器：adamw、adam8bit、adafactor、lion、muon、sgd-momentum 或 sgd"),
	"prune":            T("dimensions after structured pruning: layers=16, or hidden=3072,ffn=9216, heads=, kv-heads=, experts=50%; compare takes it several times", "结构化剪枝后的维度：layers=16，或 hidden=3072,ffn=9216、heads=、kv-heads=、experts=50%；compare 可多次给出"),
	"mfu":              T("compute the time from this model FLOPs utilisation instead of predicting it", "按此模型 FLOPs 利用率计算时间，不作预测"),
	"mfu-convention":   T("convention of --mfu and of the MFU shown: %s (HFU) (default: megatron)", "--mfu 与所示 MFU 所用约定：%s（HFU）（默认：megatron）"),
	"scale-out":        T("network between nodes, per device and direction: 50GB/s or 400Gb/s", "节点间网络，每设备单向：50GB/s 或 400Gb/s"),
	"devices-per-node": DevicesNode,
}

var layoutFlags = map[string]Text{
	"tp":                 T("tensor parallel (default: chosen)", "张量并行（默认：自动选择）"),
	"pp":                 T("pipeline stages (default: chosen)", "流水线段数（默认：自动选择）"),
	"infer pp":           T("pipeline parallel (default: chosen)", "流水线并行（默认：自动选择）"),
	"vp":                 T("virtual stages per device (default: chosen)", "每设备虚拟段数（默认：自动选择）"),
	"cp":                 T("context parallel (default: chosen)", "上下文并行（默认：自动选择）"),
	"ep":                 T("expert parallel (default: chosen)", "专家并行（默认：自动选择）"),
	"infer ep":           T("expert-parallel groups, which divide the batch", "专家并行组数，均分批次"),
	"dp":                 T("data parallel (default: chosen)", "数据并行（默认：自动选择）"),
	"micro-batch":        T("sequences per micro-batch (default: chosen)", "微批次的序列数（默认：自动选择）"),
	"etp":                T("tensor parallel inside an expert (default: chosen)", "专家内张量并行（默认：自动选择）"),
	"shard-group":        T("ranks per shard group (HSDP) (default: chosen)", "每个切分组的 rank 数（HSDP）（默认：自动选择）"),
	"first-stage-layers": T("layers of the first pipeline stage (of the first chunk with vp) (default: chosen)", "首个流水线段（用 vp 时：首个模型块）的层数（默认：自动选择）"),
	"last-stage-layers":  T("layers of the last pipeline stage (of the last chunk with vp) (default: chosen)", "末个流水线段（用 vp 时：末个模型块）的层数（默认：自动选择）"),
	"sharding":           T("none, zero1, zero2, zero3 or fsdp (default: chosen)", "切分方式：none、zero1、zero2、zero3 或 fsdp（默认：自动选择）"),
	"sp":                 T("sequence parallel, with --tp", "与 --tp 一同使用序列并行"),
}

var memoryFlags = map[string]Text{
	"precision":         T("bf16, fp16, fp8, mxfp8, nvfp4, tf32 or fp32", "训练精度：bf16、fp16、fp8、mxfp8、nvfp4、tf32 或 fp32"),
	"weights-dtype":     T("format of weights: fp32, bf16 or fp8 (default: the stack's)", "权重格式：fp32、bf16 或 fp8（默认：依训练框架）"),
	"grads-dtype":       T("format of gradients: fp32 or bf16 (default: the stack's)", "梯度格式：fp32 或 bf16（默认：依训练框架）"),
	"master-dtype":      T("format of the master copy of the weights: fp32, fp16, int16 (the half that bf16 weights lack) or none (default: the stack's)", "权重主副本的格式：fp32、fp16、int16（bf16 权重所缺的一半）或 none（默认：依训练框架）"),
	"moments-dtype":     T("format of moments: fp32, bf16, fp16 or fp8 (default: the stack's)", "优化器动量格式：fp32、bf16、fp16 或 fp8（默认：依训练框架）"),
	"loss":              T("cross-entropy: plain, fused (one kernel) or chunked (a part of the tokens at a time) (default: the stack's)", "交叉熵：plain、fused（单个算子）或 chunked（分块处理 token）（默认：依训练框架）"),
	"moe-capacity":      T("tokens per expert over the even share, padded to it", "每专家 token 数与均分值之比，补齐至该值"),
	"moe-imbalance":     T("tokens of the busiest expert-parallel rank over the mean", "最忙的专家并行 rank 的 token 数与均值之比"),
	"recompute":         T("none, selective, full, full:uniform:N, full:block:N or every:N layers (default: chosen)", "重计算：none、selective、full、full:uniform:N、full:block:N 或每 N 层 every:N（默认：自动选择）"),
	"recompute-modules": T("modules of selective recompute: core_attn,layernorm,mlp,moe_act,moe,shared_experts,mla_up_proj", "选择性重计算的模块：core_attn,layernorm,mlp,moe_act,moe,shared_experts,mla_up_proj"),
	"offload-modules":   T("modules whose activations are offloaded to the host", "激活卸载到主机内存的模块"),
	"offload-optimizer": T("offload the optimizer state to the host", "优化器状态卸载到主机"),
	"offload-params":    T("offload the weights to the host (zero3; with FSDP gradients and optimizer state too)", "权重卸载到主机（zero3；FSDP 时连同梯度与优化器状态）"),
	"offload-inputs":    T("offload the layer inputs of full recompute to the host", "完全重计算的层输入卸载到主机"),
	"nvme-bandwidth":    T("offload to NVMe disks with this read and write bandwidth per device", "卸载到 NVMe 硬盘，每设备读写带宽"),
	"max-memory":        T("limit of memory per device: 90% or 72GiB", "每设备内存上限：90% 或 72GiB"),
}

var servingFlags = map[string]Text{
	"fit context":            T("tokens per sequence: 32k (default: 8k)", "每条序列的 token 数：32k（默认：8k）"),
	"min-speed":              T("only models that generate at least this many tokens per second", "只要每秒生成不少于此数 token 的模型"),
	"detect":                 T("the machine that the program runs on", "程序所在的机器"),
	"users":                  T("requests in service at once; finds the fewest devices that serve them", "并发请求数；求可服务它们的最少设备"),
	"rate":                   T("requests per second, which arrive at random: 2/s or 90/min; finds the fewest devices that serve them", "随机到达的请求速率：2/s 或 90/min；求可服务它们的最少设备"),
	"ttft":                   T("limit of the 99th percentile of the time to the first token: 2s (default: none)", "首 token 时间第 99 百分位的上限：2s（默认：无）"),
	"tpot":                   T("limit of the mean time per further token: 50ms (default: none)", "后续每 token 平均时间的上限：50ms（默认：无）"),
	"prefix-share":           T("share of a prompt's tokens that prefix caching need not read again: 0.8 (default: 0)", "提示中由前缀缓存免去重读的 token 占比：0.8（默认：0）"),
	"disaggregate":           T("read prompts and answer on devices apart, in this ratio: 2:1 (default: each device does both)", "读提示与回答分在不同设备，按此比例：2:1（默认：各设备兼做）"),
	"infer context":          T("tokens per sequence, prompt and answer together: 32k (default: 8k)", "每条序列的 token 数，提示与回答合计：32k（默认：8k）"),
	"compare context":        T("tokens per sequence in serving (default: 8k)", "推理时每条序列的 token 数（默认：8k）"),
	"infer weights":          T("storage of the weights: bf16, fp8, int8, awq, gptq, nf4, nvfp4, mxfp4, q8_0, q4_k_m, ..., or the file or repository that holds them: hf:ORG/NAME (default: as the model is published)", "权重存储：bf16、fp8、int8、awq、gptq、nf4、nvfp4、mxfp4、q8_0、q4_k_m 等，或存放权重的文件或仓库：hf:ORG/NAME（默认：依模型发布时）"),
	"compare weights":        T("compare serving instead of training, with these storages of the weights: bf16,fp8,q4_k_m", "比较推理而非训练，按这些权重存储：bf16,fp8,q4_k_m"),
	"student":                T("a smaller model that each is distilled into, compared with it", "蒸馏所得的较小模型：与各模型一同比较推理"),
	"kv":                     T("storage of the KV cache: f16, fp8, q8_0, q4_0, ..., or two for keys/values (default: the runtime's, mostly f16)", "KV 缓存存储：f16、fp8、q8_0、q4_0 等，或以 键/值 给出两种（默认：依运行时，多为 f16）"),
	"runtime":                T("vllm, sglang, trt-llm, llama.cpp, mlx, exllamav2, transformers, ..., with a release where it matters: vllm@0.10 (default: by weights and device)", "运行时：vllm、sglang、trt-llm、llama.cpp、mlx、exllamav2、transformers 等，可注明版本：vllm@0.10（默认：依权重与设备）"),
	"prompt":                 T("tokens per prompt (default: the context less the answer)", "每个提示的 token 数（默认：上下文减去回答）"),
	"answer":                 T("tokens per answer (default: a quarter of the context, at most 512)", "每个回答的 token 数（默认：上下文的四分之一，最多 512）"),
	"offload":                T("what may be offloaded to the host: none, layers or experts (default: none)", "可卸载到主机的部分：none、layers 或 experts（默认：none）"),
	"host-bandwidth":         T("bandwidth of host memory (default: 89.6GB/s, two channels of DDR5-5600)", "主机内存带宽（默认：89.6GB/s，双通道 DDR5-5600）"),
	"host-memory":            T("host memory for offload, over all devices (default: as needed)", "卸载可用的主机内存，全部设备合计（默认：按需）"),
	"memory":                 T("memory per device for the model, instead of the catalogue's: 28GiB", "模型可用的设备内存，代替目录中的值：28GiB"),
	"images":                 T("images per prompt, for models that read images (default: 1)", "每个提示的图像数，用于读取图像的模型（默认：1）"),
	"gpu-memory-utilization": T("share of the device's memory that the runtime may use: 0.9 (default: the runtime's)", "运行时可占用的显存比例：0.9（默认：依运行时）"),
	"max-num-batched-tokens": T("most tokens of a pass (default: the runtime's)", "每遍至多的 token 数（默认：依运行时）"),
	"max-num-seqs":           T("most sequences of a pass (default: the runtime's)", "每遍至多的序列数（默认：依运行时）"),
	"ubatch":                 T("micro-batch of llama.cpp, in tokens (default: 512)", "llama.cpp 的微批次 token 数（默认：512）"),
	"no-flash-attention":     T("attention that writes its scores to memory, as llama.cpp's -fa off", "注意力分数写入显存，同 llama.cpp 的 -fa off"),
	"swa-full":               T("cache the whole context in layers with a window, as llama.cpp's --swa-full", "带窗口的层也缓存整个上下文，同 llama.cpp 的 --swa-full"),
	"shared-context":         T("all sequences share the context, as with llama.cpp's -c", "上下文为全部序列共用，同 llama.cpp 的 -c"),
}

var tuningFlags = map[string]Text{
	"method":          T("pretrain, full (fine-tuning), lora, qlora, or dpo, kto, orpo, rm, grpo, ppo, joined to lora as dpo+lora; compare takes several", "训练方法：pretrain、full（全量微调）、lora、qlora，或 dpo、kto、orpo、rm、grpo、ppo，可与 lora 相连，如 dpo+lora；compare 可给多个"),
	"examples":        T("length of fine-tuning in examples, instead of --tokens", "微调的样例数，代替 --tokens"),
	"example-tokens":  T("average length of an example", "样例平均长度"),
	"epochs":          T("passes over the examples (default: 1)", "每个样例训练的轮数（默认：1）"),
	"packing":         T("padded (one sequence per example) or packed (joined to full sequences) (default: the stack's)", "padded（每个样例一条序列）或 packed（拼接成整条序列）（默认：依训练框架）"),
	"lora-rank":       T("rank of the adapters (default: 8)", "适配器的秩（默认：8）"),
	"lora-targets":    T("matrices with adapters: all-linear or names (default: q_proj,v_proj)", "带适配器的矩阵：all-linear 或名称（默认：q_proj,v_proj）"),
	"dora":            T("train a magnitude per output of every adapted matrix (DoRA)", "每个适配矩阵的各输出另训练一个幅值（DoRA）"),
	"teacher":         T("teacher model, on whose outputs the model is trained (distillation)", "教师模型：以其输出训练（蒸馏）"),
	"teacher-logits":  T("online (a forward pass of the teacher in every step) or stored (one pass over the data before the run) (default: online)", "online（每步作教师模型前向）或 stored（训练前读一遍数据）（默认：online）"),
	"top-k":           T("stored logits per token (default: all)", "每 token 存储的 logits 数（默认：全部）"),
	"teacher-weights": T("storage of the teacher's weights: bf16 or fp8 (default: the run's precision)", "教师模型权重存储：bf16 或 fp8（默认：同训练精度）"),
}

// The lengths of post-training, which serving has defaults of its own for.
var (
	promptOfTuning = T("mean tokens of a prompt (default: 512)", "提示的平均 token 数（默认：512）")
	answerOfTuning = T("mean tokens of an answer (default: 512)", "回答的平均 token 数（默认：512）")
)

var postTrainFlags = map[string]Text{
	"rollout-batch":   T("prompts of a step, of methods that generate (default: 1024)", "每步提示数，用于生成回答的方法（默认：1024）"),
	"group":           T("answers to each prompt (default: 8 for grpo, 1 for ppo)", "每个提示的回答数（默认：grpo 为 8，ppo 为 1）"),
	"estimate prompt": promptOfTuning,
	"estimate answer": answerOfTuning,
	"plan prompt":     promptOfTuning,
	"plan answer":     answerOfTuning,
	"rollout-devices": T("devices that only generate (default: all take turns)", "仅用于生成的设备数（默认：全部轮流）"),
	"rollout-tp":      T("tensor parallelism of the engine that generates (default: the least that holds it)", "生成引擎的张量并行（默认：可放下的最小值）"),
	"engine":          T("what generates: vllm, sglang or trainer (default: vllm)", "生成引擎：vllm、sglang 或 trainer（默认：vllm）"),
	"reward":          T("reward model, or rules (default: rules, whose time is not counted)", "奖励模型，或 rules（默认：rules，其时间不计）"),
	"critic":          T("critic's model, of ppo (default: one of the policy's size)", "ppo 的价值模型（默认：与策略同规模）"),
	"reference":       T("separate, adapter-off or none (default: adapter-off with adapters, else separate)", "separate、adapter-off 或 none（默认：有适配器时 adapter-off，否则 separate）"),
	"rollout-offload": T("move the state of training to the host while answers are generated", "生成回答时将训练状态移至主机"),
}

var runFlags = map[string]Text{
	"checkpoints":       T("number of full checkpoints in storage (default: 3)", "存储中保留的完整检查点数（默认：3）"),
	"mtbf":              T("mean time between failures per device (default: 50.7K hours, as Llama 3 reports)", "单台设备平均无故障时间（默认：50.7K 小时，据 Llama 3 报告）"),
	"restart":           T("time to restart after a failure (default: 10 min)", "故障后重启时间（默认：10 分钟）"),
	"startup":           T("from the start to the first step: scheduling, compilation, first data (default: as --restart)", "从启动到第一步：调度、编译、首批数据（默认：同 --restart）"),
	"checkpoint-every":  T("time between checkpoints (default: the optimum)", "检查点间隔（默认：取最优）"),
	"write-bandwidth":   T("write bandwidth of the storage per device", "每设备分到的存储写入带宽"),
	"async-checkpoint":  T("copy a checkpoint to the host and write it while training continues", "先把检查点复制到主机，训练继续时再写出"),
	"eval-every":        T("steps between evaluations (default: none)", "两次评估之间的步数（默认：不评估）"),
	"eval-batches":      T("global batches per evaluation, forward only", "每次评估的全局批次数，仅前向"),
	"rampup-batch-size": T("grow the batch from a start by an increment over a number of samples: START,INCREMENT,SAMPLES", "批次从起始值按增量递增，历经若干样本：START,INCREMENT,SAMPLES"),
	"env-fps":           T("frames per second of the environment, all actors together (without: those of a core for each actor)", "环境每秒帧数，各执行器合计（不给：每执行器一核）"),
	"actors":            T("copies of the environment that run at once (without: as published)", "同时运行的环境数（不给：取发表值）"),
	"trials":            T("shortened runs of a search over architectures or hyper-parameters", "架构或超参数搜索中的缩短训练次数"),
	"trial-fraction":    T("length of a trial as a share of the run (default: 0.05)", "单次试验占全程的比例（默认：0.05）"),
	"parallel-trials":   T("trials at once, each on an equal part of the devices (default: 1)", "同时进行的试验数，各用相等的一部分设备（默认：1）"),
}

var searchFlags = map[string]Text{
	"objective":    T("quantity to minimise: time, cost, energy, devices or memory (default: time)", "最小化的目标：time、cost、energy、devices 或 memory（默认：time）"),
	"top":          T("number of plans shown, best first (default: 5)", "显示的方案数，最佳在前（默认：5）"),
	"days":         T("limit of the run time in days, interruptions included", "训练时间上限（天），含中断"),
	"chance":       T("probability that the run meets --days, --budget or --device-hours (default: 50%)", "训练满足 --days、--budget 或 --device-hours 的概率（默认：50%）"),
	"device-hours": T("limit of device-hours of the run, interruptions included", "训练的设备小时上限，含中断"),
	"pareto":       T("Pareto front of time against devices, cost and memory", "时间对设备数、费用与内存的帕累托前沿"),
	"verbose":      T("how many layouts the search evaluated, and how fast", "搜索评估了多少种布局及其速度"),
	"exhaustive":   T("evaluate every layout instead of excluding most by a lower bound", "评估每一种布局，不以下界排除"),
}

var moneyFlags = map[string]Text{
	"price":      T("dollars per device-hour, instead of the catalogue's", "每设备小时的美元价格，代替目录中的值"),
	"price-file": T("file of prices of your own, CSV, used before the catalogue's", "自有价格的 CSV 文件，优先于目录"),
	"price-kind": T("kind of price: on-demand, reserved (for one year), reserved-3y or spot (default: on-demand)", "价格类别：on-demand、reserved（一年）、reserved-3y 或 spot（默认：on-demand）"),
	"cloud":      T("provider of the prices: aws, gcp, azure, lambda, ... (default: lower median of all)", "采用哪一家的价格：aws、gcp、azure、lambda 等（默认：各家的低中位数）"),
	"region":     T("country or cloud region, for prices and CO2: us-east-1, germany (default: US prices, world average of CO2)", "国家或云区域，用于价格与 CO2：us-east-1、germany（默认：美国价格，世界平均 CO2）"),
	"budget":     T("limit of the cost of the run in dollars, interruptions included", "训练费用上限（美元），含中断"),
	"pue":        T("power of the facility over that of the machines (default: 1.1)", "机房功率与机器功率之比（默认：1.1）"),
}

var fitFlags = map[string]Text{
	"fit":              T("constants to fit, by name or match:name (default: a few for each stack and device of the file)", "要拟合的常数，以名称或 match:name 给出（默认：文件中每个训练框架与设备拟合少数几个）"),
	"prior":            T("width of the prior around the start of a constant (with --refit: around what it inherits), in units of its spread (default: 1, and 2 where few rows are held out)", "先验宽度：以常数的起始值（用 --refit 时：所继承的值）为中心，以其离散度为单位（默认：1，留出行少时为 2）"),
	"refit":            T("fit every constant of the file that measurements determine", "拟合文件中由实测决定的全部常数"),
	"calibrate memory": T("fit the memory constants of training frameworks to measured peaks, and make the memory bands", "按实测峰值拟合训练框架的内存常数，并生成内存区间"),
	"serving":          T("use the shipped measurements of serving instead of those of training", "改用随附的推理实测而非训练实测"),
	"runs":             T("use the shipped whole runs with layout and training framework not given; constants are fitted without the laboratory of the run", "使用随附的整轮训练，布局与训练框架均不指定；所用常数由不含该次训练所属实验室的数据拟合"),
	"leave-out":        T("groups of rows that scoring fits leave out together (%s)", "评分拟合一同留出的行的分组（%s）"),
	"date":             T("date of the fit, written to the file", "写入文件的拟合日期"),
}

var selectionFlags = map[string]Text{
	"field":          T("only models of this field: %s", "只要该领域的模型：%s"),
	"tier":           T("only models of this tier: %s", "只要该级别的模型：%s"),
	"models sort":    T("order: size or name (default: by family)", "排序：size 或 name（默认：按系列）"),
	"classify sort":  T("order by tier and count: size (smallest first) or -size, as in --sort=-size", "按级别与参数量排序：size（最小在前）或 -size，如 --sort=-size"),
	"unit":           T("unit of counts that have none: K, M, B or T; 1 takes them as parameters", "未带单位的数的单位：K、M、B、万、亿 等；1 表示参数个数"),
	"sheet":          T("`NAME` of the sheet of a workbook (default: the first)", "工作簿中工作表的 `NAME`（第一个）"),
	"by":             T("count the models by a `COLUMN` too: year, vendor, field or another of the file; year and field also of the catalogue", "并按 `COLUMN` 统计：year、vendor、field 或文件的其他列；year 与 field 也可取自目录"),
	"kind":           T("only devices of this kind: %s", "只要该类别的设备：%s"),
	"vendor":         T("only devices of this vendor", "只要该厂商的设备"),
	"column":         T("`NAME` or number (from 1) of the column with the counts", "参数量所在列的 `NAME` 或序号（从 1 起）"),
	"limit":          T("most rows of a file that a table shows", "表格最多显示的文件行数"),
	"allow-no-count": T("list rows without a count, without a failure", "缺少参数量的行列出，但不算失败"),
}

var fileFlags = map[string]Text{
	"from":          T("CSV file of measurements, one per row (\"-\": standard input)", "实测数据的 CSV 文件，每行一条（\"-\"：标准输入）"),
	"classify from": T("`FILE` of models, one per row; - is stdin", "模型 `FILE`，每行一个；- 为标准输入"),
	"constants":     T("constants of the step time, as calibrate writes them", "单步时间的常数，由 calibrate 写出"),
	"file":          T("arguments of the command from a YAML file, by their names; flags of the command line override them", "从 YAML 文件读取命令的参数（按名称）；命令行所给优先"),
	"import":        T("a launch of a framework, `FILE` or - for the input: its model, layout and batch; flags of the command line override it", "框架的启动文件 `FILE`（- 为标准输入）：取其模型、布局与批次；命令行所给优先"),
	"scenario":      T("scenarios of the file, by `NAME` (default: all, where the command takes several)", "文件中的情景 `NAME`（默认：命令可取多个时为全部）"),
	"hardware-file": T("CSV or JSON file with devices of your own", "自有设备的 CSV 或 JSON 文件"),
}

var outputFlags = map[string]Text{
	"output":           T("form of the answer: %s", "输出形式：%s"),
	"calibrate output": T("form of the answer (%s), or a .json file for the fitted constants", "输出形式（%s），或存放拟合常数的 .json 文件"),
	"lang":             T("language of the answer: en or zh (default: by LC_ALL, LC_MESSAGES or LANG)", "输出语言：en 或 zh（默认：依 LC_ALL、LC_MESSAGES 或 LANG）"),
	"bounds":           T("bounds between the tiers (default: 1M,1B,100B,1T)", "各级的分界（默认：1M,1B,100B,1T）"),
	"strict":           T("exit with 3 also where the answer is that it may not fit", "答案为未必可放下时也以 3 退出"),
	"brief":            T("the short form of the answer, as a terminal shows it", "答案的简短形式，同终端所示"),
	"full":             T("every figure, assumption and source, as a pipe or a file gets them", "全部数字、假设与来源，同管道或文件所得"),
	"fit sort":         T("order of the rows, the largest first: %s (default: params)", "排序，从大到小：%s（默认：params）"),
	"compare sort":     T("order of the rows by a `COLUMN`: cost, or --sort=-cost for the largest first", "按 `COLUMN` 排序：cost，或以 --sort=-cost 从大到小"),
	"compare columns":  T("columns of tables and of -o csv, in their order: hardware,time,cost", "表格与 -o csv 的列及其顺序：hardware,time,cost"),
	"explain":          T("derive every value: formula, numbers, source", "给出每个数字的推导：公式、数值、来源"),
	"infer export":     T("print the launch of a serving program, served by it: %s", "输出推理程序的启动命令，并以该程序计：%s"),
	"import":           T("take model, layout and limits from a launch: \"vllm serve ...\"", "从启动命令读取模型、布局与上限：\"vllm serve ...\""),
	"export":           T("print the plan for a training framework, estimated with its stack: %s", "按训练框架的格式输出方案，并以该框架估计：%s"),
	"no-descriptions":  T("complete without descriptions", "补全时不带说明"),
	"help":             T("help for %s", "%s 的帮助"),
	"version":          T("version for %s", "%s 的版本"),
}
