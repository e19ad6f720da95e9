package source

import (
	"fmt"
	"strings"
)

// FormatError is the error of every file whose bytes are not what its format
// demands.
type FormatError struct {
	File    string // the file or address as given
	Offset  int64  // the byte of the file where it goes wrong; negative where there is no one place
	Problem string // what is wrong
	Want    string // what is accepted instead; may be empty
}

// Error names the file, the byte offset, what is wrong and what is accepted:
//
//	model.safetensors: byte 0: header of 9223372036854775807 bytes (want at most 100000000)
func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Offset >= 0 {
		fmt.Fprintf(&b, ": byte %d", e.Offset)
	}
	b.WriteString(": ")
	b.WriteString(e.Problem)
	if e.Want != "" {
		b.WriteString(" (want ")
		b.WriteString(e.Want)
		b.WriteString(")")
	}
	return b.String()
}

// Clip shortens a name that a file gave, so that an error stays readable
// whatever the file holds.
func Clip[S ~string | ~[]byte](name S) string {
	const most = 100
	if len(name) > most {
		return string(name[:most]) + "…"
	}
	return string(name)
}
