package text

import (
	"fmt"
	"strings"

	"mlsizer/sizing/note"
)

// Flags are settings as they are typed: "--tp 8 --offload-optimizer".
func Flags(list note.Settings) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = "--" + s.Field
		if s.Value != true {
			words[i] += fmt.Sprintf(" %v", s.Value)
		}
	}
	return strings.Join(words, " ")
}
