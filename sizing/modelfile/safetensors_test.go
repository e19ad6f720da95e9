package modelfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// entry is a tensor of a synthetic file.
type entry struct {
	name, dtype string
	shape       []int64
}

// bits looks the width of a type up in the published table, not in the code
// under test. Source: huggingface/safetensors docs, "Format".
func (e entry) size() int64 {
	bits := map[string]int64{"F4": 4, "F6_E2M3": 6, "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F16": 16, "BF16": 16, "I16": 16,
		"I32": 32, "F32": 32, "F64": 64, "I64": 64}[e.dtype]
	n := bits
	for _, d := range e.shape {
		n *= d
	}
	return n / 8
}

// headerOf writes the JSON of a header with the tensors side by side.
func headerOf(extra string, tensors ...entry) (header string, data int64) {
	var b strings.Builder
	b.WriteString("{" + extra)
	for i, e := range tensors {
		if i > 0 || extra != "" {
			b.WriteString(",")
		}
		shape := strings.ReplaceAll(fmt.Sprint(e.shape), " ", ",")
		fmt.Fprintf(&b, `%q:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, e.name, e.dtype, shape, data, data+e.size())
		data += e.size()
	}
	b.WriteString("}")
	return b.String(), data
}

// fileOf puts the length before a header; the data is left out and stands as a
// hole in the file (sparse).
func fileOf(header string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
}

// write makes a file of the header with data bytes of nothing behind it.
func write(t testing.TB, dir, name, header string, data int64) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, fileOf(header), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(header))+8+data); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeTensors(t testing.TB, dir, name string, tensors ...entry) string {
	t.Helper()
	header, data := headerOf("", tensors...)
	return write(t, dir, name, header, data)
}

func open(t testing.TB, path string) *File {
	t.Helper()
	f, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, f)
	return f
}

// checkSums holds what every File promises.
func checkSums(t testing.TB, f *File) {
	t.Helper()
	var params, parts quantity.Params
	var bytes quantity.Bytes
	tensors := 0
	for _, c := range f.ParamsByDType {
		params, bytes, tensors = params+c.Params, bytes+c.Bytes, tensors+c.Tensors
	}
	for _, n := range f.Components {
		parts += n
	}
	if f.Tensors > 0 && f.ParamsByDType != nil && (params != f.Params || bytes != f.Bytes || tensors != f.Tensors) {
		t.Errorf("by type: %d parameters, %v bytes, %d tensors; in all %d, %v, %d", params, bytes, tensors, f.Params, f.Bytes, f.Tensors)
	}
	if parts != f.Params {
		t.Errorf("components add up to %d, parameters are %d", parts, f.Params)
	}
}

func TestSafetensorsCounts(t *testing.T) {
	header, data := headerOf(`"__metadata__":{"format":"pt","tot\u0061l":"1"}`,
		entry{"model.embed_tokens.weight", "BF16", []int64{1000, 64}},
		entry{"model.layers.0.self_attn.q_proj.weight", "BF16", []int64{64, 64}},
		entry{"model.layers.0.mlp.experts.3.w1.weight", "F16", []int64{10, 64}},
		entry{"model.layers.0.mlp.gate.weight", "F32", []int64{8, 64}},
		entry{"model.norm.weight", "F32", []int64{64}},
		entry{"scalar", "F64", []int64{}},
		entry{"empty", "F16", []int64{0, 7}},
		entry{"model.layers.0.self_attn.rotary_emb.inv_freq", "F32", []int64{32}},
		entry{"h.0.attn.bias", "F32", []int64{1, 1, 16, 16}},
		entry{"mask", "BOOL", []int64{5}})
	f := open(t, write(t, t.TempDir(), "m.safetensors", header+"   \n", data))
	if want := quantity.Params(64000 + 4096 + 640 + 512 + 64 + 1); f.Params != want {
		t.Errorf("%d parameters, want %d", f.Params, want)
	}
	if f.Bytes != quantity.Bytes(data) || f.Tensors != 10 || f.Model != nil || f.Format != FormatSafetensors {
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
	f := open(t, write(t, t.TempDir(), "m.safetensors", h, 1))
	if f.Params != 1 || f.Metadata["short"] != "s" || f.Metadata["long"] != "" || !strings.Contains(strings.Join(f.Warnings, ""), "long metadata entries are not shown") {
		t.Errorf("%d, %d entries, %q", f.Params, len(f.Metadata), f.Warnings)
	}
	total := 0
	for k, v := range f.Metadata {
		total += len(k) + len(v)
	}
	if total > maxMetaTotal {
		t.Errorf("%d bytes of metadata held", total)
	}
}

func TestSafetensorsUnknownType(t *testing.T) {
	h := `{"a":{"dtype":"E9","shape":[3,5],"data_offsets":[0,9]},"b":{"dtype":"F16","shape":[2],"data_offsets":[9,13]}}`
	f := open(t, write(t, t.TempDir(), "m.safetensors", h, 13))
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
			path := write(t, t.TempDir(), "m.safetensors", c.header, c.data)
			_, err := Open(context.Background(), path, Options{})
			var fe *FormatError
			if !errors.As(err, &fe) {
				t.Fatalf("error %v (%T), want a *FormatError", err, err)
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
			_, err := Open(context.Background(), path, Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// big returns a header of n tensors as checkpoints name them.
func big(n int) (header []byte, data int64) {
	b := []byte(`{"__metadata__":{"format":"pt"}`)
	for i := range n {
		b = fmt.Appendf(b, `,"model.layers.%d.mlp.experts.%d.down_proj.weight":{"dtype":"BF16","shape":[7168,2048],"data_offsets":[%d,%d]}`, i/512, i%512, data, data+7168*2048*2)
		data += 7168 * 2048 * 2
	}
	return append(b, '}'), data
}

func TestSafetensorsHundredThousand(t *testing.T) {
	header, data := big(100_000)
	path := write(t, t.TempDir(), "m.safetensors", string(header), data)
	allocated := allocatedBy(func() {
		if f := open(t, path); f.Tensors != 100_000 || f.Params != 100_000*7168*2048 {
			t.Errorf("%d tensors, %d parameters", f.Tensors, f.Params)
		}
	})
	// The header has 14 MB; its names and shapes must not be held.
	if allocated > 12<<20 {
		t.Errorf("%d bytes allocated", allocated)
	}
}

// allocatedBy returns the bytes that f allocates, whatever is freed between.
func allocatedBy(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestSafetensorsHostileMemory has headers of 100 MB that are made to be held:
// tensors in reverse order, so that each is a span of its own, and names that
// each begin a module.
func TestSafetensorsHostileMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("100 MB headers")
	}
	for _, c := range []struct {
		name   string
		dtype  string
		suffix string
	}{{"reverse", "BF16", ""}, {"modules", "U8", ".qweight"}} {
		t.Run(c.name, func(t *testing.T) {
			b := []byte("{")
			for i := 900_000; len(b) < maxSafeHeader-200 && i > 0; i-- {
				w := 1
				if c.dtype == "BF16" {
					w = 2
				}
				b = fmt.Appendf(b, `"%d%s":{"dtype":"%s","shape":[1],"data_offsets":[%d,%d]},`, i, c.suffix, c.dtype, i*w, i*w+w)
			}
			b[len(b)-1] = '}'
			data := fileOf(string(b))
			b = nil
			peak := peakHeap(func() {
				c := newCheckpoint(packing{})
				_ = readSafetensors(bytes.NewReader(data), "m", -1, c, func(n []byte, at int64) error { return c.admit(n, at, "m", 0) })
			})
			if peak > 72<<20 {
				t.Errorf("%d MiB at the peak", peak>>20)
			}
			t.Logf("%d MB of header, %d MiB at the peak", len(data)>>20, peak>>20)
		})
	}
}

// peakHeap returns how far the live heap rises above where it stands, seen at
// every collection.
func peakHeap(f func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	start, peak := m.HeapAlloc, m.HeapAlloc
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
				time.Sleep(5 * time.Millisecond)
			}
		}
	}()
	f()
	close(stop)
	<-done
	return peak - start
}

func FuzzSafetensors(f *testing.F) {
	header, data := headerOf(`"__metadata__":{"format":"pt"}`, entry{"a.qweight", "I32", []int64{4, 8}}, entry{"a.scales", "F16", []int64{1, 8}},
		entry{"a.qzeros", "I32", []int64{1, 1}}, entry{"b.weight", "U8", []int64{8, 1}}, entry{"b.weight.absmax", "F32", []int64{1}},
		entry{"c_blocks", "U8", []int64{16}}, entry{"c_scales", "U8", []int64{1}}, entry{"d.scale", "F32", []int64{3}}, entry{"e", "F4", []int64{2}})
	f.Add([]byte(header), data, false)
	f.Add([]byte(`{}`), int64(0), false)
	f.Add(fileOf(header), data, true)
	f.Add([]byte("{\"\\ud83d\\ude00\\n\":{\"dtype\":\"X\",\"shape\":[0],\"data_offsets\":[0,0],\"y\":[{\"z\":-1.5e+3},true,false,null]}}\t "), int64(0), false)
	f.Fuzz(func(t *testing.T, file []byte, data int64, raw bool) {
		if !raw { // the length in front is right
			file = fileOf(string(file))
		}
		if data < 0 || data > 1<<40 {
			data = -1 - int64(len(file))
		}
		c := newCheckpoint(packing{})
		var err error
		used := allocatedBy(func() {
			err = readSafetensors(&drip{file, 7}, "fuzz", int64(len(file))+data, c, func(n []byte, at int64) error { return c.admit(n, at, "fuzz", 0) })
		})
		if used > 4<<20+uint64(64*len(file)) {
			t.Errorf("%d bytes allocated for %d", used, len(file))
		}
		if err != nil {
			return
		}
		if c.tally.resolve() == nil {
			checkTally(t, c.tally)
		}
	})
}

// checkTally holds the sums of a tally against each other.
func checkTally(t *testing.T, y *tally) {
	t.Helper()
	var params, parts, bytes int64
	tensors := 0
	for _, c := range y.counts {
		params, bytes, tensors = params+c.params, bytes+c.bytes, tensors+c.tensors
	}
	for _, n := range y.parts {
		parts += n
	}
	if params != y.params || parts != y.params || bytes != y.bytes || tensors != y.tensors || y.params < 0 || y.bytes < 0 {
		t.Errorf("params %d, by type %d, by part %d; bytes %d, by type %d; tensors %d, by type %d", y.params, params, parts, y.bytes, bytes, y.tensors, tensors)
	}
}

// drip reads a few bytes at a time, so that every token meets the buffer's end.
type drip struct {
	rest []byte
	most int
}

func (d *drip) Read(p []byte) (int, error) {
	if len(d.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), d.most)], d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

func BenchmarkSafetensorsHeader(b *testing.B) {
	for _, n := range []int{300, 100_000} {
		b.Run(fmt.Sprintf("tensors=%d", n), func(b *testing.B) {
			header, data := big(n)
			file := fileOf(string(header))
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				c := newCheckpoint(packing{})
				err := readSafetensors(bytes.NewReader(file), "m", int64(len(file))+data, c, func(n []byte, at int64) error { return c.admit(n, at, "m", 0) })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
