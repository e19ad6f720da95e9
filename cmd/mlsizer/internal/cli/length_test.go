package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/quantity"
)

func TestParseLength(t *testing.T) {
	for _, tt := range []struct {
		typed string
		want  Length
	}{
		{"15T", Length{Tokens: 15e12}},
		{"20x", Length{PerParameter: 20}},
		{" 0.5 x", Length{PerParameter: 0.5}},
		{"1875×", Length{PerParameter: 1875}},
		{"1000000x", Length{PerParameter: mostPerParameter}},
	} {
		got, err := parseLength(tt.typed)
		require.NoError(t, err, tt.typed)
		assert.Equal(t, tt.want, got, tt.typed)
	}
	for _, typed := range []string{"", "x", "0x", "-3x", "NaNx", "Infx", "1000001x", "20xx", "20 y", "15X"} {
		_, err := parseLength(typed)
		assert.Error(t, err, typed)
	}
	for typed, want := range map[string]quantity.Bytes{"3TB": 3e12, "1KiB": 1 << 10} {
		got, err := parseText(typed)
		require.NoError(t, err, typed)
		assert.Equal(t, Length{Text: want}, got, typed)
	}
	for _, typed := range []string{"", "1023", "TB", "-1GB"} {
		_, err := parseText(typed)
		assert.Error(t, err, typed)
	}
}

// The tokens of a run, counted by hand: 20 x 8,030,261,248; 3e12 / 4.39. Of
// mixtral-8x7b, of whose 46.7B parameters 12.9B are active, all count.
func TestLengthOf(t *testing.T) {
	for _, tt := range []struct {
		model  string
		length Length
		want   quantity.Tokens
		words  string
		notes  []string
	}{
		{"llama-3.1-8b", Length{Tokens: 15e12}, 15e12, "15.0T tokens", nil},
		{"llama-3.1-8b", Length{PerParameter: 20}, 160605224960, "20 tokens per parameter", []string{"20 tokens per parameter: 161B tokens for 8.03B parameters"}},
		{"mixtral-8x7b", Length{PerParameter: 20}, 934055854080, "20 tokens per parameter", []string{"20 tokens per parameter: 934B tokens for 46.7B parameters, 72.5 per active parameter"}},
		{"llama-3.1-8b", Length{Text: 3e12}, 683371298405, "3 TB of text", []string{"3 TB of text taken as 683B tokens: 4.39 bytes per token, the median of tokenizers on English web text (3.86 to 4.66: 644B to 777B tokens); code and other scripts have fewer bytes per token"}},
	} {
		e, err := catalog.Default().Find(tt.model)
		require.NoError(t, err)
		m, err := e.Build()
		require.NoError(t, err)
		tokens, notes := tt.length.Of(m)
		assert.Equal(t, tt.want, tokens, tt.words)
		assert.Equal(t, tt.words, tt.length.Words().EN)
		var said []string
		for _, n := range notes {
			said = append(said, text.OfNote(n).EN)
		}
		assert.Equal(t, tt.notes, said)
	}
}

func TestDecimal(t *testing.T) {
	for b, want := range map[quantity.Bytes]string{1 << 10: "1.02 kB", 999.4e9: "999 GB", 999.6e9: "1 TB", 3e12: "3 TB", 12e15: "12 PB", 4e19: "4e+04 PB"} {
		assert.Equal(t, want, decimal(b))
	}
}
