package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/wholetest"
)

// program is what the scripts and the README call.
const program = "mlsizer"

// TestMain is the program where the test binary is started by its name, and the
// tests of it otherwise, in English whatever the locale of who runs them.
func TestMain(m *testing.M) {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == program {
		main()
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES"} {
		os.Unsetenv(name)
	}
	os.Setenv("LANG", "en_US.UTF-8")
	debug.SetGCPercent(800) // a quarter of the time goes into collecting thousands of small answers
	os.Exit(testMain(m))
}

// testMain runs the tests with the program in the path.
func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", program)
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := install(dir); err != nil {
		log.Fatal(err)
	}
	os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return m.Run()
}

// install puts the test binary into a folder under the name of the program, as
// a copy where the system has no symbolic links.
func install(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, program)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if os.Symlink(self, name) == nil {
		return nil
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		return err
	}
	return os.WriteFile(name, binary, 0o777)
}

// testDay is the day that the ages of prices are counted to: 2026-12-01.
const testDay = "1796083200"

// fastExit keeps the race detector from waiting a second at the end of each of
// the hundreds of programs that the tests start.
const fastExit = "atexit_sleep_ms=10"

// TestScript runs the archives of testdata/script: what a user types and sees.
func TestScript(t *testing.T) {
	dir, err := filepath.Abs("testdata/script") // the folder changes below it
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", fastExit)
			env.Setenv("LANG", "en_US.UTF-8")
			env.Setenv("SOURCE_DATE_EPOCH", testDay)
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			program: cmdProgram, "within": cmdWithin, "lines": cmdLines, "json": cmdJSON, "csv": cmdCSV,
			"encode": cmdEncode, "workbook": cmdWorkbook,
		},
	})
}

// condition whole: the run covers everything.
func condition(name string) (bool, error) {
	if name != "whole" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return wholetest.Asked(), nil
}

// cmdProgram runs the program inside the test, without what stdin gives it: to
// start one takes longer than most answers. A line with exec starts one, and in
// a run of the whole so does every line.
func cmdProgram(ts *testscript.TestScript, neg bool, args []string) {
	var failed bool
	if wholetest.Asked() {
		failed = ts.Exec(program, args...) != nil
	} else {
		failed = inside(ts, args) != 0
	}
	if failed != neg {
		ts.Fatalf("%s %s: failed: %v, want %v", program, strings.Join(args, " "), failed, neg)
	}
	checkHint(ts)
}

// variables are those of the environment that the program reads.
var variables = []string{
	"COLUMNS", "LANG", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "TERM",
	"HF_ENDPOINT", "HF_TOKEN", "HOME", "MLSIZER_CACHE", "TMPDIR", "XDG_CACHE_HOME",
}

// process is held while the environment and the folder of the tests are those
// of a script.
var process sync.Mutex

// inside runs the program in the environment and the folder of a script, and
// returns its exit code.
func inside(ts *testscript.TestScript, args []string) int {
	return insideWith(ts, args, ts.Stdout(), ts.Stderr())
}

// insideWith is inside with streams of its own.
func insideWith(ts *testscript.TestScript, args []string, stdout, stderr io.Writer) int {
	process.Lock()
	defer process.Unlock()
	back, err := os.Getwd()
	ts.Check(err)
	for _, name := range variables {
		before := os.Getenv(name)
		defer os.Setenv(name, before)
		os.Setenv(name, ts.Getenv(name))
	}
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer os.Chdir(back)
	return execute(args, strings.NewReader(""), stdout, stderr)
}

// cmdLines N: stdout has at most N lines.
func cmdLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lines N")
	}
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n := strings.Count(ts.ReadFile("stdout"), "\n"); n > most {
		ts.Fatalf("%d lines (want at most %d)", n, most)
	}
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
	if code != 0 || errOut != "" || !strings.HasPrefix(out, "mlsizer version ") {
		t.Errorf("--version: %q, %q, exit %d", out, errOut, code)
	}
}
