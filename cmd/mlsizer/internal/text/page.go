package text

import "encoding/json"

// PageWords are the words of the page in a language, as JSON, by their keys.
func PageWords(l Lang) []byte {
	all := map[string]string{}
	for key, t := range pageWords {
		all[key] = t.In(l)
	}
	body, _ := json.Marshal(all) // of strings
	return body
}

// pageWords are the words of the page by their keys; %s stands for a value.
var pageWords = map[string]Text{}
