package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Examples are the fenced blocks of a language, such as csv or json, under a
// heading of a page: golden.Examples(t, "docs/adding.md", "A device", "csv").
func Examples(t testing.TB, page, heading, language string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(page)))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## "+heading+"\n")
	require.True(t, found, "%s has no heading %q", page, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	var blocks []string
	for _, part := range strings.Split(section, "\n```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(part, "\n```")
		require.True(t, closed, "%s: a block under %q has no end", page, heading)
		blocks = append(blocks, block+"\n")
	}
	require.NotEmpty(t, blocks, "%s: no %s under %q", page, language, heading)
	return blocks
}
