package catalog

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// The table that FromCount interpolates must say what the catalogue says.
func TestKnownShapesAreTheCatalogues(t *testing.T) {
	last := 0.0
	for _, k := range knownShapes {
		m := build(t, k.name)
		tied := false
		for _, b := range m.Groups[len(m.Groups)-1].Blocks {
			if l, ok := b.(model.Linear); ok && l.Head {
				tied = l.Tied
			}
		}
		if float64(m.Params()) != k.params || float64(m.Layers()) != k.layers || float64(m.Hidden) != k.hidden || m.Vocab != k.vocab || tied != k.tied {
			t.Errorf("%s: table %+v, catalogue %d parameters, %d layers, hidden %d, vocabulary %d, tied %v", k.name, k, m.Params(), m.Layers(), m.Hidden, m.Vocab, tied)
		}
		if k.params <= last {
			t.Errorf("%s is not larger than the model before it", k.name)
		}
		last = k.params
	}
}

func TestFromCountOfKnownSizes(t *testing.T) {
	for _, g := range []struct {
		count          quantity.Params
		layers, hidden int64
	}{
		{124e6, 12, 768}, {350e6, 24, 1024}, {3e9, 28, 3072}, {7e9, 32, 4096}, {13e9, 40, 5120},
		{70e9, 80, 8192}, {175e9, 96, 12288}, {1e12, 128, 25600},
	} {
		s := inferShape(float64(g.count))
		if s.layers != g.layers || s.hidden != g.hidden {
			t.Errorf("%v: %d layers of %d (want %d of %d)", g.count, s.layers, s.hidden, g.layers, g.hidden)
		}
	}
}

func TestFromCountProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := quantity.Params(math.Round(math.Pow(10, rapid.Float64Range(0, 15).Draw(t, "log10"))))
		m, err := FromCount(count)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
		if !m.Inferred || m.Params() != count || m.Count != count || m.Name != count.String() {
			t.Fatalf("model of %d: %+v", count, m)
		}
		if again, _ := FromCount(count); !reflect.DeepEqual(m, again) {
			t.Fatalf("two models of %d differ", count)
		}
		if count >= 1e8 && count <= 1e12 {
			if ratio := float64(shapeTotal(m)) / float64(count); ratio < 0.8 || ratio > 1.2 {
				t.Fatalf("the shape of %d has %.3f times as many parameters", count, ratio)
			}
		}
		a := m.Groups[1].Blocks[1].(model.Attention)
		if a.Heads*a.HeadDim != a.Hidden {
			t.Fatalf("%d heads of %d are not the hidden size %d", a.Heads, a.HeadDim, a.Hidden)
		}
		if m.Hidden >= 2048 && (a.Heads%8 != 0 || a.KVHeads != 8 || a.HeadDim != 128) {
			t.Fatalf("hidden %d: %d heads of %d, %d KV heads", m.Hidden, a.Heads, a.HeadDim, a.KVHeads)
		}
		if l := m.Layers(); l > 1 && l%2 != 0 {
			t.Fatalf("%d layers", l)
		}
	})
}

// A larger count never has a smaller residual stream or fewer layers by more
// than rounding.
func TestFromCountGrows(t *testing.T) {
	var last inferredShape
	for e := 0.0; e <= 15; e += 0.01 {
		s := inferShape(math.Round(math.Pow(10, e)))
		if s.hidden < last.hidden || s.layers < last.layers-2 {
			t.Errorf("1e%.2f: %d layers of %d after %d of %d", e, s.layers, s.hidden, last.layers, last.hidden)
		}
		last = s
	}
}

func TestFromCountRefusesNothing(t *testing.T) {
	for _, count := range []quantity.Params{0, -1, math.MinInt64} {
		if m, err := FromCount(count); err == nil {
			t.Errorf("FromCount(%d) = %v (want an error)", int64(count), m.Name)
		} else {
			assert.Equal(t, note.NewError("model.no-parameters", int64(count)), err)
		}
	}
}

func TestFromCountOfTheLargest(t *testing.T) {
	m, err := FromCount(math.MaxInt64)
	if err != nil || m.Params() != math.MaxInt64 {
		t.Errorf("FromCount of the largest count: %v", err)
	}
}

func shapeTotal(m *model.Model) quantity.Params {
	var n quantity.Params
	for _, p := range m.ByComponent() {
		n += p
	}
	return n
}

func BenchmarkFromCount(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FromCount(7e9); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleFromCount() {
	m, err := FromCount(7e9)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Name, m.Params().Exact(), m.Layers(), "layers of", m.Hidden)
	// Output: 7.00B 7,000,000,000 32 layers of 4096
}
