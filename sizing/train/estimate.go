package train

import (
	"encoding/json"

	"mlsizer/sizing/quantity"
)

// Estimate is what a plan costs. The numbers are data; Notes says which of
// them rest on an assumption.
type Estimate struct {
	Plan    Plan    `json:"plan"`
	Memory  Memory  `json:"memory"`
	Storage Storage `json:"storage"`
	Compute Compute `json:"compute"`
	Time    Time    `json:"time"`
	Cost    Cost    `json:"cost"`
	Energy  Energy  `json:"energy"`
}

// Memory is what one device of the most loaded pipeline stage holds at the
// peak of a step. The terms add up to Total exactly.
type Memory struct {
	Weights       quantity.Bytes `json:"weights_bytes"`
	Gradients     quantity.Bytes `json:"gradients_bytes"`
	Optimizer     quantity.Bytes `json:"optimizer_bytes"`
	Activations   quantity.Bytes `json:"activations_bytes"`
	Logits        quantity.Bytes `json:"logits_bytes"`
	Communication quantity.Bytes `json:"communication_bytes"`
	Overhead      quantity.Bytes `json:"overhead_bytes"`
	// Teacher is the weights and logits of a teacher.
	Teacher quantity.Bytes `json:"teacher_bytes,omitempty"`
	Total   quantity.Bytes `json:"total_bytes"`
	// Host and NVMe are what the host's memory and its disks keep for the
	// device: what the plan moves there. They are no part of Total.
	Host quantity.Bytes `json:"host_bytes,omitempty"`
	NVMe quantity.Bytes `json:"nvme_bytes,omitempty"`
	// Allocated is what the framework's tensors take, Reserved what its
	// allocator has taken from the device; Total adds what the driver shows.
	Allocated quantity.Bytes `json:"allocated_bytes"`
	Reserved  quantity.Bytes `json:"reserved_bytes"`
	Low       quantity.Bytes `json:"low_bytes"`
	High      quantity.Bytes `json:"high_bytes"`
	// Sure is what 95 % of measured peaks stay below.
	Sure   quantity.Bytes `json:"sure_bytes"`
	Device quantity.Bytes `json:"device_bytes"`
	Fits   bool           `json:"fits"`
	// Verdict says how sure that is: "fits" if Sure does, "may-not-fit" if only
	// the estimate does, else "does-not-fit".
	Verdict Verdict `json:"verdict"`
	// Stage is the pipeline stage that these figures are of, from 0.
	Stage int `json:"stage"`
	// Peak is the moment of the step that these figures are of.
	Peak Moment `json:"peak"`
}

// Verdict says whether and how surely a plan fits its devices.
type Verdict string

// The verdicts.
const (
	FitsSurely Verdict = "fits"
	MayNotFit  Verdict = "may-not-fit"
	DoesNotFit Verdict = "does-not-fit"
)

// Rank orders the verdicts, the surest first.
func (v Verdict) Rank() int {
	switch v {
	case FitsSurely:
		return 0
	case MayNotFit:
		return 1
	}
	return 2
}

// Storage is what the run keeps on disks.
type Storage struct {
	Weights         quantity.Bytes `json:"weights_bytes"`
	Checkpoint      quantity.Bytes `json:"checkpoint_bytes"`
	CheckpointsKept int            `json:"checkpoints_kept"`
	Dataset         quantity.Bytes `json:"dataset_bytes"`
	// Logits is those of a teacher.
	Logits quantity.Bytes `json:"teacher_logits_bytes,omitempty"`
	Total  quantity.Bytes `json:"total_bytes"`
}

// Compute is the arithmetic of the whole run (of a step if no run length is
// given).
type Compute struct {
	// Model is by the palm convention: 6N + 12·L·h·s a token, no recompute;
	// of weights that are frozen 4N, for they need no gradient.
	Model quantity.FLOPs `json:"model_flops"`
	// Megatron counts matrix products and the causal half of attention.
	Megatron quantity.FLOPs `json:"model_flops_megatron"`
	// SixND is 6 x parameters x tokens.
	SixND quantity.FLOPs `json:"model_flops_6nd"`
	// Hardware is what the devices execute, recompute included.
	Hardware quantity.FLOPs `json:"hardware_flops"`
	PerToken quantity.FLOPs `json:"flops_per_token"`
}

// Time is how long a step and the run take.
type Time struct {
	Step                     quantity.Seconds `json:"step_seconds"`
	StepLow                  quantity.Seconds `json:"step_low_seconds"`
	StepHigh                 quantity.Seconds `json:"step_high_seconds"`
	TokensPerSecond          float64          `json:"tokens_per_second"`
	TokensPerSecondPerDevice float64          `json:"tokens_per_second_per_device"`
	// MFU is the FLOPs that Convention counts over what the devices could do in
	// the time; Convention is the workload's.
	MFU        float64    `json:"mfu"`
	Convention Convention `json:"mfu_convention"`
	// The same by each convention, whichever the workload's is.
	MFUPaLM     float64          `json:"mfu_palm"`
	MFUMegatron float64          `json:"mfu_megatron"`
	MFUSixND    float64          `json:"mfu_6nd"`
	HFU         float64          `json:"hfu"`
	Steps       float64          `json:"steps"`
	Run         quantity.Seconds `json:"run_seconds"`
	RunLow      quantity.Seconds `json:"run_low_seconds"`
	RunHigh     quantity.Seconds `json:"run_high_seconds"`
	DeviceHours float64          `json:"device_hours"`
	Terms       StepTerms        `json:"step_terms"`
}

// Cost is the money of the run.
type Cost struct {
	USD quantity.USD `json:"usd"`
	// Low and High are its 80 % band, which is that of the time.
	Low  quantity.USD `json:"usd_low"`
	High quantity.USD `json:"usd_high"`
	// PerHour is the price of a device; 0 means that none is known.
	PerHour quantity.USD `json:"usd_per_device_hour"`
}

// MarshalJSON writes null for a cost that is not known: a sum of answers must
// not take it for free of charge.
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

// Energy is what the run draws from the grid: devices, their hosts, the network
// between nodes, and what the facility needs beside them.
type Energy struct {
	KWh quantity.KWh `json:"kwh"` // 0: the device's power is not known
	// Low and High are its range, see [Prepared.Bill].
	Low  quantity.KWh `json:"kwh_low"`
	High quantity.KWh `json:"kwh_high"`
	// CO2 is what the grid of the region emits for it; 0 without a region.
	CO2 quantity.Kilograms `json:"kg_co2"`
}

// MarshalJSON writes null for energy that is not known.
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

// Evaluate returns what the plan costs. It allocates only to report a plan
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
	p.teach(e)
	p.time(&l, e)
	p.money(e)
	return nil
}

// compute fills in the FLOPs of the run.
func (p *Prepared) compute(l *layout, out *Compute) {
	c, n := p.costs, p.Samples(l.plan)
	hardware := c.megatron + l.repeated()
	*out = Compute{
		Model:    quantity.FLOPs(c.palm * n),
		Megatron: quantity.FLOPs(c.megatron * n),
		SixND:    quantity.FLOPs(c.sixND * n),
		Hardware: quantity.FLOPs(hardware * n),
		PerToken: quantity.FLOPs(c.palm / float64(p.Workload.Seq)),
	}
}

// passes returns how many times its forward FLOPs a matrix of weights takes in
// a step without recompute: forward, and backward for inputs and for weights.
// Frozen weights need no gradient; those of their adapters are too small to
// count. Attention, which has no weights, always takes three.
func (p *Prepared) passes() int { return p.Workload.passes() }

func (w *Workload) passes() int {
	if w.FreezesWeights() {
		return 2
	}
	return 3
}

// Samples returns how many sequences or samples the run (or the step) has.
func (p *Prepared) Samples(plan *Plan) float64 {
	if p.Workload.Tokens > 0 {
		return float64(p.Workload.Tokens) / float64(p.Workload.Seq)
	}
	return float64(plan.GlobalBatch)
}
