package config

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// quantCases are quantisations of a small Llama, with the storage of one
// quantised weight.
var quantCases = []struct {
	name, config string
	format       string
	bits         float64
}{
	// 4 + 16/128 + 4/128. Source: AutoGPTQ's packing (fp16 scales, packed zeros).
	{"gptq", `{"quant_method":"gptq","bits":4,"group_size":128,"desc_act":false}`, "int4", 4.15625},
	{"gptq, rows", `{"quant_method":"gptq","bits":8,"group_size":-1}`, "int8", 8},
	{"awq", `{"quant_method":"awq","bits":4,"group_size":128,"zero_point":true}`, "int4", 4.15625},
	// Source: arXiv:2305.14314 section 3: 4.5 bits, 4.127 with double quantisation.
	{"nf4", `{"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4"}`, "nf4", 4.5},
	{"nf4, double", `{"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4","bnb_4bit_use_double_quant":true}`, "nf4", 4.126953125},
	{"int8", `{"load_in_8bit":true}`, "int8", 8},
	{"fp8", `{"quant_method":"fp8","activation_scheme":"static"}`, "fp8", 8},
	{"fp8, blocks", `{"quant_method":"fp8","weight_block_size":[128,128]}`, "fp8", 8.001953125},
	{"compressed", `{"quant_method":"compressed-tensors","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":4,"group_size":32,"symmetric":true,"type":"int"}}}}`, "int4", 4.5},
	{"compressed fp8", `{"quant_method":"compressed-tensors","config_groups":{"group_0":{"targets":["Linear"],"weights":{"num_bits":8,"type":"float","strategy":"channel"}}}}`, "fp8", 8},
	{"compressed nvfp4", `{"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"group_size":16,"type":"float"}}}}`, "nvfp4", 4.5},
	{"compressed mxfp4", `{"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"group_size":32,"type":"float"}}}}`, "mxfp4", 4.25},
	{"modelopt fp8", `{"quant_method":"modelopt","quant_algo":"FP8"}`, "fp8", 8},
	{"modelopt nvfp4", `{"quant_method":"modelopt","quant_algo":"NVFP4","group_size":16}`, "nvfp4", 4.5},
	{"modelopt awq", `{"quant_method":"modelopt","quant_algo":"W4A16_AWQ"}`, "int4", 4.125},
	{"hqq", `{"quant_method":"hqq","quant_config":{"weight_quant_params":{"nbits":4,"group_size":64}}}`, "int4", 4.5},
}

func TestQuantization(t *testing.T) {
	// Of the small Llama's parameters, 2·(4·64² + 3·64·128) are in layers'
	// matrices; the rest stays at 16 bits.
	const matrices, all = 2 * (4*64*64 + 3*64*128), 2*(4*64*64+3*64*128) + 2*100*64 + 5*64
	for _, c := range quantCases {
		cfg := mustParse(t, c.name, []byte(llama+`,"quantization_config":`+c.config+`}`))
		if cfg.Quant == nil {
			t.Errorf("%s: no quantisation", c.name)
			continue
		}
		want := (matrices*c.bits + (all-matrices)*16) / all
		if cfg.Quant.Format != c.format || cfg.Quant.BitsPerWeight != c.bits || math.Abs(cfg.Model.StoredBits-want) > 1e-12 || len(cfg.Warnings) > 0 {
			t.Errorf("%s: %s, %g bits, %g on average, warnings %q; want %s, %g, %g", c.name, cfg.Quant.Format, cfg.Quant.BitsPerWeight,
				cfg.Model.StoredBits, cfg.Warnings, c.format, c.bits, want)
		}
	}
}

// Sizes of checkpoints. Sources: openai/gpt-oss model card (60.8 GiB and
// 12.8 GiB).
func TestPublishedCheckpointSizes(t *testing.T) {
	const mxfp4 = `"quantization_config":{"quant_method":"mxfp4","modules_to_not_convert":["model.layers.*.self_attn","model.layers.*.mlp.router","model.embed_tokens","lm_head"]},`
	for name, gib := range map[string]float64{"openai/gpt-oss-120b": 60.8, "openai/gpt-oss-20b": 12.8} {
		data := strings.Replace(string(goldenConfig(t, name)), "{", "{"+mxfp4, 1)
		m := mustParse(t, name, []byte(data)).Model
		if got := float64(m.Params()) * m.StoredBits / 8 / (1 << 30); math.Abs(got-gib) > 0.05 {
			t.Errorf("%s: %.2f GiB, want %.1f", name, got, gib)
		}
	}
}

func TestExcludedModules(t *testing.T) {
	const attention, ffn, all = 4 * 64 * 64, 3 * 64 * 128, 2*(4*64*64+3*64*128) + 2*100*64 + 5*64
	for pattern, kept := range map[string]float64{
		`"lm_head"`:                    0,
		`"self_attn"`:                  2 * attention,
		`"model.layers.1.self_attn"`:   attention,
		`"model.layers.*.self_attn"`:   2 * attention,
		`"re:.*self_attn.*"`:           2 * attention,
		`"re:.*layers\\.0\\..*"`:       attention + ffn,
		`"model.layers.0.mlp.up_proj"`: 64 * 128,
		`"up_proj"`:                    2 * 64 * 128,
	} {
		c := mustParse(t, pattern, []byte(llama+`,"quantization_config":{"quant_method":"fp8","modules_to_not_convert":[`+pattern+`]}}`))
		quantised := 2*(attention+ffn) - kept
		want := (quantised*8 + (all-quantised)*16) / all
		if math.Abs(c.Model.StoredBits-want) > 1e-12 {
			t.Errorf("%s: %g bits, want %g", pattern, c.Model.StoredBits, want)
		}
	}
}

func TestUnknownQuantization(t *testing.T) {
	for config, want := range map[string]string{
		`{"quant_method":"aqlm"}`:                                    "file.unknown-quantisation [aqlm]",
		`{"quant_method":"modelopt","quant_algo":"MIXED_PRECISION"}`: "file.unknown-quantisation [modelopt MIXED_PRECISION]",
		`{"bits":4}`: "file.unknown-quantisation []",
		`{"quant_method":"fp8","ignored_layers":["re:("]}`:                "file.bad-pattern [re:(]",
		`{"quant_method":"compressed-tensors","format":"pack-quantized"}`: "file.unknown-quantisation [compressed-tensors]",
	} {
		c := mustParse(t, config, []byte(llama+`,"quantization_config":`+config+`}`))
		if len(c.Warnings) != 1 || !strings.Contains(fmt.Sprint(c.Warnings), want) {
			t.Errorf("%s: warnings %q, want %q", config, c.Warnings, want)
		}
	}
}
