package quantity

import (
	"fmt"
	"strings"
)

// ByName reads the name of one of n values; what names them in the error.
func ByName[T ~uint8](s, what string, n T, str func(T) string) (T, error) {
	want := strings.ToLower(strings.TrimSpace(s))
	var names []string
	for v := range n {
		if str(v) == want {
			return v, nil
		}
		names = append(names, str(v))
	}
	return 0, fmt.Errorf("%q is not a known %s (want %s)", s, what, strings.Join(names, ", "))
}
