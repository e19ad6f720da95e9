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
		assert.False(t, seen[m.String()], "%s stands twice", m)
		seen[m.String()] = true
		assert.True(t, declares(t, filepath.Join(root, m.Package), m.Test), "%s: no %s", m, m.seenBy())
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

// What is not there, is there twice, or breaks nothing is rejected.
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

// A mutation that its test does not see survives, one that does not build and one
// whose test fails anyhow are told apart from it.
func TestVerdicts(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module m\n",
		"f.go":   "package m\n\nfunc one() int { return 1 }\n\nfunc two() int { return 2 }\n",
		"f_test.go": "package m\n\nimport \"testing\"\n\n" +
			"func TestOne(t *testing.T) {\n\tif one() != 1 {\n\t\tt.Fail()\n\t}\n}\n\nfunc TestNever(t *testing.T) { t.Fail() }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	r := runner{root, t.TempDir(), map[string]bool{}}
	for _, c := range []struct {
		old, new, test string
		want           verdict
	}{
		{"return 1", "return 3", "TestOne", caught},
		{"return 2", "return 3", "TestOne", survived},
		{"return 1", "return x", "TestOne", unbuilt},
		{"return 1", "return 3", "TestNever", broken},
		{"return 1", "return 3", "TestNowhere", broken},
	} {
		got, err := r.judge(&mutation{File: "f.go", Old: c.old, New: c.new, Package: ".", Test: c.test})
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%s instead of %s, seen by %s", c.new, c.old, c.test)
	}
}

// A word that no mutation has is no success.
func TestNothingToRun(t *testing.T) {
	var out strings.Builder
	assert.Error(t, run(&out, "no such place"))
	assert.Equal(t, "0 of 0 caught\n", out.String())
}
