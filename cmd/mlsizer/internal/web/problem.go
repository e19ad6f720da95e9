package web

import (
	"encoding/json"
	"net/http"

	"mlsizer/cmd/mlsizer/internal/text"
)

// problem is the body of an error: problem details as of RFC 9457.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Hint is a command line or a request that would work, if one is known.
	Hint string `json:"hint,omitempty"`
}

// Error is what is wrong.
func (p *problem) Error() string { return p.Detail }

// newProblem is a problem with words of the program.
func newProblem(status int, l text.Lang, err error) *problem {
	return &problem{Status: status, Detail: text.Harmless(text.ErrorIn(err, l))}
}

// write sends a problem.
func (p *problem) write(w http.ResponseWriter) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // an error is that of a client that left
}
