package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model/modeltest"
)

// statesPerParam is what a rank holds of weights, gradients and optimizer state,
// in bytes per parameter, of a plan that accumulates two micro-batches.
func statesPerParam(t *testing.T, stack string, plan Plan) float64 {
	t.Helper()
	m := modeltest.GPT(8, 1024, 16, 1000, 128)
	plan.TP, plan.PP, plan.VP, plan.EP, plan.MicroBatch, plan.GlobalBatch = 1, 1, 1, 1, 1, int64(2*plan.DP)
	p := mustPrepare(m, Workload{Seq: 128}, stack, plan.Devices())
	require.NoError(t, p.Check(&plan))
	got := p.StageMemory(&plan, 0)
	return float64(got.Weights+p.gradientsOf(&plan)+got.Optimizer) / float64(m.Params())
}

// What states and logits take is what the papers and the frameworks' own
// documents print.
func TestGoldenMemory(t *testing.T) {
	zero := func(s Sharding) float64 {
		return 7.5 * statesPerParam(t, "deepspeed", Plan{DP: 64, CP: 1, Sharding: s})
	}
	// The model of 22B, 48 layers of 6,144.
	p := mustPrepare(modeltest.GPT(48, 6144, 64, 51200, 2048), Workload{Seq: 2048}, "megatron-2021", 8)
	logits := p.StageMemory(&Plan{TP: 8, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 4, GlobalBatch: 4}, 0).Logits
	golden.Compare(t, "train_memory.csv", map[string]float64{
		"7.5B, no sharding": zero(NoSharding),
		"7.5B, ZeRO-1":      zero(Zero1),
		"7.5B, ZeRO-2":      zero(Zero2),
		"7.5B, ZeRO-3":      zero(Zero3),
		"Megatron-Core":     statesPerParam(t, "megatron-core", Plan{DP: 8, CP: 1}),
		"Megatron-Core, distributed optimizer, dp 2, cp 4": statesPerParam(t, "megatron-core", Plan{DP: 2, CP: 4, Sharding: Zero1}),
		"logits of 22B, tensor parallel 8":                 float64(logits),
	})
}
