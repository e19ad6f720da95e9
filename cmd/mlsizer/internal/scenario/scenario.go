// Package scenario reads scenarios from YAML: the arguments of a command by their
// names, once or under several names.
//
//	model: llama-3.1-8b
//	on: h100x64
//	tokens: 1T
//	scenarios:
//	  base:
//	    stack: megatron-core
//	  large batch:
//	    batch: [1024, 2048]
//
// What stands above the scenarios holds for all of them unless they say otherwise.
// A file without scenarios is one, of the file's name. Values are text, as on a
// command line, or lists of it; there are no aliases, tags or second documents,
// and no key twice.
package scenario

import (
	"io"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"mlsizer/cmd/mlsizer/internal/text"
)

// MaxSize is the largest file that is read.
const MaxSize = 1 << 20

// File is what a file holds.
type File struct {
	Name      string
	Scenarios []Scenario
}

// Scenario is a set of arguments.
type Scenario struct {
	Name     string
	Settings []Setting
}

// Setting is an argument with its values.
type Setting struct {
	Key    string
	Values []string // one, or those of a list
	Line   int
}

// Read reads a file. Every error says file and line.
func Read(r io.Reader, name string) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, text.Colon.Error(name, err)
	}
	if len(data) > MaxSize {
		return nil, text.TooLarge.Error(name, MaxSize>>10)
	}
	root, err := parse(data, name)
	if err != nil {
		return nil, err
	}
	return (&reader{name}).file(root)
}

// parse is the only document of a file.
func parse(data []byte, name string) (*yaml.Node, error) {
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	var document, second yaml.Node
	if err := d.Decode(&document); err == io.EOF {
		return nil, text.NoScenario.Error(name)
	} else if err != nil {
		return nil, syntaxError(name, err)
	}
	if err := d.Decode(&second); err == nil {
		return nil, text.AtFileLine.Error(name, second.Line, text.SecondDocument.Error())
	} else if err != io.EOF {
		return nil, syntaxError(name, err)
	}
	if len(document.Content) == 0 {
		return nil, text.NoScenario.Error(name)
	}
	return document.Content[0], nil
}

// reader turns nodes into scenarios.
type reader struct{ name string }

// at is an error at a node.
func (r *reader) at(n *yaml.Node, err error) error { return text.AtFileLine.Error(r.name, n.Line, err) }

// underScenarios is the key that scenarios stand under.
const underScenarios = "scenarios"

// file reads the root of a file.
func (r *reader) file(root *yaml.Node) (*File, error) {
	f := &File{Name: r.name}
	shared, named, err := r.settings(root, underScenarios)
	if err != nil {
		return nil, err
	}
	if named == nil {
		if len(shared) == 0 {
			return nil, text.NoScenario.Error(r.name)
		}
		base := filepath.Base(r.name)
		f.Scenarios = []Scenario{{strings.TrimSuffix(base, filepath.Ext(base)), shared}}
		return f, nil
	}
	pairs, err := r.pairs(named)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		own, _, err := r.settings(p.value, "")
		if err != nil {
			return nil, err
		}
		f.Scenarios = append(f.Scenarios, Scenario{p.key.Value, over(own, shared)})
	}
	if len(f.Scenarios) == 0 {
		return nil, text.NoScenario.Error(r.name)
	}
	return f, nil
}

// over is what a scenario says, and what is shared and it does not say.
func over(own, shared []Setting) []Setting {
	all := own
	for _, s := range shared {
		if !has(own, s.Key) {
			all = append(all, s)
		}
	}
	return all
}

// has reports whether settings have a key. A scenario's one model and several
// models are the same argument.
func has(list []Setting, key string) bool {
	for _, s := range list {
		if s.Key == key || IsModel(s.Key) && IsModel(key) {
			return true
		}
	}
	return false
}

// IsModel reports whether a key names the models.
func IsModel(key string) bool { return key == "model" || key == "models" }

// settings reads a mapping of arguments, and finds what stands under another key.
func (r *reader) settings(n *yaml.Node, other string) (list []Setting, found *yaml.Node, err error) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" { // a scenario that says nothing
		return nil, nil, nil
	}
	pairs, err := r.pairs(n)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range pairs {
		if other != "" && p.key.Value == other {
			found = p.value
			continue
		}
		if IsModel(p.key.Value) && has(list, p.key.Value) {
			return nil, nil, r.at(p.key, text.ModelTwice.Error())
		}
		values, err := r.values(p.value, p.key.Value)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, Setting{p.key.Value, values, p.key.Line})
	}
	return list, found, nil
}

// pair is a key with its value.
type pair struct{ key, value *yaml.Node }

// pairs are those of a mapping, whose keys are plain words, none of them twice.
func (r *reader) pairs(n *yaml.Node) ([]pair, error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.at(n, r.unlike(n, text.NotAMapping.Error()))
	}
	first := map[string]int{}
	list := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || key.Value == "" {
			return nil, r.at(key, r.unlike(key, text.NotAKey.Error()))
		}
		if line, twice := first[key.Value]; twice {
			return nil, r.at(key, text.KeyTwice.Error(key.Value, line))
		}
		first[key.Value] = key.Line
		list = append(list, pair{key, n.Content[i+1]})
	}
	return list, nil
}

// values are those of an argument: a scalar, or a list of scalars.
func (r *reader) values(n *yaml.Node, key string) ([]string, error) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 {
		return nil, r.at(n, text.NoValueOf.Error(key))
	}
	values := make([]string, len(items))
	for i, item := range items {
		switch {
		case item.Kind != yaml.ScalarNode:
			return nil, r.at(item, r.unlike(item, text.NotAValue.Error(key)))
		case item.Tag == "!!null" || item.Value == "":
			return nil, r.at(item, text.NoValueOf.Error(key))
		}
		values[i] = item.Value
	}
	return values, nil
}

// unlike is what is wrong with a node: an alias is one whatever it stands for.
func (r *reader) unlike(n *yaml.Node, err error) error {
	if n.Kind == yaml.AliasNode || n.Tag == "!!merge" {
		return text.NoAliases.Error()
	}
	return err
}
