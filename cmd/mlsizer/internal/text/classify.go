package text

// Size classes.
var (
	RowsUnanswered    = T("%d of %d rows not classified (%d without a count, %d with a fault)", "%[2]d 行中有 %[1]d 行未分类（%[3]d 行缺少参数量，%[4]d 行有错误）")
	SeeColumn         = T("%v; the column error says why", "%v；原因见 error 列")
	SeeErrors         = T("%v; the list errors says why", "%v；原因见 errors")
	SeeField          = T("%v; their objects have an error", "%v；原因见各行的 error 字段")
	NamesUnanswered   = T("%d of %d models not classified", "%[2]d 个模型中有 %[1]d 个未分类")
	Rest              = T("others", "其余")
	NoGroup           = T("(none)", "（无）")
	PerGroup          = T("models by %s", "按 %s 统计的模型数")
	Histogram         = T("models by parameters", "按参数量的模型数分布")
	PerTier           = T("models in each tier", "各级模型数")
	RowsNotClassified = T("rows that are not classified", "未分类的行")
	MoreRows          = T("not shown: %d more models (--limit N, or -o csv for all)", "另有 %d 个模型未显示（--limit N，或用 -o csv 输出全部）")
	MoreErrors        = T("not classified: %d more rows (-o csv or -o json lists all)", "另有 %d 行未分类（-o csv 或 -o json 列出全部）")
	CountUnit         = T("counts without a unit are in %s, as the column %q says", "未带单位的数以 %s 计，依列名 %q")
	OtherFields       = T("left out: %d models of another field, or of none", "略去 %d 个其他领域或未知领域的模型")
	BoundsNote        = T("the tiers begin at %s, %s and %s parameters; the report gives orders of magnitude, read here as powers of ten (--bounds)", "中、大、超大各级的起点：%s、%s、%s；报告只给出量级，此处取整数量级（--bounds 可改）")
	BeyondNote        = T("beyond %s parameters, where the report's tiers end", "超过 %s 参数，超出报告的分级范围")
	Parameters        = T("parameters", "参数量")
	TierRange         = T("parameters", "参数范围")
	Models            = T("models", "模型数")
	Line              = T("line", "行")
	Column            = T("column", "列")
	Input             = T("input", "输入")
	Problem           = T("problem", "问题")
	Below             = T("below %s", "%s 以下")
	FromTo            = T("%s to below %s", "%s 至 %s 以下")
	FromUp            = T("from %s", "%s 起")
	OfWhichBeyond     = T("of which beyond %s", "其中超过 %s")
)

// ReportTiers is the source of the tiers.
const ReportTiers = "report, section 1.2"
