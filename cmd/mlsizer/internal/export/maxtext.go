package export

import (
	"strconv"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/train"
)

// maxText is keys of a config on top of base.yml.
func (w *writer) maxText() Result {
	var o options
	w.maxTextModel(&o)
	w.maxTextBatch(&o)
	w.maxTextTypes(&o)
	w.maxTextMesh(&o)
	w.maxTextRemat(&o)
	w.maxTextOptimizer(&o)
	return Result{Text: lines(o), Upstream: "AI-Hypercomputer/maxtext@e591f30", Comments: true}
}

func (w *writer) maxTextBatch(o *options) {
	p := &w.plan
	if p.PP > 1 {
		o.add("per_device_batch_size", decimal(float64(p.GlobalBatch)/float64(w.Cluster.Count)))
		o.add("num_pipeline_microbatches", p.MicroBatches())
		o.add("num_pipeline_repeats", p.VP)
		o.add("num_layers_per_pipeline_stage", w.shape.layers/(p.PP*p.VP))
	} else {
		o.add("per_device_batch_size", decimal(float64(p.MicroBatch)/float64(p.TP*p.CP)))
		o.add("gradient_accumulation_steps", p.MicroBatches())
	}
	o.add("max_target_length", w.Workload.Seq)
	if n := w.steps(); n > 0 {
		o.add("steps", n)
	}
	if e := w.Schedule.Evaluation; e.Every > 0 {
		o.add("eval_interval", e.Every)
		o.add("eval_steps", e.Batches)
	}
}

func (w *writer) maxTextTypes(o *options) {
	kind := "gpu"
	if w.Cluster.Device.Kind == hardware.TPU {
		kind = "tpu"
	}
	o.add("hardware", kind)
	o.add("dtype", w.dtype())
	if w.Workload.States.Weights == train.BF16State {
		o.add("weight_dtype", "bfloat16")
	} else {
		o.add("weight_dtype", "float32")
	}
	if w.Workload.Precision == train.FP8 {
		o.add("quantization", "fp8")
	}
}

// maxTextRemat is what the backward pass computes again. A plan without
// recompute takes the policy none, which base.yml does not list.
// Source: AI-Hypercomputer/maxtext src/maxtext/layers/decoders.py:346-434.
func (w *writer) maxTextRemat(o *options) {
	switch p := &w.plan; {
	case p.OffloadInputs:
		o.add("remat_policy", "custom")
		o.add("decoder_layer_input", "offload")
	case p.Recompute == train.FullRecompute:
		o.add("remat_policy", "full")
	case p.Recompute == train.Selective:
		o.add("remat_policy", "minimal")
	default:
		o.add("remat_policy", "none")
	}
}

func (w *writer) maxTextOptimizer(o *options) {
	o.add("optimizer_memory_host_offload", w.plan.OffloadOptimizer)
	o.add("opt_type", w.Workload.Optimizer)
	if s := w.plan.Sharding; s == train.Zero1 || s == train.Zero2 {
		w.leave(text.FSDPShardsWeights, s)
	}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// maxTextMesh spreads the axes over the fast links first (ici) and the network
// between slices or nodes after (dcn).
func (w *writer) maxTextMesh(o *options) {
	p := &w.plan
	ranks := p.DP / p.EP
	fsdp, data := 1, ranks
	if p.Sharding == train.Zero3 {
		fsdp, data = ranks, 1
		g := w.ShardRanks(p)
		if g == p.DP*p.CP {
			g = p.ShardGroup
		}
		if g > 0 {
			fsdp = g / (p.CP * p.EP)
			data = ranks / fsdp
		}
	}
	room := max(w.Cluster.Domain(), 1)
	slices := (w.Cluster.Count + room - 1) / room
	o.add("num_slices", slices)
	for _, axis := range []struct {
		name string
		n    int
	}{
		{"tensor_parallelism", p.TP}, {"expert_parallelism", p.EP}, {"context_parallelism", p.CP},
		{"fsdp_parallelism", fsdp}, {"pipeline_parallelism", p.PP}, {"data_parallelism", data},
	} {
		ici := gcd(axis.n, room)
		room /= ici
		o.add("ici_"+axis.name, ici)
		o.add("dcn_"+axis.name, axis.n/ici)
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
