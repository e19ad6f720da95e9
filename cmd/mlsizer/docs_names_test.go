package main

import (
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/cli"
)

var (
	fenced = regexp.MustCompile("(?ms)^```.*?^```$")
	inline = regexp.MustCompile("`([^`\n]+)`")
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	flags  = regexp.MustCompile(`--[a-z][a-z-]+`)
	tests  = regexp.MustCompile(`^Test\w+$`)
	// files are paths below a folder of the repository.
	files = regexp.MustCompile(`^(cmd|docs|hardware|release|sizing|testdata|\.ci)/[\w./-]+$`)
)

// TestDocsNames: the links, flags, files and tests that the pages name are there.
func TestDocsNames(t *testing.T) {
	inRoot(t)
	sources := testSources(t)
	for _, page := range docPages(t) {
		data, err := os.ReadFile(page)
		require.NoError(t, err)
		prose := fenced.ReplaceAllString(string(data), "")
		title, _, _ := strings.Cut(prose, "\n")
		known := flagsOf(strings.Fields(title))
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			checkLink(t, page, m[1])
		}
		for _, m := range inline.FindAllStringSubmatch(prose, -1) {
			name := m[1]
			switch {
			case files.MatchString(name):
				checkFile(t, page, name)
			case tests.MatchString(name):
				assert.Contains(t, sources, "func "+name+"(", "%s names %s", page, name)
			}
			checkFlags(t, page, name, known)
		}
	}
}

// checkFlags looks for the flags that code names: in the command that it calls,
// and otherwise among those that the page is about.
func checkFlags(t *testing.T, page, code string, known map[string]bool) {
	t.Helper()
	if words := strings.Fields(code); words[0] == module {
		known = flagsOf(words[1:min(len(words), 2)])
	}
	for _, flag := range flags.FindAllString(code, -1) {
		assert.True(t, known[flag], "%s: no flag %s in %s", page, flag, code)
	}
}

// checkFile looks for a file or a folder.
func checkFile(t *testing.T, page, name string) {
	t.Helper()
	_, err := os.Stat(name)
	assert.NoError(t, err, "%s names %s", page, name)
}

// checkLink follows a link of a page to a file and a heading.
func checkLink(t *testing.T, page, target string) {
	t.Helper()
	if strings.Contains(target, "://") {
		return
	}
	file, anchor, _ := strings.Cut(target, "#")
	to := page
	if file != "" {
		to = path.Join(path.Dir(strings.ReplaceAll(page, "\\", "/")), file)
	}
	info, err := os.Stat(to)
	if !assert.NoError(t, err, "%s links to %s", page, target) || info.IsDir() || anchor == "" {
		return
	}
	data, err := os.ReadFile(to)
	require.NoError(t, err)
	var anchors []string
	for line := range strings.Lines(fenced.ReplaceAllString(string(data), "")) {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			anchors = append(anchors, anchorOf(strings.TrimSpace(heading)))
		}
	}
	assert.Contains(t, anchors, anchor, "%s links to %s", page, target)
}

// anchorOf is what a heading is linked to by.
func anchorOf(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// flagsOf are the flags of the commands among some words, or of all commands if
// none is one.
func flagsOf(words []string) map[string]bool {
	names := map[string]bool{"--help": true, "--version": true, "--lang": true}
	add := func(f *pflag.Flag) { names["--"+f.Name] = true }
	all := newRootCmd(&cli.App{Root: newRootCmd}).Commands()
	asked := slices.DeleteFunc(slices.Clone(all), func(c *cobra.Command) bool { return !slices.Contains(words, c.Name()) })
	if len(asked) == 0 {
		asked = all
	}
	for _, cmd := range asked {
		cmd.Flags().VisitAll(add)
		for _, c := range cmd.Commands() {
			c.Flags().VisitAll(add)
		}
	}
	return names
}

func TestFlagsOf(t *testing.T) {
	assert.True(t, flagsOf([]string{"plan"})["--budget"])
	assert.False(t, flagsOf([]string{"infer"})["--budget"])
	assert.True(t, flagsOf([]string{"# The", "library"})["--budget"])
}

// testSources is the text of all tests of the module.
func testSources(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{$d := .Dir}}{{range .TestGoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}`, "./...").Output()
	require.NoError(t, err)
	var b strings.Builder
	for file := range strings.Lines(string(out)) {
		data, err := os.ReadFile(strings.TrimSpace(file))
		require.NoError(t, err)
		b.Write(data)
	}
	return b.String()
}

func TestAnchorOf(t *testing.T) {
	for heading, want := range map[string]string{"A device": "a-device", "Where a number comes from?": "where-a-number-comes-from", "`-o` and 中文": "-o-and-中文"} {
		assert.Equal(t, want, anchorOf(heading))
	}
}
