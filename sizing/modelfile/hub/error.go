package hub

import (
	"io/fs"
	"strings"

	"mlsizer/sizing/note"
)

// Error is the error of a repository that could not be read.
type Error struct {
	Ref    string    // the repository, and the file in it
	Status int       // of the answer; 0 where there was none
	Err    error     // what went wrong
	Hint   note.Word // what to do about it; may be empty
	absent bool      // the file is not there, though the repository is
}

// Error says what was asked for and what went wrong.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Ref != "" {
		b.WriteString(e.Ref + ": ")
	}
	b.WriteString(e.Err.Error())
	if e.Hint != "" {
		b.WriteString(" (" + strings.ReplaceAll(e.Hint.Name(), "-", " ") + ")")
	}
	return b.String()
}

// Code says whether the error is about a repository, and has a hint.
func (e *Error) Code() string {
	switch {
	case e.Ref == "" && e.Hint == "":
		return "hub.fails"
	case e.Ref == "":
		return "hub.fails-with-hint"
	case e.Hint == "":
		return "hub.repository-fails"
	}
	return "hub.repository-fails-with-hint"
}

// Args are the repository, what went wrong and the hint, as far as there are any.
func (e *Error) Args() (args []any) {
	if e.Ref != "" {
		args = append(args, e.Ref)
	}
	args = append(args, e.Err)
	if e.Hint != "" {
		args = append(args, e.Hint)
	}
	return args
}

// Unwrap returns what went wrong.
func (e *Error) Unwrap() error { return e.Err }

// Is makes a missing file match fs.ErrNotExist, as in a folder.
func (e *Error) Is(target error) bool { return e.absent && target == fs.ErrNotExist }
