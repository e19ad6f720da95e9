package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
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
			return nil, note.NewError("hub.asks-to-wait", again.err, again.after, maxRetryAfter)
		}
		if err := h.pause(ctx, max(again.after, backoff(i))); err != nil {
			return nil, note.NewError("hub.because", again.err, err)
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
		c.Transport = transport
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// transport is shared, so that the shards of a model share connections.
var transport = func() http.RoundTripper {
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
			return nil, &Error{Ref: a.ref, Status: resp.StatusCode, Err: note.NewError("hub.bad-redirect", err)}
		}
	}
	return nil, &Error{Ref: a.ref, Err: note.NewError("hub.too-many-redirects", maxRedirects)}
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
		return nil, note.NewError("redirect.without-location")
	}
	to, err := at.Parse(location)
	if err != nil {
		return nil, err
	}
	if to.Scheme != "https" && (to.Scheme != "http" || at.Scheme == "https") || to.Host == "" {
		return nil, note.NewError("redirect.leads-out", at.Scheme, source.Clip(to.Scheme+"://"+to.Host))
	}
	to.User = nil
	return to, nil
}

// networkError explains that there was no answer at all.
func (h *Hub) networkError(ctx context.Context, a ask, err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // the address may hold a signature; the host is named below
	}
	e := &Error{Ref: a.ref, Err: note.NewError("hub.no-answer", a.url.Host, err), Hint: note.Word("hub.check-network")}
	if ctx.Err() != nil {
		e.Err, e.Hint = note.NewError("hub.no-answer-in-time", a.url.Host, ctx.Err()), ""
		return e
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return e // asking again finds it no better
	}
	return &retryable{err: e}
}
