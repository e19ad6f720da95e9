package batch

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// titleRows is how many records may stand above the header.
const titleRows = 20

// layoutOf finds the columns, from the first record or from a header below a
// few lines of title, and moves the source to it.
func layoutOf(s *source, opt Options) (layout, error) {
	if _, err := strconv.Atoi(opt.Column); err == nil {
		s.passTitles(opt)
	}
	l, err := layoutHere(s, opt)
	if s.kind == separated && !l.header {
		if below, ok := headerBelow(s, err != nil, opt); ok {
			l, err = below, nil
		}
	}
	if err != nil {
		return l, err
	}
	return l, l.findBy(s, opt)
}

// headerBelow looks for a header in the next records. Where the first is a row
// of its own, only one that names the counts is taken for a header.
func headerBelow(s *source, needed bool, opt Options) (layout, bool) {
	next := *s
	for range titleRows {
		if !next.advance(opt) {
			break
		}
		l, err := layoutHere(&next, opt)
		if err == nil && l.header && (needed || l.head != "" && namesCounts(l.head)) {
			*s = next
			return l, true
		}
	}
	s.head, s.err = next.head, next.err // what was read stays read
	return layout{}, false
}

// namesCounts reports whether a column's name is one of parameter counts.
func namesCounts(head string) bool {
	return unitOf(head) != "" || slices.Contains(foldAll(text.ParamColumns), foldHeader(head))
}

// passTitles moves past records of one cell that stand above wider ones.
func (s *source) passTitles(opt Options) {
	if s.kind != separated || filled(s.cells(opt)) > 1 {
		return
	}
	next := *s
	for range titleRows {
		if !next.advance(opt) {
			break
		}
		if filled(next.cells(opt)) > 1 {
			*s = next
			return
		}
	}
	s.head, s.err = next.head, next.err // what was read stays read
}

// filled is how many cells are not empty.
func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// cells are the cells of the first record.
func (s *source) cells(opt Options) []string {
	scan := csvScanner{comma: s.comma, max: opt.MaxRecord, final: true}
	scan.record(s.first)
	cells := make([]string, len(scan.cells))
	for i, c := range scan.cells {
		cells[i] = string(c.text)
	}
	return cells
}

// findBy finds the column, or the key, of Options.By. Where the file has none,
// the catalogue is asked for the year and the field.
func (l *layout) findBy(s *source, opt Options) error {
	if opt.By == "" {
		return nil
	}
	names := append([]string{opt.By}, text.ByColumns[opt.By]...)
	if l.kind == jsonLines {
		l.byKeys = foldAll(names)
		var keys []string
		for m := range members(bytes.TrimSpace(s.first)) {
			keys = append(keys, foldHeader(jsonText(m.key)))
		}
		l.asked = !slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(l.byKeys, k) }) && fromCatalogue(opt.By)
		return nil
	}
	if l.header {
		cells := s.cells(opt)
		i, err := findColumn(cells, names, s.line)
		if err != nil {
			return err
		}
		if l.by = i; i < 0 && !fromCatalogue(opt.By) {
			return &FileError{Problem: text.NoByColumn.Error(s.line, opt.By, quoteList(cells))}
		}
	}
	l.asked = l.by < 0
	if l.asked && !fromCatalogue(opt.By) {
		return &FileError{Problem: text.NoByHeader.Error(opt.By)}
	}
	return nil
}

// fromCatalogue reports whether the catalogue knows a value of every model.
func fromCatalogue(by string) bool { return by == text.GroupYear || by == text.GroupField }
