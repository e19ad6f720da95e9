package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model"
)

// Routed tokens are multiplied in memory (what experts keep) and in time (their
// products), where the imbalance that was fitted no longer counts; nothing else
// changes.
func TestRoutingFactors(t *testing.T) {
	m := drawExperts()
	at := func(r Routing) (Memory, *Prepared) {
		p, err := Prepare(m, Workload{Seq: 2048, PUE: 1, Routing: r}, mustStack("megatron-core"), testCluster(8))
		require.NoError(t, err)
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 8, DP: 8, MicroBatch: 1, GlobalBatch: 8})
		require.NoError(t, err)
		return e.Memory, p
	}
	even, p := at(Routing{})
	// 4 layers of 2048 tokens to 2 experts each: 512 wide input, gate and up of
	// 1024 each and their product, in bf16.
	routed := float64(4 * 2048 * 2 * (512 + 3*1024) * 2)
	for _, r := range []Routing{{Imbalance: 1.5}, {Capacity: 1.5}, {Capacity: 1.5, Imbalance: 3}} {
		busy, q := at(r)
		assert.InDelta(t, 0.5*routed, float64(busy.Activations-even.Activations), 1)
		assert.Equal(t, even.Weights, busy.Weights)
		assert.Equal(t, 1.5, q.Efficiency().Imbalance)
	}
	alone, q := at(Routing{Imbalance: 1})
	assert.Equal(t, even.Activations, alone.Activations)
	assert.Equal(t, 1.0, q.Efficiency().Imbalance)
	assert.Greater(t, p.Efficiency().Imbalance, 0.9)
}

// drawExperts is a decoder of four layers with eight experts, two of which a
// token is sent to.
func drawExperts() *model.Model {
	norm := model.Norm{Dim: 512}
	return &model.Model{Name: "experts", Hidden: 512, Vocab: 1000, Groups: []model.Group{
		{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{model.Table{Rows: 1000, Dim: 512}}},
		{Name: "layer", Repeat: 4, Blocks: []model.Block{norm, model.Attention{Hidden: 512, Heads: 8}, norm, model.MoE{Hidden: 512, Experts: 8, TopK: 2, Width: 1024, Gated: true}}},
		{Name: "head", Place: model.Output, Repeat: 1, Blocks: []model.Block{norm, model.Linear{In: 512, Out: 1000, Head: true}}},
	}}
}
