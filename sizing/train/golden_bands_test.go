package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/model/modeltest"
)

// A shape that is inferred from a count widens the bands of time and memory.
func TestGoldenBands(t *testing.T) {
	m := modeltest.GPT(48, 6144, 64, 51200, 2048)
	m.Count = m.Params()
	m.Inferred = true
	p := onRound(t, m, Workload{Seq: 2048}, "megatron-core", 1)
	p.memoryBands = [2]MemoryBand{{Band: Band{Low: 0.9, High: 1.04}, Sure: 1.2}, {Band: Band{Low: 0.9, High: 1.04}, Sure: 1.2}}
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1}
	step := p.StepBand(&plan)
	e, err := p.Evaluate(&plan)
	require.NoError(t, err)
	total := float64(e.Memory.Total)
	golden.Compare(t, "train_bands.csv", map[string]float64{
		"step, low":    step.Low,
		"step, high":   step.High,
		"memory, low":  float64(e.Memory.Low) / total,
		"memory, high": float64(e.Memory.High) / total,
		"memory, 95 %": float64(e.Memory.Sure) / total,
	})
}
