package train

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// drawn returns a random model on as many devices as a random plan needs, and
// skips the draw if the plan cannot run.
func drawn(t *rapid.T) (*model.Model, Workload, *Stack, Plan, Estimate) {
	m := modeltest.Draw(t)
	w := Workload{Seq: 256 << rapid.IntRange(0, 3).Draw(t, "seq"), Tokens: 1e9, PUE: 1}
	s := rapid.SampledFrom(Stacks()).Draw(t, "stack")
	plan := drawPlan(t, m)
	e, err := evaluateOn(m, w, s, plan)
	if err != nil {
		t.Skip(err)
	}
	return m, w, s, plan, e
}

func evaluateOn(m *model.Model, w Workload, s *Stack, plan Plan) (Estimate, error) {
	p, err := Prepare(m, w, s, testCluster(plan.Devices()))
	if err != nil {
		return Estimate{}, err
	}
	return p.Evaluate(&plan)
}

func TestTermsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, _, _, _, e := drawn(t)
		var sum float64
		for _, term := range e.Memory.Terms() {
			require.GreaterOrEqual(t, float64(term.Size), 0.0, term.Name)
			sum += float64(term.Size)
		}
		require.Equal(t, float64(e.Memory.Total), sum, "memory")
		var step float64
		for _, term := range e.Time.Terms.List() {
			require.GreaterOrEqual(t, float64(term.Time), 0.0, term.Name)
			step += float64(term.Time)
		}
		require.InEpsilon(t, float64(e.Time.Step), step, 1e-9, "step")
		require.LessOrEqual(t, e.Memory.Low, e.Memory.Total)
		require.GreaterOrEqual(t, e.Memory.High, e.Memory.Total)
		require.LessOrEqual(t, e.Time.StepLow, e.Time.Step)
		require.GreaterOrEqual(t, e.Time.StepHigh, e.Time.Step)
		require.Positive(t, e.Time.MFUPaLM)
		require.LessOrEqual(t, e.Time.MFUPaLM, 1.0)
	})
}

// TestMoreShardingNeverMoreMemory: each ZeRO stage divides one thing more.
// Stage 3 also gathers layers, so it may exceed stage 2 by that much.
func TestMoreShardingNeverMoreMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, _ := drawn(t)
		last := math.Inf(1)
		for _, sharding := range []Sharding{NoSharding, Zero1, Zero2, Zero3} {
			plan.Sharding = sharding
			e, err := evaluateOn(m, w, s, plan)
			require.NoError(t, err)
			total := float64(e.Memory.Total) - s.Reserved*float64(e.Memory.Communication)
			require.LessOrEqual(t, total, last*(1+1e-9)+16)
			last = total
		}
	})
}

// TestMoreRecomputeNeverMoreActivations: full recompute keeps the least across
// layers, but works on one whole layer at a time, so for a handful of layers
// that one may be the larger part.
func TestMoreRecomputeNeverMoreActivations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, _ := drawn(t)
		plan.Recompute, plan.RecomputeMethod, plan.RecomputeLayers = NoRecompute, LayerByLayer, 0
		none, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		plan.Recompute = Selective
		if !s.SelectiveOps {
			selective, err := evaluateOn(m, w, s, plan)
			require.NoError(t, err)
			require.LessOrEqual(t, selective.Memory.Total, none.Memory.Total)
		}
		plan.Recompute = FullRecompute
		m.Groups[1].Repeat += 24
		plan.FirstLayers, plan.LastLayers = 0, 0 // two ends that are fixed leave no room for more
		full, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		plan.Recompute = NoRecompute
		deep, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		require.LessOrEqual(t, full.Memory.Total, deep.Memory.Total)
	})
}

func TestSmallerMicroBatchNeverMoreMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, e := drawn(t)
		if plan.MicroBatch == 1 || plan.PP > 1 {
			t.Skip("a pipeline holds more of the smaller micro-batches in flight")
		}
		if plan.MicroBatches() == 1 && !s.PersistentGradients {
			t.Skip("gradients accumulate once there is a second micro-batch")
		}
		plan.MicroBatch /= 2
		smaller, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		require.LessOrEqual(t, smaller.Memory.Total, e.Memory.Total)
	})
}

// TestMoreTensorParallelNeverMoreMemory compares at equal data parallelism:
// twice the devices.
func TestMoreTensorParallelNeverMoreMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, e := drawn(t)
		if plan.TP > 4 || plan.EP > 1 {
			t.Skip("no more heads to divide")
		}
		plan.TP *= 2
		plan.SequenceParallel = plan.TP > 2 && plan.SequenceParallel
		more, err := evaluateOn(m, w, s, plan)
		if err != nil {
			t.Skip(err)
		}
		require.LessOrEqual(t, float64(more.Memory.Total), float64(e.Memory.Total)+16)
	})
}

func TestMoreDevicesNeverMoreMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, e := drawn(t)
		plan.DP *= 2
		plan.GlobalBatch *= 2
		more, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		if (plan.Sharding == Zero3 || s.BucketBytes > 0) && plan.DP*plan.CP == 2 {
			t.Skip("the first sharding buys gathered layers and buckets too")
		}
		require.LessOrEqual(t, float64(more.Memory.Total), float64(e.Memory.Total)+16)
	})
}

func TestRunGrowsWithTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, e := drawn(t)
		w.Tokens *= 2
		longer, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		require.GreaterOrEqual(t, longer.Time.Run, e.Time.Run)
		require.Greater(t, longer.Compute.Model, e.Compute.Model)
		require.Equal(t, e.Memory, longer.Memory, "memory does not depend on the length of the run")
	})
}

// TestAdaptersNeverAboveFull: LoRA on any matrices needs no more than training
// all of them.
func TestAdaptersNeverAboveFull(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, _ := drawn(t)
		w.Method = FullTune
		full, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		w.Method = LoRA
		w.Adapter = Adapter{Rank: rapid.Int64Range(1, 16).Draw(t, "rank"), Targets: []string{rapid.SampledFrom([]string{"q_proj", "down_proj"}).Draw(t, "target")}}
		lora, err := evaluateOn(m, w, s, plan)
		require.NoError(t, err)
		if s.AdapterBytes > 0 {
			t.Skip("the stack pads what adapters add to the width of the whole projection")
		}
		require.LessOrEqual(t, lora.Memory.Total, full.Memory.Total)
		require.Less(t, lora.Compute.Model, full.Compute.Model, "no gradient of the frozen weights")
		require.LessOrEqual(t, lora.Compute.Hardware, full.Compute.Hardware)
		require.LessOrEqual(t, lora.Time.MFUPaLM, 1.0)
		// The adapters' own kernels are launched and read memory beside the
		// frozen ones: where a step is bound by that, it is no shorter.
		own := func(a, b quantity.Seconds) float64 { return max(float64(a-b), 0) }
		l, f := &lora.Time.Terms, &full.Time.Terms
		beside := own(l.Launch, f.Launch) + own(l.MemoryOps, f.MemoryOps) + own(l.Bubble, f.Bubble) + own(l.Stragglers, f.Stragglers)
		require.LessOrEqual(t, float64(lora.Time.Step)-beside, float64(full.Time.Step)*(1+1e-12))
		require.LessOrEqual(t, l.Optimizer, f.Optimizer)
	})
}

// TestAskedForWorkChangesMemoryOneWay: a chunked loss never holds more than a
// plain one, experts with more tokens never less, and magnitudes beside adapters
// never less than these alone.
func TestAskedForWorkChangesMemoryOneWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, w, s, plan, _ := drawn(t)
		total := func(w Workload) float64 {
			e, err := evaluateOn(m, w, s, plan)
			require.NoError(t, err)
			return float64(e.Memory.Total)
		}
		if s.LogitsBytes[ChunkedLoss] > 0 {
			plain, chunked := w, w
			plain.Loss, chunked.Loss = PlainLoss, ChunkedLoss
			require.LessOrEqual(t, total(chunked), total(plain))
		}
		if m.HasExperts() {
			busy := w
			busy.Routing = Routing{Imbalance: 1 + rapid.Float64Range(0, 2).Draw(t, "imbalance")}
			require.GreaterOrEqual(t, total(busy), total(w))
			padded := w
			padded.Routing = Routing{Capacity: busy.Routing.Imbalance}
			require.Equal(t, total(busy), total(padded))
		}
		w.Method, w.Adapter = LoRA, DefaultAdapter
		dora := w
		dora.Adapter.Magnitudes = true
		require.GreaterOrEqual(t, total(dora), total(w))
	})
}

func TestEvaluateDoesNotAllocate(t *testing.T) {
	p := mustPrepare(modeltest.GPT(96, 12288, 96, 50257, 2048), Workload{Seq: 2048, Tokens: 300e9, PUE: 1}, "megatron-core", 1024)
	plan := Plan{TP: 8, PP: 8, VP: 1, CP: 1, EP: 1, DP: 16, MicroBatch: 1, GlobalBatch: 1536, SequenceParallel: true, Sharding: Zero1}
	_, err := p.Evaluate(&plan)
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = p.Evaluate(&plan) }))
}

func TestPlansThatCannotRun(t *testing.T) {
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	p := mustPrepare(m, Workload{Seq: 128}, "megatron-core", 8)
	good := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 8}
	_, err := p.Evaluate(&good)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		change func(*Plan)
		want   error
	}{
		"heads":        {func(p *Plan) { p.TP, p.DP = 3, 1 }, note.FieldError("tp", "layout.tp-must-divide-heads", 3, int64(8))},
		"count":        {func(p *Plan) { p.DP = 4 }, note.FieldError("dp", "layout.must-use-all-devices", 1, 1, 1, 4, 4, 8)},
		"layers":       {func(p *Plan) { p.PP, p.DP = 8, 1 }, note.FieldError("pp", "layout.more-chunks-than-layers", 8, 1, 4)},
		"interleave":   {func(p *Plan) { p.VP = 2 }, note.FieldError("vp", "layout.vp-needs-stages", 2)},
		"experts":      {func(p *Plan) { p.EP = 2 }, note.FieldError("ep", "layout.no-experts-to-divide", 2, m.Name)},
		"batch":        {func(p *Plan) { p.GlobalBatch = 12 }, note.FieldError("batch", "batch.must-divide-into-micro-batches", int64(12), 8, 1)},
		"zero":         {func(p *Plan) { p.TP = 0 }, note.FieldError("tp", "layout.dimension-below-one", 0, 1, 1, 1, 1, 8)},
		"no batch":     {func(p *Plan) { p.MicroBatch = 0 }, note.FieldError("micro-batch", "batch.below-one", 0, int64(8))},
		"sequence":     {func(p *Plan) { p.SequenceParallel = true }, note.FieldError("sp", "layout.sequence-parallel-needs-tp")},
		"first stage":  {func(p *Plan) { p.FirstLayers = 1 }, note.FieldError("pp", "layout.first-and-last-leave-too-few", 1, 0, 4, 1, 1)},
		"expert ranks": {func(p *Plan) { p.ETP = 2 }, note.FieldError("etp", "layout.etp-must-divide-tp", 2, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			plan := good
			c.change(&plan)
			_, err := p.Evaluate(&plan)
			assert.Equal(t, c.want, err)
		})
	}
}

func TestUnsupportedPrecisionIsRefused(t *testing.T) {
	m := modeltest.GPT(2, 128, 2, 100, 64)
	_, err := Prepare(m, Workload{Seq: 64, Precision: FP8}, DefaultStack(testDevice()), testCluster(1))
	var unsupported *hardware.UnsupportedError
	require.ErrorAs(t, err, &unsupported)
	assert.Contains(t, err.Error(), "bf16")
}

// TestStacks checks the embedded table: every stack prices the loss it uses,
// names its source, and has a band around one.
func TestStacks(t *testing.T) {
	for _, s := range Stacks() {
		assert.NotEmpty(t, s.Source, s.Name)
		assert.NotEmpty(t, s.Shardings, s.Name)
		assert.Positive(t, s.LogitsBytes[s.Loss], s.Name)
		assert.Positive(t, s.LogitsBytes[PlainLoss], s.Name)
		assert.GreaterOrEqual(t, s.Reserved, 1.0, s.Name)
		for _, small := range []bool{false, true} {
			band := DefaultMemoryBands().Of(s.Name, small, small)
			assert.Less(t, band.Low, 1.0, s.Name)
			assert.Greater(t, band.High, 1.0, s.Name)
			assert.GreaterOrEqual(t, band.Sure, band.High, s.Name)
		}
		got, err := FindStack(s.Name)
		require.NoError(t, err)
		assert.Same(t, s, got)
	}
	_, err := FindStack("megatron")
	var unknown *note.Error
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, "stack.unknown", unknown.Code())
	assert.Equal(t, "megatron", unknown.Values[0])
	assert.Contains(t, unknown.Values[1], "megatron-core")
}

// However the first and the last chunk are fixed, every layer is in one chunk,
// in order, and no chunk is without.
func TestChunksHoldEveryLayerOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := rapid.IntRange(1, 130).Draw(t, "layers")
		p := Plan{PP: rapid.IntRange(1, 20).Draw(t, "pp"), VP: rapid.IntRange(1, 8).Draw(t, "vp"),
			FirstLayers: rapid.IntRange(0, 10).Draw(t, "first"), LastLayers: rapid.IntRange(0, 10).Draw(t, "last")}
		if p.PP*p.VP > layers || !p.layersFit(layers) {
			t.Skip()
		}
		l, at, most, least := layout{plan: &p, profile: &profile{layers: layers}}, 0, 0, layers
		for i := range p.PP * p.VP {
			from, to := l.chunk(i)
			require.Equal(t, at, from, "chunk %d", i)
			switch n, last := to-from, i == p.PP*p.VP-1; {
			case i == 0 && p.FirstLayers > 0:
				require.Equal(t, p.FirstLayers, n)
			case last && p.LastLayers > 0:
				require.Equal(t, p.LastLayers, n)
			default:
				most, least = max(most, n), min(least, n)
			}
			at = to
		}
		require.Equal(t, layers, at)
		if most > 0 {
			require.Positive(t, least)
			require.LessOrEqual(t, most-least, 1, "the others are as even as they can be")
		}
	})
}
