package train

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/model"
	"mlsizer/sizing/model/modeltest"
)

// utilisations evaluates a model on one device, its micro-batches one by one.
func utilisations(m *model.Model, w Workload, stack *Stack, r Recompute) (Time, error) {
	p, err := Prepare(m, w, stack, testCluster(1))
	if err != nil {
		return Time{}, err
	}
	e, err := p.Evaluate(&Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 1, MicroBatch: 1, GlobalBatch: 4, Sharding: stack.Sharding, Recompute: r})
	return e.Time, err
}

// The MFU of a request that names no convention is never above the HFU, whatever
// the model, the method and what is recomputed.
func TestMFUIsAtMostHFU(t *testing.T) {
	models := map[string]*model.Model{
		"small":      modeltest.GPT(2, 256, 4, 1000, 512),
		"vocabulary": modeltest.GPT(2, 256, 4, 256000, 512),
		"deep":       modeltest.GPT(24, 1024, 16, 32000, 2048),
	}
	for name, m := range models {
		for _, method := range []Method{Pretrain, FullTune, LoRA} {
			for _, seq := range []int64{64, 512, 32768} { // attention from nothing to nearly all
				for r := NoRecompute; r <= FullRecompute; r++ {
					t.Run(fmt.Sprint(name, "/", method, "/", seq, "/", r), func(t *testing.T) {
						got, err := utilisations(m, Workload{Seq: seq, PUE: 1, Method: method, Adapter: DefaultAdapter}, mustStack("megatron-core"), r)
						require.NoError(t, err)
						assert.Equal(t, Megatron, got.Convention)
						assert.LessOrEqual(t, got.MFU, got.HFU)
						if r == FullRecompute {
							assert.Less(t, got.MFU, got.HFU)
						}
					})
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w := Workload{Seq: 64 << rapid.IntRange(0, 9).Draw(t, "seq"), PUE: 1, Adapter: DefaultAdapter,
			Method: rapid.SampledFrom([]Method{Pretrain, FullTune, LoRA}).Draw(t, "method")}
		r := Recompute(rapid.IntRange(int(NoRecompute), int(FullRecompute)).Draw(t, "recompute"))
		got, err := utilisations(modeltest.Draw(t), w, rapid.SampledFrom(Stacks()).Draw(t, "stack"), r)
		if err != nil {
			t.Skip(err)
		}
		require.LessOrEqual(t, got.MFU, got.HFU)
	})
}

// By palm the same step can have an MFU above its HFU: attention whose masked
// half is skipped. The test above would fail with that as the default.
func TestPaLMCountsWhatIsSkipped(t *testing.T) {
	got, err := utilisations(modeltest.GPT(24, 1024, 16, 32000, 2048), Workload{Seq: 32768, PUE: 1, Convention: PaLM}, mustStack("megatron-core"), NoRecompute)
	require.NoError(t, err)
	assert.Equal(t, got.MFUPaLM, got.MFU)
	assert.Greater(t, got.MFU, got.HFU)
}
