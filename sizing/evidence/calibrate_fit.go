package evidence

import (
	"fmt"
	"math"
	"slices"

	"mlsizer/sizing"
)

// fit is a least-squares problem over scaled constants: each is divided by its
// scale, so that all are about 1.
type fit struct {
	points  []point
	start   *sizing.Constants
	work    *sizing.Constants
	targets []Target
	fields  []*sizing.Constant
	scale   []float64
	first   []float64 // starting values, scaled
	prior   float64
}

// init looks up the targets and their scales.
func (f *fit) init() error {
	f.work = f.start.Clone()
	for _, t := range f.targets {
		field := sizing.FindConstant(t.Name)
		if field == nil {
			return fmt.Errorf("%q is not a constant", t.Name)
		}
		if t.Override < 0 || t.Override >= len(f.start.Overrides) {
			return fmt.Errorf("%s: no override %d", t.Name, t.Override)
		}
		v, ok := f.start.Overrides[t.Override].Set[t.Name]
		if !ok {
			return fmt.Errorf("%s does not set %s", f.start.Overrides[t.Override].When.String(), t.Name)
		}
		scale := v
		if least := 0.05 * (field.High - field.Low); field.Unit != "s" && field.High <= 4 && scale < least {
			scale = least
		}
		if scale == 0 {
			scale = 1e-5 // seconds: a kernel's time
		}
		f.fields = append(f.fields, field)
		f.scale = append(f.scale, scale)
		f.first = append(f.first, v/scale)
	}
	return nil
}

// set writes scaled values into the working constants.
func (f *fit) set(x []float64) {
	for i, t := range f.targets {
		// Scaling rounds: a value at its bound must not come back outside.
		f.work.Overrides[t.Override].Set[t.Name] = min(max(x[i]*f.scale[i], f.fields[i].Low), f.fields[i].High)
	}
}

// constants returns a copy of the constants with scaled values.
func (f *fit) constants(x []float64) *sizing.Constants {
	f.set(x)
	return f.work.Clone()
}

// residuals returns log(predicted/measured) of every point.
func (f *fit) residuals(points []point, c *sizing.Constants) []float64 {
	r := make([]float64, len(points))
	for i := range points {
		r[i] = points[i].step(c) - points[i].measured
	}
	return r
}

// huber is the residual at which the loss turns from square to linear: a row
// that is more than this far off is pulled at with constant force.
const huber = 0.08

// cost returns the loss and, for each residual, the weight that makes the
// squared loss equal to Huber's at this point.
func (f *fit) cost(points []point, x, r, weight []float64) float64 {
	sum := 0.0
	for i, v := range r {
		a := math.Abs(v)
		weight[i] = points[i].weight
		if a <= huber {
			sum += points[i].weight * v * v
		} else {
			sum += points[i].weight * huber * (2*a - huber)
			weight[i] *= huber / a
		}
	}
	for j := range x {
		d := (x[j] - f.first[j]) / f.prior
		sum += priorLoss * d * d
	}
	return sum
}

// priorLoss is the loss of a constant that is one prior width from where it
// started: that of a single row which is a tenth of a percent off.
const priorLoss = 1e-4

// solve minimises the cost from the starting values.
func (f *fit) solve(points []point) []float64 {
	n, x := len(f.targets), slices.Clone(f.first)
	f.set(x)
	r := f.residuals(points, f.work)
	weight := make([]float64, len(points))
	cost := f.cost(points, x, r, weight)
	lambda := 1e-2
	for range 60 {
		a, g := f.normal(points, x, r, weight)
		improved := false
		for range 8 {
			step := solveDamped(a, g, lambda)
			if step == nil {
				lambda *= 10
				continue
			}
			y := make([]float64, n)
			for j := range y {
				lo, hi := f.fields[j].Low/f.scale[j], f.fields[j].High/f.scale[j]
				y[j] = min(max(x[j]-step[j], lo), hi)
			}
			f.set(y)
			ry := f.residuals(points, f.work)
			wy := make([]float64, len(points))
			if c := f.cost(points, y, ry, wy); c < cost {
				improved = c < cost*(1-1e-5)
				x, r, weight, cost = y, ry, wy, c
				lambda = max(lambda/5, 1e-9)
				break
			}
			lambda *= 4
		}
		if !improved {
			break
		}
	}
	f.set(x)
	return x
}

// normal returns the normal equations of the weighted problem: JᵀWJ and JᵀWr,
// the prior included. The Jacobian is by forward differences.
func (f *fit) normal(points []point, x, r, weight []float64) (a [][]float64, g []float64) {
	n := len(x)
	jac := make([][]float64, n)
	y := slices.Clone(x)
	for j := range x {
		h := 1e-4 * max(math.Abs(x[j]), 1e-2)
		if x[j]+h > f.fields[j].High/f.scale[j] {
			h = -h
		}
		y[j] = x[j] + h
		f.set(y)
		jac[j] = f.residuals(points, f.work)
		for i := range jac[j] {
			jac[j][i] = (jac[j][i] - r[i]) / h
		}
		y[j] = x[j]
	}
	a, g = make([][]float64, n), make([]float64, n)
	for j := range a {
		a[j] = make([]float64, n)
		for k := 0; k <= j; k++ {
			for i := range r {
				a[j][k] += weight[i] * jac[j][i] * jac[k][i]
			}
			a[k][j] = a[j][k]
		}
		for i := range r {
			g[j] += weight[i] * jac[j][i] * r[i]
		}
		a[j][j] += priorLoss / (f.prior * f.prior)
		g[j] += priorLoss * (x[j] - f.first[j]) / (f.prior * f.prior)
	}
	return a, g
}

// solveDamped solves (A + lambda·diag A) s = g by Cholesky's decomposition; nil
// if the matrix is not positive definite.
func solveDamped(a [][]float64, g []float64, lambda float64) []float64 {
	l := cholesky(a, lambda)
	if l == nil {
		return nil
	}
	n := len(g)
	s := slices.Clone(g)
	for i := range n {
		for k := range i {
			s[i] -= l[i][k] * s[k]
		}
		s[i] /= l[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			s[i] -= l[k][i] * s[k]
		}
		s[i] /= l[i][i]
	}
	return s
}

func cholesky(a [][]float64, lambda float64) [][]float64 {
	n := len(a)
	l := make([][]float64, n)
	for i := range n {
		l[i] = make([]float64, n)
		for j := 0; j <= i; j++ {
			sum := a[i][j]
			if i == j {
				sum *= 1 + lambda
			}
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i != j {
				l[i][j] = sum / l[j][j]
				continue
			}
			if !(sum > 0) {
				return nil
			}
			l[i][i] = math.Sqrt(sum)
		}
	}
	return l
}

// report lists the constants with their standard errors: the roots of the
// diagonal of the inverse normal matrix times the residual variance.
func (f *fit) report(points []point, x []float64) []Fitted {
	f.set(x)
	r := f.residuals(points, f.work)
	weight := make([]float64, len(points))
	f.cost(points, x, r, weight)
	var sum, rows float64
	for i := range r {
		sum += weight[i] * r[i] * r[i]
		rows += weight[i]
	}
	variance := sum / max(rows, 1e-9) * rows / float64(max(len(points)-len(x), 1))
	a, _ := f.normal(points, x, r, weight)
	list := make([]Fitted, len(x))
	for j, t := range f.targets {
		unit := make([]float64, len(x))
		unit[j] = 1
		e := math.NaN()
		if s := solveDamped(a, unit, 0); s != nil {
			e = math.Sqrt(max(s[j]*variance, 0)) * f.scale[j]
		}
		field := f.fields[j]
		list[j] = Fitted{Target: t, When: f.start.Overrides[t.Override].When.String(), Constant: t.Name, Unit: field.Unit,
			Before: f.first[j] * f.scale[j], After: x[j] * f.scale[j], Error: e}
	}
	f.set(x)
	return list
}

// leaveOut fits again without each of at most so many sets of groups and
// scores the rows that the fit did not see.
func (f *fit) leaveOut(points []point, folds int, out *Calibration) {
	var groups []string
	for i := range points {
		groups = append(groups, points[i].group)
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	folds = min(folds, len(groups))
	if folds < 2 {
		return
	}
	fold := map[string]int{}
	for i, g := range groups {
		fold[g] = i % folds
	}
	var all []float64
	for k := range folds {
		var in, held []point
		var at []int
		for i := range points {
			if fold[points[i].group] == k {
				held = append(held, points[i])
				at = append(at, i)
			} else {
				in = append(in, points[i])
			}
		}
		f.set(f.solve(in))
		for i, v := range f.residuals(held, f.work) {
			out.Residuals[at[i]].LeftOut = v
			all = append(all, v)
		}
	}
	out.LeaveOut = score(all)
}

// score turns residuals of the logarithm into errors of the step time.
func score(r []float64) Score {
	s := Score{N: len(r)}
	if s.N == 0 {
		return s
	}
	apes := make([]float64, 0, len(r))
	for _, v := range r {
		e := math.Expm1(v)
		apes = append(apes, math.Abs(e))
		s.MAPE += math.Abs(e) / float64(len(r))
		s.Bias += e / float64(len(r))
	}
	slices.Sort(apes)
	s.Median, s.P90 = quantile(apes, 0.5), quantile(apes, 0.9)
	return s
}
