package source

import (
	"errors"
	"io"
)

// ErrTooLong is the error of a Bounded reader behind which more bytes follow.
var ErrTooLong = errors.New("too long")

// Bounded reads at most most bytes of r, and fails with ErrTooLong where a
// LimitedReader would pretend that the file ends.
func Bounded(r io.Reader, most int64) io.Reader { return &bounded{r: r, left: most} }

type bounded struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, ErrTooLong
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
