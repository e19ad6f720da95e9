package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/export"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
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
				return usageErrorf("%d models (want one MODEL, such as llama-3.1-70b or 7B)", len(args))
			}
			if len(args) == 1 {
				o.model = args[0]
			}
			if o.model == "" && len(o.on) == 0 {
				return usageError(errors.New("no model (want one MODEL, and devices with --on)"), "mlsizer plan llama-3.1-70b --on h100x64")
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
		return memoryLimit{}, errors.New("not a share or a size (want a share of the device such as 90%, or a size such as 72GiB)")
	}
	return memoryLimit{bytes: b}, nil
}

// parsePositive reads a number above zero.
func parsePositive(s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) || f > 1e6 {
		return 0, errors.New("not a number of days (want a number above 0, such as 30)")
	}
	return f, nil
}

// parseHours reads device-hours: 100K.
func parseHours(s string) (float64, error) {
	n, err := quantity.ParseCount(s)
	if err == nil && n < 1 {
		err = errors.New("below one (want device-hours, such as 100K)")
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
		return usageError(errors.New("--budget and --device-hours both say what the run may take (want one of them)"), o.commandWithout("device-hours"))
	case o.model == "" && o.budget == 0 && o.deviceHours == 0:
		return usageError(errors.New("no model (want one MODEL, or --budget or --device-hours for the model that they train best)"), "mlsizer plan llama-3.1-70b --on "+strings.Join(o.on, ","))
	case o.model == "" && length:
		return usageErrorf("--tokens without a MODEL: a budget alone chooses the tokens (want a MODEL, or no --tokens)")
	case o.model != "" && slices.ContainsFunc(goals, cmd.Flags().Changed) && !length:
		return usageError(errors.New("--days, --budget and --device-hours are for a run (want its length with --tokens or --samples)"), o.withLength(cmd, o.commandLine()))
	case o.export != "" && len(o.on) > 1:
		return usageErrorf("--export prints one plan (want one device in --on, not %d)", len(o.on))
	case o.mfu > 0:
		return usageError(errors.New("--mfu fixes the time of every layout, so that none is better (want plan without it, or estimate)"), o.commandWithout("mfu"))
	}
	if o.export != "" && o.stack == nil { // what is exported is what was estimated
		stack, err := sizing.FindStack(o.export.Stack())
		if err != nil {
			return usageError(err, "")
		}
		o.stack = stack
	}
	if o.export != "" {
		o.export.Within(&o.plan)
		if !o.shardingSet {
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
	switch network := strings.Contains(err.Error(), "network between nodes"); {
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
	return usageError(fmt.Errorf("--on %s: %w", t.Input, err), "")
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
	r := export.Write(o.export, export.Plan{Prepared: p.answer.Prepared, Estimate: p.best()})
	if _, err := io.WriteString(o.stdout, r.Text); err != nil {
		return readError(fmt.Errorf("writing the answer: %w", err), "")
	}
	if !r.Comments {
		for _, left := range r.Left {
			fmt.Fprintf(o.stderr, "mlsizer: %s: %s\n", o.say(text.Note), o.sayf(text.NotExported, left, r.Upstream))
		}
	}
	return nil
}
