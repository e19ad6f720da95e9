package hardware

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

// FileError is an error in a hardware file, with its position.
type FileError struct {
	File         string
	Line, Column int // from 1; Column counts bytes; 0: no place in particular
	Err          error
}

// Code says whether the error has a position in the file.
func (e *FileError) Code() string {
	if e.Line == 0 {
		return "device-file.fails"
	}
	return "device-file.fails-at"
}

// Args are the file, the line and column if there are any, and the error.
func (e *FileError) Args() []any {
	if e.Line == 0 {
		return []any{e.File, e.Err}
	}
	return []any{e.File, e.Line, e.Column, e.Err}
}

// Error is file:line:column: what is wrong.
func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap returns the error without its position.
func (e *FileError) Unwrap() error { return e.Err }

// place is a position in a file.
type place struct{ line, column int }

// entry is a device and its position in the file.
type entry struct {
	device *Device
	at     place
}

// maxFile bounds a hardware file: it has a few thousand rows at most.
const maxFile = 16 << 20

// readFile reads the devices of a CSV or JSON file; a file that starts with
// '[' or '{' is JSON.
func readFile(r io.Reader, name string) ([]entry, error) {
	data, err := limit.ReadAll(r, maxFile)
	if err != nil {
		return nil, &FileError{File: name, Err: err}
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
func columnNames() []string {
	var names []string
	for _, c := range columns() {
		names = append(names, c.name)
	}
	return names
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
		return nil, fail(place{1, 1}, note.NewError("device-file.empty"))
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
			return nil, fail(at(i), note.NewError("device-file.unknown-column", h, columnNames()))
		}
		delete(known, h) // a second column of that name is unknown
		cols[i] = c
	}
	for _, c := range columns() {
		if _, left := known[c.name]; left && c.required {
			return nil, fail(place1, note.NewError("device-file.no-column", c.name))
		}
	}
	var list []entry
	for {
		row, err := cr.Read()
		if err == io.EOF {
			if len(list) == 0 {
				return nil, fail(place1, note.NewError("device-file.header-alone"))
			}
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
					return nil, fail(at(i), note.NewError("device-file.blank-cell", cols[i].name))
				}
				continue
			}
			if err := cols[i].set(rec, v); err != nil {
				return nil, fail(at(i), note.NewError("device-file.column-fails", cols[i].name, err))
			}
		}
		d, err := rec.finish()
		if err != nil {
			return nil, fail(start, err)
		}
		list = append(list, entry{d, start})
	}
}

// csvError converts an error of the CSV reader to the form of this package.
func csvError(name string, err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return &FileError{File: name, Line: pe.Line, Column: pe.Column, Err: pe.Err}
	}
	return &FileError{File: name, Err: err}
}

// jsonReader reads devices from JSON and tracks its position in the file.
type jsonReader struct {
	*json.Decoder
	data []byte
	name string
}

func (r *jsonReader) fail(offset int64, err error) error {
	p := placeOf(r.data, offset)
	return &FileError{File: r.name, Line: p.line, Column: p.column, Err: err}
}

// next is the next token and the offset at which it starts.
func (r *jsonReader) next() (json.Token, int64, error) {
	offset := skipToValue(r.data, r.InputOffset())
	tok, err := r.Token()
	if err == nil {
		return tok, offset, nil
	}
	var se *json.SyntaxError
	switch {
	case errors.As(err, &se):
		return nil, 0, r.fail(se.Offset-1, err)
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, 0, r.fail(int64(len(r.data)), note.NewError("device-file.json-ends"))
	}
	return nil, 0, r.fail(offset, err)
}

// readJSON reads an array of objects (or one object) whose keys are the
// columns. Values are strings or numbers; null is a blank.
func readJSON(data []byte, name string) ([]entry, error) {
	r := &jsonReader{json.NewDecoder(bytes.NewReader(data)), data, name}
	r.UseNumber()
	tok, offset, err := r.next()
	if err != nil {
		return nil, err
	}
	array := tok == json.Delim('[')
	if !array && tok != json.Delim('{') {
		return nil, r.fail(offset, note.NewError("device-file.not-a-device"))
	}
	var list []entry
	for {
		if array {
			if tok, offset, err = r.next(); err != nil {
				return nil, err
			}
			if tok == json.Delim(']') {
				break
			}
			if tok != json.Delim('{') {
				return nil, r.fail(offset, note.NewError("device-file.not-a-device"))
			}
		}
		e, err := r.device(offset)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
		if !array {
			break
		}
	}
	if len(list) == 0 {
		return nil, r.fail(offset, note.NewError("device-file.no-device"))
	}
	end := skipToValue(data, r.InputOffset())
	if _, err := r.Token(); err != io.EOF {
		return nil, r.fail(end, note.NewError("device-file.text-after-devices"))
	}
	return list, nil
}

// device reads the rest of an object that began at start.
func (r *jsonReader) device(start int64) (entry, error) {
	known, given := columnIndex(), map[string]bool{}
	rec := new(record)
	for {
		key, keyAt, err := r.next()
		if err != nil {
			return entry{}, err
		}
		if key == json.Delim('}') {
			break
		}
		k, _ := key.(string)
		c, ok := known[k]
		if !ok {
			return entry{}, r.fail(keyAt, note.NewError("device-file.unknown-key", k, columnNames()))
		}
		delete(known, k)
		v, valAt, err := r.value(k)
		if err != nil {
			return entry{}, err
		}
		if v == "" {
			continue
		}
		given[k] = true
		if err := c.set(rec, v); err != nil {
			return entry{}, r.fail(valAt, note.NewError("device-file.column-fails", k, err))
		}
	}
	for _, c := range columns() {
		if c.required && !given[c.name] {
			return entry{}, r.fail(start, note.NewError("device-file.blank-key", c.name))
		}
	}
	d, err := rec.finish()
	if err != nil {
		return entry{}, r.fail(start, err)
	}
	return entry{d, placeOf(r.data, start)}, nil
}

// value reads the value of a key as the text of a cell; null is blank.
func (r *jsonReader) value(key string) (text string, at int64, err error) {
	val, at, err := r.next()
	if err != nil {
		return "", 0, err
	}
	switch x := val.(type) {
	case string:
		return strings.TrimSpace(x), at, nil
	case json.Number:
		return x.String(), at, nil
	case bool:
		return fmt.Sprint(x), at, nil
	case nil:
		return "", at, nil
	}
	return "", 0, r.fail(at, note.NewError("device-file.nested-value", key))
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
