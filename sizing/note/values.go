package note

import "strings"

// Either are names of which any is meant.
type Either []string

// String joins the names: "a or b or c".
func (e Either) String() string { return strings.Join(e, " or ") }

// Fields are fields of the request by their names, as in [Error].
type Fields []string

// String joins the names.
func (f Fields) String() string { return strings.Join(f, ", ") }
