package sizing

import "mlsizer/internal/spell"

// Note names an assumption or a warning behind a number.
type Note struct {
	Code    string `json:"code"`
	Text    string `json:"text"`
	Chinese string `json:"-"`
	Source  string `json:"source,omitempty"`
}

// NoteList is the notes of an answer, in the order in which they were made.
type NoteList []Note

// Add adds a note.
func (l *NoteList) Add(code, text, zh, source string) {
	*l = append(*l, Note{code, spell.Singular(text), zh, source})
}
