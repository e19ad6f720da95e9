package catalog

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"mlsizer/sizing/note"
)

// NotFoundError says that the catalogue has no model of a name.
type NotFoundError struct {
	// Name is what was asked for.
	Name string
	in   *Catalog
}

// Near returns the names that are spelled most alike, nearest first. They are
// looked up when they are asked for: most who ask for a name that is unknown
// have another to try.
func (e *NotFoundError) Near() []string {
	if e.in == nil {
		return nil
	}
	return e.in.near(e.Name)
}

// Code says whether names are known that are spelled alike.
func (e *NotFoundError) Code() string {
	if len(e.Near()) == 0 {
		return "model.unknown"
	}
	return "model.unknown-but-near"
}

// Args are the name and the nearest names.
func (e *NotFoundError) Args() []any {
	near := e.Near()
	if len(near) == 0 {
		return []any{e.Name}
	}
	return []any{e.Name, near}
}

// Error names the model and the nearest names.
func (e *NotFoundError) Error() string { return note.NewError(e.Code(), e.Args()...).Error() }

// numNear is how many names a NotFoundError offers.
const numNear = 3

// Find returns the model of a name or alias. Case, the separators "-", "_" and
// " ", and an "organisation/" in front do not matter, nor does a "." unless
// leaving it out makes two models one (OPT-1.3B and OPT-13B). A trailing
// "-instruct", "-chat" or the like that names a fine-tuned copy of the same
// architecture is left off if the full name is not known. An unknown name
// gives a [*NotFoundError].
func (c *Catalog) Find(name string) (*Entry, error) {
	for base, ok := name, true; ok; base, ok = cutVariant(base) {
		if s := c.lookup(base); s != nil {
			return s.entry(), nil
		}
	}
	return nil, &NotFoundError{name, c}
}

// lookup returns the slot of a name or alias, nil if there is none. A slash is
// a separator (ViT-B/16) before it is the end of an organisation.
func (c *Catalog) lookup(name string) *slot {
	for {
		k := key(name)
		if s := c.byKey[k]; s != nil {
			return s
		}
		if s := c.byLooseKey[looseKey(k)]; s != nil {
			return s
		}
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return nil
		}
		name = rest
	}
}

// key folds the spellings of a name into one.
func key(name string) string {
	b := make([]byte, 0, len(name))
	for i := range len(name) {
		switch ch := name[i]; {
		case ch == '-' || ch == '_' || ch == ' ' || ch == '/':
		case 'A' <= ch && ch <= 'Z':
			b = append(b, ch+'a'-'A')
		default:
			b = append(b, ch)
		}
	}
	return string(b)
}

// looseKey is a key without its dots.
func looseKey(key string) string { return strings.ReplaceAll(key, ".", "") }

// cutVariant leaves off a trailing word that names a fine-tuned copy, or a
// file format, of the same architecture. Quantised copies are not among them:
// they store other bytes.
func cutVariant(name string) (base string, ok bool) {
	i := strings.LastIndexAny(name, "-_ ")
	if i <= 0 {
		return "", false
	}
	switch strings.ToLower(name[i+1:]) {
	case "instruct", "chat", "it", "pt", "base", "hf", "bf16", "fp16", "inst", "thinking":
		return name[:i], true
	}
	return "", false
}

// near returns the names most like name by edit distance. A name that begins
// with what was typed is nearer than any other: most typos are cut short.
func (c *Catalog) near(name string) []string {
	const maxCompared = 64 // a name longer than any known is compared by its start
	want := key(name[strings.LastIndexByte(name, '/')+1:])
	if len(want) > maxCompared {
		want = want[:maxCompared]
	}
	if want == "" {
		return nil
	}
	type match struct {
		name string
		dist int
	}
	matches := make([]match, 0, len(c.slots))
	for _, s := range c.slots {
		dist := nameDistance(want, s.name)
		for _, a := range s.aliases {
			dist = min(dist, nameDistance(want, a))
		}
		matches = append(matches, match{s.name, dist})
	}
	slices.SortStableFunc(matches, func(a, b match) int { return a.dist - b.dist })
	names := make([]string, 0, numNear)
	alike := 4 * max(2, 2*len(want)/3) // beyond that most letters differ
	for _, m := range matches[:min(numNear, len(matches))] {
		if m.dist <= alike {
			names = append(names, m.name)
		}
	}
	return names
}

func nameDistance(want, name string) int {
	k := key(name)
	d := 4 * levenshtein.ComputeDistance(want, k)
	if strings.HasPrefix(k, want) || strings.HasPrefix(want, k) {
		d /= 4
	}
	return d
}
