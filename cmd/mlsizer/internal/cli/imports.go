package cli

import (
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/launch"
	"mlsizer/cmd/mlsizer/internal/scenario"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
)

// importFlag names a launch of a framework, which is read as a scenario is.
const importFlag = "import"

// AddImport adds the flag that names a launch to a command that takes its arguments
// from files.
func (a *App) AddImport(cmd *cobra.Command) {
	AddValue(cmd.Flags(), &a.importFile, importFlag, "", "FILE", "run.sh", AsTyped)
}

// layoutFlags are what a search for a plan leaves open of a launch.
var layoutFlags = []string{"tp", "pp", "vp", "cp", "ep", "etp", "dp", "micro-batch", "first-stage-layers", "last-stage-layers", "shard-group", "sharding", "sp", "recompute", "recompute-modules", "offload-modules", "offload-optimizer", "offload-params", "offload-inputs"}

// imported is the launch that a command was given, as a file of one scenario. To
// plan, its layout is open: it is judged beside what is found.
func (a *App) imported(cmd *cobra.Command) (*scenario.File, []scenario.Scenario, error) {
	if a.scenarioFile != "" {
		return nil, nil, UsageError(text.ImportOrFile.Error(), "")
	}
	settings, err := a.launchSettings(cmd)
	if err != nil {
		return nil, nil, err
	}
	if cmd.Name() == "plan" {
		settings = slices.DeleteFunc(slices.Clone(settings), func(s scenario.Setting) bool { return slices.Contains(layoutFlags, s.Key) })
	}
	file := &scenario.File{Name: a.importFile, Scenarios: []scenario.Scenario{{Name: a.importFile, Settings: settings}}}
	return file, file.Scenarios, nil
}

// launchSettings are the flags of the launch on the devices of --on. What a launch
// does not say is said to be missing.
func (a *App) launchSettings(cmd *cobra.Command) ([]scenario.Setting, error) {
	if err := a.readLaunch(); err != nil {
		return nil, err
	}
	l := a.launch
	on := cmd.Flags().Lookup("on")
	example := " --on h100x8"
	if l.Devices > 0 {
		example = " --on h100x" + strconv.Itoa(l.Devices)
	}
	switch {
	case !on.Changed:
		return nil, UsageError(text.ImportNoDevice.Error(a.importFile), a.CommandLine()+example)
	case l.Model == "" && cmd.Flags().NArg() == 0:
		return nil, UsageError(text.ImportNoModel.Error(a.importFile), a.CommandLine()+" llama-3.1-8b")
	}
	list, err := ParseList(on.Value.String())
	if err != nil {
		return nil, err
	}
	targets, err := a.Targets(list)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		switch {
		case l.PerDevice() && t.Count == 0:
			return nil, UsageError(text.ImportNoCount.Error(a.importFile), a.CommandReplacing(t.Input, t.Input+"x8"))
		case l.PerDevice() && t.Count != targets[0].Count:
			return nil, UsageError(text.ImportCounts.Error(a.importFile), "")
		}
	}
	return l.Settings(targets[0].Count), nil
}

// readLaunch reads the launch once.
func (a *App) readLaunch() (err error) {
	if a.launch != nil {
		return nil
	}
	in := io.Reader(a.Stdin)
	if a.importFile != "-" {
		f, err := a.OpenFlag("--import", a.importFile, text.FileOfLaunch)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	if a.launch, err = launch.Read(in, a.importFile); err != nil {
		return ReadError(err, "")
	}
	return nil
}

// Imports reports whether a launch is imported.
func (a *App) Imports() bool { return a.launch != nil }

// builtModel is the model that the launch describes by its dimensions, nil where
// the argument is another.
func (a *App) builtModel(arg string) *ModelArg {
	if a.launch == nil || a.launch.Built == nil || a.launch.Model != arg {
		return nil
	}
	return &ModelArg{Input: arg, Model: a.launch.Built}
}

// importNotes adds what is not understood of the launch to a model that is asked
// for.
func (a *App) importNotes(m *ModelArg) *ModelArg {
	if a.launch == nil {
		return m
	}
	with := *m
	with.warnings = append(m.FileNotes(), a.launch.Notes...)
	return &with
}

// Judge answers for the layout of the launch itself, with the flags of a command
// that left it open.
func (a *App) Judge(cmd *cobra.Command, m *ModelArg, t Target) (*sizing.Answer, error) {
	own := *a
	var o TrainingOptions
	estimate := &cobra.Command{Use: "estimate"}
	AddTrainingFlags(&own, estimate, &o)
	estimate.SetContext(cmd.Context())
	if err := copyFlags(estimate, cmd); err != nil {
		return nil, err
	}
	settings, err := own.launchSettings(cmd)
	if err != nil {
		return nil, err
	}
	if _, err := fill(estimate, a.importFile, &scenario.Scenario{Settings: settings}); err != nil {
		return nil, err
	}
	if err := o.Complete(&own, estimate); err != nil {
		return nil, err
	}
	return o.Answer(m, t)
}
