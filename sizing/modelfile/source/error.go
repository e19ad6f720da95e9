package source

import "fmt"

// FormatError is the error of every file whose bytes are not what its format
// demands.
type FormatError struct {
	File   string // the file or address as given
	Offset int64  // the byte of the file where it goes wrong; negative where there is no one place
	Err    error  // what is wrong and what is accepted instead
}

// Error names the file, the byte offset and what is wrong:
//
//	model.safetensors: byte 0: header: too long: 9223372036854775807, 100000000
func (e *FormatError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s: byte %d: %v", e.File, e.Offset, e.Err)
}

// Code says whether the error has a place in the file.
func (e *FormatError) Code() string {
	if e.Offset < 0 {
		return "format.fails"
	}
	return "format.fails-at"
}

// Args are the file, the byte if there is one, and what is wrong.
func (e *FormatError) Args() []any {
	if e.Offset < 0 {
		return []any{e.File, e.Err}
	}
	return []any{e.File, e.Offset, e.Err}
}

// Unwrap returns what is wrong.
func (e *FormatError) Unwrap() error { return e.Err }

// Clip shortens a name that a file gave, so that an error stays readable
// whatever the file holds.
func Clip[S ~string | ~[]byte](name S) string {
	const most = 100
	if len(name) > most {
		return string(name[:most]) + "…"
	}
	return string(name)
}
