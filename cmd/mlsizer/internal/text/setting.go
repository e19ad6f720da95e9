package text

import (
	"fmt"
	"strings"

	"mlsizer/sizing/note"
)

// programSettings are the options by which programs that serve are told a
// setting.
var programSettings = map[string]string{
	"gpu-layers":     "-ngl",
	"cpu-moe-layers": "--n-cpu-moe",
	"cpu-offload":    "--cpu-offload-gb",
}

// Spelled are settings as they are typed: flags of this program, or options of
// the one that they are of.
func Spelled(list note.Settings) string {
	words := make([]string, len(list))
	for i, s := range list {
		option, ok := programSettings[s.Field]
		if !ok {
			option = "--" + s.Field
		}
		words[i] = option
		if s.Value != true { // a switch
			words[i] += fmt.Sprintf(" %v", s.Value)
		}
	}
	return strings.Join(words, " ")
}
