package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Quantity is the quantity that a measurement is of.
type Quantity string

// The quantities that rows are scored on.
const (
	StepSeconds Quantity = "step_seconds"
	PeakMemory  Quantity = "peak_mem_gib"
	DeviceHours Quantity = "device_hours"
)

// Predictor predicts rows with a catalogue, a hardware catalogue and a set of
// constants.
type Predictor struct {
	Resolve   Resolve
	Hardware  *hardware.Catalog
	Constants *train.Constants // nil: the embedded ones
	// Stack replaces the known stack of its name, unless it is nil.
	Stack *train.Stack

	answers map[string]runAnswer // of the runs of one validation; nil caches none
}

// Setup is a row that is ready to evaluate.
type Setup struct {
	Row      *Row
	Prepared *train.Prepared
	Plan     train.Plan
	// LastStage says that the memory is that of the last pipeline stage.
	LastStage bool
}

// unknownDevice replaces the unknown device of a row with a measured memory: it
// supports every precision, and memory does not depend on it.
const unknownDevice = "h100-sxm5-80gb"

// Setup prepares the model and the plan of a row, or returns an error that says
// which part of the row is not supported.
func (p *Predictor) Setup(r *Row) (*Setup, error) {
	if r.Fault != nil {
		return nil, r.Fault
	}
	r = r.asPublished()
	m, err := r.model(p.Resolve)
	if err != nil {
		return nil, err
	}
	device := r.Device
	if device == "" {
		if r.StepSeconds > 0 || r.TokensPerSecond > 0 || r.TFLOPs > 0 {
			return nil, note.NewError("row.no-device")
		}
		device = unknownDevice
	}
	d, err := p.Hardware.Find(device)
	if err != nil {
		return nil, err
	}
	stack, err := r.findStack(d)
	if err != nil {
		return nil, err
	}
	if p.Stack != nil && p.Stack.Name == stack.Name {
		stack = p.Stack
	}
	stack = stack.At(r.dated(stack, d))
	further := r.Method == "" && stack.FurtherTokens && len(m.Further) > 0 && (r.Layers == 0 || int(r.Layers) == m.Layers())
	if further {
		m = m.Pretrained()
	}
	plan, err := r.plan(stack)
	if err != nil {
		return nil, err
	}
	perNode := cmp.Or(r.DevicesPerNode, d.DevicesPerNode, 1)
	options := []hardware.Option{hardware.Network{
		DevicesPerNode: r.DevicesPerNode, ScaleOut: quantity.Bandwidth(r.InternodeGbit / 8 * 1e9 / float64(perNode)),
	}.Set}
	if slice, ok := r.slice(d, plan.Devices()); ok {
		options = append(options, hardware.WithSlice(slice))
	}
	cluster, err := hardware.NewCluster(d, plan.Devices(), options...)
	if err != nil {
		return nil, err
	}
	w, err := r.workload(plan)
	if err != nil {
		return nil, err
	}
	r.magnitudes(m, &w)
	prepared, err := train.Prepare(m, w, r.stack(stack, d), cluster)
	if err != nil {
		return nil, err
	}
	if p.Constants != nil {
		prepared.SetConstants(p.Constants)
	}
	if further {
		balance(prepared, &plan)
	}
	switch {
	case r.Recompute != "" || plan.Recompute != train.NoRecompute:
	case r.Method == "" && stack.Reporting.SelectiveBelow > 0:
		if plan.Recompute = train.Selective; m.Params() >= stack.Reporting.SelectiveBelow {
			plan.Recompute = train.FullRecompute
		}
	case r.Method == "":
		plan.Recompute, plan.Modules = leastRecompute(prepared, plan)
	case r.recipe().Recompute:
		plan.Recompute = recomputeUnlessRoom(prepared, plan)
	}
	return &Setup{Row: r, Prepared: prepared, Plan: plan, LastStage: r.LastStage || r.bridge()}, nil
}

// dated returns the row's release, with the month that figures of the stack have
// where the row states none and its device existed then.
func (r *Row) dated(s *train.Stack, d *hardware.Device) string {
	undated := s.Reporting.Undated
	if undated == "" || train.Dated(r.Release) || fmt.Sprint(d.Year) > undated {
		return r.Release
	}
	return r.Release + " " + undated
}

// findStack returns the stack that the row names, or the default for its
// method: PEFT for adapters.
func (r *Row) findStack(d *hardware.Device) (*train.Stack, error) {
	if r.Stack != "" {
		return train.ParseStack(r.Stack)
	}
	switch tunes, frozen := r.tuning(); {
	case frozen:
		return train.FindStack("transformers-peft")
	case tunes:
		return train.FindStack("deepspeed")
	}
	return train.DefaultStack(d), nil
}

// cheapModules are the modules that runs with too little memory recompute
// first, since their recompute takes almost no FLOPs.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/transformer_config.py
// (recompute_modules: layernorm, moe_act and mla_up_proj are output-discarding).
var cheapModules = model.Modules(0).With(model.NormModule).With(model.MoEActModule).With(model.UpProjection)

// leastRecompute returns the least recompute with which the plan may fit its
// device, by the lower end of the memory's band: a published run has fitted.
func leastRecompute(p *train.Prepared, plan train.Plan) (train.Recompute, model.Modules) {
	var modules model.Modules
	if p.Stack().FusedAttention && !p.Stack().SelectiveOps {
		modules = cheapModules
	}
	for _, mode := range []train.Recompute{train.NoRecompute, train.Selective} {
		plan.Recompute = mode
		if mode == train.Selective {
			plan.Modules = modules
		}
		if e, err := p.Evaluate(&plan); err != nil || e.Memory.Low <= e.Memory.Device {
			return mode, plan.Modules
		}
	}
	if p.Stack().SelectiveOps {
		return train.FullRecompute, 0
	}
	// Recompute of more modules would save more memory, in less time than full
	// recompute.
	return train.Selective, modules
}

// bridge reports whether the row ran in Megatron-Bridge, whose last rank prints
// its memory and whose performance recipes reduce gradients in bf16.
// Source: NVIDIA-NeMo/Megatron-Bridge src/megatron/bridge/training/utils/train_utils.py
// (training_log), scripts/performance (grad_reduce_in_fp32 off).
func (r *Row) bridge() bool { return strings.Contains(r.Release, "Megatron-Bridge") }

// slice returns the shape of a torus slice if the row states the number of
// slices.
func (r *Row) slice(d *hardware.Device, devices int) (hardware.Shape, bool) {
	if r.Slices < 1 || devices%r.Slices != 0 || d.Torus == nil {
		return hardware.Shape{}, false
	}
	shape, err := d.Torus.Shape(devices / r.Slices)
	return shape, err == nil
}

// stack returns the stack as the row ran it: attention and dropout may differ
// from the default.
func (r *Row) stack(s *train.Stack, d *hardware.Device) *train.Stack {
	c := *s
	switch r.Attention {
	case "flash", "fused":
		c.FusedAttention = true
	case "unfused":
		c.FusedAttention = false
	}
	c.Variant = train.Variant{
		Release: r.Release, Recipe: r.PrecisionDetail, Compile: r.Compile, AsyncTP: r.AsyncTP}
	if r.FP32Accumulation {
		c.GradientBytes += 4 // besides those in the compute precision
	}
	if r.bridge() {
		c.GradientBytes, c.StepGradientBytes = 2, 4
	}
	if r.Compile {
		c.Eager = false
	} else if s.Reporting.CompiledIfStated {
		if c.Eager = true; c.Loss == train.FusedLoss {
			c.Loss = train.PlainLoss // a compiler fuses it
		}
	}
	if r.Packed {
		c.VaryingReserved = 0
	}
	if r.pagedUpdate() {
		c.FusedUpdate, c.OffloadOptimizer = true, true
	}
	opt := r.Options
	switch {
	case opt.on("cross-entropy-loss-fusion") && opt["cross-entropy-fusion-impl"] != "te":
		c.Loss = r.compiledLoss(d)
	case opt.on("cross-entropy-loss-fusion"):
		c.Loss = train.FusedLoss
	}
	if r.launched() {
		r.launch(opt, &c)
	}
	return &c
}

// plan reads the row's layout; open dimensions follow from the number of
// devices.
func (r *Row) plan(s *train.Stack) (train.Plan, error) {
	one := func(n int) int { return max(n, 1) }
	p := train.Plan{TP: one(r.TP), PP: one(r.PP), VP: one(r.VP), CP: one(r.CP), EP: one(r.EP), DP: r.DP, MicroBatch: int(max(r.MicroBatch, 1)), GlobalBatch: r.GlobalBatch}
	if p.DP == 0 {
		p.DP = max(r.Devices/(p.TP*p.PP*p.CP), 1)
	}
	if r.Devices > 0 && p.Devices() != r.Devices {
		return p, note.NewError("row.layout-of-other-devices", p.TP, p.PP, p.CP, p.DP, r.Devices)
	}
	tuning, frozen := r.tuning()
	if p.GlobalBatch == 0 {
		p.GlobalBatch = int64(p.DP) * int64(p.MicroBatch)
		if tuning {
			p.GlobalBatch *= 8 // recipes accumulate gradients
		}
	}
	var err error
	p.Sharding = s.Sharding
	if tuning && p.DP > 1 && slices.Contains(s.Shardings, train.Zero3) && (!frozen || r.recipe().ShardsFrozen) {
		// Full fine-tuning on several devices shards; each device stores all
		// frozen weights unless the recipe shards them too.
		p.Sharding = train.Zero3
	}
	if r.Sharding != "" {
		if p.Sharding, err = train.ParseSharding(r.Sharding); err != nil {
			return p, err
		}
	}
	opt := r.Options
	if p, err = r.recompute(opt, p); err != nil {
		return p, err
	}
	r.adaptBatch(s, &p)
	r.offloads(s, &p)
	p.SequenceParallel = p.TP > 1 && s.SequenceParallel
	if r.SP != nil {
		p.SequenceParallel = *r.SP && p.TP > 1
	}
	return p, r.launchPlan(opt, &p)
}

// adaptBatch converts the row's batch from its stack's convention.
func (r *Row) adaptBatch(s *train.Stack, p *train.Plan) {
	if s.Reporting.BatchPerDevice && r.GlobalBatch > 0 && p.PP == 1 && p.GlobalBatch%int64(p.DP) == 0 {
		p.MicroBatch = int(p.GlobalBatch / int64(p.DP))
	}
	if s.Reporting.CutsBatch && p.PP > 1 {
		if p.MicroBatches() == 1 && p.MicroBatch%p.PP == 0 {
			p.MicroBatch /= p.PP
		}
		if r.VP == 0 && strings.Contains(strings.ToLower(r.Schedule), "interleaved") {
			p.VP = 2
		}
	}
}

// workload reads the row's workload.
func (r *Row) workload(p train.Plan) (train.Workload, error) {
	if r.SeqLen == 0 {
		return train.Workload{}, note.NewError("row.no-sequence-length")
	}
	w := train.Workload{Seq: r.SeqLen, Batch: p.GlobalBatch, PUE: 1, Loss: r.Loss, States: r.States}
	if r.Precision != "" {
		precision, err := train.ParsePrecision(r.Precision)
		if err != nil {
			return w, err
		}
		w.Precision = precision
	}
	if w.Optimizer = r.optimizer(); r.pagedUpdate() {
		w.Optimizer = train.Adam8bit
	}
	if err := r.launchWorkload(r.Options, &w); err != nil {
		return w, err
	}
	return w, r.method(&w)
}

// Predict evaluates the row.
func (s *Setup) Predict() (train.Estimate, error) {
	e, err := s.Prepared.Evaluate(&s.Plan)
	if err != nil {
		return e, err
	}
	if s.LastStage {
		e.Memory = s.Prepared.StageMemory(&s.Plan, s.Plan.PP-1)
	}
	return e, nil
}

// memory returns the value that the row's definition measures, in GiB.
func (r *Row) memory(m *train.Memory) float64 {
	b := m.Allocated
	switch {
	case r.MemDefinition == "reserved":
		b = m.Reserved
	case r.MemDefinition == "driver":
		b = m.Total
	}
	return float64(b) / (1 << 30)
}

// measuredStep returns the row's step time in seconds, from any figure of the
// source; TFLOP/s are converted by their stated convention.
func (s *Setup) measuredStep(e *train.Estimate) (float64, error) {
	r := s.Row
	tokens := float64(s.Plan.GlobalBatch) * float64(r.SeqLen)
	devices := float64(s.Plan.Devices())
	switch {
	case r.StepSeconds > 0:
		return r.StepSeconds, nil
	case r.TokensPerSecond > 0:
		return tokens / (r.TokensPerSecond * devices), nil
	case r.TFLOPs > 0:
		var flops quantity.FLOPs
		switch r.Convention {
		case "model-full-attention":
			flops = e.Compute.Model
		case "model-causal":
			flops = e.Compute.Megatron
		case "hardware-full-attention":
			flops = e.Compute.Hardware
		default:
			return 0, note.NewError("row.unknown-convention", r.Convention)
		}
		return float64(flops) / (r.TFLOPs * 1e12 * devices), nil
	}
	return 0, note.NewError("row.no-rate")
}
