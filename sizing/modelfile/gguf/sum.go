package gguf

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"

	"mlsizer/sizing/modelfile/gguf/ggml"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

const (
	magicWord        = "GGUF"
	maxKey           = 65535
	maxName          = 64 // of a tensor, with its closing zero in ggml
	maxDims          = 4
	maxKeys          = 1 << 16
	maxShapes        = 4096
	defaultAlignment = 32
	maxAlignment     = 1 << 20
)

// sums is the sum of one GGUF file's header, or of all parts of a split one.
type sums struct {
	version   uint32
	bigEndian bool
	values    map[string]value // of the first part
	tensor.Totals
	buffers   tensor.LeftOut
	constants int64
	shapes    map[string]shape // of the tensors that an architecture is read from
	names     *tensor.NameTable[uint16]
	trailing  int64 // bytes behind the last tensor
}

// shape is what a GGUF tensor's dimensions are, the fastest first.
type shape struct {
	dims  [maxDims]int64
	elems int64
}

// newSums returns the sum of no file.
func newSums() *sums {
	return &sums{Totals: tensor.Totals{Counts: make([]tensor.Count, len(ggml.Types))}, shapes: map[string]shape{}, names: tensor.NewNameTable[uint16]()}
}

// readHeader reads the header of one file of size bytes and adds its tensors.
// The values are those of the first file.
func (h *sums) readHeader(r io.Reader, name string, size int64) (values map[string]value, err error) {
	g := &reader{r: bufio.NewReaderSize(r, 64<<10), file: name, size: size, order: binary.LittleEndian}
	if err := h.preamble(g); err != nil {
		return nil, err
	}
	countAt := g.pos
	tensors, err := g.count("", item{what: note.Word("gguf.tensors")}, 8+4+4+8)
	if err != nil {
		return nil, err
	}
	if tensors > tensor.MaxTensors {
		return nil, g.fail(countAt, note.NewError("gguf.too-many-tensors", tensors, tensor.MaxTensors))
	}
	keysAt := g.pos
	keys, err := g.count("", item{what: note.Word("gguf.keys")}, 8+4+1)
	if err != nil {
		return nil, err
	}
	if keys > maxKeys {
		return nil, g.fail(keysAt, note.NewError("gguf.too-many-keys", keys, maxKeys))
	}
	values, err = g.keys(keys)
	if err != nil {
		return nil, err
	}
	align, err := alignment(g, values)
	if err != nil {
		return nil, err
	}
	return values, h.tensorInfos(g, tensors, align)
}

// preamble reads the magic and the version, and by it the byte order.
func (h *sums) preamble(g *reader) error {
	var magic [4]byte
	if err := g.bytes(magic[:], item{what: note.Word("gguf.magic")}); err != nil {
		return err
	}
	if string(magic[:]) != magicWord {
		if s := string(magic[:]); s == "lmgg" || s == "tjgg" || s == "fmgg" {
			return g.fail(0, note.NewError("gguf.older-format"))
		}
		return g.fail(0, note.NewError("gguf.other-file", string(magic[:])))
	}
	version, err := g.u32(item{what: note.Word("gguf.version")})
	if err != nil {
		return err
	}
	big := version&0xffff == 0 && version != 0
	if big {
		// Big-endian files came with version 3 and say so only by this field.
		g.order = binary.BigEndian
		if version = version >> 24; version != 3 {
			return g.fail(4, note.NewError("gguf.big-endian-version", version))
		}
	}
	if version != 2 && version != 3 {
		if version == 1 {
			return g.fail(4, note.NewError("gguf.first-version"))
		}
		return g.fail(4, note.NewError("gguf.other-version", version))
	}
	if h.version == 0 {
		h.version, h.bigEndian = version, big
	}
	return nil
}

// keys reads the key-value pairs.
func (g *reader) keys(n int64) (map[string]value, error) {
	values := map[string]value{}
	held := 0
	for range n {
		at := g.pos
		key, err := g.text(item{what: note.Word("gguf.key")}, maxKey)
		if err != nil {
			return nil, err
		}
		if _, ok := values[key]; ok {
			return nil, g.fail(at, note.NewError("gguf.key-occurs-twice", source.Clip(key)))
		}
		typ, err := g.u32(item{note.Word("gguf.type-of-key"), source.Clip(key)})
		if err != nil {
			return nil, err
		}
		hold := held < maxHeld && !strings.HasPrefix(key, "tokenizer.") || key == "tokenizer.ggml.token_type_count"
		v, err := g.value(typ, item{note.Word("gguf.value-of"), source.Clip(key)}, hold, 0)
		if err != nil {
			return nil, err
		}
		if held += len(key) + len(v.text) + 8*len(v.list) + 96; held > 2*maxHeld {
			return nil, g.fail(at, note.NewError("gguf.too-many-bytes-of-keys", 2*maxHeld))
		}
		values[key] = v
	}
	return values, nil
}

// alignment returns general.alignment.
func alignment(g *reader, values map[string]value) (int64, error) {
	v, ok := values["general.alignment"]
	if !ok {
		return defaultAlignment, nil
	}
	n := v.number
	if !v.isInt || n < 1 || n > maxAlignment || n&(n-1) != 0 {
		return 0, g.fail(g.pos, note.NewError("gguf.bad-alignment", n, maxAlignment))
	}
	return n, nil
}

// tensorInfos reads the descriptions of the tensors and checks where their
// data lies.
func (h *sums) tensorInfos(g *reader, n, align int64) error {
	var spans tensor.Coverage
	var last int64
	lastAt, lastName := int64(0), ""
	for range n {
		at := g.pos
		name, begin, size, err := h.tensorInfo(g)
		if err != nil {
			return err
		}
		if begin%align != 0 {
			return g.fail(at, note.NewError("tensor.not-aligned", name, begin, align))
		}
		padded, ok := tensor.AddCounts(size, (align-size%align)%align)
		end, ok2 := tensor.AddCounts(begin, padded)
		if !ok || !ok2 {
			return g.fail(at, note.NewError("tensor.ends-too-far", name, size, begin))
		}
		spans.Add(begin, end)
		if begin+size > last {
			last, lastAt, lastName = begin+size, at, name
		}
		if h.Bytes, ok = tensor.AddCounts(h.Bytes, size); !ok {
			return g.fail(at, note.NewError("tensor.too-many-bytes-together"))
		}
	}
	if n == 0 {
		return nil // a header alone: a tokenizer, or the first part of a split
	}
	data := g.pos + (align-g.pos%align)%align
	if s, problem := spans.Check(); problem != "" {
		return g.fail(data+s.Begin, note.NewError("data.not-side-by-side", s.Begin, s.End, problem))
	}
	if last > g.size-data {
		return g.fail(lastAt, note.NewError("tensor.cut-short", lastName, last, max(g.size-data, 0)))
	}
	if over := g.size - data - spans.End(); over > 0 {
		h.trailing += over
	}
	return nil
}

// tensorInfo reads and counts one tensor.
func (h *sums) tensorInfo(g *reader) (name string, begin, size int64, err error) {
	at := g.pos
	if name, err = g.text(item{what: note.Word("gguf.name")}, maxName-1); err != nil {
		return
	}
	if !h.names.Add([]byte(name), 0) {
		return name, 0, 0, g.fail(at, note.NewError("tensor.occurs-twice", name))
	}
	rank, err := g.u32(item{note.Word("gguf.rank-of"), name})
	if err != nil {
		return
	}
	if rank > maxDims {
		return name, 0, 0, g.fail(g.pos-4, note.NewError("tensor.too-many-dimensions", name, rank, maxDims))
	}
	s := shape{dims: [maxDims]int64{1, 1, 1, 1}, elems: 1}
	for i := range rank {
		d, err := g.u64(item{note.Word("gguf.dimension-of"), name})
		if err != nil {
			return name, 0, 0, err
		}
		var ok bool
		if d > 1<<62 {
			return name, 0, 0, g.fail(g.pos-8, note.NewError("tensor.dimension-too-large", name, d))
		}
		s.dims[i] = int64(d)
		if s.elems, ok = tensor.MulCounts(s.elems, int64(d)); !ok {
			return name, 0, 0, g.fail(g.pos-8, note.NewError("tensor.too-many-elements", name))
		}
	}
	number, err := g.u32(item{note.Word("gguf.type-of-tensor"), name})
	if err != nil {
		return
	}
	typ, err := ggml.Lookup(number)
	if err != nil {
		return name, 0, 0, g.fail(g.pos-4, note.NewError("tensor.bad-type", name, err))
	}
	if size, err = typ.Bytes(s.dims[0], s.elems); err != nil {
		return name, 0, 0, g.fail(at, note.NewError("tensor.fails", name, err))
	}
	offset, err := g.u64(item{note.Word("gguf.offset-of"), name})
	if err != nil {
		return
	}
	if offset > 1<<62 {
		return name, 0, 0, g.fail(g.pos-8, note.NewError("tensor.offset-too-large", name, offset))
	}
	if err := h.count(name, number, s, size); err != nil {
		return name, 0, 0, g.fail(at, note.NewError("tensor.fails", name, err))
	}
	return name, int64(offset), size, nil
}

// count adds a tensor to the sums.
func (h *sums) count(name string, typ uint32, s shape, size int64) error {
	h.Tensors++
	c := &h.Counts[typ]
	c.Name = ggml.Types[typ].Name
	c.Bytes += size
	c.Tensors++
	switch {
	case isRope(name):
		h.buffers.Add([]byte(name), s.elems)
	case strings.HasSuffix(name, ".scale") || strings.HasSuffix(name, ".input_scale"):
		h.constants += s.elems // of NVFP4 and BitNet weights
	default:
		if !h.AddParams(int(typ), tensor.ComponentOf([]byte(name)), s.elems) {
			return note.NewError("tensor.too-many-parameters-together")
		}
	}
	if keepsShape(name) && len(h.shapes) < maxShapes {
		h.shapes[name] = s
	}
	return nil
}

// isRope recognises tables of rotary frequencies, which are computed from the
// config and not trained.
func isRope(name string) bool {
	return strings.HasPrefix(name, "rope_f") || strings.Contains(name, ".rope_f") || strings.HasSuffix(name, "attn_rot_embd")
}

// keepsShape picks the tensors that tell an architecture's variants apart:
// those outside the layers and those of the first.
func keepsShape(name string) bool {
	if rest, ok := strings.CutPrefix(name, "blk."); ok {
		return strings.HasPrefix(rest, "0.")
	}
	return !strings.HasPrefix(name, "v.") && strings.Count(name, ".") < 3
}
