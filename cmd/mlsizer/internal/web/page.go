package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// pageFiles is the page: what a browser loads.
//
//go:embed page
var pageFiles embed.FS

// pageKinds are the content types of the page's files.
var pageKinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// addPage adds the files of the page and its words.
func (s *server) addPage(mux *http.ServeMux) {
	files, _ := fs.Sub(pageFiles, "page") // which is embedded
	fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if kind := pageKinds[path.Ext(name)]; err == nil && !d.IsDir() && kind != "" {
			body, _ := fs.ReadFile(files, name)
			at := "/" + strings.TrimSuffix(name, "index.html")
			if at == "/" {
				at = "/{$}"
			}
			s.addFile(mux, at, kind, body)
		}
		return nil
	})
	s.addFile(mux, "/choices.json", "application/json", s.choices())
	for _, l := range []text.Lang{text.English, text.Chinese} {
		s.addFile(mux, "/words/"+l.String()+".json", "application/json", text.PageWords(l))
	}
}

// addFile answers a path with bytes.
func (s *server) addFile(mux *http.ServeMux, at, kind string, body []byte) {
	mux.HandleFunc("GET "+at, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(body) // an error is that of a client that left
	})
	mux.HandleFunc(at, s.otherMethod(http.MethodGet))
}
