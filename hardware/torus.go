package hardware

import (
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Torus is the network of a TPU pod: every chip has two links on each axis.
type Torus struct {
	Dims          int                // 2 or 3
	MaxShape      []int              // the largest slice, as axes from short to long
	LinkBandwidth quantity.Bandwidth // per link and direction
	WrapRule      WrapRule
	Source        string
}

// WrapRule says when the ends of an axis are joined to a ring. An axis without
// wraparound is a line, on which a collective takes about twice as long.
//
// Source: jax-ml/scaling-book@0819a7d tpus.md.
type WrapRule uint8

const (
	// WrapFullAxis: an axis of a 2D torus wraps when it is as long as the
	// pod's (16 on v5e and v6e).
	WrapFullAxis WrapRule = iota
	// WrapCubes: a 3D slice of whole 4x4x4 cubes wraps along every axis, a
	// smaller one along none.
	WrapCubes
)

// cube is the edge of the unit that optical switches join in a 3D torus.
const cube = 4

// Shape is the extent of a slice along each axis, from short to long; unused
// axes are 1. The zero Shape is no torus.
type Shape [3]int

// Chips is the number of chips in the slice.
func (s Shape) Chips() int { return s[0] * s[1] * s[2] }

// IsZero reports whether s is no torus.
func (s Shape) IsZero() bool { return s == Shape{} }

// String prints 4x4x8, or 8x16 when the first of three axes is unused.
func (s Shape) String() string {
	if s.IsZero() {
		return "none"
	}
	var parts []string
	for i, n := range s {
		if i == 0 && n == 1 && s[1] != 1 {
			continue // 2D, or a 3D slice one chip thick
		}
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, "x")
}

// Shape chooses the slice of count chips that is nearest to a square or cube,
// which has the most bandwidth across its middle. A count that no slice has
// is an error that names the nearest counts.
func (t *Torus) Shape(count int) (Shape, error) {
	best := Shape{}
	t.shapes(func(s Shape) {
		if s.Chips() == count && (best.IsZero() || s[2] < best[2] || s[2] == best[2] && s[1] < best[1]) {
			best = s
		}
	})
	if !best.IsZero() {
		return best, nil
	}
	below, above := 0, 0
	t.shapes(func(s Shape) {
		switch n := s.Chips(); {
		case n < count:
			below = max(below, n)
		case above == 0 || n < above:
			above = n
		}
	})
	if above != 0 {
		return Shape{}, note.NewError("torus.no-slice-of-count", count, t.Dims, below, above)
	}
	return Shape{}, note.NewError("torus.no-slices-of-count", count, t.Dims, below, t.Largest())
}

// Check reports whether a slice of shape s (in any order of axes) can be made.
func (t *Torus) Check(s Shape) (Shape, error) {
	want := s
	for i, n := range want {
		if n < 0 {
			return Shape{}, note.NewError("torus.negative-axis", s)
		}
		want[i] = max(n, 1)
	}
	slices.Sort(want[:])
	found := false
	t.shapes(func(s Shape) { found = found || s == want })
	switch {
	case found:
		return want, nil
	case t.Dims == 3:
		return Shape{}, note.NewError("torus.no-such-slice-of-cubes", want, t.MaxShape)
	}
	return Shape{}, note.NewError("torus.no-such-flat-slice", want, t.MaxShape)
}

// Largest is the number of chips in the largest slice.
func (t *Torus) Largest() int {
	n := 1
	for _, axis := range t.MaxShape {
		n *= axis
	}
	return n
}

// smallCubes are the 3D slices of less than a cube. Source: the slice tables
// of cloud.google.com/tpu/docs/v4 and v5p; one chip is a part of a host.
var smallCubes = [...]Shape{{1, 1, 1}, {1, 2, 2}, {2, 2, 2}, {2, 2, 4}, {2, 4, 4}}

// shapes calls f with every slice, axes from short to long.
func (t *Torus) shapes(f func(Shape)) {
	if t.Dims == 2 {
		f(Shape{1, 1, 1})
		for a := 2; a <= t.MaxShape[0]; a *= 2 {
			for _, b := range [2]int{a, 2 * a} {
				if b <= t.MaxShape[1] {
					f(Shape{1, a, b})
				}
			}
		}
		return
	}
	for _, s := range smallCubes {
		f(s)
	}
	for a := cube; a <= t.MaxShape[0]; a += cube {
		for b := a; b <= t.MaxShape[1]; b += cube {
			for c := b; c <= t.MaxShape[2]; c += cube {
				f(Shape{a, b, c})
			}
		}
	}
}

// Wraps says for each axis of a slice whether its ends are joined.
func (t *Torus) Wraps(s Shape) [3]bool {
	var w [3]bool
	if t.WrapRule == WrapCubes {
		whole := s[0] >= cube && s[0]%cube == 0 && s[1]%cube == 0 && s[2]%cube == 0
		return [3]bool{whole, whole, whole}
	}
	// The axes of a 2D slice are the last two.
	for i := 1; i < 3; i++ {
		w[i] = s[i] > 1 && s[i] == t.MaxShape[i-1]
	}
	return w
}
