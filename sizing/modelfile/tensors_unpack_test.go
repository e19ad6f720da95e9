package modelfile

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsizer/sizing/quantity"
)

// TestUnpack has one quantised layer of each scheme, of 256 outputs and 512
// inputs (131,072 weights), as the named libraries store it.
func TestUnpack(t *testing.T) {
	const weights = 256 * 512
	norm := entry{"model.norm.weight", "F16", []int64{512}}
	for _, c := range []struct {
		name    string
		config  string // of quantization_config
		tensors []entry
		want    quantity.Params // without the norm
	}{
		// Source: AutoGPTQ nn_modules/qlinear: qweight [in·bits/32, out], qzeros [groups, out·bits/32], scales [groups, out].
		{"gptq 4", "", []entry{{"l.qweight", "I32", []int64{64, 256}}, {"l.qzeros", "I32", []int64{4, 32}}, {"l.scales", "F16", []int64{4, 256}}, {"l.g_idx", "I32", []int64{512}}, {"l.bias", "F16", []int64{256}}}, weights + 256},
		{"gptq 8", "", []entry{{"l.qweight", "I32", []int64{128, 256}}, {"l.qzeros", "I32", []int64{4, 64}}, {"l.scales", "F16", []int64{4, 256}}}, weights},
		{"gptq 3", "", []entry{{"l.qweight", "I32", []int64{48, 256}}, {"l.qzeros", "I32", []int64{4, 24}}, {"l.scales", "F16", []int64{4, 256}}}, weights},
		{"gptq, tensors against config", `{"quant_method":"gptq","bits":4}`, []entry{{"l.qweight", "I32", []int64{128, 256}}, {"l.qzeros", "I32", []int64{4, 64}}, {"l.scales", "F16", []int64{4, 256}}}, weights},
		{"gptq without zeros", `{"quant_method":"gptq","bits":4,"group_size":128}`, []entry{{"l.qweight", "I32", []int64{64, 256}}, {"l.scales", "F16", []int64{4, 256}}}, weights},
		// Source: AutoAWQ modules/linear/gemm.py: qweight [in, out·bits/32].
		{"awq", `{"quant_method":"awq","bits":4,"group_size":128}`, []entry{{"l.qweight", "I32", []int64{512, 32}}, {"l.qzeros", "I32", []int64{4, 32}}, {"l.scales", "F16", []int64{4, 256}}}, weights},
		// Source: bitsandbytes functional.py, QuantState.as_dict.
		{"bnb nf4", "", []entry{{"l.weight", "U8", []int64{65536, 1}}, {"l.weight.absmax", "U8", []int64{2048}}, {"l.weight.nested_absmax", "F32", []int64{8}}, {"l.weight.nested_quant_map", "F32", []int64{256}}, {"l.weight.quant_map", "F32", []int64{16}}, {"l.weight.quant_state.bitsandbytes__nf4", "U8", []int64{190}}}, weights},
		{"bnb 8", "", []entry{{"l.weight", "I8", []int64{256, 512}}, {"l.SCB", "F32", []int64{256}}, {"l.weight_format", "U8", []int64{}}}, weights},
		// Source: deepseek-ai/DeepSeek-V3 README_WEIGHTS.md.
		{"fp8 blocks", "", []entry{{"l.weight", "F8_E4M3", []int64{256, 512}}, {"l.weight_scale_inv", "F32", []int64{2, 4}}, {"l.input_scale", "F32", []int64{}}}, weights},
		// Source: compressed-tensors compressors/quantized_compressors/pack_quantized.py.
		{"pack-quantized", `{"quant_method":"compressed-tensors","config_groups":{"g":{"targets":["Linear"],"weights":{"num_bits":4,"type":"int","group_size":32}}}}`,
			[]entry{{"l.weight_packed", "I32", []int64{256, 64}}, {"l.weight_scale", "BF16", []int64{256, 16}}, {"l.weight_shape", "I64", []int64{2}}}, weights},
		{"nvfp4 packed", "", []entry{{"l.weight_packed", "U8", []int64{256, 256}}, {"l.weight_scale", "F8_E4M3", []int64{256, 32}}, {"l.weight_global_scale", "F32", []int64{1}}, {"l.input_global_scale", "F32", []int64{1}}}, weights},
		{"mxfp4 packed", "", []entry{{"l.weight_packed", "U8", []int64{256, 256}}, {"l.weight_scale", "U8", []int64{256, 16}}}, weights},
		// Source: NVIDIA/Model-Optimizer torch/export: weight U8 of two values, weight_scale F8_E4M3 for 16.
		{"nvfp4 modelopt", "", []entry{{"l.weight", "U8", []int64{256, 256}}, {"l.weight_scale", "F8_E4M3", []int64{256, 32}}, {"l.weight_scale_2", "F32", []int64{}}, {"l.input_scale", "F32", []int64{}}}, weights},
		{"fp4 in I8 with powers of two", "", []entry{{"l.weight", "I8", []int64{256, 256}}, {"l.scale", "F8_E8M0", []int64{256, 16}}}, weights},
		// Source: huggingface/transformers integrations/mxfp4.py.
		{"mxfp4 gpt-oss", "", []entry{{"mlp.experts.gate_up_proj_blocks", "U8", []int64{2, 256, 8, 16}}, {"mlp.experts.gate_up_proj_scales", "U8", []int64{2, 256, 8}}, {"mlp.experts.gate_up_proj_bias", "BF16", []int64{2, 256}}}, weights + 512},
		{"mxfp8", "", []entry{{"l.weight", "F8_E4M3", []int64{256, 512}}, {"l.weight_scale", "F8_E8M0", []int64{256, 16}}}, weights},
		{"excluded module", `{"quant_method":"nvfp4","quant_algo":"NVFP4","ignore":["model.l"]}`, []entry{{"model.l.weight", "U8", []int64{256, 512}}, {"k.weight", "U8", []int64{256, 256}}}, 2 * weights},
		{"excluded by pattern", `{"quant_method":"nvfp4","quant_algo":"NVFP4","ignore":["re:.*vision.*","a.*.b"]}`, []entry{{"x.vision.l.weight", "U8", []int64{256, 512}}, {"a.7.b.weight", "U8", []int64{256, 512}}}, 2 * weights},
		{"not quantised at all", "", []entry{{"a.scale", "F32", []int64{7}}, {"b.scales", "F32", []int64{5}}, {"c_scales", "F32", []int64{3}}, {"l.weight", "F16", []int64{256, 512}}, {"d.weight.e", "F16", []int64{2}}}, weights + 17},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.config != "" {
				config := `{"model_type":"none of ours","quantization_config":` + c.config + `}`
				if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, order := range []bool{false, true} { // constants may come first
				tensors := append([]entry{norm}, c.tensors...)
				if order {
					for i, j := 0, len(tensors)-1; i < j; i, j = i+1, j-1 {
						tensors[i], tensors[j] = tensors[j], tensors[i]
					}
				}
				f := open(t, writeTensors(t, dir, "model.safetensors", tensors...))
				if f.Params != c.want+512 {
					t.Errorf("%d parameters, want %d", f.Params, c.want+512)
				}
			}
		})
	}
}

// TestUnpackUnknown: what cannot be unpacked is no count.
func TestUnpackUnknown(t *testing.T) {
	packed := []entry{{"l.weight_packed", "I32", []int64{256, 64}}, {"l.weight_scale", "BF16", []int64{256, 16}}}
	for _, c := range []struct{ config, want string }{
		{"", "no quantization_config says how many bits"},
		{`{"model_type":"none of ours","quantization_config":{"quant_method":"aqlm"}}`, `the quantisation method "aqlm", which is not known`},
	} {
		dir := t.TempDir()
		tensors := packed
		if c.config != "" {
			tensors = []entry{{"l.codes", "I16", []int64{4, 4}}, {"l.weight_scale", "BF16", []int64{4}}}
			if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(c.config), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		path := writeTensors(t, dir, "model.safetensors", tensors...)
		f, err := Open(context.Background(), path, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || f != nil {
			t.Errorf("error %v, file %+v, want %q", err, f, c.want)
		}
	}
}

func TestPartOf(t *testing.T) {
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
		if got := partOf([]byte(name)).String(); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}
