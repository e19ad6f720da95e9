package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(inEnglish{m}, map[string]func(){"mlsizer": main})
}

// inEnglish runs the tests, and not the programs that they start, in English
// whatever the locale of who runs them.
type inEnglish struct{ *testing.M }

func (m inEnglish) Run() int {
	os.Unsetenv("LC_ALL")
	os.Unsetenv("LC_MESSAGES")
	os.Setenv("LANG", "en_US.UTF-8")
	os.Setenv("SOURCE_DATE_EPOCH", testDay)
	return m.M.Run()
}

// testDay is the day that the ages of prices are counted to: 2026-12-01.
const testDay = "1796083200"

// fastExit keeps the race detector from waiting a second at the end of each of
// the hundreds of programs that the tests start.
const fastExit = "atexit_sleep_ms=10"

// TestScript runs the archives of testdata/script: what a user types and sees.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", fastExit)
			env.Setenv("LANG", "en_US.UTF-8")
			env.Setenv("SOURCE_DATE_EPOCH", testDay)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"within": cmdWithin, "json": cmdJSON, "csv": cmdCSV,
		},
	})
}

// cmdWithin N: no line of stdout is wider than N characters.
func cmdWithin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: within N")
	}
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	for line := range strings.SplitSeq(ts.ReadFile("stdout"), "\n") {
		if n := utf8.RuneCountInString(line); n > most {
			ts.Fatalf("a line of %d characters (want at most %d):\n%s", n, most, line)
		}
	}
}

// cmdJSON PATH VALUE: stdout is JSON, and has the value at a path such as
// rows.0.model.tier. A value of * takes anything that is there.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	d.UseNumber()
	var v any
	ts.Check(d.Decode(&v))
	got, ok := at(v, strings.Split(args[0], "."))
	match := ok && (args[1] == "*" || got == args[1])
	if match == neg {
		ts.Fatalf("%s is %q (there: %v), want %q (negated: %v)", args[0], got, ok, args[1], neg)
	}
}

// at is the text of the value at a path of a decoded JSON.
func at(v any, path []string) (string, bool) {
	for _, key := range path {
		switch parent := v.(type) {
		case map[string]any:
			child, ok := parent[key]
			if !ok {
				return "", false
			}
			v = child
		case []any:
			if key == "len" {
				return strconv.Itoa(len(parent)), true
			}
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(parent) {
				return "", false
			}
			v = parent[i]
		default:
			return "", false
		}
	}
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", true
}

// cmdCSV ROW COLUMN VALUE: stdout is CSV, and has the value in the row (from
// 1, the head not counted).
func cmdCSV(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: csv ROW COLUMN VALUE")
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile("stdout"))).ReadAll()
	ts.Check(err)
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for i, name := range rows[0] {
		if name == args[1] {
			if got := rows[n][i]; got != args[2] {
				ts.Fatalf("row %d has %s %q, want %q", n, name, got, args[2])
			}
			return
		}
	}
	ts.Fatalf("no column %q in %v", args[1], rows[0])
}

// The pieces of a program that the unit tests call.
func runArgs(args ...string) (stdout, stderr string, code int) {
	var out, err strings.Builder
	code = execute(args, strings.NewReader(""), &out, &err)
	return out.String(), err.String(), code
}

func TestMainSilent(t *testing.T) {
	t.Setenv("COLUMNS", "")
	os.Unsetenv("COLUMNS")
	out, errOut, code := runArgs("--version")
	if code != 0 || errOut != "" || !strings.HasPrefix(out, "mlsizer ") {
		t.Errorf("--version: %q, %q, exit %d", out, errOut, code)
	}
}
