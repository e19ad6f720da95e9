package config

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/note"
)

// Bounds of what a config may ask for. They are far above every real model
// and keep each product of dimensions inside an int64.
const (
	maxWidth  = 1 << 24 // hidden sizes, heads, experts
	maxRows   = 1 << 31 // vocabulary, positions
	maxLayers = 100_000
)

// reader hands the keys of one config object to a family. The first fault
// sticks, so that a family reads like a table; it knows which keys were asked
// for, so that what no family understands cannot pass unseen.
type reader struct {
	file   string
	path   string // "text_config.", or empty
	family string
	obj    *object
	outer  *object          // the enclosing object of a nested config
	class  map[string]int64 // the family's class defaults, only of nested configs
	used   map[string]bool
	keys   []Key
	warn   note.List
	left   []string // parts that are not counted
	// unknown are keys that nobody understands and that may describe parameters.
	unknown []string
	err     error
}

// fail records the first fault.
func (r *reader) fail(key string, why *note.Error) {
	if r.err == nil {
		r.err = &Error{Name: r.file, Key: r.path + key, Err: why}
	}
}

// reject records that the architecture is not modelled.
func (r *reader) refuse(key string, why *note.Error) {
	if r.err == nil {
		if key != "" {
			key = r.path + key
		}
		r.err = &Error{Name: r.file, Key: key, Err: note.NewError("family.not-modelled", why), refused: true}
	}
}

// lookup returns the value of the first of the names that is there. Two names
// of one quantity must agree.
func (r *reader) lookup(names ...string) (string, any, bool) {
	var (
		found string
		value any
	)
	for _, n := range names {
		r.used[n] = true
		v, ok := r.obj.get(n)
		switch {
		case !ok:
		case value == nil:
			found, value = n, v
		case text(v) != text(value):
			r.fail(n, note.NewError("value.has-two-names", shown(v), r.path+found, shown(value)))
		}
	}
	return found, value, value != nil
}

// record keeps a key for display, once.
func (r *reader) record(name, value string, isDefault bool) {
	if !slices.ContainsFunc(r.keys, func(k Key) bool { return k.Name == r.path+name }) {
		r.keys = append(r.keys, Key{r.path + name, value, isDefault})
	}
}

// whole reads a count and checks its bounds.
func (r *reader) whole(name string, v any, least, most int64) int64 {
	n, ok := v.(number)
	if !ok {
		r.fail(name, note.NewError("value.not-whole", shown(v)))
		return least
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(n), 64)
		if ferr != nil || f != math.Trunc(f) {
			r.fail(name, note.NewError("value.not-whole", shown(v)))
			return least
		}
		if math.Abs(f) > 1<<53 {
			r.fail(name, note.NewError("value.out-of-range", shown(v), least, most))
			return least
		}
		i = int64(f)
	}
	if i < least || i > most {
		r.fail(name, note.NewError("value.out-of-range", shown(v), least, most))
		return least
	}
	return i
}

// count returns a required count of at least 1.
func (r *reader) count(most int64, names ...string) int64 {
	name, v, ok := r.lookup(names...)
	if ok {
		n := r.whole(name, v, 1, most)
		r.record(name, strconv.FormatInt(n, 10), false)
		return n
	}
	if n, ok := r.class[names[0]]; ok {
		r.record(names[0], strconv.FormatInt(n, 10), true)
		return n
	}
	r.fail(names[0], missing(r.family, names))
	return 1
}

// missing is the error of a key that someone needs and that has no other name,
// or is not there under any of them.
func missing(by any, names []string) *note.Error {
	if len(names) < 2 {
		return note.NewError("value.missing", by)
	}
	return note.NewError("value.missing-by-all-names", by, names[1:])
}

// width, rows and layers are required counts of their kind.
func (r *reader) width(names ...string) int64 { return r.count(maxWidth, names...) }

func (r *reader) rows(names ...string) int64 { return r.count(maxRows, names...) }

func (r *reader) layers(names ...string) int64 {
	return r.count(maxLayers, names...)
}

// widthOr returns a count of at least 1, or the default when no name is there.
func (r *reader) widthOr(def int64, names ...string) int64 { return r.countOr(def, 1, names...) }

// numOr returns a count that may be 0, or the default.
func (r *reader) numOr(def int64, names ...string) int64 { return r.countOr(def, 0, names...) }

func (r *reader) countOr(def, least int64, names ...string) int64 {
	name, v, ok := r.lookup(names...)
	if !ok {
		r.record(names[0], strconv.FormatInt(def, 10), true)
		return def
	}
	n := r.whole(name, v, least, maxWidth)
	r.record(name, strconv.FormatInt(n, 10), false)
	return n
}

// optional returns a count of at least 1, or 0 when no name is there.
func (r *reader) optional(names ...string) int64 {
	name, v, ok := r.lookup(names...)
	if !ok {
		return 0
	}
	n := r.whole(name, v, 1, maxWidth)
	r.record(name, strconv.FormatInt(n, 10), false)
	return n
}

// bool returns a truth value, or the default.
func (r *reader) bool(def bool, name string) bool {
	_, v, ok := r.lookup(name)
	if !ok {
		r.record(name, strconv.FormatBool(def), true)
		return def
	}
	b, ok := v.(bool)
	if !ok {
		r.fail(name, note.NewError("value.not-a-switch", shown(v)))
	}
	r.record(name, strconv.FormatBool(b), false)
	return b
}

// word returns a string, or the default.
func (r *reader) word(def, name string) string {
	_, v, ok := r.lookup(name)
	if !ok {
		return def
	}
	s, ok := v.(string)
	if !ok {
		r.fail(name, note.NewError("value.not-a-string", shown(v)))
	}
	r.record(name, clip(s), false)
	return s
}

// list returns the elements of a list, or nil when the key is missing.
func (r *reader) list(name string) []any {
	_, v, ok := r.lookup(name)
	if !ok {
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		r.fail(name, note.NewError("value.not-a-list", shown(v)))
	}
	r.record(name, text(v), false)
	return l
}

// perLayer returns a list of one value a layer, as read takes them, or nil when
// the key is missing; wrong says what is accepted.
func perLayer[T any](r *reader, layers int64, name string, wrong func(i int, entry Shown) *note.Error, read func(any) (T, bool)) []T {
	l := r.list(name)
	if l == nil {
		return nil
	}
	if int64(len(l)) != layers {
		r.fail(name, note.NewError("value.not-one-per-layer", len(l), layers))
		return nil
	}
	out := make([]T, len(l))
	for i, e := range l {
		v, ok := read(e)
		if !ok {
			r.fail(name, wrong(i, shown(e)))
			return nil
		}
		out[i] = v
	}
	return out
}

// words returns a list of one string a layer, or nil when the key is missing.
func (r *reader) words(layers int64, name string, accepted ...string) []string {
	wrong := func(i int, entry Shown) *note.Error {
		return note.NewError("entry.not-of-the-words", i, entry, accepted)
	}
	return perLayer(r, layers, name, wrong, func(e any) (string, bool) {
		s, ok := e.(string)
		return s, ok && slices.Contains(accepted, s)
	})
}

// flags returns a list of 0 or 1 a layer, or nil when the key is missing.
func (r *reader) flags(layers int64, name string) []bool {
	wrong := func(i int, entry Shown) *note.Error {
		return note.NewError("entry.not-one-of", i, entry, note.Choice{"0", "1"})
	}
	return perLayer(r, layers, name, wrong, func(e any) (on, ok bool) {
		on = e == number("1") || e == true
		return on, on || e == number("0") || e == false
	})
}

// indices returns a set of layer numbers from first on, or nil when the key is
// missing.
func (r *reader) indices(first, layers int64, name string) map[int64]bool {
	l := r.list(name)
	if l == nil {
		return nil
	}
	out := make(map[int64]bool, len(l))
	for i, e := range l {
		n := r.whole(name, e, first, first+layers-1)
		if out[n] {
			r.fail(name, note.NewError("entry.stands-twice", i, n))
		}
		out[n] = true
	}
	return out
}

// sub reads a nested object's keys with the same bookkeeping, or returns nil.
func (r *reader) sub(name string) *reader {
	_, v, ok := r.lookup(name)
	if !ok {
		return nil
	}
	o, ok := v.(*object)
	if !ok {
		r.fail(name, note.NewError("value.not-an-object", shown(v)))
		return nil
	}
	return &reader{file: r.file, path: r.path + name + ".", family: r.family, obj: o, used: map[string]bool{}}
}

// join takes over what a nested reader found.
func (r *reader) join(s *reader) {
	if r.err == nil {
		r.err = s.err
	}
	r.keys = append(r.keys, s.keys...)
	r.warn = append(r.warn, s.warn...)
	r.left = append(r.left, s.left...)
}

// neutral marks keys that change no count whatever they say.
func (r *reader) neutral(names ...string) {
	for _, n := range names {
		r.used[n] = true
	}
}

// tied says whether input and output embeddings are one table. Configs of
// several parts may say so only at the top.
func (r *reader) tied(def bool) bool {
	const name = "tie_word_embeddings"
	r.used[name] = true
	if v, ok := r.outer.get(name); ok {
		b, isBool := v.(bool)
		if !isBool {
			r.fail(name, note.NewError("value.not-a-switch-at-the-top", shown(v)))
		}
		if inner, ok := r.obj.get(name); ok && inner != v {
			r.warn.Say("file.two-tyings", "", name, shown(v), shown(inner), strings.TrimSuffix(r.path, "."), shown(inner))
		} else {
			r.record(name, strconv.FormatBool(b), false)
			return b
		}
	}
	return r.bool(def, name)
}

// fraction returns a required number within bounds.
func (r *reader) fraction(name string, least, most float64) float64 {
	_, v, ok := r.lookup(name)
	if !ok {
		r.fail(name, note.NewError("value.missing", r.family))
		return least
	}
	n, ok := v.(number)
	f, err := strconv.ParseFloat(string(n), 64)
	if !ok || err != nil || !(f >= least && f <= most) {
		r.fail(name, note.NewError("value.not-between", shown(v), least, most))
		return least
	}
	r.record(name, string(n), false)
	return f
}
