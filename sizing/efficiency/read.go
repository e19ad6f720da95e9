package efficiency

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"

	"mlsizer/sizing/limit"
	"mlsizer/sizing/note"
)

// largest is the most that is read of a file; the program's own take 100 KB.
const largest = 4 << 20

// Read reads a file of constants and rejects one that names an unknown constant,
// leaves one out that entries set, or sets one outside its bounds.
func Read(r io.Reader, fields []Constant) (*File, error) {
	text, err := limit.ReadAll(r, largest)
	if err != nil {
		return nil, err
	}
	var f File
	if err := decode(text, &f); err != nil {
		return nil, err
	}
	if key, twice := limit.RepeatedKey(text); twice {
		return nil, note.NewError("json.key-twice", key)
	}
	if err := f.check(fields); err != nil {
		return nil, err
	}
	return &f, nil
}

// Embedded reads a file of the program's own, of which a test knows that [Read]
// accepts it: the program does not look for repeated keys each time it starts.
func Embedded(text string, fields []Constant) (*File, error) {
	var f File
	if err := decode([]byte(text), &f); err != nil {
		return nil, err
	}
	if err := f.check(fields); err != nil {
		return nil, err
	}
	return &f, nil
}

// unknownField is what encoding/json, which has no type for it, says of a field
// that no constant has.
var unknownField = regexp.MustCompile(`unknown field ("[^"]*")`)

// oldFields are fields that files had before constants were listed one by one.
var oldFields = []string{"factors", "when", "set", "fit", "step_bands"}

// fieldError is the error of a field that no constant has; nil for another error
// of encoding/json.
func fieldError(err error) error {
	quoted := unknownField.FindStringSubmatch(err.Error())
	if quoted == nil {
		return nil
	}
	field, wrong := strconv.Unquote(quoted[1])
	switch {
	case wrong != nil:
		return nil
	case slices.Contains(oldFields, field):
		return note.NewError("constants.older-form", field)
	}
	return note.NewError("constants.unknown-field", field)
}

// decode reads a JSON object with nothing after it.
func decode(text []byte, into *File) error {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // as some editors write it
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return note.NewError("constants.empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return note.NewError("constants.json-ends")
	case errors.As(err, &kind) && kind.Field == "":
		return note.NewError("constants.not-an-object", kind.Value)
	case err != nil:
		return cmp.Or(fieldError(err), err)
	}
	if _, err := d.Token(); err != io.EOF {
		return note.NewError("constants.text-after")
	}
	return nil
}

func (f *File) check(fields []Constant) error {
	if len(f.Entries) == 0 {
		return note.NewError("constants.none")
	}
	set := map[string]bool{}
	for i := range f.Entries {
		e := &f.Entries[i]
		k := Find(fields, e.Name)
		if k < 0 {
			return note.NewError("constants.unknown", &e.When, e.Name)
		}
		if err := e.check(&fields[k], set[e.Name]); err != nil {
			return err
		}
		set[e.Name] = true
	}
	for i := range fields {
		if c := &fields[i]; c.Base == 0 && !set[c.Name] {
			return note.NewError("constants.not-set-everywhere", c.Name)
		}
	}
	if len(f.Bands) == 0 {
		return note.NewError("constants.no-bands")
	}
	for i := range f.Bands {
		if err := f.Bands[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// check rejects an entry that does not fit its constant; before says that there
// was one of that constant.
func (e *Entry) check(c *Constant, before bool) error {
	low, high := c.Low, c.High
	if c.Base > 0 { // a factor, and the product is kept within the bounds
		low, high = 1/widest, widest
	}
	inside := func(v float64) bool { return v >= low && v <= high }
	first := c.Base == 0 && !before
	switch {
	case !inside(e.Value):
		return note.NewError("constants.out-of-bounds", &e.When, e.Name, e.Value, low, high, c.Unit)
	case e.Definition != nil && *e.Definition != Definition{c.Unit, c.Low, c.High}:
		return note.NewError("constants.other-definition", &e.When, e.Name, e.Unit, e.Low, e.High, c.Unit, c.Low, c.High)
	case first && !e.When.Everywhere():
		return note.NewError("constants.first-not-everywhere", &e.When, e.Name)
	case first && e.Fitted && e.Prior == nil:
		return note.NewError("constants.first-without-prior", e.Name)
	case e.Prior != nil && !(e.Fitted && inside(*e.Prior)):
		return note.NewError("constants.bad-prior", &e.When, *e.Prior, e.Name)
	case e.Origin == "" && !e.Fitted:
		return note.NewError("constants.no-origin", &e.When, e.Name)
	}
	return nil
}

// Keyed sets the keys of bands from those of their plans: of the file, or of
// those that are known.
func (f *File) Keyed(known map[string]uint32) error {
	for i := range f.Bands {
		b := &f.Bands[i]
		b.Keys = nil
		for _, id := range b.Plans {
			key, ok := f.PlanKeys[id]
			if !ok {
				key, ok = known[id]
			}
			if !ok {
				return note.NewError("constants.no-plan-key", &b.When, id)
			}
			b.Keys = append(b.Keys, key)
		}
		slices.Sort(b.Keys)
		b.Keys = slices.Compact(b.Keys)
	}
	return nil
}
