package serve_test

import (
	"math"
	"testing"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/serve"
)

// The mixes of formats must come to the published size of a file.
// Source: ggml-org/llama.cpp examples/quantize/README.md, Llama-3.1-8B.
func TestQuantFileBits(t *testing.T) {
	e, err := catalog.Default().Find("llama-3.1-8b")
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range serve.Quants() {
		if q.FileBits == 0 {
			continue
		}
		got := 8 * float64(serve.WeightBytes(m, q)) / float64(m.Params())
		if e := math.Abs(got/q.FileBits - 1); e > 0.005 {
			t.Errorf("%s: %.4f bits a weight, published %.4f (%.2f %%)", q.Name, got, q.FileBits, 100*e)
		}
	}
}

// Pruned 2:4 in bf16, a linear layer takes 16/2 + 1 = 9 bits per weight.
// Source: arXiv:2104.08378 section 3 (half of the values, 2 bits of place each).
func TestPruned(t *testing.T) {
	e, err := catalog.Default().Find("llama-3.1-8b")
	if err != nil {
		t.Fatal(err)
	}
	m, err := e.Build()
	if err != nil {
		t.Fatal(err)
	}
	q, err := serve.FindQuant("bf16-2:4")
	if err != nil {
		t.Fatal(err)
	}
	const (
		tables = 2 * 128256 * 4096      // embedding and head, 16 bits
		norms  = 65 * 4096              // 16 bits
		linear = 32 * 218_103_808 * 1.0 // 4096·4096·2 + 4096·1024·2 + 3·4096·14336 a layer, 9 bits
	)
	if got, want := float64(serve.WeightBytes(m, q)), (tables+norms)*2+linear*9/8; got != want {
		t.Errorf("%v B, want %v", got, want)
	}
	for _, in := range []string{"q4_k_m-2:4", "bf16-2:4-2:4", "-2:4"} {
		if _, err := serve.FindQuant(in); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
}
