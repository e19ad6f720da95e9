package train

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/model/modeltest"
)

// A stack's own band of the size and kind holds; else its own of the other size;
// else the widest of its others and of all stacks', those of experts only for
// models with experts.
func TestWhichMemoryBandHolds(t *testing.T) {
	b := MemoryBands{Bands: []MemoryBand{
		{Band: Band{Low: 0.8, High: 1.2}, Sure: 1.3}, {Experts: true, Band: Band{Low: 0.9, High: 1.5}, Sure: 1.6},
		{Stack: "a", Band: Band{Low: 0.95, High: 1.05}, Sure: 1.1, Rows: 9}, {Stack: "a", Small: true, Band: Band{Low: 0.97, High: 1.1}, Sure: 1.2, Rows: 8},
		{Stack: "b", Experts: true, Band: Band{Low: 0.7, High: 1.01}, Sure: 1.02, Rows: 7},
	}}
	for _, c := range []struct {
		stack          string
		experts, small bool
		want           Band
		sure           float64
		rows           int
	}{
		{"a", false, false, Band{Low: 0.95, High: 1.05}, 1.1, 9},
		{"a", false, true, Band{Low: 0.97, High: 1.1}, 1.2, 8},
		{"a", true, false, Band{Low: 0.8, High: 1.5}, 1.6, 0},
		{"b", true, true, Band{Low: 0.7, High: 1.01}, 1.02, 7},
		{"b", false, false, Band{Low: 0.7, High: 1.2}, 1.3, 0},
		{"c", false, true, Band{Low: 0.8, High: 1.2}, 1.3, 0},
		{"c", true, false, Band{Low: 0.8, High: 1.5}, 1.6, 0},
	} {
		got := b.Of(c.stack, c.experts, c.small)
		assert.Equal(t, c.want, got.Band, c)
		assert.Equal(t, c.sure, got.Sure, c)
		assert.Equal(t, c.rows, got.Rows, c)
	}
}

// "fits" is said of what the 95 % bound leaves room for, and nothing less.
func TestVerdictRestsOnItsOwnBound(t *testing.T) {
	p := mustPrepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048}, "megatron-core", 1)
	e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 1})
	assert.NoError(t, err)
	for _, c := range []struct {
		device float64
		want   Verdict
	}{{float64(e.Memory.Sure), FitsSurely}, {float64(e.Memory.Sure) - 1, MayNotFit}, {float64(e.Memory.Total), MayNotFit}, {float64(e.Memory.Total) - 1, DoesNotFit}} {
		m, q := e.Memory, *p
		*(*float64)(&q.Cluster.Device.Memory) = c.device
		q.setVerdict(&m)
		assert.Equal(t, c.want, m.Verdict)
	}
}
