package cli

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listed is a command whose flags take lists.
func listed() *cobra.Command {
	cmd := &cobra.Command{Use: "compare"}
	fs := cmd.Flags()
	fs.SortFlags = false
	AddValue(fs, new(int64), "batch", "", "COUNT", "512", ParseWhole)
	AddValue(fs, new(string), "constants", "", "FILE", "", AsTyped)
	fs.Bool("strict", false, "")
	AddValue(fs, new(string), "stack", "", "NAME", "", AsTyped)
	TakeLists(fs)
	return cmd
}

func TestVaried(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want []Varied
	}{
		{"one value is no list", []string{"--batch", "512"}, nil},
		{"items between commas, in the order of the flags", []string{"--stack", "a, b", "--batch", "512,1024"}, []Varied{{"batch", []string{"512", "1024"}}, {"stack", []string{"a", "b"}}}},
		{"repeated flags add new items", []string{"--batch", "512", "--batch", "512,1k"}, []Varied{{"batch", []string{"512", "1k"}}}},
		{"commas that separate thousands", []string{"--batch", "1,024"}, nil},
		{"and those that need not", []string{"--batch", "1,536"}, []Varied{{"batch", []string{"1", "536"}}}},
		{"a zero that begins a number of three digits or more", []string{"--batch", "1,000,000", "--batch", "2,000"}, []Varied{{"batch", []string{"1,000,000", "2,000"}}}},
		{"values that hold commas", []string{"--constants", "a,b", "--constants", "c"}, []Varied{{"constants", []string{"a,b", "c"}}}},
	} {
		cmd := listed()
		require.NoError(t, cmd.ParseFlags(tt.args), tt.name)
		assert.Equal(t, tt.want, VariedOf(cmd), tt.name)
	}
}

func TestListErrors(t *testing.T) {
	for _, tt := range []struct{ value, want string }{
		{"512,x", `"x": no digit at the start`},
		{"512,512", "512 twice"},
		{"512,", `"": `},
	} {
		err := listed().ParseFlags([]string{"--batch", tt.value})
		assert.ErrorContains(t, err, tt.want)
	}
	assert.Error(t, listed().ParseFlags([]string{"--strict=true,false"}), "a switch of the whole answer")
}

func TestCombinations(t *testing.T) {
	assert.Equal(t, [][]Setting{nil}, Combinations(nil))
	assert.Equal(t, [][]Setting{
		{{"a", "1"}, {"b", "x"}}, {{"a", "1"}, {"b", "y"}},
		{{"a", "2"}, {"b", "x"}}, {{"a", "2"}, {"b", "y"}},
	}, Combinations([]Varied{{"a", []string{"1", "2"}}, {"b", []string{"x", "y"}}}))
}

func TestArgsWith(t *testing.T) {
	cmd := listed()
	require.NoError(t, cmd.ParseFlags([]string{"--batch", "512,1024", "--stack", "a", "--strict"}))
	assert.Equal(t, []string{"--batch=1024", "--strict=true", "--stack=a"}, ArgsWith(cmd, []Setting{{"batch", "1024"}}))
}

func TestCheckRows(t *testing.T) {
	a := &App{}
	values := func(n int) []string { return make([]string, n) }
	assert.NoError(t, a.CheckRows(2, 5, []Varied{{"batch", values(100)}}))
	assert.Error(t, a.CheckRows(1, 1, []Varied{{"batch", values(MostRows + 1)}}))
	assert.ErrorContains(t, a.CheckRows(1, 1, []Varied{{"batch", values(MostRows)}, {"seq", values(2)}}), "2000 rows")
}

// A flag of one value that is given a list says so; what is no list does not.
func TestValuesIn(t *testing.T) {
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	AddValue(fs, new(int64), "batch", "", "COUNT", "512", ParseWhole)
	for value, want := range map[string]int{"512,1024": 2, "512": 1, "512,x": 0, "": 0} {
		assert.Equal(t, want, valuesIn(fs.Lookup("batch"), value), value)
	}
}
