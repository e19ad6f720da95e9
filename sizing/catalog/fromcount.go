package catalog

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// knownShape is the shape of a dense decoder in the catalogue.
type knownShape struct {
	name   string
	params float64
	layers float64
	hidden float64
	vocab  int64
	tied   bool
}

// knownShapes are the models that FromCount interpolates between, smallest
// first. A test holds every row to the catalogue's entry of that name.
var knownShapes = [...]knownShape{
	{"gpt-2", 124439808, 12, 768, 50257, true},
	{"gpt-2-medium", 354823168, 24, 1024, 50257, true},
	{"tinyllama-1.1b", 1100048384, 22, 2048, 32000, false},
	{"llama-3.2-3b", 3212749824, 28, 3072, 128256, true},
	{"mistral-7b", 7241732096, 32, 4096, 32000, false},
	{"llama-2-13b", 13015864320, 40, 5120, 32000, false},
	{"qwen2.5-32b", 32763876352, 64, 5120, 152064, false},
	{"llama-3.1-70b", 70553706496, 80, 8192, 128256, false},
	{"gpt-3", 174604259328, 96, 12288, 50257, true},
	{"llama-3.1-405b", 405853388800, 126, 16384, 128256, false},
	{"megatron-1t", 1008038758400, 128, 25600, 51200, true},
}

// FromCount returns a model of which only the parameter count is known. Its
// shape is inferred:
//
//   - Layers and hidden size are interpolated, on logarithmic scales, between
//     the dense language models next in size (from GPT-2 with 124M to
//     Megatron's 1T); below and above these they follow the trend from the
//     first to the last. Vocabulary and tying are those of the nearest.
//   - They are rounded to what is built: an even number of layers; from 2048
//     on a hidden size of a multiple of 8 heads of 128, so that tensor
//     parallelism of 8 divides it, with 8 KV heads; below that heads of 64.
//   - The FFN is gated, and as wide as brings the total nearest to the count,
//     in multiples of 256, 64 or 8 by size.
//
// The count itself stays exact: Params returns it, and Inferred is set. Every
// positive count gives a model, the same one each time; other counts give an
// error.
func FromCount(count quantity.Params) (*model.Model, error) {
	if count < 1 {
		return nil, note.NewError("model.no-parameters", int64(count))
	}
	s := inferShape(float64(count))
	norm := model.Norm{Dim: s.hidden}
	return &model.Model{
		Name: count.String(), Family: "inferred", Field: model.NLP,
		Source: "shape inferred from dense language models next in size: " + s.like,
		Hidden: s.hidden, Vocab: s.vocab, Unit: model.TokenUnit,
		Inferred: true, Count: count,
		Groups: []model.Group{
			{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{
				model.Table{Name: "tokens", Rows: s.vocab, Dim: s.hidden},
			}},
			{Name: "layer", Repeat: int(s.layers), Blocks: []model.Block{
				norm, model.Attention{Hidden: s.hidden, Heads: s.heads, KVHeads: s.kvHeads, HeadDim: s.hidden / s.heads},
				norm, model.FFN{Hidden: s.hidden, Width: s.width, Gated: true},
			}},
			{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{
				norm, model.Linear{Name: "head", In: s.hidden, Out: s.vocab, Head: true, Tied: s.tied},
			}},
		},
	}, nil
}

// inferredShape is a dense decoder.
type inferredShape struct {
	layers, hidden, heads, kvHeads, width, vocab int64
	tied                                         bool
	like                                         string
}

func inferShape(count float64) inferredShape {
	layers, hidden, nearest, like := interpolate(count)
	s := inferredShape{vocab: nearest.vocab, tied: nearest.tied, like: like}
	s.layers = roundLayers(layers)
	s.hidden, s.heads = roundHidden(hidden)
	s.kvHeads = s.heads
	if s.heads%8 == 0 && s.heads > 8 {
		s.kvHeads = 8
	}
	// A vocabulary that outweighs the layers is no model's: at most a third
	// of the parameters.
	if third := int64(count / 3 / float64(s.hidden)); s.vocab > third {
		s.vocab = max(third, 1)
	}
	s.width = s.ffnWidth(count)
	return s
}

// interpolate returns layers and hidden size for a count before rounding, the
// nearest known model, and the names of the models in between.
func interpolate(count float64) (layers, hidden float64, nearest knownShape, like string) {
	first, last := knownShapes[0], knownShapes[len(knownShapes)-1]
	a, b, from := first, last, first
	switch {
	case count <= first.params:
		nearest, like = first, first.name
	case count >= last.params:
		from, nearest, like = last, last, last.name
	default:
		i := 1
		for knownShapes[i].params < count {
			i++
		}
		a, b = knownShapes[i-1], knownShapes[i]
		from, nearest, like = a, a, a.name+" and "+b.name
		if count*count > a.params*b.params {
			nearest = b
		}
	}
	t := math.Log(count/from.params) / math.Log(b.params/a.params)
	return from.layers * math.Pow(b.layers/a.layers, t), from.hidden * math.Pow(b.hidden/a.hidden, t), nearest, like
}

// roundLayers rounds to an even number, from 32 on to a multiple of 4.
func roundLayers(l float64) int64 {
	switch {
	case l < 1.5:
		return 1
	case l < 32:
		return 2 * int64(math.Round(l/2))
	}
	return 4 * int64(math.Round(l/4))
}

// roundHidden rounds to whole heads: of 128 in eights, of 64, or of 16; a
// smaller size is one head.
func roundHidden(d float64) (hidden, heads int64) {
	step := func(size, per int64) (int64, int64) {
		hidden := size * max(1, int64(math.Round(d/float64(size))))
		return hidden, hidden / per
	}
	switch {
	case d >= 2048-512:
		hidden, heads = step(1024, 128)
		return hidden, heads
	case d >= 256:
		return step(64, 64)
	case d >= 32:
		return step(16, 16)
	}
	return max(1, int64(math.Round(d))), 1
}

// ffnWidth returns the width that brings the total nearest to count.
func (s inferredShape) ffnWidth(count float64) int64 {
	d, l, v := float64(s.hidden), float64(s.layers), float64(s.vocab)
	embeddings := v * d
	if !s.tied {
		embeddings *= 2
	}
	attention := l * 2 * d * (d + float64(s.kvHeads)*d/float64(s.heads))
	norms := (2*l + 1) * d
	exact := (count - embeddings - attention - norms) / (3 * d * l)
	unit := 1.0
	switch {
	case exact >= 8192:
		unit = 256
	case exact >= 1024:
		unit = 64
	case exact >= 64:
		unit = 8
	}
	return int64(max(1, unit*math.Round(exact/unit)))
}
