package catalog

import (
	"mlsizer/sizing/quantity"
	"testing"
)

func TestAll(t *testing.T) {
	for _, e := range Default().All() {
		m, err := e.Build()
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		d := int64(0)
		if e.Published != 0 {
			d = int64(m.Params() - e.Published)
		}
		t.Log(e.Name, m.Params().Exact(), m.Params(), "active", m.ActiveParams(), "off", d)
	}
}

func TestFC(t *testing.T) {
	for _, n := range []quantity.Params{1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 124e6, 350e6, 1e9, 15e8, 2e9, 3e9, 7e9, 8e9, 13e9, 20e9, 32e9, 70e9, 120e9, 175e9, 405e9, 530e9, 1e12, 1e13, 1e14, 1e15} {
		m, err := FromCount(n)
		if err != nil || m.Check() != nil {
			t.Fatal(err, m.Check())
		}
		var sum quantity.Params
		for _, p := range m.ByComponent() {
			sum += p
		}
		t.Logf("%v %+v %.4f", n, inferShape(float64(n)), float64(sum)/float64(n))
	}
}
