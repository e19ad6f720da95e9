package modeltest

import (
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
)

// GPT is a decoder in the style of GPT-3: biases everywhere, learned
// positions, tied head, four times as wide inside as outside.
func GPT(layers int, hidden, heads, vocab, positions int64) *model.Model {
	norm := model.Norm{Dim: hidden, Bias: true}
	return &model.Model{Name: "gpt", Hidden: hidden, Vocab: vocab, Groups: []model.Group{
		{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: vocab, Dim: hidden}, model.Table{Name: "positions", Rows: positions, Dim: hidden, Small: true}}},
		{Name: "decoder", Repeat: layers, Blocks: []model.Block{norm, model.Attention{Hidden: hidden, Heads: heads}.WithBias(true, true), norm, model.FFN{Hidden: hidden, Width: 4 * hidden, Bias: true}}},
		{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{norm, model.Linear{Name: "head", In: hidden, Out: vocab, Head: true, Tied: true}}},
	}}
}

// Draw draws a small model of mixed layers: dense and sparse, full,
// windowed and latent attention, state-space and linear.
func Draw(t *rapid.T) *model.Model {
	heads := int64(8)
	hidden := heads * 64 * rapid.Int64Range(1, 4).Draw(t, "width")
	norm := model.Norm{Dim: hidden}
	mixers := []model.Block{
		model.Attention{Hidden: hidden, Heads: heads, KVHeads: 2},
		model.Attention{Hidden: hidden, Heads: heads, Window: 128, QKNorm: model.HeadQKNorm},
		model.MLA{Hidden: hidden, Heads: heads, QRank: 96, KVRank: 64, RopeDim: 16, NopeDim: 32, ValDim: 32},
		model.Mamba2{Hidden: hidden, Inner: 2 * hidden, Heads: heads, Groups: 1, State: 16, Conv: 4},
		model.DeltaNet{Hidden: hidden, KeyHeads: 4, ValHeads: heads, KeyDim: 32, ValDim: 32, Conv: 4},
	}
	feeds := []model.Block{
		model.FFN{Hidden: hidden, Width: 4 * hidden},
		model.FFN{Hidden: hidden, Width: 3 * hidden, Gated: true},
		model.MoE{Hidden: hidden, Experts: 8, TopK: 2, Width: hidden, Gated: true, SharedWidth: hidden},
	}
	m := &model.Model{Name: "drawn", Hidden: hidden, Vocab: 1000, Groups: []model.Group{
		{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: 1000, Dim: hidden}}}}}
	for range rapid.IntRange(1, 4).Draw(t, "groups") {
		m.Groups = append(m.Groups, model.Group{Name: "layers", Repeat: rapid.IntRange(1, 5).Draw(t, "repeat"),
			Blocks: []model.Block{norm, rapid.SampledFrom(mixers).Draw(t, "mixer"), norm, rapid.SampledFrom(feeds).Draw(t, "feed")}})
	}
	m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1,
		Blocks: []model.Block{norm, model.Linear{Name: "head", In: hidden, Out: 1000, Head: true, Tied: rapid.Bool().Draw(t, "tied")}}})
	return m
}
