package sizing

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Data is read by people too: a change of it is reviewed line by line.
func TestDataLinesAreShort(t *testing.T) {
	const longest = 600 // bytes
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return filepath.SkipDir
		case filepath.Ext(path) != ".json":
			return nil
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range bytes.Split(data, []byte("\n")) {
			assert.LessOrEqual(t, len(line), longest, "%s:%d", path, i+1)
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, files, 10)
}
