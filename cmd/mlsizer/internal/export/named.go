package export

import (
	"reflect"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
)

// Positions is how a launch tells positions apart. Models of the same dimensions
// may differ in it.
type Positions struct {
	Learned bool
	Base    string // of rotary ones; "" is not said
	Scaled  bool
}

// Named is the name of the model in the catalogue that has the dimensions of
// another, "" if there is none. Where several have them, one of the same positions
// comes first, then the shortest name. A vocabulary that is not known is that of
// any.
func Named(m *model.Model, vocabulary bool, p Positions) string {
	want := dimensionsOf(m)
	want.attention = nil // whose dimensions stand beside it, written out
	best, bestAlike := "", false
	for _, e := range catalog.Default().All() {
		built, err := e.Build()
		if err != nil {
			continue
		}
		have := dimensionsOf(built)
		have.attention = nil
		if !vocabulary {
			have.vocab = want.vocab
		}
		if have.heads == 0 || !reflect.DeepEqual(have, want) {
			continue
		}
		alike := positionsAlike(architectures()[e.Name], p)
		if best == "" || alike && !bestAlike || alike == bestAlike && shorter(e.Name, best) {
			best, bestAlike = e.Name, alike
		}
	}
	return best
}

func shorter(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }

// positionsAlike reports whether an architecture has the positions of a launch.
func positionsAlike(a *architecture, p Positions) bool {
	if a == nil || (a.positions == "learned") != p.Learned {
		return false
	}
	return (p.Base == "" || p.Base == a.base) && p.Scaled == (a.scaling != "" && a.positions == "rope")
}

// TorchtitanModel is the model that torchtitan's registry has under a module and a
// configuration, "" if there is none.
func TorchtitanModel(name string) string {
	for model, a := range architectures() {
		if a.torchtitan == name && name != "" {
			return model
		}
	}
	return ""
}

// LayersOf is how many layers a catalogued model has, 0 for another.
func LayersOf(name string) int {
	e, err := catalog.Default().Find(name)
	if err != nil {
		return 0
	}
	m, err := e.Build()
	if err != nil {
		return 0
	}
	return m.Layers()
}
