package modelfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxRedirects = 5
	// maxRetryAfter is the longest wait that a server may ask for.
	maxRetryAfter = time.Minute
	firstBackoff  = 500 * time.Millisecond
	maxBackoff    = 8 * time.Second
)

// ask is one request for a part of a file.
type ask struct {
	url  *url.URL
	ref  string // how errors call it
	from int64
	to   int64  // exclusive; 0 means to the end
	etag string // of the copy at hand; empty if there is none
}

// answer is what came back.
type answer struct {
	body   io.ReadCloser // nil if the copy at hand is still right
	pos    int64         // the file's byte that body begins at
	size   int64         // of the whole file, negative where not said
	length int64         // of body, negative where not said
	etag   string
	commit string
}

// retryable is an error after which another try may help.
type retryable struct {
	err   error
	after time.Duration // what the server asks for
}

func (r *retryable) Error() string { return r.err.Error() }
func (r *retryable) Unwrap() error { return r.err }

// request asks until it has an answer or has tried often enough.
func (h *Hub) request(ctx context.Context, a ask) (*answer, error) {
	tries := h.tries()
	for i := 0; ; i++ {
		ans, err := h.once(ctx, a)
		var again *retryable
		if err == nil || !errors.As(err, &again) || ctx.Err() != nil {
			return ans, err
		}
		if i+1 >= tries {
			return nil, again.err
		}
		if again.after > maxRetryAfter {
			return nil, fmt.Errorf("%w; it asks to wait %v, which is longer than %v", again.err, again.after, maxRetryAfter)
		}
		if err := h.pause(ctx, max(again.after, backoff(i))); err != nil {
			return nil, fmt.Errorf("%w: %w", again.err, err)
		}
	}
}

func (h *Hub) tries() int {
	switch {
	case h.Retries < 0:
		return 1
	case h.Retries == 0:
		return 1 + defaultRetries
	}
	return 1 + h.Retries
}

// backoff is the wait after failure i: 0.5 s, 1 s, 2 s, …
func backoff(i int) time.Duration { return min(firstBackoff<<min(i, 10), maxBackoff) }

func (h *Hub) pause(ctx context.Context, d time.Duration) error {
	if h.Sleep != nil {
		return h.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// client returns the client with redirects left to us.
func (h *Hub) client() *http.Client {
	c := http.Client{}
	if h.Client != nil {
		c = *h.Client
	} else {
		c.Transport = hubTransport
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// hubTransport is shared, so that the shards of a model share connections.
var hubTransport = func() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	return t
}()

// once makes one try, redirects included.
func (h *Hub) once(ctx context.Context, a ask) (*answer, error) {
	client, at := h.client(), a.url
	ans := &answer{}
	for range maxRedirects + 1 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return nil, err
		}
		own := sameOrigin(at, a.url)
		h.setHeaders(req, a, own)
		resp, err := client.Do(req)
		if err != nil {
			return nil, h.networkError(ctx, a, err)
		}
		if own {
			// What the hub says of the file stands in its redirect; the host
			// it sends us to speaks of its own copy.
			ans.note(resp.Header)
		}
		if resp.StatusCode < 300 || resp.StatusCode > 399 || resp.StatusCode == http.StatusNotModified {
			return ans.take(a, resp, own)
		}
		drain(resp.Body)
		if a.etag != "" && ans.etag == a.etag {
			return ans, nil
		}
		if at, err = redirect(at, resp.Header.Get("Location")); err != nil {
			return nil, &HubError{Ref: a.ref, Status: resp.StatusCode, Problem: "unusable redirect", Err: err}
		}
	}
	return nil, &HubError{Ref: a.ref, Problem: fmt.Sprintf("more than %d redirects", maxRedirects)}
}

func (h *Hub) setHeaders(req *http.Request, a ask, own bool) {
	req.Header.Set("User-Agent", "mlsizer")
	req.Header.Set("Accept-Encoding", "identity") // offsets are those of the file itself
	if a.to > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", a.from, a.to-1))
	} else if a.from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", a.from))
	}
	if !own {
		return
	}
	if h.Token != "" {
		req.Header.Set("Authorization", "Bearer "+h.Token)
	}
	if a.etag != "" {
		req.Header.Set("If-None-Match", a.etag)
	}
}

// sameOrigin reports whether two addresses are of one scheme, host and port.
// A subdomain is another host: the storage behind the hub gets no token.
func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host) }

// redirect resolves where a redirect leads. It must not leave HTTP, or HTTPS
// once it is in use.
func redirect(at *url.URL, location string) (*url.URL, error) {
	if location == "" {
		return nil, errors.New("without a Location")
	}
	to, err := at.Parse(location)
	if err != nil {
		return nil, err
	}
	if to.Scheme != "https" && (to.Scheme != "http" || at.Scheme == "https") || to.Host == "" {
		return nil, fmt.Errorf("from %s to %s", at.Scheme, clipName(to.Scheme+"://"+to.Host))
	}
	to.User = nil
	return to, nil
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
	fail := func(problem string) (*answer, error) {
		drain(resp.Body)
		return nil, &HubError{Ref: a.ref, Status: resp.StatusCode, Problem: problem}
	}
	if ans.etag == "" {
		ans.etag = resp.Header.Get("Etag")
	}
	ans.length = resp.ContentLength
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" && resp.StatusCode < 300 {
		return fail(fmt.Sprintf("the server sends the file encoded as %q, although asked not to", clipName(e)))
	}
	switch resp.StatusCode {
	case http.StatusOK:
		// The whole file, range or not: only what is needed is read of it.
		ans.body, ans.pos, ans.size = resp.Body, 0, resp.ContentLength
		return ans, nil
	case http.StatusPartialContent:
		pos, size, ok := parseContentRange(resp.Header.Get("Content-Range"))
		if !ok || pos != a.from {
			return fail(fmt.Sprintf("asked for bytes from %d, the server sends the range %q", a.from, clipName(resp.Header.Get("Content-Range"))))
		}
		ans.body, ans.pos, ans.size = resp.Body, pos, size
		return ans, nil
	case http.StatusNotModified:
		drain(resp.Body)
		if a.etag == "" {
			return fail("the server says that a copy is still right which was not offered")
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
	e := &HubError{Ref: a.ref, Status: resp.StatusCode}
	code := resp.Header.Get("X-Error-Code")
	switch status := resp.StatusCode; {
	case code == "RepoNotFound":
		e.Problem, e.Hint = "no such repository, or a private one", "check the name; set HF_TOKEN if it is private"
	case code == "RevisionNotFound":
		e.Problem, e.Hint = "no such revision", "check what follows @"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Problem, e.Hint = fmt.Sprintf("access denied (status %d): the repository is gated or private", status), "accept its conditions on its page and set HF_TOKEN to a token that may read it"
		if !own {
			e.Problem, e.Hint = fmt.Sprintf("access denied (status %d) by the storage host behind the hub", status), "try again: its links expire"
		}
	case status == http.StatusNotFound:
		e.Problem, e.Hint, e.absent = "not found", "check the name", own
	case status == http.StatusTooManyRequests:
		e.Problem, e.Hint = "too many requests (status 429)", "wait, or set HF_TOKEN"
		return &retryable{e, retryAfter(resp.Header)}
	case status >= 500 || status == http.StatusRequestTimeout:
		e.Problem = fmt.Sprintf("the server failed (status %d)", status)
		return &retryable{e, retryAfter(resp.Header)}
	case status == http.StatusRequestedRangeNotSatisfiable:
		e.Problem = "the file is empty or shorter than before"
	default:
		e.Problem = fmt.Sprintf("unexpected answer (status %d)", status)
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

// networkError explains that there was no answer at all.
func (h *Hub) networkError(ctx context.Context, a ask, err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // the address may hold a signature; the host is named below
	}
	e := &HubError{Ref: a.ref, Problem: fmt.Sprintf("no answer from %s", a.url.Host), Err: err,
		Hint: "check the network or HF_ENDPOINT; offline, download config.json and give its path"}
	if ctx.Err() != nil {
		e.Problem, e.Err, e.Hint = fmt.Sprintf("%s did not answer in time", a.url.Host), ctx.Err(), ""
		return e
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return e // asking again finds it no better
	}
	return &retryable{err: e}
}

// drain reads a little of a body, so that the connection may be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}
