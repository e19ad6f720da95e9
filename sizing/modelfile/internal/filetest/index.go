package filetest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// IndexName is how an index is called.
const IndexName = "model.safetensors.index.json"

// ShardedFolder makes a model of two shards and their index.
func ShardedFolder(t testing.TB) string {
	dir := t.TempDir()
	WriteTensors(t, dir, "model-00001-of-00002.safetensors", Tensor{"a.weight", "BF16", []int64{2, 3}}, Tensor{"l.qweight", "I32", []int64{64, 256}})
	// The constants of a layer may be in another shard.
	WriteTensors(t, dir, "model-00002-of-00002.safetensors", Tensor{"l.qzeros", "I32", []int64{4, 32}}, Tensor{"l.scales", "F16", []int64{4, 256}})
	Index(t, dir, `{"metadata":{"total_size":1.5e9,"x":[{}]},"weight_map":{"a.weight":"model-00001-of-00002.safetensors","l.qweight":"model-00001-of-00002.safetensors","l.qzeros":"model-00002-of-00002.safetensors","l.scales":"model-00002-of-00002.safetensors"}}`)
	return dir
}

// Index writes the index of a folder.
func Index(t testing.TB, dir, s string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, IndexName), []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}

// BigIndex is an index of n tensors in 100 shards, 120 bytes an entry.
func BigIndex(n int) []byte {
	b := []byte(`{"metadata":{"total_size":1},"weight_map":{`)
	for i := range n {
		b = fmt.Appendf(b, `"language_model.model.layers.%02d.block_sparse_moe.experts.%06d.w1.weight_packed":"model-%05d-of-00100.safetensors",`, i%60, i, 1+i%100)
	}
	b[len(b)-1] = '}'
	return append(b, '}')
}
