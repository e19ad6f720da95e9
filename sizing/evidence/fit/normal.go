package fit

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// normal returns the normal equations A·step = g of the weighted problem at x,
// where the residuals are r: A = JᵀWJ and g = JᵀWr, the priors included. Fixed
// parameters have the step 0.
func (p *Problem) normal(x, r []float64) (*mat.SymDense, *mat.VecDense) {
	derivatives := p.Derivatives
	if derivatives == nil {
		derivatives = p.differences
	}
	n := len(x)
	a, g := make([]float64, n*n), make([]float64, n)
	for i, row := range derivatives(x, r) {
		w := p.Weights[i] * huberWeight(r[i], p.Huber)
		for s, j := range row.At {
			d := w * row.By[s]
			g[j] += d * r[i]
			for t, k := range row.At {
				a[j*n+k] += d * row.By[t]
			}
		}
	}
	p.pull(x, a, g)
	for j := range p.Params {
		if p.Params[j].Fixed {
			fixParam(a, g, n, j)
		}
	}
	return mat.NewSymDense(n, a), mat.NewVecDense(n, g)
}

// pull adds the priors to the normal equations.
func (p *Problem) pull(x, a, g []float64) {
	n := len(x)
	for j := range x {
		w, d := p.Params[j].Prior.Weight, p.departure(x, j)
		a[j*n+j] += w
		g[j] += w * d
		if k := p.Params[j].Prior.Parent; k >= 0 {
			a[k*n+k] += w
			a[j*n+k] -= w
			a[k*n+j] -= w
			g[k] -= w * d
		}
	}
}

// fixParam removes parameter j from the normal equations.
func fixParam(a, g []float64, n, j int) {
	for k := range n {
		a[j*n+k], a[k*n+j] = 0, 0
	}
	a[j*n+j], g[j] = 1, 0
}

// damped solves (A + λ·diag A)·step = g; false if the matrix is not positive
// definite.
func damped(a *mat.SymDense, g *mat.VecDense, lambda float64) ([]float64, bool) {
	n := g.Len()
	b := mat.NewSymDense(n, nil)
	b.CopySym(a)
	for j := range n {
		b.SetSym(j, j, a.At(j, j)*(1+lambda))
	}
	var c mat.Cholesky
	if !c.Factorize(b) {
		return nil, false
	}
	var step mat.VecDense
	// An ill-conditioned solution is still a direction; the loss decides.
	if err := c.SolveVecTo(&step, g); err != nil {
		if _, near := err.(mat.Condition); !near {
			return nil, false
		}
	}
	return step.RawVector().Data, true
}

// StandardErrors returns the standard error of each parameter at a solution: the
// roots of the diagonal of A⁻¹ s², with A the normal matrix and s² the weighted
// sum of squared residuals over how many more of them there are than parameters.
// All are NaN where A has no inverse, and that of a fixed parameter is 0.
func (p *Problem) StandardErrors(x []float64) []float64 {
	r := p.Residuals(x)
	sum, free := 0.0, 0
	for i, v := range r {
		sum += p.Weights[i] * huberWeight(v, p.Huber) * v * v
	}
	for j := range p.Params {
		if !p.Params[j].Fixed {
			free++
		}
	}
	variance := sum / float64(max(len(r)-free, 1))
	list := make([]float64, len(x))
	a, _ := p.normal(x, r)
	var c mat.Cholesky
	var inverse mat.SymDense
	known := c.Factorize(a)
	if known {
		if err := c.InverseTo(&inverse); err != nil {
			_, known = err.(mat.Condition)
		}
	}
	for j := range list {
		switch {
		case !known:
			list[j] = math.NaN()
		case !p.Params[j].Fixed:
			list[j] = math.Sqrt(max(inverse.At(j, j)*variance, 0))
		}
	}
	return list
}
