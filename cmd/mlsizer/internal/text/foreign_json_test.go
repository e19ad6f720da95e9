package text

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestJSONErrorsHaveWords reads texts that are no JSON: what encoding/json says of
// each is known, and stays its own in English.
func TestJSONErrorsHaveWords(t *testing.T) {
	places := map[string]bool{}
	for text, want := range map[string]string{
		`{"a": `:       "JSON 意外结束",
		`{"a": x}`:     "字符 'x' 无效（此处应为值的开头）",
		`{a: 1}`:       "字符 'a' 无效（此处应为对象键的开头）",
		`{"a" 1}`:      "字符 '1' 无效（在对象键之后）",
		`{"a": 1 "b"}`: `字符 '"' 无效（在对象的键值对之后）`,
		`[1 2]`:        "字符 '2' 无效（在数组元素之后）",
		`{} '`:         `字符 '\'' 无效（在顶层值之后）`,
		"\"a\nb\"":     `字符 '\n' 无效（在字符串中）`,
		`"\x"`:         "字符 'x' 无效（在字符串的转义中）",
		`"\u12g4"`:     `字符 'g' 无效（在 \u 十六进制转义中）`,
		`-x`:           "字符 'x' 无效（在数中）",
		`1.x`:          "字符 'x' 无效（在数的小数点之后）",
		`1ex`:          "字符 'x' 无效（在数的指数中）",
		`tx`:           "字符 'x' 无效（在 true 中，应为 'r'）",
		`fx`:           "字符 'x' 无效（在 false 中，应为 'a'）",
		`nx`:           "字符 'x' 无效（在 null 中，应为 'u'）",
	} {
		var v any
		var broken *json.SyntaxError
		require.ErrorAs(t, json.Unmarshal([]byte(text), &v), &broken, text)
		assert.Equal(t, want, ErrorIn(broken, Chinese))
		assert.Equal(t, broken.Error(), ErrorIn(broken, English))
		if m := jsonCharacter.FindStringSubmatch(broken.Error()); m != nil {
			places[m[2]] = true
		}
	}
	assert.Len(t, places, len(jsonPlaces))
}
