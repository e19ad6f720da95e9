package note

// Setting is a field that is set to a value: of a request, by its name on the
// command line, or of a program that serves or trains.
type Setting struct {
	Field string
	Value any
}

// Settings are settings in the order in which they are said.
type Settings []Setting

// Set adds a setting.
func (s *Settings) Set(field string, value any) { *s = append(*s, Setting{field, value}) }
