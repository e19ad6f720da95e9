package run

import (
	"math"
	"testing"

	"mlsizer/sizing/quantity"
)

// stepsOf is a run of steps alone.
func stepsOf(ideal quantity.Seconds, devices int, checkpoint quantity.Bytes) Uninterrupted {
	return Uninterrupted{Ideal: ideal, Devices: devices, Checkpoint: checkpoint}
}

// Llama 3 405B: 54 days, 16,384 devices, 419 unexpected interruptions, more
// than 90 % effective training time. Source: arXiv:2407.21783 section 3.3.4.
func TestGoodputOfLlama3(t *testing.T) {
	params := 405e9
	g := DefaultReliability().Goodput(stepsOf(54*86400, 16384, quantity.Bytes(params*14)))
	if g.Share < 0.9 || g.Share > 0.99 {
		t.Errorf("goodput %.3f, want above 0.90", g.Share)
	}
	if g.Failures < 419 || g.Failures > 419/0.9 {
		t.Errorf("%.0f failures, want 419 to %.0f", g.Failures, 419/0.9)
	}
}

func TestGoodputAtTheEdges(t *testing.T) {
	r := Reliability{}
	if g := r.Goodput(stepsOf(1000, 8, 1e12)); g.Share != 1 || g.Run != 1000 || g.Failures != 0 {
		t.Errorf("nothing fails and nothing is written: %+v", g)
	}
	if g := r.Goodput(stepsOf(0, 8, 1e12)); g.Share != 1 || g.Run != 0 {
		t.Errorf("no run: %+v", g)
	}
	// A checkpoint of 100 s every 1,000 s, no failures.
	r = Reliability{WriteBandwidth: 1e9, Interval: 1000}
	if g := r.Goodput(stepsOf(10000, 10, 1e12)); math.Abs(float64(g.Run)-11000) > 1e-9 || g.Write != 100 {
		t.Errorf("checkpoints alone: %+v", g)
	}
	// A cluster that fails every 100 s and takes 200 s to restart.
	r = Reliability{DeviceMTBF: 100000, Restart: 200}
	if g := r.Goodput(stepsOf(1000, 1000, 0)); g.Share != 0 || !math.IsInf(float64(g.Run), 1) {
		t.Errorf("it never ends: %+v", g)
	}
}

// The interval that is chosen is the best one, to within what the next
// order of the formula is worth.
func TestGoodputInterval(t *testing.T) {
	r := DefaultReliability()
	best := r.Goodput(stepsOf(30*86400, 4096, 5e12))
	for _, factor := range []float64{0.3, 0.5, 2, 3} {
		other := r
		other.Interval = best.Interval * quantity.Seconds(factor)
		if g := other.Goodput(stepsOf(30*86400, 4096, 5e12)); g.Share > best.Share*1.001 {
			t.Errorf("an interval %v times as long keeps %.5f, the chosen one %.5f", factor, g.Share, best.Share)
		}
	}
}

func TestMoreDevicesFailMoreOften(t *testing.T) {
	r := DefaultReliability()
	last := 1.0
	for n := 8; n <= 131072; n *= 4 {
		g := r.Goodput(stepsOf(30*86400, n, 5e12))
		if g.Share > last {
			t.Errorf("%d devices keep %.4f, fewer kept %.4f", n, g.Share, last)
		}
		last = g.Share
	}
}

// A run that is over before its first checkpoint is due loses half of itself to
// a failure, whatever the interval: it is not lost to an interval that it never
// reaches. 2,000 s of work on a cluster that fails every 10,000 s and restarts
// in 600 s take (2,000 + 600) / (1 - (1,000 + 600)/10,000) = 3,095 s.
func TestIntervalBeyondTheRun(t *testing.T) {
	r := Reliability{DeviceMTBF: 100000, Restart: 600, Startup: 600}
	for _, interval := range []quantity.Seconds{2000, 20000, 2e7} {
		r.Interval = interval
		g := r.Goodput(stepsOf(2000, 10, 0))
		if math.Abs(float64(g.Run)-2600/0.84) > 1e-6 || g.Interval != 2000 {
			t.Errorf("checkpoints every %v: %+v", interval, g)
		}
	}
	// A checkpoint that takes longer to write than the run: it is of no use,
	// and no worse than none.
	r = Reliability{DeviceMTBF: 100000, Restart: 600, WriteBandwidth: 1e6, Async: true}
	u := stepsOf(2000, 10, 1e12)
	u.HostLink = 1e12
	if g := r.Goodput(u); math.Abs(float64(g.Losses.Rework)-0.1*float64(g.Run)) > 1e-6 {
		t.Errorf("a checkpoint that is late: %+v", g)
	}
}
