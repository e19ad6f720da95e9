package search

import (
	"cmp"
	"math"
	"slices"
)

const (
	// batchWithin is how far from its target a global batch may be.
	batchWithin = 0.05
	// microBatches is the power of two that a batch should divide into beside its
	// data-parallel ranks: the sequences of a micro-batch times the micro-batches
	// of a pipeline.
	microBatches = 16
	// dividesWell is how many times more another batch near the target may have
	// in common with the devices.
	dividesWell = 8
)

// NearBatches lists the global batches that are worth a search for a target in
// sequences on a number of devices: those within 5 % that have more in common
// with the devices, or with the devices and their micro-batches, than all that
// are nearer to the target, without those that others leave far behind. They are
// multiples of unit, the sequences of a micro-batch over all ranks as far as
// they are fixed; there are none where no multiple of it is near. The nearest
// comes first, so that the last divides best.
func NearBatches(target float64, devices int, unit int64) []int64 {
	unit = max(unit, 1)
	units := target / float64(unit)
	ranks := int64(devices) / gcd(int64(devices), unit)
	var list []candidate
	for _, d := range divisors(ranks * microBatches) {
		n := nearestMultiple(units, int64(d))
		if off := math.Abs(float64(n) - units); off <= batchWithin*units || unit == 1 && d == 1 {
			list = append(list, candidate{n, off, gcd(n, ranks), gcd(n, ranks*microBatches)})
		}
	}
	var batches []int64
	for _, c := range improving(list) {
		batches = append(batches, c.batch*unit)
	}
	return batches
}

// candidate is a batch, how far it is from the target, and its greatest common
// divisor with the devices, and with them and their micro-batches.
type candidate struct {
	batch        int64
	off          float64
	ranks, micro int64
}

// improving sorts the batches, the nearest to the target first, and leaves those
// that divide better than every nearer one and not much worse than the best.
func improving(list []candidate) []candidate {
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.off, b.off), cmp.Compare(b.micro, a.micro), cmp.Compare(b.batch, a.batch))
	})
	var best candidate
	list = slices.DeleteFunc(list, func(c candidate) bool {
		worse := c.ranks <= best.ranks && c.micro <= best.micro
		best.ranks, best.micro = max(best.ranks, c.ranks), max(best.micro, c.micro)
		return worse
	})
	return slices.DeleteFunc(list, func(c candidate) bool {
		return c.ranks*dividesWell <= best.ranks && c.micro*dividesWell <= best.micro
	})
}

// nearestMultiple returns the multiple of d, at least d, that is nearest to x.
func nearestMultiple(x float64, d int64) int64 {
	return max(int64(math.Round(x/float64(d))), 1) * d
}

// gcd returns the greatest common divisor.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
