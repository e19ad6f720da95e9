package main

import (
	"os"
	"os/exec"
	"path"
	"regexp"
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
	known, sources := flagNames(), testSources(t)
	for _, page := range docPages(t) {
		data, err := os.ReadFile(page)
		require.NoError(t, err)
		prose := fenced.ReplaceAllString(string(data), "")
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
			for _, flag := range flags.FindAllString(name, -1) {
				assert.True(t, known[flag] || strings.HasPrefix(name, "git "), "%s names %s", page, flag)
			}
		}
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

// flagNames are the flags of all commands.
func flagNames() map[string]bool {
	names := map[string]bool{"--help": true}
	var add func(*cobra.Command)
	add = func(cmd *cobra.Command) {
		for _, fs := range []*pflag.FlagSet{cmd.Flags(), cmd.PersistentFlags()} {
			fs.VisitAll(func(f *pflag.Flag) { names["--"+f.Name] = true })
		}
		for _, c := range cmd.Commands() {
			add(c)
		}
	}
	add(newRootCmd(&cli.App{Root: newRootCmd}))
	return names
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
