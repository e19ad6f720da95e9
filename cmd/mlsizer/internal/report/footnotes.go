package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/note"
)

// Footnotes are the notes of a document.
type Footnotes struct {
	notes  []render.Note
	byCode map[string][]int
	// modelNotes are the numbers of the notes about a model, by its argument.
	modelNotes map[string][]int
}

// NewFootnotes collects the notes of an answer.
func NewFootnotes(notes []note.Note) *Footnotes {
	f := &Footnotes{byCode: map[string][]int{}}
	for _, n := range notes {
		f.Add(n.Code, render.Note{Text: text.OfNote(n), Source: n.Source})
	}
	return f
}

// Add appends a note unless it is there already, and returns its number.
func (f *Footnotes) Add(code string, n render.Note) int {
	i := slices.Index(f.notes, n)
	if i < 0 {
		i = len(f.notes)
		f.notes = append(f.notes, n)
	}
	if !slices.Contains(f.byCode[code], i+1) {
		f.byCode[code] = append(f.byCode[code], i+1)
	}
	return i + 1
}

// At are the numbers of the notes with these codes.
func (f *Footnotes) At(codes ...string) []int {
	var list []int
	for _, c := range codes {
		list = append(list, f.byCode[c]...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Finish puts the notes into the document, numbered in the order in which its
// cells refer to them; what no cell refers to follows.
func (f *Footnotes) Finish(d *render.Document) {
	f.adopt(d)
	number := make([]int, len(f.notes)+1) // new numbers by old
	d.Notes = make([]render.Note, 0, len(f.notes))
	take := func(old int) int {
		if number[old] == 0 {
			d.Notes = append(d.Notes, f.notes[old-1])
			number[old] = len(d.Notes)
		}
		return number[old]
	}
	renumber := func(notes []int) []int {
		notes = slices.Clone(notes)
		for j, old := range notes {
			notes[j] = take(old)
		}
		slices.Sort(notes)
		return notes
	}
	for i, t := range d.Tables {
		d.Tables[i].TitleNotes = renumber(t.TitleNotes)
		for j := range t.Columns {
			t.Columns[j].Notes = renumber(t.Columns[j].Notes)
		}
		for _, row := range t.Rows {
			for i := range row {
				row[i].Notes = renumber(row[i].Notes)
			}
		}
	}
	for old := range f.notes {
		take(old + 1)
	}
}
