package batch

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"mlsizer/cmd/mlsizer/internal/text"
)

// The limits on a workbook, which is unpacked before it is read.
const (
	mostWorkbook = 64 << 20  // bytes of the file
	mostUnpacked = 512 << 20 // bytes of its parts
	mostInMemory = 16 << 20  // bytes of a part; a larger one is unpacked to disk
	mostParts    = 10_000
)

// workbook is a sheet of an Excel file as a source: rows of CSV, one a row of
// the sheet, empty ones included.
type workbook struct {
	file   *excelize.File
	rows   *excelize.Rows
	sheet  string
	sheets []string
	line   []byte // of the row at hand, what is not read yet
	buf    []byte
	err    error
}

// openWorkbook opens a sheet of a workbook: the first, or the one named.
func openWorkbook(r io.Reader, opt Options) (w *workbook, err error) {
	defer func() { // the library is not proof against every file
		if p := recover(); p != nil {
			w, err = nil, brokenWorkbook(fmt.Errorf("%v", p))
		}
	}()
	data, err := io.ReadAll(io.LimitReader(r, mostWorkbook+1))
	if err != nil {
		return nil, &FileError{Problem: text.CannotBeRead.Error(), Err: err}
	}
	if err := checkWorkbook(data); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostInMemory, TmpDir: opt.TempDir,
	})
	if err != nil {
		return nil, brokenWorkbook(err)
	}
	w = &workbook{file: f, sheets: f.GetSheetList(), sheet: opt.Sheet}
	if err := w.open(); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// open starts to read the sheet.
func (w *workbook) open() (err error) {
	switch i := slices.IndexFunc(w.sheets, func(s string) bool { return strings.EqualFold(s, w.sheet) }); {
	case len(w.sheets) == 0:
		return brokenWorkbook(text.NoSheets.Error())
	case w.sheet == "":
		w.sheet = w.sheets[0]
	case i < 0:
		return &FileError{Problem: text.NoSuchSheet.Error(w.sheet, quoteList(w.sheets)), Sheet: w.sheets[0]}
	default:
		w.sheet = w.sheets[i]
	}
	if w.rows, err = w.file.Rows(w.sheet); err != nil {
		return brokenWorkbook(err)
	}
	return nil
}

// checkWorkbook refuses what is no workbook, and one that is larger unpacked
// than the limits.
func checkWorkbook(data []byte) error {
	if len(data) > mostWorkbook {
		return tooLargeWorkbook()
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return &FileError{Problem: text.NotATable.Error(text.ZIPFile), Hint: text.SaveAsCSV}
	}
	unpacked, book := uint64(0), false
	for _, part := range z.File {
		book = book || strings.EqualFold(part.Name, "xl/workbook.xml")
		if unpacked += part.UncompressedSize64; part.UncompressedSize64 > mostUnpacked || unpacked > mostUnpacked {
			return tooLargeWorkbook()
		}
	}
	switch {
	case len(z.File) > mostParts:
		return tooLargeWorkbook()
	case !book:
		return &FileError{Problem: text.NotATable.Error(text.ZIPFile), Hint: text.SaveAsCSV}
	}
	return nil
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
	defer func() {
		if p := recover(); p != nil {
			w.err = fmt.Errorf("%v", p)
		}
	}()
	if !w.rows.Next() {
		if w.err = w.rows.Error(); w.err == nil {
			w.err = io.EOF
		}
		return
	}
	cells, err := w.rows.Columns()
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

// Close removes what was unpacked to disk.
func (w *workbook) Close() error {
	if w.rows != nil {
		w.rows.Close()
	}
	return w.file.Close()
}

// columnLetters is a column of a sheet, from 1, as the sheet names it: A, B, AA.
func columnLetters(n int) string {
	name, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return fmt.Sprint(n)
	}
	return name
}
