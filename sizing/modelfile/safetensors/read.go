// Package safetensors reads the headers of safetensors files: which tensors a
// checkpoint holds, in one file or in the shards of an index, and how many
// parameters they come to, unpacked where they are quantised.
package safetensors

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
)

// Checkpoint is what the safetensors files of a model hold.
type Checkpoint struct {
	tensor.Sum
	// Files is how many files the tensors come from.
	Files int
	// Metadata is what the files say of themselves, unchecked.
	Metadata map[string]string
	// Warnings are the doubts that a reader of the numbers must know.
	Warnings []string
	// Quantised says that constants of quantised weights are stored.
	Quantised bool
	// Uncounted says why Params is no count of parameters; empty where it is
	// one.
	Uncounted string
}

// Read sums the named files, or the shards of the named index.
func Read(ctx context.Context, st source.Store, names []string, index bool, p Packing) (*Checkpoint, error) {
	c := newCollector(p)
	if err := c.readAll(ctx, st, names, index); err != nil {
		return nil, err
	}
	if err := c.tally.resolve(); err != nil {
		return nil, fmt.Errorf("%s: %w", st.Where(names[0]), err)
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
func (t *tally) uncounted() string {
	switch n := t.unknown.Tensors; {
	case n == 0:
		return ""
	case t.pack.foreign:
		return fmt.Sprintf("%d tensors may be packed by the quantisation method %q, which is not known", n, source.Clip(t.pack.method))
	case t.pack.method != "":
		return fmt.Sprintf("%d layers are packed, and the quantization_config (%s) does not say how many bits a weight has", n, source.Clip(t.pack.method))
	default:
		return fmt.Sprintf("%d layers are packed, and no quantization_config says how many bits a weight has", n)
	}
}
