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

// Every file of figures can be read, and no name stands twice in one.
func TestFiguresHaveSources(t *testing.T) {
	files, err := os.ReadDir(path(t, folder))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		seen := map[string]bool{}
		for _, figure := range Figures(t, f.Name()) {
			assert.False(t, seen[figure.Name], "%s: %s stands twice", f.Name(), figure.Name)
			seen[figure.Name] = true
		}
		assert.NotEmpty(t, seen, f.Name())
	}
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
