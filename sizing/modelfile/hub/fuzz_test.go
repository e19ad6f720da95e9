package hub_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/modelfile/hub"
)

// answering answers every request with the same status, header and body.
type answering struct {
	status       int
	header, body string
	requests     int
}

func (a *answering) RoundTrip(r *http.Request) (*http.Response, error) {
	a.requests++
	h := http.Header{}
	for line := range strings.Lines(a.header) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			h.Add(name, strings.TrimSpace(value))
		}
	}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(a.body)), ContentLength: int64(len(a.body)), Request: r}, nil
}

// mostRequests is how often a hub may be asked for one model.
const mostRequests = 200

// FuzzAnswers opens a model on a hub that answers anything: nothing panics, the
// token is never in an error, and it ends.
func FuzzAnswers(f *testing.F) {
	f.Add(200, "Content-Type: application/json", `{"siblings":[{"rfilename":"model.safetensors"}]}`)
	f.Add(200, "Etag: \"a\"\nX-Linked-Size: 10", `[{"path":"config.json","type":"file","size":3}]`)
	f.Add(206, "Content-Range: bytes 0-1/2", "{}")
	f.Add(302, "Location: http://other.example/x\nX-Linked-Etag: \"b\"", "")
	f.Add(307, "Location: //@/%zz", "")
	f.Add(404, "X-Error-Code: RepoNotFound\nX-Error-Message: \x1b[31mno", "no")
	f.Add(416, "Content-Range: bytes */0", "")
	f.Add(429, "Retry-After: -1", "slow down")
	f.Add(503, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", "")
	f.Add(401, "", "hf_secret")
	f.Fuzz(func(t *testing.T, status int, header, body string) {
		if status < 100 || status > 999 {
			return
		}
		a := &answering{status: status, header: header, body: body}
		h := &hub.Hub{Endpoint: "https://hub.example", Token: "hf_token-of-mine", Timeout: 5 * time.Second, Client: &http.Client{Transport: a},
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
		_, err := modelfile.Open(context.Background(), "hf:org/name", modelfile.Options{Hub: h})
		if err != nil && strings.Contains(err.Error(), "hf_token-of-mine") {
			t.Errorf("the token is in %q", err)
		}
		if a.requests > mostRequests {
			t.Errorf("%d requests", a.requests)
		}
	})
}

// FuzzCacheEntry changes an entry of the cache: it is read as it was stored or
// not at all.
func FuzzCacheEntry(f *testing.F) {
	dir := f.TempDir()
	server := newFakeHub(f, oneFile())
	open := func() (*modelfile.File, error) {
		h := server.hub(nil)
		h.CacheDir = dir
		return openHub(h)
	}
	if _, err := open(); err != nil {
		f.Fatal(err)
	}
	var entries []string
	_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".header" {
			entries = append(entries, path)
		}
		return err
	})
	if len(entries) == 0 {
		f.Fatal("nothing was cached")
	}
	stored, err := os.ReadFile(entries[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(stored)
	f.Add(stored[:len(stored)/2])
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, entry []byte) {
		if err := os.WriteFile(entries[0], entry, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := open()
		if err != nil || got.Params != 1e6 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
