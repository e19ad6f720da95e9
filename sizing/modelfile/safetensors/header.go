package safetensors

import (
	"encoding/binary"
	"errors"
	"io"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// HeaderEnd is where the header that begins with the 8 bytes ends; a
// length that is rejected ends at once.
func HeaderEnd(length []byte) int64 {
	n := binary.LittleEndian.Uint64(length)
	if n > maxHeader {
		return 0
	}
	return 8 + int64(n)
}

const (
	// maxHeader is the reference reader's cap on the JSON header.
	// Source: huggingface/safetensors, safetensors/src/tensor.rs, MAX_HEADER_SIZE.
	maxHeader = 100_000_000
	// maxRank bounds the dimensions of a tensor: PyTorch and NumPy have 64.
	maxRank = 64
	// maxDTypeName bounds the name of a type that is not known.
	maxDTypeName = 64
	// Metadata beyond these lengths is skipped: training logs of megabytes.
	maxMetaValue = 16 << 10
	maxMetaTotal = 256 << 10
	maxMetaKeys  = 4096
)

// fileHeader reads the header of one safetensors file into a collector.
type fileHeader struct {
	name  string
	size  int64 // of the file; negative where it is not known
	scan  *scanner
	data  int64 // where the tensors' data begins
	cover tensor.Coverage
	check *collector
	// admit is asked about each tensor's name, at its byte in the file.
	admit func(name []byte, at int64) error

	t    entry
	dims [maxKeptDims]int64
	tag  []byte // a copy of the name
}

// readHeader reads one file's header from r, which stands at its first
// byte, and adds its tensors to the collector. Nothing of the data is read.
func readHeader(r io.Reader, name string, size int64, c *collector, admit func([]byte, int64) error) error {
	var length [8]byte
	if n, err := io.ReadFull(r, length[:]); err != nil {
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return note.NewError("path.fails-at", name, n, err)
		}
		return &source.FormatError{File: name, Offset: 0, Err: note.NewError("header.none", n)}
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return &source.FormatError{File: name, Offset: 0, Err: note.NewError("header.too-long", n, maxHeader)}
	}
	if size >= 0 && int64(n) > size-8 {
		return &source.FormatError{File: name, Offset: 0, Err: note.NewError("header.cut-short", n, size-8)}
	}
	header := &io.LimitedReader{R: r, N: int64(n)}
	f := &fileHeader{name: name, size: size, scan: newScanner(header, name, 8), data: 8 + int64(n), check: c, admit: admit}
	err := f.read()
	if left := header.N; left > 0 && f.scan.eof && f.scan.err == nil {
		return &source.FormatError{File: name, Offset: f.data - left, Err: note.NewError("header.ends-early", left)}
	}
	return err
}

func (f *fileHeader) read() error {
	if f.scan.i >= f.scan.n {
		f.scan.more()
	}
	if f.scan.i < f.scan.n && f.scan.buf[f.scan.i] != '{' {
		return f.scan.unexpected(note.Word("header.start"))
	}
	meta := false
	err := f.scan.object(note.Word("header.open"), func(key []byte, at int64) error {
		if string(key) == "__metadata__" {
			if meta {
				return f.scan.fail(at, note.NewError("header.key-occurs-twice", "__metadata__"))
			}
			meta = true
			return f.metadata()
		}
		return f.tensor(key, at)
	})
	if err != nil {
		return err
	}
	if err := f.scan.end(note.Word("header.end")); err != nil {
		return err
	}
	return f.checkData()
}

// checkData checks that the tensors cover the data and the data is all there.
func (f *fileHeader) checkData() error {
	if at, problem := f.cover.Check(); problem != "" {
		return &source.FormatError{File: f.name, Offset: f.data + at.Begin, Err: note.NewError("data.not-covered", at.Begin, at.End, problem)}
	}
	if end := f.data + f.cover.End(); f.size >= 0 && end < f.size {
		return &source.FormatError{File: f.name, Offset: end, Err: note.NewError("data.goes-on", f.size-end)}
	}
	return nil
}

// metadata reads the map of strings, of which only a reasonable part is held.
func (f *fileHeader) metadata() error {
	s := f.scan
	if s.next() == 'n' {
		return s.word("null")
	}
	seen := map[string]bool{} // of this file: shards repeat each other
	return s.object(note.Word("header.open-metadata"), func(key []byte, at int64) error {
		if seen[string(key)] {
			return s.fail(at, note.NewError("header.metadata-key-twice", source.Clip(key)))
		}
		if s.next() != '"' {
			return s.unexpected(note.Word("header.metadata-value"))
		}
		k := string(key)
		if f.check.metaBytes+len(k) > maxMetaTotal {
			f.check.metaSkipped++
			return s.skipText()
		}
		if len(seen) < maxMetaKeys {
			seen[k] = true
		}
		v, over, err := s.textUpTo(maxMetaValue)
		if err != nil {
			return err
		}
		if over || f.check.metaBytes+len(k)+len(v) > maxMetaTotal {
			f.check.metaSkipped++
			return nil
		}
		return f.check.addMetadata(k, v)
	})
}

// tensor reads one entry of the header and counts it.
func (f *fileHeader) tensor(key []byte, at int64) error {
	f.tag = append(f.tag[:0], key...)
	if err := f.admit(f.tag, at); err != nil {
		return err
	}
	f.t = entry{name: f.tag, elems: 1}
	var seen [3]bool // dtype, shape, data_offsets
	dtypeAt := at
	known := false
	err := f.scan.object(note.Word("header.open-description"), func(key []byte, at int64) (err error) {
		field := -1
		switch string(key) {
		case "dtype":
			field, dtypeAt = 0, at
		case "shape":
			field = 1
		case "data_offsets":
			field = 2
		default:
			return f.scan.skip(0) // the reference reader passes over other keys
		}
		if seen[field] {
			return f.scan.fail(at, note.NewError("tensor.field-twice", source.Clip(f.tag), [...]string{"dtype", "shape", "data_offsets"}[field]))
		}
		seen[field] = true
		switch field {
		case 0:
			known, err = f.dtype()
		case 1:
			err = f.shape()
		case 2:
			err = f.offsets()
		}
		return err
	})
	if err != nil {
		return err
	}
	for i, name := range [...]string{"dtype", "shape", "data_offsets"} {
		if !seen[i] {
			return f.scan.fail(at, note.NewError("tensor.without-field", source.Clip(f.tag), name))
		}
	}
	if known {
		if err := f.checkSize(dtypeAt); err != nil {
			return err
		}
	}
	if f.size >= 0 && f.t.end > f.size-f.data {
		return f.scan.fail(at, note.NewError("tensor.cut-short", source.Clip(f.tag), f.t.end, f.size-f.data))
	}
	f.cover.Add(f.t.begin, f.t.end)
	if err := f.check.tally.add(&f.t); err != nil {
		return f.scan.fail(at, note.NewError("tensor.fails", source.Clip(f.tag), err))
	}
	return nil
}

func (f *fileHeader) dtype() (known bool, err error) {
	s := f.scan
	if s.next() != '"' {
		return false, s.unexpected(note.Word("header.number-format"))
	}
	at := s.offset()
	name, err := s.text(maxDTypeName)
	if err != nil {
		return false, err
	}
	if d, ok := lookupDType(name); ok {
		f.t.dtype = d
		return true, nil
	}
	d, ok := f.check.tally.dtypeIndex(name)
	if !ok {
		return false, s.fail(at, note.NewError("header.too-many-formats", maxDTypes-numDTypes, source.Clip(name)))
	}
	f.t.dtype = d
	return false, nil
}

func (f *fileHeader) shape() error {
	s := f.scan
	f.t.dims = f.dims[:0]
	return s.list(note.Word("header.open-shape"), func() error {
		n, err := s.count(note.Word("header.dimension"))
		if err != nil {
			return err
		}
		if f.t.rank++; f.t.rank > maxRank {
			return s.fail(s.offset(), note.NewError("tensor.rank-too-high", source.Clip(f.tag), maxRank))
		}
		if len(f.t.dims) < maxKeptDims {
			f.t.dims = append(f.t.dims, n)
		}
		var ok bool
		if f.t.elems, ok = tensor.MulCounts(f.t.elems, n); !ok {
			return s.fail(s.offset(), note.NewError("tensor.too-many-elements", source.Clip(f.tag)))
		}
		return nil
	})
}

func (f *fileHeader) offsets() error {
	s := f.scan
	at, i := s.offset(), 0
	err := s.list(note.Word("header.open-offsets"), func() (err error) {
		switch i++; i {
		case 1:
			f.t.begin, err = s.count(note.Word("header.offset"))
		case 2:
			f.t.end, err = s.count(note.Word("header.offset"))
		default:
			err = s.fail(at, note.NewError("tensor.too-many-offsets", source.Clip(f.tag)))
		}
		return err
	})
	if err != nil {
		return err
	}
	if i != 2 || f.t.end < f.t.begin {
		return s.fail(at, note.NewError("tensor.offsets-no-range", source.Clip(f.tag)))
	}
	return nil
}

// checkSize holds a tensor's bytes against its shape.
func (f *fileHeader) checkSize(at int64) error {
	format := dtypes[f.t.dtype]
	bits, ok := tensor.MulCounts(f.t.elems, format.bits)
	if !ok {
		return f.scan.fail(at, note.NewError("tensor.too-many-bits", source.Clip(f.tag)))
	}
	if bits%8 != 0 {
		return f.scan.fail(at, note.NewError("tensor.not-whole-bytes", source.Clip(f.tag), f.t.elems, format.name, bits))
	}
	if size := f.t.end - f.t.begin; size != bits/8 {
		return f.scan.fail(at, note.NewError("tensor.wrong-size", source.Clip(f.tag), f.t.elems, format.name, size, bits/8))
	}
	return nil
}
