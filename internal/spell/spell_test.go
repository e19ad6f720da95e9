package spell

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDistance(t *testing.T) {
	// Source: the textbook pairs of Wagner and Fischer 1974.
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"saturday", "sunday", 3}, {"h100", "h200", 1}} {
		assert.Equal(t, c.want, Distance(c.a, c.b), "%s %s", c.a, c.b)
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	word := rapid.StringMatching(`[a-c]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		require.Equal(t, a == b, Distance(a, b) == 0)
		require.Equal(t, Distance(a, b), Distance(b, a))
		require.LessOrEqual(t, Distance(a, c), Distance(a, b)+Distance(b, c))
	})
}

func TestSingular(t *testing.T) {
	for text, want := range map[string]string{
		"1 tokens in 47 s": "1 token in 47 s", "21 tokens, 1.1 tokens, 0 tokens": "21 tokens, 1.1 tokens, 0 tokens",
		"batch 1 (1 tokens), bf16": "batch 1 (1 token), bf16", "1 full checkpoints kept": "1 full checkpoint kept",
		"1 x H100 devices": "1 x H100 devices", "28642 of 1 tokens": "28642 of 1 token", "search of 1 trials, 5 % of it": "search of 1 trial, 5 % of it",
		"1 for tokens": "1 for tokens", "not shown: 1 more models (all)": "not shown: 1 more model (all)", "1 token of 2 tokens": "1 token of 2 tokens", "": "", "1": "1",
	} {
		assert.Equal(t, want, Singular(text), text)
	}
}
