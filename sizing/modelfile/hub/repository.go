package hub

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"mlsizer/sizing/modelfile/source"
	"mlsizer/sizing/note"
)

// firstRange is the part of a file that the first request asks for: the whole
// header of most. Source: huggingface_hub, SAFETENSORS_FIRST_REQUEST bytes of
// hf_api.py (100,000).
const firstRange = 100_000

// Repository is a repository at a revision: a source.Store whose headers can be
// fetched ahead.
type Repository struct {
	hub      *Hub
	base     *url.URL
	ref      Ref
	revision string // the commit, once the hub has named it
	// Warnings are doubts about the files that were read.
	Warnings note.List
	ahead    *readAhead
}

// Where is how messages call a file.
func (s *Repository) Where(name string) string { return s.ref.String() + "/" + name }

// address is where the hub hands out a file.
func (s *Repository) address(name string) *url.URL {
	segments := []string{}
	segments = append(segments, strings.Split(s.ref.Repo, "/")...)
	// The slash of refs/pr/1 is a part of the revision's name.
	segments = append(segments, "resolve", url.PathEscape(s.revision))
	for part := range strings.SplitSeq(name, "/") {
		segments = append(segments, url.PathEscape(part))
	}
	return s.base.JoinPath(segments...)
}

// Open answers from the cache if that is known to be right, else from the
// hub.
func (s *Repository) Open(ctx context.Context, name string, header bool) (*source.Stream, error) {
	if f := s.ahead.take(name); f != nil {
		return f.stream, f.err
	}
	return s.fetch(ctx, name, header)
}

func (s *Repository) fetch(ctx context.Context, name string, header bool) (*source.Stream, error) {
	key := cacheKey{s.hub.Endpoint, s.ref.Repo, s.revision, name}
	entry := s.hub.lookup(key)
	if entry != nil && commitPattern.MatchString(s.revision) {
		return entry.stream(), nil // a commit does not change
	}
	a := ask{url: s.address(name), ref: s.Where(name)}
	if header {
		a.to = firstRange
	}
	if entry != nil {
		a.etag = entry.meta.ETag
	}
	ans, err := s.hub.request(ctx, a)
	if err != nil {
		entry.close()
		var he *Error
		if entry != nil && errors.As(err, &he) && he.Status == 0 && ctx.Err() == nil {
			again := s.hub.lookup(key)
			if again != nil {
				s.Warnings.Say("file.from-cache", "", s.Where(name))
				return again.stream(), nil
			}
		}
		return nil, err
	}
	if ans.body == nil {
		s.pin(entry.meta.Commit, ans.commit)
		return entry.stream(), nil
	}
	entry.close()
	s.pin(ans.commit)
	r := &remoteFile{ctx: ctx, hub: s.hub, ask: a, header: header, body: ans.body, pos: ans.pos, size: ans.size, etag: ans.etag, asked: -1}
	r.end = r.endOf(ans)
	st := &source.Stream{Reader: r, Size: ans.size, Close: source.CloseOnce(r)}
	s.hub.store(key, st, ans)
	return st, nil
}

// pin keeps to the commit that the first answer came from, so that all files
// are of one version.
func (s *Repository) pin(commits ...string) {
	for _, c := range commits {
		if commitPattern.MatchString(c) && s.ahead == nil {
			s.revision = c
		}
	}
}
