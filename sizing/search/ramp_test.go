package search

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/train"
)

// A plan for a run that ramps its batch up is one whose framework launches the
// first batches too. Without them the best pipeline interleaves fewer.
func TestRampIsLaunched(t *testing.T) {
	s, err := train.FindStack("megatron-core")
	require.NoError(t, err)
	p, err := train.Prepare(catalogtest.Model(t, "gpt-3"), train.Workload{Seq: 2048, Batch: 1536, Tokens: 300e9, PUE: 1.1}, s, catalogtest.Cluster(t, "a100-80g", 1024))
	require.NoError(t, err)
	fixed := Fixed{Plan: train.Plan{TP: 8, PP: 8}}
	refused := func(ramp [2]int64) (n int) {
		fixed.Ramp = ramp
		found, err := Run(p, Options{Fixed: fixed, Top: 5})
		require.NoError(t, err)
		require.NotEmpty(t, found.Plans)
		for _, e := range found.Plans {
			for _, e.Plan.GlobalBatch = range []int64{128, 256} {
				if train.BreaksRule(p.Check(&e.Plan)) {
					n++
				}
			}
		}
		return n
	}
	require.Zero(t, refused([2]int64{128, 256}))
	require.Positive(t, refused([2]int64{}), "the ramp-up makes a difference")
}
