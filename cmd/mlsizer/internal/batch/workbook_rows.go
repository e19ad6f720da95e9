package batch

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"

	"mlsizer/cmd/mlsizer/internal/text"
)

// sheetReader reads the rows of a sheet one after the other.
type sheetReader struct {
	d      *xml.Decoder
	shared []string
	at     int      // the row returned last
	ahead  int      // the row that cells belong to; rows up to it may be empty
	cells  []string // of the row ahead
}

func newSheetReader(r io.Reader, shared []string) *sheetReader {
	return &sheetReader{d: xml.NewDecoder(io.LimitReader(r, mostUnpacked)), shared: shared}
}

// next returns the cells of the next row, none of an empty one; io.EOF ends the
// sheet.
func (s *sheetReader) next() ([]string, error) {
	if s.at == s.ahead {
		if err := s.read(); err != nil {
			return nil, err
		}
	}
	if s.at++; s.at < s.ahead {
		return nil, nil
	}
	return s.cells, nil
}

// read reads the next row that the sheet holds.
func (s *sheetReader) read() error {
	for {
		token, err := s.d.Token()
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "row" {
			row := s.at + 1
			if named := attribute(start, "r"); named != "" {
				if row, err = strconv.Atoi(named); err != nil {
					return err
				}
			}
			if row <= s.at || row > mostRows {
				return text.RowOutOfOrder.Error(row)
			}
			s.ahead = row
			return s.readCells()
		}
	}
}

// readCells reads the cells of a row to its end.
func (s *sheetReader) readCells() error {
	s.cells = s.cells[:0]
	for {
		token, err := s.d.Token()
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				err = s.d.Skip()
				break
			}
			err = s.readCell(t)
		case xml.EndElement: // of the row: those of cells are read with them
			return nil
		}
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
}

// readCell reads a cell into its column.
func (s *sheetReader) readCell(start xml.StartElement) error {
	var c struct {
		Value  string   `xml:"v"`
		Inline richText `xml:"is"`
	}
	column := len(s.cells) + 1
	if name := attribute(start, "r"); name != "" {
		column = columnNumber(name)
	}
	if column <= len(s.cells) || column > mostColumns {
		return text.CellOutOfOrder.Error(attribute(start, "r"))
	}
	if err := s.d.DecodeElement(&c, &start); err != nil {
		return err
	}
	for len(s.cells) < column-1 {
		s.cells = append(s.cells, "")
	}
	switch attribute(start, "t") {
	case "s":
		i, err := strconv.Atoi(c.Value)
		if err != nil || i < 0 || i >= len(s.shared) {
			return text.NoSharedString.Error(c.Value)
		}
		c.Value = s.shared[i]
	case "inlineStr":
		c.Value = c.Inline.String()
	}
	s.cells = append(s.cells, c.Value)
	return nil
}

// attribute is the value of an attribute, "" if there is none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
