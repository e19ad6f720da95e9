package sizing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// A file that is not one of constants is refused with what it is and what is
// wanted, of training and of serving alike.
func TestNotConstants(t *testing.T) {
	for file, want := range map[string]string{
		"":                    "the file is empty (want a JSON object",
		"[]":                  "a JSON array (want an object",
		`{"date":`:            "the JSON ends in the middle",
		"{} {}":               "text after the constants",
		`{"tide":1}`:          `unknown field "tide"`,
		`{"source":"nobody"}`: "",
	} {
		for name, read := range map[string]func() error{
			"training": func() error { _, err := train.ReadConstants(strings.NewReader(file)); return err },
			"serving":  func() error { _, err := serve.ReadConstants(strings.NewReader(file), "f"); return err },
		} {
			assert.ErrorContains(t, read(), want, "%s: %q", name, file)
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
		want := word + " is of an older form (want a list of constants, each with name, match and value, as mlsizer calibrate"
		_, err := train.ReadConstants(strings.NewReader(file))
		assert.ErrorContains(t, err, want)
		_, err = serve.ReadConstants(strings.NewReader(file), "f")
		assert.ErrorContains(t, err, "f: "+want)
	}
}
