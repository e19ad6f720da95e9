package report

import (
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
)

// View is which columns of a comparison are shown, and in which order its rows
// stand.
type View struct {
	Sort    string   // a column, with a minus in front for the largest first; "" leaves the order
	Columns []string // in their order; nil for those that are not optional
}

// columnKey is the name of a column on the command line.
func columnKey(c *render.Column) string {
	if c.Key != "" {
		return c.Key
	}
	return c.Name
}

// ColumnKeys are the names of columns on the command line.
func ColumnKeys(columns []render.Column) []string {
	keys := make([]string, len(columns))
	for i := range columns {
		keys[i] = columnKey(&columns[i])
	}
	return keys
}

// Unknown is the first name of the view that is no column's, with the flag that
// has it; "" if there is none.
func (v *View) Unknown(columns []render.Column) (flag, name string) {
	keys := ColumnKeys(columns)
	if by := v.by(); by != "" && !slices.Contains(keys, by) {
		return "sort", by
	}
	for _, c := range v.Columns {
		if !slices.Contains(keys, c) {
			return "columns", c
		}
	}
	return "", ""
}

// by is the column that rows are sorted by, "" for none.
func (v *View) by() string { return strings.TrimPrefix(v.Sort, "-") }

// Order is the order of the rows of a table by their old places. What is empty
// stands last in either direction.
func (v *View) Order(t *render.Table) []int {
	order := make([]int, len(t.Rows))
	for i := range order {
		order[i] = i
	}
	at := slices.Index(ColumnKeys(t.Columns), v.by())
	if at < 0 {
		return order
	}
	descending := strings.HasPrefix(v.Sort, "-")
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := t.Rows[i][at].Value, t.Rows[j][at].Value
		c := render.Compare(a, b)
		if descending && a != nil && b != nil {
			return -c
		}
		return c
	})
	return order
}

// Choose leaves the columns of the view in a table, in their order. A column that
// a table does not have for its kind of model is left out.
func (v *View) Choose(t *render.Table) {
	var chosen []int
	keys := ColumnKeys(t.Columns)
	for _, key := range v.Columns {
		if i := slices.Index(keys, key); i >= 0 {
			chosen = append(chosen, i)
		}
	}
	if v.Columns == nil {
		for i := range t.Columns {
			if !t.Columns[i].Optional {
				chosen = append(chosen, i)
			}
		}
	}
	columns := Pick(t.Columns, chosen)
	for i := range columns {
		if v.Columns != nil {
			columns[i].Drop = 0 // it was asked for
		}
	}
	t.Columns = columns
	for i, row := range t.Rows {
		t.Rows[i] = Pick(row, chosen)
	}
}

// Pick are some items of a list in the order of their places.
func Pick[E any](list []E, places []int) []E {
	out := make([]E, len(places))
	for i, at := range places {
		out[i] = list[at]
	}
	return out
}

// Flat makes what -o csv prints of a comparison whose columns were chosen: one
// table of the rows of all.
func (v *View) Flat(d *render.Document) {
	if v.Columns == nil || len(d.Tables) == 0 {
		return
	}
	all := render.Table{Columns: slices.Clone(d.Tables[0].Columns)}
	for _, t := range d.Tables {
		if len(t.Columns) != len(all.Columns) {
			continue // of another kind of model, which has other columns
		}
		for i := range t.Columns {
			if t.Columns[i].Name != all.Columns[i].Name { // counts tokens, or sequences
				all.Columns[i].Name = columnKey(&t.Columns[i])
			}
		}
		all.Rows = append(all.Rows, t.Rows...)
	}
	d.Chosen = &all
}
