package gguf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf8"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// reader reads the fields of a GGUF file in order and knows how much of
// the file is left, so that no length is believed that the file cannot hold.
type reader struct {
	r     *bufio.Reader
	file  string
	pos   int64
	size  int64
	order binary.ByteOrder
	word  [8]byte
}

func (g *reader) fail(at int64, why *note.Error) error {
	return &source.FormatError{File: g.file, Offset: at, Err: why}
}

// bytes reads n bytes that describe what, into b.
func (g *reader) bytes(b []byte, what item) error {
	n, err := io.ReadFull(g.r, b)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return g.fail(g.pos+int64(n), note.NewError("gguf.ends-inside", what.said()))
		}
		return note.NewError("path.fails-at", g.file, g.pos+int64(n), err)
	}
	g.pos += int64(n)
	return nil
}

func (g *reader) u32(what item) (uint32, error) {
	err := g.bytes(g.word[:4], what)
	return g.order.Uint32(g.word[:4]), err
}

func (g *reader) u64(what item) (uint64, error) {
	err := g.bytes(g.word[:8], what)
	return g.order.Uint64(g.word[:8]), err
}

// count reads the number of units of what, which take at least each bytes of the
// file; what counts itself where the unit is "". The two are put together only
// for an error: tokenizers have a hundred thousand strings.
func (g *reader) count(unit note.Word, what item, each int64) (int64, error) {
	at := g.pos
	n, err := g.u64(what)
	if err != nil {
		return 0, err
	}
	if left := uint64(max(g.size-g.pos, 0)); n > left/uint64(each) {
		return 0, g.fail(at, note.NewError("gguf.too-many", n, what.counted(unit), left, left/uint64(each)))
	}
	return int64(n), nil
}

// text reads a string of at most most bytes. What is not UTF-8 is rejected.
func (g *reader) text(what item, most int64) (string, error) {
	at := g.pos
	n, err := g.count(bytesOf, what, 1)
	if err != nil {
		return "", err
	}
	if n > most {
		return "", g.fail(at, note.NewError("gguf.too-long", what.said(), n, most))
	}
	b := make([]byte, n)
	if err := g.bytes(b, what); err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", g.fail(at+8, note.NewError("gguf.not-utf8", what.said(), source.Clip(b)))
	}
	return string(b), nil
}

// discard passes over n bytes, which the caller has checked to be there.
func (g *reader) discard(n int64, what item) error {
	for n > 0 {
		step := int(min(n, 1<<30))
		k, err := g.r.Discard(step)
		g.pos += int64(k)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return g.fail(g.pos, note.NewError("gguf.ends-inside", what.said()))
			}
			return note.NewError("path.fails-at", g.file, g.pos, err)
		}
		n -= int64(k)
	}
	return nil
}
