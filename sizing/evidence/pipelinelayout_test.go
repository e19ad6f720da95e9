package evidence

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

func TestHandLayout(t *testing.T) {
	for layout, want := range map[string][3]int{ // virtual stages, first, last
		"Et*3|t*3|t*3|t*3L":         {1, 0, 0},
		"Et*2|t*4|t*4|t*2L":         {1, 2, 2},
		"Ett|(ttt|)*2tmL":           {1, 2, 1},
		"E(t|)*7tL":                 {2, 0, 0},
		"Et*4|(t*4|)*14tmL":         {4, 4, 1}, // DeepSeek-V3 of Megatron-Bridge
		"Ett|tt|tt|tt|tt|tt|tt|ttL": {2, 0, 0},
		"E(tt|tt|)*3t*2|ttL":        {2, 0, 0},
	} {
		p := train.Plan{PP: 4, VP: 1}
		require.NoError(t, pipelineLayout(layout, &p), layout)
		assert.Equal(t, want, [3]int{p.VP, p.FirstLayers, p.LastLayers}, layout)
	}
	for layout, code := range map[string]string{
		"Ett|ttt|tt|ttL": "chunks-differ", "E|ttt|ttt|ttt|L": "chunks-must-divide", "E|t|t|L": "chunks-differ",
		"Exx": "unreadable", "E(t|": "unreadable", "Et)|t": "unreadable", "Et*x": "unreadable", "t*99999999": "unreadable",
	} {
		p := train.Plan{PP: 4, VP: 1}
		assert.Equal(t, note.NewError("pipeline-layout."+code), pipelineLayout(layout, &p), layout)
	}
	two := train.Plan{PP: 2, VP: 1}
	require.NoError(t, pipelineLayout("Et*5|t*3L", &two))
	assert.Equal(t, [3]int{1, 5, 3}, [3]int{two.VP, two.FirstLayers, two.LastLayers})
	one := train.Plan{PP: 1, VP: 1}
	require.NoError(t, pipelineLayout("Et*5L", &one))
}

// A model that predicts a further token leaves its last chunk little else, by
// hand; one that does not keeps what divides as evenly as it can.
func TestUnevenLayersAreBalanced(t *testing.T) {
	p := testPredictor()
	for model, want := range map[string][2]int{"deepseek-v3": {4, 1}, "qwen3-235b-a22b": {}} {
		s, err := p.Setup(&Row{Model: model, Device: "gb200-nvl72-186gb", Devices: 256, DevicesPerNode: 4, Stack: "megatron-core", Precision: "mxfp8",
			SeqLen: 4096, PP: 4, VP: 4, EP: 64, MicroBatch: 1, GlobalBatch: 2048, StepSeconds: 10})
		require.NoError(t, err)
		assert.Equal(t, want, [2]int{s.Plan.FirstLayers, s.Plan.LastLayers}, model)
		slow, err := s.Prepared.StepTime(&s.Plan)
		require.NoError(t, err)
		even := s.Plan
		even.FirstLayers, even.LastLayers = 0, 0
		slower, err := s.Prepared.StepTime(&even)
		require.NoError(t, err)
		assert.LessOrEqual(t, slow.Sum(), slower.Sum(), model)
	}
}

// A launch that lays its layers out by hand is predicted where a plan can say so.
func TestLaunchWithHandLayout(t *testing.T) {
	r := launchRow("pipeline-model-parallel-layout=Et*2|t*4|t*4|t*2L")
	s, err := testPredictor().Setup(r)
	require.NoError(t, err)
	assert.Equal(t, [2]int{2, 2}, [2]int{s.Plan.FirstLayers, s.Plan.LastLayers})
	_, err = s.Predict()
	require.NoError(t, err)
	_, err = testPredictor().Setup(launchRow("pipeline-model-parallel-layout=Et|t*5|t*4|t*2L"))
	assert.Equal(t, note.NewError("option.bad-pipeline-layout", "Et|t*5|t*4|t*2L", note.NewError("pipeline-layout.chunks-differ")), err)
}
