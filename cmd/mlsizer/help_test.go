package main

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
)

// commandsIn are all commands in a language, by their keys.
func commandsIn(l text.Lang) map[string]*cobra.Command {
	list := map[string]*cobra.Command{}
	var add func(cmd *cobra.Command)
	add = func(cmd *cobra.Command) {
		list[cli.CommandKey(cmd)] = cmd
		for _, c := range cmd.Commands() {
			add(c)
		}
	}
	a := &cli.App{Root: newRootCmd, Lang: l}
	root := newRootCmd(a)
	a.Localize(root)
	add(root)
	return list
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// TestHelpHasBothLanguages: every command and every flag has its words in both,
// and package text has none for what is not there.
func TestHelpHasBothLanguages(t *testing.T) {
	english, chinese := commandsIn(text.English), commandsIn(text.Chinese)
	usages := map[string]bool{}
	for key, en := range english {
		zh := chinese[key]
		assert.Contains(t, text.Commands, key)
		assert.NotEmpty(t, en.Short, key)
		assert.False(t, hasHan(en.Short), key)
		assert.True(t, hasHan(zh.Short), key)
		assert.Equal(t, en.Long == "", zh.Long == "", key)
		assert.True(t, zh.Long == "" || hasHan(zh.Long), key)
		command, _, _ := strings.Cut(key, " ")
		en.LocalFlags().VisitAll(func(f *pflag.Flag) {
			other := zh.LocalFlags().Lookup(f.Name)
			name := key + " --" + f.Name
			assert.NotEmpty(t, f.Usage, name)
			assert.NotContains(t, f.Usage, "%!", name)
			assert.False(t, hasHan(f.Usage), name)
			assert.True(t, hasHan(other.Usage), name)
			assert.Len(t, f.Annotations[cli.FlagGroup], 1, name)
			usages[f.Name], usages[command+" "+f.Name] = true, true
		})
	}
	for key := range text.Commands {
		assert.Contains(t, english, key)
	}
	for _, g := range text.FlagGroups {
		for key := range g.Usage {
			assert.True(t, usages[key], "%s: no such flag", key)
		}
	}
}

// englishWords are three words of English in a row.
var englishWords = regexp.MustCompile(`\b[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}`)

func TestHelpInChinese(t *testing.T) {
	for key := range commandsIn(text.English) {
		args := append(strings.Fields(key), "--help", "--lang", "zh")
		out, errOut, code := runArgs(args...)
		assert.Zero(t, code, key)
		assert.Empty(t, errOut, key)
		assert.True(t, hasHan(out), key)
		for line := range strings.Lines(out) {
			if command := strings.TrimSpace(line); strings.HasPrefix(command, "mlsizer ") || strings.HasPrefix(command, "source ") {
				continue
			}
			assert.NotRegexp(t, englishWords, line, key)
		}
	}
}

// TestHelpGroups: flags stand under the headings of their group, and in the
// order of the headings.
func TestHelpGroups(t *testing.T) {
	for command, want := range map[string][]string{
		"estimate":  {"Work", "Layout", "Memory and number formats", "Fine-tuning", "Post-training", "Run", "Money and energy", "Files", "Output"},
		"compare":   {"Work", "Layout", "Memory and number formats", "Serving", "Fine-tuning", "Post-training", "Run", "Money and energy", "Files", "Output"},
		"plan":      {"Work", "Layout", "Memory and number formats", "Fine-tuning", "Post-training", "Run", "Search", "Money and energy", "Files", "Output"},
		"infer":     {"Work", "Layout", "Serving", "Money and energy", "Files", "Output"},
		"calibrate": {"Fit", "Files", "Output"},
		"classify":  {"Selection", "Files", "Output"},
	} {
		out, _, _ := runArgs(command, "--help")
		var got []string
		for line := range strings.Lines(out) {
			for _, g := range text.FlagGroups {
				if line == g.Title.EN+":\n" {
					got = append(got, g.Title.EN)
				}
			}
		}
		assert.Equal(t, want, got, command)
	}
}
