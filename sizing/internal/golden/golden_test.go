package golden

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every config is some row's, and no model has two rows.
func TestConfigsHaveTotals(t *testing.T) {
	used := map[string]bool{}
	seen := map[string]bool{}
	for _, g := range Totals(t) {
		assert.False(t, seen[g.Model], "%s stands twice", g.Model)
		seen[g.Model] = true
		if g.Config(t) != nil {
			used[g.file()] = true
		}
	}
	files, err := os.ReadDir(path(t, "configs"))
	require.NoError(t, err)
	for _, f := range files {
		assert.True(t, used[f.Name()], "%s has no row in totals.csv", f.Name())
	}
	assert.Len(t, used, len(files))
}

// Data is reviewed line by line.
func TestLinesAreShort(t *testing.T) {
	const longest = 600 // bytes
	require.NoError(t, filepath.WalkDir(path(t), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			assert.LessOrEqual(t, len(lines.Bytes()), longest, name)
		}
		return lines.Err()
	}))
}
