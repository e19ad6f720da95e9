package catalog

import (
	"bytes"
	"encoding/json"
	"sync"
)

// raws holds the undecoded entries by name.
var raws = sync.OnceValue(func() map[string][]byte {
	all := map[string][]byte{}
	for _, name := range dataFiles() {
		text, err := files.ReadFile("data/" + name + ".json")
		if err != nil {
			panic(err)
		}
		var elements []json.RawMessage
		if err := json.Unmarshal(text, &elements); err != nil {
			panic(err)
		}
		for _, raw := range elements {
			var head struct {
				Name string `json:"name"`
			}
			if err := json.Unmarshal(raw, &head); err != nil {
				panic(err)
			}
			all[head.Name] = raw
		}
	}
	return all
})

// strict decodes text and rejects fields that v does not have.
func strict(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
