package sizing

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzReadConstants: whatever parses is complete, in bounds, and predicts a
// step without a panic.
func FuzzReadConstants(f *testing.F) {
	f.Add(constantsJSON)
	f.Add([]byte(`{"overrides":[]}`))
	f.Add([]byte(`{"overrides":[{"set":{"products":1e400}}]}`))
	f.Add([]byte(`[`))
	m := testGPT(4, 512, 8, 1000, 128)
	plan := Plan{TP: 1, PP: 1, VP: 1, CP: 1, EP: 1, DP: 8, MicroBatch: 1, GlobalBatch: 8}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ReadConstants(bytes.NewReader(data))
		if err != nil {
			return
		}
		p := mustPrepare(m, Workload{Seq: 128}, "megatron-core", 8)
		p.SetConstants(c)
		e, err := p.Evaluate(&plan)
		require.NoError(t, err)
		require.Positive(t, float64(e.Time.Step))
	})
}

// A byte order mark, as some editors write it, is no part of the constants.
func TestConstantsWithAMark(t *testing.T) {
	c, err := ReadConstants(strings.NewReader("\ufeff" + string(constantsJSON)))
	require.NoError(t, err)
	assert.Equal(t, DefaultConstants().Date, c.Date)
}

// A file that is not one of constants is refused with what it is and what is
// wanted, of training and of serving alike.
func TestNotConstants(t *testing.T) {
	for file, want := range map[string]string{
		"":                    "the file is empty (want a JSON object",
		"[]":                  "a JSON array (want an object",
		`{"date":`:            "the JSON ends in the middle",
		"{} {}":               "text after the constants",
		`{"tide":1}`:          `unknown field "tide"`,
		`{"source":"nobody"}`: "",
	} {
		for name, read := range map[string]func() error{
			"training": func() error { _, err := ReadConstants(strings.NewReader(file)); return err },
			"serving":  func() error { _, err := ReadServingConstants(strings.NewReader(file), "f"); return err },
		} {
			assert.ErrorContains(t, read(), want, "%s: %q", name, file)
		}
	}
}

// Constants of serving come with a band for every grade of what is known, or
// are refused.
func TestServingBandsAreGiven(t *testing.T) {
	file := func(bands string) string { return `{"factors":{"memory":{"":1}},"bands":{` + bands + `}}` }
	for bands, want := range map[string]string{
		`"/0":[-1,1],"/1":[-0.5,0.5],"/2":[-0.2,0.2]`: "",
		``:                            `no band "/0"`,
		`"/0":[-1,1],"/2":[-0.2,0.2]`: `no band "/1"`,
		`"/0":[-1,1],"/1":[-1,1],"decode/2":[-1,1]`:   `no band "/2"`,
		`"/0":[1,-1],"/1":[-0.5,0.5],"/2":[-0.2,0.2]`: `bands, "/0"`,
	} {
		c, err := ReadServingConstants(strings.NewReader(file(bands)), "f")
		if want != "" {
			assert.ErrorContains(t, err, want, bands)
			assert.Nil(t, c)
			continue
		}
		require.NoError(t, err)
		low, high := c.band("decode", 1)
		assert.InDelta(t, math.Exp(-0.5), low, 1e-12)
		assert.InDelta(t, math.Exp(0.5), high, 1e-12)
	}
}
