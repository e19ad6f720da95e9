package text

import (
	"errors"

	"mlsizer/internal/spell"
)

// Error is an error with its words in both languages.
type Error struct {
	text   Text
	args   []any
	causes []error
}

// Error is the text filled in as an error. Errors among the arguments are
// wrapped.
func (t Text) Error(args ...any) error {
	e := &Error{text: t, args: args}
	for _, arg := range args {
		if cause, ok := arg.(error); ok {
			e.causes = append(e.causes, cause)
		}
	}
	return e
}

// Error is the error in English.
func (e *Error) Error() string { return e.In(English) }

// In is the error in a language; errors within that know no other stay in
// English.
func (e *Error) In(l Lang) string { return e.text.Form(l, e.args...) }

// Unwrap are the errors within.
func (e *Error) Unwrap() []error { return e.causes }

// ErrorIn is an error in a language, in English if it knows no other.
func ErrorIn(err error, l Lang) string {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if w, ok := e.(worded); ok && e.Error() == err.Error() {
			return w.In(l)
		}
		if c, ok := e.(coded); ok && e.Error() == err.Error() {
			if words, ok := codedIn(c, l); ok {
				return words
			}
		}
	}
	return err.Error()
}

// ErrorLine is ErrorIn as it is printed, in the singular where one is counted.
func ErrorLine(err error, l Lang) string { return spell.Singular(ErrorIn(err, l)) }
