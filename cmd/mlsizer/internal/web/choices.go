package web

import (
	"encoding/json"

	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/cli"
)

// choices are the values of flags that have some to choose from, by command, for
// the fields of the page.
func (s *server) choices() []byte {
	all := map[string]map[string][]string{}
	for _, name := range s.has(asked) {
		all[name] = map[string][]string{}
		flagsOf(s.command(name), func(f *pflag.Flag) {
			if list := cli.ChoicesOf(f); len(list) > 0 && len(list) <= 64 {
				all[name][f.Name] = list
			}
		})
	}
	body, _ := json.Marshal(all) // of strings
	return body
}
