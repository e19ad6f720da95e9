package evidence

import (
	"math"
	"slices"

	"mlsizer/sizing"
)

// efficiency multiplies a point's factors.
func (f *servingFitter) efficiency(p *servingPoint, theta []float64) sizing.ServingEfficiency {
	var e sizing.ServingEfficiency
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

// solve fits all factors, leaves those out that hardly differ from where they
// start, and fits the rest anew.
func (f *servingFitter) solve(points []*servingPoint) []float64 {
	theta := make([]float64, len(f.factors))
	for i := range f.factors {
		f.factors[i].out, theta[i] = false, f.factors[i].start
	}
	theta = f.descend(theta, points, servingSteps)
	for i, v := range theta {
		if x := &f.factors[i]; math.Abs(v-x.start) < servingNegligible {
			x.out, theta[i] = true, x.start
		}
	}
	return f.descend(theta, points, servingSteps)
}

// descend improves theta by damped Gauss-Newton steps with reweighting.
func (f *servingFitter) descend(theta []float64, points []*servingPoint, steps int) []float64 {
	theta = slices.Clone(theta)
	best, loss := slices.Clone(theta), f.loss(theta, points)
	damping := 1e-2
	for range steps {
		a, b := f.normal(best, points)
		step := solveDamped(a, b, damping)
		if step == nil {
			break
		}
		for i := range step {
			theta[i] = best[i] + math.Max(-0.7, math.Min(0.7, step[i]))
		}
		next := f.loss(theta, points)
		if next < loss {
			done := loss-next < 1e-5*loss
			copy(best, theta)
			loss, damping = next, math.Max(damping/5, 1e-6)
			if done {
				break
			}
		} else if damping *= 8; damping > 1e4 {
			break
		}
	}
	return best
}

// loss is what the fit minimises.
func (f *servingFitter) loss(theta []float64, points []*servingPoint) float64 {
	total := 0.0
	for _, p := range points {
		p.setup.p.SetEfficiency(f.efficiency(p, theta))
		total += p.weight * huberLoss(p.predict()-p.measured, servingHuber) / (servingNoise * servingNoise)
	}
	for i := range f.factors {
		x := &f.factors[i]
		pulled := (theta[i] - x.start) / x.prior
		total += pulled * pulled
	}
	return total
}

// normal builds the normal equations at theta: the derivative of a point by a
// factor is that by the constant it belongs to.
func (f *servingFitter) normal(theta []float64, points []*servingPoint) (a [][]float64, b []float64) {
	n := len(theta)
	a, b = make([][]float64, n), make([]float64, n)
	for i := range a {
		a[i] = make([]float64, n)
	}
	const h = 1e-4
	var at []int
	var by []float64
	for _, p := range points {
		e := f.efficiency(p, theta)
		p.setup.p.SetEfficiency(e)
		at0 := p.predict()
		r := at0 - p.measured
		w := p.weight / (servingNoise * servingNoise)
		if math.Abs(r) > servingHuber {
			w *= servingHuber / math.Abs(r)
		}
		at, by = at[:0], by[:0]
		for c := range e {
			old := e[c]
			e[c] = f.nudged(p, theta, c, h)
			p.setup.p.SetEfficiency(e)
			d := (p.predict() - at0) / h
			e[c] = old
			if math.Abs(d) < 1e-6 {
				continue
			}
			for _, x := range p.factors[c] {
				if !f.factors[x.factor].out {
					at, by = append(at, x.factor), append(by, d*x.power)
				}
			}
		}
		for x, i := range at {
			b[i] -= w * by[x] * r
			for y, j := range at {
				if j <= i {
					a[i][j] += w * by[x] * by[y]
				}
			}
		}
	}
	for i := range f.factors {
		x := &f.factors[i]
		prior := 1 / (x.prior * x.prior)
		a[i][i] += prior
		b[i] -= prior * (theta[i] - x.start)
	}
	return a, b
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
