// Package limit bounds what is read of foreign files. A reader that comes to a
// limit fails, where an io.LimitedReader would pretend that the file ends.
package limit

import (
	"bytes"
	"fmt"
	"io"

	"mlsizer/sizing/quantity"
)

// Error is the limit that a file exceeds.
type Error struct {
	Most int64 // bytes
	Line bool  // of a line, not of the file
}

// Code distinguishes a file from a line.
func (e *Error) Code() string {
	if e.Line {
		return "limit.line"
	}
	return "limit.file"
}

// Args are the limit.
func (e *Error) Args() []any { return []any{quantity.Bytes(e.Most)} }

// Error returns the code and the limit.
func (e *Error) Error() string { return fmt.Sprintf("%s (%s)", e.Code(), quantity.Bytes(e.Most)) }

// File reads r and fails with an [*Error] behind most bytes.
func File(r io.Reader, most int64) io.Reader {
	return &reader{r: r, left: most, file: most}
}

// Lines is [File] that also fails behind line bytes without a line feed.
func Lines(r io.Reader, most, line int64) io.Reader {
	return &reader{r: r, left: most, file: most, line: line}
}

// ReadAll reads all of r, which may have most bytes.
func ReadAll(r io.Reader, most int64) ([]byte, error) { return io.ReadAll(File(r, most)) }

type reader struct {
	r     io.Reader
	left  int64 // of the file
	since int64 // the last line feed
	file  int64
	line  int64 // 0 for no limit
}

// Read implements io.Reader.
func (l *reader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		var one [1]byte
		if n, err := l.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, &Error{Most: l.file}
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if l.line > 0 && l.longer(p[:n]) {
		return 0, &Error{Most: l.line, Line: true}
	}
	return n, err
}

// longer reports whether a line of p, which continues the last one, exceeds the
// limit.
func (l *reader) longer(p []byte) bool {
	for {
		at := bytes.IndexByte(p, '\n')
		if at < 0 {
			l.since += int64(len(p))
			return l.since > l.line
		}
		if l.since+int64(at) > l.line {
			return true
		}
		l.since, p = 0, p[at+1:]
	}
}
