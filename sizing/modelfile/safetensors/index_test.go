package safetensors

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsizer/sizing/modelfile/internal/filetest"
	"mlsizer/sizing/modelfile/source"
)

// memory is a store of files in memory; big ones may be made on the fly.
type memory map[string]func() (io.Reader, int64)

func (m memory) Where(name string) string { return "mem/" + name }

func (m memory) Open(_ context.Context, name string, _ bool) (*source.Stream, error) {
	f, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", m.Where(name), os.ErrNotExist)
	}
	r, size := f()
	return &source.Stream{Reader: r, Size: size, Close: func() error { return nil }}, nil
}

func TestIndexMemory(t *testing.T) {
	data := filetest.BigIndex(497_000)
	st := memory{filetest.IndexName: func() (io.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }}
	used := filetest.AllocatedBy(func() {
		c := newCollector(Packing{})
		ix, err := c.readIndex(context.Background(), st, filetest.IndexName)
		if err != nil || len(ix.shards) != 100 || ix.tensors != 497_000 {
			t.Errorf("%v, %+v", err, ix)
		}
	})
	if used > 32<<20 {
		t.Errorf("%d MB of index, %d MiB allocated", len(data)>>20, used>>20)
	}
	t.Logf("%d MB of index, %d MiB allocated", len(data)/1e6, used>>20)
}

func FuzzIndex(f *testing.F) {
	f.Add(`{"metadata":{"total_size":12},"weight_map":{"a":"m-00001-of-00002.safetensors","b":"m-00002-of-00002.safetensors"}}`)
	f.Add(`{"weight_map":{"\ud83d\ude00":"..\/x.safetensors"},"y":[1,-2.5e3,null,true,"\\"]}`)
	f.Fuzz(func(t *testing.T, s string) {
		st := memory{filetest.IndexName: func() (io.Reader, int64) { return &filetest.Drip{Rest: []byte(s), Most: 5}, int64(len(s)) }}
		c := newCollector(Packing{})
		var ix *shardIndex
		var err error
		if used := filetest.AllocatedBy(func() { ix, err = c.readIndex(context.Background(), st, filetest.IndexName) }); used > 1<<20+uint64(64*len(s)) {
			t.Errorf("%d bytes allocated for %d", used, len(s))
		}
		if err != nil {
			return
		}
		if ix.tensors != c.names.Len() || len(ix.shards) > ix.tensors {
			t.Errorf("%d tensors, %d names, %d shards", ix.tensors, c.names.Len(), len(ix.shards))
		}
		for _, n := range ix.shards {
			if strings.Contains(n, "..") || !filepath.IsLocal(n) {
				t.Errorf("shard %q", n)
			}
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	data := filetest.BigIndex(100_000)
	st := memory{filetest.IndexName: func() (io.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newCollector(Packing{}).readIndex(context.Background(), st, filetest.IndexName); err != nil {
			b.Fatal(err)
		}
	}
}
