package search

import (
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Layout returns the search of a [sizing.Question] whose layout is open but for
// what is fixed: the best plan by time, as [Run] finds it.
func Layout(fixed Fixed) sizing.LayoutSearch {
	return func(p *train.Prepared, memory quantity.Bytes) (best train.Estimate, of int64, ok bool) {
		r, err := Run(p, Options{Fixed: fixed, Memory: memory})
		if err != nil || len(r.Plans) == 0 {
			return best, 0, false
		}
		return r.Plans[0], r.Candidates, true
	}
}
