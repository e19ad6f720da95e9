package train

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
)

// The numbers that are put into the formula of a term give its time, whatever
// the model and the layout, and the terms are the step. Of products and
// attention the rate is what the time makes of the FLOPs: all that they claim is
// that no device is faster than its peak. Kernels, launches and the ring of
// contexts show what a micro-batch takes of them, and claim nothing.
func TestTermsAreDerived(t *testing.T) {
	seen := map[string]bool{}
	property := func(t *rapid.T) {
		m := modeltest.Draw(t)
		stack := rapid.SampledFrom([]string{"megatron-core", "torchtitan", "deepspeed", "megatron-2021", "megatron-deepspeed"}).Draw(t, "stack")
		w := Workload{Seq: 256, PUE: 1, Method: rapid.SampledFrom([]Method{Pretrain, FullTune, LoRA, QLoRA}).Draw(t, "method"), Adapter: DefaultAdapter}
		if w.Method == QLoRA {
			w.Adapter.BaseBits = NF4Bits
		}
		plan := drawPlan(t, m)
		plan.OffloadOptimizer = rapid.Bool().Draw(t, "offload optimizer")
		switch rapid.SampledFrom([]string{"", "modules", "weights"}).Draw(t, "offload") {
		case "modules":
			plan.Offload = model.Modules(0).With(model.CoreAttention).With(model.MLPModule)
		case "weights":
			plan.OffloadParams, plan.Sharding, plan.PP, plan.VP, plan.FirstLayers, plan.LastLayers = true, Zero3, 1, 1, 0, 0
			plan.GlobalBatch = int64(plan.DP * plan.MicroBatch)
		}
		p := mustPrepare(m, w, stack, plan.Devices())
		if rapid.Bool().Draw(t, "teacher") { // of the student's own shape
			p.Others = &Others{Seconds: 2, Forwards: 1, Critic: 0.5}
			p.Teacher = &Teacher{Prepared: mustPrepare(m, Workload{Seq: 256, PUE: 1}, stack, plan.Devices()), WeightBytes: 2}
		}
		e, err := p.Evaluate(&plan)
		if err != nil {
			t.Skip(err)
		}
		x := p.newTermNumbers(&e)
		sum := 0.0
		for _, term := range e.Time.Terms.List() {
			sum += float64(term.Time)
			if term.Time <= 0 {
				continue
			}
			seen[term.Name] = true
			n := x.of(term)
			switch term.Name {
			case termProducts, termAttention, termMemoryOps, termLaunch, termContext:
				require.Zero(t, n.value, term.Name)
			default:
				require.InEpsilon(t, float64(term.Time), n.value, 1e-9, "%s: %s: %v", term.Name, n.rule, n.inputs)
			}
			require.LessOrEqual(t, n.rate, float64(p.rate.Peak), "%s: %v", term.Name, n.inputs)
			numbers := fmt.Sprint(n.inputs)
			require.NotContains(t, numbers, "NaN", term.Name)
			require.NotContains(t, numbers, "Inf", term.Name)
			require.NotEmpty(t, n.source, term.Name)
		}
		require.InEpsilon(t, float64(e.Time.Step), sum, 1e-12)
		lines := 0
		for _, d := range p.explainTime(&e) {
			if d.Inputs[len(d.Inputs)-1].Name == "percent of the step" {
				lines++
			}
		}
		require.Positive(t, lines)
	}
	rapid.Check(t, property)
	for rounds := 1; len(seen) < len((&StepTerms{}).List()) && rounds < 20; rounds++ { // some terms are rare
		rapid.Check(t, property)
	}
	for _, term := range (&StepTerms{}).List() {
		require.True(t, seen[term.Name], "no layout that was drawn has %s", term.Name)
	}
}
