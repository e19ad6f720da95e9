package text

// modelErrors are what is wrong with models that are asked about.
var modelErrors = map[string]Text{
	"model.unknown":          T("no model %q in the catalogue", "目录中没有模型 %q"),
	"model.unknown-but-near": T("no model %q in the catalogue (nearest: %v)", "目录中没有模型 %q（最接近：%v）"),
	"model.no-parameters":    T("parameter count %d (want at least 1)", "参数量 %d（至少应为 1）"),
}

// searchErrors are what is wrong with what a search is for.
var searchErrors = map[string]Text{
	"objective.unknown":                T("%q: unknown objective (want %v)", "%q：未知目标（应为 %v）"),
	"objective.needs-batch":            T("a search needs a global batch", "搜索需要全局批次"),
	"optimum.more-than-can-be-counted": T("%v train %.3g parameters on %.3g tokens: more than can be counted (want less)", "%v 对应 %.3g 个参数与 %.3g 个 token：超出计数范围（应更少）"),
}
