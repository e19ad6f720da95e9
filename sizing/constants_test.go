package sizing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

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
			"training": func() error { _, err := train.ReadConstants(strings.NewReader(file)); return err },
			"serving":  func() error { _, err := serve.ReadConstants(strings.NewReader(file), "f"); return err },
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
		_, err := train.ReadConstants(strings.NewReader(file))
		require.ErrorAs(t, err, &got)
		assert.Equal(t, want, got)
		_, err = serve.ReadConstants(strings.NewReader(file), "f")
		require.ErrorAs(t, err, &got)
		assert.Equal(t, want, got)
		assert.EqualError(t, err, "f: "+want.Error())
	}
}
