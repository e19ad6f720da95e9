package modelfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// store is where the files of a checkpoint are: a folder or a repository.
type store interface {
	// Open returns a file from its first byte on. Of a file that is opened for
	// its header only the beginning is going to be read.
	Open(ctx context.Context, name string, header bool) (*stream, error)
	// Where is how messages call the file.
	Where(name string) string
}

// stream is a file that is being read.
type stream struct {
	io.Reader
	Size   int64 // negative where it is not known
	Close  func() error
	Commit func() // keeps what was read for the next time; may be nil
}

// Done closes a file of which all was read that is wanted.
func (s *stream) Done() error {
	if s.Commit != nil {
		s.Commit()
	}
	return s.Close()
}

// checkpoint is the sum of the safetensors files of a model.
type checkpoint struct {
	tally       *tally
	names       *nameTable[uint16]
	index       *shardIndex // nil without one
	files       int
	metadata    map[string]string
	metaBytes   int
	metaSkipped int
	extra       leftOut // tensors that the index does not name
	unsized     int     // files whose length the server did not say
}

func newCheckpoint(p packing) *checkpoint {
	return &checkpoint{tally: newTally(p), names: newNameTable[uint16]()}
}

func (c *checkpoint) addMetadata(key, value string) error {
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
func (c *checkpoint) readFile(ctx context.Context, st store, name string, shard uint16) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", st.Where(name), err)
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
	err = readSafetensors(f, where, f.Size, c, func(tensor []byte, at int64) error { return c.admit(tensor, at, where, shard) })
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
func (c *checkpoint) admit(name []byte, at int64, where string, shard uint16) error {
	value := c.names.find(name)
	switch {
	case value == nil:
		if c.names.used == maxTensors {
			return &FormatError{File: where, Offset: at, Problem: fmt.Sprintf("more than %d tensors", maxTensors)}
		}
		if c.index != nil {
			c.extra.add(name, 0)
		}
		c.names.add(name, strayShard|seenTensor)
	case *value&seenTensor != 0:
		return &FormatError{File: where, Offset: at, Problem: fmt.Sprintf("tensor %q occurs twice", clipName(name))}
	case *value != shard:
		return &FormatError{File: where, Offset: at, Problem: fmt.Sprintf("tensor %q is here, but the index puts it into %s", clipName(name), c.index.shards[*value])}
	default:
		*value |= seenTensor
	}
	return nil
}

// readSharded adds all shards of an index.
func (c *checkpoint) readSharded(ctx context.Context, st store, indexName string) error {
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
	if p, ok := st.(interface {
		Prefetch(context.Context, []string)
	}); ok {
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
		return missingParts(st.Where(indexName), len(ix.shards), missing)
	}
	return c.checkIndex(ctx, st, indexName)
}

// missingParts is the error of a set of files that is not whole: its sum would
// look like a total.
func missingParts(where string, of int, missing []string) error {
	named := missing
	more := ""
	if len(named) > 3 {
		named, more = named[:3], ", …"
	}
	return &FormatError{File: where, Offset: -1, Problem: fmt.Sprintf("%d of %d files are missing: %s%s", len(missing), of, strings.Join(named, ", "), more), Want: "all of them in the same folder, or config.json alone for the architecture's count"}
}

// warnings says what is in doubt about the sum.
func (c *checkpoint) warnings() []string {
	list := c.tally.warnings()
	if c.extra.tensors > 0 {
		list = append(list, fmt.Sprintf("%d tensors (such as %q) are in the shards and not in the index; they are counted", c.extra.tensors, c.extra.example))
	}
	if c.unsized > 0 {
		list = append(list, fmt.Sprintf("the server does not say how long %d files are: they may be cut short", c.unsized))
	}
	if c.metaSkipped > 0 {
		list = append(list, fmt.Sprintf("%d long metadata entries are not shown", c.metaSkipped))
	}
	return list
}
