// Package filetest makes model files for tests, and measures how they are read.
package filetest

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"mlsizer/sizing/internal/golden"
	"mlsizer/sizing/modelfile/tensor"
	"mlsizer/sizing/quantity"
)

// GPT2 is the config.json of openai-community/gpt2, and its total without the
// mask buffers.
func GPT2(t testing.TB) (config string, params quantity.Params) {
	t.Helper()
	g := golden.Find(t, "openai-community/gpt2")
	return string(g.Config(t)), g.Params
}

// Put writes a file.
func Put(t testing.TB, dir, name, data string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Drip reads at most Most bytes at a time, so that every token meets the buffer's end.
type Drip struct {
	Rest []byte
	Most int
}

// Read implements io.Reader.
func (d *Drip) Read(p []byte) (int, error) {
	if len(d.Rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), d.Most)], d.Rest)
	d.Rest = d.Rest[n:]
	return n, nil
}

// AllocatedBy returns the bytes that f allocates, whatever is freed between.
func AllocatedBy(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// CheckTotals holds the sums of a checkpoint against each other.
func CheckTotals(t *testing.T, y *tensor.Totals) {
	t.Helper()
	var params, parts, bytes int64
	tensors := 0
	for _, c := range y.Counts {
		params, bytes, tensors = params+c.Params, bytes+c.Bytes, tensors+c.Tensors
	}
	for _, n := range y.Parts {
		parts += n
	}
	if params != y.Params || parts != y.Params || bytes != y.Bytes || tensors != y.Tensors || y.Params < 0 || y.Bytes < 0 {
		t.Errorf("params %d, by type %d, by part %d; bytes %d, by type %d; tensors %d, by type %d", y.Params, params, parts, y.Bytes, bytes, y.Tensors, tensors)
	}
}
