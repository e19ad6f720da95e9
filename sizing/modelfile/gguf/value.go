package gguf

import (
	"math"

	"mlsizer/sizing/modelfile/gguf/ggml"
	"mlsizer/sizing/note"
)

const (
	maxText  = 64 << 10 // longer strings (chat templates) are skipped
	maxArray = 4096     // longer arrays (tokenizers) are skipped
	// maxHeld bounds what is held of all values together.
	maxHeld = 4 << 20
)

// value is one value of a GGUF header: a number, a text, or an array of
// numbers. Floats are kept in number as far as they are whole.
type value struct {
	typ    uint32 // of the array's elements where isList
	number int64
	text   string
	list   []int64
	length int64 // of an array, held or not
	isList bool
	isInt  bool
}

// value reads a value of the type, nested depth arrays deep.
func (g *reader) value(typ uint32, what item, hold bool, depth int) (v value, err error) {
	at := g.pos
	v.typ = typ
	switch typ {
	case ggml.String:
		n, err := g.count(bytesOf, what, 1)
		if err != nil {
			return v, err
		}
		if !hold || n > maxText {
			return v, g.discard(n, what)
		}
		b := make([]byte, n)
		if err := g.bytes(b, what); err != nil {
			return v, err
		}
		v.text = string(b)
		return v, nil
	case ggml.Array:
		return g.array(what, hold, depth)
	}
	if typ >= ggml.NumValueTypes {
		return v, g.fail(at, note.NewError("gguf.bad-value-type", what.said(), typ))
	}
	b := g.word[:ggml.ValueSizes[typ]]
	if err := g.bytes(b, what); err != nil {
		return v, err
	}
	v.number, v.isInt = g.integer(typ, b)
	if typ == ggml.Bool && b[0] > 1 {
		return v, g.fail(at, note.NewError("gguf.bad-bool", what.said(), b[0]))
	}
	return v, nil
}

// integer reads a number; ok is false for a float and for what does not fit.
func (g *reader) integer(typ uint32, b []byte) (n int64, ok bool) {
	switch typ {
	case ggml.U8, ggml.Bool:
		return int64(b[0]), true
	case ggml.I8:
		return int64(int8(b[0])), true
	case ggml.U16:
		return int64(g.order.Uint16(b)), true
	case ggml.I16:
		return int64(int16(g.order.Uint16(b))), true
	case ggml.U32:
		return int64(g.order.Uint32(b)), true
	case ggml.I32:
		return int64(int32(g.order.Uint32(b))), true
	case ggml.I64:
		return int64(g.order.Uint64(b)), true
	case ggml.U64:
		n := g.order.Uint64(b)
		return int64(n), n <= math.MaxInt64
	}
	return 0, false
}

// maxDepth bounds arrays of arrays, which no known file has.
const maxDepth = 4

// array reads an array; only one of a few whole numbers is held.
func (g *reader) array(what item, hold bool, depth int) (v value, err error) {
	at := g.pos
	if depth == maxDepth {
		return v, g.fail(at, note.NewError("gguf.too-deep", what.said(), maxDepth))
	}
	if v.typ, err = g.u32(item{note.Word("gguf.element-type-of"), what}); err != nil {
		return v, err
	}
	if v.typ >= ggml.NumValueTypes {
		return v, g.fail(at, note.NewError("gguf.bad-element-type", what.said(), v.typ))
	}
	each := ggml.ValueSizes[v.typ]
	switch v.typ {
	case ggml.String:
		each = 8
	case ggml.Array:
		each = 12
	}
	v.isList = true
	if v.length, err = g.count(note.Word("gguf.elements-of"), what, each); err != nil {
		return v, err
	}
	switch {
	case v.typ == ggml.String || v.typ == ggml.Array:
		for range v.length {
			if _, err := g.value(v.typ, what, false, depth+1); err != nil {
				return v, err
			}
		}
		return v, nil
	case !hold || v.length > maxArray || v.typ == ggml.F32 || v.typ == ggml.F64:
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
			return v, g.fail(g.pos-each, note.NewError("gguf.element-too-large", i, what.said()))
		}
		v.list[i] = n
	}
	return v, nil
}
