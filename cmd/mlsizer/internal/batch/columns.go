package batch

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// layout says where the cells of a row stand.
type layout struct {
	kind  kind
	comma byte
	// count and name are columns from 0; name is -1 if there is none.
	count, name int
	// unit is the suffix that the count's column has in its name, head, "" for
	// none.
	unit, head string
	// width is the number of cells of a row.
	width int
	// countKeys and nameKeys are the keys of a JSON object, folded, in order
	// of preference.
	countKeys, nameKeys []string
	// by is the column, and byKeys are the keys, of Options.By; by is -1 where
	// there is none. asked tells that the catalogue is asked for the value.
	by     int
	byKeys []string
	asked  bool
	// lettered tells that columns are named by letters and that a row may end
	// before the last of them.
	lettered bool
	// decimalComma tells that a comma is the decimal mark, grouped that a point
	// in front of three digits separates thousands, commaSeen that one of the
	// first counts has a comma.
	decimalComma, grouped, commaSeen bool
	// watch tells that the sample did not show whether the counts have a unit.
	watch bool
	// header tells that the first record holds the names of the columns.
	header bool
}

// foldHeader makes one spelling of the spellings of a column's name.
func foldHeader(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '-', '_', '.', '#', '\u3000', '(', ')', '[', ']', '（', '）':
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(s)))
}

func foldAll(names []string) []string {
	folded := make([]string, len(names))
	for i, n := range names {
		folded[i] = foldHeader(n)
	}
	return folded
}

// layoutHere finds the columns from the first record.
func layoutHere(s *source, opt Options) (layout, error) {
	l := layout{kind: s.kind, comma: s.comma, lettered: s.lettered, count: -1, name: -1, by: -1}
	if s.kind == jsonLines {
		return l.byKey(s, opt)
	}
	cells := s.cells(opt)
	l.width = len(cells)
	if opt.Column != "" {
		return l.byColumn(cells, s, opt)
	}
	return l.byNames(cells, s, opt)
}

// byKey finds the keys of JSON Lines. The first object decides whether the
// rows have counts or names alone.
func (l layout) byKey(s *source, opt Options) (layout, error) {
	l.countKeys, l.nameKeys = foldAll(text.ParamColumns), foldAll(text.ModelColumns)
	if opt.Column != "" {
		l.countKeys = []string{foldHeader(opt.Column)}
		l.unit, l.head = unitOf(opt.Column), opt.Column
		return l, nil
	}
	row := bytes.TrimSpace(s.first)
	if !json.Valid(row) {
		return l, nil // said with the rows
	}
	counted, named := false, false
	var keys []string
	likely := ""
	for m := range members(row) {
		key := jsonText(m.key)
		keys = append(keys, key)
		if likely == "" && isModel(strings.Trim(string(m.value), `"`), opt) {
			likely = key
		}
		counted = counted || slices.Contains(l.countKeys, foldHeader(key))
		named = named || slices.Contains(l.nameKeys, foldHeader(key))
	}
	unit := slices.IndexFunc(keys, func(key string) bool { return unitOf(key) != "" })
	switch {
	case counted:
	case unit >= 0:
		l.countKeys, l.unit, l.head = []string{foldHeader(keys[unit])}, unitOf(keys[unit]), keys[unit]
	case named:
		l.countKeys, l.nameKeys = l.nameKeys, nil
	default:
		return l, &FileError{Problem: text.NoCountKey.Error(s.line, quoteList(keys)), Column: likely}
	}
	return l, nil
}

// byColumn takes the column that was asked for.
func (l layout) byColumn(cells []string, s *source, opt Options) (layout, error) {
	want := foldHeader(opt.Column)
	if i := slices.IndexFunc(cells, func(c string) bool { return foldHeader(c) == want }); i >= 0 {
		l.count, l.header = i, true
	} else if n, err := strconv.Atoi(opt.Column); err == nil {
		if n < 1 || n > len(cells) {
			return l, &FileError{Problem: text.NoColumnNumber.Error(s.line, n, len(cells))}
		}
		l.count = n - 1
		l.header = !isModel(cells[l.count], opt)
	} else {
		return l, &FileError{Problem: text.NoColumnNamed.Error(s.line, opt.Column, quoteList(cells)), Column: likelyColumn(cells, s, opt)}
	}
	if l.header {
		l.unit, l.head = unitOf(cells[l.count]), cells[l.count]
		if i, err := findColumn(cells, text.ModelColumns, s.line); err == nil && i != l.count {
			l.name = i
		}
	} else {
		l.name = otherColumn(cells, l.count)
	}
	return l, nil
}

// byNames finds the columns by their names, or in a file without a header by
// what the first row holds.
func (l layout) byNames(cells []string, s *source, opt Options) (layout, error) {
	count, err := findColumn(cells, text.ParamColumns, s.line)
	if err == nil && count < 0 {
		count, err = findUnit(cells, s.line)
	}
	if err != nil {
		return l, err
	}
	name, err := findColumn(cells, text.ModelColumns, s.line)
	if err != nil && count < 0 {
		return l, err
	}
	var numbers []int
	for i, c := range cells {
		if _, err := quantity.ParseParams(c); err == nil {
			numbers = append(numbers, i)
		}
	}
	whole := strings.TrimSpace(string(trimLineEnd(s.first)))
	_, grouped := quantity.ParseParams(whole)
	switch {
	case count >= 0:
		l.count, l.name, l.header = count, name, true
		l.unit, l.head = unitOf(cells[count]), cells[count]
	case name >= 0 && len(numbers) == 0:
		l.count, l.header, l.head = name, true, cells[name]
	case len(cells) > 1 && grouped == nil:
		return l, &FileError{Problem: text.OneCountOrCells.Error(s.line, strconv.Quote(shorten(whole)), len(cells))}
	case len(numbers) == 1:
		l.count, l.name = numbers[0], otherColumn(cells, numbers[0])
	case len(cells) == 1 && isModel(cells[0], opt):
		l.count = 0
	case len(numbers) > 1:
		return l, &FileError{Problem: text.NoHeaderManyCounts.Error(s.line, numberList(numbers)), Column: strconv.Itoa(numbers[0] + 1)}
	default:
		return l, &FileError{Problem: text.NoCountColumn.Error(s.line, quoteList(cells)), Column: likelyColumn(cells, s, opt)}
	}
	return l, nil
}

// unitOf is the suffix of counts that a column's name ends with, "" if it has
// none or is not the name of a count.
func unitOf(head string) string {
	folded := foldHeader(head)
	for _, n := range foldAll(text.ParamColumns) {
		if rest, ok := strings.CutPrefix(folded, n); ok && rest != "" {
			for _, u := range text.ColumnUnits {
				if rest == u.Unit || rest == "in"+u.Unit {
					return u.Suffix
				}
			}
		}
	}
	return ""
}

// findUnit is the index of the one column of counts with a unit in its name, -1
// if there is none.
func findUnit(cells []string, line int64) (int, error) {
	found := -1
	for i, c := range cells {
		switch {
		case unitOf(c) == "":
		case found >= 0:
			return -1, &FileError{Problem: text.TwoCountColumns.Error(line, found+1, cells[found], i+1, c), Column: strconv.Itoa(found + 1)}
		default:
			found = i
		}
	}
	return found, nil
}

// findColumn is the index of the first of names among the cells, -1 if there
// is none. Two columns of that name are an error.
func findColumn(cells, names []string, line int64) (int, error) {
	for _, n := range foldAll(names) {
		found := -1
		for i, c := range cells {
			if foldHeader(c) != n {
				continue
			}
			if found >= 0 {
				return -1, &FileError{Problem: text.TwoColumnsNamed.Error(line, found+1, i+1, c), Column: strconv.Itoa(found + 1)}
			}
			found = i
		}
		if found >= 0 {
			return found, nil
		}
	}
	return -1, nil
}

// isModel reports whether a cell is a count or a known model, and so belongs
// to a row and not to a header.
func isModel(c string, opt Options) bool {
	if _, err := quantity.ParseParams(c); err == nil {
		return true
	}
	if opt.Resolve == nil || strings.TrimSpace(c) == "" {
		return false
	}
	_, err := opt.Resolve(strings.TrimSpace(c))
	return err == nil
}

// likelyColumn is the first column of the header whose next row names a model or
// a count, "" if the row is not known or none does.
func likelyColumn(header []string, s *source, opt Options) string {
	scan := csvScanner{comma: s.comma, max: opt.MaxRecord, final: s.err != nil}
	if _, st := scan.record(s.head[s.skip+len(s.first):]); st != complete {
		return ""
	}
	for i, c := range scan.cells[:min(len(header), len(scan.cells))] {
		if isModel(string(c.text), opt) {
			return header[i]
		}
	}
	return ""
}

// otherColumn is the first column that is not count, -1 if there is none.
func otherColumn(cells []string, count int) int {
	switch {
	case len(cells) < 2:
		return -1
	case count == 0:
		return 1
	}
	return 0
}

func quoteList(cells []string) text.Text {
	const most = 8
	var b strings.Builder
	for i, c := range cells {
		if i == most {
			return text.AndMore.With(b.String(), len(cells)-most)
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(shorten(c)))
	}
	return text.Same(b.String())
}

func numberList(columns []int) string {
	text := make([]string, len(columns))
	for i, c := range columns {
		text[i] = strconv.Itoa(c + 1)
	}
	return strings.Join(text, ", ")
}

// shorten cuts a text to what an error shows of it.
func shorten(s string) string {
	n := 0
	for i := range s {
		if n == shownHead {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
