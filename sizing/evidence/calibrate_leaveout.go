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
			g.current = f.start.Clone()
			g.set(g.best(in))
			for i, v := range residuals(held, g.current) {
				left[at[i]] = v
			}
		})
	}
	wait.Wait()
	return left
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
