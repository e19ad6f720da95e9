package evidence

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// driverRows are peaks as the driver would show them with a context of so many
// bytes, for two sources.
func driverRows(t *testing.T, context float64) []Row {
	stack, err := train.FindStack("megatron-deepspeed")
	require.NoError(t, err)
	c := *stack
	*(*float64)(&c.ContextBytes) = context
	p := *testPredictor()
	p.Stack = &c
	var rows []Row
	for i, layers := range []int64{12, 24, 36, 48, 60, 72, 84, 96} {
		r := Row{ID: fmt.Sprint(i), Source: fmt.Sprint("s", i%2), Family: "gpt", Layers: layers, Hidden: 2048, Heads: 16, Vocab: 50304, SeqLen: 1024,
			MicroBatch: 1, GlobalBatch: 8, Stack: "megatron-deepspeed", Precision: "bf16", Recompute: "full", TP: 1, PP: 1, DP: 8, Devices: 8, MemDefinition: "driver", PeakMemGiB: 1}
		s, err := p.Setup(&r)
		require.NoError(t, err)
		e, err := s.Predict()
		require.NoError(t, err)
		r.PeakMemGiB = r.memory(&e.Memory)
		rows = append(rows, r)
	}
	return rows
}

// A fact that rows were made with is found again, in every fit that leaves a
// source out too, and the rows then lie on the estimate.
func TestCalibrateMemory(t *testing.T) {
	const context = 6e9
	c, err := testPredictor().CalibrateMemory(driverRows(t, context), LeaveOutKey("source"))
	require.NoError(t, err)
	require.Len(t, c.Facts, 1)
	assert.Equal(t, "context_bytes", c.Facts[0].Fact)
	assert.InEpsilon(t, context, c.Facts[0].Fit, 0.01)
	require.Len(t, c.Sources, 2)
	for _, s := range c.Sources {
		assert.Equal(t, 4, s.Now.N)
		assert.Greater(t, s.Now.MAPE, 0.02, "the shipped context is another")
		assert.Less(t, s.Fit.MAPE, 0.005)
		assert.Less(t, s.LeftOut.MAPE, 0.01)
	}
	require.NotEmpty(t, c.Bands)
	for _, b := range c.Bands {
		assert.InDelta(t, 1, b.Low, 0.01)
		assert.InDelta(t, 1, b.Sure, 0.01)
	}
	_, err = testPredictor().CalibrateMemory([]Row{{ID: "a", Source: "s"}}, LeaveOutKey("source"))
	assert.Equal(t, note.NewError("fit.no-peak"), err)
}

// The values below which shares lie: of 1, 2, 3, 4 the middles are at 1/8, 3/8, 5/8 and 7/8.
func TestShare(t *testing.T) {
	v := []float64{3, 1, 4, 2}
	for q, want := range map[float64]float64{0: 1, 0.125: 1, 0.25: 1.5, 0.5: 2.5, 0.875: 4, 1: 4} {
		assert.InDelta(t, want, share(v, q), 1e-12, "%v", q)
	}
}

// Between 70 and 90 of 100 shipped peaks of memory lie in their 80 % bands, and
// at least 93 below the bound that "fits" rests on.
func TestShippedMemoryBands(t *testing.T) {
	rows, err := Default()
	require.NoError(t, err)
	p := testPredictor()
	n, inside, below := 0., 0., 0.
	for i := range rows {
		r := &rows[i]
		if r.PeakMemGiB == 0 || r.gap() != nil {
			continue
		}
		s, err := p.Setup(r)
		if err != nil {
			continue
		}
		e, err := s.Predict()
		require.NoError(t, err)
		ratio := r.PeakMemGiB / r.memory(&e.Memory)
		n++
		if m := &e.Memory; float64(m.Low/m.Total) <= ratio && ratio <= float64(m.High/m.Total) {
			inside++
		}
		if ratio <= float64(e.Memory.Sure/e.Memory.Total) {
			below++
		}
	}
	require.Greater(t, n, 200.)
	assert.InDelta(t, 0.8, inside/n, 0.1)
	assert.Greater(t, below/n, 0.93)
}
