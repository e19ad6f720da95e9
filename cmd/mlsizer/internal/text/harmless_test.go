package text

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"显存 é\t\r\n":           "显存 é\t\r\n",
		"a\x1b[31mb":           `a\x1b[31mb`,
		"\x00\x7f\u009b":       `\x00\x7f\x9b`,
		"a\u202etxt.\u2069":    `a\u202etxt.\u2069`,
		"\u061c\u200e\u200f":   `\u061c\u200e\u200f`,
		"\xff\x1b\xfe":         "\xff" + `\x1b` + "\xfe",
		"\u200bzero\u2028line": "\u200bzero\u2028line",
	} {
		assert.Equal(t, want, Harmless(in), "%q", in)
	}
	for r := rune(0); r < 0x3000; r++ {
		if s := Harmless(string(r)); harmful(r) {
			assert.False(t, strings.ContainsRune(s, r), "%U", r)
		} else {
			assert.Equal(t, string(r), s, "%U", r)
		}
	}
}
