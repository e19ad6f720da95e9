package main

import (
	"math"
	"time"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// leastKeptPlans is the least number of plans that a search returns: the
// runner-up is the first slower plan, and equivalent plans are common.
const leastKeptPlans = 24

// planOn searches on one target.
func planOn(o *report.PlanOptions, m *cli.ModelArg, t cli.Target) (*report.Planned, error) {
	q, err := o.Request(m, t)
	if err != nil {
		return nil, err
	}
	p := &report.Planned{Model: m, Target: t}
	count := t.Count
	if count == 0 {
		count = max(t.Device.DevicesPerNode, 1)
	}
	if p.Answer, err = q.Open(count); err != nil {
		return nil, err
	}
	p.Answer.Notes = append(append(p.Answer.Notes, m.FileNotes()...), t.Notes()...)
	p.Within = within(o, p.Answer.Prepared)
	goal := search.Goal{
		Options: search.Options{Objective: o.Objective, Top: max(o.Top, leastKeptPlans), Fixed: o.Fixed, Exhaustive: o.Exhaustive},
		Within:  p.Within, Most: report.MostDevices, Keeps: keeps(o, p),
		Step: func(q *train.Prepared, steps float64) quantity.Seconds {
			return p.Answer.LongestStep(q, steps, p.Within, o.Chance)
		},
		Cluster: func(n int) (hardware.Cluster, error) { return hardware.NewCluster(t.Device, n, q.Options...) },
	}
	start := time.Now()
	base := p.Answer.Prepared
	found, ok := searchSurely(o, p, base, goal)
	p.Time = time.Since(start)
	if !ok {
		return p, missed(o, p, base, goal)
	}
	p.Result = found.Result
	if err := p.Answer.Conclude(found.Prepared, &found.Plans[0]); err != nil {
		return nil, err
	}
	if err := q.CostSweep(p.Answer); err != nil {
		return nil, err
	}
	p.Answer.Evaluated = int(found.Evaluated)
	if o.Pareto {
		p.Pareto = frontier(o, p, base, goal)
	}
	return p, nil
}

// within is the limit of the run time on the base's devices, 0 for any.
func within(o *report.PlanOptions, p *train.Prepared) quantity.Seconds {
	return quantity.Seconds(o.Days) * quantity.Day
}

// searchSurely searches plans that surely fit first, as estimate does, and
// tight ones if there are none.
func searchSurely(o *report.PlanOptions, p *report.Planned, base *train.Prepared, goal search.Goal) (search.Found, bool) {
	limits := []quantity.Bytes{base.SureMemory(), base.Cluster.Device.Memory}
	if limit := o.Memory.Of(base.Cluster.Device); limit > 0 {
		limits = []quantity.Bytes{min(limit, base.Cluster.Device.Memory)}
	}
	for _, limit := range limits {
		goal.Memory = limit
		if found, ok := searchCounts(o, p, base, goal); ok {
			p.Tight = found.Plans[0].Memory.Verdict == train.Tight
			return found, true
		}
	}
	return search.Found{}, false
}

// searchCounts searches on the given number of devices, or on open numbers.
func searchCounts(o *report.PlanOptions, p *report.Planned, base *train.Prepared, goal search.Goal) (search.Found, bool) {
	counts := []int{p.Target.Count}
	overCounts := o.Objective == search.Cost || o.Objective == search.Energy || o.Objective == search.Devices
	spending := o.Budget > 0 || o.DeviceHours > 0
	switch {
	case p.Target.Count == 0 && !spending && (o.Objective != search.Cost && o.Objective != search.Energy):
		found, grain, ok := search.Fewest(base, goal)
		p.Grain = grain
		return found, ok
	case p.Target.Count == 0:
		counts = search.Doublings(report.MostDevices)
	case overCounts:
		counts = search.Doublings(p.Target.Count)
	}
	var best search.Found
	ok := false
	var total search.Result
	for _, f := range search.Each(base, goal, counts) {
		total.Candidates += f.Candidates
		total.Evaluated += f.Evaluated
		total.Feasible += f.Feasible
		if !ok || valueOf(o, p, &f) < valueOf(o, p, &best) {
			best, ok = f, true
		}
	}
	if len(counts) > 1 {
		best.Candidates, best.Evaluated, best.Feasible = total.Candidates, total.Evaluated, total.Feasible
	}
	return best, ok
}

// keeps reports which plans meet the time, the cost and the device-hours with
// the requested probability.
func keeps(o *report.PlanOptions, p *report.Planned) func(*train.Prepared, *train.Estimate) bool {
	return func(q *train.Prepared, e *train.Estimate) bool {
		g, err := p.Answer.Expected(q, e)
		if err != nil {
			return false
		}
		f := g.Overrun.At(o.Chance) / g.Overrun.Median // over the expected run
		return (p.Within == 0 || g.Run*quantity.Seconds(f) <= p.Within) &&
			(o.Budget == 0 || g.Cost.USD*quantity.USD(f) <= o.Budget && g.Cost.PerHour > 0) && (o.DeviceHours == 0 || g.DeviceHours*f <= o.DeviceHours)
	}
}

// valueOf is the value that the objective minimises over numbers of devices.
func valueOf(o *report.PlanOptions, p *report.Planned, f *search.Found) float64 {
	e := &f.Plans[0]
	g, err := p.Answer.Expected(f.Prepared, e)
	switch {
	case err != nil:
		return math.Inf(1)
	case o.Objective == search.Cost || o.Objective == search.Energy:
		return g.DeviceHours
	case o.Objective == search.Devices:
		return float64(f.Cluster.Count)
	case o.Objective == search.Memory:
		return float64(e.Memory.Total)
	}
	return float64(g.Run)
}

// missed finds the nearest plan if none meets the goal.
func missed(o *report.PlanOptions, p *report.Planned, base *train.Prepared, goal search.Goal) error {
	p.Miss = &report.NearMiss{Reason: "memory"}
	goal.Memory, goal.Top = quantity.Bytes(math.Inf(1)), 1
	near := goal.Options
	near.Exhaustive = false
	fits := near
	fits.Memory = base.Cluster.Device.Memory
	if limit := o.Memory.Of(base.Cluster.Device); limit > 0 {
		fits.Memory = min(limit, fits.Memory)
	}
	r, err := search.Run(base, fits)
	if err != nil {
		return err
	}
	if len(r.Plans) > 0 { // it would fit, but takes too long or costs too much
		p.Miss.Reason = "time"
	} else {
		near.Objective = search.Memory
		if r, err = search.Run(base, near); err != nil {
			return err
		}
	}
	if len(r.Plans) == 0 {
		return impossible(o, base)
	}
	p.Result = r
	p.Miss.Estimate = r.Plans[0]
	if err := p.Answer.Conclude(base, &r.Plans[0]); err != nil {
		return err
	}
	if p.Miss.Reason == "memory" {
		advice := base.Advise(&r.Plans[0].Plan)
		sizing.SettleAdvice(advice, base, &r.Plans[0].Plan)
		report.SpellAdvice(advice)
		for _, a := range advice {
			if a.Total < r.Plans[0].Memory.Total && len(p.Miss.Advice) < 3 {
				p.Miss.Advice = append(p.Miss.Advice, a)
			}
		}
	}
	if p.Target.Count > 0 {
		more := goal
		more.Memory, more.Objective = fits.Memory, search.Time
		for n := 2 * p.Target.Count; n <= report.MostDevices; n *= 2 {
			if list := search.Each(base, more, []int{n}); len(list) > 0 {
				p.Miss.Devices, p.Miss.More = n, &list[0].Plans[0]
				break
			}
		}
		if p.Miss.More == nil {
			if err := unknown(base, goal); err != nil {
				p.Miss.Unknown = text.ErrorIn(err, o.Lang)
			}
		}
	}
	return nil
}

// unknown is why more devices cannot be searched, nil if they can.
func unknown(p *train.Prepared, goal search.Goal) error {
	cluster, err := goal.Cluster(report.MostDevices)
	if err == nil {
		_, err = p.On(cluster)
	}
	return err
}

// impossible is the error of dimensions without any layout.
func impossible(o *report.PlanOptions, p *train.Prepared) error {
	plan := o.Fixed.Merged()
	if plan == (train.Plan{Sharding: plan.Sharding, Recompute: plan.Recompute}) {
		return &cli.FlagFault{Flag: "batch", Err: text.NoLayoutUses.Error(p.Cluster.Count, p.Workload.Batch)}
	}
	for _, d := range []*int{&plan.TP, &plan.PP, &plan.VP, &plan.CP, &plan.EP, &plan.MicroBatch} {
		*d = max(*d, 1)
	}
	if plan.DP == 0 {
		plan.DP = max(p.Cluster.Count/(plan.TP*plan.PP*plan.CP), 1)
	}
	plan.GlobalBatch = p.Workload.Batch
	if err := p.Check(&plan); err != nil {
		return err
	}
	return &cli.FlagFault{Flag: "on", Err: text.NoLayoutDivides.Error()}
}
