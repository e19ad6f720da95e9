package serve

import (
	"cmp"
	_ "embed"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
)

//go:embed constants.json
var servingConstantsJSON string

var loadServingConstants = sync.OnceValue(func() *Constants {
	c, err := ofServing(efficiency.Embedded(servingConstantsJSON, servingFields[:]))
	if err != nil {
		panic("sizing: embedded serving constants: " + err.Error()) // a test reads them
	}
	return c
})

// DefaultConstants returns the embedded constants.
func DefaultConstants() *Constants { return loadServingConstants() }

// servingKnown are the names of the grades of [BandKey].
var servingKnown = []string{"nothing", "part", "all"}

// ReadConstants reads a file of constants and checks their names.
func ReadConstants(r io.Reader, name string) (*Constants, error) {
	c, err := ofServing(efficiency.Read(r, servingFields[:]))
	if err != nil {
		return nil, note.NewError("constants.of-file", name, err)
	}
	return c, nil
}

// ofServing are the constants of a file, with their names checked.
func ofServing(f *efficiency.File, err error) (*Constants, error) {
	if err != nil {
		return nil, err
	}
	c := &Constants{Source: f.Source, Date: f.Date, Measured: f.Measured,
		Factors: map[string]map[string]float64{}, Given: map[[2]string]string{}, Bands: map[BandKey]efficiency.Band{}}
	for i := range f.Entries {
		if err := c.add(&f.Entries[i]); err != nil {
			return nil, err
		}
	}
	for i := range f.Bands {
		b := &f.Bands[i]
		known := slices.Index(servingKnown, b.When.Known)
		if known < 0 {
			return nil, note.NewError("constants.band-known-of-other-name", &b.When, b.When.Known, servingKnown)
		}
		c.Bands[BandKey{b.When.Phase, known}] = b.Band
	}
	for known, word := range servingKnown {
		if _, ok := c.Bands[BandKey{Known: known}]; !ok {
			return nil, note.NewError("constants.no-band-of-known", word, servingKnown)
		}
	}
	return c, nil
}

// add adds an entry to the factors. The entry that applies everywhere has the
// value itself and not a factor on the base, which has four decimals.
func (c *Constants) add(e *efficiency.Entry) error {
	for _, p := range e.When.Parts() {
		if !slices.Contains(servingNames[:], p.Name) {
			return note.NewError("constants.depends-on-other", &e.When, e.Name, p.Name, servingNames[:])
		}
	}
	key, factor := e.When.Spell(","), e.Value
	switch {
	case e.Power != "" && (key != "" || !slices.Contains(servingPers[:], "~"+e.Power)):
		return note.NewError("constants.power-of-other", &e.When, e.Name, e.Power, servingPers[:])
	case e.Power != "":
		key = "~" + e.Power
	case key == "":
		base := servingFields[efficiency.Find(servingFields[:], e.Name)].Base
		if factor = math.Round(e.Value/base*1e4) / 1e4; factor == 1 {
			return nil
		}
		if !(factor > 0) {
			return note.NewError("constants.far-from-prior", e.Name, e.Value, base)
		}
	}
	factors := c.Factors[e.Name]
	if factors == nil {
		factors = map[string]float64{}
		c.Factors[e.Name] = factors
	}
	if _, again := factors[key]; again {
		return note.NewError("constants.set-twice", &e.When, e.Name)
	}
	factors[key] = factor
	if !e.Fitted {
		c.Given[[2]string{e.Name, key}] = e.Origin
	}
	return nil
}

// Write writes the file that [ReadConstants] reads.
func (c *Constants) Write(w io.Writer) error {
	f := &efficiency.File{Source: c.Source, Date: c.Date, Measured: c.Measured}
	for i := range servingFields {
		f.Entries = append(f.Entries, c.entries(&servingFields[i])...)
	}
	for _, k := range slices.SortedFunc(maps.Keys(c.Bands), BandKey.compare) {
		f.Bands = append(f.Bands, efficiency.BandFor{When: efficiency.Match{Phase: k.Phase, Known: servingKnown[k.Known]}, Band: c.Bands[k]})
	}
	return f.Write(w, servingFields[:])
}

func (k BandKey) compare(o BandKey) int {
	return cmp.Or(cmp.Compare(k.Phase, o.Phase), cmp.Compare(k.Known, o.Known))
}

// entries lists a constant's value and the factors on it.
func (c *Constants) entries(f *Constant) []efficiency.Entry {
	factors := c.Factors[f.Name]
	all := efficiency.Entry{Name: f.Name, Value: f.Base, Prior: &f.Base, Fitted: true}
	if x, ok := factors[""]; ok {
		all.Value *= x
	}
	list := []efficiency.Entry{all}
	for _, key := range slices.Sorted(maps.Keys(factors)) {
		if key == "" {
			continue
		}
		e := efficiency.Entry{Name: f.Name, Value: factors[key], Fitted: true}
		if power, ok := strings.CutPrefix(key, "~"); ok {
			e.Power = power
		} else {
			e.When = servingMatch(key)
		}
		if origin, given := c.Given[[2]string{f.Name, key}]; given {
			e.Fitted, e.Origin = false, origin
		}
		list = append(list, e)
	}
	return list
}

// servingMatch reads what a key spells.
func servingMatch(key string) (m efficiency.Match) {
	for part := range strings.SplitSeq(key, ",") {
		name, value, _ := strings.Cut(part, "=")
		m.Set(name, value)
	}
	return m
}
