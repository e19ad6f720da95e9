package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/quantity"
)

// Facts of older releases replace those of the newest, which a release without
// a date is; the stack itself does not change.
func TestReleases(t *testing.T) {
	s := mustStack("torchtitan")
	for release, want := range map[string]Loss{"": ChunkedLoss, "2026-08": ChunkedLoss, "2025-09": FusedLoss, "2025-03": PlainLoss, "nightly of 2024-06": PlainLoss} {
		assert.Equal(t, want, s.At(release).Loss, release)
	}
	assert.Equal(t, 1.064, s.At("2024-06").Reserved)
	assert.Equal(t, 3.75, s.At("2025-03").LogitsBytes[ChunkedLoss])
	assert.Equal(t, 1.75, s.LogitsBytes[ChunkedLoss])
	for _, s := range Stacks() {
		for i := range s.Releases {
			r := &s.Releases[i]
			assert.NotPanics(t, func() { s.with(r.Facts) }, s.Name)
			assert.NotEmpty(t, r.Source, s.Name)
			assert.NotEqual(t, r.Before == "", r.Named == "", s.Name)
		}
	}
}

// Under a pipeline torchtitan keeps 2 bytes of every weight of the stage
// gathered and 4 of every gradient unsharded, in lines that are part of
// communication and gradients.
func TestStageStaysGathered(t *testing.T) {
	m := modeltest.GPT(4, 1024, 8, 32000, 2048)
	p := mustPrepare(m, Workload{Seq: 2048, PUE: 1}, "torchtitan", 4)
	plan := Plan{TP: 1, PP: 2, VP: 1, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 8, Sharding: Zero3}
	total := quantity.Bytes(0)
	for s := range 2 {
		for _, g := range p.Timeline(&plan, s) {
			if g.Peak == AtOptimizer {
				assert.Zero(t, g.Gathered+g.Unsharded, "the update needs the shards alone")
				continue
			}
			require.Equal(t, 2*g.Gathered, g.Unsharded, g.Peak)
			assert.GreaterOrEqual(t, g.Communication, g.Gathered)
			assert.GreaterOrEqual(t, g.Gradients, g.Unsharded)
			if g.Peak == Forward {
				total += g.Gathered
			}
		}
	}
	// The tied head on the last stage is a second copy.
	assert.InDelta(t, 2*(float64(m.Params())+32000*1024), float64(total), 2)
	plan.PP, plan.DP = 1, 4
	assert.Zero(t, p.StageMemory(&plan, 0).Gathered)
}
