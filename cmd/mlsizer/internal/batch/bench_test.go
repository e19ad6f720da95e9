package batch

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/wholetest"
)

// manyModels is a file of n models, evenly spread over the orders of magnitude.
func manyModels(n int, format string) string {
	var b strings.Builder
	r := rand.New(rand.NewSource(1))
	row := map[string]string{
		"csv": "m%d,%d\n", "quoted": "\"m%d\",\"%d\"\n", "jsonl": "{\"name\":\"m%d\",\"params\":%d}\n",
	}[format]
	if format != "jsonl" {
		b.WriteString(header)
	}
	for i := range n {
		fmt.Fprintf(&b, row, i, int64(math.Pow(10, 4+8.3*r.Float64())))
	}
	return b.String()
}

func BenchmarkBatch(b *testing.B) {
	const rows = 200_000
	report := func(b *testing.B, text string) {
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(float64(len(text))*float64(b.N)/b.Elapsed().Seconds()/1e6, "MB/s")
	}
	for _, f := range []string{"csv", "quoted", "jsonl"} {
		text := manyModels(rows, f)
		for _, sorted := range []bool{false, true} {
			b.Run(fmt.Sprintf("format=%s/sort=%v", f, sorted), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Run(context.Background(), strings.NewReader(text), io.Discard, Options{Sort: sorted, SortMemory: 1 << 30}); err != nil {
						b.Fatal(err)
					}
				}
				report(b, text)
			})
		}
	}
	text := manyModels(rows, "csv")
	// The options of the program: the unit is asked for, repeated names are
	// looked for, models are counted by a column.
	for name, opt := range map[string]Options{"classify": {AskUnit: true, Repeats: 50_000}, "classify-by": {AskUnit: true, Repeats: 50_000, By: "name"}} {
		b.Run("format=csv/options="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(context.Background(), strings.NewReader(text), io.Discard, opt); err != nil {
					b.Fatal(err)
				}
			}
			report(b, text)
		})
	}
	// The same rows with encoding/csv, a row at a time.
	b.Run("format=csv/reference", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := csv.NewReader(strings.NewReader(text))
			w := csv.NewWriter(io.Discard)
			r.Read()
			for {
				row, err := r.Read()
				if err == io.EOF {
					break
				}
				p, err := quantity.ParseParams(row[1])
				if err != nil {
					b.Fatal(err)
				}
				tier, beyond := sizing.DefaultBounds.Classify(p)
				w.Write([]string{row[0], strconv.FormatInt(int64(p), 10), "", tier.String(), strconv.FormatBool(beyond), "", ""})
			}
			w.Flush()
		}
		report(b, text)
	})
}

// A row costs no allocation: twenty times the rows cost no more than the
// buffers' growth does.
func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		format string
		opt    Options
	}{{"csv", Options{}}, {"quoted", Options{}}, {"csv", Options{AskUnit: true, Repeats: 50_000}}} {
		allocs := func(rows int) float64 {
			text := manyModels(rows, c.format)
			return testing.AllocsPerRun(5, func() {
				_, err := Run(context.Background(), strings.NewReader(text), io.Discard, c.opt)
				require.NoError(t, err)
			})
		}
		few, many := allocs(10_000), allocs(200_000)
		require.Less(t, (many-few)/190_000, 0.005, "allocations a row (%s, names looked at: %d)", c.format, c.opt.Repeats)
	}
}

// endless is a file that is made while it is read.
type endless struct {
	rows int
	buf  bytes.Buffer
	i    int
	row  string
}

func (e *endless) Read(p []byte) (int, error) {
	for e.buf.Len() < len(p) && e.i < e.rows {
		fmt.Fprintf(&e.buf, e.row, e.i)
		e.i++
	}
	return e.buf.Read(p)
}

// The memory of a run does not depend on the number of rows, good or bad.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads millions of rows")
	}
	type run struct {
		name string
		opt  Options
		row  string
	}
	var runs []run
	for _, r := range []run{{name: "csv"}, {name: "json", opt: Options{Format: JSON}}, {name: "sort", opt: Options{Sort: true, SortMemory: 1 << 20, TempDir: t.TempDir()}}} {
		for _, r.row = range []string{"m%d,7B\n", "m%d,-7\n", "%d,\n"} {
			runs = append(runs, r)
		}
	}
	for _, r := range wholetest.Sample(runs, 4) { // the diagonal: each form and each row once
		most := mostHeap(t, r.opt, r.row)
		require.Less(t, most, uint64(64<<20), "heap of %s, rows %q", r.name, r.row)
	}
}

// mostHeap is the most that the heap holds while 300,000 rows are read.
func mostHeap(t *testing.T, opt Options, row string) (most uint64) {
	w := writerFunc(func(p []byte) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	})
	runtime.GC()
	r := io.MultiReader(strings.NewReader(header), &endless{rows: 300_000, row: row})
	sum, err := Run(context.Background(), r, w, opt)
	require.NoError(t, err)
	require.EqualValues(t, 300_000, sum.Rows)
	return most
}

type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func TestProgress(t *testing.T) {
	require.Equal(t, "[############............]  50%  2.00M rows  1.00M rows/s  2s left", bar(2e6, 50, 100, 2e9, text.English))
	require.Equal(t, "1500 rows  750 rows/s", bar(1500, 50, 0, 2e9, text.English))
	var p Progress
	_, err := Run(context.Background(), strings.NewReader(header+"a,1\n"), io.Discard, Options{Progress: &p})
	require.NoError(t, err)
	require.EqualValues(t, 1, p.Rows.Load())
	require.EqualValues(t, len(header)+4, p.Bytes.Load())
}
