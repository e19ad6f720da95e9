package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/scenario"
	"mlsizer/cmd/mlsizer/internal/text"
)

// Part is a comparison as it was asked for: that of the command line, or that of a
// scenario of a file.
type Part struct {
	*CompareOptions
	Cmd      *cobra.Command
	Scenario string // "" where there is one part
	File     string // that has it, where several are compared
}

// Parts are the comparisons that a command line asks for, of models or of the
// scenarios of a file; build makes the command of one.
func (o *CompareOptions) Parts(cmd *cobra.Command, models []string, build func(*App) (*cobra.Command, *CompareOptions)) ([]Part, error) {
	file, chosen, err := o.scenarios(cmd)
	if err != nil {
		return nil, err
	}
	if file == nil {
		o.Models = models
		return []Part{{CompareOptions: o, Cmd: cmd}}, nil
	}
	parts := make([]Part, 0, len(chosen))
	for i := range chosen {
		p, err := o.part(cmd, models, file.Name, &chosen[i], build)
		if err != nil {
			return nil, err
		}
		if len(chosen) > 1 {
			p.Scenario = chosen[i].Name
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// FileParts are the scenarios of several files, each a comparison. Names that two
// files have are told apart by their files.
func (o *CompareOptions) FileParts(cmd *cobra.Command, files []string, build func(*App) (*cobra.Command, *CompareOptions)) ([]Part, error) {
	var parts []Part
	count := map[string]int{}
	for _, name := range files {
		file, err := o.readScenarios(name)
		if err != nil {
			return nil, err
		}
		for i := range file.Scenarios {
			p, err := o.part(cmd, nil, file.Name, &file.Scenarios[i], build)
			if err != nil {
				return nil, err
			}
			p.Scenario, p.File = file.Scenarios[i].Name, file.Name
			count[p.Scenario]++
			parts = append(parts, p)
		}
	}
	for i := range parts {
		if p := &parts[i]; count[p.Scenario] > 1 {
			p.Scenario = p.File + " " + p.Scenario
		}
	}
	return parts, nil
}

// Asked is a flag, or the model, with its values in several scenarios; "" is not
// given.
type Asked struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// AskedOf are the flags that a command was given, with their values.
func AskedOf(cmd *cobra.Command) map[string]string {
	all := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) { all[f.Name] = f.Value.String() })
	return all
}

// AskedDifferently are what several parts do not ask alike, the models first.
func AskedDifferently(parts []Part) []Asked {
	all := []Asked{{Name: "model"}}
	for _, p := range parts {
		all[0].Values = append(all[0].Values, strings.Join(p.Models, ", "))
	}
	parts[0].Cmd.Flags().VisitAll(func(f *pflag.Flag) {
		asked := Asked{Name: f.Name}
		for _, p := range parts {
			value := ""
			if f := p.Cmd.Flags().Lookup(f.Name); f.Changed {
				value = f.Value.String()
			}
			asked.Values = append(asked.Values, value)
		}
		all = append(all, asked)
	})
	return slices.DeleteFunc(all, func(a Asked) bool { return len(slices.Compact(slices.Clone(a.Values))) == 1 })
}

// part is the comparison of a scenario, with the flags of the command line above
// its own.
func (o *CompareOptions) part(cmd *cobra.Command, models []string, file string, s *scenario.Scenario, build func(*App) (*cobra.Command, *CompareOptions)) (Part, error) {
	a := *o.App
	own, options := build(&a)
	own.SetContext(cmd.Context())
	if err := copyFlags(own, cmd); err != nil {
		return Part{}, err
	}
	named, err := fill(own, file, s)
	if err != nil {
		return Part{}, err
	}
	if options.Models = models; len(models) == 0 {
		options.Models = named
	}
	a.devices = nil // which files of the scenario may extend, and its prices change
	return Part{CompareOptions: options, Cmd: own}, nil
}

// copyFlags gives a command the flags that were given to another.
func copyFlags(to, from *cobra.Command) (err error) {
	from.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if v, ok := f.Value.(interface{ given() []string }); ok {
			values = v.given()
		}
		for _, v := range values {
			if settable(to, f.Name) != nil && err == nil {
				err = to.Flags().Set(f.Name, v)
			}
		}
	})
	return err
}

// Merged are the options of an answer of several parts: those of the first, with
// the models, the devices and the flags by which rows differ of all.
func Merged(parts []Part) (*CompareOptions, error) {
	all := *parts[0].CompareOptions
	if len(parts) == 1 {
		return &all, nil
	}
	var names []string
	all.Models, all.On, all.Varied = nil, nil, nil
	for _, p := range parts {
		if p.Served() != all.Served() {
			return nil, UsageError(twoTasks(parts), "")
		}
		names = append(names, p.Scenario)
		all.Models = merge(all.Models, p.Models)
		all.On = merge(all.On, p.On)
		for _, v := range p.Varied {
			if !Varies(all.Varied, v.Flag) {
				all.Varied = append(all.Varied, v)
			}
		}
		all.differ = merge(all.differ, differing(parts[0].Cmd, p.Cmd))
		all.Explain = all.Explain || p.Explain
		if !all.LengthSet() {
			all.Tokens, all.Data, all.Samples, all.Examples = p.Tokens, p.Data, p.Samples, p.Examples
		}
		all.Sweep.Trials = max(all.Sweep.Trials, p.Sweep.Trials)
	}
	all.Varied = append([]Varied{{scenarioFlag, names}}, all.Varied...)
	return &all, nil
}

// twoTasks says which scenarios are about training and about serving.
func twoTasks(parts []Part) error {
	trains, serves := "", ""
	for _, p := range parts {
		if p.Served() {
			serves = p.Scenario
		} else {
			trains = p.Scenario
		}
	}
	return text.TwoTasks.Error(trains, serves)
}

// merge adds the items of a list that another does not have.
func merge(list, other []string) []string {
	list = slices.Clone(list)
	for _, item := range other {
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}

// differing are the flags that two commands were given differently.
func differing(a, b *cobra.Command) []string {
	var names []string
	a.Flags().VisitAll(func(f *pflag.Flag) {
		if other := b.Flags().Lookup(f.Name); other != nil && f.Value.String() != other.Value.String() {
			names = append(names, f.Name)
		}
	})
	return names
}

// Vary reports whether rows differ in one of some flags.
func (o *CompareOptions) Vary(flags ...string) bool {
	return Varies(o.Varied, flags...) || slices.ContainsFunc(flags, func(f string) bool { return slices.Contains(o.differ, f) })
}
