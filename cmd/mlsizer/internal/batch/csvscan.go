package batch

import (
	"bytes"

	"mlsizer/cmd/mlsizer/internal/text"
)

// status is how the scan of a record ended.
type status uint8

const (
	complete   status = iota
	incomplete        // the data end before the record does
	bareQuote         // a quote inside a field that does not begin with one
	strayQuote        // text after the closing quote of a field
	openQuote         // a quote that is not closed within the longest record
	overlong          // a line longer than the longest record
)

var problems = [...]text.Text{
	bareQuote:  text.BareQuote,
	strayQuote: text.StrayQuote,
	openQuote:  text.OpenQuote,
}

// cell is a field of a record.
type cell struct {
	text []byte
	col  int // of its first byte in its line, from 1
}

// csvScanner splits records as encoding/csv does, with two rules of its own
// for broken files, so that one bad row costs no good ones: a record whose
// quotes are broken ends at the end of its first line, and no record is longer
// than max bytes.
type csvScanner struct {
	comma byte
	max   int
	// final tells that the data end where the file ends; otherwise a record
	// without a line end is incomplete.
	final bool
	cells []cell
	buf   []byte // fields that are not in the data as they are
	// col is where the fault stands, when there is one; open is the column of
	// the first quote that its own line does not close.
	col, open int
}

// record reads the record at the start of data into s.cells and returns how
// many bytes it takes with its line end. Blank lines are the caller's.
func (s *csvScanner) record(data []byte) (n int, st status) {
	n, st = s.scan(data)
	switch {
	case st == complete && n <= s.max:
		return n, complete
	case st == incomplete && !s.final && len(data) <= s.max:
		return 0, incomplete
	}
	// A fault, or too long: the row is its first line.
	first := bytes.IndexByte(data, '\n') + 1
	switch {
	case first > s.max || first == 0 && len(data) > s.max:
		st, s.col = overlong, 1
	case st == incomplete, st == complete, first > 0 && n >= first:
		// Whatever is wrong after the first line, its cause is the quote
		// that was left open there.
		st, s.col = openQuote, s.open
	}
	if first == 0 {
		if !s.final {
			return 0, st
		}
		first = len(data)
	}
	return first, st
}

// scan does the splitting. On a fault n is the offset of the fault and s.col
// its column.
func (s *csvScanner) scan(data []byte) (n int, st status) {
	s.cells, s.buf, s.open = s.cells[:0], s.buf[:0], 0
	pos, line := 0, 0 // the next byte, and where its line begins
	for {
		s.col = pos - line + 1
		if pos < len(data) && data[pos] == '"' {
			end, st := s.quoted(data, pos, &line)
			if st != complete {
				return end, st
			}
			pos = end
		} else {
			end := fieldEnd(data[pos:], s.comma) + pos
			text := data[pos:end]
			if q := bytes.IndexByte(text, '"'); q >= 0 {
				s.col = pos + q - line + 1
				return pos + q, bareQuote
			}
			if end == len(data) && !s.final {
				return 0, incomplete
			}
			if end == len(data) || data[end] == '\n' {
				text = bytes.TrimSuffix(text, []byte("\r"))
			}
			s.cells = append(s.cells, cell{text, s.col})
			pos = end
		}
		switch {
		case pos == len(data):
			return pos, complete
		case data[pos] == '\n':
			return pos + 1, complete
		}
		pos++ // the separator
	}
}

// quoted reads the field whose opening quote is at data[pos]. It returns the
// index of the separator, line feed or end of file after it.
func (s *csvScanner) quoted(data []byte, pos int, line *int) (int, status) {
	col := s.col
	begin := len(s.buf)
	for i := pos + 1; ; {
		q := bytes.IndexByte(data[i:], '"')
		if q < 0 {
			return 0, s.stillOpen(col)
		}
		text := data[i : i+q]
		s.buf = appendLines(s.buf, text)
		if nl := bytes.LastIndexByte(text, '\n'); nl >= 0 {
			s.stillOpen(col)
			*line = i + nl + 1
		}
		i += q + 1 // after the quote
		end := i
		switch rest := data[i:]; {
		case len(rest) > 0 && rest[0] == '"':
			s.buf = append(s.buf, '"')
			i++
			continue
		case len(rest) > 0 && (rest[0] == s.comma || rest[0] == '\n'):
		case len(rest) == 0 || len(rest) == 1 && rest[0] == '\r':
			if !s.final {
				return 0, incomplete
			}
			end = len(data)
		case rest[0] == '\r' && rest[1] == '\n':
			end = i + 1
		default:
			s.col = i - *line
			return i - 1, strayQuote
		}
		s.cells = append(s.cells, cell{s.buf[begin:len(s.buf):len(s.buf)], col})
		return end, complete
	}
}

// stillOpen notes the column of a quote that its own line does not close.
func (s *csvScanner) stillOpen(col int) status {
	if s.open == 0 {
		s.open = col
	}
	return incomplete
}

// appendLines appends the text of a quoted field, in which every line ends
// with a line feed alone.
func appendLines(buf, text []byte) []byte {
	for {
		i := bytes.Index(text, []byte("\r\n"))
		if i < 0 {
			return append(buf, text...)
		}
		buf = append(buf, text[:i]...)
		text = text[i+1:]
	}
}

// fieldEnd is the index of the first separator or line feed, or len(data).
func fieldEnd(data []byte, comma byte) int {
	for i, c := range data {
		if c == comma || c == '\n' {
			return i
		}
	}
	return len(data)
}

// splitPlain splits a line without quotes and line end into cells. It is the
// fast path of record.
func splitPlain(cells []cell, line []byte, comma byte) []cell {
	start := 0
	for i, c := range line {
		if c == comma {
			cells = append(cells, cell{line[start:i], start + 1})
			start = i + 1
		}
	}
	return append(cells, cell{line[start:], start + 1})
}

// trimLineEnd cuts the line end off a line.
func trimLineEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}
