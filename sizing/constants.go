package sizing

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"mlsizer/hardware"
)

// Variant is how a stack ran a step beyond what the plan says. The zero
// Variant is the stack's newest release with its default options.
type Variant struct {
	// Release names the stack's version as its makers do.
	Release string
	// Recipe is how a narrow precision scales its operands, as the stack
	// words it: "tensorwise", "rowwise", "current scaling".
	Recipe string
	// Compile says that a compiler fuses the kernels between products.
	Compile bool
	// AsyncTP splits products so that tensor-parallel collectives hide
	// behind them.
	AsyncTP bool
}

// Efficiency is what a step time rests on besides shapes and peak rates: the
// shares of the hardware's rates that training reaches, and the costs that do
// not scale with the work. Each belongs to a device's architecture, a network
// or a stack; see [ConstantFields] for units and bounds.
type Efficiency struct {
	Products   float64
	Achievable float64
	FullPower  float64
	PowerLaw   float64
	Software   float64
	Narrow     float64
	Grouped    float64
	Cast       float64
	Wave       float64
	Tail       float64
	Spill      float64
	Tile       float64
	Unaligned  float64

	Flash         float64
	FlashBackward float64
	FlashHead     float64
	Scan          float64

	Memory       float64
	Traffic      float64
	ScoreTraffic float64
	LossTraffic  float64
	BiasTraffic  float64

	Launch         float64
	LaunchBackward float64
	LaunchShare    float64
	Routing        float64
	StepSeconds    float64
	MicroSeconds   float64

	ScaleUp    float64
	ScaleOut   float64
	Latency    float64
	HopSeconds float64
	AllToAll   float64

	TensorHidden  float64
	ExpertHidden  float64
	ContextHidden float64
	Send          float64
	Overlap       float64
	Contention    float64
	GradientWire  float64
	Jitter        float64
	Imbalance     float64
	Selective     float64
	Full          float64
}

// Constant describes one constant: its name in the file, its unit and meaning,
// the bounds that a fit keeps, and where it is.
type Constant struct {
	Name, Unit, Doc string
	Low, High       float64
	// Spread is how far, in its unit, the constant of one device or stack
	// typically lies from that of its kin: what a fit takes a departure from
	// an inherited value to be measured in.
	Spread float64
	at     func(*Efficiency) *float64
}

// ConstantFields lists the constants.
func ConstantFields() []Constant { return slices.Clone(constantFields) }

var constantFields = []Constant{
	{"products", "share", "of the achievable matrix rate that large products reach inside a training step, where power and clocks settle lower than in a benchmark", 0.3, 1.3, 0.08, func(e *Efficiency) *float64 { return &e.Products }},
	{"achievable", "share", "of the peak that a large product reaches, taken where no rate was measured", 0.3, 1.1, 0.08, func(e *Efficiency) *float64 { return &e.Achievable }},
	{"full_power", "W a TFLOP/s", "power limit of the parts that the achievable share was measured on, by their 16-bit peak; 0: any", 0, 10, 0.1, func(e *Efficiency) *float64 { return &e.FullPower }},
	{"power_law", "exponent", "of the rate over the power limit, on parts of another than full_power", 0, 1.5, 0.2, func(e *Efficiency) *float64 { return &e.PowerLaw }},
	{"software", "share", "of that rate that the stack's kernels reach", 0.3, 1.5, 0.12, func(e *Efficiency) *float64 { return &e.Software }},
	{"narrow", "share", "of the achievable rate of 8- and 4-bit products that training reaches, relative to 16 bits", 0.1, 1.45, 0.2, func(e *Efficiency) *float64 { return &e.Narrow }},
	{"grouped", "share", "of the rate of one product that the products of many experts reach together", 0.1, 1.2, 0.2, func(e *Efficiency) *float64 { return &e.Grouped }},
	{"cast", "passes", "over the operands of a product to scale and cast them to 8 or 4 bits", 0, 30, 1, func(e *Efficiency) *float64 { return &e.Cast }},
	{"wave", "elements", "of a product's output that the device computes at once: processors x tile", 0, 1e8, 1e6, func(e *Efficiency) *float64 { return &e.Wave }},
	{"tail", "waves", "that a product loses at its end, where the last wave is not full", 0, 2, 0.3, func(e *Efficiency) *float64 { return &e.Tail }},
	{"spill", "share", "of a product's operand traffic that does not hide behind arithmetic", 0, 3, 0.3, func(e *Efficiency) *float64 { return &e.Spill }},
	{"tile", "elements", "that every dimension of a product is rounded up to; 0: none", 0, 1024, 64, func(e *Efficiency) *float64 { return &e.Tile }},
	{"unaligned", "factor", "on the core of attention whose head dimension is not a multiple of 8", 1, 20, 4, func(e *Efficiency) *float64 { return &e.Unaligned }},
	{"flash", "share", "of the achievable matrix rate that fused attention reaches forward at a head dimension of 128", 0.1, 1.3, 0.2, func(e *Efficiency) *float64 { return &e.Flash }},
	{"flash_backward", "share", "the same backward, where it does 2.5 times the arithmetic", 0.05, 1.3, 0.2, func(e *Efficiency) *float64 { return &e.FlashBackward }},
	{"flash_head", "elements", "head dimension d at which fused attention loses half its rate: d/(d+this)", 0, 512, 32, func(e *Efficiency) *float64 { return &e.FlashHead }},
	{"scan", "share", "of the achievable matrix rate that state-space scans and convolutions reach", 0.005, 1, 0.02, func(e *Efficiency) *float64 { return &e.Scan }},
	{"memory", "share", "of the memory bandwidth that memory-bound kernels reach", 0.3, 1, 0.1, func(e *Efficiency) *float64 { return &e.Memory }},
	{"traffic", "passes", "of the memory over each activation that a layer saves, forward; twice that backward", 0.1, 10, 1, func(e *Efficiency) *float64 { return &e.Traffic }},
	{"score_traffic", "passes", "the same over attention scores that are written to memory", 0, 10, 1, func(e *Efficiency) *float64 { return &e.ScoreTraffic }},
	{"bias_traffic", "passes", "of the memory over what the activation of experts with biases reads, which no one kernel adds, activates and multiplies, forward; twice that backward", 0, 30, 3, func(e *Efficiency) *float64 { return &e.BiasTraffic }},
	{"loss_traffic", "bytes", "moved a logit by the loss, forward and backward", 0, 100, 15, func(e *Efficiency) *float64 { return &e.LossTraffic }},
	{"launch_seconds", "s", "of host time to launch a block's kernels (attention or feed-forward) forward", 0, 0.01, 0.0001, func(e *Efficiency) *float64 { return &e.Launch }},
	{"launch_backward", "factor", "of the same backward", 0, 4, 1, func(e *Efficiency) *float64 { return &e.LaunchBackward }},
	{"launch_share", "share", "of the launch time that is paid even where the device is the slower one", 0, 1, 0.3, func(e *Efficiency) *float64 { return &e.LaunchShare }},
	{"routing_seconds", "s", "that a pass through a layer of routed experts waits until the host knows how many tokens each of them has", 0, 0.01, 0.0005, func(e *Efficiency) *float64 { return &e.Routing }},
	{"step_seconds", "s", "a step takes whatever its size", 0, 5, 0.02, func(e *Efficiency) *float64 { return &e.StepSeconds }},
	{"micro_seconds", "s", "a micro-batch takes whatever its size", 0, 1, 0.001, func(e *Efficiency) *float64 { return &e.MicroSeconds }},
	{"scale_up", "share", "of the measured collective bandwidth inside a node or torus that training reaches", 0.1, 1.5, 0.3, func(e *Efficiency) *float64 { return &e.ScaleUp }},
	{"scale_out", "share", "of the network's bandwidth between nodes that collectives reach", 0.05, 1.2, 0.15, func(e *Efficiency) *float64 { return &e.ScaleOut }},
	{"latency_seconds", "s", "of a collective inside a node", 0, 0.001, 0.0001, func(e *Efficiency) *float64 { return &e.Latency }},
	{"hop_seconds", "s", "that each further node adds to a collective", 0, 0.001, 1e-5, func(e *Efficiency) *float64 { return &e.HopSeconds }},
	{"all_to_all", "share", "of the collective bandwidth that expert dispatch reaches", 0.05, 1.5, 0.3, func(e *Efficiency) *float64 { return &e.AllToAll }},
	{"tensor_hidden", "share", "of tensor-parallel collectives that hides behind products", 0, 0.95, 0.3, func(e *Efficiency) *float64 { return &e.TensorHidden }},
	{"expert_hidden", "share", "of expert dispatch that hides behind other work", 0, 0.95, 0.3, func(e *Efficiency) *float64 { return &e.ExpertHidden }},
	{"context_hidden", "share", "of the core of attention that the ring exchange can hide behind", 0, 1, 0.3, func(e *Efficiency) *float64 { return &e.ContextHidden }},
	{"send", "times", "a stage boundary's transfer stands on the critical path of a micro-batch, forward and backward each", 0, 4, 0.5, func(e *Efficiency) *float64 { return &e.Send }},
	{"overlap", "share", "of compute that data-parallel traffic hides behind", 0, 1, 0.3, func(e *Efficiency) *float64 { return &e.Overlap }},
	{"contention", "share", "of hidden data-parallel traffic that slows the compute it hides behind", 0, 1, 0.25, func(e *Efficiency) *float64 { return &e.Contention }},
	{"gradient_wire", "bytes", "a gradient element takes on the network", 1, 4, 1, func(e *Efficiency) *float64 { return &e.GradientWire }},
	{"jitter", "share", "that every doubling of the nodes adds to the step: the slowest device sets the pace", 0, 0.2, 0.015, func(e *Efficiency) *float64 { return &e.Jitter }},
	{"selective", "share", "of the forward pass that selective recompute repeats, besides the core of attention", 0, 1, 0.3, func(e *Efficiency) *float64 { return &e.Selective }},
	{"full", "share", "of the forward pass that full recompute repeats: a compiler leaves out a layer's last product, which the backward pass does not need", 0.5, 1, 0.15, func(e *Efficiency) *float64 { return &e.Full }},
	{"imbalance", "factor", "of the busiest expert rank's tokens over the mean", 1, 3, 0.2, func(e *Efficiency) *float64 { return &e.Imbalance }},
}

// Match says where an override or a band holds. Empty parts match anything.
type Match struct {
	Stack     string `json:"stack,omitempty"`
	Release   string `json:"release,omitempty"`   // the release begins so
	Recipe    string `json:"recipe,omitempty"`    // the recipe contains it
	Arch      string `json:"arch,omitempty"`      // the device's architecture begins so
	Device    string `json:"device,omitempty"`    // the device's id
	Link      string `json:"link,omitempty"`      // the scale-up link begins so
	Precision string `json:"precision,omitempty"` // of the products: "bf16", "fp8"
	Compile   *bool  `json:"compile,omitempty"`
	AsyncTP   *bool  `json:"async_tp,omitempty"`
}

// subject is what a Match is held against.
type subject struct {
	stack   *Stack
	device  *hardware.Device
	compute hardware.DType
}

func (m *Match) holds(s *subject) bool {
	v := &s.stack.Variant
	return (m.Stack == "" || m.Stack == s.stack.Name) &&
		strings.HasPrefix(v.Release, m.Release) &&
		strings.Contains(v.Recipe, m.Recipe) &&
		strings.HasPrefix(s.device.Arch, m.Arch) &&
		(m.Device == "" || m.Device == s.device.ID) &&
		strings.HasPrefix(s.device.ScaleUp.Name, m.Link) &&
		(m.Precision == "" || m.Precision == s.compute.String()) &&
		(m.Compile == nil || *m.Compile == v.Compile) &&
		(m.AsyncTP == nil || *m.AsyncTP == v.AsyncTP)
}

// covers reports whether m holds wherever n does.
func (m *Match) covers(n *Match) bool {
	return (m.Stack == "" || m.Stack == n.Stack) &&
		strings.HasPrefix(n.Release, m.Release) &&
		strings.Contains(n.Recipe, m.Recipe) &&
		strings.HasPrefix(n.Arch, m.Arch) &&
		(m.Device == "" || m.Device == n.Device) &&
		strings.HasPrefix(n.Link, m.Link) &&
		(m.Precision == "" || m.Precision == n.Precision) &&
		(m.Compile == nil || n.Compile != nil && *m.Compile == *n.Compile) &&
		(m.AsyncTP == nil || n.AsyncTP != nil && *m.AsyncTP == *n.AsyncTP)
}

// String spells the match: "stack=torchtitan compile=true".
func (m *Match) String() string {
	var parts []string
	for _, p := range []struct{ name, value string }{
		{"stack", m.Stack}, {"release", m.Release}, {"recipe", m.Recipe}, {"arch", m.Arch},
		{"device", m.Device}, {"link", m.Link}, {"precision", m.Precision},
	} {
		if p.value != "" {
			parts = append(parts, p.name+"="+p.value)
		}
	}
	if m.Compile != nil {
		parts = append(parts, fmt.Sprintf("compile=%v", *m.Compile))
	}
	if m.AsyncTP != nil {
		parts = append(parts, fmt.Sprintf("async_tp=%v", *m.AsyncTP))
	}
	if parts == nil {
		return "default"
	}
	return strings.Join(parts, " ")
}

// Override sets constants where its Match holds. Later ones win.
type Override struct {
	When Match              `json:"when"`
	Set  map[string]float64 `json:"set"`
	// Fit names the constants of Set that measurements decide; the others are
	// facts or assumptions. Prior is what a fit takes one for before it sees a
	// measurement, where that is not the value that the entry would inherit.
	Fit   []string           `json:"fit,omitempty"`
	Prior map[string]float64 `json:"prior,omitempty"`
	// Error is the standard error of a fitted constant, as a share of it.
	Error map[string]float64 `json:"error,omitempty"`
	// Origin says what the figures rest on, Date when they were fitted.
	Origin string `json:"origin"`
	Date   string `json:"date,omitempty"`
}

// Constants is the file of constants: overrides in order, the first of which
// sets all of them, and the bands of what they predict.
type Constants struct {
	Source    string     `json:"source"`
	Date      string     `json:"date"`
	Overrides []Override `json:"constants"`
	StepBands []BandFor  `json:"step_bands"`
	// Inferred widens it for an inferred shape.
	Inferred float64 `json:"inferred_widening"`
}

// ReadConstants reads a file of constants and refuses one that names an
// unknown constant, leaves one out or sets one outside its bounds.
func ReadConstants(r io.Reader) (*Constants, error) {
	var c Constants
	if err := decodeConstants(r, &c); err != nil {
		return nil, fmt.Errorf("constants: %w", err)
	}
	return &c, c.check()
}

// Write writes the file that [ReadConstants] reads, an entry a line.
func (c *Constants) Write(w io.Writer) error {
	var b bytes.Buffer
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		text, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s\n  %q: ", map[bool]string{true: "{", false: ","}[i == 0], name)
		var entries []json.RawMessage
		f := v.Field(i).Type()
		if f.Kind() != reflect.Slice || f.Elem().Kind() != reflect.Struct {
			b.Write(text)
			continue
		}
		if err := json.Unmarshal(text, &entries); err != nil {
			return err
		}
		for k, entry := range entries {
			fmt.Fprintf(&b, "%s\n    %s", map[bool]string{true: "[", false: ","}[k == 0], entry)
		}
		b.WriteString("\n  ]")
	}
	b.WriteString("\n}\n")
	_, err := b.WriteTo(w)
	return err
}

func (c *Constants) check() error {
	if len(c.Overrides) == 0 || c.Overrides[0].When != (Match{}) {
		return fmt.Errorf("constants: the first entry must hold everywhere and set every constant")
	}
	for i := range c.Overrides {
		o := &c.Overrides[i]
		for name, v := range o.Set {
			f := FindConstant(name)
			if f == nil {
				return fmt.Errorf("constants, %s: unknown constant %q", &o.When, name)
			}
			if !(v >= f.Low && v <= f.High) {
				return fmt.Errorf("constants, %s: %s is %v (want %v to %v %s)", &o.When, name, v, f.Low, f.High, f.Unit)
			}
		}
		if o.Origin == "" {
			return fmt.Errorf("constants, %s: no origin", &o.When)
		}
	}
	for i := range c.Overrides {
		o := &c.Overrides[i]
		for _, name := range o.Fit {
			if _, ok := o.Set[name]; !ok {
				return fmt.Errorf("constants, %s: fits %s and does not set it", &o.When, name)
			}
			if _, ok := o.Prior[name]; !ok && i == 0 {
				return fmt.Errorf("constants: the first entry fits %s and has no prior for it", name)
			}
		}
		for name, v := range o.Prior {
			if f := FindConstant(name); f == nil || !slices.Contains(o.Fit, name) || !(v >= f.Low && v <= f.High) {
				return fmt.Errorf("constants, %s: a prior of %v for %s (want one within the bounds of a constant that it fits)", &o.When, v, name)
			}
		}
	}
	for i := range constantFields {
		if _, ok := c.Overrides[0].Set[constantFields[i].Name]; !ok {
			return fmt.Errorf("constants: the first entry does not set %s", constantFields[i].Name)
		}
	}
	if len(c.StepBands) == 0 || c.StepBands[0].When != (Match{}) {
		return fmt.Errorf("constants: the first step band must hold everywhere")
	}
	for i := range c.StepBands {
		if err := c.StepBands[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// FindConstant returns the field of that name, or nil.
func FindConstant(name string) *Constant {
	return constantIndex()[name]
}

var constantIndex = sync.OnceValue(func() map[string]*Constant {
	index := make(map[string]*Constant, len(constantFields))
	for i := range constantFields {
		index[constantFields[i].Name] = &constantFields[i]
	}
	return index
})

// Value returns the constant of that name; 0 if there is none.
func (e *Efficiency) Value(name string) float64 {
	f := FindConstant(name)
	if f == nil {
		return 0
	}
	return *f.at(e)
}

// Clone returns a copy that may be changed.
func (c *Constants) Clone() *Constants {
	d := *c
	d.Overrides = slices.Clone(c.Overrides)
	for i := range d.Overrides {
		o := &d.Overrides[i]
		set := make(map[string]float64, len(o.Set))
		for k, v := range o.Set {
			set[k] = v
		}
		o.Set = set
		if o.Error != nil {
			errors := make(map[string]float64, len(o.Error))
			for k, v := range o.Error {
				errors[k] = v
			}
			o.Error = errors
		}
	}
	d.StepBands = slices.Clone(c.StepBands)
	for i := range d.StepBands {
		b := &d.StepBands[i]
		b.Devices, b.Archs, b.Keys = slices.Clone(b.Devices), slices.Clone(b.Archs), slices.Clone(b.Keys)
		b.LeftOut = maps.Clone(b.LeftOut)
		if b.Measured != nil {
			measured := *b.Measured
			b.Measured = &measured
		}
	}
	return &d
}

// Parent returns the entry whose value of a constant entry i would have if it
// did not set its own: the last one before it that holds wherever it does and
// sets the constant; -1 for the first entry.
func (c *Constants) Parent(i int, name string) int {
	for j := i - 1; j >= 0; j-- {
		o := &c.Overrides[j]
		if _, ok := o.Set[name]; ok && o.When.covers(&c.Overrides[i].When) {
			return j
		}
	}
	return -1
}

// Unfitted returns the constants as they were before any measurement: what is
// fitted has its prior, or what it inherits.
func (c *Constants) Unfitted() *Constants {
	d := c.Clone()
	for i := range d.Overrides {
		o := &d.Overrides[i]
		o.Error = nil
		for _, name := range o.Fit {
			v, ok := o.Prior[name]
			if j := d.Parent(i, name); !ok && j >= 0 {
				v = d.Overrides[j].Set[name]
			}
			o.Set[name] = v
		}
	}
	return d
}

// Reads reports whether the estimate takes a constant from entry i: the entry
// holds for it and no later one sets the constant anew.
func (p *Prepared) Reads(c *Constants, i int, name string) bool {
	s := p.subject()
	if !c.Overrides[i].When.holds(&s) {
		return false
	}
	for j := i + 1; j < len(c.Overrides); j++ {
		if _, ok := c.Overrides[j].Set[name]; ok && c.Overrides[j].When.holds(&s) {
			return false
		}
	}
	return true
}

// at returns the constants that hold for a stack on a device.
func (c *Constants) at(s *subject) (e Efficiency) {
	for i := range c.Overrides {
		o := &c.Overrides[i]
		if !o.When.holds(s) {
			continue
		}
		for name, v := range o.Set {
			if f := FindConstant(name); f != nil {
				*f.at(&e) = v
			}
		}
	}
	return e
}

//go:embed constants.json
var constantsJSON []byte

var loadConstants = sync.OnceValue(func() *Constants {
	c, err := ReadConstants(strings.NewReader(string(constantsJSON)))
	if err != nil {
		panic("constants.json: " + err.Error()) // the embedded file is tested
	}
	return c
})

// DefaultConstants returns the constants that the program ships with. They
// must not be modified.
func DefaultConstants() *Constants { return loadConstants() }
