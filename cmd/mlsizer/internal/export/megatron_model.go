package export

import (
	"fmt"
	"strings"
)

// megatronModel is the model: its dimensions, and what they leave open.
// Source: NVIDIA/Megatron-LM megatron/training/arguments.py:2397 (learned
// positions), megatron/core/transformer/transformer_config.py:188 (dropout 0.1)
// are the defaults.
func (w *writer) megatronModel(o *options) {
	s := &w.shape
	o.add("num-layers", s.layers)
	o.add("hidden-size", s.hidden)
	if s.ffn > 0 {
		o.add("ffn-hidden-size", s.ffn)
	} else {
		o.add("ffn-hidden-size", s.moe.Width) // every layer routes: no dense one has a width
	}
	o.add("num-attention-heads", s.heads)
	w.megatronAttention(o)
	w.megatronPositions(o)
	for _, is := range []struct {
		so   bool
		name string
	}{{s.gated, "swiglu"}, {!s.bias, "disable-bias-linear"}, {!s.bias && s.qkvBias, "add-qkv-bias"}, {s.qkNorm, "qk-layernorm"}, {!s.tied, "untie-embeddings-and-output-weights"}} {
		if is.so {
			o.add(is.name, "")
		}
	}
	if s.rms {
		o.add("normalization", "RMSNorm")
	}
	o.add("attention-dropout", "0.0")
	o.add("hidden-dropout", "0.0")
	o.add("vocab-size", s.vocab)
	w.megatronExperts(o)
}

// megatronAttention is latent or grouped attention.
func (w *writer) megatronAttention(o *options) {
	s := &w.shape
	if s.mla == nil {
		if s.kvHeads < s.heads {
			o.add("group-query-attention", "")
			o.add("num-query-groups", s.kvHeads)
		}
		o.add("kv-channels", s.headDim)
		if s.window > 0 {
			o.add("window-size", fmt.Sprintf("(%d,0)", s.window-1))
		}
		return
	}
	o.add("multi-latent-attention", "")
	if s.mla.QRank > 0 {
		o.add("q-lora-rank", s.mla.QRank)
	}
	o.add("kv-lora-rank", s.mla.KVRank)
	o.add("qk-head-dim", s.mla.NopeDim)
	o.add("qk-pos-emb-head-dim", s.mla.RopeDim)
	o.add("v-head-dim", s.mla.ValDim)
	o.add("qk-layernorm", "") // of the latents
}

// megatronPositions is how positions are told apart.
func (w *writer) megatronPositions(o *options) {
	a := w.arch
	if a.positions == "learned" {
		o.add("position-embedding-type", "learned_absolute")
		return
	}
	o.add("position-embedding-type", "rope")
	o.add("rotary-base", a.base)
	switch {
	case a.positions == "yarn":
		o.add("rope-type", "yarn")
		o.add("rotary-scaling-factor", a.scaling)
	case a.scaling != "":
		o.add("use-rope-scaling", "")
		o.add("rope-scaling-factor", a.scaling)
	}
}

// megatronExperts is the mixtures of experts and their router.
func (w *writer) megatronExperts(o *options) {
	m := w.shape.moe
	if m == nil {
		return
	}
	o.add("num-experts", m.Experts)
	o.add("moe-router-topk", m.TopK)
	o.add("moe-ffn-hidden-size", m.Width)
	if m.SharedWidth > 0 {
		o.add("moe-shared-expert-intermediate-size", m.SharedWidth)
	}
	if m.SharedGate {
		o.add("moe-shared-expert-gate", "")
	}
	w.megatronRouter(o)
	if f := layerFrequency(w.shape.sparse); f != "" {
		o.add("moe-layer-freq", f)
	}
	o.add("moe-grouped-gemm", "")
	o.add("moe-token-dispatcher-type", "alltoall")
	if c := w.Workload.Routing.Capacity; c > 0 {
		o.add("moe-expert-capacity-factor", c)
		o.add("moe-pad-expert-input-to-capacity", "")
	}
}

// megatronRouter is how experts are chosen and weighed. The softmax is over the
// chosen ones by default, which one expert leaves no gradient.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/transformer_config.py:2660-2692.
func (w *writer) megatronRouter(o *options) {
	m := w.shape.moe
	o.add("moe-router-score-function", w.arch.score)
	if m.CorrectionBias {
		o.add("moe-router-enable-expert-bias", "")
	}
	if m.RouteGroups > 0 {
		o.add("moe-router-num-groups", m.RouteGroups)
		o.add("moe-router-group-topk", m.RouteLimit)
	}
	if w.arch.topKScale != "" {
		o.add("moe-router-topk-scaling-factor", w.arch.topKScale)
	}
	if m.TopK == 1 && w.arch.score == "softmax" {
		o.add("moe-router-pre-softmax", "")
	}
}

// layerFrequency spells which layers route: ([0]*3+[1]*58); "" is all of them.
func layerFrequency(sparse []bool) string {
	var runs []string
	for i := 0; i < len(sparse); {
		n := 1
		for i+n < len(sparse) && sparse[i+n] == sparse[i] {
			n++
		}
		if n == len(sparse) {
			return ""
		}
		digit := map[bool]int{true: 1}[sparse[i]]
		runs = append(runs, fmt.Sprintf("[%d]*%d", digit, n))
		i += n
	}
	return "(" + strings.Join(runs, "+") + ")"
}
