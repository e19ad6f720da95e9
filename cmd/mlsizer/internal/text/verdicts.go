package text

// Whether a plan fits.
var (
	Fits        = T("fits", "可放下")
	Tight       = T("fits tightly", "勉强可放下")
	Yes         = T("yes", "是")
	Tightly     = T("tight", "偏紧")
	No          = T("no", "否")
	DoesNotFit  = T("does not fit", "放不下")
	Never       = T("never", "永不")
	Unknown     = T("not known", "未知")
	IfItFitted  = T("%s, if it fitted", "%s（假如放得下）")
	TightNote   = T("tight: the estimate fits, but the upper bound of 95 % of measured peaks does not", "偏紧：估计值放得下，但 95 % 实测峰值的上界放不下")
	FitsHead    = T("fits", "放下")
	NotAnswered = T("no answer", "无答案")
	NotKnown    = T("not known: %s", "未知：%s")
	None        = T("none", "无")
)
