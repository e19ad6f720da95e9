package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"mlsizer/cmd/mlsizer/internal/text"
)

// asked are the commands that requests may run, and listed those that answer to a
// GET. A command that the program does not have is left out.
var (
	asked  = []string{"classify", "estimate", "compare", "plan", "infer", "fit", "validate"}
	listed = []string{"models", "hardware"}
)

// has keeps the names of commands that the program has.
func (s *server) has(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.command(name).Name() != name })
}

// Bounds of a body. Headers of model files are longer than questions.
const (
	mostBody      = 1 << 20
	mostLargeBody = 32 << 20
	mostLarge     = 2 // large bodies at once
)

// ask answers a POST with the answer of a command.
func (s *server) ask(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		q, err := s.readRequest(w, r)
		if err != nil {
			s.fail(w, err)
			return
		}
		s.send(ctx, w, name, q)
	}
}

// list answers a GET, whose query has the arguments.
func (s *server) list(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := parseQuery(r.URL.Query())
		if err != nil {
			s.fail(w, err)
			return
		}
		s.send(r.Context(), w, name, q)
	}
}

// parseQuery reads the arguments of a query.
func parseQuery(query url.Values) (*request, error) {
	q := &request{}
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		spelledName := spelled(name)
		if !argumentName.MatchString(spelledName) || notTaken[spelledName] {
			return nil, text.WebNoKey.Error(name)
		}
		q.arguments = append(q.arguments, argument{spelledName, query[name]})
	}
	return q, nil
}

// send answers with what a command prints.
func (s *server) send(ctx context.Context, w http.ResponseWriter, name string, q *request) {
	start := time.Now()
	a, err := s.answer(ctx, name, q)
	if err != nil {
		s.fail(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	h.Set("Server-Timing", "run;dur="+strconv.FormatFloat(time.Since(start).Seconds()*1e3, 'f', 3, 64))
	w.Write(a.body) // an error is that of a client that left
}

// fail answers with a problem.
func (s *server) fail(w http.ResponseWriter, err error) {
	p := (*problem)(nil)
	if !errors.As(err, &p) {
		p = newProblem(http.StatusBadRequest, s.lang, err)
	}
	p.write(w)
}

// readRequest reads a body within its bounds.
func (s *server) readRequest(w http.ResponseWriter, r *http.Request) (*request, error) {
	given := r.Header.Get("Content-Type")
	if kind, _, err := mime.ParseMediaType(given); err != nil || kind != "application/json" {
		return nil, newProblem(http.StatusUnsupportedMediaType, s.lang, text.WebContentType.Error(given))
	}
	most := int64(mostBody)
	if r.ContentLength > mostBody && r.ContentLength <= mostLargeBody {
		select {
		case s.large <- struct{}{}:
			defer func() { <-s.large }()
			most = mostLargeBody
		default:
			return nil, newProblem(http.StatusServiceUnavailable, s.lang, text.WebBusy.Error())
		}
	}
	if r.ContentLength > most {
		w.Header().Set("Connection", "close") // so that the rest is not read
		return nil, newProblem(http.StatusRequestEntityTooLarge, s.lang, text.WebTooLarge.Error(mostLargeBody>>10))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, newProblem(http.StatusRequestEntityTooLarge, s.lang, text.WebTooLarge.Error(most>>10))
	}
	if err != nil {
		return nil, newProblem(http.StatusRequestTimeout, s.lang, text.WebNotRead.Error(err))
	}
	return parseRequest(body)
}
