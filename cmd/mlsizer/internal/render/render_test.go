package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// sample is a document with every kind of value.
func sample(name string) *Document {
	return &Document{
		Title: text.T("title "+name, "题 "+name),
		Tables: []Table{{
			Title: text.T("table", "表"), TitleNotes: []int{2},
			Columns: []Column{
				{Name: "name", Head: text.T("hardware", "硬件"), Wrap: true},
				{Name: "memory_bytes", Head: text.T("memory", "显存"), Right: true},
				{Name: "seconds", Head: text.T("run time", "时间"), Right: true, Drop: 1},
				{Name: "usd", Head: text.T("cost", "费用"), Right: true, Drop: 2},
				{Name: "share", Head: text.T("share", "占比"), Right: true},
				{Name: "fits", Head: text.T("fits", "放下")},
			},
			Rows: [][]Cell{
				{{Value: name, Notes: []int{1}}, {Value: quantity.Bytes(80 << 30)}, {Value: Range{1036800, 864000, 1123200}}, {Value: quantity.USD(1.234e6)}, {Value: Percent(0.431)}, {Value: true}},
				{{Value: text.T("plain", "普通")}, {Value: quantity.Bytes(512 << 30)}, {Value: Range{10368000, 8640000, 11232000}}, {}, {Value: Percent(0.0001)}, {Value: false}},
			},
		}},
		Notes: []Note{{Text: text.T("first "+name, "其一"), Source: "arXiv:2204.02311"}, {Text: text.Same("second")}},
		JSON:  map[string]string{"text": name},
	}
}

func write(t testing.TB, d *Document, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	const want = `title h100

table ²
          memory             run time  cost
hardware     GiB                 days    $M   share  fits
--------  ------  -------------------  ----  ------  ----
h100 ¹      80.0     12.0 (10.0–13.0)  1.23  43.1 %  yes
plain      512.0  120.0 (100.0–130.0)        <0.1 %  no

¹ first h100 [arXiv:2204.02311]
² second
`
	got := write(t, sample("h100"), Page{Width: 100})
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if strings.HasSuffix(line, " ") {
			t.Errorf("space at the end of %q", line)
		}
	}
}

func TestTextColour(t *testing.T) {
	plain, coloured := write(t, sample("x"), Page{Width: 80}), write(t, sample("x"), Page{Width: 80, Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("escapes without colour")
	}
	if stripped := strings.NewReplacer(bold, "", dim, "", reset, "").Replace(coloured); stripped != plain {
		t.Errorf("colour changes the text:\n%s", coloured)
	}
}

// TestTextFits holds every width to its promise: lines that fit, and no number
// cut.
func TestTextFits(t *testing.T) {
	d := sample("an accelerator with a rather long name")
	for w := 12; w <= 120; w++ {
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			got := write(t, d, Page{Width: w, Fit: true, Lang: lang})
			list := strings.Contains(got, ": 43.1 %")
			for line := range strings.SplitSeq(got, "\n") {
				if !list && w > 24 && width(line) > w {
					t.Fatalf("width %d: a line of %d:\n%s", w, width(line), got)
				}
			}
			if !strings.Contains(got, "43.1 %") {
				t.Fatalf("width %d: a number is cut:\n%s", w, got)
			}
		}
	}
	narrow := write(t, d, Page{Width: 60, Fit: true})
	if !strings.Contains(narrow, "left out to fit the width: cost") {
		t.Errorf("what was left out is not said:\n%s", narrow)
	}
	// Heads begin where the tallest that is shown does.
	tall := sample("x")
	tall.Tables[0].Columns[3].Head = text.Same("much ado about what a million of them will cost in all")
	if got := write(t, tall, Page{Width: 50, Fit: true}); strings.Contains(got, "²\n\n") {
		t.Errorf("empty lines above the heads:\n%s", got)
	}
	if piped := write(t, d, Page{Width: 40}); !strings.Contains(piped, "1.23") {
		t.Errorf("a pipe loses columns:\n%s", piped)
	}
}

// TestWidthIsPinned: the same answer prints the same in every locale.
func TestWidthIsPinned(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "显存": 4, "§±×¹": 4, "é": 1, "–": 1} {
		if got := width(s); got != want {
			t.Errorf("width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	got := write(t, sample("a|b\nc<script>"), Page{Format: Markdown})
	for _, part := range []string{
		"# title a\\|b c&lt;script&gt;\n", "## table ²\n", "| hardware | memory (GiB) |", "|---|---:|---:|---:|---:|---|\n",
		"| a\\|b c&lt;script&gt; ¹ |", "\n1. first ", "\n2. second\n",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
}

func TestCSVOfTable(t *testing.T) {
	got := write(t, sample("a,\"b\"\nc"), Page{Format: CSV})
	const want = "name,memory_bytes,seconds,usd,share,fits\n\"a,\"\"b\"\"\nc\",85899345920,1036800,1234000,0.431,true\nplain,549755813888,10368000,,0.0001,false\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCSVOfRecords(t *testing.T) {
	type inner struct {
		Bytes quantity.Bytes `json:"bytes"`
	}
	type record struct {
		Name   string         `json:"name"`
		Memory *inner         `json:"memory,omitempty"`
		FLOPs  quantity.FLOPs `json:"flops"`
		List   []string       `json:"list"`
		Notes  []inner        `json:"notes"`
		Error  string         `json:"error,omitempty"`
	}
	d := &Document{Records: []record{
		{Name: "bad", Error: "no rate"},
		{Name: "a", Memory: &inner{1 << 40}, FLOPs: 3.14e23, List: []string{"x", "y"}, Notes: []inner{{1}}},
	}}
	got := write(t, d, Page{Format: CSV})
	const want = "name,memory_bytes,flops,list,error\nbad,,0,,no rate\na,1099511627776,3.14e+23,x; y,\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestJSON(t *testing.T) {
	got := write(t, sample("<a&b>"), Page{Format: JSON})
	if got != "{\n  \"text\": \"<a&b>\"\n}\n" {
		t.Errorf("got %s", got)
	}
}

func TestHTML(t *testing.T) {
	got := write(t, sample(`<script>alert("x")</script>`), Page{Format: HTML, Lang: text.Chinese, Command: "mlsizer <b>"})
	for _, part := range []string{`<html lang="zh">`, "<title>题 &lt;script&gt;", "&lt;script&gt;alert(", "<th class=\"right\">显存<small>GiB</small></th>", "<code>mlsizer &lt;b&gt;</code>", "<sup>1</sup>"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
	if strings.Contains(got, "<script") || strings.Contains(got, "http") {
		t.Error("the page is not self-contained, or not escaped")
	}
}

// TestScales: one unit a column; across tables where asked; none where the
// values are too far apart.
func TestScales(t *testing.T) {
	column := func(across, coarse bool, values ...any) Table {
		table := Table{Columns: []Column{{Name: "x", Head: text.Same("x"), Across: across, Coarse: coarse}}}
		for _, v := range values {
			table.Rows = append(table.Rows, []Cell{{Value: v}})
		}
		return table
	}
	day, ms := quantity.Seconds(86400), quantity.Seconds(1e-3)
	d := Document{Tables: []Table{
		column(true, false, 2*day), column(true, false, 400*day, nil), column(false, false, ms, day),
		column(false, true, quantity.Bytes(12<<20), quantity.Bytes(80<<30)), column(false, false, "text"),
	}}
	s := d.scales()
	if s[0][0].Unit() != "days" || s[1][0].Unit() != "days" {
		t.Errorf("the shared units are %q and %q", s[0][0].Unit(), s[1][0].Unit())
	}
	if s[2][0] != nil || s[4][0] != nil {
		t.Error("a scale where there is none")
	}
	if s[3][0].Unit() != "GiB" {
		t.Errorf("the coarse unit is %q", s[3][0].Unit())
	}
}

func FuzzEscaping(f *testing.F) {
	for _, s := range []string{"", "a|b", "\n|\r", "<script>", "\x1b[31m", "`*_[](x)`", "显存，大", "\xff\xfe", "=1+1", "\u2028", "a\x00b\u202ec"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d := sample(s)
		// Markdown: a line per row, with as many cells as columns.
		lines := strings.Split(write(t, d, Page{Format: Markdown}), "\n")
		rows := 0
		for _, line := range lines {
			if !strings.HasPrefix(line, "|") {
				continue
			}
			rows++
			bars := strings.Count(line, "|") - strings.Count(line, `\|`)
			if bars != 7 {
				t.Errorf("%d bars in %q", bars, line)
			}
		}
		if rows != 4 {
			t.Errorf("%d lines of table", rows)
		}
		// CSV: what goes in comes out, but for what a terminal would act on.
		if utf8.ValidString(s) && !strings.Contains(s, "\r") {
			got, err := csv.NewReader(strings.NewReader(write(t, d, Page{Format: CSV}))).ReadAll()
			if err != nil || len(got) != 3 || got[1][0] != text.Harmless(s) {
				t.Errorf("CSV: %q, %v", got, err)
			}
		}
		// HTML: the same tags, whatever the text.
		page := write(t, d, Page{Format: HTML})
		if got, want := strings.Count(page, "<"), strings.Count(write(t, sample(""), Page{Format: HTML}), "<"); got != want {
			t.Errorf("%d tags, want %d", got, want)
		}
		// JSON: valid.
		if !json.Valid([]byte(write(t, d, Page{Format: JSON}))) {
			t.Error("not JSON")
		}
		// Text: no escape gets through, and every line is a line of ours.
		plain := write(t, d, Page{Width: 100})
		if strings.ContainsFunc(plain, func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 }) {
			t.Errorf("control characters in %q", plain)
		}
	})
}

func TestDurationInChinese(t *testing.T) {
	day := quantity.Seconds(86400)
	for _, c := range []struct {
		v    any
		l    text.Lang
		want string
	}{
		{12 * day, text.English, "12.0 days"},
		{12 * day, text.Chinese, "12.0 天"},
		{quantity.Seconds(0.0123), text.Chinese, "12.3 毫秒"},
		{Range{Mid: 12 * day, Low: 11 * day, High: 14 * day}, text.Chinese, "12.0 天 (11.0–14.0)"},
		{Range{Mid: 12 * day, Low: 11 * day, High: 14 * day}, text.English, "12.0 days (11.0–14.0)"},
	} {
		if got := show(c.v, nil, c.l); got != c.want {
			t.Errorf("%v: %q, want %q", c.v, got, c.want)
		}
	}
}

func TestVerdictColours(t *testing.T) {
	for verdict, want := range map[Verdict]string{
		NoVerdict: "\x1b[1mT\x1b[0m\n", Good: "\x1b[1m\x1b[32mT\x1b[0m\n", Doubtful: "\x1b[1m\x1b[33mT\x1b[0m\n", Bad: "\x1b[1m\x1b[31mT\x1b[0m\n",
	} {
		d := &Document{Title: text.Same("T"), Verdict: verdict}
		var painted, plain strings.Builder
		require.NoError(t, Write(&painted, d, Page{Width: 80, Color: true}))
		require.NoError(t, Write(&plain, d, Page{Width: 80}))
		require.Equal(t, want, painted.String())
		require.Equal(t, "T\n", plain.String())
	}
}

// A note that only a column left out refers to is left out with it, and the
// others are numbered anew.
func TestNotesOfColumnsLeftOut(t *testing.T) {
	d := &Document{
		Tables: []Table{{
			Columns: []Column{
				{Name: "name", Head: text.Same("name")},
				{Name: "rest", Head: text.Same("a long head of what may be left out"), Notes: []int{1}, Drop: 1},
				{Name: "speed", Head: text.Same("speed"), Notes: []int{2, 3}},
			},
			Rows: [][]Cell{{{Value: "x"}, {Value: strings.Repeat("wide ", 8), Notes: []int{3}}, {Value: "5"}}},
		}},
		Notes: []Note{{Text: text.Same("of the rest")}, {Text: text.Same("of the speed")}, {Text: text.Same("of both")}},
	}
	wide := write(t, d, Page{Width: 120, Fit: true})
	require.Contains(t, wide, "¹ of the rest")
	narrow := write(t, d, Page{Width: 30, Fit: true})
	require.NotContains(t, narrow, "of the rest")
	require.Contains(t, narrow, "speed ¹\nname  ²\n")
	require.Contains(t, narrow, "¹ of the speed\n² of both\n")
	require.Contains(t, write(t, d, Page{Width: 120, Fit: true}), "³ of both", "the document was changed")
}
