package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
)

func newCompareCmd(a *cli.App) *cobra.Command {
	o := &cli.CompareOptions{App: a}
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
			if err := oneTask(o, cmd); err != nil {
				return err
			}
			if err := a.CheckForm(o.Explain); err != nil {
				return err
			}
			if o.Served() {
				return inferCompareRun(cmd, o)
			}
			return compareRun(cmd, o)
		},
	}
	addCompareFlags(a, cmd, o)
	cli.AddsUp(cmd.Flags(), "on")
	cli.TakeLists(cmd.Flags())
	return cmd
}

// addCompareFlags adds the flags of a comparison, each with one value.
func addCompareFlags(a *cli.App, cmd *cobra.Command, o *cli.CompareOptions) {
	cli.AddTrainingFlags(a, cmd, &o.TrainingOptions)
	cli.AddForm(a, cmd)
	addCompareServing(cmd, o)
	cli.AddValue(cmd.Flags(), &o.Sort, "sort", "", "COLUMN", "-cost", cli.AsTyped)
	cli.AddList(cmd.Flags(), &o.Columns, "columns", "COLUMN,...", "hardware,time,cost", cli.ParseList)
}

// viewOf is the order and the columns that a comparison with some columns is shown
// in.
func viewOf(o *cli.CompareOptions, columns []render.Column) (*report.View, error) {
	v := &report.View{Sort: o.Sort, Columns: o.Columns}
	flag, name := v.Unknown(columns)
	if name == "" {
		return v, nil
	}
	hint := ""
	if near := cli.Nearest(name, report.ColumnKeys(columns)); near != "" && flag == "columns" {
		hint = o.CommandReplacing(name, near)
	} else if near != "" {
		hint = o.CommandWithout("sort") + " --sort=" + o.Sort[:len(o.Sort)-len(name)] + near
	}
	return v, cli.UsageError(text.NoColumn.Error(flag, name, strings.Join(report.ColumnKeys(columns), ", ")), hint)
}

// trainingFlags are the names of the flags of training.
func trainingFlags() []string {
	cmd := &cobra.Command{}
	cli.AddTrainingFlags(&cli.App{}, cmd, &cli.TrainingOptions{})
	return cli.FlagNames(cmd)
}

// eitherWay are the flags that a comparison of training shares with one of serving.
var eitherWay = []string{"on", "batch", "price", "price-file", "price-kind", "cloud", "region", "scale-out", "devices-per-node", "prune", "bounds", "hardware-file", "brief", "full", "sort", "columns"}

// oneTask rejects flags of training in a comparison of serving and the other
// way round: they would have no effect.
func oneTask(o *cli.CompareOptions, cmd *cobra.Command) error {
	var train, serve []string
	training := trainingFlags()
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
	cases, err := o.Cases(cmd, addCompareFlags)
	if err != nil {
		return err
	}
	view, err := viewOf(o, report.CompareColumns(o))
	if err != nil {
		return err
	}
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
	for _, m := range models {
		for _, t := range targets {
			for i := range cases {
				row := compareRow(&cases[i], m, t)
				if row.Err != nil {
					failed++
				} else if o.Holds(&row.Answer.Estimate.Memory) {
					fits++
				}
				rows = append(rows, row)
			}
		}
	}
	d := report.CompareDocument(o, view, rows)
	if o.Short(o.Explain) {
		report.Brief(d, func(int) bool { return true }, text.AllRows)
	}
	if err := o.Print(d); err != nil {
		return err
	}
	return o.Outcome(failed, fits, len(rows))
}

// compareRow answers for one model on one device in one case.
func compareRow(c *cli.Case, m *cli.ModelArg, t cli.Target) report.CompareRow {
	row := report.CompareRow{Model: m, Target: t, Case: c, Err: cli.RowError(c.Err)}
	if row.Err != nil {
		return row
	}
	if row.Target, row.Err = c.Priced(t); row.Err == nil {
		row.Answer, row.Err = c.Answer(m, row.Target)
	}
	if row.Err != nil {
		row.Err = rowError(c.Cmd, row.Err)
	}
	return row
}

// rowError names the flag that an error is about.
func rowError(cmd *cobra.Command, err error) error {
	_, err = flagError(cmd, err)
	return err
}
