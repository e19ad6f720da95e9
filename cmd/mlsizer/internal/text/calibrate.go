package text

// Fits to measurements.
var (
	ShippedServing = T("the shipped measurements of serving", "内置的推理实测")
	BandsOrigin    = T("mlsizer calibrate --memory --leave-out %s: %d rows of %s, with their %s in the fit and left out of it", "mlsizer calibrate --memory --leave-out %s：%[3]s 中的 %[2]d 行，其 %[4]s 分别在拟合之内与之外")
	Shipped        = T("shipped measurements", "内置的实测")
	NothingGained  = T("nothing changed: the gain from these rows is not significant, or there is none (more rows, --fit or a wider --prior may help)", "无变化：这些行带来的改进不显著，或无可改进（更多行、--fit 或更宽的 --prior 或有改进）")
	Constants      = T("constants", "常数")
	Constant       = T("constant", "常数")
	Where          = T("where", "适用范围")
	Before         = T("before", "拟合前")
	After          = T("after", "拟合后")
	PlusMinus      = T("standard error", "标准误差")
	UnitOf         = T("unit", "单位")
	FitErrors      = T("errors of the step time", "单步时间误差")
	WithThem       = T("with these constants", "所用常数")
	FitBefore      = T("before the fit", "原有常数")
	FitAfter       = T("fitted to all rows", "用全部行拟合")
	FitLeftOut     = T("fitted without the group of the row", "用不含该行所在组的数据拟合")
	FittedError    = T("fitted", "拟合误差")
	CrossFitted    = T("left out, share in bands of other rows", "留出行落入其他行区间的占比")
	LeftOutCover   = T("left-out rows in the bands that the other rows give them", "留出行落入其余行所给区间的占比")
	StoredCross    = T("cross-fitted errors of the constants (fitted without the group of the row)", "常数的交叉拟合误差（以不含该行所在组的数据拟合）")
	FitBasis       = T("what the fit rests on", "拟合所依据的数据")
	Configurations = T("configurations", "配置")
	ShapeCount     = T("shapes", "形状")
	FamilyCount    = T("families", "系列")
	DeviceCount    = T("devices", "设备")
	SourceCount    = T("sources", "来源")
	ConfigNote     = T("a configuration that several releases measured weighs once; rows left out with their whole stack have the band of an unmeasured stack", "同一配置在多个版本中的实测合计一份权重；连同整个训练框架一并留出的行采用未实测框架的区间")
	Prior          = T("without measurements", "无实测时")
	ExpertModels   = T("experts", "含专家")
	SmallMemory    = T("below 8 GiB", "8 GiB 以下")
	MemoryBands    = T("measured over estimated memory", "实测与估计内存之比")
	BandFrom       = T("80 % from", "80 % 自")
	BandTo         = T("to", "至")
	BandSure       = T("95 % below", "95 % 低于")
	OtherStacks    = T("all others", "其他全部")
	Written        = T("written to %s: use it with --constants", "已写入 %s：用 --constants 读取")
	FitError       = T("median error", "中位误差")
	LeftOutError   = T("left out", "留出误差")
)

// Without head the errors of rows by what a fit left out together with them.
var Without = map[string]Text{
	"shape":  T("without its shape", "留出同形状"),
	"layout": T("without its layout", "留出同布局"),
	"family": T("without its family", "留出同系列"),
	"stack":  T("without its stack", "留出同框架"),
	"scale":  T("without its scale", "留出同规模"),
	"device": T("without its device", "留出同设备"),
	"source": T("without its source", "留出同来源"),
}
