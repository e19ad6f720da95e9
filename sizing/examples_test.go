package sizing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// What an int64 does not hold is refused: of either packing, sequence and
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
		assert.ErrorContains(t, q.countExamples(&Answer{}), "at most 1e+18", "%+v", c)
	}
}
