// Package safetensors reads the headers of safetensors files: which tensors a
// checkpoint holds, in one file or in the shards of an index, and how many
// parameters they come to, unpacked where they are quantised.
package safetensors

import (
	"context"
	"errors"
	"io/fs"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// Checkpoint is what the safetensors files of a model hold.
type Checkpoint struct {
	tensor.Sum
	// Files is how many files the tensors come from.
	Files int
	// Metadata is what the files say of themselves, unchecked.
	Metadata map[string]string
	// Warnings are the doubts that a reader of the numbers must know.
	Warnings note.List
	// Quantised says that constants of quantised weights are stored.
	Quantised bool
	// Uncounted says why Params is no count of parameters; nil where it is
	// one.
	Uncounted error
}

// Read sums the named files, or the shards of the named index.
func Read(ctx context.Context, st source.Store, names []string, index bool, p Packing) (*Checkpoint, error) {
	c := newCollector(p)
	if err := c.readAll(ctx, st, names, index); err != nil {
		return nil, err
	}
	if err := c.tally.resolve(); err != nil {
		return nil, note.NewError("path.fails", st.Where(names[0]), err)
	}
	return &Checkpoint{Sum: c.tally.Sum(), Files: c.files, Metadata: c.metadata, Warnings: c.warnings(),
		Quantised: c.tally.constants > 0, Uncounted: c.tally.uncounted()}, nil
}

// readAll reads an index and its shards, or files that make up a model.
func (c *collector) readAll(ctx context.Context, st source.Store, names []string, index bool) error {
	if index {
		return c.readSharded(ctx, st, names[0])
	}
	var missing []string
	for _, n := range names {
		err := c.readFile(ctx, st, n, 0)
		if len(names) > 1 && errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, n)
		} else if err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return source.MissingParts(st.Where(names[0]), len(names), missing)
	}
	return nil
}

// uncounted says which packed weights could not be counted, and why.
func (t *tally) uncounted() error {
	switch n := t.unknown.Tensors; {
	case n == 0:
		return nil
	case t.pack.foreign:
		return note.NewError("packing.unknown-method", n, source.Clip(t.pack.method))
	case t.pack.method != "":
		return note.NewError("packing.config-without-bits", n, source.Clip(t.pack.method))
	default:
		return note.NewError("packing.no-config", n)
	}
}
