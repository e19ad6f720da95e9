package limit

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRepeatedKey(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"b":2}`:                                "",
		`{"a":1,"a":2}`:                                "a",
		`{"a":{"b":1},"b":{"a":1}}`:                    "",
		`{"a":[{"b":1,"c":[1,2]},{"b":1,"b":2}]}`:      "b",
		`[{"a":"a"},{"a":"a"}]`:                        "",
		`{"a":"b","b":"a","\u0061":1}`:                 "a",
		`{"x":[],"y":{},"x":0}`:                        "x",
		`"a"`:                                          "",
		`{"a":null,"c":[null,"a","a"],"d":{"a":true}}`: "",
	} {
		key, ok := RepeatedKey([]byte(text))
		assert.Equal(t, want, key, text)
		assert.Equal(t, want != "", ok, text)
	}
}
