package render

import (
	"io"
	"time"
)

// redrawEvery is how often a line is drawn anew.
const redrawEvery = 200 * time.Millisecond

// Redraw draws a line on w, a terminal, again and again once some time has
// passed, until stop is called, which wipes it. line is told how long that takes
// already.
func Redraw(w io.Writer, after time.Duration, line func(elapsed time.Duration) string) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		start := time.Now()
		tick := time.NewTicker(redrawEvery)
		defer tick.Stop()
		drawn := false
		for {
			select {
			case <-quit:
				if drawn {
					io.WriteString(w, "\r\x1b[K")
				}
				return
			case <-tick.C:
				if elapsed := time.Since(start); elapsed >= after {
					io.WriteString(w, "\r"+line(elapsed)+"\x1b[K")
					drawn = true
				}
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}
