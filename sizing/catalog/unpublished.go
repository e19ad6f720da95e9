package catalog

import (
	_ "embed" // for the list
	"encoding/csv"
	"strings"
	"sync"
)

// unpublishedCSV lists the models whose makers state no size: a name, and the
// makers' own report that leaves the size out, or that this is assumed.
//
//go:embed data/unpublished.csv
var unpublishedCSV string

// unpublished are the sources by the key of the name. A list that cannot be read
// is empty; a test reads it.
var unpublished = sync.OnceValue(func() map[string]string {
	rows, err := csv.NewReader(strings.NewReader(unpublishedCSV)).ReadAll()
	if err != nil {
		return nil
	}
	sources := make(map[string]string, len(rows))
	for _, row := range rows[1:] {
		sources[key(row[0])] = row[1]
	}
	return sources
})

// FindUnpublished reports whether a name is that of a model known to have no
// published size, and the report of its makers that leaves it out, or that this is
// assumed. Versions of a listed name count as it: gpt-4-0613, claude-3-opus. What
// [Catalog.Find] finds is not asked here.
func FindUnpublished(name string) (source string, ok bool) {
	name = strings.TrimSpace(name[strings.LastIndexByte(name, '/')+1:])
	for {
		if source, ok := unpublished()[key(name)]; ok {
			return source, true
		}
		i := strings.LastIndexAny(name, "-_ (")
		if i <= 0 {
			return "", false
		}
		name = name[:i]
	}
}
