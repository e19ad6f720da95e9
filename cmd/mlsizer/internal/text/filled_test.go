package text

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/hardware"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/train"
)

// TestDerivationsAreFilledIn draws models and layouts: every derivation of a
// step has a form that takes its inputs, in both languages.
func TestDerivationsAreFilledIn(t *testing.T) {
	device, err := hardware.Default().Find("a100-80g")
	require.NoError(t, err)
	lines := 0
	rapid.Check(t, func(t *rapid.T) {
		m, plan := modeltest.Draw(t), drawLayout(t)
		w := train.Workload{Seq: 256, PUE: 1, MFU: rapid.SampledFrom([]float64{0, 0.4}).Draw(t, "mfu"),
			Method: rapid.SampledFrom([]train.Method{train.Pretrain, train.LoRA}).Draw(t, "method"), Adapter: train.DefaultAdapter}
		stack := rapid.SampledFrom(train.Stacks()).Draw(t, "stack")
		cluster, err := hardware.NewCluster(device, plan.Devices())
		require.NoError(t, err)
		p, err := train.Prepare(m, w, stack, cluster)
		if err != nil {
			t.Skip(err)
		}
		e, err := p.Evaluate(&plan)
		if err != nil {
			t.Skip(err)
		}
		for _, d := range p.Explain(&e) {
			formula, numbers, value := OfDerivation(d)
			require.Contains(t, formulas, d.Rule)
			for _, said := range []Text{formula, numbers, value} {
				for _, s := range []string{said.EN, said.ZH} {
					require.NotContains(t, s, "%!", d.Rule)
					require.NotContains(t, s, "NaN", d.Rule)
					require.NotContains(t, s, "Inf", d.Rule)
				}
			}
			lines++
		}
	})
	require.Positive(t, lines)
}

// drawLayout draws a layout.
func drawLayout(t *rapid.T) train.Plan {
	pow := func(name string, most int) int { return 1 << rapid.IntRange(0, most).Draw(t, name) }
	p := train.Plan{TP: pow("tp", 2), PP: pow("pp", 1), VP: 1, CP: pow("cp", 1), EP: 1, DP: pow("dp", 2), MicroBatch: 1}
	p.Sharding = train.Sharding(rapid.IntRange(0, int(train.Zero3)).Draw(t, "sharding"))
	p.Recompute = train.Recompute(rapid.IntRange(0, int(train.FullRecompute)).Draw(t, "recompute"))
	p.OffloadOptimizer = rapid.Bool().Draw(t, "offload optimizer")
	p.GlobalBatch = int64(p.DP * p.MicroBatch * p.PP * 2)
	return p
}
