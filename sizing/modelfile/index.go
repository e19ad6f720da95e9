package modelfile

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// openIndex reads the shards of an index. Where none of them is there, the
// config beside it answers.
func openIndex(ctx context.Context, st source.Store, name string, beside besideConfig) (*File, error) {
	f, err := openSafetensors(ctx, st, []string{name}, true, beside)
	switch {
	case note.Is(err, "index.bad-shard") && !strings.HasSuffix(name, ".safetensors.index.json"):
		ix, other := readShards(ctx, st, name)
		if other != nil || !ix.foreign() {
			return nil, err
		}
		return nil, &source.FormatError{File: st.Where(name), Offset: -1, Err: note.NewError("index.shards-elsewhere", len(ix.shards), quantity.Bytes(ix.Metadata.TotalSize))}
	case allMissing(err) && beside.config != nil:
		f := ofConfig(st.Where(name), beside.config)
		f.Warnings.Say("file.shards-missing", "")
		return f, nil
	}
	return f, err
}

// allMissing reports whether no shard at all is there.
func allMissing(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if e, ok := err.(*note.Error); ok && e.Key == "parts.missing" {
			return e.Values[0] == e.Values[1]
		}
	}
	return false
}

// shards is an index of shards in any format.
type shards struct {
	Metadata struct {
		TotalSize float64 `json:"total_size"`
	} `json:"metadata"`
	WeightMap map[string]string `json:"weight_map"`
	shards    []string
}

// readShards reads an index of shards in another format than safetensors.
func readShards(ctx context.Context, st source.Store, name string) (*shards, error) {
	data, err := readSmall(ctx, st, name)
	if err != nil {
		return nil, err
	}
	ix := &shards{}
	if err := json.Unmarshal(data, ix); err != nil {
		return nil, &source.FormatError{File: st.Where(name), Offset: -1, Err: note.NewError("index.no-map")}
	}
	for _, s := range ix.WeightMap {
		ix.shards = append(ix.shards, s)
	}
	slices.Sort(ix.shards)
	ix.shards = slices.Compact(ix.shards)
	return ix, nil
}

// foreign reports whether the shards are in a format of another framework.
func (ix *shards) foreign() bool {
	return len(ix.shards) > 0 && !slices.ContainsFunc(ix.shards, func(s string) bool { return !isForeign(s) })
}
