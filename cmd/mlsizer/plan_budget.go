package main

import (
	"math"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// daysOfBudget is how long a run takes about where the number of devices is
// open and no --days is given.
const daysOfBudget = 30

// affordable is what a budget trains best on one target.
type affordable struct {
	plan    *planned
	optimum search.Optimum
	// others are what other scaling laws prefer for the same arithmetic.
	others []search.Optimum
	flops  quantity.FLOPs
	hours  float64
}

// budgetRun answers without a model: the parameters and tokens that the money
// or the device-hours train to the least loss.
func budgetRun(cmd *cobra.Command, o *planOptions) error {
	targets, err := o.targets(o.on)
	if err != nil {
		return err
	}
	var rows []*planned
	for _, t := range targets {
		p, err := o.afford(t)
		if err != nil {
			return o.planError(cmd, &modelArg{Input: "MODEL"}, t, err)
		}
		rows = append(rows, p.plan)
		o.affordable = append(o.affordable, p)
	}
	return o.finish(rows)
}

// afford finds the model for one target. What a device-hour computes depends
// on the plan, and the plan on the model: it starts from 40 % of the peak and
// corrects the arithmetic by what the plan takes, until that is at most the
// hours and within 1 % of them. Layers are whole, so that this may jump to and
// fro: then the largest model that the hours are enough for stands.
func (o *planOptions) afford(t target) (*affordable, error) {
	hours := o.deviceHours
	if o.budget > 0 {
		price := o.price
		if price == 0 && t.Device.Price != nil {
			price = t.Device.Price.PerHour
		}
		if price == 0 {
			return nil, &flagFault{"price", text.NoPriceOf.Error(t.Device.ID)}
		}
		hours = float64(o.budget / price)
	}
	if t.Count == 0 {
		t.Count = o.devicesFor(hours, max(t.Device.DevicesPerNode, 1))
	}
	precision, err := o.computeFormat(t)
	if err != nil {
		return nil, err
	}
	rate, err := t.Device.Rate(precision.Compute())
	if err != nil {
		return nil, err
	}
	inner := *o
	inner.budget, inner.deviceHours, inner.objective, inner.days, inner.pareto = 0, 0, search.Time, 0, false
	a := &affordable{hours: hours, flops: quantity.FLOPs(hours * 3600 * float64(rate.Peak) * 0.4)}
	var within affordable
	for range 8 {
		if a.optimum, err = search.Besiroglu.For(a.flops); err != nil {
			return nil, o.beyond(err)
		}
		model, err := catalog.FromCount(a.optimum.Params)
		if err != nil {
			return nil, err
		}
		inner.tokens = option.Set(a.optimum.Tokens)
		m := &modelArg{Input: a.optimum.Params.String(), Model: model}
		if a.plan, err = inner.planOn(m, t); err != nil {
			return nil, err
		}
		taken := a.plan.expected().DeviceHours
		if taken <= hours && a.flops > within.flops {
			within = *a
		}
		if taken <= hours && taken > 0.99*hours || !a.plan.found() {
			return a, o.addOthers(a)
		}
		a.flops *= quantity.FLOPs(0.996 * hours / taken)
	}
	if within.flops > 0 {
		a = &within
	}
	return a, o.addOthers(a)
}

// addOthers adds what other scaling laws make of the same arithmetic.
func (o *planOptions) addOthers(a *affordable) error {
	for _, law := range []*search.ScalingLaw{&search.Hoffmann, &search.Twenty} {
		other, err := law.For(a.flops)
		if err != nil {
			return o.beyond(err)
		}
		a.others = append(a.others, other)
	}
	return nil
}

// beyond names the flag that asks for more arithmetic than a model can be found
// for.
func (o *planOptions) beyond(err error) error {
	flag := "device-hours"
	if o.budget > 0 {
		flag = "budget"
	}
	return &flagFault{flag, err}
}

// computeFormat is the precision that the run would take.
func (o *planOptions) computeFormat(t target) (train.Precision, error) {
	if precision, set := o.precision.Get(); set {
		return precision, nil
	}
	return train.DefaultPrecision(t.Device)
}

// devicesFor is the power of two of devices, in whole nodes if it is more than
// one, on which so many device-hours take about --days.
func (o *planOptions) devicesFor(hours float64, node int) int {
	days := o.days
	if days == 0 {
		days = daysOfBudget
	}
	n := 1
	for want := hours / (24 * days); float64(n)*math.Sqrt2 < want && n < mostDevices; n *= 2 {
	}
	if n > node {
		n -= n % node
	}
	return n
}
