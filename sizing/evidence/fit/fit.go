// Package fit solves least-squares problems with priors and bounds. It knows
// nothing of models: it takes functions of residuals, priors of the
// parameters, and their bounds.
//
// The loss that a fit minimises over parameters x is
//
//	Σᵢ wᵢ ρ(rᵢ(x)) + Σⱼ pⱼ (xⱼ - aⱼ)²
//
// with residuals r, their weights w, Huber's loss ρ, and for each parameter the
// centre a of its prior with the weight p. The centre may be the value of
// another parameter.
//
// The method is Gauss-Newton's, damped as Levenberg and Marquardt do, with
// Huber's loss as weights that follow the residuals. Source: K. Madsen, H. B.
// Nielsen, O. Tingleff, "Methods for non-linear least squares problems", 2004,
// section 3.2; P. J. Huber, Ann. Math. Stat. 35 (1964).
package fit

// None is the Parent of a prior with a fixed centre.
const None = -1

// Prior is the prior of a parameter.
type Prior struct {
	// Value is the centre, if Parent is None.
	Value float64
	// Parent is the index of the parameter whose value is the centre.
	Parent int
	// Weight is the loss of a parameter that is 1 off.
	Weight float64
}

// Param is one parameter of a problem.
type Param struct {
	Start     float64
	Low, High float64
	Prior     Prior
	// Fixed keeps the parameter at its start.
	Fixed bool
}

// Gradient lists the derivatives of one residual that are not zero, by
// parameter; a parameter may occur twice.
type Gradient struct {
	At []int
	By []float64
}

// Problem is a fit. The residuals may keep state between calls, so one
// goroutine solves a problem.
type Problem struct {
	Params []Param
	// Weights are those of the residuals.
	Weights []float64
	// Huber is the residual at which the loss turns from square to linear; 0
	// keeps it square.
	Huber float64
	// Residuals returns all residuals at x.
	Residuals func(x []float64) []float64
	// Derivatives returns a gradient for each residual at x, where the residuals
	// are r; nil takes forward differences of all of them.
	Derivatives func(x, r []float64) []Gradient
	// Tolerance is the least relative gain of a step after which another
	// follows; 0 takes 1e-5.
	Tolerance float64
	// Stride is the largest change of a parameter per step; 0 is any.
	Stride float64
	// Steps is the largest number of steps; 0 takes 60.
	Steps int
}

// HuberLoss returns Huber's loss of a residual, which turns from square to
// linear at some size; 0 keeps it square.
func HuberLoss(residual, at float64) float64 {
	if a := max(residual, -residual); at > 0 && a > at {
		return at * (2*a - at)
	}
	return residual * residual
}

// huberWeight is the factor on a squared residual that gives it the slope of
// Huber's loss.
func huberWeight(residual, at float64) float64 {
	if a := max(residual, -residual); at > 0 && a > at {
		return at / a
	}
	return 1
}

// departure returns the distance of parameter j from the centre of its prior.
func (p *Problem) departure(x []float64, j int) float64 {
	if k := p.Params[j].Prior.Parent; k >= 0 {
		return x[j] - x[k]
	}
	return x[j] - p.Params[j].Prior.Value
}

// loss returns the loss at x, where the residuals are r.
func (p *Problem) loss(x, r []float64) float64 {
	sum := 0.0
	for i, v := range r {
		sum += p.Weights[i] * HuberLoss(v, p.Huber)
	}
	for j := range x {
		d := p.departure(x, j)
		sum += p.Params[j].Prior.Weight * d * d
	}
	return sum
}

// Increment returns the step of parameter at v for a difference, away from a
// bound that it equals.
func (q *Param) Increment(v float64) float64 {
	h := 1e-4 * max(v, -v, 0.1)
	if v+h > q.High {
		return -h
	}
	return h
}

// differences returns the gradients by forward differences.
func (p *Problem) differences(x, r []float64) []Gradient {
	g := make([]Gradient, len(r))
	y := append([]float64(nil), x...)
	for j := range p.Params {
		if p.Params[j].Fixed {
			continue
		}
		h := p.Params[j].Increment(x[j])
		y[j] = x[j] + h
		for i, v := range p.Residuals(y) {
			g[i].At, g[i].By = append(g[i].At, j), append(g[i].By, (v-r[i])/h)
		}
		y[j] = x[j]
	}
	return g
}
