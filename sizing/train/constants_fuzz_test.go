package train

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model/modeltest"
)

// FuzzReadConstants: whatever parses is complete, in bounds, and predicts a
// step without a panic.
func FuzzReadConstants(f *testing.F) {
	f.Add([]byte(constantsJSON))
	f.Add([]byte(`{"constants":[]}`))
	f.Add([]byte(`{"constants":[{"name":"products","value":1e400}]}`))
	f.Add([]byte(`[`))
	m := modeltest.GPT(4, 512, 8, 1000, 128)
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

// What is written is read back as it was, and written again to the byte.
func TestConstantsAreWrittenAsRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, WriteConstants(DefaultConstants(), &out))
	require.Equal(t, constantsJSON, out.String())
}
