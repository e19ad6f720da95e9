package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// A row of torchtune that states no batch is of two sequences packed to 2,048
// tokens, compiled; it recomputes unless its device has room, updates within
// the backward pass where all weights are trained on one device, and divides
// frozen weights between several. A row that states its batch is left alone.
func TestPublishedRecipe(t *testing.T) {
	row := func(model, device string, devices int, method string, offload bool) Row {
		return Row{ID: "a", Source: "s", Model: model, Device: device, Devices: devices, Precision: "bf16", Stack: "torchtune", Method: method, CPUOffload: offload, PeakMemGiB: 1}
	}
	setup := func(r Row) *Setup {
		s, err := testPredictor().Setup(&r)
		require.NoError(t, err)
		return s
	}
	small := setup(row("llama-3.1-8b", "rtx-4090-24gb", 1, "full", false))
	assert.Equal(t, int64(2048), small.Prepared.Workload.Seq)
	assert.Equal(t, int64(2), small.Plan.GlobalBatch)
	assert.Equal(t, train.FullRecompute, small.Plan.Recompute)
	assert.True(t, small.Plan.OffloadOptimizer)
	assert.Equal(t, train.Adam8bit, small.Prepared.Workload.Optimizer)
	e, err := small.Predict()
	require.NoError(t, err)
	assert.Equal(t, (128256.+1)*4096*2, float64(e.Memory.Gradients), "of the head and its norm alone")
	assert.Zero(t, e.Memory.Optimizer)

	large := setup(row("llama-3.1-8b", "rtx-a6000-48gb", 1, "LoRA", false))
	assert.Equal(t, train.NoRecompute, large.Plan.Recompute)
	many := setup(row("llama-3.1-70b", "a100-sxm4-80gb", 8, "LoRA", false))
	assert.Equal(t, train.Zero3, many.Plan.Sharding)
	assert.Equal(t, int64(1), many.Plan.MicroBatches())
	away := setup(row("llama-3.1-70b", "a100-sxm4-80gb", 8, "full", true))
	assert.True(t, away.Plan.OffloadParams)

	stated := row("llama-3.1-8b", "rtx-4090-24gb", 1, "LoRA", false)
	stated.MicroBatch = 4
	_, err = testPredictor().Setup(&stated)
	assert.Equal(t, note.NewError("row.no-sequence-length"), err)
}

// Rows without a stack are taken as run in that of their method.
func TestStackOfTheMethod(t *testing.T) {
	for method, want := range map[string]string{"": "megatron-core", "LoRA": "transformers-peft", "full": "deepspeed"} {
		d, err := testPredictor().Hardware.Find("h100")
		require.NoError(t, err)
		s, err := (&Row{Method: method}).findStack(d)
		require.NoError(t, err)
		assert.Equal(t, want, s.Name)
	}
}

// The number of trained parameters tells magnitudes from plain adapters: those of
// 28 layers' queries (3072) and values (1024).
// Source: huggingface/peft method_comparison/MetaMathQA/results
// (lora--llama-3.2-3B-rank32.json, -rank32-dora.json).
func TestMagnitudesByTheirCount(t *testing.T) {
	queries := []string{"q_proj", "v_proj"}
	for _, c := range []struct {
		method    string
		rank      int64
		targets   []string
		trainable float64
		want      bool
	}{
		{"lora", 32, queries, 9175040, false}, {"lora", 32, queries, 9289728, true}, {"DoRA", 8, nil, 0, true}, {"qdora", 8, nil, 0, true},
		{"lora", 32, queries, 3670016, false}, {"full", 0, nil, 0, false},
	} {
		r := Row{ID: "a", Source: "s", Model: "llama-3.2-3b", SeqLen: 768, MicroBatch: 4, Device: "l40s-48gb", Devices: 1, Precision: "bf16", Stack: "transformers-peft", Recompute: "none",
			Method: c.method, LoRARank: c.rank, LoRATargets: c.targets, Trainable: c.trainable, PeakMemGiB: 1}
		s, err := testPredictor().Setup(&r)
		require.NoError(t, err, c)
		assert.Equal(t, c.want, s.Prepared.Workload.Adapter.Magnitudes, c)
	}
}

// A row whose model nobody knows is still predicted: by its count where the shape
// is not whole, with heads of 128 where it is but for these, and with a gated FFN
// two thirds as wide as an ungated one where no width is given.
func TestUnknownModels(t *testing.T) {
	row := func() Row {
		return Row{ID: "a", Source: "s", Model: "nobody-xl", SeqLen: 512, MicroBatch: 1, Device: "h100", Devices: 1, Precision: "bf16", Stack: "litgpt", Method: "lora", PeakMemGiB: 1}
	}
	byCount := row()
	byCount.Params, byCount.Hidden = 3e9, 2560
	s, err := runPredictor().Setup(&byCount)
	require.NoError(t, err)
	assert.Equal(t, 3e9, float64(s.Prepared.Model().Params()))
	assert.True(t, s.Prepared.Model().Inferred)
	byShape := row()
	byShape.Hidden, byShape.Layers, byShape.Vocab = 2048, 4, 32000
	s, err = runPredictor().Setup(&byShape)
	require.NoError(t, err)
	// Embedding and head of 32000 x 2048; per layer 4 x 2048² and 3 x 2048 x 5440
	// and two norms; a last norm.
	assert.Equal(t, float64(2*32000*2048+4*(4*2048*2048+3*2048*5440+2*2048)+2048), float64(s.Prepared.Model().Params()))
	nothing := row()
	nothing.Family = "dense-llm"
	_, err = runPredictor().Setup(&nothing)
	assert.Equal(t, note.NewError("row.no-shape", "nobody-xl"), err)
}
