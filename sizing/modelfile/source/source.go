// Package source is where the bytes of a model's files come from: a folder, or
// whatever else opens files by name; and the error of files that are not what
// their format demands.
package source

import (
	"context"
	"io"
)

// Store is where the files of a checkpoint are: a folder or a repository.
type Store interface {
	// Open returns a file from its first byte on. Of a file that is opened for
	// its header only the beginning is going to be read.
	Open(ctx context.Context, name string, header bool) (*Stream, error)
	// Where is how messages call the file.
	Where(name string) string
}

// Prefetcher is a store that can fetch the headers of files ahead of their
// Open.
type Prefetcher interface {
	// Prefetch begins to fetch the files, which are opened in this order.
	Prefetch(ctx context.Context, names []string)
}

// Stream is a file that is being read.
type Stream struct {
	io.Reader
	Size   int64        // negative where it is not known
	Close  func() error // may be called again
	Commit func()       // keeps what was read for the next time; may be nil
}

// Done closes a file of which all was read that is wanted.
func (s *Stream) Done() error {
	if s.Commit != nil {
		s.Commit()
	}
	return s.Close()
}

// CloseOnce makes a close that may be called again.
func CloseOnce(c io.Closer) func() error {
	done := false
	return func() error {
		if done {
			return nil
		}
		done = true
		return c.Close()
	}
}
