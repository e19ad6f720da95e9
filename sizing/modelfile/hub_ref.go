package modelfile

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	hubScheme       = "hf:"
	defaultRevision = "main"
)

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
