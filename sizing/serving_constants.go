package sizing

import (
	_ "embed"
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
	servingSpread         // exponent on the tokens whose experts differ
	servingLatent         // factor on the rates of attention over latents
	servingGrouped        // the same for routed experts, relative to dense products
	servingAttend         // share of the peak rate that attention reaches
	servingScores         // bytes of memory traffic a score where attention is not one kernel
	servingStages         // share of what stages of layers gain by working on chunks at once
	servingTile           // tokens: what a product of one token costs more than its arithmetic
	servingGap            // seconds a layer between kernels
	servingHost           // seconds a layer of host time, where it is not hidden
	servingEager          // the same in passes that read prompts, which no recorded graph holds
	servingStep           // seconds a pass: scheduling, sampling
	servingSeq            // seconds a pass and sequence
	servingHop            // seconds a collective or transfer between devices
	servingWire           // share of the link that collectives reach
	servingLoad           // share of a steady batch's rate that a loaded server reaches
	servingBurst          // share of a load test's requests that start it all at once
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
	{"compute", "share", "of the peak matrix rate that products of many tokens reach", 0.5, 0.01, 1},
	{"spread", "exponent", "on the tokens of a pass: those whose experts differ", 0.9, 0.3, 1},
	{"latent", "factor", "on the rates of attention that works on latents", 0.7, 0.05, 1.5},
	{"grouped", "factor", "on that share for routed experts", 0.6, 0.05, 1.5},
	{"attend", "share", "of the peak matrix rate that attention reaches", 0.25, 0.002, 1.5},
	{"scores", "B", "of memory traffic a score of attention that is not one kernel", 16, 1, 100},
	{"stages", "exponent", "on what stages of layers gain by working on chunks of prompts at once", 0.8, 0.01, 1},
	{"tile", "tokens", "that a product takes at least the time of", 16, 0.01, 1000},
	{"gap_seconds", "s", "a layer between kernels", 8e-5, 1e-8, 1e-3},
	{"host_seconds", "s", "a layer of host time, where the device is not the slower one", 1e-5, 1e-8, 1e-2},
	{"eager_seconds", "s", "a layer of ten launches of host time in a pass that reads prompts, where the device is not the slower one", 1e-3, 1e-8, 1e-2},
	{"step_seconds", "s", "a pass: scheduling, sampling", 5e-4, 1e-6, 0.1},
	{"sequence_seconds", "s", "a pass and sequence", 1e-5, 1e-8, 1e-2},
	{"hop_seconds", "s", "a collective or transfer between devices", 1e-5, 1e-7, 5e-3},
	{"wire", "share", "of the link's bandwidth that collectives reach", 0.5, 0.01, 1.2},
	{"load", "share", "of a steady batch's rate that a loaded server reaches", 0.8, 0.1, 1.6},
	{"burst", "share", "of a load test's requests that start it all at once", 0.1, 0.001, 1},
	{"first_seconds", "s", "before the first token beside the prompt: request, tokenizer, scheduling", 0.008, 1e-4, 1},
}

// ServingConstantFields lists the constants.
func ServingConstantFields() []ServingConstant { return slices.Clone(servingFields[:]) }

// ServingEfficiency is the constants of one estimate, by index.
type ServingEfficiency [NumServingConstants]float64

// Load is the share of a steady batch's rate that a loaded server reaches.
func (e ServingEfficiency) Load() float64 { return e[servingLoad] }

// Burst is the share of a load test's requests that start it all at once.
func (e ServingEfficiency) Burst() float64 { return e[servingBurst] }

// First is the seconds before the first token beside the prompt.
func (e ServingEfficiency) First() float64 { return e[servingFirst] }

// ServingConstants is every factor, by constant and key.
type ServingConstants struct {
	Source string `json:"source"`
	Date   string `json:"date"`
	// Factors are by constant's name, then by key ("" is the base).
	Factors map[string]map[string]float64 `json:"factors"`
	// Measured are the runtimes and families of devices of the measurements:
	// "vllm on Hopper".
	Measured []string `json:"measured"`
	// Bands are the 80 % bands: log of low and high over the estimate, by
	// phase and by how much is known of the device and runtime; "/0" to "/2"
	// are those of any phase without its own.
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
	var c ServingConstants
	if err := decodeConstants(r, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(c.Factors) == 0 {
		return nil, fmt.Errorf("%s: no factors of serving (want factors, by constant and key)", name)
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
	if err := c.checkBands(name); err != nil {
		return nil, err
	}
	return &c, nil
}

// checkBands wants a band for each grade of knowledge, whatever the phase.
func (c *ServingConstants) checkBands(name string) error {
	for key, b := range c.Bands {
		if !(b[0] <= b[1]) || math.IsInf(b[0], 0) || math.IsInf(b[1], 0) {
			return fmt.Errorf("%s: bands, %q: %v (want the logarithms of its low and high end)", name, key, b)
		}
	}
	for known := range 3 {
		if key := fmt.Sprintf("/%d", known); c.Bands[key] == [2]float64{} {
			return fmt.Errorf("%s: no band %q (want one for each of /0, /1 and /2: nothing, a part and all of runtime and device measured)", name, key)
		}
	}
	return nil
}

// servingKeys are what constants of one estimate may be keyed on. None names
// a model or a source. Of a device they hold what is known of any device, so
// that one without a measurement inherits from its like.
type servingKeys struct {
	names [numServingNames]string
	// per are what a factor may stand for a power of.
	per [numServingPers]float64
}

// The names that factors are keyed on.
const (
	nameRuntime = iota
	nameVendor  // of the device: its software stack
	nameFamily  // of its architecture
	nameMatrix  // whether it has units for matrix products
	nameMemory  // shared with the host, stacked (HBM) or plain (GDDR)
	nameDevice
	nameClass   // of the weights' storage
	nameLink    // between the devices
	nameBackend // of the runtime, where it is not the vendor's own
	nameLaunch  // of a pass over prompts: from Python or native
	numServingNames
)

var servingNames = [numServingNames]string{"runtime", "vendor", "family", "matrix", "memory", "device", "class", "link", "backend", "launch"}

// The quantities that a factor may be a power of.
const (
	perYear      = iota // years of the runtime's generation after 2024
	perPeak             // ln of the peak rate over 100 TFLOP/s
	perBandwidth        // ln of the memory bandwidth over 1 TB/s
	numServingPers
)

var servingPers = [numServingPers]string{"~year", "~peak", "~bandwidth"}

func newServingKeys(s *Serving, year int, peak float64, link string) servingKeys {
	var k servingKeys
	d := s.Cluster.Device
	k.names[nameRuntime] = s.Runtime.Name
	k.names[nameBackend] = s.Backend
	k.names[nameVendor] = d.Vendor
	k.names[nameFamily], _, _ = strings.Cut(d.Arch, " ")
	k.names[nameLaunch] = "native"
	if s.Runtime.Python > 0 && year >= s.Runtime.Python {
		k.names[nameLaunch] = "python"
	}
	k.names[nameMatrix] = "no"
	if hasMatrixUnit(d) {
		k.names[nameMatrix] = "yes"
	}
	k.names[nameMemory] = memoryKind(d)
	k.names[nameDevice] = d.ID
	k.names[nameClass] = s.Quant.class()
	k.names[nameLink] = link
	if year > 0 {
		k.per[perYear] = math.Max(-2, math.Min(2, float64(year-2024)))
	}
	k.per[perPeak] = math.Log(peak / 1e14)
	k.per[perBandwidth] = math.Log(float64(d.MemBandwidth) / 1e12)
	return k
}

// memoryKind is "shared" with the host's processor, "stacked" on accelerators
// and on GPUs for computing, which are told by FP64 at a half of FP32 or by a
// bandwidth that no other memory has, or "plain".
func memoryKind(d *hardware.Device) string {
	const widestPlain = 1.85e12 // B/s; 512 bits of GDDR7
	double, single := d.Rates[hardware.FP64].Peak, d.Rates[hardware.FP32].Peak
	switch {
	case d.Unified && d.Kind != hardware.GPU:
		return "shared"
	case d.Kind == hardware.TPU, d.Kind == hardware.NPU, float64(d.MemBandwidth) > widestPlain, single > 0 && double > 0.4*single:
		return "stacked"
	}
	return "plain"
}

// hasMatrixUnit reports whether a device multiplies matrices in units of their
// own: they are told by a rate of 16 bits beyond packed vectors', or by BF16,
// which no GPU has had without them.
func hasMatrixUnit(d *hardware.Device) bool {
	vector, half := float64(d.Rates[hardware.FP32].Peak), float64(d.Rates[hardware.FP16].Peak)
	bf16 := float64(d.Rates[hardware.BF16].Peak)
	if vector <= 0 {
		return true
	}
	return math.Max(half, bf16) > 2.5*vector || bf16 > 0 && d.Kind != hardware.CPU
}

// The ways in which keys are combined, per constant. "~" marks a quantity
// that the factor is a power of.
var servingLevels = [NumServingConstants][]string{
	servingMemory:  {"", "runtime", "class", "vendor", "memory", "~bandwidth", "family", "device", "runtime|class", "runtime|memory"},
	servingExperts: {"", "runtime", "vendor"},
	servingCache:   {"", "runtime", "vendor", "memory", "family"},
	servingCompute: {"", "runtime", "class", "vendor", "matrix", "memory", "~year", "~peak", "family", "device", "backend", "backend|class", "runtime|class", "runtime|vendor"},
	servingSpread:  {"", "runtime"},
	servingLatent:  {"", "runtime"},
	servingGrouped: {"", "runtime", "vendor"},
	servingAttend:  {"", "runtime", "vendor", "matrix", "~peak", "family", "backend"},
	servingScores:  {"", "vendor"},
	servingStages:  {"", "runtime"},
	servingTile:    {"", "runtime", "class", "vendor"},
	servingGap:     {"", "runtime", "vendor", "~year", "memory"},
	servingHost:    {"", "runtime"},
	servingEager:   {"", "launch"},
	servingStep:    {"", "runtime"},
	servingSeq:     {"", "runtime", "~year"},
	servingHop:     {"", "runtime", "link"},
	servingWire:    {"", "runtime", "link"},
	servingLoad:    {"", "runtime"},
	servingBurst:   {"", "runtime"},
	servingFirst:   {""},
}

// value returns the key of a level and the power that its factor is taken to;
// false if a part of it is not known.
func (k *servingKeys) value(level string) (key string, power float64, ok bool) {
	power = 1
	if level == "" {
		return "", power, true
	}
	var parts []string
	for _, l := range strings.Split(level, "|") {
		if i := slices.Index(servingPers[:], l); i >= 0 {
			power = k.per[i]
			parts = append(parts, l)
			continue
		}
		v := k.names[slices.Index(servingNames[:], l)]
		if v == "" {
			return "", 0, false
		}
		parts = append(parts, l+"="+v)
	}
	return strings.Join(parts, ","), power, true
}

// ServingKey is a factor's key and the power that it is taken to.
type ServingKey struct {
	Key   string
	Power float64
}

// keys lists the keys of a constant, the most general first.
func (k *servingKeys) keys(constant int) []ServingKey {
	var list []ServingKey
	for _, level := range servingLevels[constant] {
		if v, power, ok := k.value(level); ok {
			list = append(list, ServingKey{v, power})
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
			if x, ok := factors[key.Key]; ok {
				v *= math.Pow(x, key.Power)
			}
		}
		e[i] = f.Bound(v)
	}
	return e
}

// known grades how near the measurements come that the constants were fitted
// to: 2 this runtime on this family of devices, 1 the runtime on others or the
// family with others, 0 neither.
func (c *ServingConstants) known(k *servingKeys) int {
	n := 0
	for _, pair := range c.Measured {
		runtime, family, _ := strings.Cut(pair, " on ")
		switch same := runtime == k.names[nameRuntime]; {
		case same && family == k.names[nameFamily]:
			return 2
		case same || family == k.names[nameFamily]:
			n = 1
		}
	}
	return n
}

// band returns the factors to the low and high end of the 80 % band.
func (c *ServingConstants) band(phase string, known int) (low, high float64) {
	b, ok := c.Bands[fmt.Sprintf("%s/%d", phase, known)]
	if !ok {
		b = c.Bands[fmt.Sprintf("/%d", known)]
	}
	return math.Exp(b[0]), math.Exp(b[1])
}
