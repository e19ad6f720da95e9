package evidence

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/sizing"
)

// leaveOutKeys are the groups that a fit may leave out together, by name.
var leaveOutKeys = map[string]func(*Row) string{
	"shape":  (*Row).shapeKey,
	"layout": (*Row).layoutKey,
	"device": func(r *Row) string { return r.Device },
	"source": func(r *Row) string { return r.Source },
}

// LeaveOutNames lists the names of the groups that a fit may leave out.
func LeaveOutNames() []string { return []string{"shape", "layout", "device", "source"} }

// LeaveOutKey returns what puts rows into groups of that name; nil if there is
// no such name.
func LeaveOutKey(name string) func(*Row) string { return leaveOutKeys[name] }

// StackScore is how a stack's rows fare with their group in the fit and left
// out of it.
type StackScore struct {
	Stack   string `json:"stack"`
	Fit     Score  `json:"fit"`
	LeftOut Score  `json:"left_out"`
	// Covered is the share of the rows inside the 80 % band of the whole fit,
	// CrossFitted that of the rows left out of it inside bands made of the
	// other groups alone.
	Covered     float64 `json:"coverage80"`
	CrossFitted float64 `json:"coverage80_cross_fitted"`
}

// ByStack scores the stacks of the rows.
func (c *Calibration) ByStack() []StackScore {
	type member struct{ fit, out []float64 }
	by := map[string]*member{}
	for _, r := range c.Residuals {
		m := by[r.Row.Stack]
		if m == nil {
			m = &member{}
			by[r.Row.Stack] = m
		}
		m.fit = append(m.fit, r.Fit)
		if !math.IsNaN(r.LeftOut) {
			m.out = append(m.out, r.LeftOut)
		}
	}
	whole, cross := c.covered(c.Residuals, func(r *Residual) float64 { return r.Fit }), map[string]float64{}
	halves := c.halves()
	for i, half := range halves {
		other := &Calibration{Residuals: halves[1-i]}
		for stack, n := range other.covered(half, func(r *Residual) float64 { return r.LeftOut }) {
			cross[stack] += n
		}
	}
	list := make([]StackScore, 0, len(by))
	for stack, m := range by {
		list = append(list, StackScore{stack, score(m.fit), score(m.out), whole[stack] / float64(len(m.fit)), cross[stack] / float64(max(len(m.out), 1))})
	}
	slices.SortFunc(list, func(a, b StackScore) int { return cmp.Compare(a.Stack, b.Stack) })
	return list
}

// halves divides the residuals in two that share no group.
func (c *Calibration) halves() (h [2][]Residual) {
	side, groups := map[string]int{}, map[string]int{}
	for _, r := range c.Residuals {
		if _, known := side[r.Group]; !known {
			side[r.Group] = groups[r.Row.Stack] % 2
			groups[r.Row.Stack]++
		}
		i := side[r.Group]
		h[i] = append(h[i], r)
	}
	return h
}

// covered counts, by stack, the rows whose residual lies in the band that the
// calibration's residuals make.
func (c *Calibration) covered(rows []Residual, of func(*Residual) float64) map[string]float64 {
	bands, count := c.Bands(), map[string]float64{}
	for i := range rows {
		var band sizing.Band
		for _, b := range bands {
			if b.When.Stack == "" || b.When.Stack == rows[i].Row.Stack {
				band = b.Band
			}
		}
		if v := math.Exp(-of(&rows[i])); band.Low <= v && v <= band.High {
			count[rows[i].Row.Stack]++
		}
	}
	return count
}
