package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
)

func newCompareCmd(a *cli.App) *cobra.Command {
	o := &cli.CompareOptions{App: a}
	var training []string
	cmd := &cobra.Command{
		Use: "compare MODEL... --on A,B,C",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.UsageError(text.NoModels.Error(), "mlsizer compare llama-3.1-70b 7B --on h100,a100-80g")
			}
			o.Models = args
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneTask(o, cmd, training); err != nil {
				return err
			}
			if err := a.CheckForm(o.Explain); err != nil {
				return err
			}
			if err := o.Complete(a, cmd); err != nil {
				return err
			}
			if o.Served() {
				return inferCompareRun(cmd, o)
			}
			return compareRun(cmd, o)
		},
	}
	cli.AddTrainingFlags(a, cmd, &o.TrainingOptions)
	training = cli.FlagNames(cmd)
	cli.AddForm(a, cmd)
	addCompareServing(cmd, o)
	cli.AddsUp(cmd.Flags(), "on", "method", "weights")
	return cmd
}

// eitherWay are the flags that a comparison of training shares with one of serving.
var eitherWay = []string{"on", "batch", "price", "price-file", "price-kind", "cloud", "region", "scale-out", "devices-per-node", "prune", "bounds", "hardware-file", "brief", "full"}

// oneTask rejects flags of training in a comparison of serving and the other
// way round: they would have no effect. training are those of training.
func oneTask(o *cli.CompareOptions, cmd *cobra.Command, training []string) error {
	var train, serve []string
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		switch {
		case !f.Changed || slices.Contains(eitherWay, f.Name):
		case slices.Contains(training, f.Name):
			train = append(train, f.Name)
		default:
			serve = append(serve, f.Name)
		}
	})
	switch {
	case o.Served() && len(train) > 0:
		return cli.UsageError(text.AboutTraining.Error(train[0]), o.CommandWithout(train...))
	case !o.Served() && len(serve) > 0:
		return cli.UsageError(text.AboutServing.Error(serve[0]), o.CommandWithout(train...)+" --weights bf16")
	}
	return nil
}

func compareRun(cmd *cobra.Command, o *cli.CompareOptions) error {
	var models []*cli.ModelArg
	for _, name := range o.Models {
		m, err := o.Resolve(cmd.Context(), name)
		if err != nil {
			return err
		}
		variants, err := m.Variants(o.Prune)
		if err != nil {
			return err
		}
		models = append(models, variants...)
	}
	if o.Examples.Count > 0 && o.Examples.Tokens == 0 && slices.ContainsFunc(models, func(m *cli.ModelArg) bool { return m.Model.PerToken() }) {
		return cli.UsageError(text.ExamplesHaveLength.Error(), o.CommandLine()+" --example-tokens 512")
	}
	targets, err := o.Targets(o.On)
	if err != nil {
		return err
	}
	var rows []report.CompareRow
	fits, failed := 0, 0
	ask := func(row report.CompareRow) {
		one := o.TrainingOptions
		one.Method, one.Stack = row.Method, row.Stack
		if row.Answer, row.Err = one.Answer(row.Model, row.Target); row.Err != nil {
			row.Err = rowError(o, cmd, row.Err)
			failed++
		} else if o.Holds(&row.Answer.Estimate.Memory) {
			fits++
		}
		rows = append(rows, row)
	}
	for _, m := range models {
		for _, t := range targets {
			for _, stack := range o.Stacks {
				for _, method := range o.Methods {
					ask(report.CompareRow{Model: m, Target: t, Stack: stack, Method: method})
				}
			}
		}
	}
	d := report.CompareDocument(o, rows, len(models), len(targets))
	if o.Short(o.Explain) {
		report.Brief(d, func(int) bool { return true }, text.AllRows)
	}
	if err := o.Print(d); err != nil {
		return err
	}
	return o.Outcome(failed, fits, len(rows))
}

// rowError names the flag that an error is about.
func rowError(o *cli.CompareOptions, cmd *cobra.Command, err error) error {
	_, err = flagError(cmd, err)
	return err
}
