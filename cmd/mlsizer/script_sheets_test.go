package main

import (
	"encoding/csv"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	textencoding "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// encodings are the forms of a text file that cmdEncode makes.
var encodings = map[string]textencoding.Encoding{
	"gbk":      simplifiedchinese.GBK,
	"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16be": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	"utf-16":   unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
}

// cmdEncode FORM FILE: the file, which is UTF-8 with line feeds, becomes one in
// another encoding, or with carriage returns alone (cr).
func cmdEncode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: encode FORM FILE")
	}
	content := ts.ReadFile(args[1])
	if args[0] == "cr" {
		content = strings.ReplaceAll(content, "\n", "\r")
	} else {
		var err error
		content, err = encodings[args[0]].NewEncoder().String(content)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(content), 0o666))
}

// cmdWorkbook FILE SHEET=CSV...: a workbook with a sheet of each CSV file, whose
// cells that are numbers become numbers.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: workbook FILE SHEET=CSV...")
	}
	f := excelize.NewFile()
	defer f.Close()
	for i, arg := range args[1:] {
		name, file, _ := strings.Cut(arg, "=")
		if i == 0 {
			ts.Check(f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			ts.Check(err)
		}
		ts.Check(fillSheet(f, name, ts.ReadFile(file)))
	}
	ts.Check(f.SaveAs(ts.MkAbs(args[0])))
}

// fillSheet writes rows of CSV into a sheet; a line of one "-" is an empty row.
func fillSheet(f *excelize.File, sheet, rows string) error {
	r := csv.NewReader(strings.NewReader(rows))
	r.FieldsPerRecord = -1
	list, err := r.ReadAll()
	if err != nil {
		return err
	}
	for i, row := range list {
		if len(row) == 1 && row[0] == "-" {
			continue
		}
		for j, cell := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := f.SetCellDefault(sheet, at, cell); err != nil {
				return err
			}
		}
	}
	return nil
}
