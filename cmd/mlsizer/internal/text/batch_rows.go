package text

// What is wrong with a row of a file of models.
var (
	AtLine        = T("line %d: %s", "第 %d 行：%s")
	BareQuote     = T("a quote inside a field that does not begin with one (want the field in quotes, and \"\" for a quote in it)", "字段不以引号开头却含引号（应把字段放在引号中，其中的引号写作 \"\"）")
	StrayQuote    = T("text after a closing quote (want a separator, or \"\" for a quote in the field)", "右引号之后还有文字（应为分隔符，或以 \"\" 表示字段中的引号）")
	OpenQuote     = T("a quote that is not closed before the next separator or the end of the file (want a closing quote; the next line is read as a separate row)", "引号在下一个分隔符或文件末尾之前未关闭（应有右引号；下一行作为单独的一行读取）")
	NotAnObject   = T("not a JSON object (want one object per line)", "不是 JSON 对象（应每行一个对象）")
	NotJSON       = T("not valid JSON (want one object per line)", "不是有效的 JSON（应每行一个对象）")
	NotJSONFor    = T("not valid JSON: %v (want one object per line)", "不是有效的 JSON：%v（应每行一个对象）")
	TwoCounts     = T("two counts in one object", "一个对象中有两个参数量")
	CountOfNoKind = T("the count is neither a number nor a text", "参数量既不是数字也不是文字")
	ReadingFailed = T("reading failed inside this row", "在该行之中读取失败")
	RowTooLong    = T("a line longer than %d bytes (want one model per line)", "该行超过 %d 字节（应每行一个模型）")
	OneCell       = T("1 cell (want %d, as in the first row)", "1 个单元格（应为 %d 个，与首行相同）")
	ManyCells     = T("%d cells (want %d, as in the first row)", "%d 个单元格（应为 %d 个，与首行相同）")
	CellEmpty     = T("no count (the cell is empty)", "缺少参数量（单元格为空）")
	NULByte       = T("a NUL byte", "NUL 字节")
	NotUTF8       = T("byte 0x%02x is not UTF-8", "字节 0x%02x 不是 UTF-8")
	WantUTF8      = T("%s (want UTF-8 text)", "%s（应为 UTF-8 文本）")
	AndMore       = T("%s and %d more", "%s 等，另有 %d 个")
)

// What is said beside the rows.
var (
	BeyondOne  = T("%d of the very large lies beyond %s parameters, where the report's tiers end", "超大模型中有 %d 个超过 %s 参数，超出报告的分级范围")
	BeyondMany = T("%d of the very large lie beyond %s parameters, where the report's tiers end", "超大模型中有 %d 个超过 %s 参数，超出报告的分级范围")
	RowsRate   = T("%s rows  %s rows/s", "%s 行  %s 行/秒")
	TimeLeft   = T("  %s left", "  剩余 %s")
)
