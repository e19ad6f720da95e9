package evidence

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
)

// Of several options that are no counts the first is named, every time.
func TestFirstWrongOptionIsNamed(t *testing.T) {
	opt := Options{"first": "x", "second": "y", "third": "z"}
	var a, b, c int64
	for range 50 {
		err := opt.counts([]counted{{"first", &a}, {"second", &b}, {"third", &c}})
		require.Equal(t, note.NewError("option.not-a-count", "first", "x"), err)
	}
}
