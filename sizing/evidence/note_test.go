package evidence

import (
	"bytes"
	"embed"
	"encoding/csv"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/wholetest"
)

// withoutNotes is a shipped file with every note blank.
func withoutNotes(t *testing.T, files embed.FS, name string) *bytes.Buffer {
	data, err := files.ReadFile(name)
	require.NoError(t, err)
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	note := slices.Index(records[0], "note")
	require.NotEqual(t, -1, note, name)
	for _, record := range records[1:] {
		record[note] = ""
	}
	var blank bytes.Buffer
	require.NoError(t, csv.NewWriter(&blank).WriteAll(records))
	return &blank
}

// Notes are prose for people: without them every row is predicted as it is with
// them, and skipped for the same reasons.
func TestPredictionsIgnoreNotes(t *testing.T) {
	rows, err := Default()
	require.NoError(t, err)
	var blank []Row
	for _, name := range publishedFiles {
		more, err := ReadCSV(withoutNotes(t, published, name), name)
		require.NoError(t, err)
		blank = append(blank, more...)
	}
	require.Len(t, blank, len(rows))
	noted, plain := testPredictor().Validate(wholetest.Sample(rows, 5)), testPredictor().Validate(wholetest.Sample(blank, 5))
	require.Equal(t, noted.Skipped, plain.Skipped)
	require.Len(t, plain.Rows, len(noted.Rows))
	for i := range noted.Rows {
		noted.Rows[i].row, plain.Rows[i].row = nil, nil // which hold the notes
		assert.Equal(t, noted.Rows[i], plain.Rows[i])
	}
}

func TestServingPredictionsIgnoreNotes(t *testing.T) {
	rows, err := DefaultServing()
	require.NoError(t, err)
	var blank []ServingRow
	for _, name := range []string{"data/serving_throughput.csv", "data/serving_memory.csv"} {
		more, err := ReadServingCSV(withoutNotes(t, publishedServing, name), name)
		require.NoError(t, err)
		blank = append(blank, more...)
	}
	require.Len(t, blank, len(rows))
	noted, plain := servingPredictor().Validate(wholetest.Sample(rows, 5)), servingPredictor().Validate(wholetest.Sample(blank, 5))
	require.Equal(t, noted.Skipped, plain.Skipped)
	require.Equal(t, noted.Results, plain.Results)
}
