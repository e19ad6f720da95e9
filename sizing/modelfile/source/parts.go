package source

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"mlsizer/sizing/note"
)

// splitName is how parts of a split file are called.
var splitName = regexp.MustCompile(`^(.*)-(\d{5})-of-(\d{5})(\.gguf|\.safetensors)$`)

// SetOf names the set that a part of a split file belongs to.
func SetOf(name string) (set string, ok bool) {
	m := splitName.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return m[1] + "/" + m[3], true
}

// Parts returns the names of all parts if name is one of several, else name.
// of is 0 for a file that is not split by its name.
func Parts(name string) (names []string, of int, err error) {
	m := splitName.FindStringSubmatch(name)
	if m == nil {
		return []string{name}, 0, nil
	}
	part, _ := strconv.Atoi(m[2])
	of, _ = strconv.Atoi(m[3])
	if part < 1 || part > of {
		return nil, 0, &FormatError{File: name, Offset: -1, Err: note.NewError("parts.bad-number", part, of)}
	}
	for i := 1; i <= of; i++ {
		names = append(names, fmt.Sprintf("%s-%05d-of-%05d%s", m[1], i, of, m[4]))
	}
	return names, of, nil
}

// MissingParts is the error of a set of files that is not whole: its sum would
// look like a total.
func MissingParts(where string, of int, missing []string) error {
	named := missing
	if len(named) > 3 {
		named = append(slices.Clone(named[:3]), "…")
	}
	return &FormatError{File: where, Offset: -1, Err: note.NewError("parts.missing", len(missing), of, named)}
}
