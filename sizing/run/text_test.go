package run

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/quantity"
)

func TestTokensOfText(t *testing.T) {
	d := EnglishText()
	// 3e12 / 4.39, 4.66 and 3.86, by hand.
	tokens, fewest, most := d.Tokens(3e12)
	assert.Equal(t, []quantity.Tokens{683371298405, 643776824034, 777202072539}, []quantity.Tokens{tokens, fewest, most})
	assert.Less(t, d.Low, d.BytesPerToken)
	assert.Greater(t, d.High, d.BytesPerToken)
	tokens, _, most = d.Tokens(1e300) // more than can be counted
	assert.Positive(t, tokens)
	assert.Positive(t, most)
}

// An example of the source: GPT-4o reaches 4.65736 characters per token, Phi 3
// 3.86401 and Falcon 2, the 16th of 31, 4.39006.
func TestEnglishTextIsTheSources(t *testing.T) {
	d := EnglishText()
	for _, tt := range []struct{ got, source float64 }{{d.High, 4.65736}, {d.Low, 3.86401}, {d.BytesPerToken, 4.39006}} {
		assert.InDelta(t, tt.source, tt.got, 0.005)
	}
}
