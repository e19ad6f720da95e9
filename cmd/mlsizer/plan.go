package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// planOptions are the arguments of the plan command.
type planOptions struct {
	*app
	workOptions
	model       string // "" with a budget alone
	objective   search.Objective
	top         int
	memory      memoryLimit
	days        float64
	budget      quantity.USD
	deviceHours float64
	pareto      bool
	exhaustive  bool
	export      export.Format

	affordable []*affordable // of a budget without a model, by target
}

// memoryLimit is a share of the device's memory, or bytes.
type memoryLimit struct {
	share float64
	bytes quantity.Bytes
}

// of is the limit on a device; 0 is none.
func (m memoryLimit) of(d *hardware.Device) quantity.Bytes {
	if m.share > 0 {
		return quantity.Bytes(m.share) * d.Memory
	}
	return m.bytes
}

func newPlanCmd(a *app) *cobra.Command {
	o := &planOptions{app: a}
	cmd := &cobra.Command{
		Use: "plan [MODEL] --on DEVICE[xN]",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError(text.OneModelOnly.Error(len(args)), "")
			}
			if len(args) == 1 {
				o.model = args[0]
			}
			if o.model == "" && len(o.on) == 0 {
				return usageError(text.NoModelNorDevices.Error(), "mlsizer plan llama-3.1-70b --on h100x64")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(a, cmd); err != nil {
				return err
			}
			if err := o.completePlan(cmd); err != nil {
				return err
			}
			if o.model == "" {
				return budgetRun(cmd, o)
			}
			return planRun(cmd, o)
		},
	}
	addWorkFlags(a, cmd, &o.workOptions)
	fs := cmd.Flags()
	addsUp(fs, "on")
	addValue(fs, &o.objective, "objective", "", "NAME", "time", search.ParseObjective).among(named(search.ParseObjective))
	addValue(fs, &o.top, "top", "", "N", "5", parseDimension)
	addValue(fs, &o.memory, "max-memory", "", "SHARE|SIZE", "90%", parseMemoryLimit)
	addValue(fs, &o.days, "days", "", "DAYS", "30", parsePositive)
	addValue(fs, &o.budget, "budget", "", "USD", "1M", parsePrice)
	addValue(fs, &o.deviceHours, "device-hours", "", "HOURS", "100K", parseHours)
	fs.BoolVar(&o.pareto, "pareto", false, "")
	fs.BoolVar(&o.exhaustive, "exhaustive", false, "")
	addValue(fs, &o.export, "export", "", "FRAMEWORK", "megatron", export.ParseFormat).among(export.Names)
	return cmd
}

// parseMemoryLimit reads 90%, 0.9 or 72GiB.
func parseMemoryLimit(s string) (memoryLimit, error) {
	if share, err := parseShare(s); err == nil {
		return memoryLimit{share: share}, nil
	}
	b, err := quantity.ParseBytes(s)
	if err != nil || b <= 0 {
		return memoryLimit{}, text.NotALimit.Error()
	}
	return memoryLimit{bytes: b}, nil
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

// completePlan notes which flags were given, and refuses what does not go
// together.
func (o *planOptions) completePlan(cmd *cobra.Command) error {
	if o.top == 0 {
		o.top = 5
	}
	length := o.lengthSet()
	switch {
	case o.budget > 0 && o.deviceHours > 0:
		return usageError(text.BudgetOrHours.Error(), o.commandWithout("device-hours"))
	case o.model == "" && o.budget == 0 && o.deviceHours == 0:
		return usageError(text.NoModelNorBudget.Error(), "mlsizer plan llama-3.1-70b --on "+strings.Join(o.on, ","))
	case o.model == "" && length:
		return usageError(text.TokensOfBudget.Error(), "")
	case o.model != "" && slices.ContainsFunc(goals, cmd.Flags().Changed) && !length:
		return usageError(text.GoalOfRun.Error(), o.withLength(cmd, o.commandLine()))
	case o.export != "" && len(o.on) > 1:
		return usageError(text.ExportOne.Error(len(o.on)), "")
	case o.mfu > 0:
		return usageError(text.MFUFixesTime.Error(), o.commandWithout("mfu"))
	}
	if o.export != "" && o.stack == nil { // what is exported is what was estimated
		stack, err := train.FindStack(o.export.Stack())
		if err != nil {
			return usageError(err, "")
		}
		o.stack = stack
	}
	if o.export != "" {
		o.export.Within(&o.fixed.Plan)
		if !o.fixed.Sharding.IsSet() {
			o.stack = o.export.StackOf(o.stack)
		}
	}
	return nil
}

// planRun answers for one model on the devices of --on.
func planRun(cmd *cobra.Command, o *planOptions) error {
	m, targets, err := o.asked(cmd.Context(), o.model, o.prune, o.on)
	if err != nil {
		return err
	}
	var rows []*planned
	for _, t := range targets {
		p, err := o.planOn(m, t)
		if err != nil {
			return o.planError(cmd, m, t, err)
		}
		rows = append(rows, p)
	}
	return o.finish(rows)
}

// finish prints the plans, or the export of the only one; without any plan
// that fits the exit says so.
func (o *planOptions) finish(rows []*planned) error {
	if o.export != "" {
		return o.exportPlan(rows[0])
	}
	for _, p := range rows {
		if p.found() {
			p.why = o.why(p)
		}
	}
	if err := o.print(planDocument(o, rows)); err != nil {
		return err
	}
	for _, p := range rows {
		if p.found() {
			return nil
		}
	}
	return exitCode(exitNoFit)
}

// planError makes a usage error of a question that has no layouts at all.
func (o *planOptions) planError(cmd *cobra.Command, m *modelArg, t target, err error) error {
	switch network := lacksNetwork(err); {
	case m.Model == nil && flagOf(err) == "price":
		return usageError(err, o.commandLine()+" --price 2")
	case m.Model == nil && (flagOf(err) == "budget" || flagOf(err) == "device-hours"):
		_, err = flagError(cmd, err)
		return usageError(err, "")
	case m.Model != nil && (flagOf(err) != "" || network):
		return o.askError(cmd, &o.workOptions, m, t, err)
	case network:
		return usageError(err, o.commandLine()+" --scale-out 50GB/s")
	}
	return usageError(text.OnFails.Error(t.Input, err), "")
}

// exportPlan prints the plan for a framework, what it cannot express as
// comments.
func (o *planOptions) exportPlan(p *planned) error {
	if !p.found() {
		if err := o.print(planDocument(o, []*planned{p})); err != nil {
			return err
		}
		return exitCode(exitNoFit)
	}
	r := export.Write(o.export, export.Plan{Prepared: p.answer.Prepared, Estimate: p.best(), Lang: o.lang})
	if _, err := io.WriteString(o.stdout, r.Text); err != nil {
		return readError(text.Writing.Error(err), "")
	}
	if !r.Comments {
		for _, left := range r.Left {
			fmt.Fprintf(o.stderr, "mlsizer: %s: %s\n", o.say(text.Note), o.sayf(text.NotExported, left, r.Upstream))
		}
	}
	return nil
}
