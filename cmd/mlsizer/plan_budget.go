package main

import (
	"math"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// daysOfBudget is the approximate length of a run if the number of devices is
// open and --days is not given.
const daysOfBudget = 30

// budgetRun finds, without a model, the parameters and tokens that the cost or
// the device-hours train to the lowest loss.
func budgetRun(cmd *cobra.Command, o *report.PlanOptions) error {
	targets, err := o.Targets(o.On)
	if err != nil {
		return err
	}
	var rows []*report.Planned
	for _, t := range targets {
		p, err := afford(o, t)
		if err != nil {
			return planError(o, cmd, &cli.ModelArg{Input: "MODEL"}, t, err)
		}
		rows = append(rows, p.Plan)
		o.Affordable = append(o.Affordable, p)
	}
	return finish(o, rows)
}

// Where the start-up takes most of a budget, the FLOPs converge slowly: the search
// ends after mostTries tries, or at a model with fewer parameters than smallest.
const (
	mostTries = 40
	smallest  = 100_000
)

// afford finds the model for one target. The FLOPs per device-hour depend on
// the plan, and the plan on the model. It starts from 40 % of the peak and
// corrects the FLOPs by the plan's hours, until these are at most the given
// hours and within 1 % of them. Layers are whole, so that this may oscillate:
// then it takes the largest model within the hours.
func afford(o *report.PlanOptions, t cli.Target) (*report.Affordable, error) {
	hours := o.DeviceHours
	if o.Budget > 0 {
		price := o.Price
		if price == 0 && t.Device.Price != nil {
			price = t.Device.Price.PerHour
		}
		if price == 0 {
			return nil, &cli.FlagFault{Flag: "price", Err: text.NoPriceOf.Error(t.Device.ID)}
		}
		hours = float64(o.Budget / price)
	}
	if t.Count == 0 {
		t.Count = devicesFor(o, hours, max(t.Device.DevicesPerNode, 1))
	}
	precision, err := computeFormat(o, t)
	if err != nil {
		return nil, err
	}
	rate, err := t.Device.Rate(precision.Compute())
	if err != nil {
		return nil, err
	}
	inner := *o
	inner.Budget, inner.DeviceHours, inner.Objective, inner.Days, inner.Pareto = 0, 0, search.Time, 0, false
	a := &report.Affordable{Hours: hours, Flops: quantity.FLOPs(hours * 3600 * float64(rate.Peak) * 0.4)}
	var within report.Affordable
	for tries := 0; tries < 8 || within.Flops == 0 && tries < mostTries && a.Optimum.Params > smallest; tries++ {
		if a.Optimum, err = search.Besiroglu.For(a.Flops); err != nil {
			return nil, beyondBudget(o, err)
		}
		model, err := catalog.FromCount(a.Optimum.Params)
		if err != nil {
			return nil, err
		}
		inner.Tokens = option.Set(cli.Length{Tokens: a.Optimum.Tokens})
		m := &cli.ModelArg{Input: a.Optimum.Params.String(), Model: model}
		if a.Plan, err = planOn(&inner, m, t); err != nil {
			return nil, err
		}
		taken := a.Plan.Expected().DeviceHours
		if taken <= hours && a.Flops > within.Flops {
			within = *a
		}
		if taken <= hours && taken > 0.99*hours || !a.Plan.Found() {
			return a, addOthers(o, a)
		}
		a.Flops *= quantity.FLOPs(0.996 * hours / taken)
	}
	if within.Flops == 0 {
		return nil, tooSmall(o, a)
	}
	return &within, addOthers(o, &within)
}

// tooSmall is the error of a budget that even a run of little but its start-up
// exceeds.
func tooSmall(o *report.PlanOptions, a *report.Affordable) error {
	g := a.Plan.Expected()
	if o.Budget > 0 {
		return &cli.FlagFault{Flag: "budget", Err: text.BudgetTooSmall.Error(note.Quoted(o.Budget), a.Optimum.Params, a.Optimum.Tokens, g.Cost.USD)}
	}
	return &cli.FlagFault{Flag: "device-hours", Err: text.BudgetTooSmall.Error(note.Short(o.DeviceHours), a.Optimum.Params, a.Optimum.Tokens, note.Short(g.DeviceHours))}
}

// addOthers adds the optima of other scaling laws for the same FLOPs.
func addOthers(o *report.PlanOptions, a *report.Affordable) error {
	for _, law := range []*search.ScalingLaw{&search.Hoffmann, &search.Twenty} {
		other, err := law.For(a.Flops)
		if err != nil {
			return beyondBudget(o, err)
		}
		a.Others = append(a.Others, other)
	}
	return nil
}

// beyondBudget names the flag that requests more FLOPs than any model can use.
func beyondBudget(o *report.PlanOptions, err error) error {
	flag := "device-hours"
	if o.Budget > 0 {
		flag = "budget"
	}
	return &cli.FlagFault{Flag: flag, Err: err}
}

// computeFormat is the precision of the run.
func computeFormat(o *report.PlanOptions, t cli.Target) (train.Precision, error) {
	if precision, set := o.Precision.Get(); set {
		return precision, nil
	}
	return train.DefaultPrecision(t.Device)
}

// devicesFor is the power of two of devices, in whole nodes above one, on which
// the device-hours take about --days.
func devicesFor(o *report.PlanOptions, hours float64, node int) int {
	days := o.Days
	if days == 0 {
		days = daysOfBudget
	}
	n := 1
	for want := hours / (24 * days); float64(n)*math.Sqrt2 < want && n < report.MostDevices; n *= 2 {
	}
	if n > node {
		n -= n % node
	}
	return n
}
