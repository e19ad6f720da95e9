package note

import "fmt"

// Rare is an expected number of events, of which less than a hundredth is as
// good as none.
type Rare float64

// least is what is told apart from none.
const least = 0.01

// String is three digits, or "<0.01".
func (r Rare) String() string {
	if r > 0 && r < least {
		return "<0.01"
	}
	return fmt.Sprintf("%.3g", float64(r))
}
