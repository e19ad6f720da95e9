package train

import (
	_ "embed"
	"encoding/json"
	"sync"

	"mlsizer/sizing/quantity"
)

// MemoryBand is the band of a stack's memory estimates, from measured peaks, as
// ratios of measured to estimated.
type MemoryBand struct {
	// Stack is empty if the band applies to every stack without its own.
	Stack string `json:"stack,omitempty"`
	// Experts says that the band is for models with experts.
	Experts bool `json:"experts,omitempty"`
	// Small says that the band is for estimates below [SmallMemory], where
	// fixed differences between runs weigh more.
	Small bool `json:"small,omitempty"`
	// Band holds 80 % of the ratios; 95 % are below Sure.
	Band
	Sure float64 `json:"sure"`
	// Rows is the number of measurements.
	Rows int `json:"rows"`
}

// SmallMemory is the size below which an estimate counts as small.
const SmallMemory quantity.Bytes = 8 << 30

// MemoryBands are the bands of all stacks.
type MemoryBands struct {
	Date   string       `json:"date"`
	Origin string       `json:"origin"`
	Bands  []MemoryBand `json:"bands"`
}

//go:embed memory_bands.json
var memoryBandsJSON []byte

// DefaultMemoryBands returns the embedded bands. They must not be modified.
var DefaultMemoryBands = sync.OnceValue(func() *MemoryBands {
	var b MemoryBands
	if err := json.Unmarshal(memoryBandsJSON, &b); err != nil {
		panic("memory_bands.json: " + err.Error()) // the embedded file is tested
	}
	return &b
})

// Of returns the band of a stack's estimates of a size, for models with or
// without experts: the stack's own, else the widest of the stack's other bands
// and of those for every stack.
func (b *MemoryBands) Of(stack string, experts, small bool) MemoryBand {
	found, rank := MemoryBand{Experts: experts, Small: small, Band: Band{Low: 1, High: 1}, Sure: 1}, 0
	for i := range b.Bands {
		c := &b.Bands[i]
		own := c.Stack == stack && c.Experts == experts
		switch {
		case own && c.Small == small:
			return *c
		case own && rank < 2: // of the other size
			found, rank = *c, 2
		case rank == 2 || c.Stack != "" && c.Stack != stack || c.Stack == "" && c.Experts && !experts:
		default:
			found.Band, found.Sure = Band{Low: min(found.Low, c.Low), High: max(found.High, c.High)}, max(found.Sure, c.Sure)
		}
	}
	return found
}
