package text

// Titles of answers.
var (
	On               = T("%s on %d x %s: %s", "%s，%d × %s：%s")
	OneStepIn        = T("one step in %v", "单步 %v")
	RunIn            = T("%s in %v", "%s 需 %v")
	NoEnd            = T("%s never complete", "%s 无法完成")
	Tokens           = T("%s tokens", "%s 个 token")
	PerParameter     = T("%s tokens per parameter", "每参数 %s 个 token")
	OfText           = T("%s of text", "%s 文本")
	TrainingOn       = T("training on %s", "训练：%s")
	TaughtBy         = T("%v, teacher %v", "%v，教师模型 %v")
	TuningOn         = T("fine-tuning on examples: %s", "微调样例：%s")
	OneStep          = T("one step of training", "训练一步")
	Samples          = T("%s samples", "%s 个样本")
	Sequences        = T("sequence length %v", "序列长 %v")
	ModelsTitle      = T("%d models", "%d 个模型")
	DevicesTitle     = T("%d devices", "%d 种设备")
	ValidateTitle    = T("predicted against measured", "预测与实测对比")
	CalibrateTitle   = T("constants fitted to %d rows of %s", "常数拟合：%[2]s 中的 %[1]d 行")
	Encodes          = T("%s %s per second", "每秒 %s %s")
	Serving          = T("serving", "推理")
	Serves           = T("%s tokens per second", "每秒 %s token")
	CompareInfer     = T("serving with context %d, batch %d, KV cache %s", "推理：上下文 %d，批次 %d，KV 缓存 %s")
	ValidateServing  = T("predictions of serving against measurements", "推理预测与实测对比")
	CalibrateServing = T("constants of serving fitted to measurements", "按实测拟合推理常数")
	SizeClasses      = T("size classes by total parameters", "按总参数量分级")
)

// SamplesOf is the form for a number of what a model reads: "%s images".
func SamplesOf(unit string) Text { return T("%s "+unit+"s", "%s 个样本") }
