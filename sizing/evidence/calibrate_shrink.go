package evidence

import (
	"slices"

	"mlsizer/sizing/evidence/fit"
	"mlsizer/sizing/train"
)

// best returns the fitted values, shrunk if the fit is to shrink.
func (f *stepFit) best(points []point) []float64 {
	x := f.solve(points)
	if !f.shrink {
		return x
	}
	matches := map[string]*train.Match{}
	for _, t := range f.targets {
		when := &f.start.Entries[t].When
		matches[when.String()] = when
	}
	f.set(f.first())
	before := residuals(points, f.current)
	f.set(x)
	after := residuals(points, f.current)
	for _, when := range matches {
		f.shrinkMatch(when, points, before, after, x)
	}
	return x
}

// scatter is the least deviation of single rows from what all rows of a source
// have in common.
const scatter = 0.05

// shrinkMatch moves the constants of a match back towards where they started, by
// the share of what they gain on its rows that rows without anything in common
// would let them gain:
//
//	shrink = 1 - k s² (rows/shapes) / (loss before - loss after)
//
// for k constants and a variance s² of the rows of its stack; rows of one shape
// have a common error. Source: W. James, C. Stein, "Estimation with quadratic
// loss", 1961 (positive part).
func (f *stepFit) shrinkMatch(when *train.Match, points []point, before, after, x []float64) {
	whose := when.String()
	mine := func(j int) bool { return f.start.Entries[f.targets[j]].When.String() == whose }
	shapes := map[string]bool{}
	var own, kin []float64
	gain := 0.0
	for i := range points {
		if points[i].row.Stack == when.Stack {
			kin = append(kin, before[i])
		}
		if slices.ContainsFunc(points[i].reads, mine) {
			own = append(own, before[i])
			shapes[points[i].row.shapeKey()] = true
			gain += fit.HuberLoss(before[i], huber) - fit.HuberLoss(after[i], huber)
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
			first := f.params[j].Start
			x[j] = first + keep*(x[j]-first)
		}
	}
}

// variance returns the variance of a sample; 0 for a single value.
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
