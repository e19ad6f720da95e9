package train

import (
	_ "embed"
	"io"
	"maps"
	"sync"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
)

// The forms that constants of training and serving share.
type (
	// Constants is a file of constants of the step time and its bands.
	Constants = efficiency.File
	// Entry is one constant where its Match holds.
	Entry = efficiency.Entry
	// Match says where an entry or a band holds.
	Match = efficiency.Match
	// Band is the 80 % band of the ratio of a measured value to an estimate.
	Band = efficiency.Band
	// BandFor is a band where its Match holds.
	BandFor = efficiency.BandFor
)

// widest bounds the widening of bands where the model is inferred.
const widest = 100.0

// ReadConstants reads a file of constants of the step time. It rejects a file
// that names an unknown constant, omits one or sets one outside its bounds.
func ReadConstants(r io.Reader) (*Constants, error) {
	return ofTraining(efficiency.Read(r, constantList()))
}

// ofTraining checks what a file of constants of the step time has besides, and
// finds the keys of measured plans.
func ofTraining(c *Constants, err error) (*Constants, error) {
	if err != nil {
		return nil, note.NewError("constants.of-training", err)
	}
	if !c.Bands[0].When.Everywhere() {
		return nil, note.NewError("constants.of-training", note.NewError("constants.first-band-not-everywhere"))
	}
	if !(c.Inferred >= 1 && c.Inferred <= widest) {
		return nil, note.NewError("constants.of-training", note.NewError("constants.bad-widening", c.Inferred, widest))
	}
	if err := c.Keyed(planKeys()); err != nil {
		return nil, note.NewError("constants.of-training", err)
	}
	return c, nil
}

// WriteConstants writes the file that [ReadConstants] reads, with the keys of
// measured plans that the program does not ship.
func WriteConstants(c *Constants, w io.Writer) error {
	d, known := *c, planKeys()
	d.PlanKeys = maps.Clone(c.PlanKeys)
	maps.DeleteFunc(d.PlanKeys, func(id string, key uint32) bool {
		k, ok := known[id]
		return ok && k == key
	})
	return d.Write(w, constantList())
}

// efficiencyAt returns the constants that apply to a question.
func efficiencyAt(c *Constants, question *Match) (e Efficiency) {
	for i := range c.Entries {
		x := &c.Entries[i]
		if !x.When.Covers(question) {
			continue
		}
		if f := constantIndex()[x.Name]; f != nil {
			*f.at(&e) = x.Value
		}
	}
	return e
}

//go:embed constants.json
var constantsJSON string

var loadConstants = sync.OnceValue(func() *Constants {
	c, err := ofTraining(efficiency.Embedded(constantsJSON, constantList()))
	if err != nil {
		panic("constants.json: " + err.Error()) // the embedded file is tested
	}
	return c
})

// DefaultConstants returns the constants that the program ships with. They
// must not be modified.
func DefaultConstants() *Constants { return loadConstants() }
