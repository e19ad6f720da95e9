package batch

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// refRecord is a record as the reference reads it.
type refRecord struct {
	line  int
	raw   string
	cells []string
	bad   bool
}

// referenceRecords reads CSV record by record with encoding/csv. Where that
// gives an error, or a record of more than most bytes, the row is the first
// line of it, and the next line is read as a new record.
func referenceRecords(data string, comma rune, most int) []refRecord {
	var list []refRecord
	for line := 1; data != ""; {
		first := len(data)
		if i := strings.IndexByte(data, '\n'); i >= 0 {
			first = i + 1
		}
		n, bad := first, true
		var cells []string
		if string(trimLineEnd([]byte(data[:first]))) == "" {
			data = data[first:]
			line++
			continue
		}
		if first <= most {
			r := csv.NewReader(strings.NewReader(data))
			r.Comma, r.FieldsPerRecord = comma, -1
			var err error
			cells, err = r.Read()
			if size := int(r.InputOffset()); err == nil && size <= most {
				n, bad = size, false
			}
		}
		list = append(list, refRecord{line, data[:n], cells, bad})
		line += strings.Count(data[:n], "\n")
		data = data[n:]
	}
	return list
}

// referenceCSV is what Run writes for the rows of a file with the columns name
// and params. Of an error it holds only the line.
func referenceCSV(body string, most int) string {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Write(strings.Split(strings.TrimSpace(Header), ","))
	for _, r := range referenceRecords(body, ',', most) {
		line := r.line + 1 // below the header
		if !r.bad && strings.TrimSpace(strings.Join(r.cells, "")) == "" {
			continue // a row of empty cells is none
		}
		name, count := "", ""
		bad := r.bad || len(r.cells) != 2 || !utf8.ValidString(r.raw) || strings.ContainsRune(r.raw, 0)
		if bad {
			raw := trimLineEnd([]byte(r.raw))
			raw = head(raw[:min(len(raw), most)])
			name = shorten(strings.ToValidUTF8(string(raw), "\ufffd"))
			name = strings.ReplaceAll(name, "\r\n", "\n") // as whoever reads the output sees it
		} else {
			name, count = r.cells[0], r.cells[1]
			if name == "" && strings.TrimSpace(count) != "" {
				name = count
			}
		}
		name = text.Harmless(name)
		size, err := quantity.ParseSize(count)
		if bad || err != nil {
			w.Write([]string{name, "", "", "", "", "", fmt.Sprintf("line %d", line)})
			continue
		}
		tier, beyond := sizing.DefaultBounds.Classify(size.Params)
		n, active := strconv.FormatInt(int64(size.Params), 10), ""
		if size.Active > 0 {
			active = strconv.FormatInt(int64(size.Active), 10)
		}
		w.Write([]string{name, n, active, tier.String(), strconv.FormatBool(beyond), "", ""})
	}
	w.Flush()
	return out.String()
}

// withoutProblems cuts the error column of CSV output down to the line.
func withoutProblems(t testing.TB, out string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatalf("output is not CSV: %v\n%q", err, out)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, r := range rows {
		if text := r[6]; i > 0 && text != "" {
			if !strings.Contains(text, ", column ") {
				t.Errorf("error without a column: %q", text)
			}
			r[6] = text[:strings.IndexAny(text, ",:")]
		}
		w.Write(r)
	}
	w.Flush()
	return b.String()
}
