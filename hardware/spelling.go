package hardware

import (
	"cmp"
	"strings"
)

// SplitCount divides a name with a count into both, as they are typed: h100x8,
// h100:8, h100*8, 8xh100, 8*h100 and "8 h100". count is "" where there is none.
// Names hold an x of their own (mi300x, rx-7900xtx) and begin with numbers
// (4090), so the first division whose name is known is taken; where none is,
// the first that leaves a count.
func (c *Catalog) SplitCount(s string) (name, count string) {
	if c.knows(s) {
		return s, ""
	}
	for _, d := range divisions(s) {
		if c.knows(d.name) {
			return d.name, d.count
		}
		if count == "" {
			name, count = d.name, d.count
		}
	}
	return cmp.Or(name, s), count
}

// knows reports whether a name is that of a device or of an instance.
func (c *Catalog) knows(name string) bool {
	_, isInstance := findInstance(name)
	return isInstance || c.byName[normaliseName(name)] != nil
}

// division is a text divided into a name and a count.
type division struct{ name, count string }

// The signs between a name and a count.
const (
	timesSigns = "xX*"
	colon      = ":"
)

// divisions are the ways in which a text may be a name and a count: the count
// last, then the count first.
func divisions(s string) []division {
	s = strings.ReplaceAll(strings.TrimSpace(s), "×", "x")
	var list []division
	add := func(name, count string) {
		name, count = strings.TrimSpace(name), strings.TrimSpace(count)
		if name != "" && count != "" && strings.ContainsRune("0123456789-+", rune(count[0])) {
			list = append(list, division{name, count})
		}
	}
	if i := strings.LastIndexAny(s, timesSigns+colon); i >= 0 {
		add(s[:i], s[i+1:])
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789,"))
	count, rest := s[:digits], strings.TrimLeft(s[digits:], " ")
	switch {
	case digits == 0 || rest == "":
	case strings.ContainsRune(timesSigns, rune(rest[0])):
		add(rest[1:], count)
	case rest != s[digits:]: // only a space between
		add(rest, count)
	}
	return list
}
