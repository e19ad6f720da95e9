package batch

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// The limits on a workbook, which is a ZIP file of XML.
const (
	mostWorkbook = 64 << 20  // bytes of the file
	mostUnpacked = 512 << 20 // bytes of its parts
	mostStrings  = 128 << 20 // bytes of the strings that cells share
	mostParts    = 10_000
	mostRows     = 1_048_576 // of a sheet, as Excel has them
	mostColumns  = 16_384
)

// workbook is a sheet of an Excel workbook as a source: rows of CSV, one a row
// of the sheet, empty ones included. Source of the format: ECMA-376 part 1,
// chapter 18.
type workbook struct {
	sheet  string
	sheets []string
	rows   *sheetReader
	part   io.ReadCloser
	line   []byte // of the row at hand, what is not read yet
	buf    []byte
	err    error
}

// openWorkbook opens a sheet of a workbook: the first, or the one named.
func openWorkbook(r io.Reader, opt Options) (*workbook, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostWorkbook+1))
	if err != nil {
		return nil, &FileError{Problem: text.CannotBeRead.Error(), Err: err}
	}
	parts, err := partsOf(data)
	if err != nil {
		return nil, err
	}
	list, err := parts.sheets()
	if err != nil {
		return nil, brokenWorkbook(err)
	}
	w := &workbook{sheet: opt.Sheet}
	for _, s := range list {
		w.sheets = append(w.sheets, s.name)
	}
	at := 0
	if opt.Sheet != "" {
		at = slices.IndexFunc(w.sheets, func(s string) bool { return strings.EqualFold(s, opt.Sheet) })
	}
	switch {
	case len(list) == 0:
		return nil, brokenWorkbook(text.NoSheets.Error())
	case at < 0:
		return nil, &FileError{Problem: text.NoSuchSheet.Error(opt.Sheet, quoteList(w.sheets)), Sheet: w.sheets[0]}
	}
	w.sheet = w.sheets[at]
	if err := w.open(parts, list[at].part); err != nil {
		return nil, brokenWorkbook(err)
	}
	return w, nil
}

// open starts to read a sheet.
func (w *workbook) open(parts bookParts, name string) error {
	shared, err := parts.sharedStrings()
	if err != nil {
		return err
	}
	if w.part, err = parts.open(name); err != nil {
		return err
	}
	w.rows = newSheetReader(w.part, shared)
	return nil
}

// partsOf opens the ZIP file, unless it is no workbook or larger unpacked than
// the limits.
func partsOf(data []byte) (bookParts, error) {
	if len(data) > mostWorkbook {
		return nil, tooLargeWorkbook()
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, notAWorkbook()
	}
	parts := bookParts{}
	unpacked := uint64(0)
	for _, f := range z.File {
		if unpacked += f.UncompressedSize64; f.UncompressedSize64 > mostUnpacked || unpacked > mostUnpacked || len(parts) >= mostParts {
			return nil, tooLargeWorkbook()
		}
		parts[strings.ToLower(f.Name)] = f
	}
	if parts[bookPart] == nil {
		return nil, notAWorkbook()
	}
	return parts, nil
}

func notAWorkbook() error {
	return &FileError{Problem: text.NotATable.Error(text.ZIPFile), Hint: text.SaveAsCSV}
}

func tooLargeWorkbook() error {
	return &FileError{Problem: text.WorkbookTooLarge.Error(mostWorkbook>>20, mostUnpacked>>20), Hint: text.SaveAsCSV}
}

func brokenWorkbook(err error) error {
	return &FileError{Problem: text.WorkbookBroken.Error(), Err: err, Hint: text.SaveAsCSV}
}

// Read reads the rows as CSV.
func (w *workbook) Read(p []byte) (int, error) {
	for len(w.line) == 0 {
		if w.err != nil {
			return 0, w.err
		}
		w.next()
	}
	n := copy(p, w.line)
	w.line = w.line[n:]
	return n, nil
}

// next makes the line of the next row.
func (w *workbook) next() {
	cells, err := w.rows.next()
	if err != nil {
		w.err = err
		return
	}
	w.buf = w.buf[:0]
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	for i, c := range cells {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = appendCSVField(w.buf, oneLine.Replace(c))
	}
	w.buf = append(w.buf, '\n')
	w.line = w.buf
}

// oneLine keeps a cell on the line of its row, so that lines are rows.
var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\x00", "")

// Close ends reading.
func (w *workbook) Close() error { return w.part.Close() }

// columnLetters is a column of a sheet, from 1, as the sheet names it: A, B, AA.
func columnLetters(n int) string {
	if n < 1 {
		return fmt.Sprint(n)
	}
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append(b, byte('A'+(n-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}

// columnNumber is the column, from 1, of a cell's name such as AB12; 0 if the
// name begins with no letters or with too many.
func columnNumber(cell string) int {
	n := 0
	for i := 0; i < len(cell) && 'A' <= cell[i] && cell[i] <= 'Z'; i++ {
		if n = 26*n + int(cell[i]-'A') + 1; n > mostColumns {
			return 0
		}
	}
	return n
}
