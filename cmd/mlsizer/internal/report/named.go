package report

import (
	"cmp"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// Called is what a title calls the model: a name or a count as it was typed, and
// a file by the name of the model in it. The model's line has the path.
func (m *ModelJSON) Called() string {
	if cli.IsPath(m.Input) {
		return cmp.Or(m.Name, m.Input)
	}
	return m.Input
}
