package evidence

import (
	"slices"
	"strings"

	"mlsizer/sizing"
)

// recipe is what a source's figures are of where a row states neither its
// sequence nor its batch, since the source states them once for all.
type recipe struct {
	seq, batch int64
	compile    bool
	recompute  bool // in full, unless the device has room
	shards     bool // frozen weights too
	double     bool // scales of packed weights are quantised
}

// recipes are by stack.
var recipes = map[string]recipe{
	// Assumed, the source not read again: pytorch/torchtune README.md, "Memory
	// and training speed": batch size 2 without gradient accumulation, a
	// dataset packed to sequence length 2048, and torch compile enabled;
	// recipes/configs/llama3_1 (enable_activation_checkpointing),
	// recipes/lora_finetune_distributed.py; pytorch/ao
	// torchao/dtypes/nf4tensor.py (quantized_scalers).
	"torchtune": {seq: 2048, batch: 2, compile: true, recompute: true, shards: true, double: true},
}

// asPublished returns the row with what its source states once for all rows.
func (r *Row) asPublished() *Row {
	known, ok := recipes[r.Stack]
	if !ok || r.SeqLen > 0 || r.MicroBatch > 0 || r.GlobalBatch > 0 {
		return r
	}
	c := *r
	c.SeqLen, c.MicroBatch, c.Compile = known.seq, known.batch, known.compile
	c.GlobalBatch = known.batch * int64(max(r.Devices, 1))
	return &c
}

// pagedUpdate reports whether the row's recipe applies each gradient as soon as
// it is there, with a state in 8 bits that the driver moves out of the device's
// memory: torchtune's full fine-tuning on one device.
// Assumed, the source not read again: pytorch/torchtune
// recipes/configs/llama3_1/8B_full_single_device.yaml
// (optimizer_in_bwd, bitsandbytes PagedAdamW8bit).
func (r *Row) pagedUpdate() bool {
	tunes, frozen := r.tuning()
	return r.Stack == "torchtune" && tunes && !frozen && r.Devices <= 1 && r.Optimizer == ""
}

// offloads sets what the row says that it keeps with the host.
func (r *Row) offloads(s *sizing.Stack, p *sizing.Plan) {
	if r.pagedUpdate() {
		p.OffloadOptimizer = true
	}
	away := r.CPUOffload
	for clause := range strings.SplitSeq(r.Note, ";") {
		away = away || strings.HasPrefix(strings.TrimSpace(clause), "CPU offload")
	}
	switch {
	case !away:
	case slices.Contains(s.Away, sizing.AwayParams) && p.Sharding == sizing.Zero3:
		p.OffloadParams = true
	case s.OffloadOptimizer:
		p.OffloadOptimizer = true
	}
}

// room is the share of a device that a published run without recompute left
// free: larger devices than a recipe needs are listed to show its speed.
const room = 0.15

// unlessRoom is full recompute unless the plan fits with room to spare without.
func unlessRoom(p *sizing.Prepared, plan sizing.Plan) sizing.Recompute {
	if e, err := p.Evaluate(&plan); err != nil || e.Memory.Total <= (1-room)*e.Memory.Device {
		return plan.Recompute
	}
	return sizing.FullRecompute
}
