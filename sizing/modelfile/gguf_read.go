package modelfile

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// ggufReader reads the fields of a GGUF file in order and knows how much of
// the file is left, so that no length is believed that the file cannot hold.
type ggufReader struct {
	r     *bufio.Reader
	file  string
	pos   int64
	size  int64
	order binary.ByteOrder
	word  [8]byte
}

func (g *ggufReader) fail(at int64, want, format string, args ...any) error {
	return &FormatError{File: g.file, Offset: at, Problem: fmt.Sprintf(format, args...), Want: want}
}

// bytes reads n bytes that describe what, into b.
func (g *ggufReader) bytes(b []byte, what string) error {
	n, err := io.ReadFull(g.r, b)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return g.fail(g.pos+int64(n), "", "the file ends inside %s", what)
		}
		return fmt.Errorf("%s: byte %d: %w", g.file, g.pos+int64(n), err)
	}
	g.pos += int64(n)
	return nil
}

func (g *ggufReader) u32(what string) (uint32, error) {
	err := g.bytes(g.word[:4], what)
	return g.order.Uint32(g.word[:4]), err
}

func (g *ggufReader) u64(what string) (uint64, error) {
	err := g.bytes(g.word[:8], what)
	return g.order.Uint64(g.word[:8]), err
}

// count reads a number of units of what, which take at least each bytes of the
// file. The two are put together only for an error: tokenizers have a hundred
// thousand strings.
func (g *ggufReader) count(unit, what string, each int64) (int64, error) {
	at := g.pos
	n, err := g.u64(what)
	if err != nil {
		return 0, err
	}
	if left := uint64(max(g.size-g.pos, 0)); n > left/uint64(each) {
		return 0, g.fail(at, fmt.Sprintf("at most %d", left/uint64(each)), "%d %s%s, of which the %d bytes that follow cannot hold so many", n, unit, what, left)
	}
	return int64(n), nil
}

// text reads a string of at most most bytes. What is not UTF-8 is refused.
func (g *ggufReader) text(what string, most int64) (string, error) {
	at := g.pos
	n, err := g.count("bytes of ", what, 1)
	if err != nil {
		return "", err
	}
	if n > most {
		return "", g.fail(at, fmt.Sprintf("at most %d", most), "%s of %d bytes", what, n)
	}
	b := make([]byte, n)
	if err := g.bytes(b, what); err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", g.fail(at+8, "UTF-8", "%s %q is not UTF-8", what, clipName(b))
	}
	return string(b), nil
}

// discard passes over n bytes, which the caller has checked to be there.
func (g *ggufReader) discard(n int64, what string) error {
	for n > 0 {
		step := int(min(n, 1<<30))
		k, err := g.r.Discard(step)
		g.pos += int64(k)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return g.fail(g.pos, "", "the file ends inside %s", what)
			}
			return fmt.Errorf("%s: byte %d: %w", g.file, g.pos, err)
		}
		n -= int64(k)
	}
	return nil
}

// The types of a value. Source: ggml-org/ggml docs/gguf.md.
const (
	ggufU8 uint32 = iota
	ggufI8
	ggufU16
	ggufI16
	ggufU32
	ggufI32
	ggufF32
	ggufBool
	ggufString
	ggufArray
	ggufU64
	ggufI64
	ggufF64
	numGGUFTypes
)

var ggufSizes = [numGGUFTypes]int64{ggufU8: 1, ggufI8: 1, ggufU16: 2, ggufI16: 2, ggufU32: 4, ggufI32: 4, ggufF32: 4, ggufBool: 1, ggufU64: 8, ggufI64: 8, ggufF64: 8}

const (
	maxGGUFText  = 64 << 10 // longer strings (chat templates) are skipped
	maxGGUFArray = 4096     // longer arrays (tokenizers) are skipped
	// maxGGUFHeld bounds what is held of all values together.
	maxGGUFHeld = 4 << 20
)

// ggufValue is one value of a GGUF header: a number, a text, or an array of
// numbers. Floats are kept in number as far as they are whole.
type ggufValue struct {
	typ    uint32 // of the array's elements where isList
	number int64
	text   string
	list   []int64
	length int64 // of an array, held or not
	isList bool
	isInt  bool
}

// value reads a value of the type, nested depth arrays deep.
func (g *ggufReader) value(typ uint32, what string, hold bool, depth int) (v ggufValue, err error) {
	at := g.pos
	v.typ = typ
	switch typ {
	case ggufString:
		n, err := g.count("bytes of ", what, 1)
		if err != nil {
			return v, err
		}
		if !hold || n > maxGGUFText {
			return v, g.discard(n, what)
		}
		b := make([]byte, n)
		if err := g.bytes(b, what); err != nil {
			return v, err
		}
		v.text = string(b)
		return v, nil
	case ggufArray:
		return g.array(what, hold, depth)
	}
	if typ >= numGGUFTypes {
		return v, g.fail(at, "0 to 12", "%s has the value type %d", what, typ)
	}
	b := g.word[:ggufSizes[typ]]
	if err := g.bytes(b, what); err != nil {
		return v, err
	}
	v.number, v.isInt = g.integer(typ, b)
	if typ == ggufBool && b[0] > 1 {
		return v, g.fail(at, "0 or 1", "%s is a bool of %d", what, b[0])
	}
	return v, nil
}

// integer reads a number; ok is false for a float and for what does not fit.
func (g *ggufReader) integer(typ uint32, b []byte) (n int64, ok bool) {
	switch typ {
	case ggufU8, ggufBool:
		return int64(b[0]), true
	case ggufI8:
		return int64(int8(b[0])), true
	case ggufU16:
		return int64(g.order.Uint16(b)), true
	case ggufI16:
		return int64(int16(g.order.Uint16(b))), true
	case ggufU32:
		return int64(g.order.Uint32(b)), true
	case ggufI32:
		return int64(int32(g.order.Uint32(b))), true
	case ggufI64:
		return int64(g.order.Uint64(b)), true
	case ggufU64:
		n := g.order.Uint64(b)
		return int64(n), n <= math.MaxInt64
	}
	return 0, false
}

// maxGGUFDepth bounds arrays of arrays, which no known file has.
const maxGGUFDepth = 4

// array reads an array; only one of a few whole numbers is held.
func (g *ggufReader) array(what string, hold bool, depth int) (v ggufValue, err error) {
	at := g.pos
	if depth == maxGGUFDepth {
		return v, g.fail(at, fmt.Sprintf("at most %d levels", maxGGUFDepth), "%s is an array nested too deeply", what)
	}
	if v.typ, err = g.u32("the element type of " + what); err != nil {
		return v, err
	}
	if v.typ >= numGGUFTypes {
		return v, g.fail(at, "0 to 12", "%s has elements of the value type %d", what, v.typ)
	}
	each := ggufSizes[v.typ]
	switch v.typ {
	case ggufString:
		each = 8
	case ggufArray:
		each = 12
	}
	v.isList = true
	if v.length, err = g.count("elements of ", what, each); err != nil {
		return v, err
	}
	switch {
	case v.typ == ggufString || v.typ == ggufArray:
		for range v.length {
			if _, err := g.value(v.typ, what, false, depth+1); err != nil {
				return v, err
			}
		}
		return v, nil
	case !hold || v.length > maxGGUFArray || v.typ == ggufF32 || v.typ == ggufF64:
		return v, g.discard(v.length*each, what)
	}
	v.list = make([]int64, v.length)
	for i := range v.list {
		b := g.word[:each]
		if err := g.bytes(b, what); err != nil {
			return v, err
		}
		n, ok := g.integer(v.typ, b)
		if !ok {
			return v, g.fail(g.pos-each, "at most 2^63-1", "element %d of %s is too large", i, what)
		}
		v.list[i] = n
	}
	return v, nil
}
