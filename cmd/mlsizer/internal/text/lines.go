package text

// What goes to stderr.
var (
	LineError  = T("error", "错误")
	LineHint   = T("hint", "提示")
	LineUsage  = T("usage", "用法")
	ModelHint  = T("mlsizer models lists the names; a count such as 7B or a path such as ./config.json is a model too", "mlsizer models 列出全部名称；参数量（如 7B）和路径（如 ./config.json）也可作模型")
	UsageLine  = T("%s (%s --help lists the flags)", "%s（%s --help 列出全部参数）")
	RowsFailed = T("no answer in %d of %d rows", "%d 行（共 %d 行）无答案")
)

// UnknownLanguage refuses what is no language.
var UnknownLanguage = T("%q: unknown language (want en or zh)", "%q：未知语言（应为 en 或 zh）")

// What is wrong with the form of the answer.
var (
	UnknownForm = T("%q: unknown form of output (want %s)", "%q：未知输出形式（应为 %s）")
	NoRecords   = T("records are not a list: %v", "记录不是列表：%v")
)
