package limit

import (
	"bytes"
	"encoding/json"
)

// RepeatedKey returns a key that an object of a valid JSON text has twice, of
// which encoding/json takes the last; ok is false if there is none.
func RepeatedKey(text []byte) (key string, ok bool) {
	type place struct {
		object int
		key    string
	}
	seen := map[place]bool{}
	var open []int // the objects that are open, by number; 0 is an array
	objects := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			objects++
			open = append(open, objects)
		case '[':
			open = append(open, 0)
		case '}', ']':
			open = open[:max(len(open)-1, 0)]
		case '"':
			end := endOfString(text, i)
			if len(open) > 0 && bytes.HasPrefix(bytes.TrimLeft(text[end:], " \t\r\n"), []byte(":")) {
				at := place{open[len(open)-1], unquoted(text[i:end])}
				if seen[at] {
					return at.key, true
				}
				seen[at] = true
			}
			i = end - 1
		}
	}
	return "", false
}

// endOfString is the place behind the string that begins at start.
func endOfString(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// unquoted is the value of a JSON string.
func unquoted(quoted []byte) string {
	if len(quoted) >= 2 && bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted)
	}
	return s
}
