package evidence

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

func runPredictor() *Predictor {
	return &Predictor{Resolve: catalog.Resolve, Hardware: hardware.Default()}
}

// The statements of a row about its run become the request that it is predicted
// by.
func TestRunQuestion(t *testing.T) {
	for name, test := range map[string]struct {
		row   Row
		check func(*testing.T, *sizing.Request)
	}{
		"adapters": {
			Row{WholeRun: true, Samples: 3072, Model: "Llama-2-70B of a system", Method: "lora", LoRARank: 16, Family: "anything", Params: 68976648192, SeqLen: 8192, Device: "h100", Devices: 8, GlobalBatch: 8, Stack: "NeMo Framework 24.09"},
			func(t *testing.T, q *sizing.Request) {
				require.Equal(t, "llama-2-70b", q.Model.Name)
				require.Equal(t, train.LoRA, q.Workload.Method)
				require.EqualValues(t, 16, q.Workload.Adapter.Rank)
				require.EqualValues(t, 3072*8192, q.Workload.Tokens)
				require.Equal(t, option.Set(train.FP8), q.Precision)
				require.Equal(t, "megatron-core", q.Stack.Name)
			}},
		"images": {
			Row{WholeRun: true, Model: "ResNet-50 v1.5", Params: 25557032, Samples: 5e7, Device: "a100-80g", Devices: 8, GlobalBatch: 3264},
			func(t *testing.T, q *sizing.Request) {
				require.Equal(t, "resnet-50", q.Model.Name)
				require.EqualValues(t, 5e7, q.Workload.Tokens)
				require.EqualValues(t, 1, q.Workload.Seq)
				require.False(t, q.Precision.IsSet())
			}},
		// Half of the tokens are padding. Source: arXiv:2107.02027 section 1.
		"padding": {
			Row{WholeRun: true, Model: "BERT-Large", Samples: 2000000, SeqLen: 512, Device: "a100-80g", Devices: 8, GlobalBatch: 448},
			func(t *testing.T, q *sizing.Request) {
				require.EqualValues(t, 2000000*256, q.Workload.Tokens)
				require.False(t, q.Precision.IsSet(), "no 8-bit products on A100")
			}},
		"a count and the compute": {
			Row{Params: 13e9, TrainingFLOPs: 1.17e23, Device: "a100-40g", Devices: 480, Domain: "Language"},
			func(t *testing.T, q *sizing.Request) {
				require.True(t, q.Model.Inferred)
				require.InEpsilon(t, 1.17e23/6/13e9, float64(q.Workload.Tokens), 0.01)
			}},
		"tokens, stack and precision as stated": {
			Row{Model: "olmo-3-7b", Tokens: 5.9e12, Device: "h100", Stack: "torchtitan", Precision: "bf16"},
			func(t *testing.T, q *sizing.Request) {
				require.Equal(t, "torchtitan", q.Stack.Name)
				require.True(t, q.Precision.IsSet())
				require.Zero(t, q.Count)
			}},
	} {
		t.Run(name, func(t *testing.T) {
			before := test.row
			q, err := runPredictor().runRequest(&test.row)
			require.NoError(t, err)
			test.check(t, q)
			require.Equal(t, before, test.row)
		})
	}
}

// What a row does not say is said, and nothing is made up for it.
func TestRunsLeftOut(t *testing.T) {
	for code, row := range map[string]Row{
		"row.no-device":             {Model: "gpt-3", Tokens: 1e9},
		"row.hours-without-length":  {Params: 7e9, Device: "h100", Devices: 8},
		"row.no-image-size":         {WholeRun: true, Model: "FLUX.1", Samples: 1e6, Device: "h100", Devices: 8},
		"row.only-count":            {Params: 80e9, TrainingFLOPs: 1e23, Device: "h100", Devices: 8, Model: "Flamingo", Domain: "Vision"},
		"row.no-shape":              {WholeRun: true, Model: "MaskRCNN", Samples: 1e6, Device: "h100", Devices: 8},
		"row.compute-of-base-model": {Params: 7e9, TrainingFLOPs: 1e19, Device: "h100", Devices: 8, Model: "X 7B", BaseModel: "Llama", Domain: "Language"},
		"row.no-samples":            {Model: "resnet-50", Tokens: 1e9, Device: "h100", Devices: 8},
	} {
		_, err := runPredictor().deviceHours(&row)
		var left *note.Error
		require.ErrorAs(t, err, &left, code)
		require.Equal(t, code, left.Code())
	}
}

// A run that does not say on how many devices it was is taken to last weeks,
// not the years of the fewest devices that hold its model.
func TestRunOnAnOpenNumberOfDevices(t *testing.T) {
	row := Row{Model: "llama-2-70b", Tokens: 2e12, SeqLen: 4096, Device: "a100-80g", DevicesPerNode: 8}
	q, err := runPredictor().runRequest(&row)
	require.NoError(t, err)
	a, err := runPredictor().answerRun(q)
	require.NoError(t, err)
	require.LessOrEqual(t, a.Estimate.Time.Run, quantity.Seconds(1.15*float64(month)))
	require.GreaterOrEqual(t, a.Cluster.Count, 1024)
	h, err := runPredictor().deviceHours(&row)
	require.NoError(t, err)
	require.Greater(t, h.mid, a.Estimate.Time.DeviceHours, "interruptions")
	require.Less(t, h.low, h.mid)
	require.Greater(t, h.high, h.mid)
}

// A run of another year is another request, for its overrun is.
func TestAnswersAreOfTheirYear(t *testing.T) {
	p := runPredictor()
	p.answers = map[string]runAnswer{}
	mid := map[int]float64{}
	for _, year := range []int{2021, 2024} {
		h, err := p.deviceHours(&Row{Model: "llama-2-7b", Tokens: 1e12, Device: "a100-80g", Devices: 64, Year: year})
		require.NoError(t, err)
		mid[year] = h.mid
	}
	require.Greater(t, mid[2021], mid[2024])
}

// The runs that the program ships with: every one is predicted, and the bands
// hold about 80 % of them.
func TestShippedRuns(t *testing.T) {
	rows, err := Default()
	require.NoError(t, err)
	p := runPredictor()
	p.answers = map[string]runAnswer{}
	n, inside := 0, 0
	for i := range rows {
		if rows[i].DeviceHours == 0 {
			continue
		}
		h, err := p.deviceHours(&rows[i])
		require.NoError(t, err, rows[i].ID)
		if n++; h.low <= rows[i].DeviceHours && rows[i].DeviceHours <= h.high {
			inside++
		}
	}
	require.GreaterOrEqual(t, n, 290)
	require.InDelta(t, 0.8, float64(inside)/float64(n), 0.1)
}
