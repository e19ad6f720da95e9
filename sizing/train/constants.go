package train

import (
	"slices"
	"sync"

	"mlsizer/sizing/efficiency"
)

// Variant is how a stack runs a step beyond what the plan says. The zero
// Variant is the stack's newest release with its default options.
type Variant struct {
	// Release names the stack's version as its makers do.
	Release string
	// Recipe is how a narrow precision scales its operands, in the stack's
	// words: "tensorwise", "rowwise", "current scaling".
	Recipe string
	// Compile says that a compiler fuses the kernels between products.
	Compile bool
	// AsyncTP splits products so that they hide tensor-parallel collectives.
	AsyncTP bool
}

// Efficiency is what a step time depends on besides shapes and peak rates: the
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

// Constant describes one constant.
type Constant = efficiency.Constant

// constantField is a constant and its field.
type constantField struct {
	Constant
	at func(*Efficiency) *float64
}

// ConstantFields lists the constants.
func ConstantFields() []Constant { return slices.Clone(constantList()) }

var constantList = sync.OnceValue(func() []Constant {
	list := make([]Constant, len(constantFields))
	for i := range constantFields {
		list[i] = constantFields[i].Constant
	}
	return list
})

var constantFields = []constantField{
	{Constant{Name: "products", Unit: "share", Doc: "of the achievable matrix rate that large products reach inside a training step, where power and clocks settle lower than in a benchmark", Low: 0.3, High: 1.3, Spread: 0.08}, func(e *Efficiency) *float64 { return &e.Products }},
	{Constant{Name: "achievable", Unit: "share", Doc: "of the peak that a large product reaches, taken where no rate was measured", Low: 0.3, High: 1.1, Spread: 0.08}, func(e *Efficiency) *float64 { return &e.Achievable }},
	{Constant{Name: "full_power", Unit: "W a TFLOP/s", Doc: "power limit of the parts that the achievable share was measured on, by their 16-bit peak; 0: any", Low: 0, High: 10, Spread: 0.1}, func(e *Efficiency) *float64 { return &e.FullPower }},
	{Constant{Name: "power_law", Unit: "exponent", Doc: "of the rate over the power limit, on parts of another than full_power", Low: 0, High: 1.5, Spread: 0.2}, func(e *Efficiency) *float64 { return &e.PowerLaw }},
	{Constant{Name: "software", Unit: "share", Doc: "of that rate that the stack's kernels reach", Low: 0.3, High: 1.5, Spread: 0.12}, func(e *Efficiency) *float64 { return &e.Software }},
	{Constant{Name: "narrow", Unit: "share", Doc: "of the achievable rate of 8- and 4-bit products that training reaches, relative to 16 bits", Low: 0.1, High: 1.45, Spread: 0.2}, func(e *Efficiency) *float64 { return &e.Narrow }},
	{Constant{Name: "grouped", Unit: "share", Doc: "of the rate of one product that the products of many experts reach together", Low: 0.1, High: 1.2, Spread: 0.2}, func(e *Efficiency) *float64 { return &e.Grouped }},
	{Constant{Name: "cast", Unit: "passes", Doc: "over the operands of a product to scale and cast them to 8 or 4 bits", Low: 0, High: 30, Spread: 1}, func(e *Efficiency) *float64 { return &e.Cast }},
	{Constant{Name: "wave", Unit: "elements", Doc: "of a product's output that the device computes at once: processors x tile", Low: 0, High: 1e8, Spread: 1e6}, func(e *Efficiency) *float64 { return &e.Wave }},
	{Constant{Name: "tail", Unit: "waves", Doc: "that a product loses at its end, where the last wave is not full", Low: 0, High: 2, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.Tail }},
	{Constant{Name: "spill", Unit: "share", Doc: "of a product's operand traffic that does not hide behind arithmetic", Low: 0, High: 3, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.Spill }},
	{Constant{Name: "tile", Unit: "elements", Doc: "that every dimension of a product is rounded up to; 0: none", Low: 0, High: 1024, Spread: 64}, func(e *Efficiency) *float64 { return &e.Tile }},
	{Constant{Name: "unaligned", Unit: "factor", Doc: "on the core of attention whose head dimension is not a multiple of 8", Low: 1, High: 20, Spread: 4}, func(e *Efficiency) *float64 { return &e.Unaligned }},
	{Constant{Name: "flash", Unit: "share", Doc: "of the achievable matrix rate that fused attention reaches forward at a head dimension of 128", Low: 0.1, High: 1.3, Spread: 0.2}, func(e *Efficiency) *float64 { return &e.Flash }},
	{Constant{Name: "flash_backward", Unit: "share", Doc: "the same backward, where it does 2.5 times the arithmetic", Low: 0.05, High: 1.3, Spread: 0.2}, func(e *Efficiency) *float64 { return &e.FlashBackward }},
	{Constant{Name: "flash_head", Unit: "elements", Doc: "head dimension d at which fused attention loses half its rate: d/(d+this)", Low: 0, High: 512, Spread: 32}, func(e *Efficiency) *float64 { return &e.FlashHead }},
	{Constant{Name: "scan", Unit: "share", Doc: "of the achievable matrix rate that state-space scans and convolutions reach", Low: 0.005, High: 1, Spread: 0.02}, func(e *Efficiency) *float64 { return &e.Scan }},
	{Constant{Name: "memory", Unit: "share", Doc: "of the memory bandwidth that memory-bound kernels reach", Low: 0.3, High: 1, Spread: 0.1}, func(e *Efficiency) *float64 { return &e.Memory }},
	{Constant{Name: "traffic", Unit: "passes", Doc: "of the memory over each activation that a layer saves, forward; twice that backward", Low: 0.1, High: 10, Spread: 1}, func(e *Efficiency) *float64 { return &e.Traffic }},
	{Constant{Name: "score_traffic", Unit: "passes", Doc: "the same over attention scores that are written to memory", Low: 0, High: 10, Spread: 1}, func(e *Efficiency) *float64 { return &e.ScoreTraffic }},
	{Constant{Name: "bias_traffic", Unit: "passes", Doc: "of the memory over what the activation of experts with biases reads, which no one kernel adds, activates and multiplies, forward; twice that backward", Low: 0, High: 30, Spread: 3}, func(e *Efficiency) *float64 { return &e.BiasTraffic }},
	{Constant{Name: "loss_traffic", Unit: "bytes", Doc: "moved a logit by the loss, forward and backward", Low: 0, High: 100, Spread: 15}, func(e *Efficiency) *float64 { return &e.LossTraffic }},
	{Constant{Name: "launch_seconds", Unit: "s", Doc: "of host time to launch a block's kernels (attention or feed-forward) forward", Low: 0, High: 0.01, Spread: 0.0001}, func(e *Efficiency) *float64 { return &e.Launch }},
	{Constant{Name: "launch_backward", Unit: "factor", Doc: "of the same backward", Low: 0, High: 4, Spread: 1}, func(e *Efficiency) *float64 { return &e.LaunchBackward }},
	{Constant{Name: "launch_share", Unit: "share", Doc: "of the launch time that is paid even where the device is the slower one", Low: 0, High: 1, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.LaunchShare }},
	{Constant{Name: "routing_seconds", Unit: "s", Doc: "that a pass through a layer of routed experts waits until the host knows how many tokens each of them has", Low: 0, High: 0.01, Spread: 0.0005}, func(e *Efficiency) *float64 { return &e.Routing }},
	{Constant{Name: "step_seconds", Unit: "s", Doc: "a step takes whatever its size", Low: 0, High: 5, Spread: 0.02}, func(e *Efficiency) *float64 { return &e.StepSeconds }},
	{Constant{Name: "micro_seconds", Unit: "s", Doc: "a micro-batch takes whatever its size", Low: 0, High: 1, Spread: 0.001}, func(e *Efficiency) *float64 { return &e.MicroSeconds }},
	{Constant{Name: "scale_up", Unit: "share", Doc: "of the measured collective bandwidth inside a node or torus that training reaches", Low: 0.1, High: 1.5, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.ScaleUp }},
	{Constant{Name: "scale_out", Unit: "share", Doc: "of the network's bandwidth between nodes that collectives reach", Low: 0.05, High: 1.2, Spread: 0.15}, func(e *Efficiency) *float64 { return &e.ScaleOut }},
	{Constant{Name: "latency_seconds", Unit: "s", Doc: "of a collective inside a node", Low: 0, High: 0.001, Spread: 0.0001}, func(e *Efficiency) *float64 { return &e.Latency }},
	{Constant{Name: "hop_seconds", Unit: "s", Doc: "that each further node adds to a collective", Low: 0, High: 0.001, Spread: 1e-5}, func(e *Efficiency) *float64 { return &e.HopSeconds }},
	{Constant{Name: "all_to_all", Unit: "share", Doc: "of the collective bandwidth that expert dispatch reaches", Low: 0.05, High: 1.5, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.AllToAll }},
	{Constant{Name: "tensor_hidden", Unit: "share", Doc: "of tensor-parallel collectives that hides behind products", Low: 0, High: 0.95, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.TensorHidden }},
	{Constant{Name: "expert_hidden", Unit: "share", Doc: "of expert dispatch that hides behind other work", Low: 0, High: 0.95, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.ExpertHidden }},
	{Constant{Name: "context_hidden", Unit: "share", Doc: "of the core of attention that the ring exchange can hide behind", Low: 0, High: 1, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.ContextHidden }},
	{Constant{Name: "send", Unit: "times", Doc: "a stage boundary's transfer stands on the critical path of a micro-batch, forward and backward each", Low: 0, High: 4, Spread: 0.5}, func(e *Efficiency) *float64 { return &e.Send }},
	{Constant{Name: "overlap", Unit: "share", Doc: "of compute that data-parallel traffic hides behind", Low: 0, High: 1, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.Overlap }},
	{Constant{Name: "contention", Unit: "share", Doc: "of hidden data-parallel traffic that slows the compute it hides behind", Low: 0, High: 1, Spread: 0.25}, func(e *Efficiency) *float64 { return &e.Contention }},
	{Constant{Name: "gradient_wire", Unit: "bytes", Doc: "a gradient element takes on the network", Low: 1, High: 4, Spread: 1}, func(e *Efficiency) *float64 { return &e.GradientWire }},
	{Constant{Name: "jitter", Unit: "share", Doc: "that every doubling of the nodes adds to the step: the slowest device sets the pace", Low: 0, High: 0.2, Spread: 0.015}, func(e *Efficiency) *float64 { return &e.Jitter }},
	{Constant{Name: "selective", Unit: "share", Doc: "of the forward pass that selective recompute repeats, besides the core of attention", Low: 0, High: 1, Spread: 0.3}, func(e *Efficiency) *float64 { return &e.Selective }},
	{Constant{Name: "full", Unit: "share", Doc: "of the forward pass that full recompute repeats: a compiler leaves out a layer's last product, which the backward pass does not need", Low: 0.5, High: 1, Spread: 0.15}, func(e *Efficiency) *float64 { return &e.Full }},
	{Constant{Name: "imbalance", Unit: "factor", Doc: "of the busiest expert rank's tokens over the mean", Low: 1, High: 3, Spread: 0.2}, func(e *Efficiency) *float64 { return &e.Imbalance }},
}

// FindConstant returns the constant of that name, or nil.
func FindConstant(name string) *Constant {
	if f := constantIndex()[name]; f != nil {
		return &f.Constant
	}
	return nil
}

var constantIndex = sync.OnceValue(func() map[string]*constantField {
	index := make(map[string]*constantField, len(constantFields))
	for i := range constantFields {
		index[constantFields[i].Name] = &constantFields[i]
	}
	return index
})

// Value returns the constant of that name; 0 if there is none.
func (e *Efficiency) Value(name string) float64 {
	f := constantIndex()[name]
	if f == nil {
		return 0
	}
	return *f.at(e)
}
