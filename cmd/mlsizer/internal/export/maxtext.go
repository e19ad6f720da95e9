package export

import (
	"strconv"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// maxText is keys of a config on top of base.yml.
func (w *writer) maxText() Result {
	p := &w.plan
	var o options
	w.maxTextModel(&o)
	if p.PP > 1 {
		o.add("per_device_batch_size", decimal(float64(p.GlobalBatch)/float64(w.Cluster.Count)))
		o.add("num_pipeline_microbatches", p.MicroBatches())
		o.add("num_pipeline_repeats", p.VP)
		if n := p.PP * p.VP; w.dims.layers%n == 0 {
			o.add("num_layers_per_pipeline_stage", w.dims.layers/n)
		} else {
			w.leave(text.StagesDivideEvenly, w.dims.layers, n)
		}
	} else {
		o.add("per_device_batch_size", decimal(float64(p.MicroBatch)/float64(p.TP*p.CP)))
		o.add("gradient_accumulation_steps", p.MicroBatches())
	}
	o.add("max_target_length", w.Workload.Seq)
	if n := w.steps(); n > 0 {
		o.add("steps", n)
	}
	o.add("dtype", w.dtype())
	if w.Workload.States.Weights == train.BF16State {
		o.add("weight_dtype", "bfloat16")
	} else {
		o.add("weight_dtype", "float32")
	}
	if w.Workload.Precision == train.FP8 {
		o.add("quantization", "fp8")
	}
	w.maxTextMesh(&o)
	if p.RecomputeLayers > 0 {
		w.leave(text.PolicyOfEveryLayer, p.RecomputeName())
	}
	switch p.Recompute {
	case train.FullRecompute:
		o.add("remat_policy", "full")
	case train.Selective:
		o.add("remat_policy", "minimal")
	default:
		o.add("remat_policy", "custom")
		o.add("decoder_layer_input", "device")
		w.leave(text.CustomPolicy)
	}
	o.add("optimizer_memory_host_offload", p.OffloadOptimizer)
	if p.OffloadInputs {
		o.add("decoder_layer_input", "offload")
	}
	if p.OffloadParams {
		w.leave(text.NoWeightOffload)
	}
	if w.Workload.Optimizer == train.AdamW {
		o.add("opt_type", "adamw")
	} else {
		w.leave(text.OptimizerNotSaid, w.Workload.Optimizer)
	}
	if p.Sharding == train.Zero1 || p.Sharding == train.Zero2 {
		w.leave(text.FSDPShardsWeights, p.Sharding)
	}
	w.parallelDimensions("tp", "pp", "vp", "cp", "ep")
	return Result{Text: lines(o), Upstream: "AI-Hypercomputer/maxtext@e591f30", Comments: true}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func (w *writer) maxTextModel(o *options) {
	s := &w.dims
	if s.heads == 0 || s.other {
		w.leave(text.GiveModelName, w.Model().Name)
		return
	}
	o.add("base_emb_dim", s.hidden)
	o.add("base_num_query_heads", s.heads)
	o.add("base_num_kv_heads", s.kvHeads)
	if s.ffn > 0 {
		o.add("base_mlp_dim", s.ffn)
	}
	o.add("base_num_decoder_layers", s.layers)
	o.add("head_dim", s.headDim)
	o.add("vocab_size", s.vocab)
	if s.gated {
		o.add("mlp_activations", `["silu", "linear"]`)
	}
	if s.moe != nil {
		o.add("num_experts", s.moe.Experts)
		o.add("num_experts_per_tok", s.moe.TopK)
		o.add("base_moe_mlp_dim", s.moe.Width)
	}
	if s.mla != nil {
		o.add("attention_type", "mla")
		w.leave(text.LatentRanks)
	}
	if s.mixed {
		w.leave(text.LayersDiffer, w.Model().Name)
	}
}

// maxTextMesh spreads the axes over the fast links first (ici) and the network
// between slices or nodes after (dcn).
func (w *writer) maxTextMesh(o *options) {
	p := &w.plan
	ranks := p.DP
	if p.DP%p.EP == 0 {
		ranks = p.DP / p.EP
	} else {
		w.leave(text.ExpertsDivideData, p.EP, p.DP)
	}
	fsdp, data := 1, ranks
	if p.Sharding == train.Zero3 {
		fsdp, data = ranks, 1
		g := w.ShardRanks(p)
		if g == p.DP*p.CP {
			g = p.ShardGroup
		}
		if g > 0 && g%(p.CP*p.EP) == 0 {
			fsdp = g / (p.CP * p.EP)
			data = ranks / fsdp
		} else if g > 0 {
			w.leave(text.ShardGroupOfBoth, g)
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
