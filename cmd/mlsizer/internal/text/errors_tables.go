package text

// What is wrong with a row of a table.
var (
	UnknownColumn = T("%q: unknown or repeated column (want %v)", "%q：未知或重复的列（应为 %v）")
	BlankCell     = T("%s is blank (want a value in every row)", "%s 为空（每行都应有值）")
)

// tableErrors are what is wrong with a table of a user's own, such as prices.
var tableErrors = map[string]Text{
	"table.no-rows":        T("no rows (want a header and the rows under it)", "没有行（应有表头，其下为各行）"),
	"table.unknown-column": UnknownColumn,
	"table.no-column":      T("no column %q (want it in the header)", "没有列 %q（表头中应有）"),
	"table.blank-cell":     BlankCell,
	"price.unknown-kind":   T("%q: unknown kind of price (want %v)", "%q：未知的价格类别（应为 %v）"),
	"price.bad-date":       T("%q: not a date (want one such as 2026-11-09)", "%q：不是日期（应如 2026-11-09）"),
	"region.unknown":       T("%q: unknown region (want a country such as us or germany, or a cloud's region such as us-east-1, us-central1 or eastus)", "%q：未知地区（应为国家，如 us、germany，或云的区域，如 us-east-1、us-central1、eastus）"),
}
