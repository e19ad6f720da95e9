package text

import "mlsizer/sizing/efficiency"

// constantsErrors are what is wrong with a file of constants.
var constantsErrors = map[string]Text{
	"constants.empty":                T("the file is empty (want a JSON object, as mlsizer calibrate -o FILE.json writes it)", "文件为空（应为 mlsizer calibrate -o FILE.json 写出的 JSON 对象）"),
	"constants.json-ends":            T("the JSON ends in the middle", "JSON 中途结束"),
	"constants.not-an-object":        T("a JSON %s (want an object, as mlsizer calibrate -o FILE.json writes it)", "JSON %s（应为 mlsizer calibrate -o FILE.json 写出的对象）"),
	"constants.older-form":           T("%s has an older format (want a list of constants, each with name, match and value, as mlsizer calibrate -o FILE.json writes it)", "%s 属于旧格式（应为 mlsizer calibrate -o FILE.json 写出的常数列表，每个常数含 name、match 与 value）"),
	"constants.unknown-field":        T("json: unknown field %q", "JSON 含未知字段 %q"),
	"constants.text-after":           T("text after the constants (want one JSON object)", "常数之后还有内容（应只有一个 JSON 对象）"),
	"constants.none":                 T("no constants (want a list of them, each with name, match and value)", "没有常数（应为常数列表，每个含 name、match 与 value）"),
	"constants.unknown":              T("%v: unknown constant %q", "%v：未知常数 %q"),
	"constants.not-set-everywhere":   T("%s is not set everywhere (want an entry of it whose match is empty)", "%s 没有通用的取值（应有一个 match 为空的条目）"),
	"constants.no-bands":             T("no bands (want a list of them)", "没有区间（应为区间列表）"),
	"constants.bad-band":             T("band of %v: %v to %v (want a range around 1 within %v to %v)", "%v 的区间：%v 至 %v（应为包含 1、介于 %v 与 %v 之间的范围）"),
	"constants.out-of-bounds":        T("%v: %s is %v (want %v to %v %s)", "%v：%s 为 %v（应为 %v 至 %v %s）"),
	"constants.other-definition":     T("%v: %s is in %s from %v to %v (want %s from %v to %v)", "%v：%s 的单位为 %s，范围 %v 至 %v（应为 %s，%v 至 %v）"),
	"constants.first-not-everywhere": T("%v: the first entry of %s (want one before it whose match is empty)", "%v：这是 %s 的第一个条目（其前应有一个 match 为空的条目）"),
	"constants.first-without-prior":  T("the first entry of %s is fitted, but has no prior", "%s 的第一个条目是拟合所得，却没有先验值"),
	"constants.bad-prior":            T("%v: a prior of %v for %s (want one within the bounds of a constant that is fitted)", "%v：先验值 %v（%s）不可用（应为拟合常数界限之内的值）"),
	"constants.no-origin":            T("%v: %s has no origin", "%v：%s 没有来源"),
	"constants.no-plan-key":          T("band of %v: no key of the measured plan %q (want it among plan_keys, as mlsizer calibrate -o FILE.json writes it)", "%v 的区间：缺少已测方案 %q 的键（应列在 plan_keys 中，如 mlsizer calibrate -o FILE.json 所写）"),
}

// Everywhere is the match that asks for nothing.
var Everywhere = T("default", "默认")

// matchIn is where a constant or a band holds, in a language.
func matchIn(m *efficiency.Match, l Lang) string {
	if m.Everywhere() {
		return Everywhere.In(l)
	}
	return m.String()
}
