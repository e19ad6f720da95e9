package text

import "strings"

// What is wrong with a sheet.
var (
	NoSuchSheet       = T("no sheet %q (has %s)", "没有工作表 %q（现有 %s）")
	SheetOfNoWorkbook = T("--sheet %q: the file is no workbook (want --sheet with an .xlsx file only)", "--sheet %q：文件不是工作簿（--sheet 仅用于 .xlsx 文件）")
	WorkbookTooLarge  = T("a workbook of more than %d MiB, or of more than %d MiB unpacked", "工作簿超过 %d MiB，或解压后超过 %d MiB")
	WorkbookBroken    = T("a workbook that cannot be read", "无法读取的工作簿")
	NoSheets          = T("no sheet with rows", "没有含行的工作表")
	NoPart            = T("no part %s", "没有部分 %s")
	RowOutOfOrder     = T("row %d out of order", "第 %d 行次序不对")
	CellOutOfOrder    = T("cell %q out of order", "单元格 %q 次序不对")
	NoSharedString    = T("no shared string %q", "没有共享字符串 %q")
	OldWorkbook       = T("an Excel file of the old form (.xls), or an encrypted one", "旧格式（.xls）或加密的 Excel 文件")
	UnitMissing       = T("%v: every count is below 1,000 and has no unit%v (want --unit B, M or 亿 if the unit was left out, or --unit 1 if these are parameters)", "%v：所有参数量都小于 1,000 且没有单位%v（若省略了单位，用 --unit B、M 或 亿；若就是参数个数，用 --unit 1）")
	UnitExamples      = T(", such as %s", "，如 %s")
	ColumnNamed       = T("column %q", "列 %q")
	ColumnNumber      = T("column %d", "第 %d 列")
	TheCounts         = T("the counts", "参数量")
	NoByColumn        = T("line %d: no column %q to count by (has %s)", "第 %d 行：没有可供统计的列 %q（现有 %s）")
	NoByHeader        = T("no column %q to count by: the file has no header", "没有可供统计的列 %q：文件没有表头")
	ByOfCatalogue     = T("--by %q: the catalogue has no such column (want year or field, or --from FILE)", "--by %q：目录没有这一列（应为 year 或 field，或用 --from FILE）")
	UnknownUnit       = T("%q: not a unit of counts (want K, M, B, T, 千, 万, 亿, 万亿, or 1 for parameters)", "%q：不是参数量的单位（应为 K、M、B、T、千、万、亿、万亿，或以 1 表示参数个数）")
)

// What is wrong with a cell of a sheet.
var (
	AtCell         = T("line %d, column %s: %s", "第 %d 行，第 %s 列：%s")
	CellSaysNone   = T("no count (the cell says %q)", "缺少参数量（单元格为 %q）")
	NotPublishedIn = T("%q: not published: the makers give no parameter count (%s)", "%q：未公布：开发者没有给出参数量（%s）")
)

// What is noted of a sheet.
var (
	SheetRead      = T("sheet %q is read, the first of %d (--sheet NAME for another)", "读取工作表 %q，共 %d 个中的第一个（--sheet NAME 选择其他）")
	SheetChosen    = T("sheet %q is read", "读取工作表 %q")
	HeaderBelow    = T("the header is line %d; what stands above it is left out", "表头在第 %d 行；其上的内容略去")
	CommaIsDecimal = T("a comma is the decimal mark in this file", "该文件以逗号作小数点")
	UnitGiven      = T("counts without a unit are in %s (--unit)", "未带单位的数以 %s 计（--unit）")
	RangesNote     = T("counts that are a range: %d; the tier is that of the upper end", "以范围给出的参数量：%d 个；级别按上限")
	ProductsNote   = T("counts spelled like 8x7B: %d; the product is an upper bound, because experts share layers", "写作 8x7B 之类的参数量：%d 个；乘积是上界，因为专家共享部分层")
	SpelledLike    = T("%s: the catalogue has %s with its exact count", "%s：目录中有 %s 及其准确参数量")
	AboutNote      = T("counts that are approximate: %d", "约数：%d 个")
	RepeatedNote   = T("rows with the name of a row before: %d (%s); all are counted", "与前面的行同名的行：%d（%s）；均计入")
	RepeatAt       = T("%s in lines %d and %d", "%s 在第 %d 行与第 %d 行")
	NamesLookedAt  = T("repeated names were looked for among the first %d names only", "仅在前 %d 个名称中查找重名")
)

// What the models are counted by.
const (
	GroupYear   = "year"
	GroupVendor = "vendor"
	GroupField  = "field"
)

// ByColumns are the names of the columns that the models are counted by, the
// plainest first.
var ByColumns = map[string][]string{
	GroupYear:   {"published", "release_year", "release_date", "released", "publication_date", "date", "年份", "年", "发布年份", "发布时间", "发布日期", "日期", "jahr"},
	GroupVendor: {"company", "organization", "organisation", "org", "developer", "maker", "lab", "manufacturer", "厂商", "公司", "机构", "组织", "开发者", "开发商", "hersteller"},
	GroupField:  {"domain", "task", "application", "领域", "应用领域", "任务"},
}

// noCounts are what people write into a cell that has no count.
var noCounts = map[string]bool{
	"-": true, "--": true, "---": true, "–": true, "—": true, "——": true, "?": true, "??": true, "/": true, "\\": true, "*": true, ".": true, "...": true, "…": true, "？": true,
	"n/a": true, "n.a.": true, "n. a.": true, "na": true, "#n/a": true, "nil": true, "null": true, "none": true, "tbd": true, "tba": true, "n/k": true,
	"unknown": true, "unk": true, "undisclosed": true, "not disclosed": true, "not published": true, "not public": true, "unpublished": true, "not available": true, "not known": true, "not stated": true, "unreleased": true, "proprietary": true, "confidential": true,
	"未知": true, "不详": true, "不明": true, "未公布": true, "未公开": true, "未披露": true, "未发布": true, "无": true, "暂无": true, "保密": true, "待定": true,
	"k. a.": true, "k.a.": true, "unbekannt": true,
}

// IsNoCount reports whether a cell says that there is no count.
func IsNoCount(cell string) bool { return noCounts[strings.ToLower(strings.TrimSpace(cell))] }

// Unpublished says that a model has no published size; source is where its
// makers leave it out.
func Unpublished(name, source string) error { return NotPublishedIn.Error(name, source) }
