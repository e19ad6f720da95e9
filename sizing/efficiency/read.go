package efficiency

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
)

// largest is the most that is read of a file; the program's own take 100 KB.
const largest = 16 << 20

// Read reads a file of constants and refuses one that names an unknown constant,
// leaves one out that entries set, or sets one outside its bounds.
func Read(r io.Reader, fields []Constant) (*File, error) {
	var f File
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	if err := f.check(fields); err != nil {
		return nil, err
	}
	return &f, nil
}

// oldFields are names that files had before constants were listed one by one.
var oldFields = regexp.MustCompile(`unknown field "(factors|when|set|fit|step_bands)"`)

// decode reads a JSON object with nothing after it.
func decode(r io.Reader, into *File) error {
	text := bufio.NewReader(io.LimitReader(r, largest))
	if mark, err := text.Peek(3); err == nil && string(mark) == "\ufeff" {
		text.Discard(3) // as some editors write it
	}
	d := json.NewDecoder(text)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("the file is empty (want a JSON object, as mlsizer calibrate -o FILE.json writes it)")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends in the middle")
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("a JSON %s (want an object, as mlsizer calibrate -o FILE.json writes it)", kind.Value)
	case err != nil && oldFields.MatchString(err.Error()):
		return fmt.Errorf("%s is of an older form (want a list of constants, each with name, match and value, as mlsizer calibrate -o FILE.json writes it)", oldFields.FindStringSubmatch(err.Error())[1])
	case err != nil:
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("text after the constants (want one JSON object)")
	}
	return nil
}

func (f *File) check(fields []Constant) error {
	if len(f.Entries) == 0 {
		return errors.New("no constants (want a list of them, each with name, match and value)")
	}
	set := map[string]bool{}
	for i := range f.Entries {
		e := &f.Entries[i]
		k := Find(fields, e.Name)
		if k < 0 {
			return fmt.Errorf("%s: unknown constant %q", &e.When, e.Name)
		}
		if err := e.check(&fields[k], set[e.Name]); err != nil {
			return err
		}
		set[e.Name] = true
	}
	for i := range fields {
		if c := &fields[i]; c.Base == 0 && !set[c.Name] {
			return fmt.Errorf("%s is not set everywhere (want an entry of it whose match is empty)", c.Name)
		}
	}
	if len(f.Bands) == 0 {
		return errors.New("no bands (want a list of them)")
	}
	for i := range f.Bands {
		if err := f.Bands[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// check refuses an entry that does not fit its constant; before says that there
// was one of that constant.
func (e *Entry) check(c *Constant, before bool) error {
	low, high := c.Low, c.High
	if c.Base > 0 { // a factor, and the product is kept within the bounds
		low, high = math.SmallestNonzeroFloat64, math.MaxFloat64
	}
	inside := func(v float64) bool { return v >= low && v <= high }
	first := c.Base == 0 && !before
	switch {
	case !inside(e.Value):
		return fmt.Errorf("%s: %s is %v (want %v to %v %s)", &e.When, e.Name, e.Value, low, high, c.Unit)
	case e.Definition != nil && *e.Definition != Definition{c.Unit, c.Low, c.High}:
		return fmt.Errorf("%s: %s is in %s from %v to %v (want %s from %v to %v)", &e.When, e.Name, e.Unit, e.Low, e.High, c.Unit, c.Low, c.High)
	case first && !e.When.Everywhere():
		return fmt.Errorf("%s: the first entry of %s (want one before it whose match is empty)", &e.When, e.Name)
	case first && e.Fitted && e.Prior == nil:
		return fmt.Errorf("the first entry of %s is fitted and has no prior", e.Name)
	case e.Prior != nil && !(e.Fitted && inside(*e.Prior)):
		return fmt.Errorf("%s: a prior of %v for %s (want one within the bounds of a constant that is fitted)", &e.When, *e.Prior, e.Name)
	case e.Origin == "" && !e.Fitted:
		return fmt.Errorf("%s: %s has no origin", &e.When, e.Name)
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
				return fmt.Errorf("band of %s: no key of the measured plan %q (want it among plan_keys, as mlsizer calibrate -o FILE.json writes it)", &b.When, id)
			}
			b.Keys = append(b.Keys, key)
		}
		slices.Sort(b.Keys)
		b.Keys = slices.Compact(b.Keys)
	}
	return nil
}
