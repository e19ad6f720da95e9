package sizing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Tier is a size class by total parameter count.
type Tier uint8

// The four tiers of the report, from small to very large.
const (
	Small Tier = iota
	Medium
	Large
	VeryLarge
	NumTiers
)

var tierNames = [NumTiers]string{"small", "medium", "large", "very-large"}

// String returns the tier's name: small, medium, large or very-large.
func (t Tier) String() string {
	if t < NumTiers {
		return tierNames[t]
	}
	return fmt.Sprintf("Tier(%d)", uint8(t))
}

// MarshalText writes the name.
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// ParseTier reads the name of a tier.
func ParseTier(s string) (Tier, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	for t, n := range tierNames {
		if name == n || name == strings.ReplaceAll(n, "-", " ") {
			return Tier(t), nil
		}
	}
	return 0, note.NewError("tier.unknown", s)
}

// Bounds are the cuts between the tiers, in parameters: medium begins at
// Bounds[0], large at Bounds[1], very large at Bounds[2]. Bounds[3] is the
// last count that the report's tiers cover.
type Bounds [4]quantity.Params

// DefaultBounds reads the report's "several million", "several billion",
// "a hundred billion" and "a trillion" as orders of magnitude, half-open, so
// that every count belongs to exactly one tier.
var DefaultBounds = Bounds{1e6, 1e9, 1e11, 1e12}

// Check returns an error unless the bounds are positive and rise strictly.
func (b Bounds) Check() error {
	for i, v := range b {
		if v <= 0 {
			return note.NewError("tier.bound-not-positive", i+1, v)
		}
		if i > 0 && v <= b[i-1] {
			return note.NewError("tier.bounds-must-rise", v, b[i-1])
		}
	}
	return nil
}

// ParseBounds reads four rising counts separated by commas, such as
// "1M,1B,100B,1T".
func ParseBounds(s string) (Bounds, error) {
	parts := strings.Split(s, ",")
	if len(parts) != len(DefaultBounds) {
		return Bounds{}, note.NewError("tier.four-bounds", s, len(parts))
	}
	var b Bounds
	for i, p := range parts {
		v, err := quantity.ParseParams(p)
		if err != nil {
			return Bounds{}, err
		}
		b[i] = v
	}
	return b, b.Check()
}

// Classify returns the tier of a model with p parameters in total, and whether
// p lies beyond the last count that the tiers cover (such a model is very
// large; the report names no tier for it). p is taken as it is: a count that
// is not positive is not a model's, and parsing rejects it before.
func (b Bounds) Classify(p quantity.Params) (t Tier, beyond bool) {
	// Branch-free: real files mix the tiers, and a mispredicted branch costs
	// more than all four comparisons.
	return bit(p >= b[0]) + bit(p >= b[1]) + bit(p >= b[2]), p > b[3]
}

// Classify returns the tier of p by DefaultBounds.
func Classify(p quantity.Params) Tier {
	t, _ := DefaultBounds.Classify(p)
	return t
}

// Counts holds how many models fall in each tier, and how many of the very
// large lie beyond the last bound.
type Counts struct {
	ByTier [NumTiers]int
	Beyond int
}

// Total returns how many models there are in all tiers together.
func (c *Counts) Total() int {
	n := 0
	for _, k := range c.ByTier {
		n += k
	}
	return n
}

// ClassifyAll writes the tier of params[i] to tiers[i] and returns how many
// fell in each. tiers must be at least as long as params.
func (b Bounds) ClassifyAll(tiers []Tier, params []quantity.Params) Counts {
	var c Counts
	tiers = tiers[:len(params)]
	for i, p := range params {
		t, beyond := b.Classify(p)
		tiers[i] = t
		c.ByTier[t&3]++
		c.Beyond += int(bit(beyond))
	}
	return c
}

func bit(b bool) Tier {
	if b {
		return 1
	}
	return 0
}

// SortBySize orders models by tier, then by parameter count, smallest first;
// equal ones keep their order.
func SortBySize[M any](b Bounds, models []M, params func(M) quantity.Params) {
	slices.SortStableFunc(models, func(x, y M) int {
		px, py := params(x), params(y)
		tx, _ := b.Classify(px)
		ty, _ := b.Classify(py)
		return cmp.Or(cmp.Compare(tx, ty), cmp.Compare(px, py))
	})
}
