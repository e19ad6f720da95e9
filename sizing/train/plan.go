package train

import (
	"fmt"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Sharding says which states data-parallel ranks divide.
type Sharding uint8

// The stages of the ZeRO paper (arXiv:1910.02054); FSDP's full shard is Zero3,
// Megatron's distributed optimizer is Zero1.
const (
	NoSharding Sharding = iota
	Zero1               // optimizer state
	Zero2               // and gradients
	Zero3               // and weights
	numShardings
)

var shardingNames = [numShardings]string{"none", "zero1", "zero2", "zero3"}

// String returns the name: none, zero1, zero2 or zero3.
func (s Sharding) String() string {
	if s < numShardings {
		return shardingNames[s]
	}
	return fmt.Sprintf("Sharding(%d)", uint8(s))
}

// MarshalText writes the name.
func (s Sharding) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSharding reads a sharding; "fsdp" is zero3, "distributed-optimizer" is
// zero1.
func ParseSharding(s string) (Sharding, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "fsdp", "fsdp2":
		return Zero3, nil
	case "distributed-optimizer":
		return Zero1, nil
	}
	return quantity.ByName(s, "sharding", numShardings, Sharding.String)
}

// Recompute says which activations the backward pass recomputes.
type Recompute uint8

// The modes. Selective drops the core of attention (arXiv:2205.05198 section
// 5); full saves only each layer's input.
const (
	NoRecompute Recompute = iota
	Selective
	FullRecompute
	numRecomputes
)

var recomputeNames = [numRecomputes]string{"none", "selective", "full"}

// String returns the name: none, selective or full.
func (r Recompute) String() string {
	if r < numRecomputes {
		return recomputeNames[r]
	}
	return fmt.Sprintf("Recompute(%d)", uint8(r))
}

// MarshalText writes the name.
func (r Recompute) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Plan is how a training step is laid out on the devices.
type Plan struct {
	TP int `json:"tp"` // tensor parallel
	PP int `json:"pp"` // pipeline stages
	VP int `json:"vp"` // virtual stages (model chunks) per device
	CP int `json:"cp"` // context parallel
	EP int `json:"ep"` // expert parallel, inside DP x CP (x TP / ETP)
	DP int `json:"dp"` // data parallel
	// ETP is the tensor parallelism inside an expert; 0 means TP.
	ETP int `json:"etp,omitempty"`
	// FirstLayers and LastLayers fix the number of layers of the first and the
	// last pipeline stage, or of model chunk with virtual stages; 0 distributes
	// them evenly.
	FirstLayers int `json:"first_stage_layers,omitempty"`
	LastLayers  int `json:"last_stage_layers,omitempty"`
	// ShardGroup is how many of the DP x CP ranks divide a sharded state. The
	// groups are replicas of each other (hybrid sharding, arXiv:2304.11277
	// section 3.2.2). 0 means all ranks, or under Zero3 on several slices of a
	// torus all ranks of one slice.
	ShardGroup int `json:"shard_group,omitempty"`
	// OffloadOptimizer keeps the optimizer state in host memory and streams it
	// through the device in the optimizer step.
	OffloadOptimizer bool `json:"offload_optimizer,omitempty"`
	// OffloadParams keeps the sharded weights in host memory and reads them
	// back layer by layer. Some stacks then offload gradients and optimizer
	// state too.
	OffloadParams bool `json:"offload_params,omitempty"`
	// OffloadInputs keeps the layer inputs that full recompute saves in host
	// memory.
	OffloadInputs bool `json:"offload_inputs,omitempty"`
	// SequenceParallel divides along the sequence what tensor parallelism does
	// not divide.
	SequenceParallel bool      `json:"sequence_parallel"`
	Sharding         Sharding  `json:"sharding"`
	MicroBatch       int       `json:"micro_batch"`  // sequences
	GlobalBatch      int64     `json:"global_batch"` // sequences
	Recompute        Recompute `json:"recompute"`
	// RecomputeMethod and RecomputeLayers limit full recompute to some layers,
	// or set units of several.
	RecomputeMethod RecomputeMethod `json:"recompute_method,omitempty"`
	RecomputeLayers int             `json:"recompute_layers,omitempty"`
	// Modules is the modules that selective recompute drops; 0 means the core
	// of attention.
	Modules model.Modules `json:"recompute_modules,omitempty"`
	// Offload is the modules whose activations are kept in host memory.
	Offload model.Modules `json:"offload_modules,omitempty"`
}

// dropped returns the modules that selective recompute drops.
func (p *Plan) dropped() model.Modules {
	switch {
	case p.Recompute != Selective:
		return 0
	case p.Modules == 0:
		return model.Modules(0).With(model.CoreAttention)
	}
	return p.Modules
}

// Devices returns the number of devices the plan uses.
func (p *Plan) Devices() int { return p.TP * p.PP * p.CP * p.DP }

// indivisor is the field of the first dimension that does not divide n devices,
// or of the first dimension if only their product does not.
func (p *Plan) indivisor(n int) string {
	switch {
	case n%p.TP == 0 && n%p.PP != 0:
		return "pp"
	case n%p.TP == 0 && n%p.CP != 0:
		return "cp"
	}
	return "tp"
}

// expertTP returns the tensor parallelism inside an expert.
func (p *Plan) expertTP() int {
	if p.ETP == 0 {
		return p.TP
	}
	return p.ETP
}

// MicroBatches returns the number of micro-batches per pipeline and step.
func (p *Plan) MicroBatches() int64 {
	return p.GlobalBatch / (int64(p.DP) * int64(p.MicroBatch))
}

// String spells the plan in short form: "tp8 pp16 dp128 zero1 mb1".
func (p *Plan) String() string {
	var b strings.Builder
	for _, d := range []struct {
		name string
		n    int
	}{{"tp", p.TP}, {"pp", p.PP}, {"vp", p.VP}, {"cp", p.CP}, {"ep", p.EP}, {"dp", p.DP}} {
		if d.n > 1 {
			fmt.Fprintf(&b, "%s%d ", d.name, d.n)
		}
	}
	if p.ETP > 0 && p.ETP != p.TP {
		fmt.Fprintf(&b, "etp%d ", p.ETP)
	}
	if p.FirstLayers > 0 {
		fmt.Fprintf(&b, "first%d ", p.FirstLayers)
	}
	if p.LastLayers > 0 {
		fmt.Fprintf(&b, "last%d ", p.LastLayers)
	}
	if p.Sharding != NoSharding {
		fmt.Fprintf(&b, "%s ", p.Sharding)
	}
	if p.ShardGroup > 0 {
		fmt.Fprintf(&b, "group%d ", p.ShardGroup)
	}
	fmt.Fprintf(&b, "mb%d", p.MicroBatch)
	if p.Recompute != NoRecompute {
		fmt.Fprintf(&b, " %s-recompute", p.RecomputeName())
	}
	for _, offload := range [3]struct {
		on   bool
		what string
	}{{p.OffloadOptimizer, "optimizer"}, {p.OffloadParams, "params"}, {p.OffloadInputs, "inputs"}} {
		if offload.on {
			fmt.Fprintf(&b, " %s-offload", offload.what)
		}
	}
	return b.String()
}

// Workload is the training run of a model.
type Workload struct {
	// Tokens is the length of the run: tokens, or samples for a model that does
	// not read tokens. 0 estimates a step only.
	Tokens quantity.Tokens
	// Distinct is the size of the dataset, which the run may read several
	// times; 0 is Tokens.
	Distinct quantity.Tokens
	// Seq is the sequence length in tokens; 1 for a model that does not read
	// tokens.
	Seq int64
	// Batch is the global batch in sequences (or samples).
	Batch     int64
	Precision Precision
	Optimizer Optimizer
	Method    Method
	// Adapter is the LoRA of Method LoRA and QLoRA.
	Adapter Adapter
	// States are the formats of weights, gradients and optimizer state that
	// differ from the stack's defaults.
	States States
	// Loss is the implementation of the cross-entropy; empty is the stack's
	// default.
	Loss Loss
	// Routing is how tokens are distributed over experts.
	Routing Routing
	// MFU sets the model FLOPs utilisation, by Convention, instead of
	// predicting the step time; 0 predicts. The MFU of the estimate is by
	// Convention too.
	MFU        float64
	Convention Convention
	// CheckpointsKept is the number of full checkpoints in storage.
	CheckpointsKept int
	// PricePerHour overrides the catalogue price in dollars per device-hour; 0
	// uses the catalogue.
	PricePerHour quantity.USD
	// NVMe is the bandwidth of the disks with offloaded state, per device and
	// direction; 0 keeps that state in host memory.
	NVMe quantity.Bandwidth
	// PUE is the facility's power over its computing power.
	PUE float64
	// Region is the source of the run's energy; nil leaves CO2 out.
	Region *hardware.Region
}

// check returns an error unless the plan's dimensions agree with the model,
// the batch and the cluster, and the layout with the framework's rules; those of
// the state are [Prepared.Check]'s. It allocates only for the error.
func (p *Prepared) check(plan *Plan) error {
	switch {
	case plan.TP < 1 || plan.PP < 1 || plan.VP < 1 || plan.CP < 1 || plan.EP < 1 || plan.DP < 1:
		return note.FieldError("tp", "layout.dimension-below-one", plan.TP, plan.PP, plan.VP, plan.CP, plan.EP, plan.DP)
	case plan.GlobalBatch > model.MaxDim:
		return note.FieldError("batch", "batch.out-of-range", plan.GlobalBatch, int64(model.MaxDim))
	case plan.MicroBatch < 1 || plan.GlobalBatch < 1:
		return note.FieldError("micro-batch", "batch.below-one", plan.MicroBatch, plan.GlobalBatch)
	case plan.GlobalBatch%(int64(plan.DP)*int64(plan.MicroBatch)) != 0:
		return note.FieldError("batch", "batch.must-divide-into-micro-batches", plan.GlobalBatch, plan.DP, plan.MicroBatch)
	}
	c := p.profile
	switch {
	case plan.TP > 1 && c.tpUnit == 0:
		return note.FieldError("tp", "layout.no-heads-to-divide", plan.TP, c.model.Name)
	case plan.TP > 1 && c.tpUnit%int64(plan.TP) != 0:
		return note.FieldError("tp", "layout.tp-must-divide-heads", plan.TP, c.tpUnit)
	case plan.Devices() < p.Cluster.Count && p.Cluster.Count%(plan.TP*plan.PP*plan.CP) != 0:
		return note.FieldError(plan.indivisor(p.Cluster.Count), "layout.must-divide-devices", plan.TP, plan.PP, plan.CP, p.Cluster.Count)
	case plan.Devices() != p.Cluster.Count:
		return note.FieldError("dp", "layout.must-use-all-devices", plan.TP, plan.PP, plan.CP, plan.DP, plan.Devices(), p.Cluster.Count)
	case plan.PP*plan.VP > c.layers:
		return note.FieldError("pp", "layout.more-chunks-than-layers", plan.PP, plan.VP, c.layers)
	case plan.VP > 1 && plan.PP == 1:
		return note.FieldError("vp", "layout.vp-needs-stages", plan.VP)
	case !plan.layersFit(c.layers):
		return note.FieldError("pp", "layout.first-and-last-leave-too-few", plan.FirstLayers, plan.LastLayers, c.layers, plan.PP, plan.VP)
	case plan.CP > 1 && !c.model.PerToken():
		return note.FieldError("cp", "layout.no-sequence-to-divide", plan.CP, c.model.Name)
	case plan.CP > 1 && p.Workload.Seq%int64(2*plan.CP) != 0:
		return note.FieldError("cp", "layout.cp-must-divide-sequence", plan.CP, p.Workload.Seq, 2*plan.CP)
	case plan.EP > 1 && c.experts == 0:
		return note.FieldError("ep", "layout.no-experts-to-divide", plan.EP, c.model.Name)
	case plan.EP > 1 && c.experts%int64(plan.EP) != 0:
		return note.FieldError("ep", "layout.ep-must-divide-experts", plan.EP, c.experts)
	case plan.ETP < 0 || plan.TP%plan.expertTP() != 0:
		return note.FieldError("etp", "layout.etp-must-divide-tp", plan.ETP, plan.TP)
	case plan.ETP > 1 && c.experts == 0:
		return note.FieldError("etp", "layout.no-experts-for-etp", plan.ETP, c.model.Name)
	case plan.DP*plan.CP*plan.TP%(plan.EP*plan.expertTP()) != 0:
		return note.FieldError("ep", "layout.ep-must-divide-ranks", plan.EP, plan.DP, plan.CP)
	case plan.SequenceParallel && plan.TP == 1:
		return note.FieldError("sp", "layout.sequence-parallel-needs-tp")
	}
	if err := p.checkRules(c.rules.layout, plan); err != nil {
		return err
	}
	return p.checkState(plan)
}

// layersFit reports whether every model chunk gets a layer and every layer a
// chunk, with the first and last stages that the plan fixes.
func (p *Plan) layersFit(layers int) bool {
	first, last := p.FirstLayers, p.LastLayers
	if first == 0 && last == 0 {
		return true
	}
	if first < 0 || last < 0 || p.PP < 2 {
		return false
	}
	open, rest := p.PP*p.VP, layers-first-last
	for _, fixed := range [2]int{first, last} {
		if fixed > 0 {
			open--
		}
	}
	return rest >= open && (open > 0 || rest == 0)
}

// checkState returns an error unless the stack supports the plan's recompute,
// sharding and offloading.
func (p *Prepared) checkState(plan *Plan) error {
	g := plan.ShardGroup
	if err := p.checkRecompute(plan); err != nil {
		return err
	}
	switch {
	case g < 0 || g == 1:
		return note.FieldError("shard-group", "layout.shard-group-too-small", g)
	case g > 0 && plan.Sharding == NoSharding:
		return note.FieldError("shard-group", "layout.shard-group-needs-sharding", g)
	case g > 0 && plan.DP*plan.CP%g != 0:
		return note.FieldError("shard-group", "layout.shard-group-must-divide-ranks", g, plan.DP, plan.CP)
	case g > 0 && g*plan.TP%(plan.EP*plan.expertTP()) != 0:
		return note.FieldError("shard-group", "layout.ep-must-divide-shard-group", plan.EP, g)
	}
	if err := p.checkOffload(plan); err != nil {
		return err
	}
	if err := p.checkTeacher(plan); err != nil || p.Others == nil {
		return err
	}
	return p.Others.check(plan)
}

// On returns the model and workload prepared for another cluster. It returns an
// error for a device that does not support the workload's precision, and for a
// cluster of several nodes with an unknown network.
func (p Prepared) On(c hardware.Cluster) (Prepared, error) {
	rate, err := c.Device.Rate(p.Workload.Precision.Compute())
	if err != nil {
		return Prepared{}, err
	}
	var network quantity.Bandwidth
	unlinked := c.Device.ScaleUp.Bandwidth == 0 && c.Device.HostLink.Bandwidth == 0
	if c.Count > max(c.Domain(), c.DevicesPerNode) || c.Slices > 1 || unlinked && c.Count > 1 {
		if network, err = c.Network(); err != nil {
			return Prepared{}, err
		}
	}
	p.Cluster, p.rate, p.network, p.draw = c, rate, network, c.Draw()
	for i, small := range [2]bool{false, true} {
		p.memoryBands[i] = DefaultMemoryBands().Of(p.profile.stack.Name, p.profile.experts > 0, small)
	}
	p.workspace = p.profile.stack.workspace(c.Device.Arch, p.profile.experts > 0)
	p.ready()
	if p.Teacher != nil {
		var err error
		if p.Teacher, err = p.Teacher.on(c); err != nil {
			return Prepared{}, err
		}
	}
	if p.makeOthers != nil {
		var err error
		if p.Others, err = p.makeOthers(&p); err != nil {
			return Prepared{}, err
		}
	}
	return p, nil
}
