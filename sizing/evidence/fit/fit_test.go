package fit

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// free returns parameters without bounds or priors.
func free(start ...float64) []Param {
	params := make([]Param, len(start))
	for j, v := range start {
		params[j] = Param{Start: v, Low: math.Inf(-1), High: math.Inf(1), Prior: Prior{Parent: None}}
	}
	return params
}

// ones returns n weights of 1.
func ones(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// curve is a problem of values y of a function of x and the parameters.
func curve(x, y []float64, params []Param, f func(b []float64, x float64) float64) *Problem {
	return &Problem{Params: params, Weights: ones(len(x)), Tolerance: 1e-13, Residuals: func(b []float64) []float64 {
		r := make([]float64, len(x))
		for i := range x {
			r[i] = f(b, x[i]) - y[i]
		}
		return r
	}}
}

// misra1a is a problem of monomolecular adsorption, with certified values.
// Source: NIST StRD, Nonlinear Regression, Misra1a (D. Misra, NIST, 1978),
// https://www.itl.nist.gov/div898/strd/nls/data/misra1a.shtml
func misra1a(start ...float64) *Problem {
	x := []float64{77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0}
	y := []float64{10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78}
	p := curve(x, y, free(start...), func(b []float64, x float64) float64 { return b[0] * (1 - math.Exp(-b[1]*x)) })
	p.Derivatives = func(b, _ []float64) []Gradient {
		g := make([]Gradient, len(x))
		for i, v := range x {
			e := math.Exp(-b[1] * v)
			g[i] = Gradient{At: []int{0, 1}, By: []float64{1 - e, b[0] * v * e}}
		}
		return g
	}
	return p
}

// The solver reaches the certified values, their standard errors and the sum of
// squares from both of the starts that NIST gives.
func TestMisra1a(t *testing.T) {
	for _, start := range [][]float64{{500, 0.0001}, {250, 0.0005}} {
		p := misra1a(start...)
		b := Solve(p)
		assert.InEpsilon(t, 2.3894212918e+02, b[0], 1e-8)
		assert.InEpsilon(t, 5.5015643181e-04, b[1], 1e-8)
		assert.InEpsilon(t, 1.2455138894e-01, p.loss(b, p.Residuals(b)), 1e-8)
		e := p.StandardErrors(b)
		assert.InEpsilon(t, 2.7070075241e+00, e[0], 1e-7)
		assert.InEpsilon(t, 7.2668688436e-06, e[1], 1e-7)
	}
}

// Without derivatives the solver takes differences, which reach as far as its
// parameters are near 1.
func TestMisra1aByDifferences(t *testing.T) {
	p := misra1a()
	q := *p
	q.Params, q.Derivatives = free(5, 1), nil
	q.Residuals = func(b []float64) []float64 { return p.Residuals([]float64{100 * b[0], 1e-4 * b[1]}) }
	b := Solve(&q)
	assert.InEpsilon(t, 2.3894212918, b[0], 1e-5)
	assert.InEpsilon(t, 5.5015643181, b[1], 1e-5)
}

// constant is a problem of one parameter beside measurements of it.
func constant(params []Param, values ...float64) *Problem {
	return curve(make([]float64, len(values)), values, params, func(b []float64, _ float64) float64 { return b[0] })
}

// Values of one parameter whose solution follows from its definition.
func TestOneParameter(t *testing.T) {
	pulled, bounded, fixed := free(0), free(0), free(0)
	pulled[0].Prior = Prior{Value: 1, Parent: None, Weight: 6}
	bounded[0].High = 2
	fixed[0].Fixed = true
	huber := constant(free(0), 1, 1, 100)
	huber.Huber = 3
	for name, test := range map[string]struct {
		p    *Problem
		want float64
	}{
		"mean":                     {constant(free(0), 2, 4), 3},
		"prior: weighted mean":     {constant(pulled, 2, 4), (2 + 4 + 6*1) / 8.},
		"bound":                    {constant(bounded, 2, 4), 2},
		"fixed":                    {constant(fixed, 2, 4), 0},
		"huber: 2 (x - 1) = 3":     {huber, 2.5},
		"weights: (1·2 + 3·4) / 4": {weighted(constant(free(0), 2, 4), 1, 3), 3.5},
	} {
		assert.InDelta(t, test.want, Solve(test.p)[0], 1e-5, name)
	}
}

func weighted(p *Problem, w ...float64) *Problem {
	p.Weights = w
	return p
}

// A parameter that no residual depends on lies at its parent, and between a
// value and its parent where both pull alike.
func TestParent(t *testing.T) {
	p := constant(free(0, 0, 0), 5)
	p.Params[1].Prior = Prior{Parent: 0, Weight: 1}
	p.Params[2].Prior = Prior{Value: 7, Parent: None, Weight: 1}
	x := Solve(p)
	assert.InDelta(t, 5, x[0], 1e-6)
	assert.InDelta(t, 5, x[1], 1e-6)
	assert.InDelta(t, 7, x[2], 1e-6)
	p.Weights[0], p.Params[0].Prior = 1, Prior{Value: 1, Parent: None, Weight: 1}
	p.Params = p.Params[:2]
	// The least of (a-5)² + (a-1)² + (b-a)² is at a = b = 3.
	x = Solve(p)
	assert.InDelta(t, 3, x[0], 1e-6)
	assert.InDelta(t, 3, x[1], 1e-6)
}

// The stride holds each step back, and the steps end the search.
func TestStride(t *testing.T) {
	p := constant(free(0), 10)
	p.Stride, p.Steps = 0.5, 4
	assert.InDelta(t, 2, Solve(p)[0], 1e-12)
}

// What the residuals say nothing about has no standard error.
func TestStandardErrorsOfNothing(t *testing.T) {
	p := constant(free(0, 0), 1, 2)
	for _, e := range p.StandardErrors([]float64{1.5, 0}) {
		assert.True(t, math.IsNaN(e))
	}
	p.Params[1].Fixed = true
	e := p.StandardErrors([]float64{1.5, 0})
	// Of two values that lie 1/2 from their mean: s² = 1/2, over two of them.
	require.InDelta(t, 0.5, e[0], 1e-6)
	assert.Zero(t, e[1])
}
