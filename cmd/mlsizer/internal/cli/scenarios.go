package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/scenario"
	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
)

// The flags that name a file of scenarios, and those of them that are meant.
const (
	fileFlag     = "file"
	scenarioFlag = "scenario"
)

// TakeFile lets a command take its arguments from a scenario of a file. Flags and
// models of the command line override those of the file.
func (a *App) TakeFile(cmd *cobra.Command) {
	a.AddFileFlags(cmd)
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		file, chosen, err := a.scenarios(cmd)
		switch {
		case err != nil:
			return err
		case file == nil:
			return check(cmd, args)
		case len(chosen) > 1:
			hint := a.CommandLine() + " --scenario " + shell.Word(chosen[0].Name)
			return UsageError(text.SeveralOfFile.Error(file.Name, len(chosen), strings.Join(namesOf(chosen), ", "), cmd.Name()), hint)
		}
		models, err := fill(cmd, file.Name, &chosen[0])
		if err != nil {
			return err
		}
		if len(args) == 0 {
			args = models
		}
		return check(cmd, args)
	}
}

// AddFileFlags adds the flags that name a file of scenarios.
func (a *App) AddFileFlags(cmd *cobra.Command) {
	AddValue(cmd.Flags(), &a.scenarioFile, fileFlag, "f", "FILE", "plan.yaml", AsTyped)
	AddList(cmd.Flags(), &a.scenarioNames, scenarioFlag, "NAME,...", "base", ParseList).Among(a.namesInFile)
}

// scenarios are the chosen scenarios of the file that a command was given, nil
// where it was given none.
func (a *App) scenarios(cmd *cobra.Command) (*scenario.File, []scenario.Scenario, error) {
	if a.importFile != "" {
		return a.imported(cmd)
	}
	if a.scenarioFile == "" {
		if cmd.Flags().Changed(scenarioFlag) {
			return nil, nil, UsageError(text.ScenarioOfFile.Error(), a.CommandLine()+" -f plan.yaml")
		}
		return nil, nil, nil
	}
	file, err := a.readScenarios(a.scenarioFile)
	if err != nil || len(a.scenarioNames) == 0 {
		return file, scenariosOf(file), err
	}
	var chosen []scenario.Scenario
	for _, name := range a.scenarioNames {
		i := slices.IndexFunc(file.Scenarios, func(s scenario.Scenario) bool { return s.Name == name })
		if i < 0 {
			names := namesOf(file.Scenarios)
			hint := ""
			if near := Nearest(name, names); near != "" {
				hint = a.CommandReplacing(name, near)
			}
			return nil, nil, UsageError(text.NoSuchScenario.Error(name, file.Name, strings.Join(names, ", ")), hint)
		}
		chosen = append(chosen, file.Scenarios[i])
	}
	return file, chosen, nil
}

func scenariosOf(f *scenario.File) []scenario.Scenario {
	if f == nil {
		return nil
	}
	return f.Scenarios
}

func namesOf(list []scenario.Scenario) []string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return names
}

// namesInFile are the scenarios of the file that a command was given, nil where it
// was given none.
func (a *App) namesInFile() []string {
	if a.scenarioFile == "" {
		return nil
	}
	file, err := a.readScenarios(a.scenarioFile)
	if err != nil {
		return nil
	}
	return namesOf(file.Scenarios)
}

// readScenarios reads a file of scenarios.
func (a *App) readScenarios(name string) (*scenario.File, error) {
	f, err := a.OpenFlag("-f", name, text.FileOfPlan)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := scenario.Read(f, name)
	if err != nil {
		return nil, ReadError(err, "")
	}
	return file, nil
}

// rivals are flags that say the same in other ways: one of the command line stands
// above any of them in a file.
var rivals = [][]string{{"tokens", "data", "examples"}, {"batch", "batch-tokens"}, {"budget", "device-hours"}, {"price", "price-kind", "cloud"}, {"brief", "full"}}

// givenOf are the flags that the command line gives, with their rivals.
func givenOf(cmd *cobra.Command) []string {
	var given []string
	cmd.Flags().Visit(func(f *pflag.Flag) { given = append(given, f.Name) })
	for _, group := range rivals {
		if slices.ContainsFunc(group, cmd.Flags().Changed) {
			given = append(given, group...)
		}
	}
	return given
}

// fill sets the flags of a command that were not given from a scenario, and
// returns its models.
func fill(cmd *cobra.Command, file string, s *scenario.Scenario) (models []string, err error) {
	given := givenOf(cmd)
	for _, set := range s.Settings {
		if scenario.IsModel(set.Key) {
			models = set.Values
			continue
		}
		f := settable(cmd, set.Key)
		if f == nil {
			return nil, unknownKey(cmd, file, set)
		}
		if slices.Contains(given, f.Name) {
			continue
		}
		if err := setFlag(cmd, f, set.Values); err != nil {
			return nil, faultOf(cmd, f, file, set, err)
		}
	}
	return models, nil
}

// settable is a flag that a file may set: one of the question, not of the form of
// the answer or of the file itself.
func settable(cmd *cobra.Command, name string) *pflag.Flag {
	if name == fileFlag || name == scenarioFlag || name == importFlag || name == "help" {
		return nil
	}
	f := cmd.LocalFlags().Lookup(name)
	if f != nil && cmd.InheritedFlags().Lookup(name) != nil {
		return nil
	}
	return f
}

// usesOf are the values of each use of a flag that is given a list: the list is
// that of the flag where it takes several values, and one value with commas where a
// value is a list itself.
func usesOf(f *pflag.Flag, values []string) (uses []string, several bool) {
	_, severalValues := f.Value.(*listFlag)
	own, _ := f.Value.(interface{ isList() bool })
	if slices.Contains(withCommas, f.Name) || !severalValues && f.Name != "prune" && own != nil && own.isList() {
		return []string{strings.Join(values, ",")}, true
	}
	return values, f.Name == "prune" || severalValues
}

// FlagArgs spells a flag with its values as arguments of a command line. A flag
// that the command does not have, or that takes one value, has them in one.
func FlagArgs(cmd *cobra.Command, name string, values []string) []string {
	uses, several := []string{strings.Join(values, ",")}, false
	if f := cmd.Flags().Lookup(name); f != nil {
		uses, several = usesOf(f, values)
	}
	if !several {
		uses = []string{strings.Join(uses, ",")}
	}
	for i, v := range uses {
		uses[i] = "--" + name + "=" + v
	}
	return uses
}

// setFlag gives a flag its values.
func setFlag(cmd *cobra.Command, f *pflag.Flag, values []string) error {
	values, several := usesOf(f, values)
	if !several && len(values) > 1 {
		return text.TakesOne.Error(f.Name, strings.Join(values, ","), len(values), cmd.Name())
	}
	for _, v := range values {
		if err := cmd.Flags().Set(f.Name, v); err != nil {
			return err
		}
	}
	return nil
}

// unknownKey says that a key of a file is no flag, with the nearest that is.
func unknownKey(cmd *cobra.Command, file string, set scenario.Setting) error {
	hint := ""
	names := append(slices.DeleteFunc(FlagNames(cmd), func(name string) bool { return settable(cmd, name) == nil }), "model", "models", "scenarios")
	if near := Nearest(set.Key, names); near != "" {
		hint = near + ": " + strings.Join(set.Values, ", ")
	}
	return ReadError(text.AtFileLine.Error(file, set.Line, text.UnknownKey.Error(set.Key, cmd.Name())), hint)
}

// faultOf says where a file has a wrong value.
func faultOf(cmd *cobra.Command, f *pflag.Flag, file string, set scenario.Setting, err error) error {
	hint := ""
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		err = text.FlagSays.Error(f.Name, quoted(invalid.GetValue(), invalid.Unwrap()))
		if example := exampleOf(f); example != "" {
			hint = set.Key + ": " + example
		}
	}
	return ReadError(text.AtFileLine.Error(file, set.Line, err), hint)
}
