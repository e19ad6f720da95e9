package safetensors

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// collector is the sum of the safetensors files of a model.
type collector struct {
	tally       *tally
	names       *tensor.NameTable[uint16]
	index       *shardIndex // nil without one
	files       int
	metadata    map[string]string
	metaBytes   int
	metaSkipped int
	extra       tensor.LeftOut // tensors that the index does not name
	unsized     int            // files whose length the server did not say
}

func newCollector(p Packing) *collector {
	return &collector{tally: newTally(p), names: tensor.NewNameTable[uint16]()}
}

func (c *collector) addMetadata(key, value string) error {
	if c.metadata == nil {
		c.metadata = map[string]string{}
	}
	if _, ok := c.metadata[key]; !ok { // the shards repeat each other
		c.metadata[key] = value
		c.metaBytes += len(key) + len(value)
	}
	return nil
}

// readFile adds one file. shard is its place in the index.
func (c *collector) readFile(ctx context.Context, st source.Store, name string, shard uint16) error {
	if err := ctx.Err(); err != nil {
		return note.NewError("path.fails", st.Where(name), err)
	}
	f, err := st.Open(ctx, name, true)
	if err != nil {
		return err
	}
	defer f.Close()
	if f.Size < 0 {
		c.unsized++
	}
	c.files++
	where := st.Where(name)
	err = readHeader(f, where, f.Size, c, func(name []byte, at int64) error { return c.admit(name, at, where, shard) })
	if err != nil {
		return err
	}
	return f.Done()
}

const (
	seenTensor = 0x8000 // in a name's value: a shard holds the tensor
	strayShard = 0x7fff // in a name's value: the index does not name it
	maxShards  = strayShard
)

// admit checks a tensor's name against those before it and the index.
func (c *collector) admit(name []byte, at int64, where string, shard uint16) error {
	value := c.names.Find(name)
	switch {
	case value == nil:
		if c.names.Len() == tensor.MaxTensors {
			return &source.FormatError{File: where, Offset: at, Err: note.NewError("tensor.too-many", tensor.MaxTensors)}
		}
		if c.index != nil {
			c.extra.Add(name, 0)
		}
		c.names.Add(name, strayShard|seenTensor)
	case *value&seenTensor != 0:
		return &source.FormatError{File: where, Offset: at, Err: note.NewError("tensor.occurs-twice", source.Clip(name))}
	case *value != shard:
		return &source.FormatError{File: where, Offset: at, Err: note.NewError("tensor.in-another-shard", source.Clip(name), c.index.shards[*value])}
	default:
		*value |= seenTensor
	}
	return nil
}

// readSharded adds all shards of an index.
func (c *collector) readSharded(ctx context.Context, st source.Store, indexName string) error {
	ix, err := c.readIndex(ctx, st, indexName)
	if err != nil {
		return err
	}
	c.index = ix
	order := make([]int, len(ix.shards))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(ix.shards[a], ix.shards[b]) })
	if p, ok := st.(source.Prefetcher); ok {
		names := make([]string, len(order))
		for i, n := range order {
			names[i] = ix.shards[n]
		}
		p.Prefetch(ctx, names)
	}
	var missing []string
	for _, i := range order {
		err := c.readFile(ctx, st, ix.shards[i], uint16(i))
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, ix.shards[i])
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return source.MissingParts(st.Where(indexName), len(ix.shards), missing)
	}
	return c.checkIndex(ctx, st, indexName)
}

// warnings says what is in doubt about the sum.
func (c *collector) warnings() note.List {
	list := c.tally.warnings()
	if c.extra.Tensors > 0 {
		list.Say("file.not-in-index", "", c.extra.Tensors, c.extra.Example)
	}
	if c.unsized > 0 {
		list.Say("file.unsized", "", c.unsized)
	}
	if c.metaSkipped > 0 {
		list.Say("file.metadata-not-shown", "", c.metaSkipped)
	}
	return list
}
