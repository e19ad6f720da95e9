// Package gguf reads the headers of GGUF files: their tensors, and the
// architecture that their hyper-parameters describe.
package gguf

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile/gguf/ggml"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// File is what the header of a GGUF file says, or the headers of all parts
// of a split one.
type File struct {
	tensor.Sum
	// Model is the architecture; nil where it cannot be derived.
	Model *model.Model
	// ArchitectureParams is what the hyper-parameters come to; 0 where they
	// are missing or not modelled.
	ArchitectureParams quantity.Params
	// Metadata is what the file says of itself, unchecked.
	Metadata map[string]string
	// Warnings are the doubts that a reader of the numbers must know.
	Warnings note.List
}

// Read reads a GGUF file and, if it is one part of several, all of
// them.
func Read(ctx context.Context, st source.Store, name string) (*File, error) {
	names, of, err := source.Parts(name)
	if err != nil {
		return nil, err
	}
	h := newSums()
	var missing []string
	for i, n := range names {
		values, err := h.readPart(ctx, st, n, i, of)
		if of > 0 && errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, n)
			continue
		}
		if err != nil {
			return nil, err
		}
		if h.values == nil {
			h.values = values
		}
	}
	if len(missing) > 0 {
		return nil, source.MissingParts(st.Where(name), of, missing)
	}
	if v := h.values["split.tensors.count"]; of > 0 && v.isInt && v.number != int64(h.Tensors) {
		return nil, &source.FormatError{File: st.Where(name), Offset: -1, Err: note.NewError("split.other-count-of-tensors", of, h.Tensors, v.number)}
	}
	return h.file(name), nil
}

// readPart reads part i of several, or a file on its own where of is 0.
func (h *sums) readPart(ctx context.Context, st source.Store, name string, i, of int) (map[string]value, error) {
	if err := ctx.Err(); err != nil {
		return nil, note.NewError("path.fails", st.Where(name), err)
	}
	f, err := st.Open(ctx, name, true)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	where := st.Where(name)
	values, err := h.readHeader(f, where, f.Size)
	if err != nil {
		return nil, err
	}
	fail := func(why *note.Error) error { return &source.FormatError{File: where, Offset: -1, Err: why} }
	count, no := values["split.count"], values["split.no"]
	switch {
	case of == 0 && count.isInt && count.number > 1:
		return nil, fail(note.NewError("split.other-name", no.number+1, count.number))
	case of > 0 && count.isInt && count.number != int64(of):
		return nil, fail(note.NewError("split.other-count", count.number, of))
	case of > 0 && count.isInt && no.number != int64(i):
		return nil, fail(note.NewError("split.other-number", no.number, i))
	case of > 1 && !count.isInt:
		return nil, fail(note.NewError("split.no-count", i+1, of))
	}
	return values, f.Done()
}

// file turns the sums into the answer.
func (h *sums) file(name string) *File {
	f := &File{Sum: h.Sum(), Metadata: h.metadata()}
	if h.buffers.Tensors > 0 {
		f.Warnings.Say("file.rotary-tables", "", h.buffers.Tensors, h.buffers.Example, h.buffers.Elems)
	}
	if h.trailing > 0 {
		f.Warnings.Say("file.bytes-follow", "", h.trailing)
	}
	title := h.values["general.name"].text
	if title == "" {
		title = strings.TrimSuffix(name, ".gguf")
	}
	m, doubts, err := build(h.values, h.shapes, title)
	if err != nil {
		f.Warnings.Say("file.no-architecture", "", err)
		if h.Tensors == 0 {
			f.Warnings.Say("file.no-tensors", "")
		}
		return f
	}
	m.Source = "hyper-parameters of " + name
	f.ArchitectureParams = m.Params()
	if h.Tensors == 0 {
		f.Warnings = append(f.Warnings, doubts...)
		f.Warnings.Say("file.by-hyper-parameters", "")
		f.Params, f.Components, f.Model = m.Params(), m.ByComponent(), m
		return f
	}
	if m.Params() != f.Params {
		f.Warnings.Say("file.other-than-hyper-parameters", "", m.Family, note.Count(m.Params()), note.Count(f.Params))
		return f
	}
	m.StoredBits = 8 * float64(h.Bytes) / float64(h.Params)
	f.Model = m
	return f
}

// metadata picks the short texts and the numbers of the header.
func (h *sums) metadata() map[string]string {
	m := map[string]string{"gguf.version": strconv.Itoa(int(h.version))}
	if h.bigEndian {
		m["gguf.byte_order"] = "big-endian"
	}
	for key, v := range h.values {
		switch {
		case strings.HasPrefix(key, "tokenizer.") || len(key) > 200 || len(m) > 500:
		case v.typ == ggml.String && !v.isList && len(v.text) > 0 && len(v.text) <= 1024:
			m[key] = v.text
		case v.isInt && !v.isList:
			m[key] = strconv.FormatInt(v.number, 10)
		}
	}
	return m
}
