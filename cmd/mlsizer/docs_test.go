package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite what is generated in README.md and docs")

// root is the repository, from the folder of this test.
const root = "../.."

// TestDocs runs every command of README.md and of the pages in docs, from the
// root of the repository, and compares what stands under it with what is printed.
// With -update it rewrites the pages.
func TestDocs(t *testing.T) {
	inRoot(t)
	pages := docPages(t)
	commands := map[string]int{}
	for _, page := range pages {
		t.Run(page, func(t *testing.T) {
			held(t, page, func(text string) string {
				got, n := rerun(t, text)
				commands[page] = n
				return got
			})
		})
	}
	if len(commands) < len(pages) {
		return // only some were asked for
	}
	all := 0
	for _, n := range commands {
		all += n
	}
	assert.GreaterOrEqual(t, commands["README.md"], 5, "commands in README.md")
	assert.GreaterOrEqual(t, all, 30, "commands in all pages")
}

// inRoot runs a test in the root of the repository, with output for a pipe of
// the default width.
func inRoot(t *testing.T) {
	t.Helper()
	t.Chdir(root)
	t.Setenv("COLUMNS", "") // restored at the end
	require.NoError(t, os.Unsetenv("COLUMNS"))
}

// docPages are the pages that a reader sees, from the root.
func docPages(t *testing.T) []string {
	t.Helper()
	pages := []string{"README.md"}
	for _, pattern := range []string{"CONTRIBUTING.md", "docs/*.md", "docs/*/*.md"} {
		list, err := filepath.Glob(pattern)
		require.NoError(t, err)
		pages = append(pages, list...)
	}
	return pages
}

// held compares a page with what renew makes of it, or rewrites it with -update.
func held(t *testing.T, page string, renew func(string) string) {
	t.Helper()
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	text := string(data)
	got := renew(text)
	if got == text {
		return
	}
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(got), 0o644))
		return
	}
	line, want, have := firstDifference(text, got)
	t.Fatalf("%s:%d is out of date (go test ./cmd/mlsizer -run Docs -update rewrites it):\npage %s\nnow  %s", filepath.ToSlash(page), line, want, have)
}

// firstDifference is the first line in which two different texts differ.
func firstDifference(a, b string) (line int, inA, inB string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return i + 1, as[i], bs[i]
		}
	}
	n := min(len(as), len(bs))
	return n + 1, strings.Join(as[n:], "\n"), strings.Join(bs[n:], "\n")
}

// rerun is a text with the output of the commands in its console blocks put in
// anew, and how many commands there are.
func rerun(t *testing.T, text string) (string, int) {
	t.Helper()
	var out strings.Builder
	commands, inBlock := 0, false
	for line := range strings.SplitAfterSeq(text, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = strings.HasPrefix(line, "```console")
			out.WriteString(line)
		case inBlock && isCommand:
			commands++
			out.WriteString(line + printed(t, strings.TrimSpace(command)))
		case !inBlock:
			assert.False(t, isCommand, "a command that nothing runs: %s", command)
			out.WriteString(line)
		}
	}
	return out.String(), commands
}

// printed is what a command line prints: mlsizer runs in this process, and what
// its output is piped into in a shell.
func printed(t *testing.T, command string) string {
	t.Helper()
	line, filter := cutPipe(command)
	words := shellWords(line)
	require.NotEmpty(t, words, command)
	require.Equal(t, module, words[0], "a console block runs mlsizer alone: %s", command)
	o := ran(words[1:])
	if filter == "" {
		return o.both
	}
	c := exec.Command("sh", "-c", filter)
	c.Stdin = strings.NewReader(o.stdout)
	out, err := c.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatalf("%s: %v", command, err)
	}
	return o.stderr + string(out)
}

// output is what a command line prints, apart and in its order.
type output struct{ stdout, stderr, both string }

// outputs are known by their command lines: pages show parts of the same answer.
var outputs = map[string]output{}

// ran is what the program prints.
func ran(args []string) output {
	line := strings.Join(args, "\x00")
	if o, known := outputs[line]; known {
		return o
	}
	var stdout, stderr, both bytes.Buffer
	execute(args, strings.NewReader(""), io.MultiWriter(&stdout, &both), io.MultiWriter(&stderr, &both))
	o := output{stdout.String(), stderr.String(), both.String()}
	outputs[line] = o
	return o
}

// cutPipe cuts a command line at the first pipe that stands outside quotes.
func cutPipe(command string) (first, rest string) {
	quote := rune(0)
	for i, r := range command {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == '|':
			return command[:i], strings.TrimSpace(command[i+1:])
		}
	}
	return command, ""
}

// shellWords are the words of a command line without variables or escapes.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' && open:
			words, open = append(words, word.String()), false
			word.Reset()
		case r != ' ':
			open = true
			word.WriteRune(r)
		}
	}
	return words
}

// A command's old output is replaced, whatever its length, and prose stays.
func TestRerun(t *testing.T) {
	page := "A page.\n```console\n$ mlsizer classify 7B -o csv | cut -d, -f2,4\nold\noutput\n$ mlsizer classify 1 --bad\n```\n```sh\nmlsizer\n```\nEnd.\n"
	got, n := rerun(t, page)
	assert.Equal(t, 2, n)
	assert.Contains(t, got, "A page.\n```console\n$ mlsizer classify 7B -o csv | cut -d, -f2,4\nparams,tier\n7000000000,large\n$ mlsizer classify 1 --bad")
	assert.Contains(t, got, "mlsizer: error: ")
	assert.True(t, strings.HasSuffix(got, "```\n```sh\nmlsizer\n```\nEnd.\n"), got)
	assert.NotContains(t, got, "old")
}

func TestShellWords(t *testing.T) {
	for _, tt := range []struct {
		line, filter string
		words        []string
	}{
		{"mlsizer classify 7B", "", []string{"mlsizer", "classify", "7B"}},
		{"mlsizer  classify '' \"a b\"c", "", []string{"mlsizer", "classify", "", "a bc"}},
		{"mlsizer help | sed -n '/^|/p' | cut -c1", "sed -n '/^|/p' | cut -c1", []string{"mlsizer", "help"}},
		{"mlsizer classify 'a|b'", "", []string{"mlsizer", "classify", "a|b"}},
	} {
		first, filter := cutPipe(tt.line)
		assert.Equal(t, tt.filter, filter, tt.line)
		assert.Equal(t, tt.words, shellWords(first), tt.line)
	}
}

func TestFirstDifference(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		line int
		inA  string
		inB  string
	}{
		{"a\nb\n", "a\nc\n", 2, "b", "c"},
		{"a", "a\nb", 2, "", "b"},
		{"a\nb\nc", "a", 2, "b\nc", ""},
	} {
		line, inA, inB := firstDifference(tt.a, tt.b)
		assert.Equal(t, []any{tt.line, tt.inA, tt.inB}, []any{line, inA, inB}, "%q %q", tt.a, tt.b)
	}
}
