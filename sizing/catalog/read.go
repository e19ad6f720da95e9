package catalog

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"sync"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// files holds the models. They are read in the order of dataFiles.
//
//go:embed data/*.json
var files embed.FS

// dataFiles lists the files in the order of All.
func dataFiles() []string {
	return []string{"gpt", "llama", "qwen", "gemma", "moe", "state-space", "encoders", "vision", "other"}
}

// familiesFile holds the families that models are laid over.
const familiesFile = "families"

// entryJSON is a model in a data file. The architecture stays undecoded until
// the model is built.
type entryJSON struct {
	Name            string      `json:"name"`
	Aliases         []string    `json:"aliases"`
	Field           model.Field `json:"field"`
	Year            int         `json:"year"`
	Published       int64       `json:"published"`
	PublishedSource string      `json:"published_source"`
	Source          string      `json:"source"`
	Note            string      `json:"note"`
	Weights         string      `json:"weights"` // as published, where not in bf16
	Runs            []runJSON   `json:"runs"`
	// Environment is what a model of reinforcement learning acts in.
	Environment *model.Environment `json:"environment"`
	Like        string             `json:"like"` // the family
	Arch        json.RawMessage    `json:"arch"`
	Net         string             `json:"net"` // the Go constructor, instead of Arch
}

// runJSON is a training run in a data file; counts are texts such as "15.6T".
type runJSON struct {
	Tokens      string  `json:"tokens"`
	Devices     string  `json:"devices"`
	Count       int     `json:"count"`
	DeviceHours float64 `json:"device_hours"`
	Days        float64 `json:"days"`
	Snapshot    float64 `json:"snapshot_days"`
	BatchTokens string  `json:"batch_tokens"`
	SeqLen      int64   `json:"seq_len"`
	FLOPs       float64 `json:"flops"`
	Source      string  `json:"source"`
}

// slot is a place in the catalogue: the names of a model, and its entry when it
// is asked for.
type slot struct {
	name    string
	aliases []string
	entry   func() *Entry
}

// readAll reads the names of every file's models. The files are part of the
// program and tests decode every entry, so a fault in one is a fault of the
// build: it gives an entry whose Build says so, never a panic.
func readAll() []*slot {
	var all []*slot
	for _, name := range dataFiles() {
		slots, err := readFile(name)
		if err != nil {
			e := faulty("data/"+name, err)
			slots = []*slot{{name: e.Name, entry: func() *Entry { return e }}}
		}
		all = append(all, slots...)
	}
	return all
}

// faulty is the entry of data that do not decode.
func faulty(name string, err error) *Entry {
	err = fmt.Errorf("catalog: %s: %w", name, err)
	return &Entry{Name: name, build: func() (*model.Model, error) { return nil, err }}
}

func readFile(name string) ([]*slot, error) {
	text, err := files.ReadFile("data/" + name + ".json")
	if err != nil {
		return nil, err
	}
	elements, err := splitArray(text)
	if err != nil {
		return nil, err
	}
	slots := make([]*slot, len(elements))
	for i, raw := range elements {
		if slots[i], err = newSlot(raw); err != nil {
			return nil, err
		}
	}
	return slots, nil
}

// newSlot decodes the first line of an entry, where its names stand, and
// leaves the rest: most commands need one model of all.
func newSlot(raw []byte) (*slot, error) {
	first, _, _ := bytes.Cut(raw, []byte("\n"))
	first = append(bytes.Clone(bytes.TrimRight(first, " ,")), '}')
	var head struct {
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	}
	if err := json.Unmarshal(first, &head); err != nil {
		return nil, fmt.Errorf("first line %q: %w", first, err)
	}
	if head.Name == "" {
		return nil, fmt.Errorf("first line %q: no name", first)
	}
	return &slot{head.Name, head.Aliases, sync.OnceValue(func() *Entry {
		var j entryJSON
		if err := json.Unmarshal(raw, &j); err != nil {
			return faulty(head.Name, err)
		}
		e, err := j.entry()
		if err != nil {
			return faulty(head.Name, err)
		}
		return e
	})}, nil
}

// splitArray returns the elements of a JSON array of objects, undecoded.
func splitArray(text []byte) ([][]byte, error) {
	var elements [][]byte
	depth, start := 0, 0
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{':
			if depth == 0 {
				start = i
			}
			depth++
		case c == '}':
			if depth--; depth == 0 {
				elements = append(elements, text[start:i+1:i+1])
			}
		}
		if depth < 0 {
			return nil, fmt.Errorf("unexpected } at byte %d", i)
		}
	}
	if depth != 0 || quoted {
		return nil, fmt.Errorf("the file ends inside an entry")
	}
	return elements, nil
}

// entry decodes everything but the architecture.
func (j *entryJSON) entry() (*Entry, error) {
	e := &Entry{
		Name: j.Name, Aliases: j.Aliases, Field: j.Field, Year: j.Year,
		Published: quantity.Params(j.Published), PublishedSource: j.PublishedSource,
		Source: j.Source, Note: j.Note, Weights: j.Weights,
	}
	if e.Field == "" {
		e.Field = model.NLP
	}
	for _, r := range j.Runs {
		run, err := r.run()
		if err != nil {
			return nil, err
		}
		e.Runs = append(e.Runs, run)
	}
	like, raw, net, environment := j.Like, j.Arch, j.Net, j.Environment
	e.build = sync.OnceValues(func() (*model.Model, error) {
		m, err := buildModel(e.Name, like, raw, net)
		if err != nil {
			return nil, fmt.Errorf("catalog: model %q: %w", e.Name, err)
		}
		m.Name, m.Field, m.Source, m.Environment = e.Name, e.Field, e.Source, environment
		return m, m.Check()
	})
	return e, nil
}

func (r *runJSON) run() (Run, error) {
	run := Run{
		Devices: r.Devices, Count: r.Count, DeviceHours: r.DeviceHours, Days: r.Days, SnapshotDays: r.Snapshot,
		SeqLen: r.SeqLen, FLOPs: quantity.FLOPs(r.FLOPs), Source: r.Source,
	}
	var err error
	if r.Tokens != "" {
		if run.Tokens, err = quantity.ParseTokens(r.Tokens); err != nil {
			return Run{}, err
		}
	}
	if r.BatchTokens != "" {
		if run.BatchTokens, err = quantity.ParseCount(r.BatchTokens); err != nil {
			return Run{}, err
		}
	}
	return run, nil
}

func buildModel(name, like string, raw json.RawMessage, net string) (*model.Model, error) {
	if net != "" {
		return network(net)
	}
	var family json.RawMessage
	if like != "" {
		all, err := families()
		if err != nil {
			return nil, err
		}
		if family = all[like]; family == nil {
			return nil, fmt.Errorf("no family %q", like)
		}
	}
	a, err := newArch(family, raw)
	if err != nil {
		return nil, err
	}
	if a.Family == "" {
		a.Family = like
	}
	return a.model(name)
}

// families reads the families once.
var families = sync.OnceValues(func() (map[string]json.RawMessage, error) {
	text, err := files.ReadFile("data/" + familiesFile + ".json")
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("data/%s.json: %w", familiesFile, err)
	}
	return all, nil
})
