package evidence

import (
	"bytes"
	"cmp"
	"embed"
	"io"

	"mlsizer/sizing/note"
)

// Published measurements, a row each with its source_ref: repository, commit,
// file and line, or paper and table. Rows are of the sources' own figures;
// what follows from others in the row is left out.
//
//go:embed data/steps.csv data/steps_frameworks.csv data/memory.csv data/runs.csv data/whole_runs.csv
var published embed.FS

// publishedFiles are the files of measurements of training; steps_frameworks.csv
// has the steps of frameworks and makers with few rows.
var publishedFiles = []string{"data/steps.csv", "data/steps_frameworks.csv", "data/memory.csv", "data/runs.csv", wholeRunsFile}

// Default returns the embedded measurements: step times and peak memory of
// training, and device-hours of whole runs.
func Default() ([]Row, error) {
	var rows []Row
	for _, name := range publishedFiles {
		more, err := embedded(&published, name, ReadCSV, faultOf)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// faultOf is the fault of a row of training.
func faultOf(r *Row) error { return r.Fault }

// embedded reads an embedded file, in which no row may have a fault.
func embedded[R any](files *embed.FS, name string, read func(io.Reader, string) ([]R, error), fault func(*R) error) ([]R, error) {
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, note.NewError("fit.shipped-rows", err)
	}
	rows, err := faultless(read, bytes.NewReader(data), name, fault)
	if err != nil {
		return nil, note.NewError("fit.shipped-rows", err)
	}
	return rows, nil
}

// faultless reads a file, in which the first fault of a row is an error.
func faultless[R any](read func(io.Reader, string) ([]R, error), r io.Reader, name string, fault func(*R) error) ([]R, error) {
	rows, err := read(r, name)
	for i := range rows {
		err = cmp.Or(err, fault(&rows[i]))
	}
	return rows, err
}
