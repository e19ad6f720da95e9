package note

import (
	"mlsizer/internal/spell"
)

// Note names an assumption or a warning behind a number.
type Note struct {
	Code    string `json:"code"`
	Text    string `json:"text"`
	Chinese string `json:"-"`
	Source  string `json:"source,omitempty"`
}

// List is the notes of an answer, in the order in which they were made.
type List []Note

// Add adds a note.
func (l *List) Add(code, text, zh, source string) {
	*l = append(*l, Note{code, spell.Singular(text), zh, source})
}
