package export

import "mlsizer/cmd/mlsizer/internal/text"

// maxTextModel is the model: its dimensions, and the block that decides how they
// are put together.
func (w *writer) maxTextModel(o *options) {
	s, a := &w.shape, w.arch
	o.add("decoder_block", a.maxText)
	o.add("base_emb_dim", s.hidden)
	o.add("base_num_query_heads", s.heads)
	o.add("base_num_kv_heads", s.kvHeads)
	o.add("base_mlp_dim", w.maxTextWidth())
	o.add("base_num_decoder_layers", s.layers)
	o.add("head_dim", s.headDim)
	o.add("vocab_size", s.vocab)
	if s.gated {
		o.add("mlp_activations", `["silu", "linear"]`)
	} else {
		o.add("mlp_activations", `["gelu"]`)
	}
	if a.positions == "learned" {
		o.add("trainable_position_size", max(w.Workload.Seq, w.Model().Context))
	} else {
		w.maxTextRotary(o)
	}
	o.add("use_qk_norm", s.qkNorm)
	o.add("attention_bias", s.qkvBias && s.gated) // the block gpt3 has its own
	o.add("logits_via_embedding", s.tied)
	o.add("enable_dropout", false)
	w.maxTextExperts(o)
	w.maxTextLatent(o)
}

// maxTextWidth is the width of dense layers; where every layer routes it is to
// equal that of experts.
// Source: AI-Hypercomputer/maxtext src/maxtext/configs/types.py:3895-3911.
func (w *writer) maxTextWidth() int64 {
	if s := &w.shape; s.moe != nil && s.denseLayers == 0 {
		return s.moe.Width
	}
	return w.shape.ffn
}

func (w *writer) maxTextRotary(o *options) {
	base := w.arch.base
	if base == openBase { // no number, which the config refuses
		base = "ROTARY_BASE"
		w.leave(text.RotaryBaseOpen)
	}
	o.add("rope_max_timescale", base)
	switch {
	case w.arch.positions == "yarn":
		o.add("rope_type", "yarn")
		o.add("rope_factor", w.arch.scaling)
	case w.arch.scaling != "":
		o.add("rope_type", "llama3.1")
	}
}

func (w *writer) maxTextExperts(o *options) {
	s := &w.shape
	m := s.moe
	if m == nil {
		return
	}
	o.add("num_experts", m.Experts)
	o.add("num_experts_per_tok", m.TopK)
	o.add("base_moe_mlp_dim", m.Width)
	if s.qkNorm {
		o.add("norm_topk_prob", true)
	}
	if c := w.Workload.Routing.Capacity; c > 0 {
		o.add("capacity_factor", decimal(c))
	}
	if m.SharedWidth > 0 {
		o.add("shared_experts", m.SharedWidth/m.Width)
	}
	if s.denseLayers > 0 {
		o.add("first_num_dense_layers", s.denseLayers)
	}
	if w.arch.score == "sigmoid" {
		o.add("routed_score_func", w.arch.score)
		o.add("routed_scaling_factor", w.arch.topKScale)
		o.add("routed_bias", m.CorrectionBias)
	}
	if m.RouteGroups > 0 {
		o.add("n_routing_groups", m.RouteGroups)
		o.add("topk_routing_group", m.RouteLimit)
	}
}

func (w *writer) maxTextLatent(o *options) {
	m := w.shape.mla
	if m == nil {
		return
	}
	o.add("attention_type", "mla")
	o.add("q_lora_rank", m.QRank)
	o.add("kv_lora_rank", m.KVRank)
	o.add("qk_nope_head_dim", m.NopeDim)
	o.add("qk_rope_head_dim", m.RopeDim)
	o.add("v_head_dim", m.ValDim)
}
