package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// FuzzParsePrune: what is accepted is printed and read again as the same, and a
// refusal is an error with a code.
func FuzzParsePrune(f *testing.F) {
	for _, s := range []string{"layers=16", "layers=50%", "hidden=3072,ffn=9216", "kv-heads=4,heads=16", "experts=33.3%", "layers=1e-7%", "layers=", "", ","} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := model.ParsePrune(s)
		if err != nil {
			var coded *note.Error
			require.ErrorAs(t, err, &coded)
			return
		}
		again, err := model.ParsePrune(p.String())
		require.NoError(t, err, "%q printed as %q", s, p)
		assert.Equal(t, p, again, "%q printed as %q", s, p)
	})
}
