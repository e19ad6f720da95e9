package sizing

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzReadConstants: whatever parses is complete, in bounds, and predicts a
// step without a panic.
func FuzzReadConstants(f *testing.F) {
	f.Add([]byte(constantsJSON))
	f.Add([]byte(`{"constants":[]}`))
	f.Add([]byte(`{"constants":[{"name":"products","value":1e400}]}`))
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
	c, err := ReadConstants(strings.NewReader("\ufeff" + constantsJSON))
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

// A file of the form before constants were listed one by one is refused with
// what is wanted.
func TestOlderConstants(t *testing.T) {
	for file, word := range map[string]string{
		`{"constants":[{"when":{},"set":{"products":1}}]}`: "when",
		`{"step_bands":[]}`:             "step_bands",
		`{"factors":{"memory":{"":1}}}`: "factors",
	} {
		want := word + " is of an older form (want a list of constants, each with name, match and value, as mlsizer calibrate"
		_, err := ReadConstants(strings.NewReader(file))
		assert.ErrorContains(t, err, want)
		_, err = ReadServingConstants(strings.NewReader(file), "f")
		assert.ErrorContains(t, err, "f: "+want)
	}
}

// Constants of serving come with a band for every grade of what is known, or
// are refused.
func TestServingBandsAreGiven(t *testing.T) {
	band := func(phase, known string, low, high float64) string {
		return fmt.Sprintf(`{"match":{"phase":%q,"known":%q},"low":%v,"high":%v}`, phase, known, math.Exp(low), math.Exp(high))
	}
	for want, bands := range map[string][]string{
		"":                      {band("", "nothing", -1, 1), band("", "part", -0.5, 0.5), band("", "all", -0.2, 0.2)},
		"no bands":              {},
		"no band of known=part": {band("", "nothing", -1, 1), band("", "all", -0.2, 0.2)},
		"no band of known=all":  {band("", "nothing", -1, 1), band("", "part", -1, 1), band("decode", "all", -1, 1)},
		"band of known=nothing": {band("", "nothing", 1, -1), band("", "part", -0.5, 0.5), band("", "all", -0.2, 0.2)},
		`known is "much"`:       {band("", "much", -1, 1)},
	} {
		file := `{"constants":[{"name":"memory","match":{},"value":0.9,"fitted":true}],"bands":[` + strings.Join(bands, ",") + `]}`
		c, err := ReadServingConstants(strings.NewReader(file), "f")
		if want != "" {
			assert.ErrorContains(t, err, want)
			assert.Nil(t, c)
			continue
		}
		require.NoError(t, err)
		low, high := c.band("decode", 1)
		assert.InDelta(t, math.Exp(-0.5), low, 1e-12)
		assert.InDelta(t, math.Exp(0.5), high, 1e-12)
	}
}

// What is written is read back as it was, and written again to the byte.
func TestConstantsAreWrittenAsRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, WriteConstants(DefaultConstants(), &out))
	require.Equal(t, constantsJSON, out.String())
}

// What is written is read back as it was, and written again to the byte.
func TestServingConstantsAreWrittenAsRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, DefaultServingConstants().Write(&out))
	require.Equal(t, servingConstantsJSON, out.String())
}
