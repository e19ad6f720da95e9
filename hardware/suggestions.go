package hardware

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// suggestions returns up to three similar names: first those that start with
// name or contain it, then by edit distance, and none that differs in more than
// a third of its letters.
func (c *Catalog) suggestions(name string) []string {
	want := normaliseName(name)
	if want == "" || len(want) > 64 {
		return nil
	}
	type candidate struct {
		name  string
		score int
	}
	best := make(map[*Device]candidate, len(c.devices))
	consider := func(d *Device, n string) {
		score := 0
		switch {
		case len(want) >= 2 && strings.HasPrefix(n, want):
			score = 0
		case len(n) >= 2 && strings.HasPrefix(want, n) && len(n)*2 > len(want):
			score = 1
		case len(want) >= 3 && strings.Contains(n, want):
			score = 1
		default:
			score = 2 + 2*levenshtein.ComputeDistance(want, n)
			if (score-2)/2 > max(len(want), len(n))/3 {
				return
			}
		}
		if b, ok := best[d]; !ok || score < b.score || score == b.score && len(n) < len(b.name) {
			best[d] = candidate{n, score}
		}
	}
	for _, d := range c.devices {
		consider(d, d.ID)
		for _, a := range d.Aliases {
			consider(d, a)
		}
	}
	list := make([]candidate, 0, len(best))
	for _, b := range best {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(len(a.name), len(b.name)), cmp.Compare(a.name, b.name))
	})
	var names []string
	for _, b := range list[:min(3, len(list))] {
		names = append(names, b.name)
	}
	return names
}
