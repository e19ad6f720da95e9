package web

import (
	"context"
	"errors"
	"sync/atomic"
)

// mostWaiting is how many requests may wait for their turn.
const mostWaiting = 256

// errBusy says that too many requests wait already.
var errBusy = errors.New("busy")

// turns let some requests be answered at a time, and some more wait. Without a
// bound, searches that start at once would each take longer than any is given.
type turns struct {
	slots   chan struct{}
	waiting atomic.Int64
	most    int64
}

func newTurns(atOnce int, most int64) *turns {
	return &turns{slots: make(chan struct{}, atOnce), most: most}
}

// take waits for a turn; done ends it.
func (t *turns) take(ctx context.Context) (done func(), err error) {
	if t.waiting.Add(1) > t.most {
		t.waiting.Add(-1)
		return nil, errBusy
	}
	defer t.waiting.Add(-1)
	select {
	case t.slots <- struct{}{}:
		return func() { <-t.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
