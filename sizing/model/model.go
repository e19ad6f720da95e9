// Package model says what a model is: an architecture as a list of layer groups,
// whose blocks know what a layer stores, computes, saves and caches. Parameters,
// FLOPs, saved activations and caches are all sums over blocks, so that a new
// architecture is a new block and not a new formula in several places.
package model

import (
	"math"
	"slices"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Field is the application that a model is made for.
type Field string

// The fields, after the report's second scheme and the kinds of model that
// came since.
const (
	NLP        Field = "nlp"
	CV         Field = "cv"
	RL         Field = "rl"
	Multimodal Field = "multimodal"
	Speech     Field = "speech"
	Generation Field = "image-generation"
	Science    Field = "science"
)

// Fields lists every field.
func Fields() []Field { return []Field{NLP, CV, RL, Multimodal, Speech, Generation, Science} }

// ParseField reads a field's name.
func ParseField(s string) (Field, error) {
	for _, f := range Fields() {
		if strings.EqualFold(strings.TrimSpace(s), string(f)) {
			return f, nil
		}
	}
	var names []string
	for _, f := range Fields() {
		names = append(names, string(f))
	}
	return "", note.NewError("model.unknown-field", s, names)
}

// Place is where pipeline parallelism may put a group of layers.
type Place uint8

// A body layer may be on any stage; input groups are on the first, output
// groups on the last.
const (
	Body Place = iota
	Input
	Output
)

// Group is a run of identical layers.
type Group struct {
	// Name is the name of the layers: "embedding", "decoder", "head".
	Name string
	// Place is where a pipeline puts them.
	Place Place
	// Repeat is the number of layers, at least 1.
	Repeat int
	// Tokens is the number of positions of a sample in the layers; 0 means the
	// workload's sequence length. A convolution counts its own positions, in a
	// group of 1.
	Tokens int64
	// Blocks are the parts of one layer, in order.
	Blocks []Block
	// Shared layers run again with the weights of an earlier group.
	Shared bool
}

// Model is an architecture with a name. The zero value is no model.
type Model struct {
	// Name is the user's or the catalogue's name of the model.
	Name string
	// Family is the architecture's name, such as "llama".
	Family string
	// Field is the application.
	Field Field
	// Source is the source of the architecture.
	Source string
	// Hidden is the width of the residual stream, 0 where there is none.
	Hidden int64
	// Vocab is the number of output classes of the loss: the vocabulary of a
	// language model, 0 where the model has no softmax over tokens.
	Vocab int64
	// Context is the model's longest sequence, in tokens; 0 if unknown.
	Context int64
	// Unit is what one sample is counted in: "token" for models of sequences,
	// else "image", "frame" or the like, one a sample.
	Unit string
	// Groups are the layers, in order.
	Groups []Group
	// Towers are the layers of images before those of Groups, if the model's
	// count excludes them.
	Towers []Group
	// Further are the multi-token prediction layers of pre-training. Groups and
	// the published count exclude them.
	Further [][]Block
	// Inferred says that only the parameter count is known and the dimensions
	// are those of comparable models.
	Inferred bool
	// Count is the requested count of an inferred model.
	Count quantity.Params
	// Scope says what Params counts if that is not the whole model: "text
	// model, vision tower not counted".
	Scope string
	// StoredBits is the storage per weight in bits if the source states it (a
	// quantised checkpoint), else 0.
	StoredBits float64
	// Environment is what the model acts in to get its samples; nil where it
	// reads them from a dataset, or where that is not known.
	Environment *Environment
}

// FurtherGroup is the group of a multi-token prediction layer: one more layer
// on the last hidden state and the next embedding, and the same head.
// Source: arXiv:2412.19437 section 2.2.
func FurtherGroup(hidden, vocab int64, norm Norm, layer []Block) Group {
	blocks := append([]Block{norm, norm, Linear{Name: "eh_proj", In: 2 * hidden, Out: hidden}}, layer...)
	blocks = append(blocks, norm, Linear{Name: "head", In: hidden, Out: vocab, Head: true, Tied: true})
	return Group{Name: "multi-token prediction", Place: Output, Repeat: 1, Blocks: blocks}
}

// Pretrained returns the model during pre-training: with its multi-token
// prediction layers.
func (m *Model) Pretrained() *Model {
	if len(m.Further) == 0 {
		return m
	}
	c := *m
	c.Groups, c.Further = slices.Clone(m.Groups), nil
	for _, layer := range m.Further {
		c.Groups = append(c.Groups, FurtherGroup(m.Hidden, m.Vocab, Norm{Dim: m.Hidden}, layer))
	}
	return &c
}

// TokenUnit is the Unit of models that read sequences of tokens.
const TokenUnit = "token"

// PerToken reports whether the model's work is counted in tokens.
func (m *Model) PerToken() bool { return m.Unit == "" || m.Unit == TokenUnit }

// EncoderDecoder reports whether the model has an encoder for one sequence and
// a decoder for another of the same length, which attends to it.
func (m *Model) EncoderDecoder() bool {
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			if b.Core().Encoder {
				return true
			}
		}
	}
	return false
}

// MaxLayers bounds the repeats of all groups; no published model has a
// hundredth of it.
const MaxLayers = 1 << 17

// Check returns an error unless every block's dimensions are positive and
// consistent, and no count overflows.
func (m *Model) Check() error {
	if len(m.Groups) == 0 {
		return note.NewError("model.no-layers", m.Name)
	}
	layers := 0
	for _, g := range m.Groups {
		if g.Repeat < 1 || g.Tokens < 0 {
			return note.NewError("model.bad-group", m.Name, g.Name, g.Repeat, g.Tokens)
		}
		if layers += min(g.Repeat, MaxLayers+1); layers > MaxLayers {
			return note.NewError("model.too-many-layers", m.Name, MaxLayers)
		}
		for _, b := range g.Blocks {
			if err := b.Check(); err != nil {
				return note.NewError("model.bad-block", m.Name, g.Name, err)
			}
		}
	}
	if m.Environment != nil {
		if err := m.Environment.Check(m.Name); err != nil {
			return err
		}
	}
	total := 0.0
	for w, n := range m.AllWeights() {
		total += float64(n) * float64(w.Rows) * float64(max(w.Cols, 1)) * float64(w.Copies)
	}
	if total > 1e18 {
		return note.NewError("model.more-than-can-be-counted", m.Name, total)
	}
	return nil
}

// AllWeights yields every parameter tensor of the model with its number of
// layers.
func (m *Model) AllWeights() func(yield func(Weight, int) bool) {
	return func(yield func(Weight, int) bool) {
		for _, g := range m.Groups {
			for _, b := range g.Blocks {
				for _, w := range b.Weights() {
					w.Shared = w.Shared || g.Shared
					if !yield(w, g.Repeat) {
						return
					}
				}
			}
		}
	}
}

// Params returns the exact number of parameters. A tensor that two layers share
// (a tied head) counts once. For an inferred model it is the requested count.
func (m *Model) Params() quantity.Params {
	if m.Inferred {
		return m.Count
	}
	return m.shapeParams()
}

// shapeParams counts the parameters of the layers, inferred or not.
func (m *Model) shapeParams() quantity.Params {
	var n int64
	for w, repeat := range m.AllWeights() {
		n += w.Params() * int64(repeat)
	}
	return quantity.Params(n)
}

// WithVocabulary returns an inferred model with another vocabulary and the
// requested count.
func (m *Model) WithVocabulary(entries int64) *Model {
	c := *m
	c.Vocab, c.Groups = entries, slices.Clone(m.Groups)
	for i := range c.Groups {
		g := &c.Groups[i]
		g.Blocks = slices.Clone(g.Blocks)
		for j, b := range g.Blocks {
			if resized := b.withVocabulary(m.Vocab, entries); resized != nil {
				g.Blocks[j] = resized
			}
		}
	}
	return &c
}

// CountScale is the requested count of an inferred model over the parameters of
// its layers; 1 for every other model.
func (m *Model) CountScale() float64 {
	if !m.Inferred {
		return 1
	}
	return float64(m.Count) / float64(m.shapeParams())
}

// ActiveParams returns the number of parameters per token: all of them, less
// the experts that it is not routed to. Idle parameters are subtracted, so that
// a model without experts has exactly Params, even for counts beyond the
// integers of a float64.
func (m *Model) ActiveParams() quantity.Params {
	var idle float64
	for w, repeat := range m.AllWeights() {
		idle += float64(w.Params()*int64(repeat)) * (1 - w.Active)
	}
	return m.Params() - quantity.Params(math.Round(idle*m.CountScale()))
}

// ByComponent returns the parameters of each component; they add up to the
// model's shape (for an inferred model: before it is scaled to the count).
func (m *Model) ByComponent() [NumComponents]quantity.Params {
	var c [NumComponents]quantity.Params
	for w, repeat := range m.AllWeights() {
		c[w.Part] += quantity.Params(w.Params() * int64(repeat))
	}
	return c
}

// Layers returns the number of body layers.
func (m *Model) Layers() int {
	n := 0
	for _, g := range m.Groups {
		if g.Place == Body {
			n += g.Repeat
		}
	}
	return n
}

// Layered reports whether the group contains layers of the model, and not an
// embedding or a head. Multi-token prediction groups contain a layer.
func (g *Group) Layered() bool {
	return g.Place == Body || slices.ContainsFunc(g.Blocks, func(b Block) bool { full, _ := b.Mixing(1); return full > 0 })
}

// Positions returns the positions in the group of a sample of seq tokens.
func (g *Group) Positions(seq int64) float64 {
	if g.Tokens > 0 {
		return float64(g.Tokens)
	}
	return float64(seq)
}
