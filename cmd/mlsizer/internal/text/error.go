package text

import "strings"

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

// ErrorIn is an error in a language. An error that knows no other than English
// stays as it is but for the errors within it, which are put in in the language.
func ErrorIn(err error, l Lang) string {
	switch e := err.(type) {
	case worded:
		return e.In(l)
	case coded:
		if words, ok := codedIn(e, l); ok {
			return words
		}
	}
	within := causes(err)
	if words, ok := foreignIn(err, l); ok && len(within) == 0 {
		return words
	}
	line := err.Error()
	for _, cause := range within {
		line = strings.Replace(line, cause.Error(), ErrorIn(cause, l), 1)
	}
	return line
}

// causes are the errors that an error wraps.
func causes(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	case interface{ Unwrap() error }:
		if cause := e.Unwrap(); cause != nil {
			return []error{cause}
		}
	}
	return nil
}

// BeginsQuoted reports whether the words of an error begin with what it is
// about, in quotes.
func BeginsQuoted(err error) bool { return strings.HasPrefix(ErrorIn(err, English), `"`) }

// SaysWanted reports whether the words of an error say what is wanted instead.
func SaysWanted(err error) bool { return strings.Contains(ErrorIn(err, English), "(want ") }

// ErrorLine is ErrorIn as it is printed, in the singular where one is counted.
func ErrorLine(err error, l Lang) string { return singular(ErrorIn(err, l)) }
