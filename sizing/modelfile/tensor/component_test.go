package tensor

import "testing"

func TestComponentOf(t *testing.T) {
	for name, want := range map[string]string{
		"model.embed_tokens.weight":                          "embedding",
		"lm_head.weight":                                     "head",
		"output.weight":                                      "head",
		"model.layers.3.self_attn.o_proj.weight":             "attention",
		"model.layers.3.self_attn.q_norm.weight":             "norms",
		"model.layers.3.mlp.down_proj.weight":                "ffn",
		"model.layers.3.mlp.experts.7.down_proj.weight":      "experts",
		"model.layers.3.mlp.experts.gate_up_proj_blocks":     "experts",
		"model.layers.3.mlp.shared_experts.down_proj.weight": "ffn",
		"model.layers.3.mlp.gate.weight":                     "router",
		"model.layers.3.block_sparse_moe.gate.weight":        "router",
		"model.layers.3.mlp.gate.e_score_correction_bias":    "router",
		"transformer.h.0.attn.c_proj.weight":                 "attention",
		"transformer.h.0.mlp.c_proj.bias":                    "ffn",
		"transformer.h.0.ln_1.weight":                        "norms",
		"bert.encoder.layer.0.attention.output.dense.weight": "attention",
		"bert.encoder.layer.0.output.dense.weight":           "ffn",
		"bert.encoder.layer.0.output.LayerNorm.bias":         "norms",
		"bert.embeddings.word_embeddings.weight":             "embedding",
		"bert.pooler.dense.weight":                           "other",
		"backbone.layers.0.mixer.conv1d.weight":              "ssm",
		"backbone.layers.0.mixer.out_proj.weight":            "ssm",
		"model.layers.0.linear_attn.out_proj.weight":         "ssm",
		"layer1.0.conv2.weight":                              "convolution",
		"blk.0.attn_q.weight":                                "attention",
		"blk.0.attn_norm.weight":                             "norms",
		"blk.0.ffn_gate.weight":                              "ffn",
		"blk.0.ffn_gate_inp.weight":                          "router",
		"blk.0.ffn_gate_exps.weight":                         "experts",
		"blk.0.ffn_up_shexp.weight":                          "ffn",
		"blk.0.exp_probs_b.bias":                             "router",
		"blk.0.ssm_in.weight":                                "ssm",
		"token_embd.weight":                                  "embedding",
		"":                                                   "other",
	} {
		if got := ComponentOf([]byte(name)).String(); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}
