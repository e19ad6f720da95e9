package web

import (
	"net/http"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// apiPath is where the API begins.
const apiPath = "/v1/"

// route is what is answered at a path, to one method.
type route struct {
	method, path string
	handle       http.HandlerFunc
}

// routes are those of the API.
func (s *server) routes() []route {
	var list []route
	for _, name := range s.has(asked) {
		list = append(list, route{http.MethodPost, apiPath + name, s.ask(name)})
	}
	for _, name := range s.has(listed) {
		list = append(list, route{http.MethodGet, apiPath + name, s.list(name)})
	}
	return append(list, route{http.MethodGet, apiPath + "openapi.json", s.openAPI})
}

// handler answers every request.
func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.HandleFunc(r.method+" "+r.path, r.handle)
		mux.HandleFunc(r.path, s.otherMethod(r.method))
	}
	s.addPage(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		newProblem(http.StatusNotFound, s.lang, text.WebNoPage.Error(r.URL.Path)).write(w)
	})
	return s.guarded(mux)
}

// otherMethod answers a method that a path does not take.
func (s *server) otherMethod(allowed ...string) http.HandlerFunc {
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	list := strings.Join(allowed, ", ")
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", list)
		newProblem(http.StatusMethodNotAllowed, s.lang, text.WebMethod.Error(r.Method, list)).write(w)
	}
}
