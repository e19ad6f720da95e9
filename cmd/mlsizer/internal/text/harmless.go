package text

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Harmless makes foreign text harmless on a terminal, in a page and in a table:
// control characters and those that change the direction of the text are
// spelled out. Breaks of lines, tabs and invalid UTF-8 stay.
func Harmless(s string) string {
	if isPlain(s) || !strings.ContainsFunc(s, harmful) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case !harmful(r):
			b.WriteString(s[:n])
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		s = s[n:]
	}
	return b.String()
}

// isPlain reports whether all of s is printable ASCII, as most names are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i]-' ' >= 0x7f-' ' {
			return false
		}
	}
	return true
}

// harmful reports what a terminal or a browser would act on instead of showing
// it: C0 without breaks and tabs, DEL, C1, and the marks, embeddings, overrides
// and isolates of Unicode's bidirectional algorithm.
func harmful(r rune) bool {
	switch {
	case r == '\n', r == '\r', r == '\t':
		return false
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	}
	return r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}
