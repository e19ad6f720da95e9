package train

import (
	"encoding/json"

	"mlsizer/sizing/quantity"
)

// Estimate is the result for one plan. The numbers are data; Notes lists the
// assumptions behind them.
type Estimate struct {
	Plan    Plan    `json:"plan"`
	Memory  Memory  `json:"memory"`
	Storage Storage `json:"storage"`
	Compute Compute `json:"compute"`
	Time    Time    `json:"time"`
	Cost    Cost    `json:"cost"`
	Energy  Energy  `json:"energy"`
}

// Memory is the memory of one device of the most loaded pipeline stage at the
// peak of a step. The terms add up to Total exactly.
type Memory struct {
	Weights       quantity.Bytes `json:"weights_bytes"`
	Gradients     quantity.Bytes `json:"gradients_bytes"`
	Optimizer     quantity.Bytes `json:"optimizer_bytes"`
	Activations   quantity.Bytes `json:"activations_bytes"`
	Logits        quantity.Bytes `json:"logits_bytes"`
	Communication quantity.Bytes `json:"communication_bytes"`
	Overhead      quantity.Bytes `json:"overhead_bytes"`
	// Teacher is the memory of a teacher's weights and logits.
	Teacher quantity.Bytes `json:"teacher_bytes,omitempty"`
	// Others is the memory of the other models of post-training: a reference, a
	// reward model, a critic, an engine that sleeps.
	Others quantity.Bytes `json:"other_models_bytes,omitempty"`
	Total  quantity.Bytes `json:"total_bytes"`
	// Host and NVMe are the device's offloaded bytes in the host's memory and
	// on its disks. They are not part of Total.
	Host quantity.Bytes `json:"host_bytes,omitempty"`
	NVMe quantity.Bytes `json:"nvme_bytes,omitempty"`
	// Allocated is the framework's tensors, Reserved what its allocator takes
	// from the device. Total adds what the driver uses.
	Allocated quantity.Bytes `json:"allocated_bytes"`
	Reserved  quantity.Bytes `json:"reserved_bytes"`
	Low       quantity.Bytes `json:"low_bytes"`
	High      quantity.Bytes `json:"high_bytes"`
	// Sure is the size that 95 % of measured peaks do not exceed.
	Sure   quantity.Bytes `json:"sure_bytes"`
	Device quantity.Bytes `json:"device_bytes"`
	Fits   bool           `json:"fits"`
	// Verdict is "fits" if Sure fits, "tight" if only the estimate fits, else
	// "does not fit".
	Verdict Verdict `json:"verdict"`
	// Stage is the pipeline stage of these numbers, from 0.
	Stage int `json:"stage"`
	// Peak is the phase of the step of these numbers.
	Peak Phase `json:"peak"`
}

// Verdict says whether a plan fits its devices, and how certain that is.
type Verdict string

// The verdicts.
const (
	FitsSurely Verdict = "fits"
	MayNotFit  Verdict = "may-not-fit"
	DoesNotFit Verdict = "does-not-fit"
)

// Rank orders the verdicts, the most certain fit first.
func (v Verdict) Rank() int {
	switch v {
	case FitsSurely:
		return 0
	case MayNotFit:
		return 1
	}
	return 2
}

// Storage is what the run keeps on disk.
type Storage struct {
	Weights         quantity.Bytes `json:"weights_bytes"`
	Checkpoint      quantity.Bytes `json:"checkpoint_bytes"`
	CheckpointsKept int            `json:"checkpoints_kept"`
	Dataset         quantity.Bytes `json:"dataset_bytes"`
	// Logits is the stored logits of a teacher.
	Logits quantity.Bytes `json:"teacher_logits_bytes,omitempty"`
	Total  quantity.Bytes `json:"total_bytes"`
}

// Compute is the FLOPs of the whole run, or of a step if no run length is
// given.
type Compute struct {
	// Model is by the palm convention: 6N + 12·L·h·s per token, without
	// recompute. Frozen weights count 4N, since they need no gradient.
	Model quantity.FLOPs `json:"model_flops"`
	// Megatron counts matrix products and the causal half of attention.
	Megatron quantity.FLOPs `json:"model_flops_megatron"`
	// SixND is 6 x parameters x tokens.
	SixND quantity.FLOPs `json:"model_flops_6nd"`
	// Hardware is what the devices execute, recompute included.
	Hardware quantity.FLOPs `json:"hardware_flops"`
	PerToken quantity.FLOPs `json:"flops_per_token"`
}

// Time is the time of a step and of the ideal run.
type Time struct {
	Step                     quantity.Seconds `json:"step_seconds"`
	StepLow                  quantity.Seconds `json:"step_low_seconds"`
	StepHigh                 quantity.Seconds `json:"step_high_seconds"`
	TokensPerSecond          float64          `json:"tokens_per_second"`
	TokensPerSecondPerDevice float64          `json:"tokens_per_second_per_device"`
	// MFU is the FLOPs that Convention counts over the FLOPs of the devices at
	// peak rate. Convention is the workload's.
	MFU        float64    `json:"mfu"`
	Convention Convention `json:"mfu_convention"`
	// The utilisation by each convention, whatever the workload's is.
	MFUPaLM     float64          `json:"mfu_palm"`
	MFUMegatron float64          `json:"mfu_megatron"`
	MFUSixND    float64          `json:"mfu_6nd"`
	HFU         float64          `json:"hfu"`
	Steps       float64          `json:"steps"`
	Run         quantity.Seconds `json:"run_seconds"`
	RunLow      quantity.Seconds `json:"run_low_seconds"`
	RunHigh     quantity.Seconds `json:"run_high_seconds"`
	DeviceHours float64          `json:"device_hours"`
	// Environment and Acting are what a run of reinforcement learning takes
	// besides its gradient steps: frames of the environment, and passes that
	// choose actions. Package run adds them to Run.
	Environment quantity.Seconds `json:"environment_seconds,omitempty"`
	Acting      quantity.Seconds `json:"acting_seconds,omitempty"`
	Terms       StepTerms        `json:"step_terms"`
}

// Cost is the money of the run.
type Cost struct {
	USD quantity.USD `json:"usd"`
	// Low and High are its 80 % band: that of the time.
	Low  quantity.USD `json:"usd_low"`
	High quantity.USD `json:"usd_high"`
	// PerHour is the price per device-hour; 0 if unknown.
	PerHour quantity.USD `json:"usd_per_device_hour"`
}

// MarshalJSON writes null for an unknown cost: a sum of answers must not count
// it as free.
func (c Cost) MarshalJSON() ([]byte, error) {
	var known struct {
		USD     *quantity.USD `json:"usd"`
		Low     *quantity.USD `json:"usd_low"`
		High    *quantity.USD `json:"usd_high"`
		PerHour *quantity.USD `json:"usd_per_device_hour"`
	}
	if c.PerHour > 0 {
		known.USD, known.Low, known.High, known.PerHour = &c.USD, &c.Low, &c.High, &c.PerHour
	}
	return json.Marshal(known)
}

// Energy is what the run draws from the grid: devices, hosts, the network
// between nodes and the facility's overhead.
type Energy struct {
	KWh quantity.KWh `json:"kwh"` // 0: the device's power is unknown
	// Low and High are its band, see [Prepared.Bill].
	Low  quantity.KWh `json:"kwh_low"`
	High quantity.KWh `json:"kwh_high"`
	// CO2 is the emission of the region's grid for this energy; 0 without a
	// region.
	CO2 quantity.Kilograms `json:"kg_co2"`
}

// MarshalJSON writes null for unknown energy.
func (e Energy) MarshalJSON() ([]byte, error) {
	var known struct {
		KWh  *quantity.KWh       `json:"kwh"`
		Low  *quantity.KWh       `json:"kwh_low"`
		High *quantity.KWh       `json:"kwh_high"`
		CO2  *quantity.Kilograms `json:"kg_co2"`
	}
	if e.KWh > 0 {
		known.KWh, known.Low, known.High = &e.KWh, &e.Low, &e.High
		if e.CO2 > 0 {
			known.CO2 = &e.CO2
		}
	}
	return json.Marshal(known)
}

// Evaluate returns the estimate of a plan. It allocates only to report a plan
// that cannot run.
func (p *Prepared) Evaluate(plan *Plan) (Estimate, error) {
	var e Estimate
	err := p.evaluate(plan, &e)
	return e, err
}

func (p *Prepared) evaluate(plan *Plan, e *Estimate) error {
	if err := p.Check(plan); err != nil {
		return err
	}
	e.Plan = *plan
	var l layout
	l.init(p, plan)
	p.memory(&l, &e.Memory)
	p.Storage(&e.Storage)
	p.compute(&l, &e.Compute)
	if p.Workload.MFU == 0 {
		e.Time.Terms = p.stepTerms(&l)
	}
	p.addTeacher(e)
	p.addOthers(e)
	p.time(&l, e)
	p.costAndEnergy(e)
	return nil
}

// compute fills in the FLOPs of the run.
func (p *Prepared) compute(l *layout, out *Compute) {
	c, n := p.profile, p.Samples(l.plan)
	hardware := c.megatron + l.repeated()
	*out = Compute{
		Model:    quantity.FLOPs(c.palm * n),
		Megatron: quantity.FLOPs(c.megatron * n),
		SixND:    quantity.FLOPs(c.sixND * n),
		Hardware: quantity.FLOPs(hardware * n),
		PerToken: quantity.FLOPs(c.palm / float64(p.Workload.Seq)),
	}
}

// passes returns how often a step without recompute executes the forward FLOPs
// of a matrix of weights: forward, and backward for inputs and for weights.
// Frozen weights need no gradient; the gradients of their adapters are too
// small to count. Attention has no weights and always counts three.
func (p *Prepared) passes() int { return p.Workload.passes() }

func (w *Workload) passes() int {
	if w.FreezesWeights() {
		return 2
	}
	return 3
}

// Samples returns the number of sequences or samples of the run, or of the
// step.
func (p *Prepared) Samples(plan *Plan) float64 {
	if p.Workload.Tokens > 0 {
		return float64(p.Workload.Tokens) / float64(p.Workload.Seq)
	}
	return float64(plan.GlobalBatch)
}
