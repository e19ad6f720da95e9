package sizing

import (
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dataFolders hold the data files of the project.
var dataFolders = []string{".", "../hardware", "../testdata/golden"}

// unfinished are words of developers about a source, which tell a reader nothing
// of where a figure is from.
var unfinished = regexp.MustCompile(`(?i)memory of|from memory|not read again|check (it )?before|second.hand|looked up|remember|unsourced|no source recorded`)

// sourced are the names of fields and columns that say where a figure is from.
var sourced = []string{"source", "sources", "origin", "price_source", "published_source", "fitted"}

// dataFiles returns the paths of the data files with an extension.
func dataFiles(t *testing.T, ext string) (paths []string) {
	t.Helper()
	for _, folder := range dataFolders {
		require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return filepath.SkipDir
			case filepath.Ext(path) == ext:
				paths = append(paths, path)
			}
			return nil
		}))
	}
	return paths
}

// decoded returns a JSON file as it is.
func decoded(t *testing.T, path string) (v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &v), path)
	return v
}

// visit calls f with every string that is a source, or stands below one.
func visit(v any, isSource bool, f func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			visit(value, isSource || slices.Contains(sourced, name), f)
		}
	case []any:
		for _, value := range v {
			visit(value, isSource, f)
		}
	case string:
		if isSource {
			f(v)
		}
	}
}

// rows returns the rows of a CSV file by the names of its columns.
func rows(t *testing.T, path string) (list []map[string]string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	all, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err, path)
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		list = append(list, row)
	}
	return list
}

// A source is a citation that a reader can follow, or says that the figure is
// assumed.
func TestSourcesAreCitations(t *testing.T) {
	count := 0
	check := func(path, source string) {
		count++
		assert.NotRegexp(t, unfinished, source, path)
	}
	for _, path := range dataFiles(t, ".json") {
		visit(decoded(t, path), false, func(s string) { check(path, s) })
	}
	for _, path := range dataFiles(t, ".csv") {
		for _, row := range rows(t, path) {
			for name, cell := range row {
				if slices.Contains(sourced, name) || name == "note" {
					check(path, cell)
				}
			}
		}
	}
	assert.Greater(t, count, 5000)
}

// Every row of a table of figures has a source.
func TestEveryRowHasASource(t *testing.T) {
	tables := 0
	for _, path := range dataFiles(t, ".csv") {
		list := rows(t, path)
		require.NotEmpty(t, list, path)
		column := "source"
		for _, name := range []string{"sources", "place"} { // a place is a file of the repository in upstream
			if _, ok := list[0][name]; ok {
				column = name
			}
		}
		if _, ok := list[0][column]; !ok {
			assert.Equal(t, "plan_keys.csv", filepath.Base(path), "a table without sources")
			continue
		}
		tables++
		for i, row := range list {
			assert.NotEmpty(t, strings.TrimSpace(row[column]), "%s: row %d", path, i+1)
		}
	}
	assert.Greater(t, tables, 15)
}

// What decides predictions without a fit names a version that can be read, or is
// marked as assumed.
func TestFactsOfFrameworksArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`@[0-9a-f]{7} |arXiv:|https://|assumed`)
	sources := func(t *testing.T, path, list string) (found []string) {
		v := decoded(t, path)
		if list != "" {
			v = v.(map[string]any)[list]
		}
		for _, element := range v.([]any) {
			visit(element.(map[string]any)["source"], true, func(s string) { found = append(found, s) })
		}
		return found
	}
	for _, c := range []struct{ path, list string }{
		{"train/stacks.json", ""}, {"run/packing.json", ""}, {"serve/runtimes.json", "runtimes"},
	} {
		found := sources(t, c.path, c.list)
		require.NotEmpty(t, found, c.path)
		for _, s := range found {
			assert.Regexp(t, pinned, s, c.path)
		}
	}
	for _, row := range rows(t, "../hardware/instances.csv") {
		assert.Regexp(t, pinned, row["source"], row["name"])
	}
}

// A constant that was not fitted says what it rests on.
func TestUnfittedConstantsSayWhy(t *testing.T) {
	for _, path := range []string{"train/constants.json", "serve/constants.json", "run/overrun.json"} {
		list := decoded(t, path).(map[string]any)["constants"].([]any)
		require.NotEmpty(t, list, path)
		for i, element := range list {
			c := element.(map[string]any)
			if fitted, _ := c["fitted"].(bool); !fitted {
				assert.NotEmpty(t, c["origin"], "%s: constant %d, %v", path, i+1, c["name"])
			}
		}
	}
}
