package catalog

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"mlsizer/sizing/model"
)

func TestParsePattern(t *testing.T) {
	for text, want := range map[string][]run{
		"32 layer":                     {{"layer", 32}},
		"layer":                        {{"layer", 1}},
		"3 dense, 58 sparse":           {{"dense", 3}, {"sparse", 58}},
		"2 (2 a, b), a":                {{"a", 2}, {"b", 1}, {"a", 2}, {"b", 1}, {"a", 1}},
		"2 (a, b, a)":                  {{"a", 1}, {"b", 1}, {"a", 2}, {"b", 1}, {"a", 1}},
		" 2 ( 2 (a , b) ) ":            {{"a", 1}, {"b", 1}, {"a", 1}, {"b", 1}, {"a", 1}, {"b", 1}, {"a", 1}, {"b", 1}},
		"4 (5 local, global), 2 local": {{"local", 5}, {"global", 1}, {"local", 5}, {"global", 1}, {"local", 5}, {"global", 1}, {"local", 5}, {"global", 1}, {"local", 2}},
	} {
		if got, err := parsePattern(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("parsePattern(%q) = %v, %v (want %v)", text, got, err, want)
		}
	}
	for _, text := range []string{"", " ", ",", "a,", "0 a", "99999999999999999999 a", "(a", "a)", "a b", "2 (", "2", "16384 (16384 a)", "((((((a))))))", "16384 (a, b)"} {
		if got, err := parsePattern(text); err == nil {
			t.Errorf("parsePattern(%q) = %v runs (want an error)", text, len(got))
		}
	}
}

func FuzzParsePattern(f *testing.F) {
	f.Add("10 (5 local, global), 2 local")
	f.Add("2 (2 (a , b) )")
	f.Fuzz(func(t *testing.T, text string) {
		runs, err := parsePattern(text)
		if err != nil {
			return
		}
		if len(runs) == 0 || len(runs) > maxLayers {
			t.Fatalf("%d runs", len(runs))
		}
		for _, r := range runs {
			if r.repeat < 1 || r.layer == "" {
				t.Fatalf("run %+v", r)
			}
		}
	})
}

// A fault in an entry is an error that names what is wrong, never a panic.
func TestFaultyArchitectures(t *testing.T) {
	for _, text := range []string{
		`{"body": "layer"}`,
		`{"body": "layer", "layers": {"layer": "x"}}`,
		`{"body": "layer", "layers": {"layer": "x"}, "blocks": {"x": {"kind": "y"}}}`,
		`{"body": "layer", "layers": {"layer": "x"}, "blocks": {"x": {"like": "x"}}}`,
		`{"body": "layer", "layers": {"layer": "x"}, "blocks": {"x": {"kind": "attention", "heads": "many"}}}`,
		`{"body": "layer", "layers": {"layer": "x"}, "blocks": {"x": {"kind": "attention", "qk_norm": "some"}}}`,
		`{"groups": [{"place": "middle"}]}`,
		`{"hidden": "x"}`,
		`[]`,
	} {
		a, err := newArch(nil, json.RawMessage(text))
		if err != nil {
			continue
		}
		if m, err := a.model("x"); err == nil {
			t.Errorf("%s gives %+v (want an error)", text, m)
		}
	}
	for _, j := range []entryJSON{
		{Name: "x", Like: "nothing"}, {Name: "x", Net: "nothing"}, {Name: "x", Like: "llama", Arch: json.RawMessage(`{"body": "2 layer"}`)},
	} {
		e, err := j.entry()
		if err != nil {
			t.Fatal(err)
		}
		if m, err := e.Build(); err == nil {
			t.Errorf("%+v gives %+v (want an error)", j, m)
		}
	}
	if _, err := (&entryJSON{Name: "x", Runs: []runJSON{{Tokens: "many"}}}).entry(); err == nil {
		t.Error("a run of many tokens is taken")
	}
}

// Misspelled fields would be left out in silence.
func TestFieldsAreKnown(t *testing.T) {
	for name, raw := range raws() {
		var j entryJSON
		if err := strict(raw, &j); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if j.Arch == nil {
			continue
		}
		if err := strict(j.Arch, new(arch)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	all, err := families()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range all {
		if err := strict(raw, new(arch)); err != nil {
			t.Errorf("family %s: %v", name, err)
		}
	}
}

// The fields of a block, too: sizing's fields and the two of the schema.
func TestBlockFieldsAreKnown(t *testing.T) {
	archs := map[string][]byte{}
	for name, raw := range raws() {
		var j entryJSON
		if err := json.Unmarshal(raw, &j); err != nil {
			t.Fatal(err)
		}
		archs[name] = j.Arch
	}
	all, err := families()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range all {
		archs["family "+name] = raw
	}
	known := blockFields()
	for name, raw := range archs {
		var a struct {
			Blocks map[string]map[string]json.RawMessage `json:"blocks"`
		}
		if raw == nil {
			continue
		}
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		for block, fields := range a.Blocks {
			for f := range fields {
				if !known[f] {
					t.Errorf("%s: block %q has a field %q that no block has", name, block, f)
				}
			}
		}
	}
}

func blockFields() map[string]bool {
	known := map[string]bool{"kind": true, "like": true}
	for _, b := range []model.Block{
		model.Attention{}, model.CompressedAttention{}, model.MLA{}, model.FFN{}, model.MoE{}, model.Norm{}, model.Table{},
		model.Linear{}, model.Vector{}, model.Conv{}, model.Mamba{}, model.Mamba2{}, model.DeltaNet{},
	} {
		for i := range reflect.TypeOf(b).NumField() {
			f := reflect.TypeOf(b).Field(i)
			if f.Anonymous { // the base of the kind
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			known[name] = true
		}
	}
	return known
}

// The index reads the names from the first line of an entry; they must be
// what the whole of it says.
func TestIndexAgreesWithEntries(t *testing.T) {
	for _, s := range load().slots {
		if e := s.entry(); e.Name != s.name || !reflect.DeepEqual(e.Aliases, s.aliases) {
			t.Errorf("index says %q %q, entry %q %q", s.name, s.aliases, e.Name, e.Aliases)
		}
	}
	if got, want := len(load().slots), len(raws()); got != want {
		t.Errorf("%d models in the index, %d in the files", got, want)
	}
}

func TestSplitArray(t *testing.T) {
	got, err := splitArray([]byte(`[{"a": "}\\\"{"}, {"b": {"c": 1}}]`))
	if err != nil || len(got) != 2 || string(got[1]) != `{"b": {"c": 1}}` {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{`[{]`, `[}]`, `[{"a]`, `["\`} {
		if got, err := splitArray([]byte(text)); err == nil {
			t.Errorf("splitArray(%q) = %q (want an error)", text, got)
		}
	}
	for _, text := range []string{`{"name": 1}`, `{`} {
		if s, err := newSlot([]byte(text)); err == nil {
			t.Errorf("newSlot(%q) = %+v (want an error)", text, s)
		}
	}
	for _, text := range []string{"{\"name\": \"x\",\n\"year\": \"y\"}", "{\"name\": \"x\",\n\"runs\": [{\"tokens\": \"many\"}]}"} {
		s, err := newSlot([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.entry().Build(); err == nil {
			t.Errorf("%q builds", text)
		}
	}
}
