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
	{T("Run", "运行"), runFlags},
	{T("Search", "搜索"), searchFlags},
	{T("Money and energy", "费用与能耗"), moneyFlags},
	{T("Fit", "拟合"), fitFlags},
	{T("Selection", "筛选"), selectionFlags},
	{T("Files", "文件"), fileFlags},
	{T("Output", "输出"), outputFlags},
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
	"on":               T("devices, with a count each: h100x512 (without: the fewest that hold the model); or instances: p5.48xlargex64 is 64 of 8 devices", "设备，各带数量：h100x512（不带数量：取放得下的最少设备数）；或实例：p5.48xlargex64 为 64 个 8 设备实例"),
	"infer on":         T("device with a count: h100x2, or an instance: p5.48xlarge", "设备，带数量：h100x2，或实例：p5.48xlarge"),
	"tokens":           T("length of the run in tokens: 15T (without: one step)", "训练量（token）：15T（不给：只算一步）"),
	"samples":          T("length of the run in samples, for models that count images or frames", "训练量（样本），用于按图像或帧计的模型"),
	"seq":              T("sequence length in tokens: 4096 or 4k", "序列长度（token）：4096 或 4k"),
	"batch":            T("global batch in sequences or samples", "全局批次，以序列或样本计"),
	"infer batch":      T("sequences at once (1)", "同时处理的序列数（1）"),
	"batch-tokens":     T("global batch in tokens: 4M or 4Mi; one within 5 % that the devices divide well is taken", "全局批次，以 token 计：4M 或 4Mi；取 5 % 以内设备可良好整除者"),
	"stack":            T("training framework: %s (default: by method, model and device)", "训练框架：%s（默认：依方法、模型与设备）"),
	"optimizer":        T("adamw, adam8bit, adafactor, lion, muon, sgd-momentum or sgd", "优化器：adamw、adam8bit、adafactor、lion、muon、sgd-momentum 或 sgd"),
	"prune":            T("what structured pruning leaves: layers=16, or hidden=3072,ffn=9216, heads=, kv-heads=, experts=50%; compare takes it several times", "结构化剪枝后所剩：layers=16，或 hidden=3072,ffn=9216、heads=、kv-heads=、experts=50%；compare 可多次给出"),
	"mfu":              T("take this model FLOPs utilisation instead of predicting the time", "按此模型 FLOPs 利用率计时，不作预测"),
	"mfu-convention":   T("what --mfu and the MFU shown count: %s (HFU) (default: megatron)", "--mfu 与所示 MFU 所用约定：%s（HFU）（默认：megatron）"),
	"scale-out":        T("network between nodes, a device and direction: 50GB/s or 400Gb/s", "节点间网络，每设备单向：50GB/s 或 400Gb/s"),
	"devices-per-node": DevicesNode,
}

var layoutFlags = map[string]Text{
	"tp":                 T("tensor parallel (without: chosen)", "张量并行（不给：自动选择）"),
	"pp":                 T("pipeline stages (without: chosen)", "流水线段数（不给：自动选择）"),
	"infer pp":           T("stages of layers (without: chosen)", "按层分段数（不给：自动选择）"),
	"vp":                 T("virtual stages a device (without: chosen)", "每设备虚拟段数（不给：自动选择）"),
	"cp":                 T("context parallel (without: chosen)", "上下文并行（不给：自动选择）"),
	"ep":                 T("expert parallel (without: chosen)", "专家并行（不给：自动选择）"),
	"infer ep":           T("groups of devices that share the experts and divide the batch", "共享专家并分摊批次的设备组数"),
	"dp":                 T("data parallel (without: chosen)", "数据并行（不给：自动选择）"),
	"micro-batch":        T("sequences of a micro-batch (without: chosen)", "微批次的序列数（不给：自动选择）"),
	"etp":                T("tensor parallel inside an expert (without: chosen)", "专家内张量并行（不给：自动选择）"),
	"shard-group":        T("ranks that shard together (HSDP) (without: chosen)", "一同切分的 rank 数（HSDP）（不给：自动选择）"),
	"first-stage-layers": T("layers of the first pipeline stage (with vp: model chunk) (without: chosen)", "首个流水线段（用 vp 时：首个模型块）的层数（不给：自动选择）"),
	"last-stage-layers":  T("layers of the last pipeline stage (with vp: model chunk) (without: chosen)", "末个流水线段（用 vp 时：末个模型块）的层数（不给：自动选择）"),
	"sharding":           T("none, zero1, zero2, zero3 or fsdp (without: chosen)", "切分方式：none、zero1、zero2、zero3 或 fsdp（不给：自动选择）"),
	"sp":                 T("sequence parallel along with --tp", "与 --tp 一同使用序列并行"),
}

var memoryFlags = map[string]Text{
	"precision":         T("bf16, fp16, fp8, mxfp8, nvfp4, tf32 or fp32", "训练精度：bf16、fp16、fp8、mxfp8、nvfp4、tf32 或 fp32"),
	"weights-dtype":     T("format of weights: fp32, bf16 or fp8 (without: the stack's)", "权重格式：fp32、bf16 或 fp8（不给：依训练框架）"),
	"grads-dtype":       T("format of gradients: fp32 or bf16 (without: the stack's)", "梯度格式：fp32 或 bf16（不给：依训练框架）"),
	"master-dtype":      T("format of the copy of the weights that is updated: fp32, fp16, int16 (the half that bf16 weights lack) or none (without: the stack's)", "所更新权重副本的格式：fp32、fp16、int16（bf16 权重所缺的一半）或 none（不给：依训练框架）"),
	"moments-dtype":     T("format of moments: fp32, bf16, fp16 or fp8 (without: the stack's)", "优化器动量格式：fp32、bf16、fp16 或 fp8（不给：依训练框架）"),
	"loss":              T("cross-entropy: plain, fused (one kernel) or chunked (a part of the tokens at a time) (without: the stack's)", "交叉熵：plain、fused（单个算子）或 chunked（分块处理 token）（不给：依训练框架）"),
	"moe-capacity":      T("tokens an expert takes over its even share, padded to it", "专家容量与均分 token 数之比，补齐至该值"),
	"moe-imbalance":     T("tokens of the busiest expert rank over the mean", "最忙专家 rank 的 token 数与均值之比"),
	"recompute":         T("none, selective, full, full:uniform:N, full:block:N or every:N layers (without: chosen)", "重计算：none、selective、full、full:uniform:N、full:block:N 或每 N 层 every:N（不给：自动选择）"),
	"recompute-modules": T("what selective recompute drops: core_attn,layernorm,mlp,moe_act,moe,shared_experts,mla_up_proj", "选择性重计算丢弃的模块：core_attn,layernorm,mlp,moe_act,moe,shared_experts,mla_up_proj"),
	"offload-modules":   T("modules whose activations wait in the host's memory", "激活卸载到主机内存的模块"),
	"offload-optimizer": T("keep the optimizer state in the host's memory", "优化器状态放在主机内存"),
	"offload-params":    T("keep the weights in the host's memory (zero3; with FSDP gradients and optimizer state too)", "权重放在主机内存（zero3；FSDP 时连同梯度与优化器状态）"),
	"offload-inputs":    T("keep the layer inputs of full recompute in the host's memory", "完全重计算的层输入放在主机内存"),
	"nvme-bandwidth":    T("offloaded state lies on NVMe disks that read and write so much a device", "卸载的状态放在 NVMe 硬盘上，每设备读写速率"),
	"max-memory":        T("most that a device may hold: 90% or 72GiB", "每设备最多占用：90% 或 72GiB"),
}

var servingFlags = map[string]Text{
	"infer context":   T("tokens of each sequence, prompt and answer together: 32k (8k)", "每条序列的 token 数，提示与回答合计：32k（8k）"),
	"compare context": T("tokens of each sequence in serving (8k)", "推理时每条序列的 token 数（8k）"),
	"infer weights":   T("storage of the weights: bf16, fp8, int8, awq, gptq, nf4, nvfp4, mxfp4, q8_0, q4_k_m, ... (without: as the model is published)", "权重存储：bf16、fp8、int8、awq、gptq、nf4、nvfp4、mxfp4、q8_0、q4_k_m 等（不给：依模型发布时）"),
	"compare weights": T("compare serving instead of training, with these storages of the weights: bf16,fp8,q4_k_m", "比较推理而非训练，按这些权重存储：bf16,fp8,q4_k_m"),
	"student":         T("a smaller model that each is distilled into: served beside it", "蒸馏所得的较小模型：与各模型一同比较推理"),
	"kv":              T("storage of the KV cache: f16, fp8, q8_0, q4_0, ..., or two for keys/values (without: the runtime's, mostly f16)", "KV 缓存存储：f16、fp8、q8_0、q4_0 等，或以 键/值 给出两种（不给：依运行时，多为 f16）"),
	"runtime":         T("vllm, sglang, trt-llm, llama.cpp, mlx, exllamav2, transformers, ... (without: by weights and device)", "运行时：vllm、sglang、trt-llm、llama.cpp、mlx、exllamav2、transformers 等（不给：依权重与设备）"),
	"prompt":          T("tokens of a prompt (the context less the answer)", "提示的 token 数（上下文减去回答）"),
	"answer":          T("tokens of an answer (a quarter of the context, at most 512)", "回答的 token 数（上下文的四分之一，最多 512）"),
	"offload":         T("what may stand in the host's memory: none, layers or experts (none)", "可放在主机内存的部分：none、layers 或 experts（none）"),
	"host-bandwidth":  T("bandwidth of the host's memory (89.6GB/s, two channels of DDR5-5600)", "主机内存带宽（89.6GB/s，双通道 DDR5-5600）"),
	"host-memory":     T("memory of the host that offload may take, over all devices (without: what it needs)", "卸载可用的主机内存，全部设备合计（不给：按需）"),
	"memory":          T("memory of a device that the model may take, instead of the catalogue's: 28GiB", "模型可用的设备内存，代替目录中的值：28GiB"),
	"images":          T("images in every prompt, for models that take them (1)", "每个提示的图像数，用于接受图像的模型（1）"),
	"shared-context":  T("the context is of all sequences together, as llama.cpp's -c", "上下文为全部序列共用，同 llama.cpp 的 -c"),
}

var tuningFlags = map[string]Text{
	"method":          T("pretrain, full (fine-tuning), lora or qlora; compare takes several", "训练方法：pretrain、full（全量微调）、lora 或 qlora；compare 可给多个"),
	"examples":        T("length of a fine-tuning in examples, instead of --tokens", "微调的样例数，代替 --tokens"),
	"example-tokens":  T("average length of an example", "样例平均长度"),
	"epochs":          T("how often the run sees every example (1)", "每个样例训练的轮数（1）"),
	"packing":         T("padded (a sequence for each example) or packed (joined to full sequences) (without: the stack's)", "padded（每个样例一条序列）或 packed（拼接成整条序列）（不给：依训练框架）"),
	"lora-rank":       T("rank of the adapters (without: 8)", "适配器的秩（不给：8）"),
	"lora-targets":    T("matrices with adapters: all-linear or names (without: q_proj,v_proj)", "带适配器的矩阵：all-linear 或名称（不给：q_proj,v_proj）"),
	"dora":            T("give every adapted matrix a trained magnitude for each output (DoRA)", "每个适配矩阵的各输出另训练一个幅值（DoRA）"),
	"teacher":         T("train the model on the outputs of this one (distillation)", "教师模型：以其输出训练（蒸馏）"),
	"teacher-logits":  T("online (the teacher's forward pass in every step) or stored (one pass over the data before) (online)", "online（每步作教师前向）或 stored（事先读一遍数据）（online）"),
	"top-k":           T("logits a token that are stored (without: all)", "每 token 存储的 logits 数（不给：全部）"),
	"teacher-weights": T("storage of the teacher's weights: bf16 or fp8 (without: the run's precision)", "教师权重存储：bf16 或 fp8（不给：同训练精度）"),
}

var runFlags = map[string]Text{
	"checkpoints":       T("full checkpoints that storage keeps (3)", "保留的完整检查点数（3）"),
	"mtbf":              T("mean time between failures of a device (50.7K hours, as Llama 3 reports)", "单台设备平均无故障时间（50.7K 小时，据 Llama 3 报告）"),
	"restart":           T("time to restart after a failure (10 min)", "故障后重启时间（10 分钟）"),
	"startup":           T("from the start to the first step: scheduling, compilation, first data (without: as --restart)", "从启动到第一步：调度、编译、首批数据（不给：同 --restart）"),
	"checkpoint-every":  T("time between checkpoints (without: the best)", "检查点间隔（不给：取最优）"),
	"write-bandwidth":   T("what a device's share of the storage takes", "每设备分到的存储写入带宽"),
	"async-checkpoint":  T("copy a checkpoint to the host and write it while training goes on", "先把检查点复制到主机，训练继续时再写出"),
	"eval-every":        T("steps between evaluations (without: none)", "两次评估之间的步数（不给：不评估）"),
	"eval-batches":      T("global batches of an evaluation, forward only", "每次评估的全局批次数，仅前向"),
	"rampup-batch-size": T("grow the batch from a start by an increment over so many samples: START,INCREMENT,SAMPLES", "批次从起始值按增量递增，历经若干样本：START,INCREMENT,SAMPLES"),
	"trials":            T("shortened runs of a search over architectures or hyper-parameters", "架构或超参数搜索中的缩短训练次数"),
	"trial-fraction":    T("length of a trial as a share of the run (without: 0.05)", "单次试验占全程的比例（不给：0.05）"),
	"parallel-trials":   T("trials at once, each on an equal part of the devices (1)", "同时进行的试验数，各用相等的一部分设备（1）"),
}

var searchFlags = map[string]Text{
	"objective":    T("what to have least of: time, cost, energy, devices or memory (time)", "最小化的目标：time、cost、energy、devices 或 memory（time）"),
	"top":          T("how many plans to show, best first (5)", "显示的方案数，最佳在前（5）"),
	"days":         T("the run is to finish within so many days, interruptions included", "训练须在若干天内完成，含中断"),
	"chance":       T("chance with which the run keeps to --days, --budget or --device-hours (50%)", "训练满足 --days、--budget 或 --device-hours 的概率（50%）"),
	"device-hours": T("device-hours that the run may take, interruptions included", "训练可用的设备小时，含中断"),
	"pareto":       T("time against devices, cost and memory", "时间对设备数、费用与内存的帕累托前沿"),
	"verbose":      T("how many layouts the search evaluated, and how fast", "搜索评估了多少种布局及其速度"),
	"exhaustive":   T("evaluate every layout instead of bounding most of them away", "评估每一种布局，不以界限排除"),
}

var moneyFlags = map[string]Text{
	"price":      T("dollars a device and hour, instead of the catalogue's", "每设备每小时的美元价格，代替目录中的值"),
	"price-file": T("file of prices of your own, CSV, used before the catalogue's", "自有价格的 CSV 文件，优先于目录"),
	"price-kind": T("kind of price: on-demand, reserved (for a year), reserved-3y or spot (on-demand)", "价格类别：on-demand、reserved（一年）、reserved-3y 或 spot（on-demand）"),
	"cloud":      T("provider whose prices are taken: aws, gcp, azure, lambda, ... (without: lower median of all)", "采用哪一家的价格：aws、gcp、azure、lambda 等（不给：各家的低中位数）"),
	"region":     T("country or cloud region, for prices and CO2: us-east-1, germany (without: prices of the US, CO2 of the world)", "国家或云区域，用于价格与 CO2：us-east-1、germany（不给：美国价格，世界平均 CO2）"),
	"budget":     T("dollars that the run may cost, interruptions included", "训练可花费的美元，含中断"),
	"pue":        T("power of the facility over that of the machines (1.1)", "机房功率与机器功率之比（1.1）"),
}

var fitFlags = map[string]Text{
	"fit":              T("constants to fit, by name or match:name; without: a few for each stack and device of the file", "要拟合的常数，以名称或 match:name 给出；不给：文件中每个训练框架与设备拟合少数几个"),
	"prior":            T("width of the pull to where a constant starts (with --refit: to what it inherits), in its spreads (else 1, and 2 where few rows are held back)", "先验宽度：常数被拉向起始值（用 --refit 时：所继承的值）的范围，以其离散度为单位（否则为 1，留出行少时为 2）"),
	"refit":            T("fit every constant of the file that measurements decide", "拟合文件中由实测决定的全部常数"),
	"calibrate memory": T("fit what decides the memory of stacks to measured peaks, and make the memory's bands", "按实测峰值拟合决定训练框架内存的量，并生成内存区间"),
	"serving":          T("the shipped measurements of serving instead of those of training", "改用随附的推理实测而非训练实测"),
	"runs":             T("the shipped whole runs, asked with layout and software open, each judged by constants that its laboratory had no part in", "随附的整轮训练，布局与训练框架均不指定；每轮均用不含其实验室数据的常数来评判"),
	"leave-out":        T("rows that the fits scoring a calibration leave out together (%s)", "评估校准的各次拟合一同留出的行（%s）"),
	"date":             T("date of the fit, for the file", "写入文件的拟合日期"),
}

var selectionFlags = map[string]Text{
	"field":          T("only models of this field: %s", "只要该领域的模型：%s"),
	"tier":           T("only models of this tier: %s", "只要该级别的模型：%s"),
	"models sort":    T("order: size or name (without: by family)", "排序：size 或 name（不给：按系列）"),
	"classify sort":  T("order by tier and count, smallest first", "按级别与参数量排序，最小在前"),
	"kind":           T("only devices of this kind: %s", "只要该类别的设备：%s"),
	"vendor":         T("only devices of this vendor", "只要该厂商的设备"),
	"column":         T("`NAME` or number (from 1) of the column with the counts", "参数量所在列的 `NAME` 或序号（从 1 起）"),
	"limit":          T("most rows of a file that a table shows", "表格最多显示的文件行数"),
	"allow-no-count": T("rows without a count are listed, but are no failure", "缺少参数量的行列出，但不算失败"),
}

var fileFlags = map[string]Text{
	"from":          T("CSV file of measurements, a row each (\"-\": standard input)", "实测数据的 CSV 文件，每行一条（\"-\"：标准输入）"),
	"classify from": T("`FILE` of models, one a row; - is stdin", "模型 `FILE`，每行一个；- 为标准输入"),
	"constants":     T("constants of the step time, as calibrate writes them", "单步时间的常数，由 calibrate 写出"),
	"hardware-file": T("CSV or JSON file with devices of your own", "自有设备的 CSV 或 JSON 文件"),
}

var outputFlags = map[string]Text{
	"output":           T("form of the answer: %s", "输出形式：%s"),
	"calibrate output": T("form of the answer (%s), or a .json file for the fitted constants", "输出形式（%s），或存放拟合常数的 .json 文件"),
	"lang":             T("language of the answer: en or zh (without: as LC_ALL, LC_MESSAGES or LANG says)", "输出语言：en 或 zh（不给：依 LC_ALL、LC_MESSAGES 或 LANG）"),
	"bounds":           T("cuts between the tiers (1M,1B,100B,1T)", "各级的分界（1M,1B,100B,1T）"),
	"strict":           T("exit with 3 also where the answer is that it may not fit", "答案为未必可放下时也以 3 退出"),
	"brief":            T("the short form of the answer, as a terminal shows it", "答案的简短形式，同终端所示"),
	"full":             T("every figure, assumption and source, as a pipe or a file gets them", "全部数字、假设与来源，同管道或文件所得"),
	"explain":          T("derive every figure: formula, numbers, source", "给出每个数字的推导：公式、数值、来源"),
	"export":           T("print the plan for a framework, estimated with its stack: %s", "按训练框架的格式输出方案，并以该框架估计：%s"),
	"no-descriptions":  T("complete without descriptions", "补全时不带说明"),
	"help":             T("help for %s", "%s 的帮助"),
	"version":          T("version for %s", "%s 的版本"),
}
