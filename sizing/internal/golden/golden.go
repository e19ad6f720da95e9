// Package golden reads the published figures and model files of the top-level
// testdata folder, and the examples of pages in docs, for tests.
package golden

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
)

// Total is the published number of parameters of a model.
type Total struct {
	// Model is a repository of the Hugging Face hub, or the name in the library
	// that Source names; a class or a part stands behind it where a repository
	// is read as several models.
	Model  string
	Params quantity.Params
	// Source says where the total is from, and the config if there is one.
	Source string
}

// Totals are all rows of totals.csv.
func Totals(t testing.TB) []Total {
	t.Helper()
	rows := table(t, "model,params,source", "totals.csv")
	totals := make([]Total, 0, len(rows))
	for _, row := range rows {
		n, err := strconv.ParseInt(row[1], 10, 64)
		require.NoError(t, err, row[0])
		require.Positive(t, n, row[0])
		totals = append(totals, Total{Model: row[0], Params: quantity.Params(n), Source: row[2]})
	}
	return totals
}

// Find is the row of a model.
func Find(t testing.TB, model string) Total {
	t.Helper()
	for _, g := range Totals(t) {
		if g.Model == model {
			return g
		}
	}
	require.FailNow(t, "no such model in totals.csv", model)
	return Total{}
}

// Config is the config.json of the model, without its spaces; nil if there is
// none. It has the keys that bear on the architecture.
func (g Total) Config(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(path(t, "configs", g.file()))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	var short bytes.Buffer
	require.NoError(t, json.Compact(&short, data), g.Model)
	return short.Bytes()
}

func (g Total) file() string { return inFiles.Replace(g.Model) + ".json" }

// inFiles is how names of models stand in names of files.
var inFiles = strings.NewReplacer("/", "__", " (", "--", " ", "--", ")", "")

// table is the rows of a CSV file whose columns are those of the header, the last
// of which is a source that every row has.
func table(t testing.TB, header string, elem ...string) [][]string {
	t.Helper()
	f, err := os.Open(path(t, elem...))
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Equal(t, header, strings.Join(rows[0], ","))
	for _, row := range rows[1:] {
		require.NotEmpty(t, row[len(row)-1], "%s has no source", row[0])
	}
	return rows[1:]
}

// path is where a file of the folder is.
func path(t testing.TB, elem ...string) string {
	t.Helper()
	return filepath.Join(append([]string{root(t), "testdata"}, elem...)...)
}

// root is the folder of the module: tests run in the folders of their packages,
// below it.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		up := filepath.Dir(folder)
		require.NotEqual(t, up, folder, "no go.mod above the test")
		folder = up
	}
}
