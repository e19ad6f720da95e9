package render

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/text"
)

// WithoutEmpty is the table without the columns that hold nothing.
func (t *Table) WithoutEmpty() Table {
	return t.Where(func(i int) bool {
		return slices.ContainsFunc(t.Rows, func(row []Cell) bool {
			return row[i].Value != nil && row[i].Value != "" && row[i].Value != (text.Text{})
		})
	})
}

// Where is the table with the columns that keep says, by their numbers from 0.
func (t *Table) Where(keep func(i int) bool) Table {
	u := *t
	u.Columns, u.Rows = nil, make([][]Cell, len(t.Rows))
	for i, c := range t.Columns {
		if !keep(i) {
			continue
		}
		u.Columns = append(u.Columns, c)
		for j, row := range t.Rows {
			u.Rows[j] = append(u.Rows[j], row[i])
		}
	}
	return u
}
