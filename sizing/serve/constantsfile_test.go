package serve

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
)

// Constants of serving come with a band for every grade of what is known, or
// are rejected.
func TestServingBandsAreGiven(t *testing.T) {
	band := func(phase, known string, low, high float64) string {
		return fmt.Sprintf(`{"match":{"phase":%q,"known":%q},"low":%v,"high":%v}`, phase, known, math.Exp(low), math.Exp(high))
	}
	for _, x := range []struct {
		want  error // within that of the file
		bands []string
	}{
		{nil, []string{band("", "nothing", -1, 1), band("", "part", -0.5, 0.5), band("", "all", -0.2, 0.2)}},
		{note.NewError("constants.no-bands"), nil},
		{note.NewError("constants.no-band-of-known", "part", servingKnown), []string{band("", "nothing", -1, 1), band("", "all", -0.2, 0.2)}},
		{note.NewError("constants.no-band-of-known", "all", servingKnown), []string{band("", "nothing", -1, 1), band("", "part", -1, 1), band("decode", "all", -1, 1)}},
		{note.NewError("constants.bad-band", &efficiency.Match{Known: "nothing"}, math.Exp(1), math.Exp(-1), 1e-6, 1e6), []string{band("", "nothing", 1, -1), band("", "part", -0.5, 0.5), band("", "all", -0.2, 0.2)}},
		{note.NewError("constants.band-known-of-other-name", &efficiency.Match{Known: "much"}, "much", servingKnown), []string{band("", "much", -1, 1)}},
	} {
		file := `{"constants":[{"name":"memory","match":{},"value":0.9,"fitted":true}],"bands":[` + strings.Join(x.bands, ",") + `]}`
		c, err := ReadConstants(strings.NewReader(file), "f")
		if x.want != nil {
			assert.Equal(t, note.NewError("constants.of-file", "f", x.want), err)
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
	c, err := ReadConstants(&out, "constants.json")
	require.NoError(t, err)
	assert.Equal(t, DefaultConstants(), c)
}
