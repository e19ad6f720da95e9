package evidence

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// leaveOut fits again without each of at most so many sets of groups of a name
// and returns the residuals of the rows that a fit did not see, by point; NaN
// where there are not two sets. Groups of a stack are dealt to different sets
// as far as there are enough, so that no fit misses more of a stack than it
// must; groups that are few are left out one by one. The sets do not wait for
// each other.
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
