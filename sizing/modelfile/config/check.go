package config

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/note"
)

// A key that no family asked for may be harmless (a token's number) or may say
// that the model has parts which the family's formula does not count. The
// second kind is told by its name; what is neither is reported as a warning.

// bearing are parts of key names that speak of parameters. A key with one of
// them that the family did not ask for, and that says more than "none",
// contradicts the family.
var bearing = []string{
	"expert", "moe", "lora", "mamba", "ssm", "linear_attn", "linear_num", "linear_key", "linear_value", "linear_conv",
	"cross_attention", "kv_shared", "hybrid", "block_configs", "layer_types", "layers_block_type", "attn_type", "mlp_layer",
	"index_n", "index_head", "altup", "laurel", "per_layer", "adapter", "hc_mult", "sparse_attention", "qk_norm", "qk_layernorm",
	"query_key_norm", "_bias", "bias_", "mixer", "rwkv", "latent", "hash_layers", "conv_l_cache", "conv_kernel", "double_wide",
	"k_eq_v", "output_gate", "gate_attn", "head_wise", "attn_res", "swa_num", "swa_head", "global_head", "num_global", "gated_attn",
	"attention_other", "compress_ratio", "engram", "layers_in_group", "meta_tokens", "prefix_projection", "o_groups",
	"num_key_value_heads", "num_kv_heads", "n_head_kv", "multi_query", "dense_replace", "dense_intermediate", "shared_intermediate",
	"vision_hidden", "loop", "recurrent", "retention", "dynamic_mask", "embedding_size", "project_dim", "embed_proj", "decoder_layers",
}

// unbearing are parts of key names that never add a parameter, though a bearing
// part stands beside them: of losses, of routing, of number formats.
var unbearing = []string{
	"coef", "loss", "dropout", "dtype", "eps", "jitter", "output_router", "norm_topk", "scaling", "_impl", "backend", "attention_hidden_size",
	"topk_", "per_tok", "n_group", "add_cross_attention", "capacity", "token_drop", "renormalize", "router_activation", "score_func",
	"expert_group", "ep_size", "parallel", "overlap", "time_step", "chunk_size", "_act", "logit_bias", "cross_attention_freq", "fp32", "kernels", "skip_bias",
	"grouped_gemm", "noisy_gate", "z_loss", "backbone_lora", "llm_lora", "dynamic_ntk", "biases_fusion", "bias_dropout_fusion", "rope",
	"router_bias_update", "index_topk_offset",
}

// mtpKeys count layers that predict further tokens. Checkpoints hold them, but
// no family's total does.
var mtpKeys = []string{"num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules", "mtp_num_layers", "mtp_num_nextn_predict_layers"}

// checkRest rejects the keys that contradict the family and warns of those
// that nobody understands.
func (r *reader) checkRest() {
	r.takeMTP()
	for _, f := range r.obj.fields {
		if r.used[f.name] || trivial(f.value) {
			continue
		}
		lower := strings.ToLower(f.name)
		switch part := towerOf(lower, f.value); {
		case part != "" && !harmlessName(lower):
			r.leaveOut(part)
		case harmless[f.name] || harmlessName(lower):
		case containsAny(lower, bearing) || lower == "bias":
			r.refuse(f.name, note.NewError("family.contradicted", shown(f.value), r.family))
			return
		case speaks(f.value):
			r.warn.Say("file.key-not-understood", "", r.path+clip(f.name), shown(f.value))
			r.unknown = append(r.unknown, clip(f.name))
		}
	}
}

// towerOf tells the keys that describe a part which sees or hears, where no
// family asked for them. A number alone is a size of what another key names.
func towerOf(lower string, v any) string {
	if _, isNumber := v.(number); isNumber && !strings.HasPrefix(lower, "mm_") {
		return ""
	}
	switch {
	case strings.HasPrefix(lower, "mm_tokens"):
		return ""
	case strings.HasPrefix(lower, "visual"), strings.HasPrefix(lower, "vision"), strings.HasPrefix(lower, "mm_"), strings.HasPrefix(lower, "vit_"),
		lower == "img_processor", lower == "image_tower", lower == "image_encoder", lower == "vit":
		return "vision tower"
	case strings.HasPrefix(lower, "audio"), strings.HasPrefix(lower, "speech"):
		return "audio tower"
	}
	return ""
}

// leaveOut names a part that is not counted, once.
func (r *reader) leaveOut(part string) {
	if !slices.Contains(r.left, part) {
		r.left = append(r.left, part)
	}
}

// takeMTP names multi-token-prediction layers among what is not counted.
func (r *reader) takeMTP() {
	named := false
	for _, k := range mtpKeys {
		r.used[k] = true
		v, ok := r.obj.get(k)
		if !ok {
			continue
		}
		n := r.whole(k, v, 0, maxLayers)
		if n == 0 || named {
			continue
		}
		named = true
		part := "1 multi-token-prediction layer"
		if n > 1 {
			part = fmt.Sprintf("%d multi-token-prediction layers", n)
		}
		r.left = append(r.left, part)
	}
	r.neutral("mtp_use_dedicated_embeddings", "mtp_hybrid_override_pattern", "mtp_layers_block_type", "mtp_loss_scaling_factor")
}

// trivial values say that a feature is absent.
func trivial(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case number:
		return v == "0" || v == "1" || v == "0.0" || v == "1.0" || v == "-1"
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *object:
		return len(v.fields) == 0
	}
	return false
}

// speaks reports whether an unknown key could describe parameters: whole
// numbers, lists and objects can, names and fractions cannot.
func speaks(v any) bool {
	switch v := v.(type) {
	case number:
		return !strings.ContainsAny(string(v), ".eENI")
	case []any, *object:
		return true
	}
	return false
}

// harmlessName tells keys that are harmless by their form.
func harmlessName(lower string) bool {
	return strings.HasSuffix(lower, "_token_id") || strings.HasSuffix(lower, "_token_index") || strings.HasSuffix(lower, "_token_ids") ||
		strings.HasPrefix(lower, "_") || strings.HasPrefix(lower, "transformers.") || strings.HasPrefix(lower, "summary_") || strings.Contains(lower, "rope_") || strings.HasPrefix(lower, "rotary") ||
		containsAny(lower, unbearing)
}

func containsAny(s string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// harmless are whole-number, list and object keys that change no count.
var harmless = set(
	// Of the file and of generation.
	"architectures", "auto_map", "id2label", "label2id", "task_specific_params", "pruned_heads", "transformers_version", "num_labels",
	"max_length", "min_length", "num_beams", "num_beam_groups", "num_return_sequences", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
	"top_k", "bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "forced_decoder_ids", "sep_token_id", "keys_to_ignore_at_inference",
	"quantization_config", "compression_config", "quantization", "generation_config", "num_logits_to_keep", "model_max_length", "template",
	// Positions and windows of attention; the families that bound the cache by
	// them ask for them.
	"max_position_embeddings", "original_max_position_embeddings", "initial_context_length", "seq_length", "max_sequence_length", "n_ctx", "n_positions",
	"sliding_window", "sliding_window_size", "max_window_layers", "attention_sink_size", "attention_chunk_size", "use_sliding_window",
	"no_rope_layers", "no_rope_layer_interval", "floor_scale", "layernorm_epsilon", "partial_rotary_factor", "query_pre_attn_scalar",
	"attention_window_size", "rope_parameters", "max_seq_len",
	// Scales and training.
	"pretraining_tp", "tensor_parallel_degree", "dim_model_base", "scale_emb", "scale_depth", "init_config", "ffn_hidden_act", "n_special",
	"n_group", "topk_group", "time_step_limit", "gradient_checkpointing", "bos_token_id", "eos_token_id", "pad_token_id", "swiglu_limit",
	"max_batch_size", "inference_runner", "vocab_size_per_layer_input", "attn_logit_softcapping", "final_logit_softcapping", "mup_base_width",
	"embedding_multiplier", "logits_scaling", "attn_temperature_tuning", "layer_switch", "relative_attention_max_distance", "pad_vocab_size_multiple",
	"median_filter_width", "mask_time_length", "mask_time_min_masks", "mask_feature_length", "mask_feature_min_masks", "classifier_proj_size",
	"encoder_stride", "clip_qkv", "output_gate_type", "mtp_transformer_layers", "ssm_cfg", "moe_backend",
	// Of BERT's files; the class has no such layers.
	"pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers", "pooler_size_per_head",
	// Of images and sounds, where the text model's keys stand beside them.
	"image_size", "patch_size", "query_num", "slice_config", "version", "batch_vision_input", "drop_vision_last_layer", "slice_mode",
	"vision_config", "audio_config", "mm_tokens_per_image", "mrope_section", "img_processor", "embd_layer", "boi_token_index",
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
