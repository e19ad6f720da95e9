package hub

import (
	"fmt"
	"io/fs"
	"strings"
)

// Error is the error of a repository that could not be read.
type Error struct {
	Ref     string // the repository, and the file in it
	Status  int    // of the answer; 0 where there was none
	Problem string
	Hint    string // what to do about it; may be empty
	Err     error  // the cause, if there is one
	absent  bool   // the file is not there, though the repository is
}

// Error says what was asked for, what went wrong and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Ref != "" {
		b.WriteString(e.Ref + ": ")
	}
	b.WriteString(e.Problem)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes a missing file match fs.ErrNotExist, as in a folder.
func (e *Error) Is(target error) bool { return e.absent && target == fs.ErrNotExist }
