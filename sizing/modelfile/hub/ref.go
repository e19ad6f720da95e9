package hub

import (
	"regexp"
	"strings"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
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
	bad := func(why *note.Error) (Ref, error) {
		return Ref{}, &Error{Ref: source.Clip(s), Err: why, Hint: note.Word("hub.write-reference")}
	}
	rest, ok := strings.CutPrefix(s, Scheme)
	if !ok {
		return bad(note.NewError("hub.no-scheme", Scheme))
	}
	repo, revision, given := strings.Cut(rest, "@")
	if !given {
		revision = defaultRevision
	}
	switch {
	case !repoPattern.MatchString(repo), strings.Contains(repo, ".."), strings.Contains(repo, "--"):
		return bad(note.NewError("hub.bad-name", source.Clip(repo)))
	case !revisionPattern.MatchString(revision), strings.Contains(revision, ".."), strings.Contains(revision, "//"), strings.HasSuffix(revision, "/"):
		return bad(note.NewError("hub.bad-revision", source.Clip(revision)))
	}
	return Ref{Repo: repo, Revision: revision}, nil
}
