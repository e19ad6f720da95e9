package note

import "strings"

// Fields are fields of the request by their names, as in [Error].
type Fields []string

// String joins the names.
func (f Fields) String() string { return strings.Join(f, ", ") }
