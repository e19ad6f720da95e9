package catalog

import (
	"bytes"
	"encoding/json"
	"sync"
)

// raws holds the undecoded entries by name, for benchmarks of decoding one.
var raws = sync.OnceValue(func() map[string]*entryJSON {
	all := map[string]*entryJSON{}
	for _, name := range dataFiles() {
		text, err := files.ReadFile("data/" + name + ".json")
		if err != nil {
			panic(err)
		}
		var raw []entryJSON
		if err := json.Unmarshal(text, &raw); err != nil {
			panic(err)
		}
		for i := range raw {
			all[raw[i].Name] = &raw[i]
		}
	}
	return all
})

// strict decodes text and refuses fields that v does not have.
func strict(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
