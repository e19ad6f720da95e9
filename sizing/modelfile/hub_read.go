package modelfile

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// firstRange is the part of a file that the first request asks for: the whole
// header of most. Source: huggingface_hub, SAFETENSORS_FIRST_REQUEST bytes of
// hf_api.py (100,000).
const firstRange = 100_000

// hubStore is a repository at a revision.
type hubStore struct {
	hub      *Hub
	base     *url.URL
	ref      HubRef
	revision string // the commit, once the hub has named it
	// Warnings are doubts about the files that were read.
	Warnings []string
	ahead    *readAhead
}

func (s *hubStore) Where(name string) string { return s.ref.String() + "/" + name }

// address is where the hub hands out a file.
func (s *hubStore) address(name string) *url.URL {
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
func (s *hubStore) Open(ctx context.Context, name string, header bool) (*stream, error) {
	if f := s.ahead.take(name); f != nil {
		return f.stream, f.err
	}
	return s.fetch(ctx, name, header)
}

func (s *hubStore) fetch(ctx context.Context, name string, header bool) (*stream, error) {
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
		var he *HubError
		if entry != nil && errors.As(err, &he) && he.Status == 0 && ctx.Err() == nil {
			again := s.hub.lookup(key)
			if again != nil {
				s.Warnings = append(s.Warnings, fmt.Sprintf("%s: no answer from the hub: read from the cache of an earlier run", s.Where(name)))
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
	st := &stream{Reader: r, Size: ans.size, Close: closeOnce(r)}
	s.hub.store(key, st, ans)
	return st, nil
}

// pin keeps to the commit that the first answer came from, so that all files
// are of one version.
func (s *hubStore) pin(commits ...string) {
	for _, c := range commits {
		if commitPattern.MatchString(c) && s.ahead == nil {
			s.revision = c
		}
	}
}

// remoteFile reads a file of the hub from its beginning. It asks for more when
// a header is longer than the first range, and again when a body breaks off.
type remoteFile struct {
	ctx    context.Context
	hub    *Hub
	ask    ask
	header bool
	body   io.ReadCloser
	pos    int64
	end    int64 // of the body, negative where not said
	size   int64
	etag   string
	breaks int
	asked  int64 // where the last further request began, negative before it

	first  [8]byte
	nFirst int
}

// endOf returns where an answer's body ends in the file.
func (r *remoteFile) endOf(ans *answer) int64 {
	if ans.length < 0 {
		return -1
	}
	return ans.pos + ans.length
}

func (r *remoteFile) Close() error { return r.body.Close() }

func (r *remoteFile) Read(p []byte) (int, error) {
	for {
		n, err := r.body.Read(p)
		r.note(p[:n])
		r.pos += int64(n)
		if n > 0 || err == nil {
			return n, nil
		}
		if errors.Is(err, io.EOF) {
			if r.size >= 0 && r.pos >= r.size || r.end < 0 && r.size < 0 {
				return 0, io.EOF
			}
			if (r.end < 0 || r.pos >= r.end) && r.pos > r.asked { // the range is read; the header may go on
				to := r.wanted()
				if to <= r.pos {
					return 0, io.EOF
				}
				if err := r.again(to); err != nil {
					return 0, err
				}
				continue
			}
		}
		if err := r.resume(err); err != nil {
			return 0, err
		}
	}
}

// note keeps the first 8 bytes, which say how long the header is.
func (r *remoteFile) note(p []byte) {
	if r.nFirst < len(r.first) {
		r.nFirst += copy(r.first[r.nFirst:], p)
	}
}

// wanted is how far the file is to be read.
func (r *remoteFile) wanted() int64 {
	if !r.header {
		return max(r.size, 0)
	}
	if r.nFirst < len(r.first) {
		return 0
	}
	end := safeHeaderEnd(r.first[:])
	if r.size >= 0 {
		end = min(end, r.size)
	}
	return end
}

// safeHeaderEnd is where the header that begins with the 8 bytes ends; a
// length that is refused ends at once.
func safeHeaderEnd(length []byte) int64 {
	n := binary.LittleEndian.Uint64(length)
	if n > maxSafeHeader {
		return 0
	}
	return 8 + int64(n)
}

// resume goes on behind a body that broke off.
func (r *remoteFile) resume(cause error) error {
	if r.ctx.Err() != nil {
		return &HubError{Ref: r.ask.ref, Problem: fmt.Sprintf("the server was too slow: %d bytes came in time", r.pos), Err: r.ctx.Err()}
	}
	if errors.Is(cause, io.EOF) {
		cause = io.ErrUnexpectedEOF
	}
	if r.breaks++; r.breaks >= r.hub.tries() {
		return &HubError{Ref: r.ask.ref, Problem: fmt.Sprintf("the answer broke off at byte %d, %d times", r.pos, r.breaks), Err: cause}
	}
	if err := r.hub.pause(r.ctx, backoff(r.breaks-1)); err != nil {
		return &HubError{Ref: r.ask.ref, Problem: fmt.Sprintf("the answer broke off at byte %d", r.pos), Err: err}
	}
	to := int64(0)
	if r.header {
		if to = r.wanted(); to <= r.pos {
			to = firstRange
		}
	}
	return r.again(to)
}

// again asks for the bytes from pos to to and makes them the body.
func (r *remoteFile) again(to int64) error {
	_ = r.body.Close()
	r.asked = r.pos
	a := r.ask
	a.from, a.to, a.etag = r.pos, to, ""
	ans, err := r.hub.request(r.ctx, a)
	if err != nil {
		return err
	}
	r.body, r.end = ans.body, r.endOf(ans)
	if ans.etag != "" && r.etag != "" && ans.etag != r.etag || ans.size >= 0 && r.size >= 0 && ans.size != r.size {
		return &HubError{Ref: a.ref, Problem: "the file changed while it was read", Hint: "try again"}
	}
	if ans.pos < r.pos { // the server knows no ranges: pass over what is known
		if _, err := io.CopyN(io.Discard, r.body, r.pos-ans.pos); err != nil {
			return &HubError{Ref: a.ref, Problem: fmt.Sprintf("the answer broke off before byte %d, where the last one had", r.pos), Err: err}
		}
	}
	return nil
}
