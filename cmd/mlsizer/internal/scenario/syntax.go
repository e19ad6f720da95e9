package scenario

import (
	"regexp"
	"strconv"

	"mlsizer/cmd/mlsizer/internal/text"
)

// atLine is the place in an error of the YAML reader.
var atLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// syntaxError is an error of the YAML reader, with the file and, where it says
// one, the line.
func syntaxError(name string, err error) error {
	m := atLine.FindStringSubmatch(err.Error())
	if m == nil {
		return text.Colon.Error(name, text.NotYAML.Error(err))
	}
	line, _ := strconv.Atoi(m[1]) // of digits
	return text.AtFileLine.Error(name, line, text.NotYAML.Error(m[2]))
}
