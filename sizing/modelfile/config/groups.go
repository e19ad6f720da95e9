package config

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// maxRuns bounds the groups that alternating layers fall into.
const maxRuns = 10_000

// layer says what distinguishes a layer from its neighbours. The meaning of
// the fields is the family's.
type layer struct {
	mix, ffn byte
	window   int64
	a, b     int64
}

// stack is a model's layers before equal ones are gathered into groups.
type stack struct {
	name   string
	layers int64
	kind   func(i int64) layer                 // nil: all layers are equal
	build  func(layer) (string, []model.Block) // a name ("" for the stack's) and the blocks
}

// groups gathers equal consecutive layers. It allocates by the number of runs,
// not of layers.
func (r *reader) groups(s stack) []model.Group {
	if r.err != nil {
		return nil
	}
	type built struct {
		name   string
		blocks []model.Block
	}
	made := map[layer]built{}
	var groups []model.Group
	put := func(l layer, n int64) {
		b, ok := made[l]
		if !ok {
			b.name, b.blocks = s.build(l)
			if b.name == "" {
				b.name = s.name
			}
			made[l] = b
		}
		if len(b.blocks) > 0 {
			groups = append(groups, model.Group{Name: b.name, Repeat: int(n), Blocks: b.blocks})
		}
	}
	if s.kind == nil {
		put(layer{}, s.layers)
		return groups
	}
	var run int64
	for i := int64(0); i < s.layers; i += run {
		l := s.kind(i)
		for run = 1; i+run < s.layers && s.kind(i+run) == l; run++ {
		}
		if len(groups) == maxRuns {
			r.fail("", note.NewError("layers.too-many-kinds", maxRuns))
			return nil
		}
		put(l, run)
	}
	return groups
}
