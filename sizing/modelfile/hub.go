package modelfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const (
	hubScheme = "hf:"
	// DefaultEndpoint is the hub's base address where HF_ENDPOINT is not set.
	DefaultEndpoint = "https://huggingface.co"
	defaultRevision = "main"
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
	// Timeout bounds one Open, whatever the server does; 0 means 5 minutes.
	Timeout time.Duration
	// Retries is how often a failed request is repeated; 0 means 3, less than
	// 0 never.
	Retries int
	// Sleep waits between tries; nil means to wait for real.
	Sleep func(context.Context, time.Duration) error
}

// NewHubFromEnv returns a hub with the settings of the environment: HF_ENDPOINT
// (the base address), HF_TOKEN, and a cache in mlsizer/hub under
// XDG_CACHE_HOME or the user's own cache folder. MLSIZER_CACHE=off disables
// the cache. An endpoint that is not an address is an error.
func NewHubFromEnv() (*Hub, error) {
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
		return nil, &HubError{Problem: fmt.Sprintf("endpoint %q is not a base address", clipName(h.Endpoint)), Hint: "set HF_ENDPOINT to https://host or http://host:port"}
	}
	if strings.ContainsFunc(h.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, &HubError{Problem: "the token has characters that no token has", Hint: "set HF_TOKEN to the token alone"}
	}
	return u, nil
}

// HubRef names a repository at a revision.
type HubRef struct {
	Repo     string // "org/name"
	Revision string // a branch, a tag or a commit; "main" where none is given
}

// String is the form that ParseHubRef reads.
func (r HubRef) String() string {
	if r.Revision == defaultRevision {
		return hubScheme + r.Repo
	}
	return hubScheme + r.Repo + "@" + r.Revision
}

var (
	// Source: huggingface_hub, utils/_validators.py, validate_repo_id.
	repoPattern     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?$`)
	revisionPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}$`)
	commitPattern   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// ParseHubRef reads hf:org/name or hf:org/name@revision.
func ParseHubRef(s string) (HubRef, error) {
	bad := func(problem string) (HubRef, error) {
		return HubRef{}, &HubError{Ref: clipName(s), Problem: problem, Hint: "write hf:org/name or hf:org/name@revision"}
	}
	rest, ok := strings.CutPrefix(s, hubScheme)
	if !ok {
		return bad(`does not begin with "hf:"`)
	}
	repo, revision, given := strings.Cut(rest, "@")
	if !given {
		revision = defaultRevision
	}
	switch {
	case !repoPattern.MatchString(repo), strings.Contains(repo, ".."), strings.Contains(repo, "--"):
		return bad(fmt.Sprintf("%q is not the name of a repository", clipName(repo)))
	case !revisionPattern.MatchString(revision), strings.Contains(revision, ".."), strings.Contains(revision, "//"), strings.HasSuffix(revision, "/"):
		return bad(fmt.Sprintf("%q is not a revision", clipName(revision)))
	}
	return HubRef{Repo: repo, Revision: revision}, nil
}

// HubError is the error of a repository that could not be read.
type HubError struct {
	Ref     string // the repository, and the file in it
	Status  int    // of the answer; 0 where there was none
	Problem string
	Hint    string // what to do about it; may be empty
	Err     error  // the cause, if there is one
	absent  bool   // the file is not there, though the repository is
}

// Error says what was asked for, what went wrong and what to do.
func (e *HubError) Error() string {
	var b strings.Builder
	if e.Ref != "" {
		b.WriteString(e.Ref + ": ")
	}
	b.WriteString(e.Problem)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Hint != "" {
		b.WriteString(" (" + e.Hint + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *HubError) Unwrap() error { return e.Err }

// Is makes a missing file match fs.ErrNotExist, as in a folder.
func (e *HubError) Is(target error) bool { return e.absent && target == fs.ErrNotExist }

// Open reads a repository: its config.json and the headers of its safetensors
// files. Of a repository without safetensors the config alone is the answer.
func (h *Hub) Open(ctx context.Context, ref HubRef) (*File, error) {
	base, err := h.base()
	if err != nil {
		return nil, err
	}
	timeout := h.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	st := &hubStore{hub: h, base: base, ref: ref, revision: ref.Revision}
	defer st.stop()
	f, err := st.model(ctx)
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && !isDeadline(err) {
			err = fmt.Errorf("%w: %w", err, context.DeadlineExceeded)
		}
		return nil, err
	}
	f.Path = ref.String()
	f.name(ref.Repo)
	f.Warnings = append(f.Warnings, st.warnings...)
	return f, nil
}

func isDeadline(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// model tries the usual names, in the order in which transformers does.
func (s *hubStore) model(ctx context.Context) (*File, error) {
	beside := readConfig(ctx, s)
	if beside.fatal != nil {
		return nil, beside.fatal
	}
	for _, name := range []string{"model.safetensors", "model.safetensors.index.json"} {
		f, err := openSafetensors(ctx, s, []string{name}, strings.HasSuffix(name, ".json"), beside)
		if err == nil || !isNotExist(err) {
			return f, err
		}
	}
	if beside.config == nil {
		if beside.problem != nil {
			return nil, beside.problem
		}
		return nil, &HubError{Ref: s.ref.String(), Status: http.StatusNotFound, Problem: "the repository has neither model.safetensors, nor its index, nor config.json",
			Hint: "check the name; other files can be downloaded and given by their path"}
	}
	f := &File{Format: FormatConfig, Config: beside.config, Model: beside.config.Model}
	f.Warnings = append(f.Warnings, beside.config.Warnings...)
	f.warn("the repository has no safetensors files under the usual names: the parameters are those of config.json")
	f.ArchitectureParams = f.Model.Params()
	f.Params, f.Components = f.ArchitectureParams, f.Model.ByComponent()
	return f, nil
}
