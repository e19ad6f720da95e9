package hub

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// answer is what came back.
type answer struct {
	body   io.ReadCloser // nil if the copy at hand is still right
	pos    int64         // the file's byte that body begins at
	size   int64         // of the whole file, negative where not said
	length int64         // of body, negative where not said
	etag   string
	commit string
}

// note keeps the file's tag and the commit.
func (ans *answer) note(h http.Header) {
	if e := h.Get("X-Linked-Etag"); e != "" {
		ans.etag = e
	} else if e := h.Get("Etag"); e != "" && ans.etag == "" {
		ans.etag = e
	}
	if c := h.Get("X-Repo-Commit"); commitPattern.MatchString(c) {
		ans.commit = c
	}
}

// take makes the answer of the last response, or its error.
func (ans *answer) take(a ask, resp *http.Response, own bool) (*answer, error) {
	fail := func(why *note.Error) (*answer, error) {
		drain(resp.Body)
		return nil, &Error{Ref: a.ref, Status: resp.StatusCode, Err: why}
	}
	if ans.etag == "" {
		ans.etag = resp.Header.Get("Etag")
	}
	ans.length = resp.ContentLength
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" && resp.StatusCode < 300 {
		return fail(note.NewError("hub.encoded", source.Clip(e)))
	}
	switch resp.StatusCode {
	case http.StatusOK:
		// The whole file, range or not: only what is needed is read of it.
		ans.body, ans.pos, ans.size = resp.Body, 0, resp.ContentLength
		return ans, nil
	case http.StatusPartialContent:
		pos, size, ok := parseContentRange(resp.Header.Get("Content-Range"))
		if !ok || pos != a.from {
			return fail(note.NewError("hub.other-range", a.from, source.Clip(resp.Header.Get("Content-Range"))))
		}
		ans.body, ans.pos, ans.size = resp.Body, pos, size
		return ans, nil
	case http.StatusNotModified:
		drain(resp.Body)
		if a.etag == "" {
			return fail(note.NewError("hub.copy-not-offered"))
		}
		return ans, nil
	}
	drain(resp.Body)
	return nil, statusError(a, resp, own)
}

// parseContentRange reads "bytes 0-99/1234"; size is negative for "*".
func parseContentRange(s string) (from, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	span, total, ok2 := strings.Cut(s, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, false
	}
	from, err1 := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	size = -1
	var err3 error
	if total != "*" {
		size, err3 = strconv.ParseInt(total, 10, 64)
	}
	return from, size, err1 == nil && err2 == nil && err3 == nil && from >= 0 && to >= from && (size < 0 && total == "*" || size > to)
}

// statusError says what a status means to the user.
func statusError(a ask, resp *http.Response, own bool) error {
	e := &Error{Ref: a.ref, Status: resp.StatusCode}
	code := resp.Header.Get("X-Error-Code")
	switch status := resp.StatusCode; {
	case code == "RepoNotFound":
		e.Err, e.Hint = note.NewError("hub.no-repository"), note.Word("hub.check-name-or-token")
	case code == "RevisionNotFound":
		e.Err, e.Hint = note.NewError("hub.no-revision"), note.Word("hub.check-revision")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Err, e.Hint = note.NewError("hub.access-denied", status), note.Word("hub.accept-conditions")
		if !own {
			e.Err, e.Hint = note.NewError("hub.access-denied-by-storage", status), note.Word("hub.links-expire")
		}
	case status == http.StatusNotFound:
		e.Err, e.Hint, e.absent = note.NewError("hub.not-found"), note.Word("hub.check-name"), own
	case status == http.StatusTooManyRequests:
		e.Err, e.Hint = note.NewError("hub.too-many-requests"), note.Word("hub.wait-or-token")
		return &retryable{e, retryAfter(resp.Header)}
	case status >= 500 || status == http.StatusRequestTimeout:
		e.Err = note.NewError("hub.server-failed", status)
		return &retryable{e, retryAfter(resp.Header)}
	case status == http.StatusRequestedRangeNotSatisfiable:
		e.Err = note.NewError("hub.file-shorter")
	default:
		e.Err = note.NewError("hub.unexpected-answer", status)
	}
	return e
}

// retryAfter reads the header's seconds; a date or nothing leaves the wait to
// the back-off.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 1<<20)) * time.Second
}

// drain reads a little of a body, so that the connection may be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}
