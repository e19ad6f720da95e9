package evidence

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"mlsizer/sizing"
)

// fit is a least-squares problem over scaled constants: each is divided by its
// spread, so that a step of 1 is a large one for any of them.
type fit struct {
	start   *sizing.Constants
	work    *sizing.Constants
	targets []Target
	fields  []*sizing.Constant
	first   []float64 // starting values, scaled
	// pull is where the prior pulls each constant to, scaled: a value, or that
	// of another target where parent is not -1.
	pull   []float64
	parent []int
	prior  float64
	shrink bool
}

// newFit looks up the targets, where they start and what pulls at them: the
// values they start from or, with inherit, what each entry would inherit.
func newFit(start *sizing.Constants, targets []Target, opt *CalibrateOptions) (*fit, error) {
	f := &fit{start: start, work: start.Clone(), targets: targets, prior: opt.Prior, shrink: opt.Shrink}
	switch {
	case f.prior > 0:
	case f.shrink:
		f.prior = 2
	default:
		f.prior = 1
	}
	priors := start
	if opt.Inherit {
		priors = start.Unfitted()
	}
	at := map[Target]int{}
	for i, t := range targets {
		at[t] = i
	}
	for _, t := range targets {
		field := sizing.FindConstant(t.Name)
		if field == nil {
			return nil, fmt.Errorf("%q is not a constant", t.Name)
		}
		if t.Override < 0 || t.Override >= len(start.Overrides) {
			return nil, fmt.Errorf("%s: no override %d", t.Name, t.Override)
		}
		o := &start.Overrides[t.Override]
		v, ok := o.Set[t.Name]
		if !ok {
			return nil, fmt.Errorf("%s does not set %s", o.When.String(), t.Name)
		}
		pull, parent := priors.Overrides[t.Override].Set[t.Name], -1
		if _, own := o.Prior[t.Name]; opt.Inherit && !own {
			if j := start.Parent(t.Override, t.Name); j >= 0 {
				if k, ok := at[Target{j, t.Name}]; ok {
					parent = k
				}
			}
		}
		f.fields = append(f.fields, field)
		f.first = append(f.first, v/field.Spread)
		f.pull = append(f.pull, pull/field.Spread)
		f.parent = append(f.parent, parent)
	}
	return f, nil
}

// set writes scaled values into the working constants.
func (f *fit) set(x []float64) {
	for i, t := range f.targets {
		// Scaling rounds: a value at its bound must not come back outside.
		f.work.Overrides[t.Override].Set[t.Name] = min(max(x[i]*f.fields[i].Spread, f.fields[i].Low), f.fields[i].High)
	}
}

// constants returns a copy of the constants with scaled values.
func (f *fit) constants(x []float64) *sizing.Constants {
	f.set(x)
	return f.work.Clone()
}

// read notes which constants each point's prediction takes: most entries hold
// for a few of the points, and the others need not be predicted anew when one
// of them changes.
func (f *fit) read(points []point) {
	for i := range points {
		p := &points[i]
		p.reads = p.reads[:0]
		for j, t := range f.targets {
			if p.setup.Prepared.Reads(f.work, t.Override, t.Name) {
				p.reads = append(p.reads, j)
			}
		}
	}
}

// residuals returns log(predicted/measured) of every point.
func residuals(points []point, c *sizing.Constants) []float64 {
	r := make([]float64, len(points))
	for i := range points {
		r[i] = points[i].step(c) - points[i].measured
	}
	return r
}

// departure returns how many spreads constant j lies from what pulls at it.
func (f *fit) departure(x []float64, j int) float64 {
	if k := f.parent[j]; k >= 0 {
		return x[j] - x[k]
	}
	return x[j] - f.pull[j]
}

// huber is the residual at which the loss turns from square to linear: a row
// that is more than this far off is pulled at with constant force.
const huber = 0.08

// huberLoss returns Huber's loss of a residual, which turns from square to linear
// at some size.
func huberLoss(v, at float64) float64 {
	if a := math.Abs(v); a > at {
		return at * (2*a - at)
	}
	return v * v
}

// priorLoss is the loss of a constant that lies one spread from what pulls at
// it: that of a row that is 2 % off. Constants of the step time are pulled at
// stepPull times as hard, as by a row that is 7 % off: among widths of the pull
// this one came nearest to rows that a fit did not see.
const (
	priorLoss = 4e-4
	stepPull  = 13
)

func (f *fit) priorWeight() float64 { return stepPull * priorLoss / (f.prior * f.prior) }

// cost returns the loss and, for each residual, the weight that makes the
// squared loss equal to Huber's at this point.
func (f *fit) cost(points []point, x, r, weight []float64) float64 {
	sum := 0.0
	for i, v := range r {
		sum += points[i].weight * huberLoss(v, huber)
		weight[i] = points[i].weight * huber / max(math.Abs(v), huber)
	}
	for j := range x {
		d := f.departure(x, j)
		sum += f.priorWeight() * d * d
	}
	return sum
}

// solve minimises the cost from the starting values.
func (f *fit) solve(points []point) []float64 {
	n, x := len(f.targets), slices.Clone(f.first)
	f.set(x)
	f.read(points)
	r := residuals(points, f.work)
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
				lo, hi := f.fields[j].Low/f.fields[j].Spread, f.fields[j].High/f.fields[j].Spread
				y[j] = min(max(x[j]-step[j], lo), hi)
			}
			f.set(y)
			ry := residuals(points, f.work)
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

// best returns the values that the points call for, shrunk if the fit is to.
func (f *fit) best(points []point) []float64 {
	x := f.solve(points)
	if !f.shrink {
		return x
	}
	entries := map[int]bool{}
	for _, t := range f.targets {
		entries[t.Override] = true
	}
	f.set(f.first)
	before := residuals(points, f.work)
	f.set(x)
	after := residuals(points, f.work)
	for entry := range entries {
		f.shrinkEntry(entry, points, before, after, x)
	}
	return x
}

// scatter is the least that single rows lie from what all of a source have in
// common.
const scatter = 0.05

// shrinkEntry moves an entry's constants back towards where they started, by
// the share of what they gain on its rows that rows without anything in common
// would let them gain:
//
//	shrink = 1 - k s² (rows/shapes) / (loss before - loss after)
//
// for k constants and a variance s² of the rows of its stack; rows of one shape
// are off together. Source: W. James, C. Stein, "Estimation with quadratic
// loss", 1961 (positive part).
func (f *fit) shrinkEntry(entry int, points []point, before, after, x []float64) {
	mine := func(j int) bool { return f.targets[j].Override == entry }
	shapes := map[string]bool{}
	var own, kin []float64
	gain := 0.0
	for i := range points {
		if points[i].row.Stack == f.start.Overrides[entry].When.Stack {
			kin = append(kin, before[i])
		}
		if slices.ContainsFunc(points[i].reads, mine) {
			own = append(own, before[i])
			shapes[points[i].row.shapeKey()] = true
			gain += huberLoss(before[i], huber) - huberLoss(after[i], huber)
		}
	}
	k := 0.0
	for j := range f.targets {
		if mine(j) {
			k++
		}
	}
	keep := 0.0
	chance := k * max(variance(kin), scatter*scatter) * float64(len(own)) / float64(max(len(shapes), 1))
	if gain > chance {
		keep = 1 - chance/gain
	}
	for j := range f.targets {
		if mine(j) {
			x[j] = f.first[j] + keep*(x[j]-f.first[j])
		}
	}
}

// variance returns that of a sample; 0 for a single value.
func variance(v []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		sum += (x - mean) * (x - mean)
	}
	return sum / float64(max(len(v)-1, 1))
}

// normal returns the normal equations of the weighted problem: JᵀWJ and JᵀWr,
// the prior included. The Jacobian is by forward differences, point by point,
// of the constants that the point reads.
func (f *fit) normal(points []point, x, r, weight []float64) (a [][]float64, g []float64) {
	n := len(x)
	a, g = make([][]float64, n), make([]float64, n)
	for j := range a {
		a[j] = make([]float64, n)
	}
	f.set(x)
	jac := make([][]float64, len(points))
	for i := range points {
		jac[i] = make([]float64, len(points[i].reads))
	}
	for j, t := range f.targets {
		h := 1e-4 * max(math.Abs(x[j]), 1e-1)
		if x[j]+h > f.fields[j].High/f.fields[j].Spread {
			h = -h
		}
		set := f.work.Overrides[t.Override].Set
		was := set[t.Name]
		set[t.Name] = (x[j] + h) * f.fields[j].Spread
		for i := range points {
			if k, ok := slices.BinarySearch(points[i].reads, j); ok {
				jac[i][k] = (points[i].step(f.work) - points[i].measured - r[i]) / h
			}
		}
		set[t.Name] = was
	}
	for i := range points {
		reads := points[i].reads
		for p, j := range reads {
			for q, k := range reads[:p+1] {
				a[j][k] += weight[i] * jac[i][p] * jac[i][q]
			}
			g[j] += weight[i] * jac[i][p] * r[i]
		}
	}
	for j := range x {
		for k := range j {
			a[k][j] = a[j][k]
		}
	}
	for j := range x {
		w, d := f.priorWeight(), f.departure(x, j)
		a[j][j] += w
		g[j] += w * d
		if k := f.parent[j]; k >= 0 {
			a[k][k] += w
			a[j][k] -= w
			a[k][j] -= w
			g[k] -= w * d
		}
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
	r := residuals(points, f.work)
	weight := make([]float64, len(points))
	f.cost(points, x, r, weight)
	sum := 0.0
	for i := range r {
		sum += weight[i] * r[i] * r[i]
	}
	variance := sum / float64(max(len(points)-len(x), 1))
	a, _ := f.normal(points, x, r, weight)
	list := make([]Fitted, len(x))
	for j, t := range f.targets {
		unit := make([]float64, len(x))
		unit[j] = 1
		field := f.fields[j]
		e := math.NaN()
		if s := solveDamped(a, unit, 0); s != nil {
			e = math.Sqrt(max(s[j]*variance, 0)) * field.Spread
		}
		list[j] = Fitted{Target: t, When: f.start.Overrides[t.Override].When.String(), Constant: t.Name, Unit: field.Unit,
			Before: f.first[j] * field.Spread, After: f.work.Overrides[t.Override].Set[t.Name], Error: e}
	}
	return list
}

// leaveOut fits again without each of at most so many sets of groups of a name
// and returns the residuals of the rows that a fit did not see, by point; NaN
// where there are not two sets. Groups of a stack are dealt to different sets
// as far as there are enough, so that no fit misses more of a stack than it
// must; groups that are few are left out one by one. The sets do not wait for
// each other.
func (f *fit) leaveOut(points []point, name string, folds int) []float64 {
	key := LeaveOutKey(name)
	for i := range points {
		points[i].group = key(points[i].row)
	}
	if folds > 0 && WholeGroups(name) {
		folds = len(points)
	}
	left := make([]float64, len(points))
	for i := range left {
		left[i] = math.NaN()
	}
	fold := dealGroups(points, folds)
	folds = min(folds, len(fold))
	if folds < 2 {
		return left
	}
	var wait sync.WaitGroup
	for k := range folds {
		var in, held []point
		var at []int
		for i := range points {
			p := points[i].clone()
			if fold[p.group] == k {
				held = append(held, p)
				at = append(at, i)
			} else {
				in = append(in, p)
			}
		}
		wait.Go(func() {
			g := *f
			g.work = f.start.Clone()
			g.set(g.best(in))
			for i, v := range residuals(held, g.work) {
				left[at[i]] = v
			}
		})
	}
	wait.Wait()
	return left
}

// dealGroups deals the points' groups to so many sets in turn, stack by stack.
func dealGroups(points []point, folds int) map[string]int {
	stack := map[string]string{}
	var groups []string
	for i := range points {
		g := points[i].group
		if _, known := stack[g]; !known {
			stack[g] = points[i].row.Stack
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(cmp.Compare(stack[a], stack[b]), cmp.Compare(a, b)) })
	folds = min(folds, len(groups))
	fold := make(map[string]int, len(groups))
	for i, g := range groups {
		fold[g] = i % max(folds, 1)
	}
	return fold
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
