package evidence

import (
	"maps"
	"slices"
)

// Basis is what the fitted constants of a stack rest on. Configurations are
// independent measurements: the same one in several releases counts once.
type Basis struct {
	Stack          string `json:"stack"` // "" is all, with the constants of no stack
	Constants      int    `json:"constants"`
	Rows           int    `json:"rows"`
	Configurations int    `json:"configurations"`
	Shapes         int    `json:"shapes"`
	Families       int    `json:"families"`
	Devices        int    `json:"devices"`
	Sources        int    `json:"sources"`
}

// Bases lists what a fit rests on: all of it, then each stack.
func (c *Calibration) Bases() []Basis {
	all := make([]int, len(c.Residuals))
	for i := range all {
		all[i] = i
	}
	total := c.basis("", all)
	total.Constants = len(c.Fitted)
	list := []Basis{total}
	by := c.stacks()
	for _, stack := range slices.Sorted(maps.Keys(by)) {
		list = append(list, c.basis(stack, by[stack]))
	}
	return list
}

// basis counts what some rows of a stack have in common.
func (c *Calibration) basis(stack string, rows []int) Basis {
	b := Basis{Stack: stack, Rows: len(rows), Configurations: c.count(rows, c.configuration)}
	b.Shapes, b.Families = c.count(rows, c.shape), len(c.all(rows, func(r *Residual) string { return r.Family }))
	b.Devices, b.Sources = len(c.devices(rows)), len(c.all(rows, func(r *Residual) string { return r.Row.Source }))
	for _, f := range c.Fitted {
		if c.Constants.Entries[f.Entry].When.Stack == stack {
			b.Constants++
		}
	}
	return b
}
