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
	if !strings.Contains(fmt.Sprint(f.Warnings), "file.buffers [3 ") {
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
	if f.Params != 1 || f.Metadata["short"] != "s" || f.Metadata["long"] != "" || !strings.Contains(fmt.Sprint(f.Warnings), "file.metadata-not-shown [") {
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
	if f.Params != 17 || f.Bytes != 13 || !strings.Contains(fmt.Sprint(f.Warnings), "file.unknown-type [1 E9]") {
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
		{"not an object", `[]`, 0, "byte 8: header: odd character: 91, header.start"},
		{"leading space", ` {}`, 0, "byte 9: header: odd character: 123, header.start"},
		{"second value", `{}{}`, 0, "byte 10: header: odd character: 123, header.end"},
		{"cut off", `{"a":`, 0, "byte 13: header: text ends: header.open-description"},
		{"deep", one(strings.Repeat("[", 100000)), 0, "byte 13: header: odd character: 91, header.open-description"},
		{"deep unknown field", one(`{"x":` + strings.Repeat("[", 100000)), 0, "byte 83: header: too deep: 64"},
		{"hole", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3, "byte 61: data: not covered: 0, 1, data.of-no-tensor"},
		{"overlap", `{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6, "byte 115: data: not covered: 2, 4, data.of-two-tensors"},
		{"behind the end", one(`{"dtype":"U8","shape":[4],"data_offsets":[0,4]}`), 3, "byte 9: tensor: cut short: a, 4, 3"},
		{"trailing data", one(`{"dtype":"U8","shape":[4],"data_offsets":[0,4]}`), 9, "byte 65: data: goes on: 5"},
		{"twice", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, "byte 61: tensor: occurs twice: a"},
		{"twice, escaped", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, "byte 61: tensor: occurs twice: a"},
		{"field twice", one(`{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}`), 1, "byte 27: tensor: field twice: a, dtype"},
		{"metadata twice", `{"__metadata__":{},"__metadata__":{}}`, 0, "byte 27: header: key occurs twice: __metadata__"},
		{"metadata key twice", `{"__metadata__":{"a":"b","a":"c"}}`, 0, "byte 33: header: metadata key twice: a"},
		{"metadata number", `{"__metadata__":{"a":1}}`, 0, "byte 29: header: odd character: 49, header.metadata-value"},
		{"size", one(`{"dtype":"F16","shape":[3],"data_offsets":[0,5]}`), 5, "byte 14: tensor: wrong size: a, 3, F16, 5, 6"},
		{"sub-byte", one(`{"dtype":"F4","shape":[3],"data_offsets":[0,1]}`), 1, "byte 14: tensor: not whole bytes: a, 3, F4, 12"},
		{"sub-byte 6", one(`{"dtype":"F6_E2M3","shape":[2],"data_offsets":[0,1]}`), 1, "byte 14: tensor: not whole bytes: a, 2, F6_E2M3, 12"},
		{"no shape", one(`{"dtype":"U8","data_offsets":[0,1]}`), 1, "byte 9: tensor: without field: a, shape"},
		{"one offset", one(`{"dtype":"U8","shape":[1],"data_offsets":[0]}`), 1, "no range"},
		{"three offsets", one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}`), 1, "byte 54: tensor: too many offsets: a"},
		{"backwards", one(`{"dtype":"U8","shape":[1],"data_offsets":[1,0]}`), 1, "no range"},
		{"negative", one(`{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}`), 1, "byte 36: header: odd character: 45, header.dimension"},
		{"fraction", one(`{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}`), 1, "byte 36: header: not whole: header.dimension"},
		{"exponent", one(`{"dtype":"U8","shape":[1e3],"data_offsets":[0,1]}`), 1, "byte 36: header: not whole: header.dimension"},
		{"leading zero", one(`{"dtype":"U8","shape":[01],"data_offsets":[0,1]}`), 1, "byte 36: header: not whole: header.dimension"},
		{"2^63", one(`{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}`), 1, "byte 36: header: number too large: header.dimension"},
		{"product", one(`{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,1]}`), 1, "byte 57: tensor: too many elements: a"},
		{"bits", one(`{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,1]}`), 1, "byte 14: tensor: too many bits: a"},
		{"a million dimensions", one(`{"dtype":"U8","shape":[` + strings.Repeat("1,", 1000000) + `1],"data_offsets":[0,1]}`), 1, "byte 165: tensor: rank too high: a, 64"},
		{"UTF-8 in a name", "{\"a\xff\":{}}", 0, "byte 11: header: not utf8: 255"},
		{"UTF-8 cut short", "{\"a\xe4\xbd\":{}}", 0, "byte 11: header: not utf8: 228"},
		{"control character", "{\"a\n\":{}}", 0, "byte 11: header: control character: 10"},
		{"bad escape", `{"a\x":{}}`, 0, "byte 11: header: unknown escape: 120"},
		{"bad unicode escape", `{"a\u12g4":{}}`, 0, "byte 11: header: bad escape"},
		{"endless name", `{"` + strings.Repeat("a", 70000) + `":{}}`, 0, "byte 9: header: long string: 65535"},
		{"endless type", one(`{"dtype":"` + strings.Repeat("a", 70000) + `"}`), 0, "byte 22: header: long string: 64"},
		{"null", one(`null`), 0, "byte 13: header: odd character: 110, header.open-description"},
		{"missing comma", `{"a":{"dtype":"U8" "shape":[]}}`, 0, "byte 27: header: odd character: 34, header.comma-or-brace"},
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
		{"empty", nil, "byte 0: header: none: 0"},
		{"seven bytes", make([]byte, 7), "byte 0: header: none: 7"},
		{"2^63", u64(1<<63, "{}"), "byte 0: header: too long: 9223372036854775808, 100000000"},
		{"over the cap", u64(100_000_001, "{}"), "byte 0: header: too long: 100000001, 100000000"},
		{"at the cap", u64(100_000_000, "{}"), "byte 0: header: cut short: 100000000, 2"},
		{"one too many", u64(3, "{}"), "byte 0: header: cut short: 3, 2"},
		{"no header", u64(0, ""), "byte 8: header: text ends: header.open"},
		{"a zip", []byte("PK\x03\x04 and so on"), "byte 0: header: too long: 7236828441365138256, 100000000"},
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
