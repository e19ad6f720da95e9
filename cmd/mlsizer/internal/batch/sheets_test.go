package batch

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"mlsizer/sizing"
)

// rowsOf are the names and counts that a file is read as.
func rowsOf(t *testing.T, data string, opt Options) [][2]string {
	t.Helper()
	out, _, err := runCSV(t, data, opt)
	require.NoError(t, err)
	cells, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	require.NoError(t, err)
	var rows [][2]string
	for _, c := range cells[1:] {
		rows = append(rows, [2]string{c[0], c[1]})
	}
	return rows
}

// A text is the same rows in every encoding, with every line end, and however
// it is read.
func TestEncodings(t *testing.T) {
	const plain = "名称,参数量\n甲,1750亿\n乙,70亿\n"
	want := [][2]string{{"甲", "175000000000"}, {"乙", "7000000000"}}
	encoded := map[string]string{"utf-8": plain, "utf-8 with a mark": "\ufeff" + plain, "cr": strings.ReplaceAll(plain, "\n", "\r"), "crlf": strings.ReplaceAll(plain, "\n", "\r\n"), "sep": "sep=,\r\n" + plain}
	var err error
	encoded["gbk"], err = simplifiedchinese.GBK.NewEncoder().String(plain)
	require.NoError(t, err)
	encoded["utf-16le"], err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	require.NoError(t, err)
	encoded["utf-16be"], err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(plain)
	require.NoError(t, err)
	for name, data := range encoded {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, want, rowsOf(t, data, Options{}))
			var whole, slow bytes.Buffer
			_, err := Run(context.Background(), strings.NewReader(data), &whole, Options{})
			require.NoError(t, err)
			_, err = Run(context.Background(), iotest.OneByteReader(strings.NewReader(data)), &slow, Options{BlockSize: 3})
			require.NoError(t, err)
			require.Equal(t, whole.String(), slow.String())
		})
	}
	latin, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String("name,params\na,7B\n")
	require.NoError(t, err)
	require.Equal(t, [][2]string{{"a", "7000000000"}}, rowsOf(t, latin, Options{}))
}

// Bytes above ASCII that are no pairs of GB2312 are another encoding.
func TestIsGBK(t *testing.T) {
	for in, want := range map[string]bool{
		"": false, "abc": false, "\xbc\xd7": true, "\xbc\xd7\xd2": true, "n\xe4me": false, "\xe4m": false, "\xff\xfe": false, "\xbc\xd7\x00": false, "\xe7\x94\xb2": false, "\xe7\x94": false,
	} {
		require.Equal(t, want, isGBK([]byte(in)), "%q", in)
	}
}

func TestSeparatorLine(t *testing.T) {
	for in, want := range map[string]byte{"sep=;": ';', "SEP=,\r\n": ',', "\"sep=\t\"\n": '\t', "sep=|": '|', "sep=": 0, "sep=ab": 0, "step=;": 0, "sep=x": 0, "": 0} {
		require.Equal(t, string(want), string(separatorLine([]byte(in))), "%q", in)
	}
}

// Titles above a header are passed over; a file without one keeps its first
// row.
func TestTitles(t *testing.T) {
	for _, tt := range []struct {
		name, data, column string
		want               [][2]string
		header             int64
	}{
		{"none", "name,params\na,7B\n", "", [][2]string{{"a", "7000000000"}}, 0},
		{"one", "Title\nname,params\na,7B\n", "", [][2]string{{"a", "7000000000"}}, 2},
		{"a year", "2024\n\nname,params\na,7B\n", "", [][2]string{{"a", "7000000000"}}, 3},
		{"wide", "Title,,\nsource,web,\nname,params,x\na,7B,\n", "", [][2]string{{"a", "7000000000"}}, 3},
		{"other separator", "Title, and more\nname;params\na;7B\n", "", [][2]string{{"a", "7000000000"}}, 2},
		{"column by name", "Title\nname,weights\na,7B\n", "weights", [][2]string{{"a", "7000000000"}}, 2},
		{"column by number", "Title\nMore\nname,x\na,7B\n", "2", [][2]string{{"a", "7000000000"}}, 3},
		{"no header", "a,7B\nb,13B\n", "", [][2]string{{"a", "7000000000"}, {"b", "13000000000"}}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, rowsOf(t, tt.data, Options{Column: tt.column}))
			_, sum, err := runCSV(t, tt.data, Options{Column: tt.column})
			require.NoError(t, err)
			require.Equal(t, tt.header, sum.HeaderLine)
		})
	}
	_, _, err := runCSV(t, strings.Repeat("Title\n", titleRows+1)+"name,params\na,7B\n", Options{})
	require.ErrorContains(t, err, `line 1: no column with parameter counts (has "Title"`)
}

// Counts that are all below 1,000 ask for their unit; one larger, one with a
// unit in the header or a given unit does not.
func TestAskUnit(t *testing.T) {
	for _, tt := range []struct {
		name, data, unit string
		asks             bool
	}{
		{"all small", "name,params\na,7\nb,13\n", "", true},
		{"a fraction", "name,params\na,7.5\n", "", true},
		{"beside one with a unit", "name,params\na,7\nb,13B\n", "", true},
		{"beside a name", "name,params\na,7\nb,gpt-3\n", "", true},
		{"without a header", "7\n13\n", "", true},
		{"JSON Lines", `{"params":7}`, "", true},
		{"one large", "name,params\na,7\nb,1000\n", "", false},
		{"an exponent", "name,params\na,7\nb,7e9\n", "", false},
		{"with units", "name,params\na,7B\n", "", false},
		{"unit in the header", "name,params (B)\na,7\n", "", false},
		{"given", "name,params\na,7\n", "B", false},
		{"parameters", "name,params\na,7\n", UnitOne, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, sum, err := runCSV(t, tt.data, Options{AskUnit: true, Unit: tt.unit, Resolve: names})
			if !tt.asks {
				require.NoError(t, err)
				require.NoError(t, sum.UnitMissing)
				return
			}
			var file *FileError
			require.ErrorAs(t, err, &file)
			require.True(t, file.AskUnit)
			require.Empty(t, out)
		})
	}
	require.Equal(t, [][2]string{{"a", "7000000000"}, {"b", "13000000"}}, rowsOf(t, "name,params (K)\na,7\nb,13M\n", Options{Unit: "B"}))
}

// Where the first thousand rows have no count, the whole file decides.
func TestAskUnitLater(t *testing.T) {
	head := header + strings.Repeat("a,\n", sampleRows)
	for rows, missing := range map[string]bool{"b,7\n": true, "b,7\nc,13B\n": true, "b,7\nc,1000\n": false, "b,7B\n": false} {
		out, sum, err := runCSV(t, head+rows, Options{AskUnit: true})
		require.NoError(t, err)
		require.Equal(t, missing, sum.UnitMissing != nil, rows)
		require.Contains(t, out, "\nb,7")
	}
}

// In a file with semicolons a comma is the decimal mark unless its numbers show
// otherwise.
func TestDecimalComma(t *testing.T) {
	for _, tt := range []struct {
		rows string
		want []string
	}{
		{"a;1,5B\n", []string{"1500000000"}}, {"a;1,500B\n", []string{"1500000000"}}, {"a;1.5B\nb;1,500B\n", []string{"1500000000", "1500000000000"}},
		{"a;1.500\nb;1,5B\n", []string{"1500", "1500000000"}}, {"a;7.000.000.000\n", []string{"7000000000"}}, {"a;7,000,000,000\n", []string{"7000000000"}},
		{"a;0,5-1,5B\n", []string{"1500000000"}}, {"a;1.8T\n", []string{"1800000000000"}},
	} {
		var got []string
		for _, r := range rowsOf(t, "name;params\n"+tt.rows, Options{}) {
			got = append(got, r[1])
		}
		require.Equal(t, tt.want, got, tt.rows)
	}
}

func TestBy(t *testing.T) {
	const data = "name,params,org,date\na,7B,X,2023-05-12\nb,13B,Y,12.6.2024\nc,1T,X,2024\nd,1M,,\n"
	groupsOf := func(data string, opt Options) map[string][sizing.NumTiers]int {
		_, sum, err := runCSV(t, data, opt)
		require.NoError(t, err)
		got := map[string][sizing.NumTiers]int{}
		for _, g := range sum.Groups {
			got[g.Key] = g.Counts.ByTier
		}
		return got
	}
	require.Equal(t, map[string][sizing.NumTiers]int{"X": {0, 0, 1, 1}, "Y": {0, 0, 1, 0}, "": {0, 1, 0, 0}}, groupsOf(data, Options{By: "vendor"}))
	require.Equal(t, map[string][sizing.NumTiers]int{"2023": {0, 0, 1, 0}, "2024": {0, 0, 1, 1}, "": {0, 1, 0, 0}}, groupsOf(data, Options{By: "year"}))
	require.Equal(t, map[string][sizing.NumTiers]int{"x": {0, 0, 2, 0}, "": {0, 0, 1, 0}}, groupsOf(`{"params":7e9,"k":"x"}`+"\n"+`{"params":8e9,"k":"x"}`+"\n"+`{"params":8e9,"k":null}`, Options{By: "k"}))
	require.Equal(t, map[string][sizing.NumTiers]int{"nlp": {0, 0, 0, 2}, "": {0, 0, 1, 0}}, groupsOf("name,params\ngpt-3,175B\nx,7B\n,gpt-3\n", Options{By: "field", Resolve: names}))
	_, _, err := runCSV(t, data, Options{By: "price"})
	require.ErrorContains(t, err, `no column "price"`)
	_, _, err = runCSV(t, "a,7B\n", Options{By: "vendor"})
	require.ErrorContains(t, err, "no header")
}

// The values of a column that a worker tells apart are limited; none is lost.
func TestManyGroups(t *testing.T) {
	var b strings.Builder
	b.WriteString("params,k\n")
	for i := range 3 * maxGroups {
		fmt.Fprintf(&b, "7B,%d\n", i)
	}
	_, sum, err := runCSV(t, b.String(), Options{By: "k", Workers: 1})
	require.NoError(t, err)
	require.Len(t, sum.Groups, maxGroups+1)
	last := sum.Groups[maxGroups]
	require.True(t, last.Rest)
	require.Equal(t, 2*maxGroups, last.Counts.ByTier[sizing.Large])
}

func TestYearOf(t *testing.T) {
	for in, want := range map[string]string{"2023": "2023", "2023-05-12": "2023", "12.05.2023": "2023", "May 1998": "1998", "20230512": "20230512", "3000": "3000", "": "", "45000": "2023"} {
		require.Equal(t, want, yearOf(in, true), in)
	}
	require.Equal(t, "45000", yearOf("45000", false))
}

// Repeated names are found across blocks, in any case, up to the limit.
func TestRepeats(t *testing.T) {
	data := header + "a,7B\nb,7B\nA,13B\na,1B\n,7B\n,7B\n"
	for _, size := range []int{1, 7, 1 << 10} {
		_, sum, err := runCSV(t, data, Options{Repeats: 100, BlockSize: size})
		require.NoError(t, err)
		require.EqualValues(t, 2, sum.Repeated)
		require.Equal(t, []Repeat{{"A", 4, 2}, {"a", 5, 2}}, sum.Repeats)
		require.Zero(t, sum.NamesLookedAt)
	}
	_, sum, err := runCSV(t, data, Options{Repeats: 2, BlockSize: 1})
	require.NoError(t, err)
	require.Zero(t, sum.Repeated)
	require.EqualValues(t, 2, sum.NamesLookedAt)
	_, sum, err = runCSV(t, data, Options{})
	require.NoError(t, err)
	require.Zero(t, sum.Repeated)
}

// The largest first, in memory and on disk.
func TestDescending(t *testing.T) {
	for _, memory := range []int{1, 1 << 20} {
		out, _, err := runCSV(t, header+"a,2\nb,3\nc,2\nd,1\n", Options{Sort: true, Descending: true, SortMemory: memory, TempDir: t.TempDir()})
		require.NoError(t, err)
		require.Regexp(t, `(?s)\nb,.*\na,.*\nc,.*\nd,`, out)
	}
}

// bookOf is a workbook with a sheet of rows.
func bookOf(t testing.TB, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		require.NoError(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.String()
}

func TestWorkbook(t *testing.T) {
	book := bookOf(t, []any{"Models"}, nil, []any{"name", "params", "note"}, []any{"a", 7e9}, nil, []any{"b, c", "1750亿", "x"}, []any{"d", nil, "y"}, []any{"e", 0.5})
	out, sum, err := runCSV(t, book, Options{})
	require.NoError(t, err)
	require.Equal(t, Header+"a,7000000000,,large,false,,\n\"b, c\",175000000000,,very-large,false,,\n"+
		"d,,,,,,\"line 7, column B: no count (the cell is empty)\"\n"+
		"e,,,,,,\"line 8, column B: \"\"0.5\"\": below 1 (want a parameter count from 1 to 9.22e18, such as 7B, 124M, 6.74e9, 7,000,000,000 or 70亿)\"\n", out)
	require.Equal(t, "Sheet1", sum.Sheet)
	require.EqualValues(t, 3, sum.HeaderLine)
	require.Equal(t, "B", sum.Errors[0].Place())
}

// A workbook that is too large, or none, is refused before it is unpacked.
func TestWorkbookLimits(t *testing.T) {
	zipOf := func(fill func(z *zip.Writer)) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		fill(z)
		require.NoError(t, z.Close())
		return b.String()
	}
	bomb := zipOf(func(z *zip.Writer) {
		z.Create("xl/workbook.xml")
		for i := range 2 { // what a part says of its size is enough
			_, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("xl/worksheets/sheet%d.xml", i), Method: zip.Deflate, UncompressedSize64: mostUnpacked/2 + 1})
			require.NoError(t, err)
		}
	})
	parts := zipOf(func(z *zip.Writer) {
		z.Create("xl/workbook.xml")
		for i := range mostParts {
			z.Create(fmt.Sprint(i))
		}
	})
	other := zipOf(func(z *zip.Writer) { z.Create("content.xml") })
	empty := zipOf(func(z *zip.Writer) { z.Create("xl/workbook.xml") })
	book := bookOf(t, []any{"params"}, []any{"7B"})
	for _, tt := range []struct{ name, data, want string }{
		{"bomb", bomb, "of more than 512 MiB unpacked"}, {"parts", parts, "of more than"}, {"another zip", other, "a ZIP file or a spreadsheet"},
		{"cut", book[:len(book)/2], "a ZIP file or a spreadsheet"}, {"without sheets", empty, "a workbook that cannot be read"},
	} {
		_, _, err := runCSV(t, tt.data, Options{})
		require.ErrorContains(t, err, tt.want, tt.name)
	}
	_, err := openWorkbook(io.MultiReader(strings.NewReader("PK\x03\x04"), io.LimitReader(zeroReader{}, mostWorkbook)), Options{})
	require.ErrorContains(t, err, "of more than 64 MiB")
	_, _, err = runCSV(t, book, Options{Sheet: "x"})
	require.ErrorContains(t, err, `no sheet "x" (has "Sheet1")`)
	_, _, err = runCSV(t, "params\n7B\n", Options{Sheet: "x"})
	require.ErrorContains(t, err, "no workbook")
}

// zeroReader reads zeros without an end.
type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Any bytes in place of a workbook give rows or an error.
func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(bookOf(f, []any{"name", "params"}, []any{"a", 7}, nil, []any{"b", "7B"})))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := openWorkbook(bytes.NewReader(data), Options{TempDir: t.TempDir()})
		if err != nil {
			require.Nil(t, w)
			return
		}
		defer w.Close()
		_, err = io.Copy(io.Discard, io.LimitReader(w, 1<<20))
		_ = err // of the sheet: what matters is that it ends
	})
}

// The sheet of a workbook may be any XML.
func FuzzSheet(f *testing.F) {
	for _, s := range []string{
		`<row r="1"><c r="A1" t="inlineStr"><is><t>params</t></is></c></row><row r="3"><c r="A3"><v>7</v></c></row>`, `<row r="9"><c r="XFD9"><v>1e9</v></c></row>`,
		`<row r="0"><c r="A0" t="s"><v>99</v></c></row>`, `<row><c><v>1</v>`, `<row r="-1">`, `<c r="!">`, "",
	} {
		f.Add(s)
	}
	parts, err := zip.NewReader(strings.NewReader(bookOf(f, []any{"params"})), int64(len(bookOf(f, []any{"params"}))))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, rows string) {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, part := range parts.File {
			w, err := z.Create(part.Name)
			require.NoError(t, err)
			if part.Name == "xl/worksheets/sheet1.xml" {
				io.WriteString(w, `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`+rows+`</sheetData></worksheet>`)
				continue
			}
			r, err := part.Open()
			require.NoError(t, err)
			_, err = io.Copy(w, r)
			require.NoError(t, err)
		}
		require.NoError(t, z.Close())
		book, err := openWorkbook(&b, Options{})
		if err != nil {
			return
		}
		defer book.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(book, 1<<20))
	})
}

// Whatever the bytes, decoding gives text whose lines do not depend on how it
// is read.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"a\rb\r\nc\r", "\xff\xfea\x00\n\x00", "\xfe\xff\x00a", "\xbc\xd7,\xd2\xd2\n", "a\x00b\x00c\x00d\x00\n\x00", "sep=;\r\na;b", "\xff\xfe\x00\xd8"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(r io.Reader) string {
			s := &source{r: r, line: 1}
			s.decode(Options{})
			text, err := io.ReadAll(s.all())
			if err != nil && err != io.EOF {
				t.Fatal(err)
			}
			return string(text)
		}
		whole := read(bytes.NewReader(data))
		require.Equal(t, whole, read(iotest.OneByteReader(bytes.NewReader(data))))
		if !strings.Contains(whole, "\n") {
			require.NotContains(t, whole, "\r")
		}
	})
}
