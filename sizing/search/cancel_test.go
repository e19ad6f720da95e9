package search

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// patient is a context that is cancelled when it has been asked so often.
type patient struct {
	context.Context
	cancel context.CancelCauseFunc
	left   int
}

var errEnough = errors.New("enough")

func newPatient(asks int) *patient {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &patient{ctx, cancel, asks}
}

// Err is what [context.Cause] asks first.
func (p *patient) Err() error {
	if p.left--; p.left == 0 {
		p.cancel(errEnough)
	}
	return p.Context.Err()
}

// cancellable is a question whose search takes a while.
func cancellable(t *testing.T, devices int) *train.Prepared {
	return prepared(t, "llama-2-7b", "h100", devices, train.Workload{Seq: 4096, Batch: 256, Tokens: 1e12})
}

// A search that is cancelled at any time returns the error of its context and
// nothing that looks like an answer.
func TestCancelled(t *testing.T) {
	p := cancellable(t, 64)
	for _, exhaustive := range []bool{false, true} {
		whole := newPatient(1 << 30)
		_, err := Run(p, Options{Workers: 1, Exhaustive: exhaustive, Context: whole})
		require.NoError(t, err)
		asked := 1<<30 - whole.left
		require.Greater(t, asked, 10)
		for _, asks := range []int{1, 2, asked / 2, asked} {
			r, err := Run(p, Options{Workers: 1, Exhaustive: exhaustive, Context: newPatient(asks)})
			assert.Equal(t, errEnough, err, asks)
			assert.Empty(t, r, asks)
		}
	}
}

// No number of devices meets an impossible time, and none is tried without end.
func TestImpossibleTime(t *testing.T) {
	p := cancellable(t, 8)
	for _, within := range []quantity.Seconds{1e-300, 1e-15, 1} {
		n := (&Goal{Within: within, Most: 1 << 17}).least(p)
		assert.Greater(t, n, 1<<17)
		assert.LessOrEqual(t, n, 1<<18)
	}
}
