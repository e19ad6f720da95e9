package train

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
)

// drawNeighbour changes a few dimensions of a plan that keeps its devices, so
// that an Evaluator shares some of what it knows and drops the rest.
func drawNeighbour(t *rapid.T, p Plan) Plan {
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		switch rapid.IntRange(0, 15).Draw(t, "change") {
		case 0:
			p.TP, p.DP = p.DP, p.TP
			p.SequenceParallel = p.SequenceParallel && p.TP > 1
		case 1:
			p.PP, p.CP = p.CP, p.PP
		case 2:
			p.PP, p.DP = p.DP, p.PP
		case 3:
			p.EP = 1 << rapid.IntRange(0, 2).Draw(t, "ep")
		case 4:
			p.ETP = rapid.IntRange(0, p.TP).Draw(t, "etp")
		case 5:
			p.VP = rapid.IntRange(1, 3).Draw(t, "vp")
		case 6:
			p.MicroBatch = 1 << rapid.IntRange(0, 2).Draw(t, "micro-batch")
		case 7:
			p.Sharding = Sharding(rapid.IntRange(0, int(Zero3)).Draw(t, "sharding"))
		case 8:
			p.Recompute = Recompute(rapid.IntRange(0, int(FullRecompute)).Draw(t, "recompute"))
			p.RecomputeMethod, p.RecomputeLayers = LayerByLayer, 0
		case 13:
			p.Recompute = FullRecompute
			p.RecomputeMethod = RecomputeMethod(rapid.IntRange(1, int(EveryNth)).Draw(t, "method"))
			p.RecomputeLayers = rapid.IntRange(1, 4).Draw(t, "layers")
		case 14:
			p.OffloadParams = !p.OffloadParams
			p.Sharding = Zero3
		case 15:
			p.OffloadInputs = !p.OffloadInputs
			p.Recompute = FullRecompute
		case 9:
			p.ShardGroup = rapid.SampledFrom([]int{0, 2, 4}).Draw(t, "group")
		case 10:
			p.OffloadOptimizer = !p.OffloadOptimizer
		case 11:
			p.FirstLayers, p.LastLayers = rapid.IntRange(0, 2).Draw(t, "first"), rapid.IntRange(0, 2).Draw(t, "last")
		case 12:
			p.Modules = rapid.SampledFrom([]model.Modules{0, model.Modules(0).With(model.CoreAttention).With(model.MLPModule)}).Draw(t, "modules")
		}
	}
	return p
}

// The fast path gives the reference's numbers, whatever it was asked before.
func TestEvaluatorEqualsEvaluate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		plan := drawPlan(t, m)
		stack := rapid.SampledFrom([]string{"megatron-core", "torchtitan", "deepspeed", "transformers-peft"}).Draw(t, "stack")
		w := Workload{Seq: 64, Tokens: 1 << 30, PUE: 1.1, MFU: rapid.SampledFrom([]float64{0, 0, 0, 0.4}).Draw(t, "mfu")}
		if rapid.Bool().Draw(t, "lora") {
			w.Method, w.Adapter = LoRA, Adapter{Rank: 8, Targets: []string{"all-linear"}}
		}
		p := mustPrepare(m, w, stack, plan.Devices())
		v := p.NewEvaluator()
		var got Estimate
		for range rapid.IntRange(1, 12).Draw(t, "plans") {
			want, wantErr := p.Evaluate(&plan)
			err := v.Evaluate(&plan, &got)
			if wantErr != nil {
				require.EqualError(t, err, wantErr.Error())
			} else {
				require.NoError(t, err)
				require.Equal(t, want, got)
				var mem Memory
				require.NoError(t, v.Memory(&plan, &mem))
				require.Equal(t, want.Memory, mem)
			}
			plan = drawNeighbour(t, plan)
		}
	})
}

// No step of a plan is faster than its lower bound, with any virtual stages.
func TestLowerBoundOfEveryStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		plan := drawPlan(t, m)
		p := mustPrepare(m, Workload{Seq: 64, Tokens: 1 << 30}, "torchtitan", plan.Devices())
		f := p.NewLowerBound()
		for range 12 {
			e, err := p.Evaluate(&plan)
			if err == nil {
				open := plan
				open.VP = max(p.profile.layers/plan.PP, 1)
				open.FirstLayers, open.LastLayers, open.Sharding, open.ShardGroup, open.OffloadOptimizer = 0, 0, NoSharding, 0, false
				if bound := f.Step(&open); bound > e.Time.Step {
					t.Fatalf("%+v takes %v, its lower bound is %v", plan, e.Time.Step, bound)
				}
			}
			plan = drawNeighbour(t, plan)
		}
	})
}

// After the first plans of each kind an Evaluator does not allocate.
func TestEvaluatorDoesNotAllocate(t *testing.T) {
	p := mustPrepare(modeltest.GPT(24, 1024, 16, 50257, 1024), Workload{Seq: 1024}, "megatron-core", 64)
	v := p.NewEvaluator()
	var e Estimate
	all := func() {
		for _, tp := range []int{1, 2, 4, 8} {
			for _, pp := range []int{1, 2, 4} {
				for mode := range numRecomputes {
					plan := Plan{TP: tp, PP: pp, VP: 1, CP: 1, EP: 1, DP: 64 / tp / pp, MicroBatch: 1, GlobalBatch: 256, Recompute: mode}
					require.NoError(t, v.Evaluate(&plan, &e))
				}
			}
		}
	}
	all()
	require.Zero(t, testing.AllocsPerRun(10, all))
}

// No plan needs less memory than either lower bound.
func TestMemoryLowerBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		plan := drawPlan(t, m)
		stack := rapid.SampledFrom([]string{"megatron-core", "torchtitan", "deepspeed", "transformers-peft"}).Draw(t, "stack")
		p := mustPrepare(m, Workload{Seq: 64, Tokens: 1 << 30}, stack, plan.Devices())
		f, v := p.NewLowerBound(), p.NewEvaluator()
		for range 12 {
			if e, err := p.Evaluate(&plan); err == nil {
				most := Sharding(rapid.IntRange(int(plan.Sharding), int(Zero3)).Draw(t, "most"))
				open := plan
				open.ShardGroup, open.OffloadOptimizer = 0, plan.OffloadOptimizer || p.profile.stack.OffloadOptimizer && rapid.Bool().Draw(t, "offloads")
				bound, err := v.MemoryLowerBound(&open, most)
				require.NoError(t, err)
				require.LessOrEqual(t, bound, float64(e.Memory.Total))
				open.VP, open.FirstLayers, open.LastLayers = 1, 0, 0
				require.LessOrEqual(t, f.Memory(&open, most), float64(e.Memory.Total))
			}
			plan = drawNeighbour(t, plan)
		}
	})
}
