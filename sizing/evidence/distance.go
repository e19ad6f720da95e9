package evidence

import (
	"math"
	"slices"

	"mlsizer/sizing/train"
)

// A distance is what a question does not share with the measurements: the
// shape or the layout, the family of the model, the device, the source or the
// stack. The band at a distance comes from rows that were left out of the fit
// together with all rows that share it.

// sample is the residual of a left-out row.
type sample struct {
	row              int // of the calibration
	residual, weight float64
	group            string // that a cross-fit leaves out
}

// crossParts is the largest number of parts of a cross-fit.
const crossParts = 8

// ends are the logarithms of the ends of a band, for residuals of predicted
// over measured.
type ends struct{ low, high float64 }

// width is how wide a band is made: from the quantile at level to that at 1 -
// level, times a factor where all that was measured is not enough.
type width struct{ level, factor float64 }

// middle80 is the width of the middle 80 % of what was measured.
var middle80 = width{0.1, 1}

// widths are those that are tried, from the least to the most. A factor of 2 is
// that of Student's t for three groups.
var widths = func() (list []width) {
	for level := 14; level >= 0; level-- {
		list = append(list, width{float64(level) / 100, 1})
	}
	for factor := 11; factor <= 20; factor++ {
		list = append(list, width{0, float64(factor) / 10})
	}
	return list
}()

// endsOf returns the ends of a band of some samples, which always holds the
// prediction.
func endsOf(list []sample, w width) ends {
	values, weights := make([]float64, len(list)), make([]float64, len(list))
	for i, s := range list {
		values[i], weights[i] = s.residual, s.weight
	}
	return ends{min(0, -w.factor*weightedQuantile(values, weights, 1-w.level)), max(0, -w.factor*weightedQuantile(values, weights, w.level))}
}

// band returns the factors of the ends.
func (e ends) band() train.Band {
	return train.Band{Low: math.Exp(e.low), High: math.Exp(e.high)}
}

// holds reports whether a residual lies between the ends.
func (e ends) holds(residual float64) bool { return e.low <= -residual && -residual <= e.high }

// crossed is a cross-fit: the samples in parts. All samples of a group are in
// one part, and each part has bands of the samples of the others.
type crossed struct {
	parts  [][]sample
	others [][]ends // by part and width
}

// cross deals the groups of samples to parts in turn; with fewer than two
// groups there is no cross-fit.
func cross(list []sample) (c crossed) {
	part := map[string]int{}
	for _, s := range list {
		if _, known := part[s.group]; !known {
			part[s.group] = len(part) % crossParts
		}
	}
	if len(part) < 2 {
		return c
	}
	for k := range min(len(part), crossParts) {
		var in, held []sample
		for _, s := range list {
			if part[s.group] == k {
				held = append(held, s)
			} else {
				in = append(in, s)
			}
		}
		var others []ends
		for _, w := range widths {
			others = append(others, endsOf(in, w))
		}
		c.parts, c.others = append(c.parts, held), append(c.others, others)
	}
	return c
}

// coverage is the share of the samples' weight inside the bands of the others
// of a width, those of one group or, for "", of all.
func (c *crossed) coverage(width int, group string) float64 {
	in, all := 0.0, 0.0
	for k, part := range c.parts {
		band := c.others[k][width]
		for _, s := range part {
			if group != "" && s.group != group {
				continue
			}
			all += s.weight
			if band.holds(s.residual) {
				in += s.weight
			}
		}
	}
	if all == 0 {
		return 0
	}
	return in / all
}

// width returns the width at which the bands of others hold nearest to 80 % of
// the samples: the error of a new group is known only as well as the spread
// over the groups, which for few groups is too narrow.
func (c *crossed) width() int {
	best, off := 0, math.Inf(1)
	for w := range widths {
		if d := math.Abs(c.coverage(w, "") - 0.8); d < off-1e-9 {
			best, off = w, d
		}
	}
	return best
}

// bandOf returns the band of some samples and the share of them in bands that
// other groups make; 0 for fewer than two groups.
func bandOf(list []sample) (b train.Band, covered float64) {
	if len(list) == 0 {
		return train.Band{Low: 1, High: 1}, 0
	}
	c := cross(list)
	if len(c.parts) == 0 {
		return endsOf(list, widths[len(widths)-1]).band(), 0
	}
	w := c.width()
	return endsOf(list, widths[w]).band(), c.coverage(w, "")
}

// weightedQuantile interpolates in the values between the middles of their
// weights.
func weightedQuantile(values, weights []float64, q float64) float64 {
	order := make([]int, len(values))
	total := 0.0
	for i := range order {
		order[i] = i
		total += weights[i]
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return a - b
	})
	// As quantile does for equal weights: the first value is at 0 and the last
	// at 1.
	first, last := weights[order[0]]/2, weights[order[len(order)-1]]/2
	want, at := q*(total-first-last), 0.0
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		step := (weights[a] + weights[b]) / 2
		if at+step >= want && step > 0 {
			return values[a] + (want-at)/step*(values[b]-values[a])
		}
		at += step
	}
	return values[order[len(order)-1]]
}
