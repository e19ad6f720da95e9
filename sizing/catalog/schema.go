package catalog

import (
	"encoding/json"
	"fmt"
	"strings"

	"mlsizer/sizing/model"
)

// The schema of the data files. A file is an array of models; the first line of
// a model holds its names, so that an index can leave out the rest. What is
// known of it stands beside "arch", which says of what it is built, in three
// steps from short to exact:
//
//   - "blocks" names the parts of a layer, each with a "kind" and the fields
//     of the block of that kind in package sizing. A width that is left out is
//     the model's hidden size; the rows of an embedding and the outputs of a
//     head are the vocabulary.
//   - "layers" names layers, each a list of blocks: "norm attention norm ffn".
//   - "body" is the pattern of layers: "32 layer", or "10 (5 local, global), 2
//     local" (see pattern.go). "input" and "output" are lists of blocks, the
//     embedding and the head. A model of several towers has "groups" instead.
//     "further" lists layers that predict further tokens in pre-training alone,
//     which published counts leave out.
//
// A family is such an object with the numbers left out; a model names its
// family and is laid over it, block by block and field by field. A block with
// "like" starts as a copy of another.
type arch struct {
	Family  string                       `json:"family"`
	Hidden  int64                        `json:"hidden"`
	Vocab   int64                        `json:"vocab"`
	Context int64                        `json:"context"`
	Unit    string                       `json:"unit"`
	Scope   string                       `json:"scope"`
	Blocks  map[string]json.RawMessage   `json:"blocks"`
	Layers  map[string]string            `json:"layers"`
	Input   string                       `json:"input"`
	Body    string                       `json:"body"`
	Output  string                       `json:"output"`
	Groups  []groupSpec                  `json:"groups"`
	Further []string                     `json:"further"` // layers of each further token that pre-training predicts
	overlay map[string][]json.RawMessage // Blocks of the family, then of the model
}

// groupSpec is a part of a model with several towers.
type groupSpec struct {
	Name   string `json:"name"`
	Place  string `json:"place"` // "input", "output" or "" for the body
	Tokens int64  `json:"tokens"`
	Hidden int64  `json:"hidden"` // 0: the model's
	// Body is a pattern of layers; for an input or output group a list of
	// blocks.
	Body string `json:"body"`
}

// newArch lays a model's architecture over its family's.
func newArch(family, model json.RawMessage) (*arch, error) {
	a := &arch{overlay: map[string][]json.RawMessage{}}
	for _, raw := range []json.RawMessage{family, model} {
		if raw == nil {
			continue
		}
		// Layers of the family stay unless the model names them again; a list
		// of groups replaces the family's.
		groups := a.Groups
		a.Blocks, a.Groups = nil, nil
		if err := json.Unmarshal(raw, a); err != nil {
			return nil, err
		}
		if a.Groups == nil {
			a.Groups = groups
		}
		for name, b := range a.Blocks {
			a.overlay[name] = append(a.overlay[name], b)
		}
	}
	return a, nil
}

// model expands the architecture into layer groups.
func (a *arch) model(name string) (*model.Model, error) {
	m := &model.Model{
		Name: name, Family: a.Family,
		Hidden: a.Hidden, Vocab: a.Vocab, Context: a.Context, Unit: a.Unit, Scope: a.Scope,
	}
	if m.Unit == "" {
		m.Unit = model.TokenUnit
	}
	specs := a.Groups
	if len(specs) == 0 {
		specs = []groupSpec{
			{Name: "embedding", Place: "input", Body: a.Input},
			{Body: a.Body},
			{Name: "head", Place: "output", Body: a.Output},
		}
	}
	for _, s := range specs {
		groups, err := a.groups(s)
		if err != nil {
			return nil, err
		}
		m.Groups = append(m.Groups, groups...)
	}
	for _, layers := range a.Further {
		var further []model.Block
		for _, layer := range strings.Fields(layers) {
			list, ok := a.Layers[layer]
			if !ok {
				return nil, fmt.Errorf("no layer %q", layer)
			}
			blocks, err := a.blocks(list, a.Hidden)
			if err != nil {
				return nil, fmt.Errorf("layer %q: %w", layer, err)
			}
			further = append(further, blocks...)
		}
		m.Further = append(m.Further, further)
	}
	return m, nil
}

// groups expands one part: a group of blocks, or a pattern of layers.
func (a *arch) groups(s groupSpec) ([]model.Group, error) {
	hidden := s.Hidden
	if hidden == 0 {
		hidden = a.Hidden
	}
	if s.Place != "" {
		place := model.Input
		switch s.Place {
		case "input":
		case "output":
			place = model.Output
		default:
			return nil, fmt.Errorf("group %q: place %q (want input or output)", s.Name, s.Place)
		}
		blocks, err := a.blocks(s.Body, hidden)
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", s.Name, err)
		}
		return []model.Group{{Name: s.Name, Place: place, Repeat: 1, Tokens: s.Tokens, Blocks: blocks}}, nil
	}
	runs, err := parsePattern(s.Body)
	if err != nil {
		return nil, err
	}
	built := map[string][]model.Block{}
	groups := make([]model.Group, 0, len(runs))
	for _, r := range runs {
		if built[r.layer] == nil {
			list, ok := a.Layers[r.layer]
			if !ok {
				return nil, fmt.Errorf("no layer %q", r.layer)
			}
			if built[r.layer], err = a.blocks(list, hidden); err != nil {
				return nil, fmt.Errorf("layer %q: %w", r.layer, err)
			}
		}
		label := r.layer
		if s.Name != "" {
			label = s.Name
		}
		groups = append(groups, model.Group{Name: label, Repeat: r.repeat, Tokens: s.Tokens, Blocks: built[r.layer]})
	}
	return groups, nil
}

// blocks decodes a list of block names.
func (a *arch) blocks(list string, hidden int64) ([]model.Block, error) {
	names := strings.Fields(list)
	blocks := make([]model.Block, 0, len(names))
	for _, name := range names {
		b, err := a.block(name, hidden)
		if err != nil {
			return nil, fmt.Errorf("block %q: %w", name, err)
		}
		blocks = append(blocks, b)
	}
	return blocks, nil
}

// layersOf returns what a block is made of: the overlays of the block that it
// is like, then its own.
func (a *arch) layersOf(name string, depth int) ([]json.RawMessage, error) {
	const maxDepth = 4 // a chain of "like" is short; a longer one is a circle
	own, ok := a.overlay[name]
	if !ok {
		return nil, fmt.Errorf("no block %q", name)
	}
	var like struct {
		Like string `json:"like"`
	}
	for _, raw := range own {
		if err := json.Unmarshal(raw, &like); err != nil {
			return nil, err
		}
	}
	if like.Like == "" {
		return own, nil
	}
	if depth == maxDepth {
		return nil, fmt.Errorf("more than %d blocks like each other", maxDepth)
	}
	base, err := a.layersOf(like.Like, depth+1)
	if err != nil {
		return nil, err
	}
	return append(append([]json.RawMessage(nil), base...), own...), nil
}

// block decodes one block and fills in the model's widths.
func (a *arch) block(name string, hidden int64) (model.Block, error) {
	raws, err := a.layersOf(name, 0)
	if err != nil {
		return nil, err
	}
	var kind struct {
		Kind string `json:"kind"`
	}
	for _, raw := range raws {
		if err := json.Unmarshal(raw, &kind); err != nil {
			return nil, err
		}
	}
	switch kind.Kind {
	case "attention":
		return decode(raws, model.Attention{Hidden: hidden})
	case "mla":
		return decode(raws, model.MLA{Hidden: hidden})
	case "compressed attention":
		return decode(raws, model.CompressedAttention{Hidden: hidden})
	case "ffn":
		return decode(raws, model.FFN{Hidden: hidden})
	case "moe":
		return decode(raws, model.MoE{Hidden: hidden})
	case "norm":
		return decode(raws, model.Norm{Dim: hidden})
	case "embedding":
		return decode(raws, model.Table{Name: name, Rows: a.Vocab, Dim: hidden})
	case "linear":
		l := model.Linear{Name: name, In: hidden, Out: hidden}
		if name == "head" {
			l.Out = a.Vocab
		}
		return decode(raws, l)
	case "vector":
		return decode(raws, model.Vector{Name: name, Dim: hidden})
	case "conv":
		return decode(raws, model.Conv{Out: hidden, KernelW: 1, OutW: 1})
	case "mamba":
		return decode(raws, model.Mamba{Hidden: hidden, Inner: 2 * hidden, Rank: (hidden + 15) / 16, State: 16, Conv: 4})
	case "mamba2":
		return decode(raws, model.Mamba2{Hidden: hidden})
	case "deltanet":
		return decode(raws, model.DeltaNet{Hidden: hidden})
	}
	return nil, fmt.Errorf("kind %q is not known", kind.Kind)
}

// decode lays the overlays over a block with its defaults.
func decode[B model.Block](raws []json.RawMessage, b B) (model.Block, error) {
	for _, raw := range raws {
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, err
		}
	}
	return b, nil
}
