package source

import (
	"bytes"
	"context"
	"io"
	"io/fs"
)

// Memory is a file whose beginning was sent instead of being opened. It is all
// there is to its store.
type Memory struct {
	Name   string
	Header []byte // the first bytes
	Size   int64  // of the whole file
}

// Where is the file's name.
func (m *Memory) Where(name string) string { return name }

// Open returns the file's beginning. Behind it the stream fails: a header that
// goes on there was not sent whole.
func (m *Memory) Open(_ context.Context, name string, _ bool) (*Stream, error) {
	if name != m.Name {
		return nil, PathError(name, fs.ErrNotExist)
	}
	var r io.Reader = bytes.NewReader(m.Header)
	if m.Size > int64(len(m.Header)) {
		r = io.MultiReader(r, cut{})
	}
	return &Stream{Reader: r, Size: m.Size, Close: func() error { return nil }}, nil
}

// cut is where the bytes that were sent end before the file does.
type cut struct{}

// Read fails.
func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
