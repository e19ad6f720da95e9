package hardware

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// FileError is an error in a hardware file, with its place.
type FileError struct {
	File         string
	Line, Column int // from 1; Column counts bytes; 0: no place in particular
	Err          error
}

// Error is file:line:column: what is wrong.
func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap is the error without its place.
func (e *FileError) Unwrap() error { return e.Err }

// place is a position in a file.
type place struct{ line, column int }

// entry is a device and where it stands in its file.
type entry struct {
	device *Device
	at     place
}

// maxFile bounds a hardware file: a few thousand rows at most are meant.
const maxFile = 16 << 20

// readFile reads the devices of a CSV or JSON file; a file that starts with
// '[' or '{' is JSON.
func readFile(r io.Reader, name string) ([]entry, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, &FileError{File: name, Err: err}
	}
	if len(data) > maxFile {
		return nil, &FileError{File: name, Err: fmt.Errorf("more than %d MiB (want a file of device rows)", maxFile>>20)}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if t := bytes.TrimSpace(data); len(t) > 0 && (t[0] == '[' || t[0] == '{') {
		return readJSON(data, name)
	}
	return readCSV(data, name)
}

// columnIndex is the schema by name.
func columnIndex() map[string]column {
	m := make(map[string]column, 48)
	for _, c := range columns() {
		m[c.name] = c
	}
	return m
}

// columnNames is the schema as an error lists it.
func columnNames() string {
	var names []string
	for _, c := range columns() {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

func readCSV(data []byte, name string) ([]entry, error) {
	cr := csv.NewReader(bytes.NewReader(data))
	cr.ReuseRecord = true
	fail := func(p place, err error) error {
		return &FileError{File: name, Line: p.line, Column: p.column, Err: err}
	}
	at := func(i int) place {
		line, col := cr.FieldPos(i)
		return place{line, col}
	}
	header, err := cr.Read()
	if err == io.EOF {
		return nil, fail(place{1, 1}, errors.New("empty (want a header row and one row a device)"))
	}
	if err != nil {
		return nil, csvError(name, err)
	}
	known := columnIndex()
	cols := make([]column, len(header))
	place1 := at(0)
	for i, h := range header {
		h = strings.TrimSpace(h)
		c, ok := known[h]
		if !ok {
			return nil, fail(at(i), fmt.Errorf("%q: unknown or repeated column (want %s)", h, columnNames()))
		}
		delete(known, h) // a second column of the name is then unknown
		cols[i] = c
	}
	for _, c := range columns() {
		if _, left := known[c.name]; left && c.required {
			return nil, fail(place1, fmt.Errorf("no column %q (want at least id, name, kind, memory_gib, memory_gb_per_s, sources and a rate)", c.name))
		}
	}
	var list []entry
	for {
		row, err := cr.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, csvError(name, err)
		}
		rec := new(record)
		start := at(0)
		for i, v := range row {
			v = strings.TrimSpace(v)
			if v == "" {
				if cols[i].required {
					return nil, fail(at(i), fmt.Errorf("%s is blank (want a value in every row)", cols[i].name))
				}
				continue
			}
			if err := cols[i].set(rec, v); err != nil {
				return nil, fail(at(i), fmt.Errorf("%s: %w", cols[i].name, err))
			}
		}
		d, err := rec.finish()
		if err != nil {
			return nil, fail(start, err)
		}
		list = append(list, entry{d, start})
	}
}

// csvError gives an error of the CSV reader the form of this package's.
func csvError(name string, err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return &FileError{File: name, Line: pe.Line, Column: pe.Column, Err: pe.Err}
	}
	return &FileError{File: name, Err: err}
}

// readJSON reads an array of objects (or one object) whose keys are the
// columns. Values are strings or numbers; null is a blank.
func readJSON(data []byte, name string) ([]entry, error) {
	jd := json.NewDecoder(bytes.NewReader(data))
	jd.UseNumber()
	fail := func(offset int64, err error) error {
		p := placeOf(data, offset)
		return &FileError{File: name, Line: p.line, Column: p.column, Err: err}
	}
	// next is the next token and the offset at which it starts.
	next := func() (json.Token, int64, error) {
		offset := skipToValue(data, jd.InputOffset())
		tok, err := jd.Token()
		if err != nil {
			var se *json.SyntaxError
			switch {
			case errors.As(err, &se):
				return nil, 0, fail(se.Offset-1, err)
			case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
				return nil, 0, fail(int64(len(data)), errors.New("unexpected end of JSON"))
			}
			return nil, 0, fail(offset, err)
		}
		return tok, offset, nil
	}
	want := errors.New("not a device (want an object, or an array of objects, with the columns as keys)")
	tok, offset, err := next()
	if err != nil {
		return nil, err
	}
	array := tok == json.Delim('[')
	if !array && tok != json.Delim('{') {
		return nil, fail(offset, want)
	}
	var list []entry
	for {
		if array {
			if tok, offset, err = next(); err != nil {
				return nil, err
			}
			if tok == json.Delim(']') {
				break
			}
			if tok != json.Delim('{') {
				return nil, fail(offset, want)
			}
		}
		start := offset
		known := columnIndex()
		rec := new(record)
		given := map[string]bool{}
		for {
			key, keyAt, err := next()
			if err != nil {
				return nil, err
			}
			if key == json.Delim('}') {
				break
			}
			k, _ := key.(string)
			c, ok := known[k]
			if !ok {
				return nil, fail(keyAt, fmt.Errorf("%q: unknown or repeated key (want %s)", k, columnNames()))
			}
			delete(known, k)
			val, valAt, err := next()
			if err != nil {
				return nil, err
			}
			var v string
			switch x := val.(type) {
			case string:
				v = strings.TrimSpace(x)
			case json.Number:
				v = x.String()
			case bool:
				v = fmt.Sprint(x)
			case nil:
			default:
				return nil, fail(valAt, fmt.Errorf("%s: a list or an object (want a string or a number)", k))
			}
			if v == "" {
				continue
			}
			given[k] = true
			if err := c.set(rec, v); err != nil {
				return nil, fail(valAt, fmt.Errorf("%s: %w", k, err))
			}
		}
		for _, c := range columns() {
			if c.required && !given[c.name] {
				return nil, fail(start, fmt.Errorf("%s is blank (want a value in every device)", c.name))
			}
		}
		d, err := rec.finish()
		if err != nil {
			return nil, fail(start, err)
		}
		list = append(list, entry{d, placeOf(data, start)})
		if !array {
			break
		}
	}
	end := skipToValue(data, jd.InputOffset())
	if _, err := jd.Token(); err != io.EOF {
		return nil, fail(end, errors.New("text after the devices (want one JSON value)"))
	}
	return list, nil
}

// skipToValue moves an offset past the space, comma or colon in front of the
// next token.
func skipToValue(data []byte, offset int64) int64 {
	for offset < int64(len(data)) && strings.IndexByte(" \t\r\n,:", data[offset]) >= 0 {
		offset++
	}
	return offset
}

// placeOf is the line and column of an offset.
func placeOf(data []byte, offset int64) place {
	offset = min(max(offset, 0), int64(len(data)))
	before := data[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	return place{line, int(offset) - bytes.LastIndexByte(before, '\n')}
}
