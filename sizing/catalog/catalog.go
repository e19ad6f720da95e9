// Package catalog holds named models: their architecture, where it was
// published, what the published parameter count is, and which training runs
// of theirs are known.
//
// Transformers and state-space models stand in data/*.json, in a schema that
// names the blocks of a layer and the pattern of layers (see schema.go);
// convolutional networks are Go constructors (conv.go and its neighbours),
// because their shapes follow from each other layer by layer.
//
// Nothing is parsed before the first call of Default, and an architecture is
// built only when it is asked for.
package catalog

import (
	"fmt"
	"sync"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Run is a published training run. A zero means that the figure is not
// published.
type Run struct {
	// Tokens is the number of training tokens; of a model whose Unit is not
	// the token it is the number of samples.
	Tokens quantity.Tokens
	// Devices is a hardware id or, where the source is not that exact, text.
	Devices string
	// Count is the number of devices.
	Count int
	// DeviceHours is devices times hours, as far as the source counts them.
	DeviceHours float64
	// Days is the duration.
	Days float64
	// SnapshotDays is the length of an excerpt that the source reports on,
	// where it does not give the whole duration.
	SnapshotDays float64
	// BatchTokens is the global batch in tokens (or samples), at its largest.
	BatchTokens int64
	// SeqLen is the length of a training sequence in tokens.
	SeqLen int64
	// FLOPs is the compute of the run as the source counts it.
	FLOPs quantity.FLOPs
	// Source is where the figures were published.
	Source string
}

// Training returns the sequence length and the global batch in tokens that the
// model was trained with, of its first published run that names each; 0 where none
// does.
func (e *Entry) Training() (seq int64, batch quantity.Tokens) {
	for _, r := range e.Runs {
		if seq == 0 {
			seq = r.SeqLen
		}
		if batch == 0 {
			batch = quantity.Tokens(r.BatchTokens)
		}
	}
	return seq, batch
}

// Entry is a named model.
type Entry struct {
	// Name is the catalogue's name, in lower case with dashes.
	Name string
	// Aliases are other names of the same architecture.
	Aliases []string
	// Field is the application.
	Field model.Field
	// Year is when the model was published.
	Year int
	// Published is the exact total that was published independently of the
	// architecture, 0 if there is none.
	Published quantity.Params
	// PublishedSource says where Published stands.
	PublishedSource string
	// Source says where the architecture stands.
	Source string
	// Runs are published training runs.
	Runs []Run
	// Note says what a reader of the count must know.
	Note string
	// Weights names the storage of the weights that the makers publish, "" for
	// bf16. Source: quantization_config of the config.json in Source.
	Weights string

	build func() (*model.Model, error)
}

// Build returns the model. It is built once and shared: a caller that changes
// it must copy it first.
func (e *Entry) Build() (*model.Model, error) {
	if e.build == nil {
		return nil, fmt.Errorf("catalog: entry %q has no architecture (entries come from Default)", e.Name)
	}
	return e.build()
}

// Catalog is a list of models with an index by name.
type Catalog struct {
	slots []*slot
	byKey map[string]*slot
	// byLooseKey leaves dots out; a spelling that two models share holds nil.
	byLooseKey map[string]*slot
}

// Default returns the catalogue that is built into the program. Its names are
// indexed once, at the first call; an entry is decoded when it is asked for.
func Default() *Catalog { return load() }

var load = sync.OnceValue(func() *Catalog {
	const names = 1024 // room for all, so that the maps need not grow
	c := &Catalog{byKey: make(map[string]*slot, names), byLooseKey: make(map[string]*slot, names)}
	for _, s := range readAll() {
		c.slots = append(c.slots, s)
		c.index(s.name, s)
		for _, name := range s.aliases {
			c.index(name, s)
		}
	}
	return c
})

func (c *Catalog) index(name string, s *slot) {
	k := key(name)
	if c.byKey[k] == nil {
		c.byKey[k] = s
	}
	loose := looseKey(k)
	if other, ok := c.byLooseKey[loose]; ok && other != s {
		s = nil
	}
	c.byLooseKey[loose] = s
}

// All returns every entry, in the order of the data files: by kind of model
// and family, smallest first.
func (c *Catalog) All() []*Entry {
	all := make([]*Entry, len(c.slots))
	for i, s := range c.slots {
		all[i] = s.entry()
	}
	return all
}
