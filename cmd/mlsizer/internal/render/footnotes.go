package render

import "slices"

// without is the document without the columns that are left out, from dropped
// on, and without the notes that only they refer to; the others are numbered
// anew. The document itself stays.
func (d *Document) without(dropped []int) *Document {
	shown, hidden := make([]bool, len(d.Notes)+1), make([]bool, len(d.Notes)+1)
	for i := range d.Tables {
		d.Tables[i].refer(dropped[i], shown, hidden)
	}
	number, kept := make([]int, len(d.Notes)+1), []Note(nil)
	for i := range d.Notes {
		if shown[i+1] || !hidden[i+1] {
			kept = append(kept, d.Notes[i])
			number[i+1] = len(kept)
		}
	}
	if len(kept) == len(d.Notes) {
		return d
	}
	less := *d
	less.Notes, less.Tables = kept, make([]Table, len(d.Tables))
	for i := range d.Tables {
		less.Tables[i] = d.Tables[i].renumbered(number)
	}
	return &less
}

// refer marks the notes that a table refers to where it is shown, and where its
// columns are left out. A table that is printed as a list leaves out none.
func (t *Table) refer(dropFrom int, shown, hidden []bool) {
	mark := func(list []int, at []bool) {
		for _, n := range list {
			at[n] = true
		}
	}
	mark(t.TitleNotes, shown)
	for i, c := range t.Columns {
		at := shown
		if dropFrom > 0 && c.Drop >= dropFrom {
			at = hidden
		}
		mark(c.Notes, at)
		for _, row := range t.Rows {
			mark(row[i].Notes, at)
		}
	}
}

// WithoutNotes is the table without marks of notes.
func (t *Table) WithoutNotes() Table { return t.renumbered(nil) }

// renumbered is the table with other numbers of notes; those without one go.
func (t *Table) renumbered(number []int) Table {
	other := func(list []int) []int {
		var out []int
		for _, n := range list {
			if n < len(number) && number[n] > 0 {
				out = append(out, number[n])
			}
		}
		return out
	}
	u := *t
	u.TitleNotes, u.Columns = other(t.TitleNotes), slices.Clone(t.Columns)
	for i := range u.Columns {
		u.Columns[i].Notes = other(u.Columns[i].Notes)
	}
	u.Rows = make([][]Cell, len(t.Rows))
	for i, row := range t.Rows {
		u.Rows[i] = slices.Clone(row)
		for j := range row {
			u.Rows[i][j].Notes = other(row[j].Notes)
		}
	}
	return u
}
