package evidence

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/train"
)

// leaveOutKeys are the groups that a fit may leave out together, by name.
var leaveOutKeys = map[string]func(*Row) string{
	"shape":  (*Row).shapeKey,
	"layout": (*Row).layoutKey,
	"family": (*Row).familyKey,
	"scale":  (*Row).scaleKey,
	"device": func(r *Row) string { return r.Device },
	"stack":  func(r *Row) string { return r.Stack },
	"source": func(r *Row) string { return r.Source },
}

// LeaveOutNames lists the names of the groups that a fit may leave out.
func LeaveOutNames() []string {
	return []string{"shape", "layout", "family", "scale", "device", "stack", "source"}
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
	// CoveredWithout is the share of the rows, left out with their group, inside
	// the bands that the remaining rows give them, by the name of the groups.
	CoveredWithout map[string]float64 `json:"coverage80_left_out"`
}

// ByStack scores the stacks of the rows of a refit. A configuration that was
// measured in several releases weighs once.
func (c *Calibration) ByStack() []StackScore {
	by := c.stacks()
	list := make([]StackScore, 0, len(by))
	for stack, rows := range by {
		s := StackScore{Stack: stack, Fit: c.scoreOf(rows, func(i int) float64 { return c.Residuals[i].Fit }), LeftOut: map[string]Score{}, CoveredWithout: map[string]float64{}}
		for name := range c.Without {
			if left := c.scoreWithout(name, rows); left.N > 0 {
				s.LeftOut[name] = left
				s.CoveredWithout[name] = c.CoveredWithout(name, stack)
			}
		}
		for i := range c.Constants.Bands {
			if b := &c.Constants.Bands[i]; b.When.Stack == stack && b.Coverage > 0 {
				s.Covered, s.CrossFitted = c.inside(b.Band, rows), b.Coverage
			}
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b StackScore) int { return cmp.Compare(a.Stack, b.Stack) })
	return list
}

// StoredScores returns the cross-fitted scores that a file of constants states
// of each stack.
func StoredScores(c *train.Constants) []StackScore {
	var list []StackScore
	for i := range c.Bands {
		b := &c.Bands[i]
		if len(b.LeftOut) == 0 {
			continue
		}
		s := StackScore{Stack: b.When.Stack, Fit: Score{N: b.Rows}, LeftOut: map[string]Score{}, CrossFitted: b.Coverage, CoveredWithout: b.Covered}
		for name, mape := range b.LeftOut {
			s.LeftOut[name] = Score{N: b.Rows, MAPE: mape}
		}
		list = append(list, s)
	}
	return list
}

// inside returns the share of some rows inside a band.
func (c *Calibration) inside(b train.Band, rows []int) float64 {
	in, all := 0.0, 0.0
	for _, i := range rows {
		x := &c.Residuals[i]
		all += x.weight()
		if v := math.Exp(-x.Fit); b.Low <= v && v <= b.High {
			in += x.weight()
		}
	}
	return in / max(all, 1e-9)
}

// scoreWithout scores some rows in fits without their groups.
func (c *Calibration) scoreWithout(name string, rows []int) Score {
	residuals := c.Without[name]
	if residuals == nil {
		return Score{}
	}
	return c.scoreOf(rows, func(i int) float64 { return residuals[i] })
}

// scoreOf scores some rows by their residuals, those that are known.
func (c *Calibration) scoreOf(rows []int, residual func(int) float64) Score {
	var values, weights []float64
	for _, i := range rows {
		if v := residual(i); !math.IsNaN(v) {
			values, weights = append(values, v), append(weights, c.Residuals[i].weight())
		}
	}
	return score(values, weights)
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

// familyKey names the family of the row's model: the catalogue's, or the shape
// where the catalogue does not have the model.
func (r *Row) familyKey() string {
	if m := r.catalogued(); m != nil {
		return m.Family
	}
	return r.shapeKey()
}

// shapeKey names the shape of the row's model, its layers and their width: the
// same model has several names.
func (r *Row) shapeKey() string {
	layers, hidden := r.Layers, r.Hidden
	if m := r.catalogued(); m != nil {
		layers, hidden = cmp.Or(layers, int64(m.Layers())), m.Hidden
	}
	return train.ShapeName(layers, hidden)
}

// catalogued returns the catalogue's model of the row; nil without one.
func (r *Row) catalogued() *model.Model {
	if r.Model == "" {
		return nil
	}
	m, err := catalog.Resolve(r.Model)
	if err != nil || m.Inferred || !r.agrees(m) {
		return nil
	}
	return m
}

// configuration names what was measured, whatever the release: the stack, the
// model and its plan.
func (r *Residual) configuration() string { return fmt.Sprintf("%s %08x", r.Row.Stack, r.Key) }

// weight is the share of the row in its configuration.
func (r *Residual) weight() float64 { return 1 / float64(max(r.Twins, 1)) }
