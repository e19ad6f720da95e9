package launch

import (
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/scenario"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/note"
)

// word is a value of a launch. What it takes from outside the file is open.
type word struct {
	text string
	open string // the variable that the file does not say
}

// entry is an option or a key with its values.
type entry struct {
	key    string
	values []word
	line   int
	used   bool
}

// builder turns the entries of a file into a launch.
type builder struct {
	Launch
	entries  []*entry
	launcher []*entry // of the program that starts it on every device
	err      error    // the first
}

// find is the last entry of a key, which earlier ones give way to; nil is none.
func (b *builder) find(key string) *entry {
	var found *entry
	for _, e := range b.entries {
		if e.key == key {
			e.used, found = true, e
		}
	}
	return found
}

// fail notes what is wrong with an entry.
func (b *builder) fail(e *entry, err error) {
	if b.err == nil {
		b.err = text.AtFileLine.Error(b.Name, e.line, text.Colon.Error(e.key, err))
	}
}

// word is the value of a key; ok is false where the file does not say it.
func (b *builder) word(key string) (value string, e *entry, ok bool) {
	e = b.find(key)
	switch {
	case e == nil:
		return "", nil, false
	case len(e.values) == 0:
		b.fail(e, text.NoValueOf.Error(key))
		return "", e, false
	case len(e.values) > 1:
		b.unknown(e)
		return "", e, false
	case e.values[0].open != "":
		b.Notes = append(b.Notes, note.New("import.open", "", b.Name, e.line, key, e.values[0].open))
		return "", e, false
	case e.values[0].text == "auto":
		b.Notes = append(b.Notes, note.New("import.auto", "", b.Name, e.line, key))
		return "", e, false
	}
	return e.values[0].text, e, true
}

// count is the whole number of a key, 0 where the file does not say it.
func (b *builder) count(key string) (int64, *entry) {
	s, e, ok := b.word(key)
	if !ok {
		return 0, e
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil || n < 0 {
		b.fail(e, text.NotWholeOfLaunch.Error(s))
		return 0, e
	}
	return n, e
}

// is reports whether a switch is on.
func (b *builder) is(key string) bool {
	e := b.find(key)
	if e == nil || len(e.values) == 0 {
		return e != nil
	}
	s, e, ok := b.word(key)
	if !ok {
		return false
	}
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0", "null", "~", "":
		return false
	}
	b.fail(e, text.NotASwitch.Error(s))
	return false
}

// set gives a flag a value, at the line of an entry if there is one.
func (b *builder) set(flag, value string, e *entry) {
	s := scenario.Setting{Key: flag, Values: []string{value}}
	if e != nil {
		s.Line = e.line
	}
	b.settings = append(b.settings, s)
}

// takes gives a flag the number of a key, or what it is without the key; "" is
// open.
func (b *builder) takes(flag, key, without string) int64 {
	n, e := b.count(key)
	if n > 0 {
		b.set(flag, strconv.FormatInt(n, 10), e)
	} else if without != "" && e == nil {
		b.set(flag, without, nil)
	}
	return n
}

// undivided sets dimensions to 1 that a framework's options do not have.
func (b *builder) undivided(flags ...string) {
	for _, f := range flags {
		b.set(f, "1", nil)
	}
}

// choose gives a flag the name that the value of a key stands for; a value that
// stands for none is not understood.
func (b *builder) choose(flag, key string, names map[string]string) {
	s, e, ok := b.word(key)
	if !ok {
		return
	}
	if name, known := names[strings.ToLower(s)]; known {
		b.set(flag, name, e)
	} else {
		b.unknown(e)
	}
}

// unknown names an entry that is not understood.
func (b *builder) unknown(e *entry) {
	var values []string
	for _, w := range e.values {
		values = append(values, w.text+w.open)
	}
	b.Notes = append(b.Notes, note.New("import.unknown", "", b.Name, e.line, e.key, clip(strings.Join(values, " "))))
}

// clip shortens a value that is shown.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// mostNamed is how many keys are named one by one.
const mostNamed = 100

// rest names what no reader took and is not without influence on the cost.
func (b *builder) rest(harmless []string) {
	named := 0
	for _, e := range b.entries {
		if e.used || slices.ContainsFunc(harmless, func(h string) bool { return matches(h, e.key) }) {
			continue
		}
		if named++; named > mostNamed {
			b.Notes = append(b.Notes, note.New("import.more", "", b.Name, e.line, mostNamed))
			return
		}
		b.unknown(e)
	}
}

// matches reports whether a key is that of a pattern, which may end or begin with
// a star.
func matches(pattern, key string) bool {
	if p, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(key, p)
	}
	if p, ok := strings.CutPrefix(pattern, "*"); ok {
		return strings.HasSuffix(key, p)
	}
	return pattern == key
}
