package text

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing"
	"mlsizer/sizing/note"
)

func TestParseTier(t *testing.T) {
	for tier := range sizing.NumTiers {
		name := OfTier(tier)
		assert.True(t, hasHan(name.ZH), name.EN)
		for _, s := range []string{name.EN, name.ZH, " " + name.ZH} {
			got, err := ParseTier(s)
			require.NoError(t, err)
			assert.Equal(t, tier, got)
		}
	}
	_, err := ParseTier("huge")
	assert.Equal(t, note.NewError("tier.unknown", "huge"), err)
	assert.Equal(t, Same("Tier(9)"), OfTier(9))
}
