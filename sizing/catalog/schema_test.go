package catalog

import (
	"encoding/json"
	"reflect"
	"testing"
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
		if raw.Arch == nil {
			continue
		}
		if err := strict(raw.Arch, new(arch)); err != nil {
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
