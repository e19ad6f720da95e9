package sizing

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"

	"mlsizer/hardware"
)

//go:embed serving_constants.json
var servingConstantsJSON []byte

// The constants of serving time. Each is a product of factors: one for every
// key of the estimate (device family, architecture, runtime, its generation,
// storage of the weights) that measurements say something about.
const (
	servingMemory  = iota // share of the memory bandwidth that reading weights reaches
	servingExperts        // the same for routed experts, relative to dense weights
	servingCache          // share of the memory bandwidth that reading the cache reaches
	servingCompute        // share of the peak rate that products of many tokens reach
	servingScale          // exponent by which that share falls with the peak
	servingGrouped        // the same for routed experts, relative to dense products
	servingAttend         // share of the peak rate that attention reaches
	servingTile           // tokens: what a product of one token costs more than its arithmetic
	servingGap            // seconds a layer between kernels
	servingHost           // seconds a layer of host time, where it is not hidden
	servingStep           // seconds a pass: scheduling, sampling
	servingSeq            // seconds a pass and sequence
	servingHop            // seconds a collective or transfer between devices
	servingWire           // share of the link that collectives reach
	servingLoad           // share of a steady batch's rate that a loaded server reaches
	servingQueue          // factor on the wait for the other prompts of a batch
	servingFirst          // seconds before the first token beside the prompt
	NumServingConstants
)

// ServingConstant describes a constant: its unit, meaning and bounds.
type ServingConstant struct {
	Name, Unit, Doc string
	Base            float64
	Low, High       float64
}

// Bound keeps a product of factors within the constant's bounds. The upper one
// is approached smoothly, so that a fit does not lose its slope:
//
//	v / (1 + (v / high)⁸)^⅛
func (f *ServingConstant) Bound(v float64) float64 {
	r := v / f.High
	r *= r
	r *= r
	return math.Max(f.Low, v/math.Sqrt(math.Sqrt(math.Sqrt(1+r*r))))
}

var servingFields = [NumServingConstants]ServingConstant{
	{"memory", "share", "of the memory bandwidth that reading weights reaches", 0.9, 0.05, 1},
	{"experts", "factor", "on that share for routed experts", 0.85, 0.1, 1.5},
	{"cache", "share", "of the memory bandwidth that reading the cache reaches", 0.5, 0.02, 0.95},
	{"compute", "share", "of the peak matrix rate that products of many tokens reach", 0.5, 0.01, 2},
	{"scale", "exponent", "by which that share falls as the peak grows beyond 100 TFLOP/s", 0.15, 0.001, 0.8},
	{"grouped", "factor", "on that share for routed experts", 0.6, 0.05, 1.5},
	{"attend", "share", "of the peak matrix rate that attention reaches", 0.25, 0.002, 1.5},
	{"tile", "tokens", "that a product takes at least the time of", 16, 0.01, 1000},
	{"gap_seconds", "s", "a layer between kernels", 8e-5, 1e-8, 1e-3},
	{"host_seconds", "s", "a layer of host time, where the device is not the slower one", 1e-5, 1e-8, 1e-2},
	{"step_seconds", "s", "a pass: scheduling, sampling", 5e-4, 1e-6, 0.1},
	{"sequence_seconds", "s", "a pass and sequence", 1e-5, 1e-8, 1e-2},
	{"hop_seconds", "s", "a collective or transfer between devices", 1e-5, 1e-7, 5e-3},
	{"wire", "share", "of the link's bandwidth that collectives reach", 0.5, 0.01, 1.2},
	{"load", "share", "of a steady batch's rate that a loaded server reaches", 0.8, 0.1, 1.6},
	{"queue", "factor", "on the geometric mean of one prompt and the batch's others, which the first token waits for", 0.5, 0.001, 5},
	{"first_seconds", "s", "before the first token beside the prompt: request, tokenizer, scheduling", 0.02, 1e-4, 1},
}

// ServingConstantFields lists the constants.
func ServingConstantFields() []ServingConstant { return slices.Clone(servingFields[:]) }

// ServingEfficiency is the constants of one estimate, by index.
type ServingEfficiency [NumServingConstants]float64

// Load is the share of a steady batch's rate that a loaded server reaches.
func (e ServingEfficiency) Load() float64 { return e[servingLoad] }

// Queue is the factor on the wait for the other prompts of a batch.
func (e ServingEfficiency) Queue() float64 { return e[servingQueue] }

// First is the seconds before the first token beside the prompt.
func (e ServingEfficiency) First() float64 { return e[servingFirst] }

// ServingConstants is every factor, by constant and key.
type ServingConstants struct {
	Source string `json:"source"`
	Date   string `json:"date"`
	// Factors are by constant's name, then by key ("" is the base).
	Factors map[string]map[string]float64 `json:"factors"`
	// Bands are the 80 % bands: log of low and high over the estimate, by
	// phase and by how much is known of the device and runtime.
	Bands map[string][2]float64 `json:"bands"`
}

var loadServingConstants = sync.OnceValue(func() *ServingConstants {
	c, err := ReadServingConstants(strings.NewReader(string(servingConstantsJSON)), "serving_constants.json")
	if err != nil {
		panic("sizing: embedded serving constants: " + err.Error()) // a test reads them
	}
	return c
})

// DefaultServingConstants are those that are built in.
func DefaultServingConstants() *ServingConstants { return loadServingConstants() }

// ReadServingConstants reads a file of constants and checks their names.
func ReadServingConstants(r io.Reader, name string) (*ServingConstants, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var c ServingConstants
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for n, keys := range c.Factors {
		i := slices.IndexFunc(servingFields[:], func(f ServingConstant) bool { return f.Name == n })
		if i < 0 {
			return nil, fmt.Errorf("%s: %q is not a constant of serving", name, n)
		}
		for k, v := range keys {
			if !(v > 0) || math.IsInf(v, 1) {
				return nil, fmt.Errorf("%s: %s, %q: %v (want a number above 0)", name, n, k, v)
			}
		}
	}
	return &c, nil
}

// servingKeys are what constants of one estimate may be keyed on. None names
// a model or a source.
type servingKeys struct {
	runtime, year, family, arch, class, link, kind string
}

func newServingKeys(d *hardware.Device, r *Runtime, year int, q *Quant, link string) servingKeys {
	family, _, _ := strings.Cut(d.Arch, " ")
	k := servingKeys{runtime: r.Name, family: family, arch: d.Arch, class: q.class(), link: link, kind: d.Kind.String()}
	if year > 0 {
		k.year = fmt.Sprintf("%s@%d", r.Name, year)
	}
	return k
}

// The ways in which keys are combined, per constant.
var servingLevels = [NumServingConstants][]string{
	servingMemory:  {"", "runtime", "class", "family", "arch", "runtime|arch", "runtime|class"},
	servingExperts: {"", "runtime", "family"},
	servingCache:   {"", "runtime", "family", "runtime|family"},
	servingCompute: {"", "runtime", "class", "family", "arch", "runtime|class", "runtime|arch"},
	servingScale:   {"", "runtime"},
	servingGrouped: {"", "runtime", "family"},
	servingAttend:  {"", "runtime", "family", "runtime|family"},
	servingTile:    {"", "runtime", "class", "runtime|class", "runtime|family"},
	servingGap:     {"", "runtime", "family", "year"},
	servingHost:    {"", "runtime", "year"},
	servingStep:    {"", "runtime", "year"},
	servingSeq:     {"", "runtime", "year"},
	servingHop:     {"", "runtime", "link", "runtime|link"},
	servingWire:    {"", "runtime", "link", "runtime|link"},
	servingLoad:    {"", "runtime", "year", "runtime|family"},
	servingQueue:   {"", "runtime", "year", "family", "year|family"},
	servingFirst:   {"", "runtime", "year", "year|family"},
}

// value returns the key of a level, "" if a part of it is not known.
func (k *servingKeys) value(level string) (string, bool) {
	if level == "" {
		return "", true
	}
	var parts []string
	for _, l := range strings.Split(level, "|") {
		v := ""
		switch l {
		case "runtime":
			v = k.runtime
		case "year":
			v = k.year
		case "family":
			v = k.family
		case "arch":
			v = k.arch
		case "class":
			v = k.class
		case "link":
			v = k.link
		case "kind":
			v = k.kind
		}
		if v == "" {
			return "", false
		}
		parts = append(parts, l+"="+v)
	}
	return strings.Join(parts, ","), true
}

// keys lists the keys of a constant, the most general first.
func (k *servingKeys) keys(constant int) []string {
	var list []string
	for _, level := range servingLevels[constant] {
		if v, ok := k.value(level); ok {
			list = append(list, v)
		}
	}
	return list
}

// at multiplies the factors that hold for the keys.
func (c *ServingConstants) at(k *servingKeys) ServingEfficiency {
	var e ServingEfficiency
	for i := range e {
		f := &servingFields[i]
		v, factors := f.Base, c.Factors[f.Name]
		for _, key := range k.keys(i) {
			if x, ok := factors[key]; ok {
				v *= x
			}
		}
		e[i] = f.Bound(v)
	}
	return e
}

// known grades how much the constants know of a device and runtime: 2 both
// together, 1 one of them, 0 neither.
func (c *ServingConstants) known(k *servingKeys) int {
	n := 0
	for _, factors := range c.Factors {
		if _, ok := factors["runtime="+k.runtime+",arch="+k.arch]; ok {
			return 2
		}
		if _, ok := factors["runtime="+k.runtime]; ok {
			n = 1
		}
	}
	return n
}

// band returns the factors to the low and high end of the 80 % band.
func (c *ServingConstants) band(phase string, known int) (low, high float64) {
	for _, key := range []string{fmt.Sprintf("%s/%d", phase, known), phase, ""} {
		if b, ok := c.Bands[key]; ok {
			low, high = math.Exp(b[0]), math.Exp(b[1])
			if key == phase && known < 2 { // nothing measured there: half as wide again
				w := 1.5 + 0.5*float64(1-known)
				low, high = math.Exp(b[0]*w), math.Exp(b[1]*w)
			}
			return low, high
		}
	}
	return 0.5, 1.6
}
