package gguf

import (
	"fmt"

	"mlsizer/sizing/note"
)

// item is a part of a file by what it is, and of what: a key or a tensor by its
// name, or another item; nil where it is of nothing. It is put into words only
// for an error.
type item struct {
	what note.Word
	of   any
}

// bytesOf is what the length of a text counts.
const bytesOf = note.Word("gguf.bytes-of")

// Said is an item that an error names.
type Said struct {
	// What is its word, a form that takes Of where that is not nil.
	What note.Word
	Of   any
}

// said is the item for an error.
func (i item) said() Said {
	if inner, ok := i.of.(item); ok {
		return Said{i.what, inner.said()}
	}
	return Said{i.what, i.of}
}

// counted are units of the item; it counts itself where there is no unit.
func (i item) counted(unit note.Word) Said {
	if unit == "" {
		return i.said()
	}
	return Said{unit, i.said()}
}

// String is the word and what it is of: "type-of general.name".
func (s Said) String() string {
	if s.Of == nil {
		return s.What.Name()
	}
	return fmt.Sprintf("%s %v", s.What.Name(), s.Of)
}
