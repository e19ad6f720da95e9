package text

// Fine-tuning, and the data of one.
var (
	Method       = T("method", "方法")
	FullTune     = T("%v: all %v parameters are trained", "%v：训练全部 %v 参数")
	Magnitudes   = T("%v: rank %v and magnitudes (DoRA) on %v, %v parameters are trained", "%v：秩 %v 与幅值（DoRA），作用于 %v，训练 %v 参数")
	Adapters     = T("%v: rank %v on %v, %v parameters are trained", "%v：秩 %v，作用于 %v，训练 %v 参数")
	Data         = T("data", "数据")
	Examples     = T("examples", "样例")
	ExamplesOnce = T("%v, epochs %v", "%v，轮数 %v")
	ExamplesOf   = T("%v, %v tokens each", "%v，每个 %v token")
	Packing      = T("sequences per epoch", "每轮序列")
	SequencesOf  = T("%v: %v of %v tokens", "%v：%v 条，长 %v token")
	Packed       = T("packed", "拼接")
	Padded       = T("padded", "补齐")
	Computed     = T("tokens computed", "计算的 token")
	Useful       = T("tokens useful", "有效 token")
	Epoch        = T("one epoch", "每轮")
)
