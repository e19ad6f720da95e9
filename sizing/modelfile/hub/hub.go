// Package hub reads files of repositories of the Hugging Face hub: only the
// parts that are wanted, ahead of time where they are many, and from a cache
// where they have not changed.
package hub

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

const (
	// DefaultEndpoint is the hub's base address where HF_ENDPOINT is not set.
	DefaultEndpoint = "https://huggingface.co"
	defaultTimeout  = 5 * time.Minute
	defaultRetries  = 3
)

// Hub reads the headers of models in a repository of the Hugging Face hub, or
// of a server that speaks like it. It sends nothing but GET requests, and reads
// of a weight file only its header.
type Hub struct {
	// Endpoint is the base address, such as DefaultEndpoint.
	Endpoint string
	// Token is sent to the endpoint's own host and to no other; empty means
	// anonymous.
	Token string
	// CacheDir keeps what was read; empty keeps nothing.
	CacheDir string
	// Client makes the requests; nil means one with time limits. Its
	// CheckRedirect is not used: redirects are followed here, so that the
	// token stays where it belongs.
	Client *http.Client
	// Timeout bounds one Read, whatever the server does; 0 means 5 minutes.
	Timeout time.Duration
	// Retries is how often a failed request is repeated; 0 means 3, less than
	// 0 never.
	Retries int
	// Sleep waits between tries; nil means to wait for real.
	Sleep func(context.Context, time.Duration) error
}

// FromEnv returns a hub with the settings of the environment: HF_ENDPOINT
// (the base address), HF_TOKEN, and a cache in mlsizer/hub under
// XDG_CACHE_HOME or the user's own cache folder. MLSIZER_CACHE=off disables
// the cache. An endpoint that is not an address is an error.
func FromEnv() (*Hub, error) {
	h := &Hub{Endpoint: DefaultEndpoint, Token: strings.TrimSpace(os.Getenv("HF_TOKEN"))}
	if e := strings.TrimSpace(os.Getenv("HF_ENDPOINT")); e != "" {
		h.Endpoint = e
	}
	if os.Getenv("MLSIZER_CACHE") != "off" {
		dir := os.Getenv("XDG_CACHE_HOME")
		if !filepath.IsAbs(dir) { // the specification: anything else is to be ignored
			dir, _ = os.UserCacheDir()
		}
		if dir != "" {
			h.CacheDir = filepath.Join(dir, "mlsizer", "hub")
		}
	}
	_, err := h.base()
	return h, err
}

// base returns the endpoint as an address.
func (h *Hub) base() (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(h.Endpoint, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &Error{Err: note.NewError("hub.bad-endpoint", source.Clip(withoutUser(h.Endpoint))), Hint: note.Word("hub.set-endpoint")}
	}
	if strings.ContainsFunc(h.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, &Error{Err: note.NewError("hub.bad-token"), Hint: note.Word("hub.set-token")}
	}
	return u, nil
}

// userInfo is a name with a password in an address.
var userInfo = regexp.MustCompile(`^([^/]*//)?[^/]*@`)

// withoutUser is an address that may be shown.
func withoutUser(address string) string { return userInfo.ReplaceAllString(address, "${1}***@") }

// Read hands over a repository, whose files are read while the call lasts.
func (h *Hub) Read(ctx context.Context, ref Ref, read func(context.Context, *Repository) error) error {
	base, err := h.base()
	if err != nil {
		return err
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	st := &Repository{hub: h, base: base, ref: ref, revision: ref.Revision}
	defer st.stop()
	if err = read(ctx, st); err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
		err = note.NewError("hub.because", err, context.DeadlineExceeded)
	}
	return err
}
