package note

import "strings"

// Choice are names of which one is wanted.
type Choice []string

// String joins the names: "a, b or c".
func (c Choice) String() string { return c.Join(", ", " or ") }

// Join joins the names, the last one with a word of its own.
func (c Choice) Join(comma, or string) string {
	if len(c) < 2 {
		return strings.Join(c, "")
	}
	last := len(c) - 1
	return strings.Join(c[:last], comma) + or + c[last]
}
