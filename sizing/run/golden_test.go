package run

import (
	"testing"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/quantity"
)

// The interval between checkpoints and the expected time are those of the papers
// that they are of.
func TestGoldenRun(t *testing.T) {
	// A device that fails so often and dumps 300 GB at 1 GB/s: 5 minutes.
	interval := func(mtbf quantity.Seconds) float64 {
		r := Reliability{DeviceMTBF: mtbf, Restart: 600, WriteBandwidth: 1e9}
		return float64(r.Goodput(stepsOf(500*3600, 1, 300e9)).Interval)
	}
	short := Reliability{DeviceMTBF: 10000, Restart: 600, Startup: 600, Interval: 2000}
	golden.Compare(t, "run.csv", map[string]float64{
		"interval, 24 h between failures":               interval(24 * 3600),
		"interval, 24 h between failures, higher order": interval(24 * 3600),
		"interval, 6 h between failures, higher order":  interval(6 * 3600),
		"run that loses half of itself":                 float64(short.Goodput(stepsOf(2000, 1, 0)).Run),
	})
}
