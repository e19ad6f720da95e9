package scenario

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		want       []Scenario
	}{
		{"one, of the file's name", "model: 7B\non: h100x8\ntp: 8\nsp: true\n", []Scenario{{"plan", []Setting{
			{"model", []string{"7B"}, 1}, {"on", []string{"h100x8"}, 2}, {"tp", []string{"8"}, 3}, {"sp", []string{"true"}, 4},
		}}}},
		{"values are text", "tokens: 1e6\nmfu: 0.40\nseq: '4096'\nname: no\n", []Scenario{{"plan", []Setting{
			{"tokens", []string{"1e6"}, 1}, {"mfu", []string{"0.40"}, 2}, {"seq", []string{"4096"}, 3}, {"name", []string{"no"}, 4},
		}}}},
		{"what is shared gives way", "on: h100x8\nmodels: [7B, 70B]\nscenarios:\n  a:\n    model: 1B\n  b: {on: [a100, h100]}\n  c:\n", []Scenario{
			{"a", []Setting{{"model", []string{"1B"}, 5}, {"on", []string{"h100x8"}, 1}}},
			{"b", []Setting{{"on", []string{"a100", "h100"}, 6}, {"models", []string{"7B", "70B"}, 2}}},
			{"c", []Setting{{"on", []string{"h100x8"}, 1}, {"models", []string{"7B", "70B"}, 2}}},
		}},
	} {
		f, err := Read(strings.NewReader(tt.file), "dir/plan.yaml")
		require.NoError(t, err, tt.name)
		assert.Equal(t, tt.want, f.Scenarios, tt.name)
	}
}

func TestReadRefuses(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
	for _, tt := range []struct{ name, file, want string }{
		{"nothing", "", "f: no scenario"},
		{"only comments", "# on: h100\n", "f: no scenario"},
		{"an empty mapping", "{}", "f: no scenario"},
		{"no scenarios", "on: h100\nscenarios: {}\n", "f: no scenario"},
		{"text that is no YAML", "on: [h100\nx: y", "f:1: not YAML: "},
		{"a tab", "on:\n\th100", "not YAML: "},
		{"a list", "- on", "f:1: not flags by name"},
		{"a word", "\nh100", "f:2: not flags by name"},
		{"a scenario that is a list", "scenarios:\n  a:\n  - on\n", "f:3: not flags by name"},
		{"a key twice", "on: h100\ntp: 8\non: a100\n", "f:3: on is given twice, before at line 1"},
		{"a key of a scenario twice", "scenarios:\n  a:\n    tp: 8\n    tp: 4\n", "f:4: tp is given twice, before at line 3"},
		{"a scenario twice", "scenarios:\n  a: {tp: 8}\n  a: {tp: 4}\n", "f:3: a is given twice, before at line 2"},
		{"one model and several", "model: 7B\nmodels: [7B]\n", "f:2: model and models are both given"},
		{"a mapping as a value", "tp:\n  x: 8\n", "f:2: tp: not a value or a list of values"},
		{"a list in a list", "tp: [[8]]\n", "f:1: tp: not a value or a list of values"},
		{"no value", "tp:\n", "f:1: tp: no value"},
		{"null in a list", "tp: [8, null]\n", "f:1: tp: no value"},
		{"no values", "tp: []\n", "f:1: tp: no value"},
		{"an empty value", "tp: ''\n", "f:1: tp: no value"},
		{"a key that is a list", "[tp]: 8\n", "f:1: not the name of a flag"},
		{"an alias", "a: &x h100\non: *x\n", "f:2: aliases and merge keys are not read"},
		{"aliases of aliases", bomb, "f:2: aliases and merge keys are not read"},
		{"a merge key", "a: 1\n<<: {tp: 8}\n", "f:2: aliases and merge keys are not read"},
		{"a second document", "on: h100\n---\non: a100\n", "f:2: a second document"},
		{"too much", strings.Repeat("#", MaxSize+1), "f: larger than 1024 KiB"},
	} {
		_, err := Read(strings.NewReader(tt.file), "f")
		assert.ErrorContains(t, err, tt.want, tt.name)
	}
	_, err := Read(strings.NewReader("on: h100\n"+strings.Repeat("#", MaxSize-9)), "f")
	assert.NoError(t, err, "as much as is allowed")
}

// FuzzRead holds that what is read is whole, and that every error names the file.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"model: 7B\non: h100x8\n", "scenarios:\n  a: {tp: [1, 2]}\n  b:\n", "a: &a [*a]\n", "? [x]\n: y\n", "<<: *x", "--- |\n x\n...\n---\n", "\xff\xfe", "a: !!binary aGk=\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file, err := Read(strings.NewReader(s), "file.yaml")
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "file.yaml:"), err)
			return
		}
		require.NotEmpty(t, file.Scenarios)
		for _, sc := range file.Scenarios {
			seen := map[string]bool{}
			for _, set := range sc.Settings {
				require.NotEmpty(t, set.Key)
				require.False(t, seen[set.Key], "%s twice", set.Key)
				require.NotEmpty(t, set.Values)
				require.NotContains(t, set.Values, "")
				require.Positive(t, set.Line)
				seen[set.Key] = true
			}
		}
	})
}
