package train

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
)

// Source: arXiv:2205.05198 (Korthikanti et al. 2022), Table 3 for the models
// and equations 1, 2, 4, 6 and section 5 for the formulas.
var korthikanti = []struct {
	name          string
	heads, hidden int64
	layers        int
	micro         int
}{
	{"22B", 64, 6144, 48, 4},
	{"175B", 96, 12288, 96, 1},
	{"530B", 128, 20480, 105, 1},
	{"1T", 160, 25600, 128, 1},
}

// TestActivationFormulas holds the tensors of a layer to the published closed
// forms, to the byte: the attention and FFN of 2022, unfused, with dropout, at
// s = 2048 and t = 8.
func TestActivationFormulas(t *testing.T) {
	const s, tp = 2048.0, 8.0
	for _, k := range korthikanti {
		t.Run(k.name, func(t *testing.T) {
			m := modeltest.GPT(k.layers, k.hidden, k.heads, 51200, int64(s))
			p := mustPrepare(m, Workload{Seq: int64(s)}, "megatron-2021", 8)
			h, a, b := float64(k.hidden), float64(k.heads), float64(k.micro)
			sbh := s * b * h
			layer := func(plan Plan, dropped model.Modules) float64 {
				var l layout
				l.init(p, &plan)
				return l.saved(&p.profile.kinds[p.profile.body[0].kind], dropped)
			}
			one := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: k.micro, GlobalBatch: int64(8 * k.micro)}
			tensor, sequence := one, one
			tensor.TP, tensor.DP = 8, 1
			sequence = tensor
			sequence.SequenceParallel = true
			core := model.Modules(0).With(model.CoreAttention)

			equal := func(want, got float64, what string) { assert.InEpsilon(t, want, got, 1e-14, what) }
			equal(sbh*(34+5*a*s/h), layer(one, 0), "equation 1")
			equal(sbh*(10+24/tp+5*a*s/(h*tp)), layer(tensor, 0), "equation 2")
			equal(sbh*(34+5*a*s/h)/tp, layer(sequence, 0), "equation 4")
			equal(sbh*34/tp, layer(sequence, core), "equation 6: selective")
			var l layout
			l.init(p, &one)
			equal(2*sbh, l.input(&p.profile.kinds[p.profile.body[0].kind]), "section 5: full recompute")
		})
	}
}

// Source: arXiv:2205.05198 section 4.2.3: interleaving stores 1 + (p-1)/(pm)
// times as much on the first stage, m being the chunks a device.
func TestInterleavingHoldsMore(t *testing.T) {
	p := mustPrepare(modeltest.GPT(96, 12288, 96, 51200, 2048), Workload{Seq: 2048}, "megatron-2021", 64)
	plan := Plan{TP: 8, PP: 8, VP: 3, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 64}
	var l layout
	l.init(p, &plan)
	assert.InDelta(t, 8*(1+7.0/(8*3)), l.inFlight(0), 1e-12)
	plan.VP = 1
	l.init(p, &plan)
	assert.Equal(t, 8.0, l.inFlight(0))
	assert.Equal(t, 1.0, l.inFlight(7))
}
