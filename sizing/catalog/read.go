package catalog

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"

	"mlsizer/sizing"
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
	Name            string          `json:"name"`
	Aliases         []string        `json:"aliases"`
	Field           sizing.Field    `json:"field"`
	Year            int             `json:"year"`
	Published       int64           `json:"published"`
	PublishedSource string          `json:"published_source"`
	Source          string          `json:"source"`
	Note            string          `json:"note"`
	Runs            []runJSON       `json:"runs"`
	Like            string          `json:"like"` // the family
	Arch            json.RawMessage `json:"arch"`
	Net             string          `json:"net"` // the Go constructor, instead of Arch
}

// runJSON is a training run in a data file; counts are texts such as "15.6T".
type runJSON struct {
	Tokens      string  `json:"tokens"`
	Devices     string  `json:"devices"`
	Count       int     `json:"count"`
	DeviceHours float64 `json:"device_hours"`
	Days        float64 `json:"days"`
	BatchTokens string  `json:"batch_tokens"`
	SeqLen      int64   `json:"seq_len"`
	FLOPs       float64 `json:"flops"`
	Source      string  `json:"source"`
}

// readAll reads the entries of every file; a file that does not decode gives
// one entry that says so when it is built.
func readAll() []*Entry {
	var all []*Entry
	for _, name := range dataFiles() {
		entries, err := readFile(name)
		if err != nil {
			entries = []*Entry{{Name: "data/" + name, build: failing(err)}}
		}
		all = append(all, entries...)
	}
	return all
}

func failing(err error) func() (*sizing.Model, error) {
	return func() (*sizing.Model, error) { return nil, err }
}

func readFile(name string) ([]*Entry, error) {
	text, err := files.ReadFile("data/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var raw []entryJSON
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("catalog: data/%s.json: %w", name, err)
	}
	entries := make([]*Entry, len(raw))
	for i := range raw {
		if entries[i], err = raw[i].entry(); err != nil {
			return nil, fmt.Errorf("catalog: data/%s.json: %q: %w", name, raw[i].Name, err)
		}
	}
	return entries, nil
}

// entry decodes everything but the architecture.
func (j *entryJSON) entry() (*Entry, error) {
	e := &Entry{
		Name: j.Name, Aliases: j.Aliases, Field: j.Field, Year: j.Year,
		Published: quantity.Params(j.Published), PublishedSource: j.PublishedSource,
		Source: j.Source, Note: j.Note,
	}
	if e.Field == "" {
		e.Field = sizing.NLP
	}
	for _, r := range j.Runs {
		run, err := r.run()
		if err != nil {
			return nil, err
		}
		e.Runs = append(e.Runs, run)
	}
	like, raw, net := j.Like, j.Arch, j.Net
	e.build = sync.OnceValues(func() (*sizing.Model, error) {
		m, err := buildModel(e.Name, like, raw, net)
		if err != nil {
			return nil, fmt.Errorf("catalog: model %q: %w", e.Name, err)
		}
		m.Name, m.Field, m.Source = e.Name, e.Field, e.Source
		return m, m.Check()
	})
	return e, nil
}

func (r *runJSON) run() (Run, error) {
	run := Run{
		Devices: r.Devices, Count: r.Count, DeviceHours: r.DeviceHours, Days: r.Days,
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

func buildModel(name, like string, raw json.RawMessage, net string) (*sizing.Model, error) {
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
