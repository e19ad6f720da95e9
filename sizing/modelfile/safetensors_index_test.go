package modelfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// memory is a store of files in memory; big ones may be made on the fly.
type memory map[string]func() (io.Reader, int64)

func (m memory) Where(name string) string { return "mem/" + name }

func (m memory) Open(_ context.Context, name string, _ bool) (*stream, error) {
	f, ok := m[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", m.Where(name), os.ErrNotExist)
	}
	r, size := f()
	return &stream{Reader: r, Size: size, Close: func() error { return nil }}, nil
}

const indexName = "model.safetensors.index.json"

func shardedFolder(t testing.TB) string {
	dir := t.TempDir()
	writeTensors(t, dir, "model-00001-of-00002.safetensors", entry{"a.weight", "BF16", []int64{2, 3}}, entry{"l.qweight", "I32", []int64{64, 256}})
	// The constants of a layer may be in another shard.
	writeTensors(t, dir, "model-00002-of-00002.safetensors", entry{"l.qzeros", "I32", []int64{4, 32}}, entry{"l.scales", "F16", []int64{4, 256}})
	index(t, dir, `{"metadata":{"total_size":1.5e9,"x":[{}]},"weight_map":{"a.weight":"model-00001-of-00002.safetensors","l.qweight":"model-00001-of-00002.safetensors","l.qzeros":"model-00002-of-00002.safetensors","l.scales":"model-00002-of-00002.safetensors"}}`)
	return dir
}

func index(t testing.TB, dir, s string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, indexName), []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSharded(t *testing.T) {
	dir := shardedFolder(t)
	for _, arg := range []string{dir, filepath.Join(dir, indexName), filepath.Join(dir, "model-00002-of-00002.safetensors")} {
		f := open(t, arg)
		if f.Params != 6+256*512 || f.Tensors != 4 || f.Files != 2 || len(f.Warnings) != 0 || f.Path != arg {
			t.Errorf("%s: %+v", arg, f)
		}
	}
	os.Remove(filepath.Join(dir, indexName))
	if f := open(t, dir); f.Params != 6+256*512 || f.Files != 2 {
		t.Errorf("without an index: %+v", f)
	}
	os.Remove(filepath.Join(dir, "model-00001-of-00002.safetensors"))
	_, err := Open(context.Background(), dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "1 of 2 files are missing: model-00001-of-00002.safetensors") {
		t.Errorf("error %v", err)
	}
}

func TestIndexRefused(t *testing.T) {
	const one, two = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
	full := func(last string) string {
		return `{"weight_map":{"a.weight":"` + one + `","l.qweight":"` + one + `","l.qzeros":"` + two + `"` + last + `}}`
	}
	bad := func(shard string) string { return `{"weight_map":{"a":"` + shard + `"}}` }
	for _, c := range []struct{ name, index, want string }{
		{"dots", bad("../x.safetensors"), `has ".." in it`},
		{"dots inside", bad("a/../../x.safetensors"), `has ".." in it`},
		{"slash", bad("/etc/x.safetensors"), "begins with a slash"},
		{"address", bad("https://x/y.safetensors"), "is an address"},
		{"backslash", bad(`a\\x.safetensors`), "control character or"},
		{"query", bad("a.safetensors?x"), "control character or"},
		{"escape", bad(`a\u0000.safetensors`), "control character or"},
		{"empty", bad(""), "is empty"},
		{"long", bad(strings.Repeat("a", 300) + ".safetensors"), "more than 255 bytes"},
		{"other format", bad("pytorch_model-00001-of-00002.bin"), "not that of a safetensors file"},
		{"number", `{"weight_map":{"a":1}}`, "want the name of a shard"},
		{"no map", `{"metadata":{}}`, "no weight_map"},
		{"empty map", `{"weight_map":{}}`, "names no tensor"},
		{"map twice", `{"weight_map":{},"weight_map":{}}`, "weight_map occurs twice"},
		{"tensor twice", `{"weight_map":{"a":"` + one + `","a":"` + two + `"}}`, `tensor "a" occurs twice`},
		{"cut off", `{"weight_map":{"a":"` + one, "the text ends inside the string"},
		{"array", `[]`, "want '{'"},
		{"missing shard", full(`,"l.scales":"` + two + `","z":"gone.safetensors"`), "1 of 3 files are missing: gone.safetensors"},
		{"missing tensor", full(`,"l.scales":"` + two + `","z":"` + two + `"`), `1 tensors of the index are not in their shards, such as "z" in ` + two},
		{"wrong shard", full(`,"l.scales":"` + one + `"`), `tensor "l.scales" is here, but the index puts it into ` + one},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := shardedFolder(t)
			index(t, dir, c.index)
			_, err := Open(context.Background(), filepath.Join(dir, indexName), Options{})
			var fe *FormatError
			if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	t.Run("stray tensor", func(t *testing.T) {
		dir := shardedFolder(t)
		index(t, dir, full(""))
		f := open(t, dir)
		if f.Tensors != 4 || !strings.Contains(strings.Join(f.Warnings, ""), `1 tensors (such as "l.scales") are in the shards and not in the index`) {
			t.Errorf("%+v", f)
		}
	})
}

// bigIndex is an index of n tensors in 100 shards, 120 bytes an entry.
func bigIndex(n int) []byte {
	b := []byte(`{"metadata":{"total_size":1},"weight_map":{`)
	for i := range n {
		b = fmt.Appendf(b, `"language_model.model.layers.%02d.block_sparse_moe.experts.%06d.w1.weight_packed":"model-%05d-of-00100.safetensors",`, i%60, i, 1+i%100)
	}
	b[len(b)-1] = '}'
	return append(b, '}')
}

func TestIndexMemory(t *testing.T) {
	data := bigIndex(497_000)
	st := memory{indexName: func() (io.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }}
	used := allocatedBy(func() {
		c := newCheckpoint(packing{})
		ix, err := c.readIndex(context.Background(), st, indexName)
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
		st := memory{indexName: func() (io.Reader, int64) { return &drip{[]byte(s), 5}, int64(len(s)) }}
		c := newCheckpoint(packing{})
		var ix *shardIndex
		var err error
		if used := allocatedBy(func() { ix, err = c.readIndex(context.Background(), st, indexName) }); used > 1<<20+uint64(64*len(s)) {
			t.Errorf("%d bytes allocated for %d", used, len(s))
		}
		if err != nil {
			return
		}
		if ix.tensors != c.names.used || len(ix.shards) > ix.tensors {
			t.Errorf("%d tensors, %d names, %d shards", ix.tensors, c.names.used, len(ix.shards))
		}
		for _, n := range ix.shards {
			if strings.Contains(n, "..") || !filepath.IsLocal(n) {
				t.Errorf("shard %q", n)
			}
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	data := bigIndex(100_000)
	st := memory{indexName: func() (io.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newCheckpoint(packing{}).readIndex(context.Background(), st, indexName); err != nil {
			b.Fatal(err)
		}
	}
}
