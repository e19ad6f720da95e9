package serve

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/model"
)

// A layer is a mixer and a feed-forward block; one of the two alone is half.
func TestDecoderDepth(t *testing.T) {
	attend := model.Attention{Hidden: 64, Heads: 4}
	sees := model.Attention{Hidden: 64, Heads: 4, Bidirectional: true}
	cross := model.Attention{Hidden: 64, Heads: 4, Cross: true}
	scan := model.Mamba2{Hidden: 64, Inner: 128, Heads: 4, Groups: 1, State: 16, Conv: 4}
	dense, sparse := model.FFN{Hidden: 64, Width: 256}, model.MoE{Hidden: 64, Experts: 8, TopK: 2, Width: 32}
	norm := model.Norm{Dim: 64}
	body := func(repeat int, blocks ...model.Block) model.Group {
		return model.Group{Place: model.Body, Repeat: repeat, Blocks: blocks}
	}
	for _, c := range []struct {
		name   string
		groups []model.Group
		want   float64
	}{
		{"decoder", []model.Group{body(32, norm, attend, norm, dense)}, 32},
		{"dense beside experts", []model.Group{body(4, norm, attend, norm, dense, sparse)}, 4},
		{"mixers and experts apart", []model.Group{body(23, norm, scan), body(6, norm, attend), body(23, norm, sparse)}, 26},
		{"mixers alone", []model.Group{body(48, norm, scan)}, 24},
		{"layers without attention", []model.Group{body(49, norm, attend, norm, dense), body(31, norm, dense)}, 64.5},
		{"encoder and decoder", []model.Group{body(6, norm, sees, norm, dense), body(6, norm, attend, norm, cross, norm, dense)}, 9},
	} {
		assert.Equal(t, c.want, (&model.Model{Hidden: 64, Groups: c.groups}).DecoderDepth(), c.name)
	}
}

// A rewritten cache moves 2 x itself for that and, with four query heads per
// head, 1 + 4 + 4 for repeating and reading it.
func TestCacheTraffic(t *testing.T) {
	m := &model.Model{Hidden: 64, Groups: []model.Group{{Place: model.Body, Repeat: 10, Blocks: []model.Block{
		model.Attention{Hidden: 64, Heads: 8, KVHeads: 2, HeadDim: 8}, model.FFN{Hidden: 64, Width: 256},
	}}}}
	plain, err := FindQuant("bf16")
	assert.NoError(t, err)
	kv, err := ParseKVType("f16")
	assert.NoError(t, err)
	once := 10 * 2 * 2 * 8 * 2 * 1000.5 // layers x (keys, values) x heads x elements x B x tokens
	for _, c := range []struct {
		runtime  Runtime
		n, times float64
	}{{Runtime{}, 1, 1}, {Runtime{Rewrites: true}, 1, 11}, {Runtime{Rewrites: true}, 101, 1.05}} {
		timer := &servingTimer{s: newProfile(m, plain), runtime: &c.runtime, kv: kv, layout: Layout{TP: 1, PP: 1}}
		assert.InEpsilon(t, once*c.times, timer.cacheTraffic(c.n, 1000), 1e-3)
	}
}

// Where no graph is recorded, at any depth or beyond one, passes over single
// tokens are launched as prompts are.
func TestHost(t *testing.T) {
	for _, c := range []struct {
		eager         bool
		graphs, depth float64
		want          int
	}{
		{false, 0, 1e6, servingHost}, {true, 0, 10, servingEager}, {false, 8192, 8192, servingHost}, {false, 8192, 8193, servingEager},
	} {
		timer := &servingTimer{s: &profile{depth: 32, launches: 48}, runtime: &Runtime{Eager: c.eager}, graphs: c.graphs}
		timer.e[servingHost], timer.e[servingEager] = servingHost, servingEager
		layers, each := timer.host(c.depth)
		assert.Equal(t, float64(c.want), each, "%+v", c)
		assert.Equal(t, map[int]float64{servingHost: 32, servingEager: 48}[c.want], layers, "%+v", c)
	}
}

// A dense layer is ten launches; experts, latents, scans and narrow products
// are more.
func TestLaunchedLayers(t *testing.T) {
	norm, dense := model.Norm{Dim: 64}, model.FFN{Hidden: 64, Width: 256}
	attend := model.Attention{Hidden: 64, Heads: 4}
	sparse := model.MoE{Hidden: 64, Experts: 8, TopK: 2, Width: 32, SharedWidth: 32}
	latent := model.MLA{Hidden: 64, Heads: 4, QRank: 32, KVRank: 16, RopeDim: 8, NopeDim: 16, ValDim: 16}
	rule := model.DeltaNet{Hidden: 64, KeyHeads: 2, ValHeads: 4, KeyDim: 16, ValDim: 16, Conv: 4}
	for _, c := range []struct {
		quant  string
		blocks []model.Block
		want   float64
	}{
		{"bf16", []model.Block{norm, attend, norm, dense}, 10},
		{"awq", []model.Block{norm, attend, norm, dense}, 10},
		{"fp8", []model.Block{norm, attend, norm, dense}, 14},
		{"bf16", []model.Block{norm, attend, norm, sparse}, 19},
		{"bf16", []model.Block{norm, rule, norm, dense}, 18},
		{"fp8", []model.Block{norm, latent, norm, sparse}, 33},
	} {
		q, err := FindQuant(c.quant)
		assert.NoError(t, err)
		m := &model.Model{Hidden: 64, Groups: []model.Group{{Place: model.Body, Repeat: 20, Blocks: c.blocks}}}
		assert.Equal(t, 20*c.want/launchesOfLayer, launchedLayers(m, q), "%s: %v", c.quant, c.blocks)
	}
}
