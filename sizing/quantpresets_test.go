package sizing_test

import (
	"math"
	"testing"

	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
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
	for _, q := range sizing.Quants() {
		if q.FileBits == 0 {
			continue
		}
		got := 8 * float64(sizing.WeightBytes(m, q)) / float64(m.Params())
		if e := math.Abs(got/q.FileBits - 1); e > 0.005 {
			t.Errorf("%s: %.4f bits a weight, published %.4f (%.2f %%)", q.Name, got, q.FileBits, 100*e)
		}
	}
}
