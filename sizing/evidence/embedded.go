package evidence

import (
	"bytes"
	"embed"

	"mlsizer/sizing/note"
)

// Published measurements, a row each with its source_ref: repository, commit,
// file and line, or paper and table. Rows are of the sources' own figures;
// what follows from others in the row is left out.
//
//go:embed data/steps.csv data/memory.csv data/runs.csv data/whole_runs.csv
var published embed.FS

// publishedFiles are the files of measurements of training.
var publishedFiles = []string{"data/steps.csv", "data/memory.csv", "data/runs.csv", wholeRunsFile}

// Default returns the embedded measurements: step times and peak memory of
// training, and device-hours of whole runs.
func Default() ([]Row, error) {
	var rows []Row
	for _, name := range publishedFiles {
		data, err := published.ReadFile(name)
		if err != nil {
			return nil, note.NewError("fit.shipped-rows", err)
		}
		more, err := ReadCSV(bytes.NewReader(data), name)
		if err != nil {
			return nil, note.NewError("fit.shipped-rows", err)
		}
		rows = append(rows, more...)
	}
	return rows, nil
}
