package hub

import (
	"bytes"
	"context"
	"io"
	"sync"

	"mlsizer/sizing/modelfile/safetensors"
	"mlsizer/sizing/modelfile/source"
)

// readAhead fetches the headers of shards while others are being read: a model
// of 163 shards is 163 waits for the hub otherwise.
type readAhead struct {
	cancel context.CancelFunc
	slots  chan struct{} // bounds what is in flight or waiting
	found  map[string]chan fetched
	all    sync.WaitGroup
}

type fetched struct {
	stream *source.Stream
	err    error
}

const (
	aheadSlots = 6
	// aheadBytes is how much of a file is held while it waits for its turn;
	// the rest of a longer header is read when it is due.
	aheadBytes = 2 << 20
)

// Prefetch begins to fetch the headers of the files, which must be opened in
// this order.
func (s *Repository) Prefetch(ctx context.Context, names []string) {
	ctx, cancel := context.WithCancel(ctx)
	a := &readAhead{cancel: cancel, slots: make(chan struct{}, aheadSlots), found: make(map[string]chan fetched, len(names))}
	results := make([]chan fetched, len(names)) // found is the reader's alone
	for i, n := range names {
		results[i] = make(chan fetched, 1)
		a.found[n] = results[i]
	}
	s.ahead = a
	store := *s // later changes of the store are not for the workers
	store.ahead = &readAhead{}
	a.all.Go(func() {
		for i, n := range names {
			select {
			case a.slots <- struct{}{}:
			case <-ctx.Done():
				results[i] <- fetched{err: ctx.Err()}
				continue
			}
			a.all.Go(func() { results[i] <- store.fetchHeader(ctx, n) })
		}
	})
}

// fetchHeader opens a file and reads the beginning of its header.
func (s *Repository) fetchHeader(ctx context.Context, name string) fetched {
	st, err := s.fetch(ctx, name, true)
	if err != nil {
		return fetched{err: err}
	}
	// Exactly the header is read, so that the cache keeps just that.
	var head bytes.Buffer
	r := &headerReader{r: st.Reader}
	_, err = io.CopyN(&head, r, aheadBytes)
	if err != nil && err != io.EOF {
		_ = st.Close()
		return fetched{err: err}
	}
	st.Reader = io.MultiReader(&head, r)
	return fetched{stream: st}
}

// take returns a file that was fetched ahead, or nil if it was not asked for.
func (a *readAhead) take(name string) *fetched {
	if a == nil {
		return nil
	}
	c, ok := a.found[name]
	if !ok {
		return nil
	}
	f := <-c
	delete(a.found, name)
	select {
	case <-a.slots:
	default:
	}
	return &f
}

// stop ends what is still in flight.
func (s *Repository) stop() {
	a := s.ahead
	if a == nil {
		return
	}
	a.cancel()
	a.all.Wait()
	for _, c := range a.found {
		if f := <-c; f.stream != nil {
			_ = f.stream.Close()
		}
	}
}

// headerReader ends where a safetensors header does.
type headerReader struct {
	r     io.Reader
	first [8]byte
	n     int64
}

// Read implements io.Reader.
func (h *headerReader) Read(p []byte) (int, error) {
	limit := int64(len(h.first))
	if h.n >= limit {
		if limit = safetensors.HeaderEnd(h.first[:]); h.n >= limit {
			return 0, io.EOF
		}
	}
	n, err := h.r.Read(p[:min(int64(len(p)), limit-h.n)])
	if h.n < int64(len(h.first)) {
		copy(h.first[h.n:], p[:n])
	}
	h.n += int64(n)
	return n, err
}
