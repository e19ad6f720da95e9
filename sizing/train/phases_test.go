package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model/modeltest"
	"mlsizer/sizing/note"
)

// For every stage of any plan, with a teacher or without: terms add up to the
// total in every phase, and the largest phase is that of the stage's memory,
// with the same terms; that of the most loaded stage is the estimate's.
func TestTimelineHasThePeak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := modeltest.Draw(t)
		stack := rapid.SampledFrom(Stacks()).Draw(t, "stack")
		w := Workload{Seq: 256 << rapid.IntRange(0, 4).Draw(t, "seq"), PUE: 1}
		plan := drawPlan(t, m)
		p, err := Prepare(m, w, stack, testCluster(plan.Devices()))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "teacher") {
			logits := rapid.SampledFrom([]TeacherLogits{OnlineLogits, StoredLogits}).Draw(t, "logits")
			p.Teacher = &Teacher{Distillation{Logits: logits}, mustPrepare(m, w, "megatron-core", plan.Devices()), 2}
		}
		estimate, err := p.Evaluate(&plan)
		if err != nil {
			return
		}
		worst := Memory{}
		for stage := range plan.PP {
			peak := p.StageMemory(&plan, stage)
			most := Memory{}
			for _, at := range p.Timeline(&plan, stage) {
				sum := Memory{}.Total
				for _, term := range at.Terms() {
					sum += term.Size
				}
				require.Equal(t, at.Total, sum, at.Peak)
				if at.Total > most.Total || at.Total == most.Total && at.Peak == AtOptimizer {
					most = at
				}
			}
			require.Equal(t, peak, most)
			if most.Total > worst.Total {
				worst = most
			}
		}
		require.Equal(t, worst, estimate.Memory)
	})
}

// The phases of a last stage with full recompute: the loss adds the logits to
// the saved inputs, the backward pass the recomputed layer; after it only the
// gradients remain, and the update adds none.
func TestPhasesOfAStep(t *testing.T) {
	p := mustPrepare(modeltest.GPT(4, 1024, 8, 32000, 2048), Workload{Seq: 2048, PUE: 1}, "megatron-core", 2)
	plan := Plan{TP: 1, PP: 2, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 4, Recompute: FullRecompute}
	byMoment := map[Phase]Memory{}
	for _, m := range p.Timeline(&plan, 1) {
		byMoment[m.Peak] = m
	}
	require.Len(t, byMoment, len(phases))
	forward, loss, backward := byMoment[Forward], byMoment[AtLoss], byMoment[Backward]
	// Two layers' inputs and the head's two: 2048 x 1024 in bf16 each.
	const hidden = 2048 * 1024 * 2
	assert.Equal(t, 4*hidden, int(forward.Activations))
	assert.Zero(t, forward.Logits)
	assert.Equal(t, 2048*32000*6, int(loss.Logits))
	assert.Equal(t, forward.Activations, loss.Activations)
	assert.Greater(t, backward.Activations, loss.Activations)
	assert.Zero(t, backward.Logits, "the backward pass of the head frees them")
	for _, m := range []Phase{Reduction, AtOptimizer} {
		assert.Zero(t, byMoment[m].Activations+byMoment[m].Logits)
		assert.Equal(t, forward.Gradients, byMoment[m].Gradients)
	}
	for _, m := range p.Timeline(&plan, 0) {
		assert.NotEqual(t, AtLoss, m.Peak, "the first stage has no loss")
	}
}

// A term that is not there at the peak is explained as such: its product would
// not be its value.
func TestAbsentTermsAreExplained(t *testing.T) {
	p := mustPrepare(modeltest.GPT(4, 512, 8, 1000, 256), Workload{Seq: 256}, "maxtext", 1)
	for _, c := range []struct {
		batch  int64
		absent bool
	}{{32, true}, {64, false}} {
		e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 32, GlobalBatch: c.batch})
		require.NoError(t, err)
		found := false
		for _, d := range p.Explain(&e) {
			if d.Group == "memory" && d.Name == "gradients" {
				found = true
				require.Equal(t, c.absent, d.Inputs[len(d.Inputs)-1].Value.(note.Part).Rule == "memory.absent", "%v = %v", d.Inputs, d.Result)
				require.Equal(t, c.absent, e.Memory.Gradients == 0)
			}
		}
		require.True(t, found)
	}
}
