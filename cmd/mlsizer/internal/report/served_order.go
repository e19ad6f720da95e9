package report

import (
	"cmp"
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing/note"
)

// Served is a comparison of serving.
type Served struct {
	Options *cli.CompareOptions
	Rows    []ServedRow
	Notes   []note.Note
}

// gather puts the rows of a table one after another, in the order in which the
// tables come first: scenarios may have the same models.
func (c *Served) gather() {
	first := map[string]int{}
	for i := range c.Rows {
		if _, known := first[c.Rows[i].table()]; !known {
			first[c.Rows[i].table()] = i
		}
	}
	slices.SortStableFunc(c.Rows, func(a, b ServedRow) int { return first[a.table()] - first[b.table()] })
}

// compareSpeeds divides every row's speed by that of the first of its table
// that fits the same machine.
func (c *Served) compareSpeeds() {
	first := map[[2]string]float64{}
	for i := range c.Rows {
		r := &c.Rows[i]
		key, rate := [2]string{r.table(), r.Hardware.Input}, r.rate()
		if r.Error != "" || !r.Memory.Fits {
			rate = 0
		}
		if first[key] == 0 {
			first[key] = rate
		}
		if rate > 0 {
			r.Against = rate / first[key]
		}
	}
}

// servedRatios are figures of a row over those of the first row of its table that
// fits; what either does not have is left out.
type servedRatios struct {
	Memory *float64 `json:"memory_ratio,omitempty"`
	Cost   *float64 `json:"usd_per_million_ratio,omitempty"`
	Energy *float64 `json:"kwh_per_million_ratio,omitempty"`
}

// first is what the row takes over the first, empty where there is none.
func (r *ServedRow) first() *servedRatios { return cmp.Or(r.First, &servedRatios{}) }

// compareWithFirst compares the rows of each table with the first that fits.
func (c *Served) compareWithFirst() {
	first := map[string]*ServedRow{}
	for i := range c.Rows {
		r := &c.Rows[i]
		r.First = nil
		if r.Error != "" {
			continue
		}
		if first[r.table()] == nil && r.Memory.Fits {
			first[r.table()] = r
		}
		base := first[r.table()]
		if base == nil {
			continue
		}
		r.First = &servedRatios{Memory: Ratio(float64(r.Memory.Total), float64(base.Memory.Total))}
		if r.Memory.Fits {
			cost, energy := r.perMillion()
			baseCost, baseEnergy := base.perMillion()
			r.First.Cost, r.First.Energy = Ratio(float64(cost), float64(baseCost)), Ratio(float64(energy), float64(baseEnergy))
		}
	}
}

// sort puts the rows of every table into the order of a view, and compares them
// with the first of that order.
func (c *Served) sort(v *View) {
	c.compareWithFirst()
	if v.Sort == "" {
		return
	}
	f := NewFootnotes(nil)
	for from, to := 0, 0; from < len(c.Rows); from = to {
		t := render.Table{Columns: ServedColumns(c.Options)}
		for to = from; to < len(c.Rows) && c.Rows[to].table() == c.Rows[from].table(); to++ {
			t.Rows = append(t.Rows, servedRowCells(c.Options.Varied, &c.Rows[to], len(t.Columns), f))
		}
		copy(c.Rows[from:to], Pick(c.Rows[from:to], v.Order(&t)))
	}
	c.compareSpeeds()
	c.compareWithFirst()
}
