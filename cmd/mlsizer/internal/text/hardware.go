package text

// The catalogue of devices.
var (
	Kind           = T("kind", "类别")
	Memory         = T("memory", "内存")
	Bandwidth      = T("bandwidth", "带宽")
	BF16           = T("bf16 peak", "bf16 峰值")
	InFP16         = T("%s fp16", "%s fp16")
	Power          = T("power", "功率")
	PricesHour     = T("prices per device-hour", "每设备小时价格")
	Provider       = T("provider", "提供方")
	Instance       = T("instance", "实例")
	Region         = T("region", "地区")
	Date           = T("date", "日期")
	PriceHour      = T("$ per hour", "每小时价格")
	Link           = T("link", "互联")
	LinkOf         = T("%s, %s per direction, %d devices", "%s，单向 %s，%d 设备")
	Torus          = T("largest torus", "最大环面")
	HostLink       = T("host link", "主机互联")
	Network        = T("network per device", "每设备网络")
	DevicesNode    = T("devices per node", "每节点设备数")
	Peak           = T("peak", "峰值")
	Measured       = T("measured", "实测")
	MeasuredSource = T("measured %s: %s", "实测 %s：%s")
	PriceSource    = T("price: %s", "价格：%s")
)

// CountOf is a number of devices in a completion.
var CountOf = T("%d x %s", "%d × %s")
