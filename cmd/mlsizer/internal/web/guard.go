package web

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
)

// policy lets a page load what this server embeds, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded puts what holds for every request around a handler: headers, the check
// of host and origin, and a panic that ends one request only.
func (s *server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.recoverPanic(w, r)
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if !s.knownHost(r) {
			newProblem(http.StatusMisdirectedRequest, s.lang, text.WebForeignHost.Error(r.Host)).write(w)
			return
		}
		if origin := foreignOrigin(r); origin != "" {
			newProblem(http.StatusForbidden, s.lang, text.WebOrigin.Error(origin)).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recoverPanic answers a request whose handler failed, and logs where.
func (s *server) recoverPanic(w http.ResponseWriter, r *http.Request) {
	err := recover()
	if err == nil {
		return
	}
	if e, ok := err.(error); ok && errors.Is(e, http.ErrAbortHandler) {
		panic(err) // which is how a handler hangs up
	}
	s.log.Error("panic", "method", r.Method, "path", r.URL.Path, "error", err, "stack", string(debug.Stack()))
	newProblem(http.StatusInternalServerError, s.lang, text.WebPanic.Error()).write(w)
}

// knownHost reports whether a request names this server. A name of another's that
// leads here (DNS rebinding) would let that site read the answers.
func (s *server) knownHost(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if slices.Contains(s.hosts, host) {
		return true
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	ip := net.ParseIP(host)
	switch {
	case local == nil:
		return false
	case local.IP.IsLoopback():
		return host == "localhost" || ip != nil && ip.IsLoopback()
	}
	return ip != nil && ip.Equal(local.IP)
}

// foreignOrigin is the site that a request comes from, "" if that is this server
// or the user. A link of another site may lead to the page, but its scripts may
// not ask.
func foreignOrigin(r *http.Request) string {
	origin := r.Header.Get("Origin")
	if origin != "" {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
			return origin
		}
		return ""
	}
	if strings.HasPrefix(r.URL.Path, apiPath) && r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return r.Header.Get("Sec-Fetch-Site")
	}
	return ""
}
