package text

// Comparisons.
var (
	StepTime        = T("step time", "单步时间")
	RunTime         = T("run time", "全程时间")
	DeviceHoursHead = T("device hours", "设备小时")
	Fewest          = T("number of devices not given: the fewest that fit the model, in powers of two", "未指定设备数：取放得下的最少设备数（2 的幂）")
	FewestOfLayout  = T("number of devices not given: the fewest that fit the model, doubling from those of the layout", "未指定设备数：自布局所需起倍增，取放得下的最少设备数")
	PrecisionChosen = T("precision not given: %s on %s", "未指定精度：%s（%s）")
	Unmeasured      = T("bands are wider where no training step of the training framework on the device is measured: %s", "训练框架在该设备上无训练步实测者，区间放宽：%s")
	NoPrice         = T("no known price, so cost is omitted (set a price with --price): %s", "无已知价格，不计费用（可用 --price 指定）：%s")
	NoEnergy        = T("no known power, so energy is omitted: %s", "无已知功率，不计能耗：%s")
	Tier            = T("tier", "级别")
	Params          = T("params", "参数量")
	Devices         = T("devices", "设备数")
	Prices          = T("prices per device-hour: %s (%s%s)", "每设备小时单价：%s（%s%s）")
	PriceOf         = T("%s %s %s from %s", "%s %s（%s，来自 %s）")
	MoreNotes       = T("in -o json and in mlsizer estimate: %d more assumptions, on batches, layouts, matrix rates, networks and prices of single rows", "另有 %d 条单行假设（批次、布局、矩阵速率、网络、价格），见 -o json 或 mlsizer estimate")
)
