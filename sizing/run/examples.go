package run

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"sync"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Packing is how examples become sequences.
type Packing uint8

// The kinds of packing.
const (
	StackPacking Packing = iota // the stack's default
	Padded                      // one sequence per example, padded
	Packed                      // examples joined to full sequences
	numPackings
)

var packingNames = [numPackings]string{"default", "padded", "packed"}

// String returns the name.
func (p Packing) String() string {
	if p < numPackings {
		return packingNames[p]
	}
	return fmt.Sprintf("Packing(%d)", uint8(p))
}

// MarshalText writes the name.
func (p Packing) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// ParsePacking reads "padded" or "packed".
func ParsePacking(s string) (Packing, error) {
	p, err := quantity.ByName(s, "packing", numPackings-1, func(p Packing) string { return (p + 1).String() })
	return p + 1, err
}

// Examples is the length of a fine-tuning run in examples and epochs.
type Examples struct {
	Count int64 `json:"examples"`
	// Tokens is the average length of an example; 0 for a model that is
	// counted in samples.
	Tokens int64 `json:"example_tokens,omitempty"`
	// Epochs is how often the run reads each example.
	Epochs  float64 `json:"epochs"`
	Packing Packing `json:"packing"`
}

// Check rejects impossible data.
func (x *Examples) Check(m *model.Model) error {
	switch {
	case x.Count < 1:
		return note.FieldError("examples", "examples.none", x.Count)
	case m.PerToken() && (x.Tokens < 1 || x.Tokens > model.MaxDim):
		return note.FieldError("example-tokens", "examples.length-out-of-range", x.Tokens, int64(model.MaxDim))
	case !m.PerToken() && x.Tokens > 0:
		return note.FieldError("example-tokens", "examples.have-no-length", m.Name, note.Word(m.Unit))
	case !m.PerToken() && x.Packing != StackPacking:
		return note.FieldError("packing", "examples.nothing-to-pack", m.Name, note.Word(m.Unit))
	case !(x.Epochs > 0 && x.Epochs <= model.MaxDim):
		return note.FieldError("epochs", "examples.epochs-out-of-range", x.Epochs)
	case float64(x.Count)*x.Epochs < 1:
		return note.FieldError("epochs", "examples.less-than-one", x.Epochs, x.Count)
	}
	return nil
}

// ExamplesCost is the result of packing: with n examples of t tokens, sequences
// of s and e epochs
//
//	packed   sequences = ceil(n t / s)
//	padded   sequences = n, of which an example fills min(t, s)
//	computed = sequences x s x e,   useful = (n t, or n min(t, s) padded) x e
//
// Packing is assumed to be perfect. Packers that do not split examples leave
// some per cent of a sequence empty.
type ExamplesCost struct {
	Examples
	Sequences int64           `json:"sequences_per_epoch"`
	Computed  quantity.Tokens `json:"computed_tokens"`
	// Useful are the tokens without padding, Share their share of the computed
	// ones.
	Useful quantity.Tokens `json:"useful_tokens"`
	Share  float64         `json:"useful_share"`
	// Epoch is the time per epoch, with its 80 % band.
	Epoch     quantity.Seconds `json:"epoch_seconds"`
	EpochLow  quantity.Seconds `json:"epoch_low_seconds"`
	EpochHigh quantity.Seconds `json:"epoch_high_seconds"`
}

// Sequences returns the packed examples for a sequence length.
func (x Examples) Sequences(seq int64) ExamplesCost {
	if x.Tokens == 0 { // samples
		total := quantity.Tokens(math.Ceil(float64(x.Count) * x.Epochs))
		return ExamplesCost{Examples: x, Sequences: x.Count, Computed: total, Useful: total, Share: 1}
	}
	c := ExamplesCost{Examples: x, Sequences: x.Count}
	useful := float64(x.Count) * float64(min(x.Tokens, seq))
	if x.Packing == Packed {
		useful = float64(x.Count) * float64(x.Tokens)
		c.Sequences = int64(math.Ceil(useful / float64(seq)))
	}
	c.Computed = quantity.Tokens(math.Ceil(float64(c.Sequences)*x.Epochs)) * quantity.Tokens(seq)
	c.Useful = quantity.Tokens(math.Round(useful * x.Epochs))
	c.Share = float64(c.Useful) / float64(c.Computed)
	return c
}

// Timed fills in the time of an epoch.
func (c *ExamplesCost) Timed(t *train.Time) {
	if c.Count == 0 {
		return
	}
	n := quantity.Seconds(c.Epochs)
	c.Epoch, c.EpochLow, c.EpochHigh = t.Run/n, t.RunLow/n, t.RunHigh/n
}

//go:embed packing.json
var packingFile []byte

// packingDefault is how a stack's fine-tuning reads examples by default.
type packingDefault struct {
	Stack   string `json:"stack"`
	Packing string `json:"packing"`
	Source  string `json:"source"`
}

var packingDefaults = sync.OnceValue(func() []packingDefault {
	var list []packingDefault
	if err := json.Unmarshal(packingFile, &list); err != nil {
		panic("sizing: packing.json: " + err.Error())
	}
	return list
})

// DefaultPacking returns the stack's default packing.
func DefaultPacking(s *train.Stack) (p Packing, source string) {
	for _, d := range packingDefaults() {
		if d.Stack == s.Name {
			if d.Packing == Packed.String() {
				return Packed, d.Source
			}
			return Padded, d.Source
		}
	}
	return Padded, ""
}
