package evidence

import (
	"math"
	"slices"

	"mlsizer/sizing/evidence/fit"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// stepFit is a least-squares problem over scaled constants: each is divided by its
// spread, so that a step of 1 is a large one for any of them.
type stepFit struct {
	start   *train.Constants
	current *train.Constants
	targets []int // of the constants' entries
	fields  []*train.Constant
	params  []fit.Param // scaled
	shrink  bool
	// solution are the values that all points give, once they are fitted.
	solution []float64
}

// newFit looks up the targets, their start and their priors: the starting
// values or, with inherit, what each entry would inherit.
func newFit(start *train.Constants, targets []int, opt *CalibrateOptions) (*stepFit, error) {
	f := &stepFit{start: start, current: start.Clone(), targets: targets, shrink: opt.Shrink}
	priors := start
	if opt.Inherit {
		priors = start.Unfitted()
	}
	for _, t := range targets {
		if t < 0 || t >= len(start.Entries) {
			return nil, note.NewError("fit.no-such-entry", t, len(start.Entries))
		}
		e := &start.Entries[t]
		field := train.FindConstant(e.Name)
		if field == nil {
			return nil, note.NewError("fit.not-a-constant", e.Name)
		}
		prior := fit.Prior{Value: priors.Entries[t].Value / field.Spread, Parent: fit.None, Weight: priorWeight(opt)}
		if opt.Inherit && e.Prior == nil {
			prior.Parent = slices.Index(targets, start.Parent(t)) // -1 is None
		}
		f.fields = append(f.fields, field)
		f.params = append(f.params, fit.Param{Start: e.Value / field.Spread, Low: field.Low / field.Spread, High: field.High / field.Spread, Prior: prior})
	}
	return f, nil
}

// set writes scaled values into the working constants.
func (f *stepFit) set(x []float64) {
	for i, t := range f.targets {
		// Scaling rounds: a value at its bound must not end up outside.
		f.current.Entries[t].Value = min(max(x[i]*f.fields[i].Spread, f.fields[i].Low), f.fields[i].High)
	}
}

// constants returns a copy of the constants with scaled values.
func (f *stepFit) constants(x []float64) *train.Constants {
	f.set(x)
	return f.current.Clone()
}

// read records which constants each point's prediction reads: most entries
// apply to a few of the points, and the others need no new prediction when one
// of them changes.
func (f *stepFit) read(points []point) {
	for i := range points {
		p := &points[i]
		p.reads = p.reads[:0]
		for j, t := range f.targets {
			if p.inForce.Reads(t) {
				p.reads = append(p.reads, j)
			}
		}
	}
}

// residuals returns log(predicted/measured) of every point.
func residuals(points []point, c *train.Constants) []float64 {
	r := make([]float64, len(points))
	for i := range points {
		r[i] = points[i].step(c) - points[i].measured
	}
	return r
}

// huber is the residual at which the loss turns from square to linear: rows
// further off pull with constant force.
const huber = 0.08

// priorLoss is the loss of a constant one spread from its prior: that of a row
// that is 2 % off. Priors of the step time are stepPull times as strong, as a
// row that is 7 % off: of the widths tried, this one predicted left-out rows
// best.
const (
	priorLoss = 4e-4
	stepPull  = 13
)

// priorWeight returns the loss of a constant one spread from its prior.
func priorWeight(opt *CalibrateOptions) float64 {
	width := opt.Prior
	switch {
	case width > 0:
	case opt.Shrink:
		width = 2
	default:
		width = 1
	}
	return stepPull * priorLoss / (width * width)
}

// problem is the fit to some points.
func (f *stepFit) problem(points []point) *fit.Problem {
	p := &fit.Problem{Params: f.params, Huber: huber,
		Residuals: func(x []float64) []float64 {
			f.set(x)
			return residuals(points, f.current)
		},
		Derivatives: func(x, r []float64) []fit.Gradient { return f.derivatives(points, x, r) },
	}
	for i := range points {
		p.Weights = append(p.Weights, points[i].weight)
	}
	f.set(f.first())
	f.read(points)
	return p
}

// first returns the starting values, scaled.
func (f *stepFit) first() []float64 {
	x := make([]float64, len(f.params))
	for j := range x {
		x[j] = f.params[j].Start
	}
	return x
}

// derivatives returns those of every point's residual by forward differences, of
// the constants that the point reads.
func (f *stepFit) derivatives(points []point, x, r []float64) []fit.Gradient {
	f.set(x)
	g := make([]fit.Gradient, len(points))
	for i := range points {
		g[i] = fit.Gradient{At: points[i].reads, By: make([]float64, len(points[i].reads))}
	}
	for j, t := range f.targets {
		h := f.params[j].Increment(x[j])
		value := &f.current.Entries[t].Value
		was := *value
		*value = (x[j] + h) * f.fields[j].Spread
		for i := range points {
			if k, ok := slices.BinarySearch(points[i].reads, j); ok {
				g[i].By[k] = (points[i].step(f.current) - points[i].measured - r[i]) / h
			}
		}
		*value = was
	}
	return g
}

// solve returns the fitted values.
func (f *stepFit) solve(points []point) []float64 {
	x := fit.Solve(f.problem(points))
	f.set(x)
	return x
}

// report lists the constants with their standard errors.
func (f *stepFit) report(points []point, x []float64) []Fitted {
	errors := f.problem(points).StandardErrors(x)
	f.set(x)
	list := make([]Fitted, len(x))
	for j, t := range f.targets {
		field := f.fields[j]
		e := &f.current.Entries[t]
		list[j] = Fitted{Entry: t, When: e.When.String(), Constant: e.Name, Unit: field.Unit,
			Before: f.params[j].Start * field.Spread, After: e.Value, Error: errors[j] * field.Spread}
	}
	return list
}

// score turns residuals of the logarithm into errors of the step time; weights
// are those of the rows, nil if they are equal.
func score(r, weights []float64) Score {
	s := Score{N: len(r)}
	if s.N == 0 {
		return s
	}
	if weights == nil {
		weights = slices.Repeat([]float64{1}, len(r))
	}
	total := 0.0
	for _, w := range weights {
		total += w
	}
	apes := make([]float64, 0, len(r))
	for i, v := range r {
		e := math.Expm1(v)
		apes = append(apes, math.Abs(e))
		s.MAPE += math.Abs(e) * weights[i] / total
		s.Bias += e * weights[i] / total
	}
	s.Median, s.P90 = weightedQuantile(apes, weights, 0.5), weightedQuantile(apes, weights, 0.9)
	return s
}
