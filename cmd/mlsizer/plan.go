package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

func newPlanCmd(a *cli.App) *cobra.Command {
	o := &report.PlanOptions{App: a}
	cmd := &cobra.Command{
		Use: "plan [MODEL] --on DEVICE[xN]",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return cli.UsageError(text.OneModelOnly.Error(len(args)), "")
			}
			if len(args) == 1 {
				o.Model = args[0]
			}
			if o.Model == "" && len(o.On) == 0 {
				return cli.UsageError(text.NoModelNorDevices.Error(), "mlsizer plan llama-3.1-70b --on h100x64")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.CheckForm(o.Explain); err != nil {
				return err
			}
			if err := o.Complete(a, cmd); err != nil {
				return err
			}
			if err := completePlan(o, cmd); err != nil {
				return err
			}
			if o.Model == "" {
				return budgetRun(cmd, o)
			}
			return planRun(cmd, o)
		},
	}
	cli.AddTrainingFlags(a, cmd, &o.TrainingOptions)
	cli.AddForm(a, cmd)
	a.TakeFile(cmd)
	a.AddImport(cmd)
	fs := cmd.Flags()
	cli.AddsUp(fs, "on")
	cli.AddValue(fs, &o.Objective, "objective", "", "NAME", "time", search.ParseObjective).Among(cli.Named(search.ParseObjective))
	cli.AddValue(fs, &o.Top, "top", "", "N", "5", cli.ParseDimension)
	cli.AddValue(fs, &o.Memory, "max-memory", "", "SHARE|SIZE", "90%", parseMemoryLimit)
	cli.AddValue(fs, &o.Days, "days", "", "DAYS", "30", parsePositive)
	cli.AddValue(fs, &o.Chance, "chance", "", "SHARE", "80%", parseChance)
	cli.AddValue(fs, &o.Budget, "budget", "", "USD", "1M", cli.ParseBudget)
	cli.AddValue(fs, &o.DeviceHours, "device-hours", "", "HOURS", "100K", parseHours)
	fs.BoolVar(&o.Pareto, "pareto", false, "")
	fs.BoolVar(&o.Exhaustive, "exhaustive", false, "")
	fs.BoolVarP(&o.Verbose, "verbose", "v", false, "")
	cli.AddValue(fs, &o.Export, "export", "", "FRAMEWORK", "megatron", export.ParseFormat).Among(export.Names)
	return cmd
}

// parseMemoryLimit reads 90%, 0.9 or 72GiB.
func parseMemoryLimit(s string) (cli.MemoryLimit, error) {
	if share, err := cli.ParseShare(s); err == nil {
		return cli.MemoryLimit{Share: share}, nil
	}
	b, err := quantity.ParseBytes(s)
	if err != nil || b <= 0 {
		return cli.MemoryLimit{}, text.NotALimit.Error()
	}
	return cli.MemoryLimit{Bytes: b}, nil
}

// parsePositive reads a number above zero.
func parsePositive(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) || f > 1e6 {
		return 0, text.NotDays.Error()
	}
	return f, nil
}

// parseHours reads device-hours: 100K.
func parseHours(s string) (float64, error) {
	n, err := quantity.ParseCount(s)
	if err == nil && n < 1 {
		err = text.BelowOneHour.Error()
	}
	return float64(n), err
}

// defaultChance is the default probability with which a plan meets its goals:
// that of the expected run.
const defaultChance = 0.5

// parseChance reads a probability from 50 % to 99 %.
func parseChance(s string) (float64, error) {
	chance, err := cli.ParseShare(s)
	if err != nil || chance < 0.5 || chance > 0.99 {
		return 0, text.NotAChance.Error()
	}
	return chance, nil
}

// completePlan records which flags were given, and rejects contradicting flags.
func completePlan(o *report.PlanOptions, cmd *cobra.Command) error {
	if o.Top == 0 {
		o.Top = 5
	}
	if o.Chance == 0 {
		o.Chance = defaultChance
	}
	length := o.LengthSet()
	switch {
	case cmd.Flags().Changed("chance") && o.Days == 0 && o.Budget == 0 && o.DeviceHours == 0:
		return cli.UsageError(text.ChanceOfGoal.Error(), o.CommandLine()+" --days 30")
	case o.Budget > 0 && o.DeviceHours > 0:
		return cli.UsageError(text.BudgetOrHours.Error(), o.CommandWithout("device-hours"))
	case o.Model == "" && o.Budget == 0 && o.DeviceHours == 0:
		return cli.UsageError(text.NoModelNorBudget.Error(), "mlsizer plan llama-3.1-70b --on "+strings.Join(o.On, ","))
	case o.Model == "" && length:
		return cli.UsageError(text.TokensOfBudget.Error(), "")
	case o.Model != "" && slices.ContainsFunc(cli.Goals, cmd.Flags().Changed) && !length:
		return cli.UsageError(text.GoalOfRun.Error(), o.WithLength(cmd, o.CommandLine()))
	case o.Export != "" && len(o.On) > 1:
		return cli.UsageError(text.ExportOne.Error(len(o.On)), "")
	case o.Mfu > 0:
		return cli.UsageError(text.MFUFixesTime.Error(), o.CommandWithout("mfu"))
	}
	if o.Export != "" && o.Stack == nil { // what is exported is what was estimated
		stack, err := train.FindStack(o.Export.Stack())
		if err != nil {
			return cli.UsageError(err, "")
		}
		o.Stack = stack
	}
	if o.Export != "" {
		o.Export.Within(&o.Fixed.Plan)
		if !o.Fixed.Sharding.IsSet() {
			o.Stack = o.Export.StackOf(o.Stack)
		}
	}
	return nil
}

// planRun answers for one model on the devices of --on.
func planRun(cmd *cobra.Command, o *report.PlanOptions) error {
	m, targets, err := o.ModelAndTargets(cmd.Context(), o.Model, o.Prune, o.On)
	if err != nil {
		return err
	}
	var rows []*report.Planned
	for _, t := range targets {
		p, err := planOn(o, m, t)
		if err != nil {
			return planError(o, cmd, m, t, err)
		}
		if o.Imports() {
			answer, err := o.Judge(cmd, m, p.Target)
			_, err = flagError(cmd, err)
			p.Imported = &report.Imported{Answer: answer, Err: err}
		}
		rows = append(rows, p)
	}
	return finish(o, rows)
}

// finish prints the plans, or the export of the only one; without any plan
// that fits the exit says so.
func finish(o *report.PlanOptions, rows []*report.Planned) error {
	if o.Export != "" {
		return exportPlan(o, rows[0])
	}
	for _, p := range rows {
		if p.Found() {
			p.Why = why(o, p)
		}
	}
	d := report.PlanDocument(o, rows)
	if o.Short(o.Explain) {
		briefPlan(o, d, rows)
	}
	if err := o.Print(d); err != nil {
		return err
	}
	for _, p := range rows {
		if p.Found() && o.Holds(&p.Best().Memory) {
			return nil
		}
	}
	return cli.ExitCode(cli.ExitNoFit)
}

// planError converts the error of a request without any layout to a usage
// error.
func planError(o *report.PlanOptions, cmd *cobra.Command, m *cli.ModelArg, t cli.Target, err error) error {
	switch network := lacksNetwork(err); {
	case m.Model == nil && flagOf(err) == "price":
		return cli.UsageError(err, o.CommandLine()+" --price 2")
	case m.Model == nil && (flagOf(err) == "budget" || flagOf(err) == "device-hours"):
		_, err = flagError(cmd, err)
		return cli.UsageError(err, "")
	case m.Model != nil && (flagOf(err) != "" || network):
		return answerError(o.App, cmd, &o.TrainingOptions, m, t, err)
	case network:
		return cli.UsageError(err, o.CommandLine()+" --scale-out 50GB/s")
	}
	return cli.UsageError(text.OnFails.Error(t.Input, err), "")
}

// exportPlan prints the plan for a framework, with what it does not support as
// comments.
func exportPlan(o *report.PlanOptions, p *report.Planned) error {
	if !p.Found() {
		if err := o.Print(report.PlanDocument(o, []*report.Planned{p})); err != nil {
			return err
		}
		return cli.ExitCode(cli.ExitNoFit)
	}
	r, err := export.Write(o.Export, export.Plan{Prepared: p.Answer.Prepared, Estimate: p.Best(), Schedule: o.Schedule, Lang: o.Lang})
	if err != nil {
		return cli.UsageError(text.NoExport.Error(err), "")
	}
	if _, err := io.WriteString(o.Stdout, r.Text); err != nil {
		return cli.ReadError(text.Writing.Error(err), "")
	}
	if !r.Comments {
		for _, left := range r.Left {
			fmt.Fprintf(o.Stderr, "mlsizer: %s: %s\n", o.Say(text.Note), o.Sayf(text.NotExported, left, r.Upstream))
		}
	}
	if !o.Holds(&p.Best().Memory) {
		return cli.ExitCode(cli.ExitNoFit)
	}
	return nil
}

// briefPlan makes the short form of the plans: of one target the best and what
// would move it most, else the table that compares them or says what is nearest.
func briefPlan(o *report.PlanOptions, d *render.Document, rows []*report.Planned) {
	if len(rows) == 1 && rows[0].Found() {
		p := rows[0]
		var moves []sizing.Sensitive
		if o.Model != "" { // else another assumption would have another model
			moves = o.Sensitivity(o.App, p.Model, p.Target, p.Answer)
		}
		d.Tables, d.Notes = o.BriefPlan(p, moves), nil
		if p.Imported != nil {
			d.Tables = append(d.Tables, report.ImportedTable(p, o.Lang))
		}
		return
	}
	report.Brief(d, func(i int) bool { return i == 0 }, text.AllRows)
}
