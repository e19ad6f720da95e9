package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
)

// What each optimizer keeps of a model, counted by hand: four layers of 12 x 512²
// parameters in matrices and 6,656 in vectors, embeddings of (1000 + 128) x 512
// and a last norm of 2 x 512.
//
//	AdamW            2 moments
//	Adam in 8 bits   2 bytes                      arXiv:2110.02861
//	Adafactor        rows + columns of a matrix   arXiv:1804.04235 section 3
//	Lion             1 moment                     arXiv:2302.06675
//	Muon             1 of a layer's matrix, else 2 KellerJordan/Muon README
//	SGD              1 moment, or none
func TestOptimizerBytes(t *testing.T) {
	const (
		matrices   = 4 * 12 * 512 * 512
		embeddings = (1000 + 128) * 512
		vectors    = 4*6656 + 2*512
		all        = matrices + embeddings + vectors
		// Four matrices of 512 x 512 and two of 2048 x 512 a layer, the
		// embeddings' rows and columns, and every element of a vector.
		factored = 4*(4*(512+512)+2*(2048+512)) + (1000 + 512) + (128 + 512) + vectors
	)
	moments := map[Optimizer]float64{ // elements
		AdamW: 2 * all, Adafactor: factored, Lion: all, Muon: matrices + 2*(embeddings+vectors), SGDMomentum: all, SGD: 0,
	}
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	require.Equal(t, all, int(m.Params()))
	for _, s := range []struct {
		stack           string
		element, master float64
	}{{"transformers-peft", 2, 0}, {"pytorch-ddp", 4, 0}, {"megatron-core", 4, 4}} {
		for optimizer := range numOptimizers {
			p := mustPrepare(m, Workload{Seq: 128, Optimizer: optimizer}, s.stack, 1)
			want := s.element*moments[optimizer] + s.master*all
			if optimizer == Adam8bit {
				want = 2*all + s.master*all
			}
			got := p.StageMemory(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1}, 0)
			assert.InDelta(t, want, float64(got.Optimizer), 1, "%s on %s", optimizer, s.stack)
		}
	}
}

// The ladder of ZeRO with 8 ranks, and hybrid sharding over 4 of them.
// Source: arXiv:1910.02054 section 3 (4 + 12/d, 2 + 14/d, 16/d);
// arXiv:2304.11277 section 3.2.2.
func TestShardedStates(t *testing.T) {
	const d, group = 8., 4
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	n := float64(m.Params())
	for _, c := range []struct {
		stack    string
		sharding Sharding
		group    int
		want     float64
	}{
		{"deepspeed", NoSharding, 0, 16}, {"deepspeed", Zero1, 0, 4 + 12/d}, {"deepspeed", Zero2, 0, 2 + 14/d}, {"deepspeed", Zero3, 0, 16 / d},
		{"megatron-core", NoSharding, 0, 18}, {"torchtitan", Zero3, group, 16. / group}, {"composer-fsdp", Zero3, group, 16. / group},
	} {
		p := mustPrepare(m, Workload{Seq: 128}, c.stack, d)
		plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: d, MicroBatch: 1, GlobalBatch: 2 * d, Sharding: c.sharding, ShardGroup: c.group}
		require.NoError(t, p.Check(&plan), c.stack)
		got := p.StageMemory(&plan, 0)
		assert.InDelta(t, c.want*n, float64(got.Weights+p.gradientsOf(&plan)+got.Optimizer), 3, "%s %s", c.stack, c.sharding)
	}
}

// Experts have data-parallel ranks of their own: of 8 with ep 4 two hold the same
// experts, so that their state is divided by 2 and that of all else by 8.
// Source: NVIDIA/Megatron-LM megatron/core/parallel_state.py
// (get_expert_data_parallel_group).
func TestStateOfExperts(t *testing.T) {
	m := drawExperts()
	experts := float64(4 * 8 * 3 * 512 * 1024)
	dense := float64(m.Params()) - experts
	p, err := Prepare(m, Workload{Seq: 128}, mustStack("megatron-core"), testCluster(8))
	require.NoError(t, err)
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 4, DP: 8, MicroBatch: 1, GlobalBatch: 16, Sharding: Zero1}
	require.NoError(t, p.Check(&plan))
	got := p.StageMemory(&plan, 0)
	assert.InDelta(t, 2*(dense+experts/4), float64(got.Weights), 1)
	assert.InDelta(t, 12*(dense/8+experts/4/2), float64(got.Optimizer), 1)
}
