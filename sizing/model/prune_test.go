package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

func catalogModel(t require.TestingT, name string) *model.Model {
	e, err := catalog.Default().Find(name)
	require.NoError(t, err)
	m, err := e.Build()
	require.NoError(t, err)
	return m
}

// Source: arXiv:2408.11796 table 2 and the config.json of
// nvidia/Llama-3.1-Minitron-4B-{Depth,Width}-Base: 16 layers of 4096 wide, or
// 32 layers of 3072 with a feed-forward width of 9216; 4.5B parameters each,
// 3.5B and 3.7B without embeddings. By hand:
//
//	depth: 2·128256·4096 + 16·(2·4096² + 2·4096·1024 + 3·4096·14336 + 2·4096) + 4096
//	width: 2·128256·3072 + 32·(2·3072·4096 + 2·3072·1024 + 3·3072·9216 + 2·3072) + 3072
func TestPruneMinitron(t *testing.T) {
	for text, want := range map[string]int64{
		"layers=16":             4_540_469_248,
		"layers=50%":            4_540_469_248,
		"hidden=3072,ffn=9216":  4_512_746_496,
		"hidden=75%,ffn=9216":   4_512_746_496,
		"layers=32,hidden=4096": 8_030_261_248,
	} {
		p, err := model.ParsePrune(text)
		require.NoError(t, err)
		m, err := catalogModel(t, "llama-3.1-8b").Prune(p)
		require.NoError(t, err, text)
		assert.Equal(t, want, int64(m.Params()), text)
	}
}

func TestPruneExperts(t *testing.T) {
	m := catalogModel(t, "qwen3-30b-a3b")
	half, err := m.Prune(model.Prune{Experts: model.Remaining{Count: 64}})
	require.NoError(t, err)
	// Source: Qwen/Qwen3-30B-A3B config.json: 48 layers x 128 experts of
	// 3 x 2048 x 768, and a router row of 2048 each.
	assert.Equal(t, int64(48*64*(3*2048*768+2048)), int64(m.Params()-half.Params()))
	assert.Equal(t, int64(48*64*2048), int64(m.ActiveParams()-half.ActiveParams()), "as many experts a token")
}

func TestPruneErrors(t *testing.T) {
	for _, text := range []string{"", "layers", "layers=0", "layers=x", "depth=16", "layers=150%", "layers=-1", "hidden=3072;ffn=1"} {
		_, err := model.ParsePrune(text)
		assert.True(t, note.Is(err, "prune.wants-dimensions"), text)
	}
	for name, text := range map[string]string{"llama-3.1-8b": "experts=4", "resnet-50": "hidden=50%", "mamba-130m": "heads=2", "gpt-2": "layers=13"} {
		p, err := model.ParsePrune(text)
		require.NoError(t, err)
		_, err = catalogModel(t, name).Prune(p)
		assert.Error(t, err, "%s %s", name, text)
	}
}

// Whatever is pruned of whatever model, what is left is a valid model with no
// more parameters, the layers asked for and the cache that they have.
func TestPruneIsSmaller(t *testing.T) {
	names := []string{"llama-3.1-8b", "gpt-oss-120b", "gemma-3-27b", "deepseek-v3", "qwen3.5-27b", "gpt-2", "mamba-130m"}
	rapid.Check(t, func(t *rapid.T) {
		m := catalogModel(t, rapid.SampledFrom(names).Draw(t, "model"))
		layers := rapid.Int64Range(1, int64(m.Layers())).Draw(t, "layers")
		p := model.Prune{
			Layers: model.Remaining{Count: layers},
			Hidden: model.Remaining{Share: rapid.Float64Range(0.1, 1).Draw(t, "hidden")},
		}
		small, err := m.Prune(p)
		require.NoError(t, err)
		assert.LessOrEqual(t, small.Params(), m.Params())
		assert.Equal(t, layers, int64(small.Layers()))
		again, err := model.ParsePrune(p.String())
		require.NoError(t, err)
		assert.Equal(t, p.Layers, again.Layers)
	})
}
