package hub

import (
	"fmt"
	"regexp"
	"strings"

	"mlsizer/sizing/modelfile/source"
)

const (
	// Scheme begins a reference to a repository.
	Scheme          = "hf:"
	defaultRevision = "main"
)

// Ref names a repository at a revision.
type Ref struct {
	Repo     string // "org/name"
	Revision string // a branch, a tag or a commit; "main" where none is given
}

// String is the form that ParseRef reads.
func (r Ref) String() string {
	if r.Revision == defaultRevision {
		return Scheme + r.Repo
	}
	return Scheme + r.Repo + "@" + r.Revision
}

var (
	// Source: huggingface_hub, utils/_validators.py, validate_repo_id.
	repoPattern     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?$`)
	revisionPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}$`)
	commitPattern   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// ParseRef reads hf:org/name or hf:org/name@revision.
func ParseRef(s string) (Ref, error) {
	bad := func(problem string) (Ref, error) {
		return Ref{}, &Error{Ref: source.Clip(s), Problem: problem, Hint: "write hf:org/name or hf:org/name@revision"}
	}
	rest, ok := strings.CutPrefix(s, Scheme)
	if !ok {
		return bad(`does not begin with "hf:"`)
	}
	repo, revision, given := strings.Cut(rest, "@")
	if !given {
		revision = defaultRevision
	}
	switch {
	case !repoPattern.MatchString(repo), strings.Contains(repo, ".."), strings.Contains(repo, "--"):
		return bad(fmt.Sprintf("%q is not the name of a repository", source.Clip(repo)))
	case !revisionPattern.MatchString(revision), strings.Contains(revision, ".."), strings.Contains(revision, "//"), strings.HasSuffix(revision, "/"):
		return bad(fmt.Sprintf("%q is not a revision", source.Clip(revision)))
	}
	return Ref{Repo: repo, Revision: revision}, nil
}
