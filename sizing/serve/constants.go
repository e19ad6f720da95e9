package serve

import (
	"math"
	"slices"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
)

// The constants of serving time. Each is a product of factors: one per key of
// the estimate (device family, architecture, runtime, its generation, weight
// format) that measurements cover.
const (
	servingMemory  = iota // share of the memory bandwidth that reading weights reaches
	servingExperts        // the same for routed experts, relative to dense weights
	servingCache          // share of the memory bandwidth that reading the cache reaches
	servingCompute        // share of the peak rate that products of many tokens reach
	servingSpread         // exponent on the number of tokens with different experts
	servingLatent         // factor on the rates of latent attention
	servingGrouped        // the same for routed experts, relative to dense products
	servingAttend         // share of the peak rate that attention reaches
	servingScores         // bytes of memory traffic per score of unfused attention
	servingStages         // share of the speed-up of pipeline stages that work on chunks concurrently
	servingTile           // tokens: overhead of a product of few tokens
	servingGap            // seconds per layer between kernels
	servingHost           // seconds per layer of exposed host time
	servingEager          // the same in passes over prompts without a recorded graph
	servingStep           // seconds per pass: scheduling, sampling
	servingSeq            // seconds per pass and sequence
	servingHop            // seconds a collective or transfer between devices
	servingWire           // share of the link that collectives reach
	servingLoad           // share of a steady batch's rate that a loaded server reaches
	servingBurst          // share of a load test's requests that arrive at its start together
	servingFirst          // seconds before the first token besides reading the prompt
	NumConstants
)

// Constant describes a constant of serving; factors multiply its base.
type Constant = efficiency.Constant

var servingFields = [NumConstants]Constant{
	{Name: "memory", Unit: "share", Base: 0.9, Low: 0.05, High: 1},
	{Name: "experts", Unit: "factor", Base: 0.85, Low: 0.1, High: 1.5},
	{Name: "cache", Unit: "share", Base: 0.5, Low: 0.02, High: 0.95},
	{Name: "compute", Unit: "share", Base: 0.5, Low: 0.01, High: 1},
	{Name: "spread", Unit: "exponent", Base: 0.9, Low: 0.3, High: 1},
	{Name: "latent", Unit: "factor", Base: 0.7, Low: 0.05, High: 1.5},
	{Name: "grouped", Unit: "factor", Base: 0.6, Low: 0.05, High: 1.5},
	{Name: "attend", Unit: "share", Base: 0.25, Low: 0.002, High: 1.5},
	{Name: "scores", Unit: "B", Base: 16, Low: 1, High: 100},
	{Name: "stages", Unit: "exponent", Base: 0.8, Low: 0.01, High: 1},
	{Name: "tile", Unit: "tokens", Base: 16, Low: 0.01, High: 1000},
	{Name: "gap_seconds", Unit: "s", Base: 8e-5, Low: 1e-8, High: 1e-3},
	{Name: "host_seconds", Unit: "s", Base: 1e-5, Low: 1e-8, High: 1e-2},
	{Name: "eager_seconds", Unit: "s", Base: 1e-3, Low: 1e-8, High: 1e-2},
	{Name: "step_seconds", Unit: "s", Base: 5e-4, Low: 1e-6, High: 0.1},
	{Name: "sequence_seconds", Unit: "s", Base: 1e-5, Low: 1e-8, High: 1e-2},
	{Name: "hop_seconds", Unit: "s", Base: 1e-5, Low: 1e-7, High: 5e-3},
	{Name: "wire", Unit: "share", Base: 0.5, Low: 0.01, High: 1.2},
	{Name: "load", Unit: "share", Base: 0.8, Low: 0.1, High: 1.6},
	{Name: "burst", Unit: "share", Base: 0.1, Low: 0.001, High: 1},
	{Name: "first_seconds", Unit: "s", Base: 0.008, Low: 1e-4, High: 1},
}

// ConstantFields lists the constants.
func ConstantFields() []Constant { return slices.Clone(servingFields[:]) }

// Efficiency is the constants of one estimate, by index.
type Efficiency [NumConstants]float64

// Load is the share of a steady batch's rate that a loaded server reaches.
func (e Efficiency) Load() float64 { return e[servingLoad] }

// Burst is the share of a load test's requests that arrive at its start
// together.
func (e Efficiency) Burst() float64 { return e[servingBurst] }

// First is the seconds before the first token besides reading the prompt.
func (e Efficiency) First() float64 { return e[servingFirst] }

// Constants is every factor, by constant and key.
type Constants struct {
	Source string
	Date   string
	// Factors are by constant's name, then by key ("" is the base).
	Factors map[string]map[string]float64
	// Given is the origin of factors that no measurement decides, by name and
	// key.
	Given map[[2]string]string
	// Measured are the runtimes with the device families that they were
	// measured on: "vllm on Hopper".
	Measured []string
	// Bands are the 80 % bands by phase and by how much is known of the device
	// and runtime. Bands without a phase apply to every phase without its own.
	Bands map[BandKey]efficiency.Band
}

// BandKey identifies a band of serving.
type BandKey struct {
	Phase string
	// Known is 2 for a runtime measured on the family of devices, 1 if only one
	// of the two was measured, 0 for neither.
	Known int
}

// servingKeys are the keys that factors of one estimate may have. No key names
// a model or a source. Device keys describe any device, so that an unmeasured
// one inherits from similar ones.
type servingKeys struct {
	names [numServingNames]string
	// per are the quantities that a factor may be raised to.
	per [numServingPers]float64
}

// The names of keys.
const (
	nameRuntime = iota
	nameVendor  // of the device: its software stack
	nameFamily  // of its architecture
	nameMatrix  // whether it has matrix units
	nameMemory  // shared with the host, stacked (HBM) or plain (GDDR)
	nameDevice
	nameClass   // of the weight format
	nameLink    // between the devices
	nameBackend // of the runtime, if it is not the vendor's own
	nameLaunch  // of a pass over prompts: from Python or native
	numServingNames
)

var servingNames = [numServingNames]string{"runtime", "vendor", "family", "matrix", "memory", "device", "class", "link", "backend", "launch"}

// The quantities that a factor may be raised to.
const (
	perYear      = iota // years of the runtime's generation after 2024
	perPeak             // ln of the peak rate over 100 TFLOP/s
	perBandwidth        // ln of the memory bandwidth over 1 TB/s
	numServingPers
)

var servingPers = [numServingPers]string{"~year", "~peak", "~bandwidth"}

func newServingKeys(s *Request, year int, peak float64, link string) servingKeys {
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
// and data-centre GPUs, which are recognised by FP64 at half the FP32 rate or
// by a bandwidth that no other memory reaches, or "plain".
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

// hasMatrixUnit reports whether a device has matrix units. They are recognised
// by a 16-bit rate beyond that of packed vectors, or by BF16, which no GPU
// without them supports.
func hasMatrixUnit(d *hardware.Device) bool {
	vector, half := float64(d.Rates[hardware.FP32].Peak), float64(d.Rates[hardware.FP16].Peak)
	bf16 := float64(d.Rates[hardware.BF16].Peak)
	if vector <= 0 {
		return true
	}
	return math.Max(half, bf16) > 2.5*vector || bf16 > 0 && d.Kind != hardware.CPU
}

// The combinations of keys per constant. "~" marks a quantity that the factor
// is raised to.
var servingLevels = [NumConstants][]string{
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

// value returns the key of a level and the power of its factor; false if a part
// of it is unknown.
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

// Key is the key of a factor and its power.
type Key struct {
	Key   string
	Power float64
}

// keys lists the keys of a constant, the most general first.
func (k *servingKeys) keys(constant int) []Key {
	var list []Key
	for _, level := range servingLevels[constant] {
		if v, power, ok := k.value(level); ok {
			list = append(list, Key{v, power})
		}
	}
	return list
}

// at multiplies the factors of the keys.
func (c *Constants) at(k *servingKeys) Efficiency {
	var e Efficiency
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

// known grades how close the fitted measurements are: 2 for this runtime on
// this family of devices, 1 for only one of them, 0 for neither.
func (c *Constants) known(k *servingKeys) int {
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

// band returns the factors from an estimate to the ends of the 80 % band.
func (c *Constants) band(phase string, known int) (low, high float64) {
	b, ok := c.Bands[BandKey{phase, known}]
	if !ok {
		b = c.Bands[BandKey{Known: known}]
	}
	return b.Low, b.High
}
