package filetest

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"mlsizer/sizing/modelfile/gguf/ggml"
)

// GGUF builds a GGUF file for a test.
type GGUF struct {
	Order   binary.AppendByteOrder
	Version uint32
	keys    []byte
	nKeys   uint64
	tensors []byte
	nTens   uint64
	data    uint64
	align   uint64
}

// NewGGUF returns a file of version 3 without keys and tensors.
func NewGGUF() *GGUF { return &GGUF{Order: binary.LittleEndian, Version: 3, align: 32} }

func (g *GGUF) str(b []byte, s string) []byte {
	return append(g.Order.AppendUint64(b, uint64(len(s))), s...)
}

// Key sets a key to the bytes of a value.
func (g *GGUF) Key(name string, typ uint32, value []byte) *GGUF {
	g.keys = g.Order.AppendUint32(g.str(g.keys, name), typ)
	g.keys = append(g.keys, value...)
	g.nKeys++
	return g
}

// Text sets a key to a text.
func (g *GGUF) Text(name, s string) *GGUF { return g.Key(name, ggml.String, g.str(nil, s)) }

// U32 sets a key to a number.
func (g *GGUF) U32(name string, n uint32) *GGUF {
	return g.Key(name, ggml.U32, g.Order.AppendUint32(nil, n))
}

// U32s sets a key to a list of numbers.
func (g *GGUF) U32s(name string, list ...uint32) *GGUF {
	b := g.Order.AppendUint64(g.Order.AppendUint32(nil, ggml.U32), uint64(len(list)))
	for _, n := range list {
		b = g.Order.AppendUint32(b, n)
	}
	return g.Key(name, ggml.Array, b)
}

// Strs sets a key to a list of n texts.
func (g *GGUF) Strs(name string, n int) *GGUF {
	b := g.Order.AppendUint64(g.Order.AppendUint32(nil, ggml.String), uint64(n))
	for i := range n {
		b = g.str(b, fmt.Sprint("token", i))
	}
	return g.Key(name, ggml.Array, b)
}

// Hyper sets the keys of an architecture, as key, value pairs.
func (g *GGUF) Hyper(arch string, pairs ...any) *GGUF {
	g.Text("general.architecture", arch)
	for i := 0; i < len(pairs); i += 2 {
		g.U32(arch+"."+pairs[i].(string), uint32(pairs[i+1].(int)))
	}
	return g
}

// Raw writes a tensor with an offset and a size of the test's choosing.
func (g *GGUF) Raw(name string, typ uint32, offset uint64, dims ...uint64) *GGUF {
	g.tensors = g.Order.AppendUint32(g.str(g.tensors, name), uint32(len(dims)))
	for _, d := range dims {
		g.tensors = g.Order.AppendUint64(g.tensors, d)
	}
	g.tensors = g.Order.AppendUint64(g.Order.AppendUint32(g.tensors, typ), offset)
	g.nTens++
	return g
}

// Tensor writes a tensor behind the one before.
func (g *GGUF) Tensor(name string, typ uint32, dims ...uint64) *GGUF {
	g.Raw(name, typ, g.data, dims...)
	n := uint64(1)
	for _, d := range dims {
		n *= d
	}
	size := n / uint64(ggml.Types[typ].Block) * uint64(ggml.Types[typ].Size)
	g.data += (size + g.align - 1) / g.align * g.align
	return g
}

// Data is how many bytes of data the tensors have.
func (g *GGUF) Data() int64 { return int64(g.data) }

// Header is the file without its data.
func (g *GGUF) Header() []byte {
	b := g.Order.AppendUint32([]byte("GGUF"), g.Version)
	b = g.Order.AppendUint64(g.Order.AppendUint64(b, g.nTens), g.nKeys)
	return append(append(b, g.keys...), g.tensors...)
}

// Write makes the file with the data as a hole.
func (g *GGUF) Write(t testing.TB, dir, name string) string {
	t.Helper()
	b := g.Header()
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

// TinyLlama is a llama of one layer with its tensors in the type.
func TinyLlama(g *GGUF, typ uint32) *GGUF {
	g.Hyper("llama", "block_count", 1, "embedding_length", 256, "feed_forward_length", 512, "attention.head_count", 4, "attention.head_count_kv", 2)
	g.Tensor("token_embd.weight", typ, 256, 100).Tensor("blk.0.attn_norm.weight", 0, 256)
	g.Tensor("blk.0.attn_q.weight", typ, 256, 256).Tensor("blk.0.attn_k.weight", typ, 256, 128).Tensor("blk.0.attn_v.weight", typ, 256, 128)
	g.Tensor("blk.0.attn_output.weight", typ, 256, 256).Tensor("blk.0.ffn_norm.weight", 0, 256)
	g.Tensor("blk.0.ffn_gate.weight", typ, 256, 512).Tensor("blk.0.ffn_up.weight", typ, 256, 512).Tensor("blk.0.ffn_down.weight", typ, 512, 256)
	return g.Tensor("output_norm.weight", 0, 256).Tensor("rope_freqs.weight", 0, 32)
}

// TinyMatrices are the parameters of its matrices.
const TinyMatrices = 256*100 + 2*256*256 + 2*256*128 + 3*256*512
