package text

// Arithmetic, time, money and energy.
var (
	Compute          = T("compute", "计算量")
	ModelFLOPs       = T("model FLOPs (palm)", "模型 FLOPs（PaLM 约定）")
	MegatronFLOPs    = T("model FLOPs (megatron)", "模型 FLOPs（Megatron 约定）")
	SixND            = T("model FLOPs (6ND)", "模型 FLOPs（6ND）")
	HardwareFLOPs    = T("hardware FLOPs", "硬件 FLOPs")
	Time             = T("time", "时间")
	Step             = T("step", "单步")
	TokensPerSecond  = T("tokens per second", "每秒 token")
	SamplesPerSecond = T("%ss per second", "每秒样本（%s）")
	OfWhichDevice    = T("%s (%s per device)", "%s（每设备 %s）")
	MFU              = T("MFU", "MFU")
	Steps            = T("steps", "步数")
	CostBand         = T("%v (%v–%v)", "%v（%v–%v）")
	MFUBy            = T("%v (%v)", "%v（%v 约定）")
	ByHardware       = T("hardware (HFU)", "硬件（HFU）")
	HFU              = Same("HFU")
	Run              = T("run", "全程")
	DeviceHours      = T("device-hours", "设备小时")
	CostEnergy       = T("cost and energy", "费用与能耗")
	Cost             = T("cost", "费用")
	Energy           = T("energy", "能耗")
	StepsCost        = T("cost of the steps", "训练步费用")
	Carbon           = Same("CO2")
	StepsCarbon      = T("CO2 of the steps", "训练步 CO2")
	EnergyBand       = T("%v (%v – %v)", "%v（%v – %v）")
	StepsEnergy      = T("energy of the steps", "训练步能耗")
)

// ConventionFLOPs are FLOPs by the conventions that count them.
var ConventionFLOPs = map[string]Text{"palm": ModelFLOPs, "megatron": MegatronFLOPs, "6nd": SixND, "hardware": HardwareFLOPs}

// StepTerms are the terms of the time of a step, by their names.
var StepTerms = map[string]Text{
	"matrix products":               T("matrix products", "矩阵乘"),
	"attention":                     Attention,
	"memory-bound kernels":          T("memory-bound kernels", "访存型算子"),
	"launch":                        T("launch", "算子启动"),
	"tensor-parallel traffic":       T("tensor-parallel traffic", "张量并行通信"),
	"expert all-to-all":             T("expert all-to-all", "专家 all-to-all"),
	"context exchange":              T("context exchange", "上下文并行交换"),
	"pipeline transfers":            T("pipeline transfers", "流水线传输"),
	"pipeline bubble":               T("pipeline bubble", "流水线气泡"),
	"data-parallel traffic":         T("data-parallel traffic", "数据并行通信"),
	"optimizer":                     T("optimizer", "优化器"),
	"host transfers":                T("host transfers", "主机传输"),
	"stragglers":                    T("stragglers", "慢设备等待"),
	"other phases of post-training": T("other phases of post-training", "后训练其余阶段"),
	"teacher's forward pass":        T("teacher's forward pass", "教师模型前向"),
	"fixed":                         T("fixed", "固定开销"),
}
