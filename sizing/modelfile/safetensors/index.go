package safetensors

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/note"
)

// maxIndexBytes bounds an index. The largest known has 60 MB.
const maxIndexBytes = 128 << 20

// shardIndex is model.safetensors.index.json: which shard holds which tensor.
// Its metadata.total_size is in bytes of whatever types the tensors have and
// says nothing of the parameters, so it is passed over.
type shardIndex struct {
	shards  []string
	tensors int
}

// readIndex streams an index into the table of names.
func (c *collector) readIndex(ctx context.Context, st source.Store, name string) (*shardIndex, error) {
	ix := &shardIndex{}
	numbers := map[string]uint16{}
	where := st.Where(name)
	err := scanIndex(ctx, st, name, func(key, shard []byte, at int64) error {
		number, ok := numbers[string(shard)]
		if !ok {
			file := string(shard)
			if problem := shardProblem(file); problem != "" {
				return &source.FormatError{File: where, Offset: at, Err: note.NewError("index.bad-shard", source.Clip(file), problem)}
			}
			if len(ix.shards) == maxShards {
				return &source.FormatError{File: where, Offset: at, Err: note.NewError("index.too-many-shards", maxShards)}
			}
			number = uint16(len(ix.shards))
			ix.shards = append(ix.shards, file)
			numbers[file] = number
		}
		if ix.tensors++; ix.tensors > tensor.MaxTensors {
			return &source.FormatError{File: where, Offset: at, Err: note.NewError("tensor.too-many", tensor.MaxTensors)}
		}
		if !c.names.Add(key, number) {
			return &source.FormatError{File: where, Offset: at, Err: note.NewError("tensor.occurs-twice", source.Clip(key))}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(ix.shards) == 0 {
		return nil, &source.FormatError{File: where, Offset: -1, Err: note.NewError("index.no-tensor")}
	}
	return ix, nil
}

// checkIndex rejects tensors that the index names and no shard holds.
func (c *collector) checkIndex(ctx context.Context, st source.Store, name string) error {
	missing := 0
	for v := range c.names.All() {
		if v&seenTensor == 0 {
			missing++
		}
	}
	if missing == 0 {
		return nil
	}
	// Only their hashes are held, so the index is read again for a name.
	where, stop := st.Where(name), errors.New("found")
	var found error
	err := scanIndex(ctx, st, name, func(key, shard []byte, at int64) error {
		if v := c.names.Find(key); v != nil && *v&seenTensor == 0 {
			found = &source.FormatError{File: where, Offset: at, Err: note.NewError("index.tensors-missing", missing, source.Clip(key), source.Clip(shard))}
			return stop
		}
		return nil
	})
	if err != nil && err != stop {
		return err
	}
	return found
}

// scanIndex reads an index and hands over each entry of its weight_map; the
// slices are valid during the call.
func scanIndex(ctx context.Context, st source.Store, name string, entry func(key, shard []byte, at int64) error) error {
	f, err := st.Open(ctx, name, false)
	if err != nil {
		return err
	}
	defer f.Close()
	where := st.Where(name)
	if f.Size > maxIndexBytes {
		return &source.FormatError{File: where, Offset: -1, Err: note.NewError("index.too-long", f.Size, maxIndexBytes)}
	}
	s := newScanner(limit.File(f, maxIndexBytes), where, 0)
	var tag []byte
	found := false
	err = s.object(note.Word("index.open"), func(key []byte, at int64) error {
		if string(key) != "weight_map" {
			return s.skip(0)
		}
		if found {
			return s.fail(at, note.NewError("header.key-occurs-twice", "weight_map"))
		}
		found = true
		return s.object(note.Word("index.open-map"), func(key []byte, at int64) error {
			tag = append(tag[:0], key...)
			if s.next() != '"' {
				return s.unexpected(note.Word("index.shard-name"))
			}
			shard, err := s.text(maxShardName)
			if err != nil {
				return err
			}
			return entry(tag, shard, at)
		})
	})
	if err != nil {
		return err
	}
	if err := s.end(note.Word("index.end")); err != nil {
		return err
	}
	if !found {
		return &source.FormatError{File: where, Offset: -1, Err: note.NewError("index.no-map")}
	}
	return f.Done()
}

// maxShardName is what file systems allow a name.
const maxShardName = 255

// shardProblem says what is wrong with a shard's name. An index is untrusted: a
// name must not lead out of its folder or to another address.
func shardProblem(name string) note.Word {
	switch {
	case name == "":
		return note.Word("shard.empty")
	case strings.Contains(name, "://"):
		return note.Word("shard.address")
	case strings.HasPrefix(name, "/"):
		return note.Word("shard.slash")
	case strings.Contains(name, ".."):
		return note.Word("shard.dots")
	case strings.ContainsAny(name, "\\:?#%"), strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		return note.Word("shard.odd-character")
	case !strings.HasSuffix(name, ".safetensors"):
		return note.Word("shard.no-safetensors")
	case !filepath.IsLocal(filepath.FromSlash(name)):
		return note.Word("shard.leads-out")
	}
	return ""
}
