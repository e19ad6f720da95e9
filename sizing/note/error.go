package note

import (
	"errors"
	"fmt"
	"strings"
)

// Error is an error as data: what is wrong, said by a code, and the values that
// a sentence about it names. Error gives a terse line; a program that speaks to
// people keeps its own words by code.
type Error struct {
	// Key is the rule that is broken, in words joined by dashes after the
	// subject and a dot: "layout.tp-must-divide-heads".
	Key string
	// Field is the field of the request that is wrong, by its name on the
	// command line and in the API ("tp", "batch-tokens"); "" if none is.
	Field string
	// Values are what the sentence names, in a fixed order for the code. Errors
	// among them are wrapped.
	Values []any
}

// NewError returns the error of a code.
func NewError(code string, values ...any) *Error { return &Error{Key: code, Values: values} }

// FieldError returns the error of a code about a field of the request.
func FieldError(field, code string, values ...any) *Error {
	return &Error{Key: code, Field: field, Values: values}
}

// FieldOf is the field of the request that an error is about, or one that it
// wraps; "" if none is.
func FieldOf(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return ""
	}
	if e.Field != "" {
		return e.Field
	}
	for _, within := range e.Unwrap() {
		if field := FieldOf(within); field != "" {
			return field
		}
	}
	return ""
}

// About is an error about a field of the request, which stays the same where it
// has no code.
func About(field string, err error) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	about := *e
	about.Field = field
	return &about
}

// Code is the rule that is broken.
func (e *Error) Code() string { return e.Key }

// Args are what a sentence about the error names.
func (e *Error) Args() []any { return e.Values }

// Error is the rule in its own words, and the values:
// "layout: tp must divide heads: 5, 96".
func (e *Error) Error() string {
	subject, rule, _ := strings.Cut(e.Key, ".")
	line := subject + ": " + strings.ReplaceAll(rule, "-", " ")
	for i, v := range e.Values {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		line += sep + fmt.Sprint(v)
	}
	return line
}

// Unwrap are the errors among the values.
func (e *Error) Unwrap() []error {
	var list []error
	for _, v := range e.Values {
		if err, ok := v.(error); ok {
			list = append(list, err)
		}
	}
	return list
}

// Is reports whether the error, or one that it wraps, has the code.
func Is(err error, code string) bool {
	var coded interface {
		Code() string
		Args() []any
	}
	if !errors.As(err, &coded) {
		return false
	}
	if coded.Code() == code {
		return true
	}
	for _, v := range coded.Args() {
		if inner, ok := v.(error); ok && Is(inner, code) {
			return true
		}
	}
	return false
}
