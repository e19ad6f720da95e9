package sizing

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
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
	for file, want := range map[string]*note.Error{
		"":                    note.NewError("constants.empty"),
		"[]":                  note.NewError("constants.not-an-object", "array"),
		`{"date":`:            note.NewError("constants.json-ends"),
		"{} {}":               note.NewError("constants.text-after"),
		`{"tide":1}`:          note.NewError("constants.unknown-field", "tide"),
		`{"source":"nobody"}`: note.NewError("constants.none"),
	} {
		for name, read := range map[string]func() error{
			"training": func() error { _, err := ReadConstants(strings.NewReader(file)); return err },
			"serving":  func() error { _, err := ReadServingConstants(strings.NewReader(file), "f"); return err },
		} {
			var got *note.Error
			require.ErrorAs(t, read(), &got, "%s: %q", name, file)
			assert.Equal(t, want, got, "%s: %q", name, file)
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
		want := note.NewError("constants.older-form", word)
		var got *note.Error
		_, err := ReadConstants(strings.NewReader(file))
		require.ErrorAs(t, err, &got)
		assert.Equal(t, want, got)
		_, err = ReadServingConstants(strings.NewReader(file), "f")
		require.ErrorAs(t, err, &got)
		assert.Equal(t, want, got)
		assert.EqualError(t, err, "f: "+want.Error())
	}
}

// Constants of serving come with a band for every grade of what is known, or
// are refused.
func TestServingBandsAreGiven(t *testing.T) {
	band := func(phase, known string, low, high float64) string {
		return fmt.Sprintf(`{"match":{"phase":%q,"known":%q},"low":%v,"high":%v}`, phase, known, math.Exp(low), math.Exp(high))
	}
	for want, bands := range map[string][]string{
		"":                                   {band("", "nothing", -1, 1), band("", "part", -0.5, 0.5), band("", "all", -0.2, 0.2)},
		"no bands":                           {},
		"no band of known=part":              {band("", "nothing", -1, 1), band("", "all", -0.2, 0.2)},
		"no band of known=all":               {band("", "nothing", -1, 1), band("", "part", -1, 1), band("decode", "all", -1, 1)},
		"constants: bad band: known=nothing": {band("", "nothing", 1, -1), band("", "part", -0.5, 0.5), band("", "all", -0.2, 0.2)},
		`known is "much"`:                    {band("", "much", -1, 1)},
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
	var train, serve bytes.Buffer
	require.NoError(t, WriteConstants(DefaultConstants(), &train))
	require.Equal(t, constantsJSON, train.String())
	require.NoError(t, DefaultServingConstants().Write(&serve))
	require.Equal(t, servingConstantsJSON, serve.String())
}
