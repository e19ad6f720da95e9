package evidence

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/train"
)

// embeddedRows are the shipped measurements, whose cells are the seeds.
func embeddedRows(f *testing.F) []Row {
	rows, err := Default()
	require.NoError(f, err)
	return rows
}

// FuzzOptions: options that are read are printed and read again as the same,
// and a refused cell changes nothing.
func FuzzOptions(f *testing.F) {
	for _, r := range embeddedRows(f) {
		cell, err := json.Marshal(r.Options)
		require.NoError(f, err)
		f.Add(string(cell))
	}
	f.Add(`{"a":"1","a":"2"}`)
	f.Fuzz(func(t *testing.T, cell string) {
		before := Options{"untouched": "1"}
		read := before
		if read.parse(cell) != nil {
			assert.Equal(t, before, read)
			return
		}
		printed, err := json.Marshal(read)
		require.NoError(t, err)
		var again Options
		require.NoError(t, again.parse(string(printed)))
		assert.Equal(t, read, again)
		_ = (&Row{Options: read}).gap()
		for name := range read {
			if n, err := read.count(name, 0); err == nil {
				assert.GreaterOrEqual(t, n, int64(0), name)
			}
		}
	})
}

// FuzzPattern: an accepted pattern has an element per layer.
func FuzzPattern(f *testing.F) {
	for _, r := range embeddedRows(f) {
		for _, option := range []string{"moe-layer-freq", "linear-attention-freq"} {
			if s, ok := r.Options[option]; ok {
				f.Add(s, uint8(min(r.Layers, 255)))
			}
		}
	}
	f.Add("([0]*3+[1]*12)", uint8(15))
	f.Fuzz(func(t *testing.T, s string, layers uint8) {
		if set, err := pattern(s, int(layers)); err == nil {
			assert.Len(t, set, int(layers))
		}
	})
}

// FuzzPipelineLayout: an accepted layout has whole chunks per stage, and never
// a negative number of layers at an end.
func FuzzPipelineLayout(f *testing.F) {
	for _, r := range embeddedRows(f) {
		if s, ok := r.Options["pipeline-model-parallel-layout"]; ok {
			f.Add(s, uint8(max(r.PP, 1)))
		}
	}
	f.Add("Et*3|(tt|)*6t*2mL", uint8(4))
	f.Add("((((((((t*9)*9)*9)*9)*9)*9)*9)*9)", uint8(1))
	f.Fuzz(func(t *testing.T, s string, stages uint8) {
		p := train.Plan{PP: max(1, int(stages))}
		if pipelineLayout(s, &p) != nil {
			return
		}
		assert.Positive(t, p.VP)
		assert.GreaterOrEqual(t, p.FirstLayers, 0)
		assert.GreaterOrEqual(t, p.LastLayers, 0)
		assert.Equal(t, p.FirstLayers > 0, p.LastLayers > 0)
	})
}
