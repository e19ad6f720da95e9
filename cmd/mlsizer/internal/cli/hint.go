package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
)

// NearestDevices returns the line that shows a device, and the names most like
// one that may be a device: the name itself if it is one.
func (a *App) NearestDevices(name string) (line string, near []string) {
	line = "mlsizer hardware show "
	if a.hardwareFile != "" {
		line += "--hardware-file " + shell.Word(a.hardwareFile) + " "
	}
	var nf *hardware.NotFoundError
	if _, err := a.catalogueDevice(name); errors.As(err, &nf) {
		return line, nf.Suggestions
	}
	return line, []string{name}
}

// Nearest is the candidate most similar to s, "" if none is. Of two that are
// equally similar, the one with the same beginning wins.
func Nearest(s string, candidates []string) string {
	best, least := "", 2*max(2, len(s)/3)+1
	for _, c := range candidates {
		d := 2 * levenshtein.ComputeDistance(strings.ToLower(s), c)
		if strings.HasPrefix(c, s) && len(s) > 1 {
			d = 2
		}
		if s != "" && c != "" && s[0] != c[0] {
			d++
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// CommandLine is the command line as it was typed.
func (a *App) CommandLine() string { return shellLine(a.Args) }

// CommandReplacing is the command line with a word, or a flag's value, replaced.
func (a *App) CommandReplacing(old, fixed string) string {
	words := slices.Clone(a.Args)
	for i, w := range words {
		name, value, isFlag := strings.Cut(w, "=")
		switch isFlag = isFlag && strings.HasPrefix(w, "-"); {
		case w == old:
			words[i] = fixed
		case isFlag && name == old:
			words[i] = fixed + "=" + value
		case isFlag && value == old:
			words[i] = name + "=" + fixed
		case strings.Contains(w, ","):
			words[i] = replaceItem(w, old, fixed)
		}
	}
	return shellLine(words)
}

// CommandComparing is the command line as a comparison of serving, which takes
// the storages that weights says it has.
func (a *App) CommandComparing(weights bool) string {
	line := a.CommandReplacing("infer", "compare")
	if !weights {
		line += " --weights bf16"
	}
	return line
}

// replaceItem replaces an item of a list separated by commas.
func replaceItem(list, old, fixed string) string {
	name, value, isFlag := strings.Cut(list, "=")
	if !isFlag || !strings.HasPrefix(list, "-") {
		name, value = "", list
	} else {
		name += "="
	}
	items := strings.Split(value, ",")
	for i, item := range items {
		if strings.TrimSpace(item) == old {
			items[i] = fixed
		}
	}
	return name + strings.Join(items, ",")
}

// CommandWithout is the command line without some flags and their values.
func (a *App) CommandWithout(flags ...string) string {
	var words []string
	cmd, _, _ := a.commands().Find(a.Args)
	for i := 0; i < len(a.Args); i++ {
		name, isFlag := strings.CutPrefix(a.Args[i], "--")
		name, _, withValue := strings.Cut(name, "=")
		if !isFlag || !slices.Contains(flags, name) {
			words = append(words, a.Args[i])
			continue
		}
		if f := cmd.Flags().Lookup(name); !withValue && f != nil && f.NoOptDefVal == "" {
			i++ // and its value
		}
	}
	return shellLine(words)
}

func shellLine(args []string) string {
	words := []string{"mlsizer"}
	for _, w := range args {
		words = append(words, shell.Word(w))
	}
	return strings.Join(words, " ")
}

// NoSubcommand rejects arguments of a command whose first word is a
// subcommand; show is the line that would show what was named, and the names
// that are most like it.
func (a *App) NoSubcommand(show func(name string) (line string, near []string)) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		name, hint := args[0], cmd.CommandPath()
		var also text.Text
		line, near := show(name)
		switch subcommand := Nearest(name, []string{"list", "show"}); {
		case subcommand != "":
			hint = a.CommandReplacing(name, subcommand)
		case len(near) > 0:
			hint = line + shell.Word(near[0])
			if near[0] != name {
				also = text.AlsoNearest.With(strings.Join(near, ", "))
			}
		}
		return UsageError(text.UnknownSubcommand.Error(name, also), hint)
	}
}

// NearestModels returns the names most like one that may be a model: the name
// itself if it is one.
func (a *App) NearestModels(name string) []string {
	_, err := a.Models().Find(name)
	var nf *catalog.NotFoundError
	if !errors.As(err, &nf) || looksLikeCount(name) || a.Access.isPath(name) {
		return []string{name}
	}
	return nf.Near()
}
