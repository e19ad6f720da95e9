package evidence

import (
	"cmp"
	"math"
	"slices"
)

// leaveOutKeys are the groups that a fit may leave out together, by name.
var leaveOutKeys = map[string]func(*Row) string{
	"shape":  (*Row).shapeKey,
	"layout": (*Row).layoutKey,
	"scale":  (*Row).scaleKey,
	"device": func(r *Row) string { return r.Device },
	"stack":  func(r *Row) string { return r.Stack },
	"source": func(r *Row) string { return r.Source },
}

// LeaveOutNames lists the names of the groups that a fit may leave out.
func LeaveOutNames() []string {
	return []string{"shape", "layout", "scale", "device", "stack", "source"}
}

// LeaveOutKey returns the function that groups rows by a name; nil for an
// unknown name.
func LeaveOutKey(name string) func(*Row) string { return leaveOutKeys[name] }

// WholeGroups reports whether groups of that name are few and distinct, so that
// a fit leaves out one of them at a time.
func WholeGroups(name string) bool { return name == "device" || name == "stack" || name == "source" }

// StackScore is the errors of a stack's rows with their group in the fit and
// left out of it.
type StackScore struct {
	Stack string `json:"stack"`
	Fit   Score  `json:"fit"`
	// LeftOut scores the rows by constants fitted without their group, by the
	// name of the groups.
	LeftOut map[string]Score `json:"left_out"`
	// Covered is the share of the rows inside the stack's 80 % band,
	// CrossFitted that of left-out rows inside bands from other groups alone; 0
	// for a stack without its own band.
	Covered     float64 `json:"coverage80"`
	CrossFitted float64 `json:"coverage80_cross_fitted"`
}

// ByStack scores the stacks of the rows of a refit.
func (c *Calibration) ByStack() []StackScore {
	by := c.stacks()
	list := make([]StackScore, 0, len(by))
	for stack, rows := range by {
		s := StackScore{Stack: stack, Fit: score(c.fitted(rows)), LeftOut: map[string]Score{}}
		for name, residuals := range c.Without {
			if left := at(residuals, rows); len(left) > 0 {
				s.LeftOut[name] = score(left)
			}
		}
		for i := range c.Constants.Bands {
			b := &c.Constants.Bands[i]
			if b.When.Stack == stack && len(rows) >= leastRows {
				s.Covered, s.CrossFitted = inside(b.Band, c.fitted(rows)), b.Coverage
			}
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b StackScore) int { return cmp.Compare(a.Stack, b.Stack) })
	return list
}

// stacks lists the rows of every stack, by their place in the residuals.
func (c *Calibration) stacks() map[string][]int {
	by := map[string][]int{}
	for i := range c.Residuals {
		stack := c.Residuals[i].Row.Stack
		by[stack] = append(by[stack], i)
	}
	return by
}

// fitted returns the residuals of some rows with their groups in the fit.
func (c *Calibration) fitted(rows []int) []float64 {
	r := make([]float64, len(rows))
	for i, row := range rows {
		r[i] = c.Residuals[row].Fit
	}
	return r
}

// at returns the residuals of some rows that are known.
func at(residuals []float64, rows []int) []float64 {
	var r []float64
	for _, i := range rows {
		if v := residuals[i]; !math.IsNaN(v) {
			r = append(r, v)
		}
	}
	return r
}
