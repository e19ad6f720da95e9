package text

// requestNotes are of what a request leaves open.
var requestNotes = map[string]Text{
	"optimizer.default": T("optimizer not given: %s", "未指定优化器：%s"),
}
