package evidence

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/sizing/evidence/fit"
	"mlsizer/sizing/serve"
)

// efficiency multiplies a point's factors.
func (f *servingFitter) efficiency(p *servingPoint, theta []float64) serve.Efficiency {
	var e serve.Efficiency
	for c := range e {
		e[c] = f.nudged(p, theta, c, 0)
	}
	return e
}

// nudged is one constant of a point with its factors times e^h.
func (f *servingFitter) nudged(p *servingPoint, theta []float64, c int, h float64) float64 {
	for _, x := range p.factors[c] {
		h += theta[x.factor] * x.power
	}
	return f.fields[c].Bound(f.fields[c].Base * math.Exp(h))
}

// solve fits all factors, omits those that hardly differ from their start, and
// refits the rest from their current values.
func (f *servingFitter) solve(points []*servingPoint) []float64 {
	p := f.problem(points)
	theta := fit.Solve(p)
	for i, v := range theta {
		q := &p.Params[i]
		if q.Fixed = math.Abs(v-q.Start) < servingNegligible; !q.Fixed {
			q.Start = v
		}
	}
	return fit.Solve(p)
}

// problem is the fit of all factors to some points: the parameters are their
// logarithms, and residuals are in units of the noise of a good prediction.
func (f *servingFitter) problem(points []*servingPoint) *fit.Problem {
	p := &fit.Problem{Huber: servingHuber / servingNoise, Stride: servingStride, Steps: servingSteps}
	for i := range f.factors {
		x := &f.factors[i]
		p.Params = append(p.Params, fit.Param{Start: x.start, Low: math.Inf(-1), High: math.Inf(1),
			Prior: fit.Prior{Value: x.start, Parent: fit.None, Weight: 1 / (x.prior * x.prior)}})
	}
	for _, o := range points {
		p.Weights = append(p.Weights, o.weight)
	}
	p.Residuals = func(theta []float64) []float64 {
		r := make([]float64, len(points))
		for i, o := range points {
			o.setup.p.SetEfficiency(f.efficiency(o, theta))
			r[i] = (o.predict() - o.measured) / servingNoise
		}
		return r
	}
	p.Derivatives = func(theta, r []float64) []fit.Gradient {
		g := make([]fit.Gradient, len(points))
		for i, o := range points {
			g[i] = f.gradient(o, theta, r[i])
		}
		return g
	}
	return p
}

// gradient returns the derivatives of a point's residual: the derivative by a
// factor is that by its constant.
func (f *servingFitter) gradient(p *servingPoint, theta []float64, r float64) (g fit.Gradient) {
	const h = 1e-4
	e := f.efficiency(p, theta)
	for c := range e {
		old := e[c]
		e[c] = f.nudged(p, theta, c, h)
		p.setup.p.SetEfficiency(e)
		d := ((p.predict()-p.measured)/servingNoise - r) / h
		e[c] = old
		if math.Abs(d) < servingFlat {
			continue
		}
		for _, x := range p.factors[c] {
			g.At, g.By = append(g.At, x.factor), append(g.By, d*x.power)
		}
	}
	return g
}

// report lists the factors that differ before and after a fit, with their
// standard errors; of a refit, all that are not 1.
func (f *servingFitter) report(theta []float64, before, after map[string]map[string]float64, refit bool) []Fitted {
	p := f.problem(f.points)
	for i := range p.Params {
		p.Params[i].Fixed = theta[i] == p.Params[i].Start
	}
	errors := p.StandardErrors(theta)
	at := func(factors map[string]map[string]float64, x *servingFactor) float64 {
		if v, ok := factors[f.fields[x.constant].Name][x.key]; ok {
			return v
		}
		return 1
	}
	var list []Fitted
	for i := range f.factors {
		x := &f.factors[i]
		from, to := at(before, x), at(after, x)
		if from == to && (!refit || from == 1) {
			continue
		}
		e := errors[i] * to
		if p.Params[i].Fixed {
			e = math.NaN()
		}
		list = append(list, Fitted{When: cmp.Or(x.key, "default"), Constant: f.fields[x.constant].Name, Unit: "factor", Before: from, After: to, Error: e})
	}
	slices.SortFunc(list, func(a, b Fitted) int { return cmp.Or(cmp.Compare(a.Constant, b.Constant), cmp.Compare(a.When, b.When)) })
	return list
}

// results predicts points under theta.
func (f *servingFitter) results(theta []float64, points []*servingPoint) []ServingResult {
	rep := &ServingReport{}
	for _, p := range points {
		p.setup.p.SetEfficiency(f.efficiency(p, theta))
		rep.add(p.setup.row, p.phase, p.quantity, math.Exp(p.measured), math.Exp(p.predict()), 0, 0)
	}
	return rep.Results
}
