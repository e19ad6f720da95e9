package search

import (
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Best returns the fastest plan within a memory per device, as [Run] finds it,
// and the number of layouts; ok is false without one.
func Best(p *train.Prepared, fixed Fixed, memory quantity.Bytes) (best train.Estimate, of int64, ok bool) {
	r, err := Run(p, Options{Fixed: fixed, Memory: memory})
	if err != nil || len(r.Plans) == 0 {
		return best, 0, false
	}
	return r.Plans[0], r.Candidates, true
}
