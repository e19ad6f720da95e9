package evidence

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

// SchemaError says which cell of a measurement file is wrong.
type SchemaError struct {
	File   string
	Line   int
	Column string // "" if the row as a whole is
	Err    error
}

// Error returns the place and what is wrong there.
func (e *SchemaError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
	}
	return fmt.Sprintf("%s:%d: column %s: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap returns what is wrong.
func (e *SchemaError) Unwrap() error { return e.Err }

// Code distinguishes a wrong cell from a wrong row.
func (e *SchemaError) Code() string {
	if e.Column == "" {
		return "rows.bad-row"
	}
	return "rows.bad-cell"
}

// Args are the place and what is wrong there.
func (e *SchemaError) Args() []any {
	if e.Column == "" {
		return []any{e.File, e.Line, e.Err}
	}
	return []any{e.File, e.Line, e.Column, e.Err}
}

// Limits of a file of measurements; the shipped ones have a tenth of it.
const (
	maxBytes = 16 << 20
	maxLine  = 64 << 10
	maxRows  = 20_000
)

// Bounded is a file of measurements up to the limits of its size and lines.
func Bounded(r io.Reader) io.Reader { return limit.Lines(r, maxBytes, maxLine) }

// table reads the rows of a measurement file of any schema.
type table struct {
	csv    *csv.Reader
	file   string
	header []string
	record []string
	line   int   // of record
	err    error // the error that ended the rows
}

// openTable reads the header, which must contain the needed columns; want
// describes the expected header.
func openTable(r io.Reader, file string, needed []string, want note.Word) (*table, error) {
	t := &table{csv: csv.NewReader(Bounded(r)), file: file}
	t.csv.ReuseRecord, t.csv.FieldsPerRecord = true, -1
	if !t.next() {
		if t.err == nil {
			t.err = &SchemaError{file, 1, "", note.NewError("rows.empty", want)}
		}
		return nil, t.err
	}
	t.header = slices.Clone(t.record)
	t.header[0] = strings.TrimPrefix(t.header[0], "\ufeff")
	for i, column := range t.header {
		if column != "" && slices.Contains(t.header[:i], column) {
			return nil, &SchemaError{file, 1, column, note.NewError("rows.column-twice")}
		}
	}
	for _, column := range needed {
		if !slices.Contains(t.header, column) {
			return nil, &SchemaError{file, 1, column, note.NewError("rows.no-column", t.header)}
		}
	}
	return t, nil
}

// next reads a record and reports whether there was one. A malformed record has
// no fields: its line is the parser's.
func (t *table) next() bool {
	record, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		line, err := csvError(err, t.line+1)
		t.err = &SchemaError{t.file, line, "", err}
		return false
	}
	t.record = record
	t.line, _ = t.csv.FieldPos(0)
	return true
}

// fill stores the record's cells in the fields by the names of their columns, and
// returns what is wrong with the first that is wrong.
func (t *table) fill(fields map[string]any) (fault error) {
	for i, cell := range t.record {
		if cell = strings.TrimSpace(cell); cell == "" || i >= len(t.header) {
			continue
		}
		if err := set(fields[t.header[i]], cell); err != nil && fault == nil {
			fault = &SchemaError{t.file, t.line, t.header[i], err}
		}
	}
	if len(t.record) != len(t.header) {
		return &SchemaError{t.file, t.line, "", note.NewError("csv.wrong-record", t.line, csv.ErrFieldCount)}
	}
	return fault
}

// without returns older for a file of the older form, which lacks the column;
// nil for a file of the current form.
func (t *table) without(column string, older func() error) func() error {
	if slices.Contains(t.header, column) {
		return nil
	}
	return older
}

// readRows reads the rest of a table. The fields point into row, which is
// refilled for each record; older, nil in a file of the current form, moves
// what the record states in the older form into columns. What is wrong with a
// record becomes the fault of its row, which fault points to.
func readRows[T any](t *table, row *T, fields map[string]any, blank func(line int) T, fault *error, older func() error) ([]T, error) {
	var rows []T
	for t.next() {
		*row = blank(t.line)
		err := t.fill(fields)
		if err == nil && older != nil {
			if err = older(); err != nil {
				err = &SchemaError{t.file, t.line, "", err}
			}
		}
		*fault = err
		if len(rows) == maxRows {
			return nil, &SchemaError{t.file, t.line, "", note.NewError("rows.too-many", maxRows)}
		}
		rows = append(rows, *row)
	}
	if t.err != nil {
		return nil, t.err
	}
	return rows, nil
}
