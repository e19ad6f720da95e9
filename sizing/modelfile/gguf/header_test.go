package gguf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"mlsizer/sizing/modelfile/internal/filetest"
)

// TestGGUFTokenizerNotHeld: a tokenizer of 4 MB passes by.
func TestGGUFTokenizerNotHeld(t *testing.T) {
	g := filetest.NewGGUF().Strs("tokenizer.ggml.tokens", 250_000).Strs("other.list", 100_000)
	data := g.Hyper("gpt2", "block_count", 1).Header()
	used := filetest.AllocatedBy(func() {
		h := newSums()
		if _, err := h.readHeader(bytes.NewReader(data), "m", int64(len(data))); err != nil {
			t.Error(err)
		}
	})
	if used > 256<<10 {
		t.Errorf("%d MB of header, %d bytes allocated", len(data)>>20, used)
	}
}

func FuzzGGUF(f *testing.F) {
	f.Add(filetest.TinyLlama(filetest.NewGGUF(), 12).Header(), int64(1<<20))
	g := filetest.NewGGUF()
	g.Order = binary.BigEndian
	f.Add(filetest.TinyLlama(g.U32s("x", 1, 2).Strs("y", 3), 1).Header(), int64(1<<20))
	f.Add(filetest.NewGGUF().Hyper("deepseek2", "block_count", 3, "embedding_length", 8, "vocab_size", 3).Header(), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, behind int64) {
		behind = max(min(behind, 1<<40), -1)
		h := newSums()
		var err error
		used := filetest.AllocatedBy(func() {
			h.values, err = h.readHeader(&filetest.Drip{Rest: data, Most: 11}, "fuzz", int64(len(data))+behind)
			if err != nil {
				return
			}
			if m, _, merr := build(h.values, h.shapes, "fuzz"); merr == nil && m.Params() < 1 {
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
		filetest.CheckTotals(t, &h.Totals)
	})
}

func BenchmarkGGUFHeader(b *testing.B) {
	g := filetest.NewGGUF().Strs("tokenizer.ggml.tokens", 128_256)
	for i := range 290 {
		g.Tensor(fmt.Sprintf("blk.%d.ffn_up_%d.weight", i/9, i%9), 12, 4096, 4096)
	}
	data := g.Header()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		h := newSums()
		if _, err := h.readHeader(bytes.NewReader(data), "m", int64(len(data))+g.Data()+32); err != nil {
			b.Fatal(err)
		}
	}
}
