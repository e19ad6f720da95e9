package text

import (
	"strings"

	"mlsizer/hardware"
)

// prices reads a list of prices.
func prices(file string) error {
	return fail(hardware.Default().WithPrices(strings.NewReader(file), "f"))
}

// tableCases are errors of tables of a user's own.
func tableCases() []sentence {
	const head = "device,provider,kind,usd_per_device_hour,date,source\n"
	return []sentence{
		{prices(strings.Repeat(" ", 4<<20+1)), "f: the file goes on after 4.00 MiB (limit)", "f：文件超过上限 4.00 MiB"},
		{prices(head), "f:1:1: no rows (want a header and the rows under it)", "f:1:1：没有行（应有表头，其下为各行）"},
		{prices("device,cloud\n"), `f:1:8: "cloud": unknown or repeated column (want device, provider, instance, devices, region, kind, usd_per_device_hour, date, source)`,
			`f:1:8："cloud"：未知或重复的列（应为 device、provider、instance、devices、region、kind、usd_per_device_hour、date、source）`},
		{prices("device,provider\n"), `f:1:1: no column "kind" (want it in the header)`, `f:1:1：没有列 "kind"（表头中应有）`},
		{prices(head + "h100,,spot,2,2026-11-09,s\n"), "f:2:6: provider is blank (want a value in every row)", "f:2:6：provider 为空（每行都应有值）"},
		{prices(head + "h100,me,lease,2,2026-11-09,s\n"), `f:2:9: kind: "lease": unknown kind of price (want reserved, on-demand, reserved-1y, reserved-3y, spot)`,
			`f:2:9：kind："lease"：未知的价格类别（应为 reserved、on-demand、reserved-1y、reserved-3y、spot）`},
		{prices(head + "h100,me,spot,2,9 Nov,s\n"), `f:2:16: date: "9 Nov": not a date (want one such as 2026-11-09)`, `f:2:16：date："9 Nov"：不是日期（应如 2026-11-09）`},
		{fail(hardware.FindRegion("atlantis")), `"atlantis": unknown region (want a country such as us or germany, or a cloud's region such as us-east-1, us-central1 or eastus)`,
			`"atlantis"：未知地区（应为国家，如 us、germany，或云的区域，如 us-east-1、us-central1、eastus）`},
	}
}
