package batch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

const header = "name,params\n"

func runCSV(t testing.TB, text string, opt Options) (string, *Summary, error) {
	t.Helper()
	var out bytes.Buffer
	sum, err := Run(context.Background(), strings.NewReader(text), &out, opt)
	return out.String(), sum, err
}

// names resolves two names, as the catalogue would.
func names(cell string) (Model, error) {
	switch cell {
	case "gpt-3":
		return Model{Name: "gpt-3", Params: 174604259328, Active: 174604259328, Field: model.NLP}, nil
	case "moe":
		return Model{Name: "moe", Params: 8e9, Active: 1e9, Field: model.NLP}, nil
	}
	return Model{}, fmt.Errorf("no model %q", cell)
}

// The block size decides nothing: records, quotes and line ends that span two
// blocks are those of the whole.
func TestBlockBoundaries(t *testing.T) {
	body := "a,1\r\nb,\"2\"\n\"c\nc\",3\n\n\"d\"\"d\r\nd\",4B\r\n\"e,5\nf\"x,6\ng,7\"\nh,\"8\ni,9\n,10\nj,\nk,1,2\nlonglonglonglonglonglonglonglonglonglonglong,11\nm,12"
	want := referenceCSV(body, 40)
	for size := 1; size <= len(body)+2; size++ {
		got, _, err := runCSV(t, header+body, Options{BlockSize: size, MaxRecord: 40, Workers: 2})
		require.NoError(t, err)
		require.Equal(t, want, withoutProblems(t, got), "block of %d bytes", size)
	}
}

var pieces = []string{
	"a", "model-7b", "1", "7000000000", "1.5B", "1750亿", "-3", "0", "x y", "", "é", `"`, `""`, `"q"`, `"q,q"`, "\"q\nq\"",
	",", ",", ",", "\n", "\n", "\n", "\r\n", "\r", "\x00", "\xff", ";", "\t", "n,1\n", "n,12M\n", "\"n\",3\n", " ", `\.`,
	"7-13B", "~7B", "8x7B", "235B-A22B",
}

// Whatever a file holds, the rows are those of the reference.
func TestRunIsReference(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 60).Draw(rt, "body"), "")
		opt := Options{
			BlockSize: rapid.IntRange(1, 100).Draw(rt, "block"),
			MaxRecord: rapid.SampledFrom([]int{16, 40, 1 << 20}).Draw(rt, "max"),
			Workers:   rapid.IntRange(1, 3).Draw(rt, "workers"),
		}
		got, sum, err := runCSV(t, header+body, opt)
		want := referenceCSV(body, opt.MaxRecord)
		if err != nil && sum.Rows > 0 {
			rt.Fatal(err)
		}
		if sum.Rows == 0 {
			got = Header
		}
		if got := withoutProblems(t, got); got != want {
			rt.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func FuzzRun(f *testing.F) {
	for _, p := range pieces {
		f.Add([]byte("a,1\n"+p+",2\nb,3"), uint8(7), false)
	}
	f.Add([]byte("\"\r\n\""), uint8(3), true)     // a line end inside a broken row
	f.Add([]byte("\xc1\r\r"), uint8(0x13), false) // a carriage return of the row, one of its end
	f.Add([]byte("\"a\n\"b,2\nc,\"3"), uint8(3), true)
	f.Fuzz(func(t *testing.T, body []byte, block uint8, short bool) {
		if len(body) > 8<<10 {
			return // the reference is quadratic
		}
		opt := Options{BlockSize: int(block) + 1, Workers: 2, UTF8: true}
		most := 1 << 20
		if short {
			most = 24
			opt.MaxRecord = most
		}
		got, sum, err := runCSV(t, header+string(body), opt)
		if err != nil && sum.Rows > 0 {
			t.Fatal(err)
		}
		if sum.Rows == 0 {
			got = Header
		}
		if want := referenceCSV(string(body), most); withoutProblems(t, got) != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// Any bytes give an answer or an error, in every form, and JSON stays JSON.
func FuzzAnyFile(f *testing.F) {
	for _, s := range []string{"params\n7B", "{\"params\":7}\n{\"params\":\"7B\",\"name\":\"a\\nb\"}", "a\tb\n1\t2", "\x1f\x8b", "\ufeffname,params\na,1", "gpt-3\nmoe", "{\"model\":\"moe\"}\n[1]\n{\"a\":{\"params\":[1,\"}\"]}}"} {
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, sorted bool) {
		opt := Options{Format: JSON, Sort: sorted, SortMemory: 1 << 10, BlockSize: 64, Resolve: names}
		var out bytes.Buffer
		sum, err := Run(context.Background(), bytes.NewReader(data), &out, opt)
		if out.Len() == 0 {
			if err == nil {
				t.Fatal("no answer and no error")
			}
			return
		}
		var answer struct {
			Models []struct{ Params quantity.Params }
			Errors []RowError
		}
		if e := json.Unmarshal(out.Bytes(), &answer); e != nil {
			t.Fatalf("%v (run: %v)\n%s", e, err, out.Bytes())
		}
		if int64(len(answer.Models)) != sum.Classified() || int64(len(answer.Errors)) != sum.Unanswered() || sum.Rows != sum.Classified()+sum.Unanswered() {
			t.Fatalf("%d models and %d errors of %+v", len(answer.Models), len(answer.Errors), sum)
		}
	})
}

func TestColumns(t *testing.T) {
	for _, tt := range []struct{ name, text, column, want string }{
		{"names in any case", "Model,Num_Params\na,1B\n", "", "a,1000000000"},
		{"byte order mark", "\ufeffparams,name\n1B,a\n", "", "a,1000000000"},
		{"tabs", "name\tparameters\na,b\t1B\n", "", `"a,b",1000000000`},
		{"semicolons", "name;size\na;1B\n", "", "a,1000000000"},
		{"no header", "a,1B\n", "", "a,1000000000"},
		{"no header, counts alone", "1B\n", "", "1B,1000000000"},
		{"no header, names alone", "gpt-3\n", "", "gpt-3,174604259328"},
		{"names alone", "model\ngpt-3\n", "", "gpt-3,174604259328"},
		{"params before size", "size,params,name\n5,1B,a\n", "", "a,1000000000"},
		{"column by name", "name,x\na,1B\n", "X", "a,1000000000"},
		{"column by number", "name,x\na,1B\n", "2", "a,1000000000"},
		{"column by number, no header", "2024,1B\n", "2", "2024,1000000000"},
		{"quoted header", "\"na\nme\",\"params\"\na,1B\n", "", "1B,1000000000"},
		{"a count in quotes", "params\n\"1,000,000,000\"\n", "", `"1,000,000,000",1000000000`},
		{"JSON Lines", `{"name":"a","params":1e9}`, "", "a,1000000000"},
		{"JSON Lines, text", `{"Num-Params":"10亿","name":"a\u0062"}`, "", "ab,1000000000"},
		{"JSON Lines, names", `{"model":"gpt-3"}`, "", "gpt-3,174604259328"},
		{"JSON Lines, column", `{"x":{"y":[1,"}"]},"z":1000000000,"name":"a"}`, "z", "a,1000000000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := runCSV(t, tt.text, Options{Column: tt.column, Resolve: names})
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(got, Header+tt.want+","), got)
		})
	}
}

func TestFileErrors(t *testing.T) {
	packed := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, s)
		z.Close()
		return b.String()
	}
	for _, tt := range []struct{ name, text, column, want string }{
		{"empty", "", "", "empty"},
		{"blank lines", "\n\r\n\n", "", "empty"},
		{"empty gzip", packed(""), "", "empty"},
		{"header alone", "name,params\n", "", "a header and no rows"},
		{"unknown header", "foo,bar\n1,x\n", "", `no column with parameter counts (has "foo", "bar"`},
		{"two columns of a name", "params,Params\n1,2\n", "", "columns 1 and 2 are both named"},
		{"two counts", "1B,2B\n", "", "columns 1, 2 hold counts"},
		{"a count or four cells", "7,000,000,000\n", "", "may be one count or 4 cells"},
		{"no such column", "name,params\na,1\n", "foo", `no column "foo" in the header`},
		{"column out of range", "name,params\na,1\n", "3", "no column 3 (want 1 to 2)"},
		{"broken header", "name,\"params\n", "", "line 1, column 6: a quote that is not closed"},
		{"NUL", "na\x00me,params\n", "", "line 1, column 3: a NUL byte"},
		{"Latin-1", "n\xe4me,params\n", "", "line 1, column 2: byte 0xe4 is not UTF-8"},
		{"UTF-16", "\xff\xfep\x00", "", `no column with parameter counts (has "p"`},
		{"spreadsheet", "PK\x03\x04", "", "a spreadsheet"},
		{"Parquet", "PAR1....", "", "a Parquet file"},
		{"gzip in gzip", packed(packed("params\n1")), "", "gzip inside gzip"},
		{"bad gzip", "\x1f\x8b\x00\x00", "", "gzip header"},
		{"JSON array", `[{"params":1}]`, "", "a JSON array"},
		{"JSON without counts", `{"foo":1}`, "", `no key with a parameter count (has "foo"`},
		{"endless line", strings.Repeat("x", 2<<20), "", "line 1 is longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := runCSV(t, tt.text, Options{Column: tt.column})
			var file *FileError
			require.ErrorAs(t, err, &file)
			require.Contains(t, err.Error(), tt.want)
		})
	}
}

func TestBadRows(t *testing.T) {
	for _, tt := range []struct {
		name, row string
		column    int
		want      string
	}{
		{"zero", "a,0", 3, "zero"},
		{"negative", "a,-5", 3, "negative"},
		{"not a number", "a,NaN", 3, "not a number"},
		{"infinite", "a,inf", 3, "infinite"},
		{"overflow", "a,1e30", 3, "too large"},
		{"fraction", "a,0.5", 3, "below 1"},
		{"unknown name", "a,foo-7b", 3, `no model "foo-7b"`},
		{"empty", "abc,", 5, "no count"},
		{"blank", "abc, ", 5, "no count"},
		{"too few cells", "a", 1, "1 cell (want 2"},
		{"too many cells", "a,1,2", 1, "3 cells (want 2"},
		{"quote in a cell", `a,1"2`, 4, "a quote inside a field"},
		{"text after a quote", `"a"b,1`, 3, "text after a closing quote"},
		{"open quote", `a,"1`, 3, "a quote that is not closed"},
		{"not UTF-8", "a\xff,1", 2, "byte 0xff is not UTF-8"},
		{"NUL", "ab\x00,1", 3, "a NUL byte"},
		{"over-long", strings.Repeat("x", 70) + ",1", 1, "a line longer than 64 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// The rows around the bad one are answered.
			out, sum, err := runCSV(t, header+"before,1\n"+tt.row+"\nafter,2\n", Options{Resolve: names, MaxRecord: 64})
			require.NoError(t, err)
			require.EqualValues(t, 2, sum.Counts.ByTier[sizing.Small])
			require.EqualValues(t, 1, sum.Unanswered())
			require.EqualValues(t, 3, sum.Rows)
			require.EqualValues(t, 3, sum.Errors[0].Line)
			require.Equal(t, tt.column, sum.Errors[0].Column, sum.Errors[0].Problem)
			require.Contains(t, sum.Errors[0].Problem, tt.want)
			require.Contains(t, out, "line 3, column")
		})
	}
}

func TestBadJSONLines(t *testing.T) {
	for _, tt := range []struct {
		name, row string
		column    int
		want      string
	}{
		{"no object", `7`, 1, "not a JSON object"},
		{"cut", `{"params":7`, 11, "not valid JSON"},
		{"null", `{"params":null,"name":"x"}`, 11, "no count"},
		{"no key", `{"name":"x"}`, 1, "no count"},
		{"bool", `{"params":true}`, 11, "neither a number nor a text"},
		{"twice", `{"params":1,"PARAMS":2}`, 22, "two counts"},
		{"zero", `  {"params": 0}`, 14, "zero"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, sum, err := runCSV(t, `{"params":1}`+"\n"+tt.row+"\n"+`{"params":2}`, Options{Resolve: names})
			require.NoError(t, err)
			require.EqualValues(t, 3, sum.Rows)
			require.Len(t, sum.Errors, 1)
			require.EqualValues(t, 2, sum.Errors[0].Line)
			require.Equal(t, tt.column, sum.Errors[0].Column)
			require.Contains(t, sum.Errors[0].Problem, tt.want)
		})
	}
}

// What fails in the middle counts what was read, and never the part of a row.
func TestCutShort(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	r := rand.New(rand.NewSource(1))
	for i := range 100_000 {
		fmt.Fprintf(z, "m%d,%d\n", i, r.Int63n(1e12)+1)
	}
	z.Close()
	out, sum, err := runCSV(t, header+"", Options{})
	require.ErrorContains(t, err, "no rows")
	require.Equal(t, Header, out)
	require.Zero(t, sum.Rows)

	out, sum, err = runCSV(t, b.String()[:b.Len()/2], Options{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "truncated after line")
	require.Greater(t, sum.Rows, int64(1000))
	require.EqualValues(t, 1, sum.Bad)
	require.Contains(t, out, "reading failed inside this row")

	_, sum, err = runCSV(t, b.String()[:b.Len()-4], Options{}) // the checksum
	require.Error(t, err)
	require.EqualValues(t, 100_000, sum.Classified())
}

func TestSlowReaders(t *testing.T) {
	body := header + strings.Repeat("a,7B\n\"b\",1\n", 50)
	want, _, err := runCSV(t, body, Options{})
	require.NoError(t, err)
	for _, r := range []io.Reader{
		iotest.OneByteReader(strings.NewReader(body)), iotest.HalfReader(strings.NewReader(body)), iotest.DataErrReader(strings.NewReader(body)),
	} {
		var out bytes.Buffer
		_, err := Run(context.Background(), r, &out, Options{})
		require.NoError(t, err)
		require.Equal(t, want, out.String())
	}
	failing := io.MultiReader(strings.NewReader(body+"c,12"), iotest.ErrReader(errors.New("disk on fire")))
	_, err = Run(context.Background(), failing, io.Discard, Options{})
	require.ErrorContains(t, err, "disk on fire")
}

// A sort on disk gives what a sort in memory gives, and leaves no file.
func TestSort(t *testing.T) {
	var body strings.Builder
	r := rand.New(rand.NewSource(1))
	body.WriteString(header)
	for i := range 20_000 {
		fmt.Fprintf(&body, "m%d,%d\n", i, r.Int63n(3000)+1)
		if i%1000 == 0 {
			body.WriteString("bad,-1\n")
		}
	}
	for _, f := range []Format{CSV, JSON, JSONL, Rows} {
		opt := Options{Sort: true, Format: f, SortMemory: 1 << 30, Limit: 100}
		want, wantSum, err := runCSV(t, body.String(), opt)
		require.NoError(t, err)
		opt.TempDir = t.TempDir()
		opt.SortMemory = 4 << 10 // some two hundred runs: two levels
		got, sum, err := runCSV(t, body.String(), opt)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, wantSum, sum)
		left, err := os.ReadDir(opt.TempDir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
	// Equal ones keep their order.
	got, _, err := runCSV(t, header+"a,2\nb,1\nc,2\nd,1\n", Options{Sort: true, SortMemory: 1})
	require.NoError(t, err)
	require.Regexp(t, `(?s)\nb,.*\nd,.*\na,.*\nc,`, got)
	// More rows are wanted than fit.
	_, sum, err := runCSV(t, body.String(), Options{Sort: true, Format: Rows, Limit: 1e6, SortMemory: 64 << 10, TempDir: t.TempDir()})
	require.NoError(t, err)
	require.Len(t, sum.Kept, 20_000)
	_, _, err = runCSV(t, body.String(), Options{Sort: true, SortMemory: 1 << 10, TempDir: "/no/such/folder"})
	require.ErrorContains(t, err, "temporary file")
}

func TestManyErrors(t *testing.T) {
	n := 50_000
	for _, f := range []Format{CSV, JSON, JSONL} {
		out, sum, err := runCSV(t, header+strings.Repeat("a,x\n", n), Options{Format: f, Resolve: names})
		require.NoError(t, err)
		require.EqualValues(t, n, sum.Bad)
		require.Len(t, sum.Errors, MaxErrors)
		require.Equal(t, n, strings.Count(out, `no model`))
	}
}

// Short rows after a quote that is not closed for long are no larger a block
// than others.
func TestOpenQuoteBeforeShortRows(t *testing.T) {
	body := "a,\"" + strings.Repeat("x\n", 600_000) + "b,7\n"
	c := &cutter{
		r: strings.NewReader(body), quotes: true, size: 256 << 10, most: 256 << 10, line: 1,
		scan: csvScanner{comma: ',', max: 1 << 20},
	}
	var b block
	rows := 0
	for c.next(&b) {
		n := bytes.Count(b.data, []byte("\n"))
		require.LessOrEqual(t, n, maxRows+1)
		rows += n
	}
	require.Equal(t, 600_001, rows)
}

// Every line is an object, in the order of the input: a row or its error.
func TestJSONLines(t *testing.T) {
	out, _, err := runCSV(t, header+"a,2M\nbad,x\n\"b\"\"\",3B\n", Options{Format: JSONL})
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	require.Len(t, lines, 3)
	var first, second, third struct {
		Name, Tier, Error string
		Params, Line      int64
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &first))
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &second))
	require.NoError(t, json.Unmarshal([]byte(lines[2]), &third))
	require.EqualValues(t, 2_000_000, first.Params)
	require.EqualValues(t, 3, second.Line)
	require.NotEmpty(t, second.Error)
	require.Equal(t, `b"`, third.Name)
	require.Equal(t, "large", third.Tier)
}

func TestField(t *testing.T) {
	out, sum, err := runCSV(t, "model\ngpt-3\n7B\nmoe\n", Options{Resolve: names, Field: model.NLP})
	require.NoError(t, err)
	require.EqualValues(t, 1, sum.OtherField)
	require.Equal(t, Header+"gpt-3,174604259328,,very-large,false,nlp,\nmoe,8000000000,1000000000,large,false,nlp,\n", out)
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe() // input that never ends
	go func() {
		io.WriteString(w, header+"a,1\n")
		cancel()
	}()
	_, err := Run(ctx, r, io.Discard, Options{})
	require.ErrorIs(t, err, context.Canceled)
	w.Close()
}

type failingWriter struct{ left int }

func (f *failingWriter) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("no space")
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	body := header + strings.Repeat("a,7B\n", 1000)
	for _, f := range []Format{CSV, JSON, JSONL} {
		for _, sorted := range []bool{false, true} {
			for _, room := range []int{0, 60, 5000} {
				_, err := Run(context.Background(), strings.NewReader(body), &failingWriter{room}, Options{Format: f, Sort: sorted})
				require.ErrorContains(t, err, "no space")
			}
		}
	}
}
