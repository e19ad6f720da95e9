package train

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// TestOffloadMovesALine: what leaves the device is with the host, to the byte,
// or on the disks; nothing is deleted.
func TestOffloadMovesALine(t *testing.T) {
	m := modeltest.GPT(12, 1024, 16, 50257, 1024)
	base := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 32, Sharding: Zero3, Recompute: FullRecompute}
	for name, c := range map[string]struct {
		stack                         string
		change                        func(*Plan)
		weights, gradients, optimizer bool
		inputs                        bool
	}{
		"optimizer alone":            {"maxtext", func(p *Plan) { p.OffloadOptimizer = true }, false, false, true, false},
		"gradients along":            {"deepspeed", func(p *Plan) { p.OffloadOptimizer = true }, false, true, true, false},
		"weights alone":              {"deepspeed", func(p *Plan) { p.OffloadParams = true }, true, false, false, false},
		"weights and optimizer":      {"deepspeed", func(p *Plan) { p.OffloadParams, p.OffloadOptimizer = true, true }, true, true, true, false},
		"FSDP moves all":             {"torchtitan", func(p *Plan) { p.OffloadParams = true }, true, true, true, false},
		"the inputs of every layer":  {"deepspeed", func(p *Plan) { p.OffloadInputs = true }, false, false, false, true},
		"on the disks of every node": {"deepspeed", func(p *Plan) { p.OffloadParams, p.OffloadOptimizer = true, true }, true, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := mustPrepare(m, Workload{Seq: 1024}, c.stack, 8)
			here := p.StageMemory(&base, 0)
			here.Gradients = p.gradientsOf(&base) // whatever the moment of the peak
			plan := base
			c.change(&plan)
			if name == "on the disks of every node" {
				p.Workload.NVMe = 1e9
			}
			e, err := p.Evaluate(&plan)
			require.NoError(t, err)
			got, want := e.Memory, 0.0
			for _, term := range []struct {
				away       bool
				before, at float64
			}{{c.weights, float64(here.Weights), float64(got.Weights)}, {c.gradients, float64(here.Gradients), float64(got.Gradients)}, {c.optimizer, float64(here.Optimizer), float64(got.Optimizer)}} {
				if term.away {
					want += term.before
					assert.Zero(t, term.at)
				}
			}
			if c.inputs {
				want += 12 * 2 * 1024 * 1024 // bf16 inputs of 12 layers
			}
			away := got.Host
			if p.Workload.NVMe > 0 {
				away = got.NVMe
				assert.Zero(t, got.Host, "state lies on the disks")
			} else {
				assert.Zero(t, got.NVMe)
			}
			assert.InDelta(t, want, float64(away), 1)
		})
	}
}

// gradientsOf returns the bytes of a plan's gradients after the last backward
// pass, as the estimate has them: at the peak they may not be there.
func (p *Prepared) gradientsOf(plan *Plan) quantity.Bytes {
	timeline := p.Timeline(plan, 0)
	return timeline[slices.IndexFunc(timeline, func(m Memory) bool { return m.Peak == Reduction })].Gradients
}

// TestOffloadTakesTheTimeOfItsBytes: every device reads its part of the
// weights over its link before each of two passes, and the step waits for what
// a pass does not hide; on slower disks by as much longer.
func TestOffloadTakesTheTimeOfItsBytes(t *testing.T) {
	m := modeltest.GPT(12, 1024, 16, 50257, 1024)
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 2, Sharding: Zero3, OffloadParams: true}
	p := mustPrepare(m, Workload{Seq: 1024, NVMe: 1e6}, "deepspeed", 1) // slow enough to hide nothing
	e, err := p.Evaluate(&plan)
	require.NoError(t, err)
	var l layout
	l.init(p, &plan)
	var st stage
	var cache layers
	p.stageTime(&l, 0, &cache, &st)
	reads := float64(e.Memory.NVMe) / 1e6
	assert.InEpsilon(t, 2*(2*reads-st.sum()), float64(e.Time.Terms.Offload), 1e-9)
	p.Workload.NVMe = 1e12
	fast, err := p.Evaluate(&plan)
	require.NoError(t, err)
	p.Workload.NVMe = 0
	host, err := p.Evaluate(&plan)
	require.NoError(t, err)
	assert.Equal(t, host.Time.Step, fast.Time.Step, "disks faster than the link wait for the link")
}

func TestOffloadThatCannotBe(t *testing.T) {
	m := modeltest.GPT(4, 512, 8, 1000, 128)
	good := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 8, Sharding: Zero1}
	for name, c := range map[string]struct {
		stack  string
		change func(*Plan, *Workload)
		want   error
	}{
		"weights":   {"megatron-core", func(p *Plan, _ *Workload) { p.OffloadParams = true }, note.FieldError("offload-params", "offload.weights-stay", "megatron-core", note.Fields{"offload-optimizer", "offload-modules"})},
		"optimizer": {"torchtitan", func(p *Plan, _ *Workload) { p.OffloadOptimizer = true }, note.FieldError("offload-optimizer", "offload.optimizer-not-alone", "torchtitan", note.Fields{"offload-params"})},
		"nothing":   {"litgpt", func(p *Plan, _ *Workload) { p.OffloadOptimizer = true }, note.FieldError("offload-optimizer", "offload.optimizer-not-alone", "litgpt", note.Word("no offload"))},
		"sharding":  {"deepspeed", func(p *Plan, _ *Workload) { p.OffloadParams = true }, note.FieldError("offload-params", "offload.params-need-zero3", Zero1)},
		"inputs":    {"deepspeed", func(p *Plan, _ *Workload) { p.OffloadInputs = true }, note.FieldError("offload-inputs", "offload.inputs-need-full-recompute", "none")},
		"modules":   {"torchtitan", func(p *Plan, _ *Workload) { p.Offload = model.Modules(0).With(model.CoreAttention) }, note.FieldError("offload-modules", "offload.modules-stay", "torchtitan", note.Fields{"offload-params"})},
		"nothing kept": {"megatron-core", func(p *Plan, _ *Workload) {
			p.Offload, p.Recompute = model.Modules(0).With(model.CoreAttention), FullRecompute
		}, note.FieldError("offload-modules", "offload.modules-are-recomputed", "full")},
		"operators": {"torchtitan", func(p *Plan, _ *Workload) {
			p.Modules, p.Recompute = model.Modules(0).With(model.MLPModule), Selective
		}, note.FieldError("recompute-modules", "recompute.by-operator", "torchtitan")},
		"disks": {"maxtext", func(p *Plan, w *Workload) { p.OffloadOptimizer, w.NVMe = true, 1e9 }, note.FieldError("nvme-bandwidth", "offload.no-nvme", "maxtext", note.Fields{"offload-optimizer", "offload-params", "offload-inputs", "offload-modules"})},
	} {
		t.Run(name, func(t *testing.T) {
			plan, w := good, Workload{Seq: 128}
			c.change(&plan, &w)
			_, err := mustPrepare(m, w, c.stack, 8).Evaluate(&plan)
			assert.Equal(t, c.want, err)
		})
	}
}

// TestOffloadNeverMoreMemory: but for the layer that is gathered where nothing
// was before, and its gradients on their way out.
func TestOffloadNeverMoreMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		w := Workload{Seq: 256, PUE: 1}
		plan := drawPlan(t, m)
		plan.Sharding, plan.Recompute, plan.RecomputeMethod, plan.RecomputeLayers = Zero3, FullRecompute, LayerByLayer, 0
		s, err := FindStack(rapid.SampledFrom([]string{"deepspeed", "maxtext"}).Draw(t, "stack"))
		require.NoError(t, err)
		e, err := evaluateOn(m, w, s, plan)
		if err != nil {
			t.Skip(err)
		}
		changed := plan
		switch rapid.IntRange(0, 2).Draw(t, "offload") {
		case 0:
			changed.OffloadOptimizer = true
		case 1:
			changed.OffloadParams = true
		case 2:
			changed.OffloadInputs = true
		}
		off, err := evaluateOn(m, w, s, changed)
		require.NoError(t, err)
		more := s.Reserved * math.Max(0, float64(off.Memory.Communication-e.Memory.Communication))
		if changed.OffloadInputs {
			more += s.Reserved * float64(off.Memory.Activations) // one input is read ahead
			require.LessOrEqual(t, e.Memory.Host, off.Memory.Host)
		} else {
			require.Less(t, e.Memory.Host, off.Memory.Host)
		}
		require.LessOrEqual(t, float64(off.Memory.Total), float64(e.Memory.Total)+more+16)
	})
}
