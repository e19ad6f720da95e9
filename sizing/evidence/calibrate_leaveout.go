package evidence

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// leaveOut repeats the fit without each set of groups, at most folds of them,
// and returns the residuals of the left-out rows, by point; NaN for fewer than
// two sets. It distributes the groups of a stack over different sets as far as
// possible, so that no fit misses more of a stack than necessary; few groups
// are left out one by one. The sets run concurrently.
func (f *stepFit) leaveOut(points []point, name string, folds int) []float64 {
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
	apart := configurationFolds(points, fold)
	var wait sync.WaitGroup
	for k := range folds {
		var in, held []point
		var at []int
		for i := range points {
			p := points[i].clone()
			switch {
			case fold[p.group] == k:
				held = append(held, p)
				at = append(at, i)
			case !apart[p.configuration()][k]:
				in = append(in, p)
			}
		}
		wait.Go(func() {
			g := f.again()
			g.set(g.best(in))
			for i, v := range residuals(held, g.current) {
				left[at[i]] = v
			}
		})
	}
	wait.Wait()
	return left
}

// again returns a fit of its own that begins at the solution with all
// points, which is near. A fit that shrinks begins where it shrinks to.
func (f *stepFit) again() *stepFit {
	g := *f
	g.current = f.start.Clone()
	if !f.shrink {
		g.params = slices.Clone(f.params)
		for j := range g.params {
			g.params[j].Start = f.solution[j]
		}
	}
	return &g
}

// configurationFolds lists the sets that hold rows of each configuration: in
// another release the same configuration says what the left-out row does, so a
// fit without one is without both.
func configurationFolds(points []point, fold map[string]int) map[string]map[int]bool {
	folds := map[string]map[int]bool{}
	for i := range points {
		c := points[i].configuration()
		if folds[c] == nil {
			folds[c] = map[int]bool{}
		}
		folds[c][fold[points[i].group]] = true
	}
	return folds
}

// dealGroups distributes the points' groups over sets in turn, stack by stack.
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
