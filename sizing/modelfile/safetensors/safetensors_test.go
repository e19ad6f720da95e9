package safetensors_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/internal/opentest"
	"mlsizer/sizing/quantity"
)

func TestSafetensorsCounts(t *testing.T) {
	header, data := filetest.Header(`"__metadata__":{"format":"pt","tot\u0061l":"1"}`,
		filetest.T("model.embed_tokens.weight", "BF16", 1000, 64),
		filetest.T("model.layers.0.self_attn.q_proj.weight", "BF16", 64, 64),
		filetest.T("model.layers.0.mlp.experts.3.w1.weight", "F16", 10, 64),
		filetest.T("model.layers.0.mlp.gate.weight", "F32", 8, 64),
		filetest.T("model.norm.weight", "F32", 64),
		filetest.T("scalar", "F64"),
		filetest.T("empty", "F16", 0, 7),
		filetest.T("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", 32),
		filetest.T("h.0.attn.bias", "F32", 1, 1, 16, 16),
		filetest.T("mask", "BOOL", 5))
	f := opentest.Open(t, filetest.Write(t, t.TempDir(), "m.safetensors", header+"   \n", data))
	if want := quantity.Params(64000 + 4096 + 640 + 512 + 64 + 1); f.Params != want {
		t.Errorf("%d parameters, want %d", f.Params, want)
	}
	if f.Bytes != quantity.Bytes(data) || f.Tensors != 10 || f.Model != nil || f.Format != modelfile.FormatSafetensors {
		t.Errorf("%+v", f)
	}
	want := [model.NumComponents]quantity.Params{model.Embedding: 64000, model.AttentionPart: 4096, model.ExpertPart: 640, model.RouterPart: 512, model.NormPart: 64, model.OtherPart: 1}
	if f.Components != want {
		t.Errorf("components %v, want %v", f.Components, want)
	}
	if f.Metadata["format"] != "pt" || f.Metadata["total"] != "1" {
		t.Errorf("metadata %v", f.Metadata)
	}
	if f.ParamsByDType[0].DType != "BF16" || f.ParamsByDType[0].Params != 68096 {
		t.Errorf("by type %+v", f.ParamsByDType)
	}
	if !strings.Contains(strings.Join(f.Warnings, "\n"), "3 buffers") {
		t.Errorf("warnings %q", f.Warnings)
	}
}

// TestSafetensorsLongMetadata: training logs in the header are passed over.
func TestSafetensorsLongMetadata(t *testing.T) {
	long := strings.Repeat("语", 300_000)
	many := ""
	for i := range 400 {
		many += fmt.Sprintf(`"%d%s":"v",`, i, strings.Repeat("x", 1000))
	}
	h := `{"__metadata__":{"short":"s","long":"` + long + `",` + many + `"end":"\ud83d\ude00"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":{"y":[1,-2.5e-3,0,true,false,null,"z\n"]}}}`
	f := opentest.Open(t, filetest.Write(t, t.TempDir(), "m.safetensors", h, 1))
	if f.Params != 1 || f.Metadata["short"] != "s" || f.Metadata["long"] != "" || !strings.Contains(strings.Join(f.Warnings, ""), "long metadata entries are not shown") {
		t.Errorf("%d, %d entries, %q", f.Params, len(f.Metadata), f.Warnings)
	}
	total := 0
	for k, v := range f.Metadata {
		total += len(k) + len(v)
	}
	if total > 256<<10 {
		t.Errorf("%d bytes of metadata held", total)
	}
}

func TestSafetensorsUnknownType(t *testing.T) {
	h := `{"a":{"dtype":"E9","shape":[3,5],"data_offsets":[0,9]},"b":{"dtype":"F16","shape":[2],"data_offsets":[9,13]}}`
	f := opentest.Open(t, filetest.Write(t, t.TempDir(), "m.safetensors", h, 13))
	if f.Params != 17 || f.Bytes != 13 || !strings.Contains(f.Warnings[0], `unknown type "E9"`) {
		t.Errorf("%+v", f)
	}
}

// TestSafetensorsRefused has one broken header a rule; the error must name the
// file, a byte and the fault.
func TestSafetensorsRefused(t *testing.T) {
	one := func(s string) string { return `{"a":` + s + `}` }
	for _, c := range []struct {
		name, header string
		data         int64
		want         string
	}{
		{"not an object", `[]`, 0, `byte 8: '[' (want "{" at the start of the header)`},
		{"leading space", ` {}`, 0, `want "{" at the start of the header`},
		{"second value", `{}{}`, 0, `byte 10: '{' (want nothing but spaces`},
		{"cut off", `{"a":`, 0, "the text ends"},
		{"deep", one(strings.Repeat("[", 100000)), 0, `want '{'`},
		{"deep unknown field", one(`{"x":` + strings.Repeat("[", 100000)), 0, "nested too deeply"},
		{"hole", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3, "data bytes 0 to 1 belong to no tensor"},
		{"overlap", `{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6, "data bytes 2 to 4 belong to two tensors"},
		{"behind the end", one(`{"dtype":"U8","shape":[4],"data_offsets":[0,4]}`), 3, "ends at byte 4 of the data, of which there are 3"},
		{"trailing data", one(`{"dtype":"U8","shape":[4],"data_offsets":[0,4]}`), 9, "5 bytes follow the last tensor"},
		{"twice", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, `tensor "a" occurs twice`},
		{"twice, escaped", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, `tensor "a" occurs twice`},
		{"field twice", one(`{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}`), 1, "two fields dtype"},
		{"metadata twice", `{"__metadata__":{},"__metadata__":{}}`, 0, "__metadata__ occurs twice"},
		{"metadata key twice", `{"__metadata__":{"a":"b","a":"c"}}`, 0, `metadata key "a" occurs twice`},
		{"metadata number", `{"__metadata__":{"a":1}}`, 0, "a string as the value"},
		{"size", one(`{"dtype":"F16","shape":[3],"data_offsets":[0,5]}`), 5, "3 elements of F16 in 5 bytes (want 6)"},
		{"sub-byte", one(`{"dtype":"F4","shape":[3],"data_offsets":[0,1]}`), 1, "3 elements of F4 are 12 bits (want a whole number of bytes)"},
		{"sub-byte 6", one(`{"dtype":"F6_E2M3","shape":[2],"data_offsets":[0,1]}`), 1, "12 bits"},
		{"no shape", one(`{"dtype":"U8","data_offsets":[0,1]}`), 1, "has no shape"},
		{"one offset", one(`{"dtype":"U8","shape":[1],"data_offsets":[0]}`), 1, "no range"},
		{"three offsets", one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}`), 1, "more than two"},
		{"backwards", one(`{"dtype":"U8","shape":[1],"data_offsets":[1,0]}`), 1, "no range"},
		{"negative", one(`{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}`), 1, "whole number"},
		{"fraction", one(`{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}`), 1, "not a whole number"},
		{"exponent", one(`{"dtype":"U8","shape":[1e3],"data_offsets":[0,1]}`), 1, "not a whole number"},
		{"leading zero", one(`{"dtype":"U8","shape":[01],"data_offsets":[0,1]}`), 1, "not a whole number"},
		{"2^63", one(`{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}`), 1, "more than 63 bits"},
		{"product", one(`{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,1]}`), 1, "more than 2^63 elements"},
		{"bits", one(`{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,1]}`), 1, "more than 2^63 bits"},
		{"a million dimensions", one(`{"dtype":"U8","shape":[` + strings.Repeat("1,", 1000000) + `1],"data_offsets":[0,1]}`), 1, "more than 64 dimensions"},
		{"UTF-8 in a name", "{\"a\xff\":{}}", 0, "byte 0xff is not UTF-8"},
		{"UTF-8 cut short", "{\"a\xe4\xbd\":{}}", 0, "not UTF-8"},
		{"control character", "{\"a\n\":{}}", 0, "control character 0x0a"},
		{"bad escape", `{"a\x":{}}`, 0, `unknown escape \x`},
		{"bad unicode escape", `{"a\u12g4":{}}`, 0, "malformed"},
		{"endless name", `{"` + strings.Repeat("a", 70000) + `":{}}`, 0, "more than 65535 bytes"},
		{"endless type", one(`{"dtype":"` + strings.Repeat("a", 70000) + `"}`), 0, "more than 64 bytes"},
		{"null", one(`null`), 0, "want '{'"},
		{"missing comma", `{"a":{"dtype":"U8" "shape":[]}}`, 0, `want "," or "}"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filetest.Write(t, t.TempDir(), "m.safetensors", c.header, c.data)
			_, err := modelfile.Open(context.Background(), path, modelfile.Options{})
			var fe *modelfile.FormatError
			if !errors.As(err, &fe) {
				t.Fatalf("error %v (%T), want a *modelfile.FormatError", err, err)
			}
			if !strings.HasPrefix(err.Error(), path+": byte ") || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 600 {
				t.Errorf("error %q, want %q in it", err, c.want)
			}
		})
	}
}

func TestSafetensorsLengths(t *testing.T) {
	u64 := func(n uint64, rest string) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), rest...) }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "a file of 0 bytes"},
		{"seven bytes", make([]byte, 7), "a file of 7 bytes"},
		{"2^63", u64(1<<63, "{}"), "header length of 9223372036854775808 bytes"},
		{"over the cap", u64(100_000_001, "{}"), "want at most 100000000"},
		{"at the cap", u64(100_000_000, "{}"), "only 2 follow"},
		{"one too many", u64(3, "{}"), "only 2 follow"},
		{"no header", u64(0, ""), `want '{' to open the header`},
		{"a zip", []byte("PK\x03\x04 and so on"), "not a safetensors file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.safetensors")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := modelfile.Open(context.Background(), path, modelfile.Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestSafetensorsHundredThousand(t *testing.T) {
	header, data := filetest.Big(100_000)
	path := filetest.Write(t, t.TempDir(), "m.safetensors", string(header), data)
	allocated := filetest.AllocatedBy(func() {
		if f := opentest.Open(t, path); f.Tensors != 100_000 || f.Params != 100_000*7168*2048 {
			t.Errorf("%d tensors, %d parameters", f.Tensors, f.Params)
		}
	})
	// The header has 14 MB; its names and shapes must not be held.
	if allocated > 12<<20 {
		t.Errorf("%d bytes allocated", allocated)
	}
}
