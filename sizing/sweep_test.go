package sizing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/note"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

func TestSweep(t *testing.T) {
	e := train.Estimate{Compute: train.Compute{Model: 1e20}, Time: train.Time{DeviceHours: 100, Run: 3600}, Cost: train.Cost{USD: 250}, Energy: train.Energy{KWh: 40}}
	// 200 trials of a twentieth of the run are ten runs.
	c := run.Sweep{Trials: 200, Fraction: 0.05}.Cost(&e, 8)
	assert.InDelta(t, 1e21, float64(c.FLOPs), 1e10)
	assert.InDelta(t, 1000, c.DeviceHours, 1e-9)
	assert.InDelta(t, 36000, float64(c.Run), 1e-9)
	assert.InDelta(t, 2500, float64(c.USD), 1e-9)
	assert.InDelta(t, 400, float64(c.KWh), 1e-9)

	// Three at once: 67 rounds of a twentieth, one part idle in the last.
	e.Time.RunLow, e.Time.RunHigh = 3000, 4000
	c = run.Sweep{Trials: 200, Fraction: 0.05, Parallel: 3}.Cost(&e, 8)
	assert.InDelta(t, 67*180, float64(c.Run), 1e-9)
	assert.InDelta(t, 67*150, float64(c.RunLow), 1e-9)
	assert.InDelta(t, 67*200, float64(c.RunHigh), 1e-9)
	assert.InDelta(t, 1000, c.DeviceHours, 1e-9)
	assert.InDelta(t, 5, c.IdleHours, 1e-9)

	assert.NoError(t, run.Sweep{}.Check())
	assert.Equal(t, note.FieldError("parallel-trials", "sweep.more-at-once-than-trials", 5, 4), run.Sweep{Trials: 4, Fraction: 0.1, Parallel: 5}.Check())
	assert.Equal(t, note.FieldError("trials", "sweep.no-trials", -1), run.Sweep{Trials: -1, Fraction: 0.1}.Check())
	assert.Equal(t, note.FieldError("trial-fraction", "sweep.fraction-out-of-range", 0.0), run.Sweep{Trials: 10}.Check())
	assert.Equal(t, note.FieldError("trial-fraction", "sweep.fraction-out-of-range", 2.0), run.Sweep{Trials: 10, Fraction: 2}.Check())
}
