package sizing

import (
	"bytes"
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
