// Package tensor has what the readers of all formats share: the sums of a
// checkpoint's tensors, the component that a tensor belongs to by its name,
// and the checks of where its data lies.
package tensor

import ()

// MaxTensors bounds the tensors of a checkpoint, and with them the memory that
// reading one takes. The largest known index has 497,000; the figure is what
// fills a table of a power of two.
const MaxTensors = 1 << 20 / 4 * 3

// MulCounts multiplies two counts that are not negative; ok is false if the
// product does not fit.
func MulCounts(a, b int64) (product int64, ok bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product = a * b
	return product, product/b == a && product > 0
}

// AddCounts adds two counts that are not negative.
func AddCounts(a, b int64) (sum int64, ok bool) {
	sum = a + b
	return sum, sum >= a && sum >= b
}
