package text

// moneyNotes say what money, energy and CO2 rest on.
var moneyNotes = map[string]Text{
	"price.unknown":    T("no known price for %s: cost is omitted (set a price with --price)", "%s 无已知价格：不计费用（可用 --price 指定）"),
	"price.given":      T("price as given: %s per device-hour", "给定单价：每设备小时 %s"),
	"price.listed":     T("%s per device-hour (%s)", "每设备小时 %s（%s）"),
	"energy.unknown":   T("no known power of %s: energy is omitted", "%s 无已知功率：不计能耗"),
	"price.chosen":     T("%s per device-hour, %s from %s, price of %s%s%s", "每设备小时 %s，%s，提供方 %s，%s 的价格%s%s"),
	"price.days":       T(", %d days old", "，距今 %d 天"),
	"price.months":     T(", %d months old", "，距今 %d 个月"),
	"price.median":     T(" (lower median of %d providers)", "（%d 家提供方的低中位数）"),
	"energy.rated":     T("energy: the machine at its rated power of %s, times a PUE of %.2f", "能耗：整机按额定功率 %s 计，乘 PUE %.2f"),
	"energy.hosts":     T("energy: devices at their rated power of %s plus %s per device for the rest of the node (at most %s), times a PUE of %.2f; the band combines time and power, from devices alone to nodes at full power", "能耗：设备按额定功率 %s 计，节点其余部分每设备 %s（至多 %s），乘 PUE %.2f；区间合并时间与功率，下端仅计设备，上端计节点满功率"),
	"energy.network":   T("energy: devices at their rated power of %s plus, per device, %s for the rest of the node (at most %s) and %s for switches (at most %s), times a PUE of %.2f; the band combines time and power, from devices alone to nodes and switches at full power", "能耗：设备按额定功率 %s 计，节点其余部分每设备 %s（至多 %s），交换机每设备 %s（至多 %s），乘 PUE %.2f；区间合并时间与功率，下端仅计设备，上端计节点与交换机满功率"),
	"carbon.world":     T("region not given (--region): world average of %.0f g CO2 per kWh (%d)", "未指定地区（--region）：取世界平均，每 kWh %.0f g CO2（%d 年）"),
	"carbon.region":    T("grid of %s: %.0f g CO2 per kWh (%d)", "%s 电网：每 kWh %.0f g CO2（%d 年）"),
	"instance.one":     T("%s is %d %s", "%s 即 %d 台 %s"),
	"instance.several": T("%s: %d instances of %d %s, %d devices in all", "%s：%d 个实例，每个 %d 台 %s，共 %d 台设备"),
}

// priceWords are the kinds of prices.
var priceWords = map[string]Text{
	"on-demand":   T("on demand", "按需"),
	"reserved-1y": T("reserved for a year", "预留一年"),
	"reserved-3y": T("reserved for three years", "预留三年"),
	"spot":        T("spot", "竞价"),
}
