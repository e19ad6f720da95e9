package hub

import (
	"context"
	"errors"
	"io"

	"mlsizer/sizing/modelfile/safetensors"
	"mlsizer/sizing/note"
)

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

// Close ends the last answer.
func (r *remoteFile) Close() error { return r.body.Close() }

// Read implements io.Reader.
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
	end := safetensors.HeaderEnd(r.first[:])
	if r.size >= 0 {
		end = min(end, r.size)
	}
	return end
}

// resume goes on behind a body that broke off.
func (r *remoteFile) resume(cause error) error {
	if r.ctx.Err() != nil {
		return &Error{Ref: r.ask.ref, Err: note.NewError("hub.too-slow", r.pos, r.ctx.Err())}
	}
	if errors.Is(cause, io.EOF) {
		cause = io.ErrUnexpectedEOF
	}
	if r.breaks++; r.breaks >= r.hub.tries() {
		return &Error{Ref: r.ask.ref, Err: note.NewError("hub.broke-off-often", r.pos, r.breaks, cause)}
	}
	if err := r.hub.pause(r.ctx, backoff(r.breaks-1)); err != nil {
		return &Error{Ref: r.ask.ref, Err: note.NewError("hub.broke-off", r.pos, err)}
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
		return &Error{Ref: a.ref, Err: note.NewError("hub.file-changed"), Hint: note.Word("hub.try-again")}
	}
	if ans.pos < r.pos { // the server knows no ranges: pass over what is known
		if _, err := io.CopyN(io.Discard, r.body, r.pos-ans.pos); err != nil {
			return &Error{Ref: a.ref, Err: note.NewError("hub.broke-off-earlier", r.pos, err)}
		}
	}
	return nil
}
