package main

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/quantity"
)

// Whatever the catalogue finds, the quick look does not rule out.
func TestNameSetHoldsTheCatalogue(t *testing.T) {
	c := catalog.Default()
	s := newNameSet(c.All())
	for _, e := range c.All() {
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			for _, spelled := range []string{name, strings.ToUpper(name), "org/" + name, name + "-instruct", name + "-chat-hf", strings.ReplaceAll(name, "-", "_")} {
				if _, err := c.Find(spelled); err == nil {
					require.True(t, s.mayHold(spelled), spelled)
				}
			}
		}
	}
	require.False(t, s.mayHold("no-such-model"))
}

// A file is recognised by what it holds and not by its name.
func TestClassifyGzip(t *testing.T) {
	name := filepath.Join(t.TempDir(), "models.txt")
	f, err := os.Create(name)
	require.NoError(t, err)
	z := gzip.NewWriter(f)
	io.WriteString(z, "name;params\na;7B\nb;1.8T\n")
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	out, errOut, code := runArgs("classify", "--from", name, "-o", "json")
	require.Empty(t, errOut)
	require.Zero(t, code)
	var answer struct {
		Models []struct {
			Name, Tier string
			Beyond     bool `json:"beyond_report"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	require.Len(t, answer.Models, 2)
	require.Equal(t, "b", answer.Models[1].Name)
	require.Equal(t, "very-large", answer.Models[1].Tier)
	require.True(t, answer.Models[1].Beyond)
}

// The exit code is 1 for what was read and 2 for what was typed.
func TestClassifyExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"classify", "7B"}, 0},
		{[]string{"classify", "7X"}, 2},
		{[]string{"classify", "no-such-model"}, 2},
		{[]string{"classify", "--from", "no-such-file.csv"}, 1},
		{[]string{"classify", "--from", ""}, 2},
		{[]string{"classify", "--from", "-"}, 1}, // empty
		{[]string{"classify", "7B", "--limit", "3"}, 2},
	} {
		_, _, code := runArgs(tt.args...)
		require.Equal(t, tt.want, code, tt.args)
	}
}

// A bound prints as short as it is exact.
func TestCut(t *testing.T) {
	for p, want := range map[quantity.Params]string{1e6: "1M", 15e8: "1.5B", 1e12: "1T", 123456: "123,456", 999: "999", 12340000: "12,340K"} {
		require.Equal(t, want, cut(p))
	}
}
