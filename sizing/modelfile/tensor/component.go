package tensor

import (
	"bytes"

	"mlsizer/sizing/model"
)

// ComponentOf says which component a tensor belongs to, by the names that the
// common checkpoints of Hugging Face, Mistral, DeepSeek and llama.cpp use. It
// reads the dotted name from its end: the innermost part that is known
// decides, and what no part decides is OtherPart.
func ComponentOf(name []byte) model.Component {
	rest, inExperts, known := name, insideExperts(name), model.OtherPart
	bertOutput := false
	for len(rest) > 0 && known == model.OtherPart {
		i := bytes.LastIndexByte(rest, '.')
		segment := rest[i+1:]
		known = ofSegment(segment)
		switch {
		case known != model.OtherPart:
		case isGate(segment) && i > 0 && !inExperts:
			return model.RouterPart
		case string(segment) == "output" && i < 0:
			return model.HeadPart // llama.cpp and Mistral call the head so
		case string(segment) == "output":
			bertOutput = true // the second matrix of BERT's FFN, unless attention is around it
		}
		rest = rest[:max(i, 0)]
	}
	if known == model.OtherPart && bertOutput {
		return model.FFNPart
	}
	if inExperts && known != model.NormPart && known != model.RouterPart {
		return model.ExpertPart
	}
	return known
}

// isGate recognises a router that is called just "gate" (Mixtral, DeepSeek,
// Qwen); the gate matrix of a plain FFN is called gate_proj or w1.
func isGate(segment []byte) bool { return string(segment) == "gate" }

func insideExperts(name []byte) bool {
	return bytes.Contains(name, []byte("experts.")) && !bytes.Contains(name, []byte("shared_experts.")) ||
		bytes.Contains(name, []byte("experts_"))
}

// ofSegment knows one part of a dotted name.
func ofSegment(s []byte) model.Component {
	switch string(s) {
	case "embed_tokens", "wte", "wpe", "word_embeddings", "position_embeddings", "token_type_embeddings", "tok_embeddings",
		"embed_in", "token_embd", "position_embd", "token_types", "embed_positions", "embedding", "embeddings", "embed",
		"word_embedding", "position_embedding", "cls_token", "shared", "per_layer_token_embd":
		return model.Embedding
	case "lm_head", "embed_out", "output_layer", "head", "classifier", "score":
		return model.HeadPart
	case "q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj", "qkv", "c_attn", "query_key_value", "Wqkv", "W_pack", "wqkv", "wq", "wk",
		"wv", "wo", "query", "key", "value", "attention", "self_attn", "attn", "self_attention", "q_a_proj", "q_b_proj", "kv_a_proj_with_mqa",
		"kv_b_proj", "wq_a", "wq_b", "wkv_a", "wkv_b", "sinks", "indexer", "cross_attn", "SelfAttention", "EncDecAttention", "crossattention":
		return model.AttentionPart
	case "gate_proj", "up_proj", "down_proj", "gate_up_proj", "c_fc", "fc1", "fc2", "fc_in", "fc_out", "mlp", "ffn", "feed_forward",
		"intermediate", "wi_0", "wi_1", "wi", "w1", "w2", "w3", "dense_h_to_4h", "dense_4h_to_h", "shared_experts", "shared_expert",
		"ffn_up", "ffn_down", "ffn_gate", "ffn_up_shexp", "ffn_down_shexp", "ffn_gate_shexp", "DenseReluDense":
		return model.FFNPart
	case "router", "e_score_correction_bias", "shared_expert_gate", "ffn_gate_inp", "ffn_gate_inp_shexp", "exp_probs_b":
		return model.RouterPart
	case "ffn_up_exps", "ffn_down_exps", "ffn_gate_exps", "ffn_gate_up_exps":
		return model.ExpertPart
	case "mamba", "mixer", "ssm", "linear_attn", "A_log", "dt_bias", "conv1d", "x_proj", "dt_proj", "in_proj_qkvz", "in_proj_ba":
		return model.SSMPart
	case "patch_embedding", "patch_embed", "patch_embeddings", "conv", "downsample":
		return model.ConvPart
	}
	return ofPattern(s)
}

// ofPattern knows the parts that come with numbers and variants.
func ofPattern(s []byte) model.Component {
	switch {
	case bytes.Contains(s, []byte("norm")), bytes.HasPrefix(s, []byte("ln_")), bytes.HasPrefix(s, []byte("LayerNorm")), string(s) == "ln":
		return model.NormPart
	case bytes.HasPrefix(s, []byte("attn_")):
		return model.AttentionPart
	case bytes.HasPrefix(s, []byte("ssm_")), bytes.HasPrefix(s, []byte("shortconv")):
		return model.SSMPart
	case len(s) == 5 && bytes.HasPrefix(s, []byte("conv")) && s[4] >= '0' && s[4] <= '9':
		return model.ConvPart
	}
	return model.OtherPart
}
