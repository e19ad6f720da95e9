package gguf_test

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

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/gguf/ggml"
	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/internal/opentest"
	"mlsizer/sizing/quantity"
)

// TestGGUFArchitectures: hyper-parameters alone come to the published totals.
func TestGGUFArchitectures(t *testing.T) {
	for _, c := range []struct {
		name string
		file *filetest.GGUF
		want quantity.Params
	}{
		{"llama-2-7b", filetest.NewGGUF().Hyper("llama", "block_count", 32, "context_length", 4096, "embedding_length", 4096, "feed_forward_length", 11008, "attention.head_count", 32, "attention.head_count_kv", 32, "vocab_size", 32000), golden.Find(t, "meta-llama/Llama-2-7b-hf").Params},
		{"llama-3.1-8b", filetest.NewGGUF().Hyper("llama", "block_count", 32, "embedding_length", 4096, "feed_forward_length", 14336, "attention.head_count", 32, "attention.head_count_kv", 8, "vocab_size", 128256), golden.Find(t, "meta-llama/Meta-Llama-3.1-8B").Params},
		{"mixtral-8x7b", filetest.NewGGUF().Hyper("llama", "block_count", 32, "embedding_length", 4096, "feed_forward_length", 14336, "attention.head_count", 32, "attention.head_count_kv", 8, "expert_count", 8, "expert_used_count", 2, "vocab_size", 32000), golden.Find(t, "mistralai/Mixtral-8x7B-v0.1").Params},
		{"qwen2.5-7b", filetest.NewGGUF().Hyper("qwen2", "block_count", 28, "embedding_length", 3584, "feed_forward_length", 18944, "attention.head_count", 28, "attention.head_count_kv", 4, "vocab_size", 152064), golden.Find(t, "Qwen/Qwen2.5-7B").Params},
		{"gpt-2", filetest.NewGGUF().Hyper("gpt2", "block_count", 12, "context_length", 1024, "embedding_length", 768, "feed_forward_length", 3072, "attention.head_count", 12).Strs("tokenizer.ggml.tokens", 50257), golden.Find(t, "openai-community/gpt2").Params},
		{"gemma-2-9b", filetest.NewGGUF().Hyper("gemma2", "block_count", 42, "embedding_length", 3584, "feed_forward_length", 14336, "attention.head_count", 16, "attention.head_count_kv", 8, "attention.key_length", 256, "attention.value_length", 256, "attention.sliding_window", 4096, "vocab_size", 256000), golden.Find(t, "google/gemma-2-9b").Params},
		{"gpt-oss-20b", filetest.NewGGUF().Hyper("gpt-oss", "block_count", 24, "embedding_length", 2880, "feed_forward_length", 2880, "expert_feed_forward_length", 2880, "attention.head_count", 64, "attention.head_count_kv", 8, "attention.key_length", 64, "attention.value_length", 64, "attention.sliding_window", 128, "expert_count", 32, "expert_used_count", 4, "vocab_size", 201088), golden.Find(t, "openai/gpt-oss-20b").Params},
		{"deepseek-v3", filetest.NewGGUF().Hyper("deepseek2", "block_count", 61, "embedding_length", 7168, "feed_forward_length", 18432, "expert_feed_forward_length", 2048, "leading_dense_block_count", 3, "attention.head_count", 128, "attention.q_lora_rank", 1536, "attention.kv_lora_rank", 512, "attention.key_length", 576, "attention.key_length_mla", 192, "attention.value_length_mla", 128, "rope.dimension_count", 64, "expert_count", 256, "expert_used_count", 8, "expert_shared_count", 1, "expert_gating_func", 2, "vocab_size", 129280), golden.Find(t, "deepseek-ai/DeepSeek-V3").Params},
		{"falcon-7b", filetest.NewGGUF().Hyper("falcon", "block_count", 32, "embedding_length", 4544, "feed_forward_length", 18176, "attention.head_count", 71, "attention.head_count_kv", 1).Strs("tokenizer.ggml.tokens", 65024), golden.Find(t, "tiiuae/falcon-7b").Params},
		{"phi-3-mini", filetest.NewGGUF().Hyper("phi3", "block_count", 32, "embedding_length", 3072, "feed_forward_length", 8192, "attention.head_count", 32, "attention.head_count_kv", 32, "vocab_size", 32064), golden.Find(t, "microsoft/Phi-3-mini-4k-instruct").Params},
		// Source: BAAI/bge-small-en-v1.5 has 33,360,000 with a pooler of
		// 384² + 384, which a GGUF file leaves out.
		{"bge-small", filetest.NewGGUF().Hyper("bert", "block_count", 12, "context_length", 512, "embedding_length", 384, "feed_forward_length", 1536, "attention.head_count", 12, "vocab_size", 30522), 33360000 - 384*384 - 384},
		{"per-layer lists", filetest.NewGGUF().Hyper("llama", "block_count", 2, "embedding_length", 8, "attention.head_count", 2, "vocab_size", 10).U32s("llama.attention.head_count_kv", 2, 1).U32s("llama.feed_forward_length", 16, 32), 80 + 80 + 8 + 2*16 + (4*64 + 3*8*16) + (2*64 + 2*32 + 3*8*32)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := opentest.Open(t, c.file.Write(t, t.TempDir(), "m.gguf"))
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
	gemma := func() *filetest.GGUF {
		return filetest.NewGGUF().Hyper("gemma3", "block_count", 12, "embedding_length", 8, "feed_forward_length", 16, "attention.head_count", 2, "attention.sliding_window", 512, "vocab_size", 10)
	}
	const w = 512
	checkWindows(t, gemma(), w, w, w, w, w, 0, w, w, w, w, w, 0)
	checkWindows(t, gemma().U32("gemma3.attention.sliding_window_pattern", 3), w, w, 0, w, w, 0, w, w, 0, w, w, 0)
	checkWindows(t, gemma().U32s("gemma3.attention.sliding_window_pattern", 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1), 0, w, w, w, w, 0, 0, 0, 0, 0, 0, w)
}

func checkWindows(t *testing.T, g *filetest.GGUF, want ...int64) {
	t.Helper()
	f := opentest.Open(t, g.Write(t, t.TempDir(), "m.gguf"))
	var windows []int64
	for _, g := range f.Model.Groups {
		for _, b := range g.Blocks {
			if a, ok := b.(model.Attention); ok {
				windows = append(windows, slices.Repeat([]int64{a.Window}, g.Repeat)...)
			}
		}
	}
	if !slices.Equal(windows, want) {
		t.Errorf("windows %v, want %v", windows, want)
	}
}

func TestGGUFTensors(t *testing.T) {
	for i, typ := range ggml.Types {
		if typ.Name == "" {
			continue
		}
		f := opentest.Open(t, filetest.TinyLlama(filetest.NewGGUF(), uint32(i)).Write(t, t.TempDir(), "m.gguf"))
		if f.Params != filetest.TinyMatrices+3*256 || f.Model == nil || f.ArchitectureParams != f.Params {
			t.Errorf("%s: %d parameters, model %v %q", typ.Name, f.Params, f.Model != nil, f.Warnings)
		}
		want := quantity.Bytes(filetest.TinyMatrices/typ.Block*typ.Size + 3*256*4 + 32*4)
		if f.Bytes != want {
			t.Errorf("%s: %v bytes, want %v", typ.Name, float64(f.Bytes), float64(want))
		}
	}
}

func TestGGUFBigEndian(t *testing.T) {
	g := filetest.NewGGUF()
	g.Order = binary.BigEndian
	f := opentest.Open(t, filetest.TinyLlama(g, 1).Write(t, t.TempDir(), "m.gguf"))
	if f.Params != filetest.TinyMatrices+3*256 || f.Metadata["gguf.byte_order"] != "big-endian" || f.Model == nil {
		t.Errorf("%+v", f)
	}
	g.Version = 2
	_, err := modelfile.Open(context.Background(), g.Write(t, t.TempDir(), "m.gguf"), modelfile.Options{})
	if err == nil || !strings.Contains(err.Error(), "gguf: big endian version: 2") {
		t.Errorf("error %v", err)
	}
}

// TestGGUFNoArchitecture: what is not certain is no architecture; the count
// stands.
func TestGGUFNoArchitecture(t *testing.T) {
	for _, c := range []struct {
		name string
		file *filetest.GGUF
		want string
	}{
		{"unknown", filetest.NewGGUF().Hyper("rwkv9").Tensor("a.weight", 0, 32, 2), "file.no-architecture [hyper: not modelled: rwkv9]"},
		{"no name", filetest.NewGGUF().Tensor("a.weight", 0, 32, 2), "file.no-architecture [hyper: missing: general.architecture]"},
		{"missing key", filetest.NewGGUF().Hyper("llama", "block_count", 1).Tensor("a.weight", 0, 32, 2), "file.no-architecture [hyper: missing: llama.embedding_length]"},
		{"other count", filetest.NewGGUF().Hyper("llama", "block_count", 1, "embedding_length", 32, "feed_forward_length", 32, "attention.head_count", 1, "vocab_size", 2).Tensor("a.weight", 0, 32, 2), "file.other-than-hyper-parameters [llama "},
		{"absurd", filetest.NewGGUF().Hyper("llama", "block_count", 2000000000, "embedding_length", 32, "vocab_size", 2).Tensor("a.weight", 0, 32, 2), "hyper: not whole: llama.block_count"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := opentest.Open(t, c.file.Write(t, t.TempDir(), "m.gguf"))
			if f.Model != nil || f.Params != 64 || !strings.Contains(fmt.Sprint(f.Warnings), c.want) {
				t.Errorf("%+v, want the warning %q", f, c.want)
			}
		})
	}
}

func TestGGUFSplit(t *testing.T) {
	part := func(no, of int) *filetest.GGUF {
		return filetest.NewGGUF().Key("split.no", ggml.U16, binary.LittleEndian.AppendUint16(nil, uint16(no))).
			Key("split.count", ggml.U16, binary.LittleEndian.AppendUint16(nil, uint16(of))).
			Key("split.tensors.count", ggml.I32, binary.LittleEndian.AppendUint32(nil, 3))
	}
	dir := t.TempDir()
	one, two := "m-00001-of-00002.gguf", "m-00002-of-00002.gguf"
	part(0, 2).Hyper("none").Tensor("a", 0, 32).Tensor("b", 1, 32).Write(t, dir, one)
	part(1, 2).Tensor("c", 8, 32).Write(t, dir, two)
	for _, arg := range []string{dir, filepath.Join(dir, one), filepath.Join(dir, two)} {
		f := opentest.Open(t, arg)
		if f.Params != 96 || f.Bytes != 128+64+34 || f.Tensors != 3 {
			t.Errorf("%+v", f)
		}
	}
	refused := func(want string) {
		t.Helper()
		_, err := modelfile.Open(context.Background(), filepath.Join(dir, one), modelfile.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	part(1, 2).Tensor("b", 8, 32).Write(t, dir, two)
	refused("byte 106: tensor: occurs twice: b")
	part(1, 2).Tensor("c", 8, 32).Tensor("d", 8, 32).Write(t, dir, two)
	refused("split: other count of tensors: 2, 4, 3")
	part(0, 2).Tensor("c", 8, 32).Write(t, dir, two)
	refused("split: other number: 0, 1")
	part(1, 3).Tensor("c", 8, 32).Write(t, dir, two)
	refused("split: other count: 3, 2")
	filetest.NewGGUF().Tensor("c", 8, 32).Write(t, dir, two)
	refused("split: no count: 2, 2")
	os.Remove(filepath.Join(dir, two))
	refused("parts: missing: 1, 2, [" + two + "]")
	os.Rename(filepath.Join(dir, one), filepath.Join(dir, "m.gguf"))
	if _, err := modelfile.Open(context.Background(), filepath.Join(dir, "m.gguf"), modelfile.Options{}); err == nil || !strings.Contains(err.Error(), "split: other name: 1, 2") {
		t.Errorf("error %v", err)
	}
}

func TestGGUFRefused(t *testing.T) {
	le := binary.LittleEndian
	head := func(version uint32, tensors, keys uint64, rest ...byte) []byte {
		return append(le.AppendUint64(le.AppendUint64(le.AppendUint32([]byte("GGUF"), version), tensors), keys), rest...)
	}
	long := func(n uint64) []byte { return le.AppendUint64(nil, n) }
	cut := filetest.TinyLlama(filetest.NewGGUF(), 1).Header()
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "byte 0: gguf: ends inside: magic"},
		{"magic", []byte("GGML0000"), "byte 0: gguf: other file: GGML"},
		{"old ggml", []byte("tjgg0000"), "byte 0: gguf: older format"},
		{"version 1", head(1, 0, 0), "byte 4: gguf: first version"},
		{"version 4", head(4, 0, 0), "byte 4: gguf: other version: 4"},
		{"version 0", head(0, 0, 0), "byte 4: gguf: other version: 0"},
		{"tensors", head(3, 1<<63, 0), "byte 8: gguf: too many: 9223372036854775808, tensors, 8, 0"},
		{"keys", head(3, 0, 1<<60), "byte 16: gguf: too many: 1152921504606846976, keys, 0, 0"},
		{"key of 10 GB", head(3, 0, 1, append(long(10<<30), make([]byte, 50)...)...), "byte 24: gguf: too many: 10737418240, bytes-of key, 50, 50"},
		{"key of 64 kB", filetest.NewGGUF().U32(strings.Repeat("k", 65536), 1).Header(), "byte 24: gguf: too long: key, 65536, 65535"},
		{"key not UTF-8", filetest.NewGGUF().U32("k\xff", 1).Header(), "byte 32: gguf: not utf8: key, k\xff"},
		{"key twice", filetest.NewGGUF().U32("k", 1).U32("k", 1).Header(), "byte 41: gguf: key occurs twice: k"},
		{"value type", filetest.NewGGUF().Key("k", 13, long(0)).Header(), "byte 37: gguf: bad value type: value-of k, 13"},
		{"array of 2^61", filetest.NewGGUF().Key("k", ggml.Array, append(le.AppendUint32(nil, ggml.U64), long(1<<61)...)).Header(), "byte 41: gguf: too many: 2305843009213693952, elements-of value-of k, 0, 0"},
		{"array type", filetest.NewGGUF().Key("k", ggml.Array, append(le.AppendUint32(nil, 99), long(1)...)).Header(), "byte 37: gguf: bad element type: value-of k, 99"},
		{"nested arrays", filetest.NewGGUF().Key("k", ggml.Array, bytes.Repeat(append(le.AppendUint32(nil, ggml.Array), long(1)...), 50)).Header(), "byte 85: gguf: too deep: value-of k, 4"},
		{"bool", filetest.NewGGUF().Key("k", ggml.Bool, []byte{2}).Header(), "byte 37: gguf: bad bool: value-of k, 2"},
		{"alignment", filetest.NewGGUF().U32("general.alignment", 24).Header(), "byte 57: gguf: bad alignment: 24, 1048576"},
		{"alignment 0", filetest.NewGGUF().U32("general.alignment", 0).Header(), "byte 57: gguf: bad alignment: 0, 1048576"},
		{"tensor name", filetest.NewGGUF().Raw(strings.Repeat("n", 64), 0, 0, 1).Header(), "byte 24: gguf: too long: name, 64, 63"},
		{"dimensions", filetest.NewGGUF().Raw("t", 0, 0, 1, 1, 1, 1, 1).Header(), "byte 33: tensor: too many dimensions: t, 5, 4"},
		{"million dimensions", append(filetest.NewGGUF().Header()[:8], append(append(long(1), long(0)...), append(append(long(1), 't'), 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0)...)...), "byte 33: tensor: too many dimensions: t, 1000000, 4"},
		{"dimension", filetest.NewGGUF().Raw("t", 0, 0, 1<<63).Header(), "byte 37: tensor: dimension too large: t, 9223372036854775808"},
		{"product", filetest.NewGGUF().Raw("t", 0, 0, 1<<40, 1<<40).Header(), "byte 45: tensor: too many elements: t"},
		{"bytes", filetest.NewGGUF().Raw("t", 0, 0, 1<<62).Header(), "byte 24: tensor: fails: t, ggml: too many bytes: 4611686018427387904, F32"},
		{"removed type", filetest.NewGGUF().Raw("t", 4, 0, 32).Header(), "byte 45: tensor: bad type: t, ggml: removed type: 4, Q4_2"},
		{"unknown type", filetest.NewGGUF().Raw("t", 77, 0, 32).Header(), "byte 45: tensor: bad type: t, ggml: unknown type: 77"},
		{"block", filetest.NewGGUF().Raw("t", 12, 0, 100).Header(), "byte 24: tensor: fails: t, ggml: blocks must divide rows: 100, 256, Q4_K"},
		{"offset", filetest.NewGGUF().Raw("t", 0, 1, 32).Header(), "byte 24: tensor: not aligned: t, 1, 32"},
		{"far offset", filetest.NewGGUF().Raw("t", 0, 1<<63, 32).Header(), "byte 49: tensor: offset too large: t, 9223372036854775808"},
		{"overlap", append(filetest.NewGGUF().Raw("t", 0, 0, 32).Raw("u", 0, 32, 32).Header(), make([]byte, 999)...), "byte 128: data: not side by side: 32, 128, data.of-two-tensors"},
		{"hole", append(filetest.NewGGUF().Raw("t", 0, 0, 32).Raw("u", 0, 256, 32).Header(), make([]byte, 999)...), "byte 224: data: not side by side: 128, 256, data.of-no-tensor"},
		{"no data", filetest.NewGGUF().Tensor("t", 0, 32).Header(), "byte 24: tensor: cut short: t, 128, 0"},
		{"twice", append(filetest.NewGGUF().Tensor("t", 0, 32).Tensor("t", 0, 32).Header(), make([]byte, 999)...), "byte 57: tensor: occurs twice: t"},
		{"cut in the keys", cut[:100], "byte "},
		{"cut in the tensors", cut[:len(cut)-5], "byte 948: gguf: ends inside: offset-of rope_freqs.weight"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m.gguf")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := modelfile.Open(context.Background(), path, modelfile.Options{})
			var fe *modelfile.FormatError
			if !errors.As(err, &fe) || !strings.HasPrefix(err.Error(), path+": byte ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}
