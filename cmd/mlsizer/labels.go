package main

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing"
	"mlsizer/sizing/evidence"
)

// Every word that the program says, in both languages: English, Chinese. A
// test holds each to having both.

// What goes to stderr.
var (
	labelError     = render.T("error", "错误")
	labelHint      = render.T("hint", "提示")
	labelUsage     = render.T("usage", "用法")
	labelModelHint = render.T("mlsizer models lists the names; a count such as 7B and a path such as ./config.json are models too", "mlsizer models 列出全部名称；参数量（如 7B）和路径（如 ./config.json）也可作模型")
	labelUsageLine = render.T("%s (%s --help lists the flags)", "%s（%s --help 列出全部参数）")
)

// Titles and the facts of an estimate.
var (
	labelOn              = render.T("%s on %d x %s: %s", "%s，%d × %s：%s")
	labelJoin            = render.T("%v, %v", "%v，%v")
	labelFits            = render.T("fits", "可放下")
	labelTight           = render.T("fits tightly", "勉强可放下")
	labelYes             = render.T("yes", "是")
	labelTightly         = render.T("tight", "偏紧")
	labelNo              = render.T("no", "否")
	labelDoesNotFit      = render.T("does not fit", "放不下")
	labelOneStepIn       = render.T("a step in %v", "单步 %v")
	labelRunIn           = render.T("%s in %v", "%s 需 %v")
	labelNoEnd           = render.T("%s without end", "%s 无法完成")
	labelNever           = render.T("never", "永不")
	labelTokens          = render.T("%s tokens", "%s 个 token")
	labelBeyond          = render.T("%s (beyond the report's last tier)", "%s（超出报告的分级）")
	labelParams          = render.T("%s parameters", "参数 %s")
	labelParamsActive    = render.T("%s parameters (%s active)", "参数 %s（激活 %s）")
	labelHardwareFact    = render.T("%d x %s of %s", "%d × %s，各 %s")
	labelNodes           = render.T("%s, %d nodes of %d", "%s，%d 节点，每节点 %d")
	labelSlice           = render.T("%s, a %s slice", "%s，%s 切片")
	labelSlices          = render.T("%s, %d slices of %s", "%s，%d 个 %s 切片")
	labelBatchFact       = render.T("global batch %d", "全局批次 %d")
	labelWorkFact        = render.T("sequences of %d, global batch %d (%s tokens)", "序列长 %d，全局批次 %d（%s token）")
	labelModel           = render.T("model", "模型")
	labelHardware        = render.T("hardware", "硬件")
	labelWorkload        = render.T("workload", "任务")
	labelLayout          = render.T("layout", "并行布局")
	labelOptimizerChosen = render.T("optimizer not given: %s", "未指定优化器：%s")
	labelStack           = render.T("stack", "软件栈")
	labelUnknown         = render.T("not known", "未知")
)

// Memory and storage.
var (
	labelMemoryDevice   = render.T("memory a device", "每设备显存")
	labelSize           = render.T("size", "大小")
	labelShare          = render.T("of the device", "占设备")
	labelWeights        = render.T("weights", "权重")
	labelGradients      = render.T("gradients", "梯度")
	labelOptimizerState = render.T("optimizer state", "优化器状态")
	labelActivations    = render.T("activations", "激活值")
	labelLogits         = render.T("logits", "输出 logits")
	labelCommunication  = render.T("communication", "通信缓冲")
	labelOverhead       = render.T("overhead", "开销")
	labelTotal          = render.T("total", "合计")
	labelBandLow        = render.T("  80 % band, low", "  80 % 区间下限")
	labelMemorySure     = render.T("  95 % of peaks below", "  95 % 峰值低于")
	labelBandHigh       = render.T("  80 % band, high", "  80 % 区间上限")
	labelDeviceMemory   = render.T("device", "设备容量")
	labelHostMemory     = render.T("host's memory", "主机内存")
	labelNVMe           = render.T("NVMe disks", "NVMe 硬盘")
	labelStorage        = render.T("storage", "存储")
	labelCheckpoints    = render.T("%d checkpoints", "%d 个检查点")
	labelDataset        = render.T("dataset", "数据集")
)

// Compute, time, cost, energy.
var (
	labelCompute          = render.T("compute", "计算量")
	labelModelFLOPs       = render.T("model FLOPs (palm)", "模型 FLOPs（PaLM 约定）")
	labelMegatronFLOPs    = render.T("model FLOPs (megatron)", "模型 FLOPs（Megatron 约定）")
	labelSixND            = render.T("model FLOPs (6ND)", "模型 FLOPs（6ND）")
	labelHardwareFLOPs    = render.T("hardware FLOPs", "硬件 FLOPs")
	labelFLOPsPer         = render.T("model FLOPs per %s", "模型 FLOPs（每 %s）")
	labelTime             = render.T("time", "时间")
	labelStep             = render.T("step", "单步")
	labelTokensPerSecond  = render.T("tokens a second", "每秒 token")
	labelSamplesPerSecond = render.T("%ss a second", "每秒样本（%s）")
	labelOfWhichDevice    = render.T("%s (%s a device)", "%s（每设备 %s）")
	labelMFU              = render.T("MFU", "MFU")
	labelSteps            = render.T("steps", "步数")
	labelSweep            = render.T("search of %d trials, %s of the run each", "%d 次试验的搜索，每次为全程的 %s")
	labelMethod           = render.T("method", "方法")
	labelFullTune         = render.T("%v: all %v parameters trained", "%v：训练全部 %v 参数")
	labelMagnitudes       = render.T("%v: rank %v and magnitudes (DoRA) on %v, %v parameters trained", "%v：秩 %v 与幅值（DoRA），作用于 %v，训练 %v 参数")
	labelAdapters         = render.T("%v: rank %v on %v, %v parameters trained", "%v：秩 %v，作用于 %v，训练 %v 参数")
	labelData             = render.T("data", "数据")
	labelExamples         = render.T("examples", "样例")
	labelExamplesOnce     = render.T("%v, epochs %v", "%v，轮数 %v")
	labelExamplesOf       = render.T("%v, %v tokens each", "%v，每个 %v token")
	labelPacking          = render.T("sequences an epoch", "每轮序列")
	labelSequencesOf      = render.T("%v: %v of %v tokens", "%v：%v 条，长 %v token")
	labelPacked           = render.T("packed", "拼接")
	labelPadded           = render.T("padded", "补齐")
	labelComputed         = render.T("tokens computed", "计算的 token")
	labelUseful           = render.T("tokens useful", "有效 token")
	labelUsefulOf         = render.T("%v (%v)", "%v（%v）")
	labelEpoch            = render.T("one epoch", "每轮")
	labelCostBand         = render.T("%v (%v–%v)", "%v（%v–%v）")
	labelTeacher          = render.T("teacher", "教师模型")
	labelTeacherLogits    = render.T("teacher's logits", "教师 logits")
	labelDistill          = render.T("teacher %v, %v parameters", "教师模型 %v，参数 %v")
	labelTeacherFLOPs     = render.T("teacher's FLOPs", "教师 FLOPs")
	labelTeacherForward   = render.T("forward pass in a step", "每步前向")
	labelShareOfStep      = render.T("%v, %v of the step", "%v，占单步 %v")
	labelTeacherRun       = render.T("in the run", "全程")
	labelTeacherPass      = render.T("one pass over the data alone", "单独读一遍数据")
	labelPassOf           = render.T("%v, %v", "%v，%v")
	labelPassCost         = render.T("cost of that pass", "该遍费用")
	labelStoredLogits     = render.T("stored logits", "存储的 logits")
	labelStoredInstead    = render.T("logits, if stored", "若存储 logits")
	labelLogitsOf         = render.T("%v, %v a %v", "%v，每 %[3]v %[2]v")
	labelReadRate         = render.T("read in training", "训练时读取")
	labelPerSecondOf      = render.T("%v a second", "每秒 %v")
	labelStoredSaves      = render.T("storing them saves", "存储可省")
	labelEachEpoch        = render.T("%v in every epoch after the first", "首轮之后每轮 %v")
	labelSavedEpochs      = render.T("%v, %v in %v epochs", "%v，%[3]v 轮共 %[2]v")
	labelOneTrial         = render.T("one trial", "单次试验")
	labelTrialOn          = render.T("%v on %d x %s (%s)", "%v，%d × %s（%s）")
	labelAllTrials        = render.T("all trials", "全部试验")
	labelIdleHours        = render.T("idle device-hours", "空闲设备小时")
	labelTrialsCost       = render.T("their cost", "试验费用")
	labelMFUBy            = render.T("%v (%v)", "%v（%v 约定）")
	labelMFUOther         = render.T("%v: %v", "%v：%v")
	labelHFU              = render.T("hardware (HFU)", "硬件（HFU）")
	labelWholeRun         = render.T("the whole run, goodput %v", "全程（有效率 %v）")
	labelPart             = render.T("part", "组成")
	labelOfRun            = render.T("of the run", "占全程")
	labelIdeal            = render.T("steps (ideal)", "训练步（理想）")
	labelStartup          = render.T("start-up", "启动")
	labelRampUp           = render.T("batch ramp-up", "批次递增")
	labelEvaluation       = render.T("evaluation", "评估")
	labelCheckpointing    = render.T("checkpoint writes", "写检查点")
	labelRework           = render.T("steps done again", "重做的训练步")
	labelRestarts         = render.T("restarts", "重启")
	labelExpected         = render.T("expected", "预期")
	labelRun              = render.T("run", "全程")
	labelDeviceHours      = render.T("device-hours", "设备小时")
	labelIfItFitted       = render.T("%s, if it fitted", "%s（假如放得下）")
	labelCostEnergy       = render.T("cost and energy", "费用与能耗")
	labelCost             = render.T("cost", "费用")
	labelEnergy           = render.T("energy", "能耗")
	labelStepsCost        = render.T("cost of the steps", "训练步费用")
	labelStepsEnergy      = render.T("energy of the steps", "训练步能耗")
)

// Comparisons.
var (
	labelTrainingOn      = render.T("training on %s", "训练：%s")
	labelTaughtBy        = render.T("%v, taught by %v", "%v，教师模型 %v")
	labelTuningOn        = render.T("fine-tuning on examples: %s", "微调样例：%s")
	labelOneStep         = render.T("one step of training", "训练一步")
	labelSamples         = render.T("%s samples", "%s 个样本")
	labelSequences       = render.T("sequences of %v", "序列长 %v")
	labelStepTime        = render.T("step time", "单步时间")
	labelRunTime         = render.T("run time", "全程时间")
	labelDeviceHoursHead = render.T("device hours", "设备小时")
	labelTightNote       = render.T("tight: the estimate fits, what 95 % of measured peaks would stay below does not", "偏紧：估计值放得下，95 % 实测峰值的上界放不下")
	labelFewest          = render.T("number of devices not given: the fewest that hold the model, in powers of two", "未指定设备数：取放得下的最少设备数（2 的幂）")
	labelFewestOfLayout  = render.T("number of devices not given: the fewest that hold the model, doubling from those of the layout", "未指定设备数：自布局所需起倍增，取放得下的最少设备数")
	labelPrecisionChosen = render.T("precision not given: %s on %s", "未指定精度：%s（%s）")
	labelUnmeasured      = render.T("bands are wider where no training step of the software on the device was measured: %s", "软件栈在该设备上无训练步实测者，区间放宽：%s")
	labelStackOn         = render.T("%s on %s", "%s（%s）")
	labelNoPrice         = render.T("no price known, so no cost (give one with --price): %s", "无已知价格，不计费用（可用 --price 指定）：%s")
	labelNoEnergy        = render.T("no power figure, so no energy: %s", "无功率数据，不计能耗：%s")
	labelPlainOn         = render.T("%s on %s", "%s，%s")
	labelColon           = render.T("%s: %s", "%s：%s")
	labelTier            = render.T("tier", "级别")
	labelParamsHead      = render.T("params", "参数量")
	labelDevices         = render.T("devices", "设备数")
	labelFitsHead        = render.T("fits", "放下")
	labelNotAnswered     = render.T("no answer", "无答案")
	labelNoAnswer        = render.T("%s on %s: %s", "%s，%s：%s")
	labelRowsFailed      = render.T("no answer in %d of %d rows", "%d 行（共 %d 行）无答案")
	labelPrices          = render.T("prices a device-hour: %s (%s)", "每设备小时单价：%s（%s）")
	labelMoreNotes       = render.T("in -o json and in mlsizer estimate: %d more assumptions, on batches, layouts, matrix rates, networks and prices of single rows", "另有 %d 条单行假设（批次、布局、矩阵速率、网络、价格），见 -o json 或 mlsizer estimate")
)

// The catalogues and model files.
var (
	labelModelsTitle    = render.T("%d models", "%d 个模型")
	labelDevicesTitle   = render.T("%d devices", "%d 种设备")
	labelField          = render.T("field", "领域")
	labelExact          = render.T("exactly", "精确值")
	labelActive         = render.T("active", "激活参数")
	labelYear           = render.T("year", "年份")
	labelPublished      = render.T("published params", "公布参数量")
	labelLayers         = render.T("layers", "层")
	labelHidden         = render.T("hidden size", "隐藏宽度")
	labelVocab          = render.T("vocabulary", "词表")
	labelContext        = render.T("context", "上下文长度")
	labelAliases        = render.T("aliases", "别名")
	labelScope          = render.T("scope", "统计范围")
	labelSource         = render.T("source", "来源")
	labelNote           = render.T("note", "备注")
	labelComponent      = render.T("component", "组成")
	labelShareOfAll     = render.T("share", "占比")
	labelCount          = render.T("count", "数量")
	labelBlocks         = render.T("one layer", "每层")
	labelPublishedRuns  = render.T("published training runs", "公布的训练")
	labelLength         = render.T("%ss", "训练量（%s）")
	labelDays           = render.T("days", "天数")
	labelSequence       = render.T("sequence", "序列长")
	labelBatch          = render.T("batch", "批次")
	labelName           = render.T("name", "名称")
	labelKind           = render.T("kind", "类别")
	labelMemory         = render.T("memory", "内存")
	labelBandwidth      = render.T("bandwidth", "带宽")
	labelBF16           = render.T("bf16 peak", "bf16 峰值")
	labelInFP16         = render.T("%s fp16", "%s fp16")
	labelPower          = render.T("power", "功率")
	labelPriceHour      = render.T("$ an hour", "每小时价格")
	labelAt             = render.T("%s at %s", "%s，%s")
	labelLink           = render.T("link", "互联")
	labelLinkOf         = render.T("%s, %s a direction, %d devices", "%s，单向 %s，%d 设备")
	labelTorus          = render.T("largest torus", "最大环面")
	labelHostLink       = render.T("host link", "主机互联")
	labelLinkHost       = render.T("%s, %s", "%s，%s")
	labelNetwork        = render.T("network a device", "每设备网络")
	labelDevicesNode    = render.T("devices a node", "每节点设备数")
	labelDated          = render.T("%s (%s)", "%s（%s）")
	labelFormat         = render.T("format", "格式")
	labelPeak           = render.T("peak", "峰值")
	labelMeasured       = render.T("measured", "实测")
	labelMeasuredSource = render.T("measured %s: %s", "实测 %s：%s")
	labelPriceSource    = render.T("price: %s", "价格：%s")
	labelStored         = render.T("stored", "存储")
	labelStoredIn       = render.T("%s in %d tensors of %d files", "%s，%d 个张量，%d 个文件")
	labelArchitecture   = render.T("architecture", "架构")
	labelOfArchitecture = render.T("of the architecture", "架构参数量")
	labelConfig         = render.T("config", "配置")
	labelTensors        = render.T("tensors", "张量数")
)

var componentLabels = map[sizing.Component]render.Text{
	sizing.Embedding:     render.T("embedding", "嵌入"),
	sizing.AttentionPart: render.T("attention", "注意力"),
	sizing.FFNPart:       render.T("ffn", "前馈"),
	sizing.ExpertPart:    render.T("experts", "专家"),
	sizing.RouterPart:    render.T("router", "路由"),
	sizing.NormPart:      render.T("norms", "归一化"),
	sizing.SSMPart:       render.T("ssm", "状态空间"),
	sizing.ConvPart:      render.T("convolution", "卷积"),
	sizing.HeadPart:      render.T("head", "输出头"),
	sizing.OtherPart:     render.T("other", "其他"),
}

// Derivations.
var (
	labelDerivation = render.T("derivation of %s", "推导：%s")
	labelTerm       = render.T("term", "项")
	labelFormula    = render.T("formula", "公式")
	labelNumbers    = render.T("with the numbers", "代入数字")
	labelValue      = render.T("value", "值")
)

var groupLabels = map[string]render.Text{
	"memory":       render.T("memory", "显存"),
	"storage":      render.T("storage", "存储"),
	"compute":      render.T("compute", "计算量"),
	"time":         render.T("time", "时间"),
	"constants":    render.T("constants", "常数"),
	"distillation": render.T("distillation", "蒸馏"),
	"run":          render.T("the whole run", "全程"),
	"prompt":       render.T("the time to the first token", "首 token 时间"),
	"rates":        render.T("rates", "速率"),
	"front":        render.T("what comes before the decoder", "解码器之前"),
	"cost":         render.T("cost", "费用"),
	"energy":       render.T("energy", "能耗"),
}

var derivedLabels = map[string]render.Text{
	"total": labelTotal, "checkpoint": render.T("checkpoint", "检查点"), "dataset": labelDataset, "cost": labelCost, "energy": labelEnergy,
	"model FLOPs": labelModelFLOPs, "model FLOPs (megatron)": labelMegatronFLOPs, "model FLOPs (6ND)": labelSixND, "hardware FLOPs": labelHardwareFLOPs,
	"step": labelStep, "student's step": render.T("student's step", "学生步时"), "run": labelRun, "ideal": labelIdeal, "start-up": labelStartup, "batch ramp-up": labelRampUp, "evaluation": labelEvaluation,
	"outside the device": render.T("outside the device", "设备之外"),
	"teacher's memory":   render.T("teacher's memory", "教师显存"), "teacher's pass": render.T("teacher's pass", "教师前向一遍"), "stored logits": labelStoredLogits,
	"KV cache, full attention": render.T("KV cache, full attention", "KV 缓存，全注意力"), "KV cache, of the encoder": render.T("KV cache, of the encoder", "KV 缓存，编码器"),
	"KV cache, rounding": labelKVPadding, "state": labelState, "compute buffers": labelComputeBuffer, "the runtime takes": labelBudget,
	"read the weights": render.T("read the weights", "读取权重"), "multiply": render.T("multiply", "相乘"), "gaps": render.T("gaps", "算子间隙"), "host": render.T("host", "主机"),
	"scheduling and sampling": render.T("scheduling and sampling", "调度与采样"), "between devices": render.T("between devices", "设备间"), "between stages": render.T("between stages", "各级之间"), "weights on the host": render.T("weights on the host", "主机上的权重"),
	"prompt": render.T("prompt", "提示"), "first token": labelTTFT, "prefill": labelPrefill, "decode, a user": labelDecodeUser, "decode, in all": labelDecodeAll,
	"compute-bound batch": labelComputeBound, "requests answered": render.T("answered with prompts, tokens a second", "含提示的回答，每秒 token"), "full load": render.T("full load", "满载"), "sequences": render.T("sequences or samples", "序列或样本"), "reading and multiplying": render.T("reading and multiplying", "读取与相乘"),
	"cost a million": render.T("cost a million, this batch", "每百万成本，本批次"), "cost a million, full load": render.T("cost a million, full load", "每百万成本，满载"),
	"energy a million": render.T("energy a million, this batch", "每百万能耗，本批次"), "energy a million, full load": render.T("energy a million, full load", "每百万能耗，满载"),
	"a token of each sequence": render.T("a token of each sequence", "每条序列一个 token"), "pass": render.T("pass", "一次前向"),
	"checkpoints": labelCheckpointing, "rework": labelRework, "restarts": labelRestarts, "expected": labelExpected, "cost of the steps": labelStepsCost, "energy of the steps": labelStepsEnergy,
}

var fieldLabels = map[sizing.Field]render.Text{
	sizing.NLP:        render.T("nlp", "自然语言处理"),
	sizing.CV:         render.T("cv", "计算机视觉"),
	sizing.RL:         render.T("rl", "强化学习"),
	sizing.Multimodal: render.T("multimodal", "多模态"),
	sizing.Speech:     render.T("speech", "语音"),
	sizing.Generation: render.T("image-generation", "图像生成"),
	sizing.Science:    render.T("science", "科学"),
}

// Predictions against measurements, and fits to them.
var (
	labelValidateTitle = render.T("predicted against measured", "预测与实测对比")
	labelBySource      = render.T("by source", "按来源")
	labelByStack       = render.T("by stack", "按软件栈")
	labelByDevice      = render.T("by device", "按设备")
	labelQuantity      = render.T("quantity", "量")
	labelRows          = render.T("rows", "行数")
	labelSkippedRows   = render.T("skipped", "跳过")
	labelMeanError     = render.T("mean error", "平均误差")
	labelMedianError   = render.T("median", "中位误差")
	labelP90Error      = render.T("90th percentile", "第 90 百分位")
	labelBias          = render.T("bias", "偏差")
	labelCoverage      = render.T("in the band", "区间内占比")
	labelSkippedTitle  = render.T("not predicted", "未预测的行")
	labelReason        = render.T("reason", "原因")
	labelErrorNote     = render.T("errors are |predicted - measured| / measured; a positive bias predicts too much", "误差为 |预测 - 实测| / 实测；正偏差表示预测偏大")
	labelCoverageNote  = render.T("the band is to hold 80 % of the measurements", "区间应覆盖 80 % 的实测值")
	labelScatter       = render.T("predicted against measured, one dot a row", "预测与实测对比，每点一行")
	labelMeasuredAxis  = render.T("measured %s", "实测%s")
	labelPredictedAxis = render.T("predicted %s", "预测%s")
	labelFigureTitle   = render.T("%v: %v rows, median error %v, %v in the band", "%v：%v 行，中位误差 %v，%v 在区间内")
	labelExactly       = render.T("predicted exactly", "预测完全准确")
	labelDashed        = render.T("20 % off", "相差 20 %")
	labelInBand        = render.T("measured in the 80 % band", "实测在 80 % 区间内")
	labelOutOfBand     = render.T("measured outside of it", "实测在区间外")
	labelDot           = render.T("measured %v, predicted %v (%v)", "实测 %v，预测 %v（%v）")

	labelCalibrateTitle = render.T("constants fitted to %d rows of %s", "常数拟合：%[2]s 中的 %[1]d 行")
	labelShipped        = render.T("shipped measurements", "内置的实测")
	labelNothingGained  = render.T("nothing changed: what these rows would gain is no more than chance, or there is nothing to gain (more rows, --fit or a wider --prior may)", "无变化：这些行可得的改进不超出偶然，或无可改进（更多行、--fit 或更宽的 --prior 或有改进）")
	labelConstants      = render.T("constants", "常数")
	labelConstant       = render.T("constant", "常数")
	labelWhere          = render.T("where", "适用范围")
	labelBefore         = render.T("before", "拟合前")
	labelAfter          = render.T("after", "拟合后")
	labelPlusMinus      = render.T("standard error", "标准误差")
	labelUnit           = render.T("unit", "单位")
	labelFitErrors      = render.T("errors of the step time", "单步时间误差")
	labelWithThem       = render.T("with these constants", "所用常数")
	labelFitBefore      = render.T("as they were", "原有常数")
	labelFitAfter       = render.T("fitted to all rows", "用全部行拟合")
	labelFitLeftOut     = render.T("each group of rows by constants fitted without it", "每组行用不含该组的拟合")
	labelFittedError    = render.T("fitted", "拟合误差")
	labelCrossFitted    = render.T("left out, in bands of other rows", "留出行落入其他行区间的占比")
	labelPrior          = render.T("without measurements", "无实测时")

	labelMomentsOf      = render.T("memory by moment: stage %d of %d", "按时刻的显存：第 %d 级，共 %d 级")
	labelMomentsByStage = render.T("memory by moment: all stages", "按时刻的显存：各级合计")
	labelPipelineStage  = render.T("stage", "级")
	labelPeakMoment     = render.T("%s (peak)", "%s（峰值）")
	labelExpertModels   = render.T("experts", "含专家")
	labelSmallMemory    = render.T("below 8 GiB", "8 GiB 以下")
	labelMemoryBands    = render.T("measured over estimated memory", "实测与估计内存之比")
	labelBandFrom       = render.T("80 % from", "80 % 自")
	labelBandTo         = render.T("to", "至")
	labelBandSure       = render.T("95 % below", "95 % 低于")
	labelOtherStacks    = render.T("all others", "其他全部")
	labelWritten        = render.T("written to %s: use it with --constants", "已写入 %s：用 --constants 读取")
)

// Plans.
var (
	labelBestPlans      = render.T("best plans", "最佳方案")
	labelCandidates     = render.T("layouts", "布局")
	labelBounded        = render.T("%v possible, %v evaluated, the others bounded away", "共 %v 种，评估 %v 种，其余由界限排除")
	labelEvaluatedAll   = render.T("%v possible, %v evaluated", "共 %v 种，评估 %v 种")
	labelSearchTime     = render.T("search", "搜索")
	labelSearchRate     = render.T("%v, %v layouts a second", "%v，每秒 %v 种布局")
	labelFewestGrain    = render.T("%d, the fewest that will do (looked at in steps of %d)", "最少 %d 台（按 %d 台一步查找）")
	labelWhatBounds     = render.T("what bounds it", "瓶颈")
	labelOfStep         = render.T("of the step", "占单步")
	labelRunnerUp       = render.T("the runner-up, %s, takes %v longer", "次优方案 %s 慢 %v")
	labelLonger         = render.T("longer", "多用")
	labelMoreOf         = render.T("what more of each resource would buy", "各资源增加的收益")
	labelResource       = render.T("resource", "资源")
	labelPlanChange     = render.T("change", "变化")
	labelFaster         = render.T("faster", "加快")
	labelPareto         = render.T("no plan beats these in time, devices, cost and memory", "时间、设备数、费用与显存的帕累托前沿")
	labelClusters       = render.T("the same goal on each", "同一目标在各硬件上")
	labelNoPlan         = render.T("no plan", "无方案")
	labelNoPlanMemory   = render.T("no plan: %s on %d x %s does not fit", "无方案：%s，%d × %s 放不下")
	labelNoPlanTime     = render.T("no plan: %s on %d x %s fits, but does not keep to the time or the money", "无方案：%s，%d × %s 可放下，但超出时间或费用")
	labelNearest        = render.T("nearest", "最接近")
	labelFastest        = render.T("fastest", "最快")
	labelOfDeviceMemory = render.T("%v of %v", "%v（设备 %v）")
	labelLargestTerm    = render.T("largest part", "最大部分")
	labelColonSize      = render.T("%s, %v", "%s，%v")
	labelPlanWouldFit   = render.T("with more devices", "增加设备")
	labelOnMore         = render.T("%d will do: %s, %v a device", "%d 台可行：%s，每设备 %v")
	labelNotKnown       = render.T("not known: %s", "未知：%s")
	labelNotOnMore      = render.T("no number up to %d will do", "至 %d 台均不可行")
	labelAdvice         = render.T("changes on the same devices", "相同设备上的改动")
	labelOptimalModel   = render.T("%s parameters on %s tokens (%s)", "参数 %s，%s token（%s）")
	labelOptimalFor     = render.T("what trains to the least loss with %v (6ND)", "%v（6ND）下损失最低者")
	labelLaw            = render.T("scaling law", "缩放定律")
	labelPlanTokensHead = render.T("tokens", "训练 token 数")
	labelLoss           = render.T("loss, nats a token", "损失（nat/token）")
	labelLawNote        = render.T("%s: fitted on dense decoders; loss on the data of the fit", "%s：由稠密解码器拟合；损失对应其拟合数据")
	labelNotExported    = render.T("not in the file: %s (option names of %s)", "文件未含：%s（选项名依据 %s）")
)

// withoutHeads head the errors of rows by what a fit left out together with
// them.
var withoutHeads = map[string]render.Text{
	"shape":  render.T("without its shape", "留出同形状"),
	"layout": render.T("without its layout", "留出同布局"),
	"scale":  render.T("without its scale", "留出同规模"),
	"device": render.T("without its device", "留出同设备"),
	"source": render.T("without its source", "留出同来源"),
}

var resourceLabels = map[string]render.Text{
	"flops":            render.T("FLOP/s", "算力"),
	"memory-bandwidth": render.T("memory bandwidth", "显存带宽"),
	"scale-up":         render.T("links in a node", "节点内互联"),
	"scale-out":        render.T("network between nodes", "节点间网络"),
	"memory":           render.T("memory a device", "每设备显存"),
	"devices":          render.T("devices", "设备数"),
}

var memoryTermLabels = map[string]render.Text{
	"weights": labelWeights, "gradients": labelGradients, "optimizer": labelOptimizerState, "activations": labelActivations,
	"logits": labelLogits, "communication": labelCommunication, "teacher": labelTeacher, "overhead": labelOverhead,
}

var termLabels = map[string]render.Text{
	"matrix products":         render.T("matrix products", "矩阵乘"),
	"attention":               render.T("attention", "注意力"),
	"memory-bound kernels":    render.T("memory-bound kernels", "访存型算子"),
	"launch":                  render.T("launch", "算子启动"),
	"tensor-parallel traffic": render.T("tensor-parallel traffic", "张量并行通信"),
	"expert all-to-all":       render.T("expert all-to-all", "专家 all-to-all"),
	"context exchange":        render.T("context exchange", "上下文并行交换"),
	"pipeline transfers":      render.T("pipeline transfers", "流水线传输"),
	"pipeline bubble":         render.T("pipeline bubble", "流水线气泡"),
	"data-parallel traffic":   render.T("data-parallel traffic", "数据并行通信"),
	"optimizer":               render.T("optimizer", "优化器"),
	"host transfers":          render.T("host transfers", "主机传输"),
	"stragglers":              render.T("stragglers", "掉队等待"),
	"teacher's forward pass":  render.T("teacher's forward pass", "教师前向"),
	"fixed":                   render.T("fixed", "固定开销"),
}

// quantityLabels are what is measured, in words.
var quantityLabels = map[evidence.Quantity]render.Text{
	evidence.StepSeconds:     render.T("step time (s)", "单步时间（秒）"),
	evidence.PeakMemory:      render.T("peak memory (GiB)", "峰值显存（GiB）"),
	evidence.DeviceHours:     render.T("device-hours", "设备小时"),
	evidence.TokensPerSecond: render.T("tokens a second", "每秒 token"),
	evidence.FirstToken:      render.T("first token (s)", "首 token 时间（秒）"),
	evidence.KVMemory:        render.T("KV cache (GiB)", "KV 缓存（GiB）"),
	evidence.WeightsMemory:   render.T("weights (GiB)", "权重（GiB）"),
}
