package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
)

func TestAdvice(t *testing.T) {
	w := Workload{Seq: 2048, PUE: 1}
	p := mustPrepare(modeltest.GPT(32, 4096, 32, 50257, 2048), w, "megatron-core", 8)
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 8, GlobalBatch: 512}
	now, err := p.Evaluate(&plan)
	require.NoError(t, err)
	require.False(t, now.Memory.Fits)
	advice := p.Advise(&plan)
	require.NotEmpty(t, advice)
	last := advice[0].Step
	for _, a := range advice {
		assert.Equal(t, FitsSurely, a.Verdict, a.Plan.String())
		assert.True(t, a.Fits, a.Plan.String())
		assert.Less(t, a.Total, now.Memory.Total, a.Plan.String())
		assert.GreaterOrEqual(t, a.Step, last, "cheapest in time first")
		last = a.Step
		q, err := p.with(a.States)
		require.NoError(t, err)
		e, err := q.Evaluate(&a.Plan)
		require.NoError(t, err)
		assert.Equal(t, a.Total, e.Memory.Total, a.Plan.String())
	}
	name, size := now.Memory.LargestTerm()
	assert.Equal(t, "optimizer", name)
	assert.Equal(t, now.Memory.Optimizer, size)
}

// TestNoIdleAdvice: a change that changes nothing is not advice.
func TestNoIdleAdvice(t *testing.T) {
	p := mustPrepare(modeltest.GPT(96, 12288, 96, 50257, 2048), Workload{Seq: 2048, PUE: 1}, "pytorch-ddp", 1)
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 512, Recompute: FullRecompute}
	assert.Empty(t, p.Advise(&plan))
}

// A plan that recomputes a part of the layers is offered more of them and all,
// and where a part is enough no more than it takes.
func TestAdviceOnPartialRecompute(t *testing.T) {
	p := mustPrepare(modeltest.GPT(32, 4096, 32, 50257, 2048), Workload{Seq: 2048, PUE: 1}, "megatron-core", 8)
	plan := Plan{TP: 8, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 32, GlobalBatch: 512, Sharding: Zero1, SequenceParallel: true,
		Recompute: FullRecompute, RecomputeMethod: BlockMethod, RecomputeLayers: 2}
	now, err := p.Evaluate(&plan)
	require.NoError(t, err)
	part := plan
	part.RecomputeLayers = 20
	enough, err := p.Evaluate(&part)
	require.NoError(t, err)
	d := *p.Cluster.Device
	d.Memory = enough.Memory.Sure
	p.Cluster.Device = &d
	require.Greater(t, now.Memory.Total, d.Memory)
	byChange := map[string]Advice{}
	for _, a := range p.Advise(&plan) {
		byChange[a.Plan.RecomputeName()] = a
	}
	require.Contains(t, byChange, "full:block:20")
	assert.Equal(t, FitsSurely, byChange["full:block:20"].Verdict)

	// Where only all of them fit, and may not, it is said so.
	part.RecomputeLayers = 32
	all, err := p.Evaluate(&part)
	require.NoError(t, err)
	d.Memory = all.Memory.Total
	for _, a := range p.Advise(&plan) {
		if a.Plan.RecomputeName() == "full:block:32" {
			assert.Equal(t, MayNotFit, a.Verdict)
		}
	}

	found := map[string]bool{}
	p.recomputeChanges(&plan, func(mode string) { found[mode] = true })
	for _, mode := range []string{"none", "selective", "full", "full:block:8", "full:block:16", "full:uniform:2"} {
		assert.True(t, found[mode], mode)
	}
}
