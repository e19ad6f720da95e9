package text

// requestNotes are of what a request leaves open.
var requestNotes = map[string]Text{
	"devices.more-unknown": T("number of devices not given: %d do not surely hold it, and of more nothing is known: %v", "未指定设备数：%d 台未必放得下，更多则无从得知：%v"),
	"optimizer.default":    T("optimizer not given: %s", "未指定优化器：%s"),
}
