package batch

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// Progress is how far Run has come. It may be read while Run works.
type Progress struct {
	Rows  atomic.Int64
	Bytes atomic.Int64 // of the file as it is stored
}

// countingReader counts the bytes that are read into a Progress.
type countingReader struct {
	r io.Reader
	p *Progress
}

// Read reads, and counts what it read.
func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.p.Bytes.Add(int64(n))
	return n, err
}

// ShowProgress redraws a line on w, a terminal, until stop is called, which
// wipes it. size is the length of the file in bytes, 0 if unknown.
func ShowProgress(w io.Writer, p *Progress, size int64, l text.Lang) (stop func()) {
	return render.Redraw(w, 0, func(elapsed time.Duration) string { return bar(p.Rows.Load(), p.Bytes.Load(), size, elapsed, l) })
}

// bar is the line that shows the progress: share, rows, rate, time left.
func bar(rows, read, size int64, elapsed time.Duration, l text.Lang) string {
	const width = 24
	var b strings.Builder
	share := 0.0
	if size > 0 {
		share = min(1, float64(read)/float64(size))
		full := int(share * width)
		fmt.Fprintf(&b, "[%s%s] %3.0f%%  ", strings.Repeat("#", full), strings.Repeat(".", width-full), 100*share)
	}
	seconds := max(elapsed.Seconds(), 1e-3)
	b.WriteString(text.RowsRate.Form(l, short(float64(rows)), short(float64(rows)/seconds)))
	if share > 0 {
		left := time.Duration(float64(elapsed) * (1 - share) / share).Round(time.Second)
		b.WriteString(text.TimeLeft.Form(l, left))
	}
	return b.String()
}

// short is a number of rows in a few characters.
func short(n float64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2fB", n/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.2fM", n/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.1fK", n/1e3)
	}
	return fmt.Sprintf("%.0f", n)
}
