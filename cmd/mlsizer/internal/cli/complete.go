package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
)

// completion completes a word: candidates with a description after a tab.
type completion = cobra.CompletionFunc

// Completes reports whether the command line is the shell's, which asks for
// the completion of another one.
func Completes(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// AddCompletions says of every command how its arguments and the values of its
// flags complete.
func (a *App) AddCompletions(cmd *cobra.Command) {
	cmd.ValidArgsFunction = a.completesArgs(CommandKey(cmd))
	each := func(f *pflag.Flag) {
		if complete := a.completesFlag(f); complete != nil {
			// The error is that of a flag which has one already.
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
		}
	}
	cmd.LocalNonPersistentFlags().VisitAll(each)
	cmd.PersistentFlags().VisitAll(each)
	for _, c := range cmd.Commands() {
		if c.Name() != "completion" { // it has its own
			a.AddCompletions(c)
		}
	}
}

// completesArgs is how the arguments of a command complete.
func (a *App) completesArgs(command string) completion {
	switch command {
	case "estimate", "plan", "infer", "models show":
		return onlyFirst(a.completeModel)
	case "compare", "classify":
		return a.completeModel
	case "hardware show":
		return onlyFirst(a.completeDevice)
	case "diff":
		return completeFile
	case "inspect":
		return onlyFirst(completeFile)
	case "man":
		return onlyFirst(completeFolder)
	case "help":
		return completeCommand
	}
	return cobra.NoFileCompletions
}

// completesFlag is how the value of a flag completes, nil where a shell offers
// files.
func (a *App) completesFlag(f *pflag.Flag) completion {
	switch {
	case f.Name == "on":
		return lastItem(a.completeCluster)
	case f.Value.Type() == "MODEL":
		return a.completeModel
	case strings.Contains(f.Value.Type(), "FILE") || f.Name == "from":
		return nil
	}
	complete := func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return beginning(ChoicesOf(f), typed), cobra.ShellCompDirectiveNoFileComp
	}
	if list, ok := f.Value.(interface{ isList() bool }); ok && list.isList() {
		return lastItem(complete)
	}
	return complete
}

// onlyFirst completes the first argument and none after it.
func onlyFirst(complete completion) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, typed)
	}
}

// lastItem completes the last item of a list with commas. Another item may
// follow, so that no space does.
func lastItem(complete completion) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		candidates, directive := complete(cmd, args, typed[len(before):])
		for i := range candidates {
			candidates[i] = before + candidates[i]
		}
		return candidates, directive | cobra.ShellCompDirectiveNoSpace
	}
}

// beginning are the candidates that begin with what was typed.
func beginning(candidates []string, typed string) []string {
	return slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return !strings.HasPrefix(c, typed) })
}

// completeFile leaves the word to the shell.
func completeFile(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeFolder lets the shell offer folders.
func completeFolder(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeCommand offers the commands under those that were typed.
func completeCommand(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	parent, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var list []string
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), typed) {
			list = append(list, c.Name()+"\t"+c.Short)
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// completeModel offers the models of the catalogue, by their aliases where no
// name begins so, and files where no model does.
func (a *App) completeModel(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	var names, aliases []string
	for _, e := range a.Models().All() {
		if strings.HasPrefix(e.Name, typed) {
			names = append(names, e.Name+"\t"+a.describeModel(e))
			continue
		}
		for _, alias := range beginning(e.Aliases, typed) {
			aliases = append(aliases, alias+"\t"+a.describeModel(e))
		}
	}
	switch {
	case len(names) > 0:
		return names, cobra.ShellCompDirectiveNoFileComp
	case len(aliases) > 0:
		return aliases, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// describeModel is a model's tier and count.
func (a *App) describeModel(e *catalog.Entry) string {
	m, err := e.Build()
	if err != nil {
		return e.Name
	}
	tier, beyond := sizing.DefaultBounds.Classify(m.Params())
	return a.Say(text.Join.With(TierText(tier, beyond), ParamsText(m.Params(), m.ActiveParams())))
}

// completeDevice offers the devices of the catalogue, each by the shortest of
// its names that begins as typed.
func (a *App) completeDevice(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	c, err := a.Hardware()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var list []string
	for _, d := range c.All() {
		names := beginning(append([]string{d.ID}, d.Aliases...), typed)
		if len(names) > 0 {
			shortest := slices.MinFunc(names, func(a, b string) int { return len(a) - len(b) })
			list = append(list, shortest+"\t"+describeDevice(d))
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// describeDevice is a device's name and memory.
func describeDevice(d *hardware.Device) string { return fmt.Sprintf("%s, %v", d.Name, d.Memory) }

// mostOffered is the largest number of devices that completion offers.
const mostOffered = 16384

// completeCluster offers devices, and numbers of one that is typed in full: the
// powers of two that begin as typed.
func (a *App) completeCluster(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	list, directive := a.completeDevice(cmd, args, typed)
	name, count := typed, ""
	if i := strings.LastIndexByte(typed, 'x'); i > 0 && strings.Trim(typed[i+1:], "0123456789") == "" {
		name, count = typed[:i], typed[i+1:]
	}
	c, err := a.Hardware()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	d, err := c.Find(name)
	if err != nil {
		return list, directive
	}
	for n := 1; n <= mostOffered; n *= 2 {
		if number := fmt.Sprint(n); strings.HasPrefix(number, count) {
			list = append(list, name+"x"+number+"\t"+a.Sayf(text.CountOf, n, d.Name))
		}
	}
	return list, directive
}
