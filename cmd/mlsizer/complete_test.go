package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
)

// notListed are flags that take a NAME of which there is no list: what a model
// or a file has.
var notListed = []string{"vendor", "column", "lora-targets", "fit", "scenario"}

// wanted is the list at the end of a parser's error.
var wanted = regexp.MustCompile(`\(want ([^()]*)\)$`)

// TestChoicesAreTheParsers: a flag that takes a name lists the names that its
// parser says it wants, and its parser takes each of them.
func TestChoicesAreTheParsers(t *testing.T) {
	listed := map[string]bool{}
	for key, cmd := range commandsIn(text.English) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			choices := cli.ChoicesOf(f)
			if choices == nil {
				assert.False(t, strings.HasPrefix(f.Value.Type(), "NAME") && !slices.Contains(notListed, f.Name), "%s --%s lists no values", key, f.Name)
				return
			}
			listed[f.Name] = true
			for _, c := range choices {
				assert.NoError(t, f.Value.Set(c), "%s --%s %s", key, f.Name, c)
			}
			for _, name := range wantedBy(f) {
				assert.Contains(t, choices, name, "%s --%s", key, f.Name)
			}
		})
	}
	for _, name := range strings.Fields("stack precision optimizer sharding recompute lang output sort weights runtime kv method packing loss tier field kind objective export offload") {
		assert.True(t, listed[name], name)
	}
}

// wantedBy are the names that a flag's parser says it wants. Beside them it may
// want forms, such as every:N.
func wantedBy(f *pflag.Flag) []string {
	forms := []string{"recompute", "weights", "region"}
	err := f.Value.Set("nothing of the kind")
	if err == nil || slices.Contains(forms, f.Name) || slices.Contains(notListed, f.Name) {
		return nil
	}
	m := wanted.FindStringSubmatch(text.ErrorIn(err, text.English))
	if m == nil {
		return nil
	}
	list, _, _ := strings.Cut(m[1], ", or two") // storages, for keys and values
	return strings.FieldsFunc(strings.ReplaceAll(list, " or ", ","), func(r rune) bool { return r == ',' || r == ' ' })
}

func TestCompletes(t *testing.T) {
	assert.True(t, cli.Completes([]string{"__complete", "estimate", ""}))
	assert.True(t, cli.Completes([]string{"__completeNoDesc", ""}))
	assert.False(t, cli.Completes([]string{"estimate", "__complete"}))
	assert.False(t, cli.Completes(nil))
}
