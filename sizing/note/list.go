package note

import (
	"strings"

	"mlsizer/sizing/quantity"
)

// Note names an assumption or a warning behind a number.
type Note struct {
	// Code is what the note is about: "batch", "memory-band".
	Code string `json:"code"`
	// Key names the sentence: the code, and after a dot which of its sentences.
	// Values are what the sentence names, in a fixed order for the key.
	Key    string `json:"-"`
	Values []any  `json:"-"`
	// Source says where the assumption comes from; "" if from nowhere else.
	Source string `json:"source,omitempty"`
}

// Word is a value that is a word and not a number or a name: it is said in the
// language of the reader.
type Word string

// Name is the word without what it is a word of: "forward" of "phase.forward".
func (w Word) Name() string { return string(w[strings.LastIndexByte(string(w), '.')+1:]) }

// Words is a list of words.
type Words []Word

// Either is a list of names of which one is meant.
type Either []string

// Decimal is a size in powers of 1000.
type Decimal quantity.Bytes

// String is "988 GB".
func (d Decimal) String() string { return quantity.Bytes(d).Decimal() }

// New returns the note of a key.
func New(key, source string, values ...any) Note {
	code, _, _ := strings.Cut(key, ".")
	return Note{Code: code, Key: key, Values: values, Source: source}
}

// List is the notes of an answer, in the order in which they were made.
type List []Note

// Say adds the note of a key.
func (l *List) Say(key, source string, values ...any) {
	*l = append(*l, New(key, source, values...))
}
