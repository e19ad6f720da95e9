package efficiency

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
)

// File is a file of constants and of the bands of what they predict.
type File struct {
	Source  string  `json:"source"`
	Date    string  `json:"date"`
	Entries []Entry `json:"constants"`
	// Bands are in order; the first one holds everywhere.
	Bands []BandFor `json:"bands"`
	// PlanKeys are the hashes of measured plans, by id, that the program does
	// not know.
	PlanKeys map[string]uint32 `json:"plan_keys,omitempty"`
	// Inferred widens bands for an inferred shape.
	Inferred float64 `json:"inferred_widening,omitempty"`
	// Measured are what the measurements were of: "vllm on Hopper".
	Measured []string `json:"measured,omitempty"`
}

// Write writes the file that [Read] reads, a field a line, with the unit and
// bounds of each constant where it is set for all.
func (f *File) Write(w io.Writer, fields []Constant) error {
	c := *f
	c.Entries = slices.Clone(f.Entries)
	for i := range c.Entries {
		e := &c.Entries[i]
		e.Definition = nil
		if k := Find(fields, e.Name); k >= 0 && e.When.Everywhere() && e.Power == "" {
			e.Definition = &Definition{fields[k].Unit, fields[k].Low, fields[k].High}
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(&c)
}

// Find returns the index of the constant of that name; -1 if there is none.
func Find(fields []Constant, name string) int {
	return slices.IndexFunc(fields, func(c Constant) bool { return c.Name == name })
}

// Clone returns a copy that may be changed.
func (f *File) Clone() *File {
	c := *f
	c.Entries = slices.Clone(f.Entries)
	c.Bands = slices.Clone(f.Bands)
	for i := range c.Bands {
		c.Bands[i] = c.Bands[i].clone()
	}
	c.PlanKeys = maps.Clone(f.PlanKeys)
	c.Measured = slices.Clone(f.Measured)
	return &c
}

// Parent returns the entry whose value of its constant entry i would have if it
// did not set its own: the last one before it that holds wherever it does and
// sets the constant; -1 for the first.
func (f *File) Parent(i int) int {
	for j := i - 1; j >= 0; j-- {
		if e := &f.Entries[j]; e.Name == f.Entries[i].Name && e.When.Covers(&f.Entries[i].When) {
			return j
		}
	}
	return -1
}

// Unfitted returns the constants as they were before any measurement: what is
// fitted has its prior, or what it inherits.
func (f *File) Unfitted() *File {
	c := f.Clone()
	for i := range c.Entries {
		e := &c.Entries[i]
		e.Error = 0
		if !e.Fitted {
			continue
		}
		if e.Prior != nil {
			e.Value = *e.Prior
		} else if j := c.Parent(i); j >= 0 {
			e.Value = c.Entries[j].Value
		}
	}
	return c
}
