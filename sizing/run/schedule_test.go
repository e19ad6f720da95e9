package run

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Every loss is a line, and with the steps they are the run.
func TestLossesAddUp(t *testing.T) {
	r := DefaultReliability()
	for _, async := range []bool{false, true} {
		r.Async = async
		g := r.Goodput(Uninterrupted{Ideal: 30 * 86400, RampUp: 5000, Evaluation: 7000, Devices: 4096, Checkpoint: 5e12, HostLink: 64e9})
		require.InEpsilon(t, float64(g.Run), float64(g.Ideal+g.Losses.Sum()), 1e-12)
		require.Equal(t, quantity.Seconds(600), g.Losses.Startup)
		require.InEpsilon(t, float64(g.Failures*600), float64(g.Losses.Restart), 1e-12)
		require.InEpsilon(t, float64(g.Failures)*float64(g.Interval/2), float64(g.Losses.Rework-g.Write*quantity.Seconds(map[bool]float64{true: g.Failures}[async])), 1e-9)
	}
}

// A checkpoint of 1 TB on 10 devices at 1 GB/s each is written in 100 s; with
// links of 50 GB/s to the host the step waits for 2 s of that.
func TestAsyncCheckpoint(t *testing.T) {
	u := Uninterrupted{Ideal: 10000, Devices: 10, Checkpoint: 1e12, HostLink: 50e9}
	r := Reliability{WriteBandwidth: 1e9, Interval: 1000, Async: true}
	g := r.Goodput(u)
	require.InDelta(t, 100, float64(g.Write), 1e-9)
	require.InDelta(t, 2, float64(g.Pause), 1e-9)
	require.InDelta(t, 10000+10*2, float64(g.Run), 1e-9)
	// Two checkpoints are never written at once.
	r.Interval = 50
	require.Equal(t, quantity.Seconds(100), r.Goodput(u).Interval)
}

// decoderOn prepares a small decoder on 8 devices.
func decoderOn(t *testing.T, w train.Workload) (*train.Prepared, train.Estimate) {
	t.Helper()
	w.Seq, w.Batch, w.Tokens, w.PUE = 1024, 64, 64<<20, 1
	d, err := hardware.Default().Find("a100-80g")
	require.NoError(t, err)
	cluster, err := hardware.NewCluster(d, 8)
	require.NoError(t, err)
	stack, err := train.FindStack("megatron-core")
	require.NoError(t, err)
	p, err := train.Prepare(modeltest.GPT(16, 2048, 16, 51200, 1024), w, stack, cluster)
	require.NoError(t, err)
	plan := train.Plan{TP: 2, PP: 2, VP: 1, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 64}
	e, err := p.Evaluate(&plan)
	require.NoError(t, err)
	return p, e
}

// A forward pass takes about a third of a step: less where the optimizer and
// the gradients' traffic are left out, more where the backward pass is quick.
func TestForwardStep(t *testing.T) {
	p, e := decoderOn(t, train.Workload{})
	share := float64(p.ForwardStep(&e) / e.Time.Step)
	require.Greater(t, share, 0.2)
	require.Less(t, share, 0.45)
	// With a given MFU the FLOPs decide: forward is one of three passes.
	p, e = decoderOn(t, train.Workload{MFU: 0.4})
	require.InEpsilon(t, 1.0/3, float64(p.ForwardStep(&e)/e.Time.Step), 1e-9)
}

// Batches of 16, 32 and 48 for a third of the samples each.
func TestRampUp(t *testing.T) {
	p, e := decoderOn(t, train.Workload{})
	got, err := RampUp{Start: 16, Increment: 16, Samples: 4800}.lost(p, &e)
	require.NoError(t, err)
	want := 0.0
	for _, b := range []int64{16, 32, 48} {
		plan := e.Plan
		plan.GlobalBatch = b
		step, err := p.Evaluate(&plan)
		require.NoError(t, err)
		want += math.Ceil(1600/float64(b)) * float64(step.Time.Step)
	}
	want -= 75 * float64(e.Time.Step) // 4,800 samples in full batches
	require.Positive(t, want)
	require.InEpsilon(t, want, float64(got), 1e-9)
	for _, r := range []RampUp{{Start: 64, Increment: 16, Samples: 1}, {Start: 16, Increment: 20, Samples: 1}, {Start: 15, Increment: 49, Samples: 1}, {Start: 16, Increment: 16, Samples: 1 << 40}} {
		_, err := r.lost(p, &e)
		require.Error(t, err, r)
	}
}

// A given MFU comes back by the convention that it was given in, and the
// conventions stand to each other as their FLOPs do.
func TestConventions(t *testing.T) {
	for _, c := range train.Conventions() {
		_, e := decoderOn(t, train.Workload{MFU: 0.4, Convention: c})
		require.InEpsilon(t, 0.4, e.Utilisation(c), 1e-12, c)
		require.Equal(t, e.Utilisation(c), e.Time.MFU, c)
		require.Equal(t, c, e.Time.Convention)
		require.InEpsilon(t, float64(e.Compute.Megatron/e.Compute.Model), e.Time.MFUMegatron/e.Time.MFUPaLM, 1e-12)
		require.InEpsilon(t, float64(e.Compute.SixND/e.Compute.Model), e.Time.MFUSixND/e.Time.MFUPaLM, 1e-12)
		require.InEpsilon(t, float64(e.Compute.Hardware/e.Compute.Model), e.Time.HFU/e.Time.MFUPaLM, 1e-12)
	}
	for in, want := range map[string]train.Convention{"PaLM": train.PaLM, "hfu": train.HardwareFLOPs, "6n": train.SixND, "megatron": train.Megatron} {
		c, err := train.ParseConvention(in)
		require.NoError(t, err)
		require.Equal(t, want, c)
	}
	_, err := train.ParseConvention("nvidia")
	require.Error(t, err)
}

// A batch that is evaluated is the student's, whatever its teacher takes in a
// step of training.
func TestEvaluationLeavesTheTeacherOut(t *testing.T) {
	for _, w := range []train.Workload{{}, {MFU: 0.4}} {
		p, e := decoderOn(t, w)
		_, alone := Evaluation{Every: 10, Batches: 2}.times(p, &e)
		taught := *p
		taught.Teacher = &train.Teacher{Prepared: p, WeightBytes: 2}
		plan := e.Plan
		with, err := taught.Evaluate(&plan)
		require.NoError(t, err)
		require.Positive(t, with.Time.Terms.Teacher)
		_, got := Evaluation{Every: 10, Batches: 2}.times(&taught, &with)
		require.InEpsilon(t, float64(alone), float64(got), 1e-12, "MFU %v", w.MFU)
	}
}

// The longest step for a time is the one whose run is expected to take it.
func TestLongestStep(t *testing.T) {
	p, e := decoderOn(t, train.Workload{})
	a := Course{Reliability: DefaultReliability()}
	a.Reliability.DeviceMTBF /= 1000
	g, _, err := a.Expected(p, &e)
	require.NoError(t, err)
	require.Greater(t, g.Run, g.Ideal)
	require.InEpsilon(t, float64(e.Time.Step), float64(a.LongestStep(p, e.Time.Steps, g.Run, 0.5)), 1e-9)
	require.Less(t, float64(a.LongestStep(p, e.Time.Steps, 60, 0.5)), 1e-9, "a minute is over before it has started")
	hours := float64(g.Run) / 3600 * float64(p.Cluster.Count)
	require.InEpsilon(t, hours, g.DeviceHours, 1e-12)
	require.InEpsilon(t, hours*float64(e.Cost.PerHour), float64(g.Cost.USD), 1e-12)
}
