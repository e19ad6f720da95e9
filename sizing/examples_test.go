package sizing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// What an int64 does not hold is rejected: of either packing, sequence and
// epochs.
func TestExamplesBeyondCounting(t *testing.T) {
	for _, c := range []struct {
		x   run.Examples
		seq int64
	}{
		{run.Examples{Count: 4e18, Tokens: 8192, Epochs: 1, Packing: run.Padded}, 8192},
		{run.Examples{Count: 4e18, Tokens: 2e9, Epochs: 1, Packing: run.Packed}, 8192},
		{run.Examples{Count: 1e10, Tokens: 1, Epochs: 1, Packing: run.Padded}, 1 << 31},
		{run.Examples{Count: 1e9, Tokens: 8192, Epochs: 1e6, Packing: run.Padded}, 8192},
	} {
		q := Request{Examples: c.x, Workload: train.Workload{Seq: c.seq}}
		var refused *note.Error
		require.ErrorAs(t, q.countExamples(&Answer{}), &refused, "%+v", c)
		assert.Equal(t, "examples.too-many-tokens", refused.Code(), "%+v", c)
		assert.Equal(t, 1e18, refused.Values[2], "%+v", c)
	}
}
