package main

import (
	"math"
	"time"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// runnerUp is the rank of the plan that the best one is compared with.
const runnerUp = 2

// planOn searches on one target, of post-training whose devices for generation are
// open on every division of them.
func planOn(o *report.PlanOptions, m *cli.ModelArg, t cli.Target) (*report.Planned, error) {
	q, err := o.Request(m, t)
	if err != nil {
		return nil, err
	}
	s := q.PostTrain
	if s == nil || !s.Method.Online() || s.Devices > 0 || t.Count == 0 {
		return planOne(o, m, t, q)
	}
	var best *report.Planned
	var splits []report.Split
	for _, devices := range posttrain.Splits(t.Count) {
		setup := *s
		setup.Devices = devices
		q.PostTrain = &setup
		p, err := planOne(o, m, t, q)
		if err != nil {
			if devices == 0 {
				return nil, err
			}
			continue // a replica may not fit so few devices
		}
		if p.Found() {
			splits = append(splits, report.NewSplit(p))
		}
		if best == nil || p.Found() && (!best.Found() || better(p, best)) {
			best = p
		}
	}
	best.Splits = splits
	return best, nil
}

// better reports whether a plan of post-training is better than another: where one
// fits, it is, else the faster.
func better(a, b *report.Planned) bool {
	if x, y := a.Answer.PostTrain.Fits, b.Answer.PostTrain.Fits; x != y {
		return x
	}
	return a.Best().Time.Step < b.Best().Time.Step
}

// planOne searches for a request on one target.
func planOne(o *report.PlanOptions, m *cli.ModelArg, t cli.Target, q sizing.Request) (*report.Planned, error) {
	var err error
	p := &report.Planned{Model: m, Target: t}
	count := t.Count
	if count == 0 {
		count = max(t.Device.DevicesPerNode, 1)
	}
	if p.Answer, err = q.Open(count); err != nil {
		return nil, err
	}
	p.Answer.Notes = append(p.Answer.Notes, o.Notes(m, t)...)
	p.Within = within(o, p.Answer.Prepared)
	goal := search.Goal{
		Options: search.Options{Objective: o.Objective, Top: max(o.Top, runnerUp), Kinds: true, Exhaustive: o.Exhaustive, Memory: memoryLimit(o, t.Device)},
		Within:  p.Within, Most: report.MostDevices, Keeps: keeps(o, p),
		Step: func(q *train.Prepared, steps float64) quantity.Seconds {
			return p.Answer.LongestStep(q, steps, p.Within, o.Chance)
		},
	}
	start := time.Now()
	stop := o.Working(text.Searching)
	found, ok := searchPlans(o, p, goal)
	stop()
	p.Time = time.Since(start)
	if o.Interrupted() {
		return nil, o.Interrupt.Err()
	}
	if !ok {
		return p, missed(o, p, goal)
	}
	p.Result = found.Result
	for i := range found.Plans {
		p.Answer.AddActing(found.Prepared, &found.Plans[i])
	}
	if err := p.Answer.Conclude(found.Prepared, &found.Plans[0]); err != nil {
		return nil, err
	}
	if err := q.CostSweep(p.Answer); err != nil {
		return nil, err
	}
	p.Answer.Evaluated = int(found.Evaluated)
	if o.Pareto {
		p.Pareto = frontier(o, p, goal)
	}
	return p, nil
}

// within is the limit of the run time on the base's devices, 0 for any.
func within(o *report.PlanOptions, p *train.Prepared) quantity.Seconds {
	return quantity.Seconds(o.Days) * quantity.Day
}

// memoryLimit is what a plan may take of a device by the command line, 0 if it
// only has to fit.
func memoryLimit(o *report.PlanOptions, d *hardware.Device) quantity.Bytes {
	return min(o.Memory.Of(d), d.Memory)
}

// searchPlans looks on the number of devices that was given, or on those that it
// leaves open.
func searchPlans(o *report.PlanOptions, p *report.Planned, goal search.Goal) (search.Found, bool) {
	base := p.Answer.Prepared
	overCounts := o.Objective == search.Cost || o.Objective == search.Energy
	spending := o.Budget > 0 || o.DeviceHours > 0
	counts := []int{p.Target.Count}
	switch {
	case p.Target.Count == 0 && p.Within == 0 && !spending && o.Objective != search.Devices && !overCounts:
		return p.Answer.Fewest(goal)
	case p.Target.Count == 0 && !spending && !overCounts:
		return p.Answer.Search(goal, func(g search.Goal) (search.Found, bool) {
			found, grain, ok := search.Fewest(base, g)
			p.Grain = grain
			return found, ok
		})
	case p.Target.Count == 0:
		counts = search.Doublings(report.MostDevices)
	case overCounts || o.Objective == search.Devices:
		counts = search.Doublings(p.Target.Count)
	}
	return p.Answer.Search(goal, func(g search.Goal) (search.Found, bool) { return bestCount(o, p, base, g, counts) })
}

// bestCount looks on every number of devices of a list for what serves the
// objective best.
func bestCount(o *report.PlanOptions, p *report.Planned, base *train.Prepared, goal search.Goal, counts []int) (search.Found, bool) {
	var best search.Found
	ok := false
	var total search.Result
	for _, f := range search.Each(base, goal, counts) {
		total.Add(&f.Result)
		if !ok || valueOf(o, p, &f) < valueOf(o, p, &best) {
			best, ok = f, true
		}
	}
	if len(counts) > 1 {
		best.Count(&total)
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

// missed finds the plan that comes nearest where none keeps to the goal.
func missed(o *report.PlanOptions, p *report.Planned, goal search.Goal) error {
	base := p.Answer.Prepared
	here := func(g search.Goal) (search.Found, bool) { return g.At(base, base.Devices()) }
	p.Miss = &report.NearMiss{Reason: "time"} // it would fit, but takes too long or costs too much
	near, ok := p.Answer.Search(search.Goal{Options: search.Options{Objective: o.Objective, Memory: goal.Memory}}, here)
	if !ok {
		p.Miss.Reason = "memory"
		if near, ok = p.Answer.Nearest(); !ok {
			return impossible(o, base)
		}
	}
	p.Result = near.Result
	best := &near.Plans[0]
	p.Answer.AddActing(near.Prepared, best)
	p.Miss.Estimate = *best
	if err := p.Answer.Conclude(near.Prepared, best); err != nil {
		return err
	}
	if p.Miss.Reason == "memory" {
		p.Miss.Advice = nearMissAdvice(near.Prepared, best)
	}
	if p.Target.Count > 0 {
		missedDevices(o, p, base, goal)
	}
	return nil
}

// nearMissAdvice is what would bring a plan that does not fit nearer.
func nearMissAdvice(p *train.Prepared, best *train.Estimate) []train.Advice {
	var list []train.Advice
	advice := p.Advise(&best.Plan)
	sizing.SettleAdvice(advice, p, &best.Plan)
	report.SpellAdvice(advice)
	for _, a := range advice {
		if a.Total < best.Memory.Total && len(list) < 3 {
			list = append(list, a)
		}
	}
	return list
}

// missedDevices says on how many more devices there is a plan, or why that is
// not known.
func missedDevices(o *report.PlanOptions, p *report.Planned, base *train.Prepared, goal search.Goal) {
	goal.Top, goal.Objective, goal.Exhaustive = 1, search.Time, false
	found, ok := p.Answer.Search(goal, func(g search.Goal) (f search.Found, ok bool) {
		for n := 2 * p.Target.Count; n <= report.MostDevices && !ok; n *= 2 {
			f, ok = g.At(base, n)
		}
		return f, ok
	})
	if ok {
		p.Miss.Devices, p.Miss.More = found.Cluster.Count, &found.Plans[0]
		return
	}
	cluster, err := hardware.NewCluster(p.Target.Device, report.MostDevices, o.Network.Set)
	if err == nil {
		_, err = base.On(cluster)
	}
	if err != nil {
		p.Miss.Unknown = text.ErrorIn(err, o.Lang)
	}
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
