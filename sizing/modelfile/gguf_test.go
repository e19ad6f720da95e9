package modelfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// ggufFile builds a GGUF file for a test.
type ggufFile struct {
	order   binary.AppendByteOrder
	version uint32
	keys    []byte
	nKeys   uint64
	tensors []byte
	nTens   uint64
	data    uint64
	align   uint64
}

func newGGUF() *ggufFile { return &ggufFile{order: binary.LittleEndian, version: 3, align: 32} }

func (g *ggufFile) str(b []byte, s string) []byte {
	return append(g.order.AppendUint64(b, uint64(len(s))), s...)
}

func (g *ggufFile) key(name string, typ uint32, value []byte) *ggufFile {
	g.keys = g.order.AppendUint32(g.str(g.keys, name), typ)
	g.keys = append(g.keys, value...)
	g.nKeys++
	return g
}

func (g *ggufFile) text(name, s string) *ggufFile { return g.key(name, ggufString, g.str(nil, s)) }
func (g *ggufFile) u32(name string, n uint32) *ggufFile {
	return g.key(name, ggufU32, g.order.AppendUint32(nil, n))
}

func (g *ggufFile) u32s(name string, list ...uint32) *ggufFile {
	b := g.order.AppendUint64(g.order.AppendUint32(nil, ggufU32), uint64(len(list)))
	for _, n := range list {
		b = g.order.AppendUint32(b, n)
	}
	return g.key(name, ggufArray, b)
}

func (g *ggufFile) strs(name string, n int) *ggufFile {
	b := g.order.AppendUint64(g.order.AppendUint32(nil, ggufString), uint64(n))
	for i := range n {
		b = g.str(b, fmt.Sprint("token", i))
	}
	return g.key(name, ggufArray, b)
}

// hyper sets the keys of an architecture, as key, value pairs.
func (g *ggufFile) hyper(arch string, pairs ...any) *ggufFile {
	g.text("general.architecture", arch)
	for i := 0; i < len(pairs); i += 2 {
		g.u32(arch+"."+pairs[i].(string), uint32(pairs[i+1].(int)))
	}
	return g
}

// raw writes a tensor with an offset and a size of the test's choosing.
func (g *ggufFile) raw(name string, typ uint32, offset uint64, dims ...uint64) *ggufFile {
	g.tensors = g.order.AppendUint32(g.str(g.tensors, name), uint32(len(dims)))
	for _, d := range dims {
		g.tensors = g.order.AppendUint64(g.tensors, d)
	}
	g.tensors = g.order.AppendUint64(g.order.AppendUint32(g.tensors, typ), offset)
	g.nTens++
	return g
}

// tensor writes a tensor behind the one before.
func (g *ggufFile) tensor(name string, typ uint32, dims ...uint64) *ggufFile {
	g.raw(name, typ, g.data, dims...)
	n := uint64(1)
	for _, d := range dims {
		n *= d
	}
	size := n / uint64(ggmlTypes[typ].block) * uint64(ggmlTypes[typ].size)
	g.data += (size + g.align - 1) / g.align * g.align
	return g
}

func (g *ggufFile) header() []byte {
	b := g.order.AppendUint32([]byte("GGUF"), g.version)
	b = g.order.AppendUint64(g.order.AppendUint64(b, g.nTens), g.nKeys)
	return append(append(b, g.keys...), g.tensors...)
}

// write makes the file with the data as a hole.
func (g *ggufFile) write(t testing.TB, dir, name string) string {
	t.Helper()
	b := g.header()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if g.nTens > 0 {
		start := (uint64(len(b)) + g.align - 1) / g.align * g.align
		if err := os.Truncate(path, int64(start+g.data)); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestGGUFArchitectures: hyper-parameters alone come to the published totals.
func TestGGUFArchitectures(t *testing.T) {
	for _, c := range []struct {
		name string
		file *ggufFile
		want quantity.Params
	}{
		// Source of the totals: the models' safetensors counts on the hub.
		{"llama-2-7b", newGGUF().hyper("llama", "block_count", 32, "context_length", 4096, "embedding_length", 4096, "feed_forward_length", 11008, "attention.head_count", 32, "attention.head_count_kv", 32, "vocab_size", 32000), 6738415616},
		{"llama-3.1-8b", newGGUF().hyper("llama", "block_count", 32, "embedding_length", 4096, "feed_forward_length", 14336, "attention.head_count", 32, "attention.head_count_kv", 8, "vocab_size", 128256), 8030261248},
		{"mixtral-8x7b", newGGUF().hyper("llama", "block_count", 32, "embedding_length", 4096, "feed_forward_length", 14336, "attention.head_count", 32, "attention.head_count_kv", 8, "expert_count", 8, "expert_used_count", 2, "vocab_size", 32000), 46702792704},
		{"qwen2.5-7b", newGGUF().hyper("qwen2", "block_count", 28, "embedding_length", 3584, "feed_forward_length", 18944, "attention.head_count", 28, "attention.head_count_kv", 4, "vocab_size", 152064), 7615616512},
		{"gpt-2", newGGUF().hyper("gpt2", "block_count", 12, "context_length", 1024, "embedding_length", 768, "feed_forward_length", 3072, "attention.head_count", 12).strs("tokenizer.ggml.tokens", 50257), 124439808},
		{"gemma-2-9b", newGGUF().hyper("gemma2", "block_count", 42, "embedding_length", 3584, "feed_forward_length", 14336, "attention.head_count", 16, "attention.head_count_kv", 8, "attention.key_length", 256, "attention.value_length", 256, "attention.sliding_window", 4096, "vocab_size", 256000), 9241705984},
		{"gpt-oss-20b", newGGUF().hyper("gpt-oss", "block_count", 24, "embedding_length", 2880, "feed_forward_length", 2880, "expert_feed_forward_length", 2880, "attention.head_count", 64, "attention.head_count_kv", 8, "attention.key_length", 64, "attention.value_length", 64, "attention.sliding_window", 128, "expert_count", 32, "expert_used_count", 4, "vocab_size", 201088), 20914757184},
		{"deepseek-v3", newGGUF().hyper("deepseek2", "block_count", 61, "embedding_length", 7168, "feed_forward_length", 18432, "expert_feed_forward_length", 2048, "leading_dense_block_count", 3, "attention.head_count", 128, "attention.q_lora_rank", 1536, "attention.kv_lora_rank", 512, "attention.key_length", 576, "attention.key_length_mla", 192, "attention.value_length_mla", 128, "rope.dimension_count", 64, "expert_count", 256, "expert_used_count", 8, "expert_shared_count", 1, "expert_gating_func", 2, "vocab_size", 129280), 671026419200},
		// Source: V·d + 32 layers of d(H+2G)h + d² + 8d² + 2d, + 2d, for
		// tiiuae/falcon-7b's config; the hub counts 6,921,720,704.
		{"falcon-7b", newGGUF().hyper("falcon", "block_count", 32, "embedding_length", 4544, "feed_forward_length", 18176, "attention.head_count", 71, "attention.head_count_kv", 1).strs("tokenizer.ggml.tokens", 65024), 6921720704},
		// Source: microsoft/Phi-3-mini-4k-instruct, safetensors count on the hub.
		{"phi-3-mini", newGGUF().hyper("phi3", "block_count", 32, "embedding_length", 3072, "feed_forward_length", 8192, "attention.head_count", 32, "attention.head_count_kv", 32, "vocab_size", 32064), 3821079552},
		// Source: BAAI/bge-small-en-v1.5 has 33,360,000 with a pooler of
		// 384² + 384, which a GGUF file leaves out.
		{"bge-small", newGGUF().hyper("bert", "block_count", 12, "context_length", 512, "embedding_length", 384, "feed_forward_length", 1536, "attention.head_count", 12, "vocab_size", 30522), 33360000 - 384*384 - 384},
		{"per-layer lists", newGGUF().hyper("llama", "block_count", 2, "embedding_length", 8, "attention.head_count", 2, "vocab_size", 10).u32s("llama.attention.head_count_kv", 2, 1).u32s("llama.feed_forward_length", 16, 32), 80 + 80 + 8 + 2*16 + (4*64 + 3*8*16) + (2*64 + 2*32 + 3*8*32)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := open(t, c.file.write(t, t.TempDir(), "m.gguf"))
			if f.Model == nil || f.ArchitectureParams != c.want || f.Params != c.want {
				t.Errorf("%v parameters, model %v, want %d; %q", f.ArchitectureParams.Exact(), f.Model != nil, c.want, f.Warnings)
			}
			if f.Bytes != 0 || f.Tensors != 0 {
				t.Errorf("%v in %d tensors (want none)", f.Bytes, f.Tensors)
			}
		})
	}
}

func TestGGUFWindows(t *testing.T) {
	gemma := func() *ggufFile {
		return newGGUF().hyper("gemma3", "block_count", 12, "embedding_length", 8, "feed_forward_length", 16, "attention.head_count", 2, "attention.sliding_window", 512, "vocab_size", 10)
	}
	const w = 512
	checkWindows(t, gemma(), w, w, w, w, w, 0, w, w, w, w, w, 0)
	checkWindows(t, gemma().u32("gemma3.attention.sliding_window_pattern", 3), w, w, 0, w, w, 0, w, w, 0, w, w, 0)
	checkWindows(t, gemma().u32s("gemma3.attention.sliding_window_pattern", 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1), 0, w, w, w, w, 0, 0, 0, 0, 0, 0, w)
}

func checkWindows(t *testing.T, g *ggufFile, want ...int64) {
	t.Helper()
	f := open(t, g.write(t, t.TempDir(), "m.gguf"))
	var windows []int64
	for _, g := range f.Model.Groups {
		for _, b := range g.Blocks {
			if a, ok := b.(sizing.Attention); ok {
				windows = append(windows, slices.Repeat([]int64{a.Window}, g.Repeat)...)
			}
		}
	}
	if !slices.Equal(windows, want) {
		t.Errorf("windows %v, want %v", windows, want)
	}
}

// tinyLlama is a llama of one layer with its tensors in the type.
func tinyLlama(g *ggufFile, typ uint32) *ggufFile {
	g.hyper("llama", "block_count", 1, "embedding_length", 256, "feed_forward_length", 512, "attention.head_count", 4, "attention.head_count_kv", 2)
	g.tensor("token_embd.weight", typ, 256, 100).tensor("blk.0.attn_norm.weight", 0, 256)
	g.tensor("blk.0.attn_q.weight", typ, 256, 256).tensor("blk.0.attn_k.weight", typ, 256, 128).tensor("blk.0.attn_v.weight", typ, 256, 128)
	g.tensor("blk.0.attn_output.weight", typ, 256, 256).tensor("blk.0.ffn_norm.weight", 0, 256)
	g.tensor("blk.0.ffn_gate.weight", typ, 256, 512).tensor("blk.0.ffn_up.weight", typ, 256, 512).tensor("blk.0.ffn_down.weight", typ, 512, 256)
	return g.tensor("output_norm.weight", 0, 256).tensor("rope_freqs.weight", 0, 32)
}

const tinyMatrices = 256*100 + 2*256*256 + 2*256*128 + 3*256*512

func TestGGUFTensors(t *testing.T) {
	for i, typ := range ggmlTypes {
		if typ.name == "" {
			continue
		}
		f := open(t, tinyLlama(newGGUF(), uint32(i)).write(t, t.TempDir(), "m.gguf"))
		if f.Params != tinyMatrices+3*256 || f.Model == nil || f.ArchitectureParams != f.Params {
			t.Errorf("%s: %d parameters, model %v %q", typ.name, f.Params, f.Model != nil, f.Warnings)
		}
		want := quantity.Bytes(tinyMatrices/typ.block*typ.size + 3*256*4 + 32*4)
		if f.Bytes != want {
			t.Errorf("%s: %v bytes, want %v", typ.name, float64(f.Bytes), float64(want))
		}
	}
}

func TestGGUFBigEndian(t *testing.T) {
	g := newGGUF()
	g.order = binary.BigEndian
	f := open(t, tinyLlama(g, 1).write(t, t.TempDir(), "m.gguf"))
	if f.Params != tinyMatrices+3*256 || f.Metadata["gguf.byte_order"] != "big-endian" || f.Model == nil {
		t.Errorf("%+v", f)
	}
	g.version = 2
	_, err := Open(context.Background(), g.write(t, t.TempDir(), "m.gguf"), Options{})
	if err == nil || !strings.Contains(err.Error(), "version 2 in big-endian order") {
		t.Errorf("error %v", err)
	}
}

// TestGGUFNoArchitecture: what is not certain is no architecture; the count
// stands.
func TestGGUFNoArchitecture(t *testing.T) {
	for _, c := range []struct {
		name string
		file *ggufFile
		want string
	}{
		{"unknown", newGGUF().hyper("rwkv9").tensor("a.weight", 0, 32, 2), `the architecture "rwkv9" is not modelled`},
		{"no name", newGGUF().tensor("a.weight", 0, 32, 2), "general.architecture is missing"},
		{"missing key", newGGUF().hyper("llama", "block_count", 1).tensor("a.weight", 0, 32, 2), "llama.embedding_length is missing"},
		{"other count", newGGUF().hyper("llama", "block_count", 1, "embedding_length", 32, "feed_forward_length", 32, "attention.head_count", 1, "vocab_size", 2).tensor("a.weight", 0, 32, 2), "the hyper-parameters of \"llama\" give"},
		{"absurd", newGGUF().hyper("llama", "block_count", 2000000000, "embedding_length", 32, "vocab_size", 2).tensor("a.weight", 0, 32, 2), "block_count"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := open(t, c.file.write(t, t.TempDir(), "m.gguf"))
			if f.Model != nil || f.Params != 64 || !strings.Contains(strings.Join(f.Warnings, "\n"), c.want) {
				t.Errorf("%+v, want the warning %q", f, c.want)
			}
		})
	}
}

func TestGGUFSplit(t *testing.T) {
	part := func(no, of int) *ggufFile {
		return newGGUF().key("split.no", ggufU16, binary.LittleEndian.AppendUint16(nil, uint16(no))).
			key("split.count", ggufU16, binary.LittleEndian.AppendUint16(nil, uint16(of))).
			key("split.tensors.count", ggufI32, binary.LittleEndian.AppendUint32(nil, 3))
	}
	dir := t.TempDir()
	one, two := "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"
	part(0, 2).hyper("none").tensor("a", 0, 32).tensor("b", 1, 32).write(t, dir, one)
	part(1, 2).tensor("c", 8, 32).write(t, dir, two)
	for _, arg := range []string{dir, filepath.Join(dir, one), filepath.Join(dir, two)} {
		f := open(t, arg)
		if f.Params != 96 || f.Bytes != 128+64+34 || f.Tensors != 3 {
			t.Errorf("%+v", f)
		}
	}
	refused := func(want string) {
		t.Helper()
		_, err := Open(context.Background(), filepath.Join(dir, one), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	part(1, 2).tensor("b", 8, 32).write(t, dir, two)
	refused(`tensor "b" occurs twice`)
	part(1, 2).tensor("c", 8, 32).tensor("d", 8, 32).write(t, dir, two)
	refused("hold 4 tensors, but split.tensors.count is 3")
	part(0, 2).tensor("c", 8, 32).write(t, dir, two)
	refused("split.no is 0 (want 1)")
	part(1, 3).tensor("c", 8, 32).write(t, dir, two)
	refused("split.count is 3, but the name says 2")
	newGGUF().tensor("c", 8, 32).write(t, dir, two)
	refused("has no split.count")
	os.Remove(filepath.Join(dir, two))
	refused("1 of 2 files are missing: " + two)
	os.Rename(filepath.Join(dir, one), filepath.Join(dir, "m.gguf"))
	if _, err := Open(context.Background(), filepath.Join(dir, "m.gguf"), Options{}); err == nil || !strings.Contains(err.Error(), "is part 1 of 2, but its name") {
		t.Errorf("error %v", err)
	}
}

func TestGGUFRefused(t *testing.T) {
	le := binary.LittleEndian
	head := func(version uint32, tensors, keys uint64, rest ...byte) []byte {
		return append(le.AppendUint64(le.AppendUint64(le.AppendUint32([]byte("GGUF"), version), tensors), keys), rest...)
	}
	long := func(n uint64) []byte { return le.AppendUint64(nil, n) }
	cut := tinyLlama(newGGUF(), 1).header()
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "byte 0: the file ends inside the magic"},
		{"magic", []byte("GGML0000"), `begins with "GGML": not a GGUF file`},
		{"old ggml", []byte("tjgg0000"), "from before GGUF"},
		{"version 1", head(1, 0, 0), "byte 4: GGUF version 1, which has 32-bit lengths"},
		{"version 4", head(4, 0, 0), "GGUF version 4 (want version 2 or 3)"},
		{"version 0", head(0, 0, 0), "GGUF version 0"},
		{"tensors", head(3, 1<<63, 0), "byte 8: 9223372036854775808 tensors, of which the 8 bytes that follow cannot hold"},
		{"keys", head(3, 0, 1<<60), "byte 16: 1152921504606846976 keys"},
		{"key of 10 GB", head(3, 0, 1, append(long(10<<30), make([]byte, 50)...)...), "byte 24: 10737418240 bytes of a key"},
		{"key of 64 kB", newGGUF().u32(strings.Repeat("k", 65536), 1).header(), "a key of 65536 bytes (want at most 65535)"},
		{"key not UTF-8", newGGUF().u32("k\xff", 1).header(), "is not UTF-8"},
		{"key twice", newGGUF().u32("k", 1).u32("k", 1).header(), `key "k" occurs twice`},
		{"value type", newGGUF().key("k", 13, long(0)).header(), "has the value type 13"},
		{"array of 2^61", newGGUF().key("k", ggufArray, append(le.AppendUint32(nil, ggufU64), long(1<<61)...)).header(), "2305843009213693952 elements"},
		{"array type", newGGUF().key("k", ggufArray, append(le.AppendUint32(nil, 99), long(1)...)).header(), "elements of the value type 99"},
		{"nested arrays", newGGUF().key("k", ggufArray, bytes.Repeat(append(le.AppendUint32(nil, ggufArray), long(1)...), 50)).header(), "nested too deeply"},
		{"bool", newGGUF().key("k", ggufBool, []byte{2}).header(), "a bool of 2"},
		{"alignment", newGGUF().u32("general.alignment", 24).header(), "general.alignment is 24 (want a power of two"},
		{"alignment 0", newGGUF().u32("general.alignment", 0).header(), "general.alignment is 0"},
		{"tensor name", newGGUF().raw(strings.Repeat("n", 64), 0, 0, 1).header(), "a tensor's name of 64 bytes (want at most 63)"},
		{"dimensions", newGGUF().raw("t", 0, 0, 1, 1, 1, 1, 1).header(), "5 dimensions (want at most 4)"},
		{"million dimensions", append(newGGUF().header()[:8], append(append(long(1), long(0)...), append(append(long(1), 't'), 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0)...)...), "1000000 dimensions"},
		{"dimension", newGGUF().raw("t", 0, 0, 1<<63).header(), "a dimension of 9223372036854775808"},
		{"product", newGGUF().raw("t", 0, 0, 1<<40, 1<<40).header(), "more than 2^63 elements"},
		{"bytes", newGGUF().raw("t", 0, 0, 1<<62).header(), "exceed 2^63 bytes"},
		{"removed type", newGGUF().raw("t", 4, 0, 32).header(), "ggml type 4 (Q4_2) was removed"},
		{"unknown type", newGGUF().raw("t", 77, 0, 32).header(), "unknown ggml type 77"},
		{"block", newGGUF().raw("t", 12, 0, 100).header(), "rows of 100 elements, which the 256 of a Q4_K block do not divide"},
		{"offset", newGGUF().raw("t", 0, 1, 32).header(), "has the offset 1 (want a multiple of 32)"},
		{"far offset", newGGUF().raw("t", 0, 1<<63, 32).header(), "has the offset 9223372036854775808"},
		{"overlap", append(newGGUF().raw("t", 0, 0, 32).raw("u", 0, 32, 32).header(), make([]byte, 999)...), "data bytes 32 to 128 belong to two tensors"},
		{"hole", append(newGGUF().raw("t", 0, 0, 32).raw("u", 0, 256, 32).header(), make([]byte, 999)...), "data bytes 128 to 256 belong to no tensor"},
		{"no data", newGGUF().tensor("t", 0, 32).header(), "the file is cut short"},
		{"twice", append(newGGUF().tensor("t", 0, 32).tensor("t", 0, 32).header(), make([]byte, 999)...), `tensor "t" occurs twice`},
		{"cut in the keys", cut[:100], "byte "},
		{"cut in the tensors", cut[:len(cut)-5], "the file ends inside the offset of rope_freqs.weight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.gguf")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(context.Background(), path, Options{})
			var fe *FormatError
			if !errors.As(err, &fe) || !strings.HasPrefix(err.Error(), path+": byte ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestGGUFTokenizerNotHeld: a tokenizer of 4 MB passes by.
func TestGGUFTokenizerNotHeld(t *testing.T) {
	g := newGGUF().strs("tokenizer.ggml.tokens", 250_000).strs("other.list", 100_000)
	data := g.hyper("gpt2", "block_count", 1).header()
	used := allocatedBy(func() {
		h := newGGUFSum()
		if _, err := h.readGGUF(bytes.NewReader(data), "m", int64(len(data))); err != nil {
			t.Error(err)
		}
	})
	if used > 256<<10 {
		t.Errorf("%d MB of header, %d bytes allocated", len(data)>>20, used)
	}
}

func FuzzGGUF(f *testing.F) {
	f.Add(tinyLlama(newGGUF(), 12).header(), int64(1<<20))
	g := newGGUF()
	g.order = binary.BigEndian
	f.Add(tinyLlama(g.u32s("x", 1, 2).strs("y", 3), 1).header(), int64(1<<20))
	f.Add(newGGUF().hyper("deepseek2", "block_count", 3, "embedding_length", 8, "vocab_size", 3).header(), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, behind int64) {
		behind = max(min(behind, 1<<40), -1)
		h := newGGUFSum()
		var err error
		used := allocatedBy(func() {
			h.values, err = h.readGGUF(&drip{data, 11}, "fuzz", int64(len(data))+behind)
			if err != nil {
				return
			}
			if m, _, merr := buildGGUF(h.values, h.shapes, "fuzz"); merr == nil && m.Params() < 1 {
				t.Errorf("an architecture of %d parameters", m.Params())
			}
		})
		// An architecture has up to 8192 layers of their own.
		if used > 32<<20+uint64(64*len(data)) {
			t.Errorf("%d bytes allocated for %d", used, len(data))
		}
		if err != nil {
			return
		}
		var params, parts, size int64
		for _, c := range h.counts {
			params, size = params+c.params, size+c.bytes
		}
		for _, n := range h.parts {
			parts += n
		}
		if params != h.params || parts != h.params || size != h.bytes || params < 0 || size < 0 {
			t.Errorf("params %d, by type %d, by part %d; bytes %d, by type %d", h.params, params, parts, h.bytes, size)
		}
	})
}

func BenchmarkGGUFHeader(b *testing.B) {
	g := newGGUF().strs("tokenizer.ggml.tokens", 128_256)
	for i := range 290 {
		g.tensor(fmt.Sprintf("blk.%d.ffn_up_%d.weight", i/9, i%9), 12, 4096, 4096)
	}
	data := g.header()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		h := newGGUFSum()
		if _, err := h.readGGUF(bytes.NewReader(data), "m", int64(len(data))+int64(g.data)+32); err != nil {
			b.Fatal(err)
		}
	}
}
