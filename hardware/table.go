package hardware

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

// cell is a column of a table of rows of T; set is called with text that is
// not empty.
type cell[T any] struct {
	name     string
	required bool
	set      func(r *T, v string) error
}

// maxTable bounds a table of a user's own: a few thousand rows are meant.
const maxTable = 4 << 20

// readTable reads a CSV table with a header. Unknown and repeated columns,
// blank required cells and what a column rejects are a [*FileError] with line
// and column; name is the file's name in it.
func readTable[T any](r io.Reader, name string, cells []cell[T]) ([]T, error) {
	data, err := limit.ReadAll(r, maxTable)
	if err != nil {
		return nil, &FileError{File: name, Err: err}
	}
	t := &tableReader[T]{Reader: csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))), name: name}
	if err := t.header(cells); err != nil {
		return nil, err
	}
	var list []T
	for {
		row, err := t.row()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	if len(list) == 0 {
		return nil, &FileError{File: name, Line: 1, Column: 1, Err: note.NewError("table.no-rows")}
	}
	return list, nil
}

// tableReader reads the rows under a header.
type tableReader[T any] struct {
	*csv.Reader
	name    string
	columns []cell[T]
}

// fail is an error at a field of the row that was read last.
func (t *tableReader[T]) fail(field int, err error) error {
	line, column := t.FieldPos(field)
	return &FileError{File: t.name, Line: line, Column: column, Err: err}
}

// header finds the columns, which may stand in any order.
func (t *tableReader[T]) header(cells []cell[T]) error {
	names, err := t.Read()
	if err == io.EOF {
		return &FileError{File: t.name, Line: 1, Column: 1, Err: note.NewError("table.no-rows")}
	}
	if err != nil {
		return csvError(t.name, err)
	}
	var known []string
	left := map[string]cell[T]{}
	for _, c := range cells {
		known = append(known, c.name)
		left[c.name] = c
	}
	for i, n := range names {
		n = strings.TrimSpace(n)
		c, ok := left[n]
		if !ok {
			return t.fail(i, note.NewError("table.unknown-column", n, known))
		}
		delete(left, n) // a second column of the name is then unknown
		t.columns = append(t.columns, c)
	}
	for _, c := range cells {
		if _, missing := left[c.name]; missing && c.required {
			return t.fail(0, note.NewError("table.no-column", c.name))
		}
	}
	return nil
}

// row reads the next row; [io.EOF] ends them.
func (t *tableReader[T]) row() (row T, err error) {
	fields, err := t.Read()
	if err == io.EOF {
		return row, err
	}
	if err != nil {
		return row, csvError(t.name, err)
	}
	for i, v := range fields {
		c := &t.columns[i]
		v = strings.TrimSpace(v)
		switch {
		case v == "" && c.required:
			return row, t.fail(i, note.NewError("table.blank-cell", c.name))
		case v == "":
			continue
		}
		if err := c.set(&row, v); err != nil {
			return row, t.fail(i, note.NewError("device-file.column-fails", c.name, err))
		}
	}
	return row, nil
}

// mustTable reads an embedded table, which a test reads every row of.
func mustTable[T any](data []byte, name string, cells []cell[T]) []T {
	list, err := readTable(bytes.NewReader(data), name, cells)
	if err != nil {
		panic("hardware: embedded table: " + err.Error())
	}
	return list
}

// textCell is a column of text.
func textCell[T any](name string, required bool, field func(*T) *string) cell[T] {
	return cell[T]{name, required, func(r *T, v string) error { *field(r) = v; return nil }}
}

// numberCell is a column of figures above zero in units of scale.
func numberCell[T any, N ~float64](name string, required bool, scale float64, field func(*T) *N) cell[T] {
	return cell[T]{name, required, func(r *T, v string) (err error) {
		*field(r), err = parseNumber[N](v, scale)
		return err
	}}
}

// wholeCell is a column of whole numbers in a range.
func wholeCell[T any](name string, required bool, least, most int, field func(*T) *int) cell[T] {
	return cell[T]{name, required, func(r *T, v string) (err error) {
		*field(r), err = parseWhole(v, least, most)
		return err
	}}
}
