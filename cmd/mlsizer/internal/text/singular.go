package text

import "strings"

// counted are the nouns that texts count.
var counted = map[string]bool{
	"assumptions": true, "checkpoints": true, "devices": true, "epochs": true, "examples": true, "files": true, "frames": true,
	"images": true, "layers": true, "models": true, "nodes": true, "parameters": true, "plans": true, "replicas": true,
	"rows": true, "samples": true, "sequences": true, "slices": true, "stages": true, "steps": true, "tensors": true,
	"tokens": true, "trials": true,
}

// singular writes "1 token" where a text that counts says "1 tokens", also of
// "1 full checkpoints" and "1 more rows".
func singular(text string) string {
	if !strings.Contains(text, "1 ") {
		return text
	}
	words := strings.Split(text, " ")
	for i, w := range words {
		if strings.TrimLeft(w, "(") != "1" {
			continue
		}
		j := i + 1
		if j < len(words) && (words[j] == "full" || words[j] == "more") {
			j++
		}
		if j == len(words) {
			break
		}
		if noun := strings.TrimRight(words[j], ",.;:)"); counted[noun] {
			words[j] = noun[:len(noun)-1] + words[j][len(noun):]
		}
	}
	return strings.Join(words, " ")
}
