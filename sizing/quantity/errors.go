package quantity

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError is the error of every parser of this package.
type SyntaxError struct {
	Kind    string // what was to be parsed, such as "parameter count"
	Input   string // the text as given
	Problem string // what is wrong with it
	Want    string // what is accepted instead
}

// Error names the input, what is wrong with it and what is accepted:
//
//	"15X": unknown suffix "X" (want K, M, B, T, or 千, 万, 亿, 万亿)
//
// Input longer than 60 characters is cut.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%q: %s (want %s)", truncate(e.Input, 60), e.Problem, e.Want)
}

// truncate cuts s to n runes; a cut text ends in an ellipsis.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	if i >= len(s) {
		return s
	}
	return s[:i] + "…"
}

// spelling is what an error of one kind of quantity says.
type spelling struct {
	kind   string // "parameter count"
	want   string // a sentence part that names the accepted forms
	suffix string // the accepted suffixes
}

// errorf makes the error of a bad input. The input is copied: it may alias a
// buffer that the caller of a []byte parser is about to reuse.
func (sp *spelling) errorf(input, format string, args ...any) *SyntaxError {
	return &SyntaxError{
		Kind:    sp.kind,
		Input:   strings.Clone(input),
		Problem: fmt.Sprintf(format, args...),
		Want:    sp.want,
	}
}

// suffixError is the error of a number that is followed by something unknown.
// The suffix is copied as well: it may lie in the parser's own buffer, which
// must not move to the heap for the sake of an error.
func (sp *spelling) suffixError(input, suffix string) *SyntaxError {
	return &SyntaxError{
		Kind:    sp.kind,
		Input:   strings.Clone(input),
		Problem: fmt.Sprintf("unknown suffix %q", truncate(strings.Clone(suffix), 20)),
		Want:    sp.suffix,
	}
}
