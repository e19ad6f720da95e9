package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sentence is what only package text may hold: words in a row.
var sentence = regexp.MustCompile(`\b[a-z]{2,},? [a-z]{2,}\b`)

// noSentence are strings that look like one: keys, command lines and markup.
var noSentence = regexp.MustCompile(`^(models show|hardware show|KV cache, window |mlsizer .*| --.*|jq .*|(xz|zstd|bzip2) -dc .*|torchrun .*|(?s:<(svg|text|circle|path|rect|!DOCTYPE) .*))$`)

// TestWordsAreInText reads the source of the program: no package but text holds
// a Chinese character or a sentence.
func TestWordsAreInText(t *testing.T) {
	for _, folder := range []string{".", "internal/cli", "internal/report", "internal/render", "internal/batch", "internal/export", "internal/web"} {
		files, err := filepath.Glob(folder + "/*.go")
		require.NoError(t, err)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			assert.False(t, hasHan(string(source)), name)
			for _, s := range literals(t, name) {
				assert.False(t, sentence.MatchString(s) && !noSentence.MatchString(s), "%s: %q belongs in package text", name, s)
			}
		}
	}
}

// literals are the strings of a source file, without the tags of fields.
func literals(t *testing.T, name string) []string {
	tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	require.NoError(t, err)
	tags := map[*ast.BasicLit]bool{}
	var list []string
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			tags[n.Tag] = true
		case *ast.BasicLit:
			if n.Kind != token.STRING || tags[n] {
				break
			}
			s, err := strconv.Unquote(n.Value)
			require.NoError(t, err)
			list = append(list, s)
		}
		return true
	})
	return list
}
