package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// distillOn asks about Llama 3.2 1B taught by Llama 3.1 8B on 8 H100, a
// billion tokens in sequences of 4096, two of them in a micro-batch.
func distillOn(t *testing.T, d train.Distillation) *sizing.Answer {
	t.Helper()
	device, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	stack, err := train.FindStack("megatron-core")
	require.NoError(t, err)
	if d.Teacher == nil {
		d.Teacher = catalogtest.Model(t, "llama-3.1-8b")
	}
	a, err := sizing.Ask(sizing.Request{
		Model: catalogtest.Model(t, "llama-3.2-1b"), Device: device, Count: 8, Stack: stack, Distill: &d,
		Workload: train.Workload{Seq: 4096, Batch: 256, Tokens: 1 << 30},
		Fixed: search.Fixed{Plan: train.Plan{TP: 1, PP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 2},
			Sharding: option.Set(train.Zero1), Recompute: option.Set(train.NoRecompute)},
	})
	require.NoError(t, err)
	return a
}

func TestTeacherInEveryStep(t *testing.T) {
	a := distillOn(t, train.Distillation{})
	c, e := &a.Distill, &a.Estimate
	// Its weights in bf16, and of two sequences the logits in bf16 and their
	// fp32 softmax: 2 x 8,030,261,248 + 2 x 4096 x 128,256 x 6 bytes.
	assert.InDelta(t, 2*8030261248.0+2*4096*128256*6, float64(e.Memory.Teacher), 1)
	sum := quantity.Bytes(0)
	for _, term := range e.Memory.Terms() {
		sum += term.Size
	}
	assert.Equal(t, e.Memory.Total, sum)
	// 2 FLOPs per parameter but the embedding's, and the causal half of
	// 4 x layers x heads x head_dim x sequence, for 2^30 tokens.
	perToken := 2*(8030261248.0-128256*4096) + 2*32*4096*4096
	assert.InEpsilon(t, float64(perToken)*(1<<30), float64(c.FLOPs), 0.002)
	// The step is longer by the teacher's part, and by no more.
	alone, err := train.Prepare(a.Model(), a.Workload, a.Stack(), a.Cluster)
	require.NoError(t, err)
	plain, err := alone.Evaluate(&e.Plan)
	require.NoError(t, err)
	assert.InEpsilon(t, float64(plain.Time.Step+c.Forward), float64(e.Time.Step), 1e-12)
	assert.InEpsilon(t, float64(e.Time.Terms.Sum()), float64(e.Time.Step), 1e-12)
	assert.Equal(t, plain.Compute, e.Compute, "the FLOPs are the student's")
	// A forward pass is not faster than the devices' peak.
	assert.Greater(t, float64(c.Forward), float64(c.FLOPs)/e.Time.Steps/(8*989.4e12))
	assert.Greater(t, c.Pass, quantity.Seconds(0))
	assert.Equal(t, c.Pass, c.Saved)

	half := distillOn(t, train.Distillation{FP8: true})
	assert.InDelta(t, 8030261248.0, float64(e.Memory.Teacher-half.Estimate.Memory.Teacher), 1)
}

func TestStoredLogits(t *testing.T) {
	// 128,256 logits of 2 bytes per token; of the largest 64 each 2 bytes and 4
	// for its place among more than 65,536.
	for k, perToken := range map[int64]float64{0: 256512, 64: 384} {
		a := distillOn(t, train.Distillation{Logits: train.StoredLogits, TopK: k})
		assert.Equal(t, quantity.Bytes(perToken), a.Distill.PerToken)
		assert.InDelta(t, perToken*(1<<30), float64(a.Distill.Stored), 1)
		assert.Equal(t, a.Distill.Stored, a.Estimate.Storage.Logits)
		assert.InDelta(t, perToken*256*4096/float64(a.Estimate.Time.Step), float64(a.Distill.Read), 1)
		assert.Zero(t, a.Estimate.Time.Terms.Teacher)
	}
}

// TestTeacherEvaluators: the evaluator that keeps what plans share gives what
// the plain one gives.
func TestTeacherEvaluators(t *testing.T) {
	a := distillOn(t, train.Distillation{})
	v := a.NewEvaluator()
	for _, plan := range []train.Plan{
		{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 2, GlobalBatch: 256, Sharding: train.Zero1},
		{TP: 2, PP: 1, VP: 1, CP: 1, EP: 1, DP: 4, MicroBatch: 4, GlobalBatch: 256, SequenceParallel: true},
		{TP: 2, PP: 2, VP: 1, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 256, Recompute: train.FullRecompute},
		{TP: 1, PP: 4, VP: 2, CP: 1, EP: 1, DP: 2, MicroBatch: 1, GlobalBatch: 256},
	} {
		want, err := a.Evaluate(&plan)
		require.NoError(t, err)
		var got train.Estimate
		require.NoError(t, v.Evaluate(&plan, &got))
		assert.Equal(t, want, got, plan.String())
	}
}

// The first stage of a pipeline holds the teacher's weights and no logits, the
// last both; the derivation shows what the shown stage holds.
func TestTeacherOfAPipeline(t *testing.T) {
	a := distillOn(t, train.Distillation{})
	plan := train.Plan{TP: 1, PP: 2, VP: 1, CP: 1, EP: 1, DP: 4, MicroBatch: 2, GlobalBatch: 256}
	first, last := a.StageMemory(&plan, 0), a.StageMemory(&plan, 1)
	assert.InDelta(t, 2*4096*128256*6.0, float64(last.Teacher-first.Teacher), 1)
	for _, d := range a.Explain() {
		if d.Name == "teacher's memory" {
			assert.Equal(t, "5.87 GiB", d.Inputs[2].Value.(quantity.Bytes).String()) // 2 x 4096 x 128,256 x 6 bytes
		}
	}
}
