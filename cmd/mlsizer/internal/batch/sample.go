package batch

import (
	"bytes"
	"errors"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// sampleRows is how many rows are held back until it is known in which unit
// their counts are, and what a comma means.
const sampleRows = 1000

// sampled is what the first rows say.
type sampled struct {
	style        quantity.CommaStyle
	comma        bool     // a count has one
	small, large int      // counts without a unit below 1,000, and others
	shown        []string // the first small ones
}

// sampleOf looks at the counts of the first rows.
func sampleOf(data []byte, l *layout, opt Options) (s sampled) {
	rows := 0
	for cell := range countCells(data, l, opt) {
		if rows++; rows > sampleRows {
			break
		}
		style := quantity.StyleOf(cell)
		s.style.Comma = s.style.Comma || style.Comma
		s.style.Point = s.style.Point || style.Point
		s.comma = s.comma || bytes.IndexByte(cell, ',') >= 0
		switch bareCount(cell) {
		case bareSmall:
			s.small++
			if len(s.shown) < 3 {
				s.shown = append(s.shown, shorten(strings.TrimSpace(string(cell))))
			}
		case bareLarge:
			s.large++
		}
	}
	return s
}

// countCells yields the cells of the counts. A record that the data cut, or
// that cannot be split, is left out.
func countCells(data []byte, l *layout, opt Options) func(yield func([]byte) bool) {
	scan := csvScanner{comma: l.comma, max: opt.MaxRecord, final: true}
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			var cell []byte
			n := bytes.IndexByte(data, '\n') + 1
			if n == 0 {
				n = len(data)
			}
			if l.kind == jsonLines {
				cell = jsonCount(bytes.TrimSpace(data[:n]), l)
			} else if len(trimLineEnd(data[:n])) > 0 {
				var st status
				if n, st = scan.record(data); st == complete && l.count < len(scan.cells) {
					cell = scan.cells[l.count].text
				}
			}
			if cell != nil && !yield(cell) {
				return
			}
			data = data[max(n, 1):]
		}
	}
}

// bareness says of a cell whether it is a count without a unit.
type bareness uint8

const (
	notBare   bareness = iota // no count, or one with a unit
	bareSmall                 // below 1,000, where a unit may have been left out
	bareLarge
)

// unitLess is the count from which one without a unit is taken as it stands.
const unitLess = 1000

// bareCount says whether a cell is a count without a unit. A fraction below
// 1,000 is small too.
func bareCount(cell []byte) bareness {
	cell = bytes.TrimSpace(cell)
	if len(cell) == 0 || !plainNumber(cell) {
		return notBare
	}
	n, err := quantity.ParseParamsBytes(cell)
	switch {
	case err == nil && n >= unitLess:
		return bareLarge
	case err == nil || isFraction(err):
		return bareSmall
	}
	return notBare
}

// isFraction reports whether a count was refused because it is not whole.
func isFraction(err error) bool {
	var wrong *quantity.SyntaxError
	return errors.As(err, &wrong) && (wrong.Problem == quantity.NotWhole || wrong.Problem == quantity.BelowOne)
}

// plainNumber reports whether a text has digits, marks and an exponent alone.
func plainNumber(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && strings.IndexByte(".,_eE+-", c) < 0 {
			return false
		}
	}
	return true
}

// settle takes from the sample what the layout leaves open. The error asks for
// the unit that all counts lack.
func (l *layout) settle(data []byte, opt Options) error {
	if l.comma != ';' && (!opt.AskUnit || l.unit != "" || opt.Unit != "") {
		return nil
	}
	s := sampleOf(data, l, opt)
	if l.comma == ';' && (s.style.Comma || !s.style.Point) {
		l.decimalComma, l.grouped, l.commaSeen = true, s.style.Comma, s.comma
	}
	if !opt.AskUnit || l.unit != "" || opt.Unit != "" {
		return nil
	}
	if s.small > 0 && s.large == 0 {
		return unitMissing(l.title(), s.shown)
	}
	l.watch = s.large == 0
	return nil
}

// unitMissing asks for the unit of the counts.
func unitMissing(column text.Text, shown []string) error {
	var such text.Text
	if len(shown) > 0 {
		such = text.UnitExamples.With(strings.Join(shown, ", "))
	}
	return &FileError{Problem: text.UnitMissing.Error(column, such), AskUnit: true}
}

// title is what the column of the counts is called.
func (l *layout) title() text.Text {
	switch {
	case l.head != "":
		return text.ColumnNamed.With(l.head)
	case l.kind == jsonLines:
		return text.TheCounts
	}
	return text.ColumnNumber.With(l.count + 1)
}
