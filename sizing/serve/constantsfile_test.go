package serve

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
		c, err := ReadConstants(strings.NewReader(file), "f")
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
func TestServingConstantsAreWrittenAsRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, DefaultConstants().Write(&out))
	require.Equal(t, servingConstantsJSON, out.String())
}
