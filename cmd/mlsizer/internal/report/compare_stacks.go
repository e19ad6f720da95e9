package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// differingStacks are the notes of the stacks that were assumed, each with the
// rows that it was assumed for; nil where all rows have one, which a note of
// each says.
func differingStacks(rows []CompareRow) []render.Note {
	var names []string
	of := map[string]string{} // rows by stack
	seen := map[string]bool{}
	for i := range rows {
		a := rows[i].Answer
		if a == nil || !a.StackAssumed {
			continue
		}
		name, label := a.Stack().Name, rows[i].label()
		if !slices.Contains(names, name) {
			names = append(names, name)
			of[name] = label
		} else if !seen[name+" "+label] {
			of[name] += ", " + label
		}
		seen[name+" "+label] = true
	}
	if len(names) < 2 {
		return nil
	}
	notes := make([]render.Note, len(names))
	for i, name := range names {
		notes[i] = render.Note{Text: text.StacksAssumed.With(name, of[name])}
	}
	return notes
}
