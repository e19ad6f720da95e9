package sizing_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// agent is a request for a run of frames of a model of the catalogue.
func agent(t *testing.T, model, device string, frames quantity.Tokens) sizing.Request {
	t.Helper()
	e, err := catalog.Default().Find(model)
	require.NoError(t, err)
	m, err := e.Build()
	require.NoError(t, err)
	d, err := hardware.Default().Find(device)
	require.NoError(t, err)
	return sizing.Request{
		Model: m, Device: d, Count: 1, Workload: train.Workload{Tokens: frames},
		Optimizer: option.Set(train.AdamW), Published: sizing.Published{Year: e.Year},
	}
}

func asked(t *testing.T, q sizing.Request) *sizing.Answer {
	t.Helper()
	a, err := sizing.Ask(q)
	require.NoError(t, err)
	return a
}

// A run by hand. Of DQN (Mnih et al. 2015, Extended Data Table 1) 50 million
// frames that the agent sees are 200 million of the emulator, which take 20,000
// s at 10,000 per second; a gradient step of 32 samples follows every 4 of the
// 50 million actions: 12.5 million steps on 400 million samples. Of A3C
// (arXiv:1602.01783) 16 actors take 5 actions each for a gradient step of 5
// samples: 10 million steps.
func TestAgentByHand(t *testing.T) {
	for _, c := range []struct {
		model, device string
		simulator     run.Simulator
		steps         float64
		samples       quantity.Tokens
		environment   quantity.Seconds
		passes        float64
		overlaps      bool
	}{
		{"dqn", "v100", run.Simulator{FPS: 10e3}, 12.5e6, 400e6, 20e3, 50e6, false},
		{"dqn", "v100", run.Simulator{FPS: 10e3, Actors: 8}, 12.5e6, 400e6, 20e3, 6.25e6, false},
		{"dqn", "v100", run.Simulator{}, 12.5e6, 400e6, 200e6 / 4250.0, 50e6, false},
		{"a3c-ff", "v100", run.Simulator{}, 10e6, 50e6, 200e6 / (16 * 4250.0), 3.125e6, true},
		{"a3c-ff", "ryzen-9950x", run.Simulator{FPS: 50e3}, 10e6, 50e6, 4e3, 3.125e6, false},
	} {
		q := agent(t, c.model, c.device, 50e6)
		q.Simulator = c.simulator
		a := asked(t, q)
		x, at := &a.Environment, &a.Estimate.Time
		assert.Equal(t, c.steps, x.Steps, c)
		assert.Equal(t, c.steps, at.Steps, c)
		assert.Equal(t, c.samples, a.Workload.Tokens, c)
		assert.Equal(t, c.overlaps, x.Overlaps, c)
		assert.InEpsilon(t, float64(c.environment), float64(at.Environment), 1e-12, c)
		assert.InEpsilon(t, c.passes*float64(x.Forward), float64(at.Acting), 1e-12, c)
		assert.InEpsilon(t, c.steps*float64(at.Step+x.Target), float64(x.Learning), 1e-12, c)
		assert.Equal(t, c.model == "dqn", x.Target > 0, c)
		whole := at.Environment + at.Acting + x.Learning
		if c.overlaps {
			whole = max(at.Environment+at.Acting, x.Learning)
		}
		assert.InEpsilon(t, float64(whole), float64(at.Run), 1e-12, c)
		assert.Less(t, at.RunLow, at.Run, c)
		assert.Greater(t, at.RunHigh, at.Run, c)
		assert.InEpsilon(t, float64(at.Run)/3600, at.DeviceHours, 1e-12, c)
		assert.Equal(t, at.Run, a.Goodput.Ideal, c)
	}
}

// The overrun of reinforcement learning is what its published runs give: the
// geometric mean of published over planned time, and the 80 % band of one more
// run, mean ± t s sqrt(1 + 1/n) with Student's t of n-1 = 4 degrees of freedom,
// 1.533.
func TestAgentOverrun(t *testing.T) {
	const t4 = 1.5332
	runs := run.EnvironmentRuns()
	require.Len(t, runs, 5)
	var logs []float64
	mean := 0.0
	for _, r := range runs {
		q := agent(t, r.Model, r.Device, r.Frames)
		q.Simulator.Actors = r.Actors
		a := asked(t, q)
		hours := quantity.Seconds(r.Hours * 3600)
		assert.Greater(t, hours, a.Goodput.RunLow, r.Source)
		assert.Less(t, hours, a.Goodput.RunHigh, r.Source)
		logs = append(logs, math.Log(float64(hours/a.Goodput.Planned)))
		mean += logs[len(logs)-1] / float64(len(runs))
	}
	variance := 0.0
	for _, l := range logs {
		variance += (l - mean) * (l - mean) / float64(len(logs)-1)
	}
	half := t4 * math.Sqrt(variance*(1+1/float64(len(logs))))
	o, source := run.EnvironmentOverrun()
	assert.NotEmpty(t, source)
	for _, c := range []struct{ log, stored float64 }{{mean, o.Median}, {mean - half, o.Low}, {mean + half, o.High}} {
		assert.InEpsilon(t, math.Exp(c.log), c.stored, 5e-3, "%.4g", math.Exp(c.log))
	}
}

// The training of DQN took 8 days on a K40 (arXiv:1602.01783 table 1): the band
// on a V100 holds it, and the expected run is of days, where gradient steps on a
// batch of any size took minutes.
func TestAgentPublishedDuration(t *testing.T) {
	g := asked(t, agent(t, "dqn", "v100", 50e6)).Goodput
	assert.Less(t, g.RunLow, 8*quantity.Day)
	assert.Greater(t, g.RunHigh, 8*quantity.Day)
	assert.Greater(t, g.Run, 2*quantity.Day)
}

// A faster environment never makes the run longer, and neither do more frames
// make it shorter.
func TestAgentMonotone(t *testing.T) {
	for _, c := range []struct{ model, device string }{{"dqn", "v100"}, {"a3c-ff", "v100"}, {"a3c-lstm", "epyc-9654"}} {
		before := asked(t, agent(t, c.model, c.device, 50e6))
		longest := before.Estimate.Time.Run
		for fps := 100.0; fps < 1e8; fps *= 3 {
			q := agent(t, c.model, c.device, 50e6)
			q.Simulator.FPS = fps
			at := asked(t, q).Estimate.Time
			if fps > 100 {
				assert.LessOrEqual(t, at.Run, longest, "%v at %v", c, fps)
			}
			longest = at.Run
		}
		more := asked(t, agent(t, c.model, c.device, 100e6))
		assert.Greater(t, more.Estimate.Time.Run, before.Estimate.Time.Run, c)
	}
}

// A model of reinforcement learning whose environment is not known says so, and
// takes nothing of one.
func TestAgentUnknown(t *testing.T) {
	q := agent(t, "alphago-zero-20", "v100", 1e9)
	a := asked(t, q)
	assert.Zero(t, a.Environment)
	assert.Zero(t, a.Estimate.Time.Environment)
	keys := map[string]bool{}
	for _, n := range a.Notes {
		keys[n.Key] = true
	}
	assert.True(t, keys["environment.unknown"])

	for field, s := range map[string]run.Simulator{"env-fps": {FPS: 1000}, "actors": {Actors: 4}} {
		q.Simulator = s
		_, err := sizing.Ask(q)
		assert.True(t, note.Is(err, "environment.unknown"), field)
		assert.Equal(t, field, note.FieldOf(err))
	}
	for key, s := range map[string]run.Simulator{"environment.rate-not-positive": {FPS: -1}, "environment.actors-out-of-range": {Actors: -1}} {
		q := agent(t, "dqn", "v100", 1e6)
		q.Simulator = s
		_, err := sizing.Ask(q)
		assert.True(t, note.Is(err, key), key)
	}
}

// One step of a model in an environment is a gradient step alone.
func TestAgentOneStep(t *testing.T) {
	a := asked(t, agent(t, "dqn", "v100", 0))
	assert.Zero(t, a.Environment)
	assert.Zero(t, a.Estimate.Time.Environment)
	assert.EqualValues(t, 32, a.Estimate.Plan.GlobalBatch)
}
