//go:build unix

package modelfile_test

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mlsizer/sizing/modelfile"
)

// TestOpenPipe: a pipe nobody writes to must not be waited for, wherever a
// file is expected.
func TestOpenPipe(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"m.gguf", "m.safetensors", "config.json", "m.index.json"} {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip(err)
		}
		_, err := modelfile.Open(context.Background(), path, modelfile.Options{})
		if err == nil || !strings.Contains(err.Error(), "path: no regular file: path.pipe") || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := modelfile.Open(context.Background(), "/dev/zero", modelfile.Options{}); err == nil || !strings.Contains(err.Error(), "/dev/zero") {
		t.Errorf("error %v", err)
	}
}
