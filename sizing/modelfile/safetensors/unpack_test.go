package safetensors_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/internal/opentest"
	"mlsizer/sizing/quantity"
)

// TestUnpack has one quantised layer of each scheme, of 256 outputs and 512
// inputs (131,072 weights), as the named libraries store it.
func TestUnpack(t *testing.T) {
	const weights = 256 * 512
	norm := filetest.T("model.norm.weight", "F16", 512)
	for _, c := range []struct {
		name    string
		config  string // of quantization_config
		tensors []filetest.Tensor
		want    quantity.Params // without the norm
	}{
		// Source: AutoGPTQ nn_modules/qlinear: qweight [in·bits/32, out], qzeros [groups, out·bits/32], scales [groups, out].
		{"gptq 4", "", []filetest.Tensor{filetest.T("l.qweight", "I32", 64, 256), filetest.T("l.qzeros", "I32", 4, 32), filetest.T("l.scales", "F16", 4, 256), filetest.T("l.g_idx", "I32", 512), filetest.T("l.bias", "F16", 256)}, weights + 256},
		{"gptq 8", "", []filetest.Tensor{filetest.T("l.qweight", "I32", 128, 256), filetest.T("l.qzeros", "I32", 4, 64), filetest.T("l.scales", "F16", 4, 256)}, weights},
		{"gptq 3", "", []filetest.Tensor{filetest.T("l.qweight", "I32", 48, 256), filetest.T("l.qzeros", "I32", 4, 24), filetest.T("l.scales", "F16", 4, 256)}, weights},
		{"gptq, tensors against config", `{"quant_method":"gptq","bits":4}`, []filetest.Tensor{filetest.T("l.qweight", "I32", 128, 256), filetest.T("l.qzeros", "I32", 4, 64), filetest.T("l.scales", "F16", 4, 256)}, weights},
		{"gptq without zeros", `{"quant_method":"gptq","bits":4,"group_size":128}`, []filetest.Tensor{filetest.T("l.qweight", "I32", 64, 256), filetest.T("l.scales", "F16", 4, 256)}, weights},
		// Source: AutoAWQ modules/linear/gemm.py: qweight [in, out·bits/32].
		{"awq", `{"quant_method":"awq","bits":4,"group_size":128}`, []filetest.Tensor{filetest.T("l.qweight", "I32", 512, 32), filetest.T("l.qzeros", "I32", 4, 32), filetest.T("l.scales", "F16", 4, 256)}, weights},
		// Source: bitsandbytes functional.py, QuantState.as_dict.
		{"bnb nf4", "", []filetest.Tensor{filetest.T("l.weight", "U8", 65536, 1), filetest.T("l.weight.absmax", "U8", 2048), filetest.T("l.weight.nested_absmax", "F32", 8), filetest.T("l.weight.nested_quant_map", "F32", 256), filetest.T("l.weight.quant_map", "F32", 16), filetest.T("l.weight.quant_state.bitsandbytes__nf4", "U8", 190)}, weights},
		{"bnb 8", "", []filetest.Tensor{filetest.T("l.weight", "I8", 256, 512), filetest.T("l.SCB", "F32", 256), filetest.T("l.weight_format", "U8")}, weights},
		// Source: deepseek-ai/DeepSeek-V3 README_WEIGHTS.md.
		{"fp8 blocks", "", []filetest.Tensor{filetest.T("l.weight", "F8_E4M3", 256, 512), filetest.T("l.weight_scale_inv", "F32", 2, 4), filetest.T("l.input_scale", "F32")}, weights},
		// Source: compressed-tensors compressors/quantized_compressors/pack_quantized.py.
		{"pack-quantized", `{"quant_method":"compressed-tensors","config_groups":{"g":{"targets":["Linear"],"weights":{"num_bits":4,"type":"int","group_size":32}}}}`,
			[]filetest.Tensor{filetest.T("l.weight_packed", "I32", 256, 64), filetest.T("l.weight_scale", "BF16", 256, 16), filetest.T("l.weight_shape", "I64", 2)}, weights},
		{"nvfp4 packed", "", []filetest.Tensor{filetest.T("l.weight_packed", "U8", 256, 256), filetest.T("l.weight_scale", "F8_E4M3", 256, 32), filetest.T("l.weight_global_scale", "F32", 1), filetest.T("l.input_global_scale", "F32", 1)}, weights},
		{"mxfp4 packed", "", []filetest.Tensor{filetest.T("l.weight_packed", "U8", 256, 256), filetest.T("l.weight_scale", "U8", 256, 16)}, weights},
		// Source: NVIDIA/Model-Optimizer torch/export: weight U8 of two values, weight_scale F8_E4M3 for 16.
		{"nvfp4 modelopt", "", []filetest.Tensor{filetest.T("l.weight", "U8", 256, 256), filetest.T("l.weight_scale", "F8_E4M3", 256, 32), filetest.T("l.weight_scale_2", "F32"), filetest.T("l.input_scale", "F32")}, weights},
		{"fp4 in I8 with powers of two", "", []filetest.Tensor{filetest.T("l.weight", "I8", 256, 256), filetest.T("l.scale", "F8_E8M0", 256, 16)}, weights},
		// Source: huggingface/transformers integrations/mxfp4.py.
		{"mxfp4 gpt-oss", "", []filetest.Tensor{filetest.T("mlp.experts.gate_up_proj_blocks", "U8", 2, 256, 8, 16), filetest.T("mlp.experts.gate_up_proj_scales", "U8", 2, 256, 8), filetest.T("mlp.experts.gate_up_proj_bias", "BF16", 2, 256)}, weights + 512},
		{"mxfp8", "", []filetest.Tensor{filetest.T("l.weight", "F8_E4M3", 256, 512), filetest.T("l.weight_scale", "F8_E8M0", 256, 16)}, weights},
		{"excluded module", `{"quant_method":"nvfp4","quant_algo":"NVFP4","ignore":["model.l"]}`, []filetest.Tensor{filetest.T("model.l.weight", "U8", 256, 512), filetest.T("k.weight", "U8", 256, 256)}, 2 * weights},
		{"excluded by pattern", `{"quant_method":"nvfp4","quant_algo":"NVFP4","ignore":["re:.*vision.*","a.*.b"]}`, []filetest.Tensor{filetest.T("x.vision.l.weight", "U8", 256, 512), filetest.T("a.7.b.weight", "U8", 256, 512)}, 2 * weights},
		{"not quantised at all", "", []filetest.Tensor{filetest.T("a.scale", "F32", 7), filetest.T("b.scales", "F32", 5), filetest.T("c_scales", "F32", 3), filetest.T("l.weight", "F16", 256, 512), filetest.T("d.weight.e", "F16", 2)}, weights + 17},
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
				tensors := append([]filetest.Tensor{norm}, c.tensors...)
				if order {
					for i, j := 0, len(tensors)-1; i < j; i, j = i+1, j-1 {
						tensors[i], tensors[j] = tensors[j], tensors[i]
					}
				}
				f := opentest.Open(t, filetest.WriteTensors(t, dir, "model.safetensors", tensors...))
				if f.Params != c.want+512 {
					t.Errorf("%d parameters, want %d", f.Params, c.want+512)
				}
			}
		})
	}
}

// TestUnpackUnknown: what cannot be unpacked is no count.
func TestUnpackUnknown(t *testing.T) {
	packed := []filetest.Tensor{filetest.T("l.weight_packed", "I32", 256, 64), filetest.T("l.weight_scale", "BF16", 256, 16)}
	for _, c := range []struct{ config, want string }{
		{"", "packing: needs a config: packing: no config: 1"},
		{`{"model_type":"none of ours","quantization_config":{"quant_method":"aqlm"}}`, "packing: needs a config: packing: unknown method: 1, aqlm"},
	} {
		dir := t.TempDir()
		tensors := packed
		if c.config != "" {
			tensors = []filetest.Tensor{filetest.T("l.codes", "I16", 4, 4), filetest.T("l.weight_scale", "BF16", 4)}
			if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(c.config), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		path := filetest.WriteTensors(t, dir, "model.safetensors", tensors...)
		f, err := modelfile.Open(context.Background(), path, modelfile.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || f != nil {
			t.Errorf("error %v, file %+v, want %q", err, f, c.want)
		}
	}
}
