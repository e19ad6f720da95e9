package quantity

import (
	"math"
	"strings"
)

// Size is the size of a model as people write it into tables: a count, about a
// count, a range, or what a mixture of experts is made of.
type Size struct {
	// Params is the total; of a range it is the upper end, of a spelling such as
	// 8x7B the product, which is an upper bound because experts share layers.
	Params Params
	// Low is the lower end of a range, 0 where there is none.
	Low Params
	// Active is what a token activates of a mixture of experts, 0 where that is
	// not said.
	Active Params
	// Experts is the number of experts in a spelling such as 8x7B, else 0.
	Experts int64
	// Approximate tells that the text says "about".
	Approximate bool
}

// Exact reports whether the text was one count and nothing else.
func (s Size) Exact() bool { return s == Size{Params: s.Params} }

// ParseSize parses what [ParseParams] takes, and besides it
//
//	~7B, ≈7B, 约70亿, about 7B      approximations
//	7-13B, 7B to 13B, 70亿至130亿   ranges, whose lower end may leave out the unit
//	235B-A22B, 671B (37B active)   mixtures of experts, total and active
//	8x7B, 8×22B                    mixtures of experts, experts times size
//
// Bounds and other words are no size. The error is that of [ParseParams].
func ParseSize(s string) (Size, error) {
	n, err := ParseParams(s)
	if err == nil {
		return Size{Params: n}, nil
	}
	var buf [96]byte
	text, about := cutAbout(string(normalise(buf[:0], s)))
	for _, read := range []func(string) (Size, bool){sizeOfCount, sizeWithActive, sizeOfExperts, sizeOfRange} {
		if size, ok := read(text); ok {
			size.Approximate = about
			return size, nil
		}
	}
	return Size{}, err
}

// aboutWords are what stands before a count that is not exact; a longer one
// before its start.
var aboutWords = [...]string{"~", "≈", "∼", "approximately", "approx.", "approx", "about", "around", "circa", "ca.", "大约", "约"}

// cutAbout leaves off the word for "about" at the start of a text.
func cutAbout(s string) (rest string, about bool) {
	for _, word := range aboutWords {
		if len(s) > len(word) && strings.EqualFold(s[:len(word)], word) {
			return trimLeft(s[len(word):]), true
		}
	}
	return s, false
}

// sizeOfCount is a count alone.
func sizeOfCount(s string) (Size, bool) {
	n, err := ParseParams(s)
	return Size{Params: n}, err == nil
}

// sizeOfExperts is experts times size: 8x7B.
func sizeOfExperts(s string) (Size, bool) {
	const most = 10_000 // experts
	for _, times := range [...]string{"x", "X", "×", "*"} {
		left, right, found := strings.Cut(s, times)
		if !found || unitOf(right) == "" {
			continue
		}
		experts, err := ParseCount(strings.TrimSpace(left))
		size, err2 := ParseParams(right)
		if err != nil || err2 != nil || experts < 2 || experts > most || size > Params(math.MaxInt64/experts) {
			return Size{}, false
		}
		return Size{Params: size * Params(experts), Experts: experts}, true
	}
	return Size{}, false
}

// rangeSigns stand between the ends of a range.
var rangeSigns = [...]string{"–", "—", "~", "〜", " to ", "至", "到", "-"}

// bareRange is the least lower end of a range without a unit: 2019-2024 is none.
const bareRange = 1_000_000

// sizeOfRange is a range: 7-13B.
func sizeOfRange(s string) (Size, bool) {
	for _, sign := range rangeSigns {
		left, right, found := strings.Cut(s, sign)
		if !found {
			continue
		}
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		unit := unitOf(right)
		if unitOf(left) == "" {
			left += unit
		}
		low, err := ParseParams(left)
		high, err2 := ParseParams(right)
		if err == nil && err2 == nil && low < high && (unit != "" || low >= bareRange) {
			return Size{Params: high, Low: low}, true
		}
		return Size{}, false
	}
	return Size{}, false
}

// unitOf is what follows the number at the start of a text.
func unitOf(s string) string { return strings.TrimLeft(s, "0123456789.,_ ") }
