package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
)

// Case is one combination of the values of a comparison: the options as they
// would be if they had been given alone.
type Case struct {
	*CompareOptions
	Settings []Setting      // what tells it from the others
	Cmd      *cobra.Command // with the flags of the case
	Err      error          // the flags contradict one another
}

// Cases are the combinations of the values that a comparison was given; add adds
// the flags of a comparison. Flags that contradict one another in every case are
// an error of the command line; in some cases they are those of their rows.
func (o *Part) Cases(add func(*App, *cobra.Command, *CompareOptions)) ([]Case, error) {
	cmd := o.Cmd
	o.Varied = tuned(cmd, VariedOf(cmd))
	if err := o.CheckRows(len(o.Models)*(1+len(o.Prune)), max(len(o.On), 1), o.Varied); err != nil {
		return nil, err
	}
	var cases []Case
	for _, chosen := range Combinations(o.Varied) {
		c, err := o.newCase(cmd, chosen, add)
		if err != nil {
			return nil, err
		}
		if o.Scenario != "" {
			c.Settings = append([]Setting{{scenarioFlag, o.Scenario}}, c.Settings...)
		}
		cases = append(cases, c)
	}
	if !slices.ContainsFunc(cases, func(c Case) bool { return c.Err == nil }) {
		return nil, cases[0].Err
	}
	return cases, nil
}

// newCase is the case of a combination. It has state of its own: prices are among
// what may vary.
func (o *CompareOptions) newCase(cmd *cobra.Command, chosen []Setting, add func(*App, *cobra.Command, *CompareOptions)) (Case, error) {
	a := *o.App
	if repriced(chosen) {
		a.devices = nil
	}
	c := Case{CompareOptions: &CompareOptions{App: &a, Models: o.Models}, Settings: chosen, Cmd: &cobra.Command{Use: cmd.Use}}
	add(&a, c.Cmd, c.CompareOptions)
	c.Cmd.SetContext(cmd.Context())
	if err := c.Cmd.ParseFlags(append(append(ArgsWith(cmd, chosen), "--"), o.Models...)); err != nil {
		return c, o.FlagError(cmd, err)
	}
	c.Err = c.Complete(&a, c.Cmd)
	return c, nil
}

// repriced reports whether a case has prices of its own.
func repriced(chosen []Setting) bool {
	return slices.ContainsFunc(chosen, func(s Setting) bool { return slices.Contains(choosesPrice, s.Flag) || s.Flag == "region" })
}

// Given is what the case has of a flag that other cases vary, nil where it was not
// given.
func (c *Case) Given(flag string) any {
	f := c.Cmd.Flags().Lookup(flag)
	if f == nil || !f.Changed {
		return nil
	}
	return f.Value.String()
}

// Priced is a target at the prices of the case.
func (c *Case) Priced(t Target) (Target, error) {
	if !repriced(c.Settings) {
		return t, nil
	}
	list, err := c.Targets([]string{t.Input})
	if err != nil {
		return t, err
	}
	return list[0], nil
}

// tunings are the methods that a comparison of fine-tuning has where none is
// given.
var tunings = []string{"full", "lora", "qlora"}

// tuned adds the methods of a fine-tuning where none is given.
func tuned(cmd *cobra.Command, lists []Varied) []Varied {
	if !cmd.Flags().Changed("examples") || cmd.Flags().Changed("method") {
		return lists
	}
	return append(lists, Varied{"method", tunings})
}

// RowError is what is wrong with a row: the error itself, without a hint that
// would mend the whole command line.
func RowError(err error) error {
	f := &Failure{}
	if errors.As(err, &f) {
		return f.err
	}
	return err
}
