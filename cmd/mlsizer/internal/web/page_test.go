package web

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
)

// sourceOf is all of the page's files of some endings.
func sourceOf(t *testing.T, endings ...string) string {
	var all strings.Builder
	require.NoError(t, fs.WalkDir(pageFiles, "page", func(name string, d fs.DirEntry, err error) error {
		for _, ending := range endings {
			if err == nil && strings.HasSuffix(name, ending) {
				data, err := fs.ReadFile(pageFiles, name)
				require.NoError(t, err)
				all.Write(data)
			}
		}
		return err
	}))
	return all.String()
}

var (
	// saidKey is a key in the page's code; with an end of ${ it begins several.
	saidKey = regexp.MustCompile("(?:\\bt\\(|data-t(?:-label)?=)['\"`]([a-z][\\w.-]*)(\\$\\{)?")
	han     = regexp.MustCompile(`\p{Han}`)
)

// TestPageWords: every key that the page names has words, and every word of the
// page's own is named.
func TestPageWords(t *testing.T) {
	var words map[string]string
	require.NoError(t, json.Unmarshal(text.PageWords(text.English), &words))
	source := sourceOf(t, ".js", ".html")
	var beginnings []string
	said := map[string]bool{}
	for _, m := range saidKey.FindAllStringSubmatch(source, -1) {
		if m[2] != "" {
			beginnings = append(beginnings, m[1])
			continue
		}
		assert.Contains(t, words, m[1])
		said[m[1]] = true
	}
	require.Greater(t, len(said), 60)
	for key := range words {
		table, _, _ := strings.Cut(key, ".")
		named := said[key] || strings.Contains(`field group derived term tier unit`, table)
		for _, b := range beginnings {
			named = named || strings.HasPrefix(key, b)
		}
		assert.True(t, named || strings.Contains(source, "'"+key+"'"), "no part of the page says %q", key)
	}
}

// TestPageSpeaksInKeys: no word of the page stands in its code, but for the names
// of languages and what is said where no code runs.
func TestPageSpeaksInKeys(t *testing.T) {
	for line := range strings.Lines(sourceOf(t, ".js")) {
		assert.False(t, han.MatchString(line) && !strings.Contains(line, "export const languages"), line)
	}
}

// TestPageIsWhole: every file that a file of the page names is served, with its
// content type, and nothing is inline or from elsewhere.
func TestPageIsWhole(t *testing.T) {
	s := tinyServer(httptest.NewRecorder())
	mux := http.NewServeMux()
	s.addPage(mux)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	index := get("/").Body.String()
	assert.NotRegexp(t, `<script>|<style|\son\w+=|style="|https?://`, index)
	paths := regexp.MustCompile(`(?:src|href)="(/[^"#]+)"`).FindAllStringSubmatch(index, -1)
	require.Greater(t, len(paths), 4)
	for _, m := range regexp.MustCompile(`from '\./([\w.]+)'`).FindAllStringSubmatch(sourceOf(t, ".js"), -1) {
		paths = append(paths, []string{"", "/js/" + m[1]})
	}
	for _, m := range paths {
		w := get(m[1])
		assert.Equal(t, http.StatusOK, w.Code, m[1])
		assert.NotEmpty(t, w.Header().Get("Content-Type"), m[1])
	}
	assert.NotRegexp(t, `https?://[^w]`, sourceOf(t, ".js", ".css")) // but for the namespace of SVG
	assert.Equal(t, http.StatusNotFound, get("/js/none.js").Code)
	assert.Equal(t, http.StatusNotFound, get("/web.go").Code)
}
