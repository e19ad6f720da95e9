package note

import (
	"fmt"

	"mlsizer/sizing/quantity"
)

// InSeconds is a time with digits enough to add up, which minutes and hours are
// not printed with.
func InSeconds(v float64) string {
	if v >= 60 {
		return fmt.Sprintf("%.4g s", v)
	}
	return quantity.Seconds(v).String()
}
