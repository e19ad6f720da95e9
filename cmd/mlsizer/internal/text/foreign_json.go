package text

import (
	"encoding/json"
	"regexp"
)

// jsonEnds is what encoding/json says of a text that ends early.
var jsonEnds = T("unexpected end of JSON input", "JSON 意外结束")

// jsonCharacter is what encoding/json says of a character: which, and where.
var (
	jsonCharacter = regexp.MustCompile(`^invalid character ('.*?') (.*?)(?: \(expecting (.*)\))?$`)
	jsonPlaced    = T("invalid character %[1]s %[2]s", "字符 %[1]s 无效（%[2]s）")
	jsonWanted    = T("invalid character %[1]s %[2]s (expecting %[3]s)", "字符 %[1]s 无效（%[2]s，应为 %[3]s）")
)

// jsonPlaces are where a character is that encoding/json refuses.
var jsonPlaces = map[string]Text{
	"looking for beginning of value":             T("looking for beginning of value", "此处应为值的开头"),
	"looking for beginning of object key string": T("looking for beginning of object key string", "此处应为对象键的开头"),
	"after object key":                           T("after object key", "在对象键之后"),
	"after object key:value pair":                T("after object key:value pair", "在对象的键值对之后"),
	"after array element":                        T("after array element", "在数组元素之后"),
	"after top-level value":                      T("after top-level value", "在顶层值之后"),
	"in string literal":                          T("in string literal", "在字符串中"),
	"in string escape code":                      T("in string escape code", "在字符串的转义中"),
	"in \\u hexadecimal character escape":        T("in \\u hexadecimal character escape", "在 \\u 十六进制转义中"),
	"in numeric literal":                         T("in numeric literal", "在数中"),
	"after decimal point in numeric literal":     T("after decimal point in numeric literal", "在数的小数点之后"),
	"in exponent of numeric literal":             T("in exponent of numeric literal", "在数的指数中"),
	"in literal true":                            T("in literal true", "在 true 中"),
	"in literal false":                           T("in literal false", "在 false 中"),
	"in literal null":                            T("in literal null", "在 null 中"),
}

// jsonIn is an error of encoding/json, which has no codes, in Chinese; ok is
// false for one that only has its own words.
func jsonIn(err *json.SyntaxError) (words string, ok bool) {
	if err.Error() == jsonEnds.EN {
		return jsonEnds.ZH, true
	}
	m := jsonCharacter.FindStringSubmatch(err.Error())
	if m == nil {
		return "", false
	}
	place, ok := jsonPlaces[m[2]]
	if m[3] != "" {
		return jsonWanted.Fill(Chinese, m[1], place, m[3]), ok
	}
	return jsonPlaced.Fill(Chinese, m[1], place), ok
}
