package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// FlagGroup annotates a flag with its heading in --help, in English.
const FlagGroup = "mlsizer_group"

// Localize gives a command and those under it, and their flags, the words of
// package text in the language of the answer.
func (a *App) Localize(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	words := text.Commands[CommandKey(cmd)]
	cmd.Short, cmd.Long, cmd.Example = a.Say(words.Short), a.Say(words.Long), words.Example
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { a.localizeFlag(cmd, f) })
	for _, c := range cmd.Commands() {
		a.Localize(c)
	}
}

// CommandKey is a command's key in package text: its path without the program.
func CommandKey(cmd *cobra.Command) string {
	_, key, _ := strings.Cut(cmd.CommandPath(), " ")
	return key
}

// localizeFlag gives a flag its usage and its heading.
func (a *App) localizeFlag(cmd *cobra.Command, f *pflag.Flag) {
	command, _, _ := strings.Cut(CommandKey(cmd), " ")
	group, usage, ok := text.Flag(command, f.Name)
	if !ok {
		return
	}
	f.Usage = a.Say(usage)
	switch {
	case f.Name == "help" || f.Name == "version":
		f.Usage = a.Sayf(usage, cmd.Name())
	case strings.Contains(f.Usage, "%s"):
		f.Usage = a.Sayf(usage, strings.Join(ChoicesOf(f), ", "))
	}
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[FlagGroup] = []string{text.FlagGroups[group].Title.EN}
}

// Help prints what --help says of a command, within the width of the page.
func (a *App) Help(cmd *cobra.Command, _ []string) {
	a.Localize(cmd.Root())
	var b strings.Builder
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	fmt.Fprintf(&b, "%s\n\n%s\n", strings.TrimRight(about, " \n"), a.Say(text.HelpUsage))
	if cmd.Runnable() {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s [command]\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\n%s\n%s\n", a.Say(text.HelpExamples), cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", a.Say(text.HelpCommands))
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s %s\n", c.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	a.helpFlags(&b, cmd)
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", a.Sayf(text.HelpMore, cmd.CommandPath()))
	}
	_, a.helpError = io.WriteString(cmd.OutOrStdout(), b.String())
}

// helpFlags writes the flags of a command under their headings, their usages
// beside one another.
func (a *App) helpFlags(b *strings.Builder, cmd *cobra.Command) {
	under := map[string][]*pflag.Flag{}
	column := 0
	each := func(f *pflag.Flag) {
		if group := f.Annotations[FlagGroup]; !f.Hidden && group != nil {
			under[group[0]] = append(under[group[0]], f)
			column = max(column, len(flagHead(f)))
		}
	}
	cmd.LocalFlags().VisitAll(each)
	cmd.InheritedFlags().VisitAll(each)
	for _, group := range text.FlagGroups {
		flags := under[group.Title.EN]
		if len(flags) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s\n", a.Sayf(text.HelpGroup, group.Title))
		for _, f := range flags {
			a.helpFlag(b, f, column)
		}
	}
}

// flagHead is a flag with the word that stands for its value.
func flagHead(f *pflag.Flag) string {
	head := "      --" + f.Name
	if f.Shorthand != "" {
		head = "  -" + f.Shorthand + ", --" + f.Name
	}
	if kind, _ := pflag.UnquoteUsage(f); kind != "" {
		head += " " + kind
	}
	return head
}

// helpFlag writes a flag, its usage from a column on.
func (a *App) helpFlag(b *strings.Builder, f *pflag.Flag, column int) {
	_, usage := pflag.UnquoteUsage(f)
	if f.DefValue != "" && f.DefValue != "0" && f.DefValue != "false" {
		usage += a.Sayf(text.FlagDefault, f.DefValue)
	}
	head := flagHead(f)
	for _, line := range render.Wrap(usage, a.page().Width-column-3) {
		fmt.Fprintf(b, "%-*s   %s\n", column, head, line)
		head = ""
	}
}
