package quantity

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError is the error of every parser of this package, as data: Error gives
// a terse line, and a program that speaks to people keeps its own words by code.
type SyntaxError struct {
	Kind    string  // what was to be parsed, such as "parameter count"
	Input   string  // the text as given
	Problem Problem // what is wrong with it
	Part    string  // the part of it that is wrong, where there is one
	Want    Want    // what is accepted instead
}

// Code is the problem: "quantity.unknown-suffix".
func (e *SyntaxError) Code() string { return "quantity." + string(e.Problem) }

// Args are the input, the part of it that is wrong where the problem is about
// one, and what is accepted. Input longer than 60 characters is cut.
func (e *SyntaxError) Args() []any {
	input := truncate(e.Input, 60)
	if e.Problem.ofPart() {
		return []any{input, e.Part, e.Want}
	}
	return []any{input, e.Want}
}

// Error names the input and what is wrong with it:
//
//	token count "15X": unknown suffix "X"
//
// Input longer than 60 characters is cut.
func (e *SyntaxError) Error() string {
	line := e.Kind + " " + strconv.Quote(truncate(e.Input, 60)) + ": " + strings.ReplaceAll(string(e.Problem), "-", " ")
	if e.Problem.ofPart() {
		line += " " + strconv.Quote(e.Part)
	}
	return line
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
	kind   string   // "parameter count"
	want   Want     // the accepted forms
	suffix Want     // the accepted suffixes
	nouns  []string // what is counted, which may follow; a longer one before its start
}

// fail makes the error of a bad input. The input is copied: it may alias a
// buffer that the caller of a []byte parser is about to reuse.
func (sp *spelling) fail(input string, p Problem) *SyntaxError {
	return &SyntaxError{Kind: sp.kind, Input: strings.Clone(input), Problem: p, Want: sp.want}
}

// failAt makes the error of a part of an input.
func (sp *spelling) failAt(input string, p Problem, part string) *SyntaxError {
	e := sp.fail(input, p)
	e.Part = part
	return e
}

// suffixError is the error of a number that is followed by something unknown.
// The suffix is copied as well: it may lie in the parser's own buffer, which
// must not move to the heap for the sake of an error.
func (sp *spelling) suffixError(input, suffix string) *SyntaxError {
	e := sp.failAt(input, UnknownSuffix, truncate(strings.Clone(suffix), 20))
	e.Want = sp.suffix
	return e
}

// missingUnit is the error of a bare number where a unit decides.
func (sp *spelling) missingUnit(input string) *SyntaxError {
	e := sp.fail(input, NoUnit)
	e.Want = sp.suffix
	return e
}
