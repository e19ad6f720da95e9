package fit

import "slices"

// The damping λ: its start, its decrease after a step that gains and its
// increase after one that does not, and the limit of trials at one point.
const (
	lambdaStart, lambdaLeast = 1e-2, 1e-9
	lambdaFactor             = 10
	trials                   = 10
)

// Solve returns the parameters that minimise the loss, starting from their
// given values. It is deterministic.
func Solve(p *Problem) []float64 {
	steps, tolerance := p.Steps, p.Tolerance
	if steps == 0 {
		steps = 60
	}
	if tolerance == 0 {
		tolerance = 1e-5
	}
	s := search{p: p, x: make([]float64, len(p.Params)), lambda: lambdaStart}
	for j := range s.x {
		s.x[j] = p.Params[j].Start
	}
	s.r = p.Residuals(s.x)
	s.loss = p.loss(s.x, s.r)
	for range steps {
		was := s.loss
		if !s.step() || s.loss >= was*(1-tolerance) {
			break
		}
	}
	return s.x
}

// search is the current state of a fit.
type search struct {
	p      *Problem
	x, r   []float64
	loss   float64
	lambda float64
}

// step moves to the first point along the damped direction that has a smaller
// loss, and reports whether there is one.
func (s *search) step() bool {
	a, g := s.p.normal(s.x, s.r)
	for range trials {
		if step, ok := damped(a, g, s.lambda); ok {
			y := s.p.moved(s.x, step)
			r := s.p.Residuals(y)
			if loss := s.p.loss(y, r); loss < s.loss {
				s.x, s.r, s.loss = y, r, loss
				s.lambda = max(s.lambda/lambdaFactor, lambdaLeast)
				return true
			}
		}
		s.lambda *= lambdaFactor
	}
	return false
}

// moved returns x less a step, within the stride and the bounds.
func (p *Problem) moved(x, step []float64) []float64 {
	y := slices.Clone(x)
	for j, d := range step {
		q := &p.Params[j]
		if q.Fixed {
			continue
		}
		if p.Stride > 0 {
			d = min(max(d, -p.Stride), p.Stride)
		}
		y[j] = min(max(x[j]-d, q.Low), q.High)
	}
	return y
}
