package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the table breaks stands exactly once where it says, and the tests that it
// names are there: whoever moves a line or renames a test changes the table too.
func TestTableFollowsTheCode(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	table, err := readTable(root)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(table), 38)
	seen := map[string]bool{}
	for i := range table {
		m := &table[i]
		data, err := m.mutated(root)
		if assert.NoError(t, err) {
			assert.Contains(t, string(data), m.New)
		}
		name := m.Place + ", " + m.Break
		assert.False(t, seen[name], "%s stands twice", name)
		seen[name] = true
		assert.True(t, declares(t, filepath.Join(root, m.Package), m.Test), "%s: no %s in %s", name, m.Test, m.Package)
	}
}

// declares reports whether the tests in a folder have a function of that name.
func declares(t *testing.T, folder, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	declaration := regexp.MustCompile(`(?m)^func ` + test + `\(t \*testing\.T\)`)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		if declaration.Match(data) {
			return true
		}
	}
	return false
}

// What is not there, is there twice, or breaks nothing is refused.
func TestMutatedIsRefused(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "f"), []byte("a b a c"), 0o600))
	for _, c := range []struct{ old, new, want, err string }{
		{"b", "x", "a x a c", ""},
		{"a", "x", "", "2 times in f"},
		{"d", "x", "", "0 times in f"},
		{"c", "c", "", "breaks nothing"},
	} {
		m := mutation{File: "f", Old: c.old, New: c.new}
		got, err := m.mutated(root)
		if c.err == "" {
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got))
			continue
		}
		assert.ErrorContains(t, err, c.err)
	}
}

// A word that no mutation has is no success.
func TestNothingToRun(t *testing.T) {
	var out strings.Builder
	assert.Error(t, run(&out, "no such place"))
	assert.Equal(t, "0 of 0 caught\n", out.String())
}
