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
	cmd, _ := newCompare(a)
	return cmd
}

// newCompare is the command with the options that its flags fill in.
func newCompare(a *cli.App) (*cobra.Command, *cli.CompareOptions) {
	o := &cli.CompareOptions{App: a}
	cmd := &cobra.Command{
		Use: "compare MODEL... --on A,B,C",
		RunE: func(cmd *cobra.Command, args []string) error {
			parts, err := o.Parts(cmd, args, newCompare)
			if err != nil {
				return err
			}
			return comparePartsRun(parts)
		},
	}
	addCompareFlags(a, cmd, o)
	a.AddFileFlags(cmd)
	a.AddImport(cmd)
	cli.AddsUp(cmd.Flags(), "on")
	cli.TakeLists(cmd.Flags())
	return cmd, o
}

// comparePartsRun compares what the command line or the scenarios of a file ask
// for.
func comparePartsRun(parts []cli.Part) error {
	for _, p := range parts {
		if len(p.Models) == 0 {
			return cli.UsageError(text.NoModels.Error(), "mlsizer compare llama-3.1-70b 7B --on h100,a100-80g")
		}
		if err := oneTask(p.CompareOptions, p.Cmd); err != nil {
			return err
		}
		if err := p.CheckForm(p.Explain); err != nil {
			return err
		}
	}
	for _, p := range parts {
		if err := p.CheckLevel(p.Cmd, &p.Serving.Level); err != nil {
			return err
		}
	}
	if parts[0].Served() {
		return inferCompareRun(parts)
	}
	return compareRun(parts)
}

// addCompareFlags adds the flags of a comparison, each with one value.
func addCompareFlags(a *cli.App, cmd *cobra.Command, o *cli.CompareOptions) {
	cli.AddTrainingFlags(a, cmd, &o.TrainingOptions)
	cli.AddForm(a, cmd)
	addCompareServing(cmd, o)
	cli.AddValue(cmd.Flags(), &o.Sort, "sort", "", "COLUMN", "-cost", cli.AsTyped).Among(columnKeys)
	cli.AddList(cmd.Flags(), &o.Columns, "columns", "COLUMN,...", "hardware,time,cost", cli.ParseList).Among(columnKeys)
}

// columnKeys are the columns of comparisons of training and of serving.
func columnKeys() []string {
	var all []string
	for _, columns := range [][]render.Column{report.CompareColumns(&cli.CompareOptions{}), report.ServedColumns(&cli.CompareOptions{})} {
		for _, key := range report.ColumnKeys(columns) {
			if !slices.Contains(all, key) {
				all = append(all, key)
			}
		}
	}
	return all
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
var eitherWay = []string{"on", "batch", "price", "price-file", "price-kind", "cloud", "region", "scale-out", "devices-per-node", "prune", "bounds", "hardware-file", "brief", "full", "sort", "columns", "prompt", "answer"}

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

// compareRun answers for every model of every part on every device and in every
// combination of the values of flags.
func compareRun(parts []cli.Part) error {
	asked, all, err := casesOf(parts)
	if err != nil {
		return err
	}
	for i := range asked {
		for j := range asked[i] {
			if err := asked[i][j].NeedsPostTraining(all.App); err != nil {
				return err
			}
		}
	}
	view, err := viewOf(all, report.CompareColumns(all))
	if err != nil {
		return err
	}
	rows, err := rowsOfParts(parts, asked)
	if err != nil {
		return err
	}
	d := report.CompareDocument(all, view, rows)
	if all.Short(all.Explain) {
		report.Brief(d, func(int) bool { return true }, text.AllRows)
	}
	if err := all.Print(d); err != nil {
		return err
	}
	failed, fits := 0, 0
	for i := range rows {
		if r := &rows[i]; r.Err != nil {
			failed++
		} else if r.Case.Holds(&r.Answer.Estimate.Memory) {
			fits++
		}
	}
	return all.Outcome(failed, fits, len(rows))
}

// casesOf are the cases of every part, of which there are not too many in all, and
// the options of their answer.
func casesOf(parts []cli.Part) (asked [][]cli.Case, all *cli.CompareOptions, err error) {
	rows := 0
	for i := range parts {
		cases, err := parts[i].Cases(addCompareFlags)
		if err != nil {
			return nil, nil, err
		}
		asked = append(asked, cases)
		rows += len(cases) * len(parts[i].Models) * len(parts[i].On)
	}
	if rows > cli.MostRows {
		return nil, nil, cli.UsageError(text.TooManyOfScenarios.Error(rows, len(parts), cli.MostRows), "")
	}
	all, err = cli.Merged(parts)
	return asked, all, err
}

// rowsOfParts are the rows of all parts.
func rowsOfParts(parts []cli.Part, asked [][]cli.Case) ([]report.CompareRow, error) {
	var rows []report.CompareRow
	for i := range parts {
		list, err := compareRows(&parts[i], asked[i])
		if err != nil {
			return nil, err
		}
		rows = append(rows, list...)
	}
	return rows, nil
}

// compareRows are the rows of one part.
func compareRows(o *cli.Part, cases []cli.Case) ([]report.CompareRow, error) {
	models, err := o.ResolveAll(o.Cmd.Context())
	if err != nil {
		return nil, err
	}
	if o.Examples.Count > 0 && o.Examples.Tokens == 0 && !o.PostTrains() && slices.ContainsFunc(models, func(m *cli.ModelArg) bool { return m.Model.PerToken() }) {
		return nil, cli.UsageError(text.ExamplesHaveLength.Error(), o.CommandLine()+" --example-tokens 512")
	}
	targets, err := o.Targets(o.On)
	if err != nil {
		return nil, err
	}
	var rows []report.CompareRow
	for _, m := range models {
		for _, t := range targets {
			for i := range cases {
				rows = append(rows, compareRow(&cases[i], m, t))
			}
		}
	}
	return rows, nil
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
