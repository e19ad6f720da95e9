package sizing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// A file that is not one of constants is rejected with what it is and what is
// wanted, of training and of serving alike.
func TestNotConstants(t *testing.T) {
	for file, want := range map[string]error{
		"":                    note.NewError("constants.empty"),
		"[]":                  note.NewError("constants.not-an-object", "array"),
		`{"date":`:            note.NewError("constants.json-ends"),
		"{} {}":               note.NewError("constants.text-after"),
		`{"tide":1}`:          note.NewError("constants.unknown-field", "tide"),
		`{"source":"nobody"}`: note.NewError("constants.none"),
	} {
		_, err := train.ReadConstants(strings.NewReader(file))
		assert.Equal(t, note.NewError("constants.of-training", want), err, file)
		_, err = serve.ReadConstants(strings.NewReader(file), "f")
		assert.Equal(t, note.NewError("constants.of-file", "f", want), err, file)
	}
}

// A file of the form before constants were listed one by one is rejected with
// what is wanted.
func TestOlderConstants(t *testing.T) {
	for file, word := range map[string]string{
		`{"constants":[{"when":{},"set":{"products":1}}]}`: "when",
		`{"step_bands":[]}`:             "step_bands",
		`{"factors":{"memory":{"":1}}}`: "factors",
	} {
		want := note.NewError("constants.older-form", word)
		_, err := train.ReadConstants(strings.NewReader(file))
		assert.Equal(t, note.NewError("constants.of-training", want), err)
		_, err = serve.ReadConstants(strings.NewReader(file), "f")
		assert.Equal(t, note.NewError("constants.of-file", "f", want), err)
	}
}
