package main

import (
	"math"
	"time"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// mostDevices is the largest cluster that is looked at where the number of
// devices is open.
const mostDevices = 1 << 17

// kept is how many plans a search keeps at least: the runner-up is the first
// that is slower, and layouts that take the same time are common.
const kept = 24

// planned is what a search found on one target.
type planned struct {
	model  *modelArg
	target target
	answer *sizing.Answer // its estimate is the best plan
	result search.Result
	time   time.Duration
	// tight says that the best plan's memory band reaches past the device.
	tight bool
	// grain is how far apart the numbers of devices are that were looked at;
	// 0: the number was given.
	grain int
	// pareto are the plans that no other beats in everything.
	pareto []paretoPoint
	miss   *nearMiss // there is no plan
	within quantity.Seconds
	why    *whyJSON // what bounds the best plan
}

func (p *planned) found() bool               { return p.miss == nil }
func (p *planned) best() *train.Estimate     { return &p.answer.Estimate }
func (p *planned) expected() *run.Goodput    { return &p.answer.Goodput }
func (p *planned) top() []train.Estimate     { return p.result.Plans }
func (p *planned) prepared() *train.Prepared { return p.answer.Prepared }

// nearMiss is what comes nearest where there is no plan.
type nearMiss struct {
	Estimate train.Estimate `json:"estimate"`
	// Reason is what is missing: "memory" or "time".
	Reason string `json:"reason"`
	// Advice is what would make it fit on the same devices, Devices the fewest
	// that a plan fits on; 0: none up to the largest number looked at.
	Advice  []train.Advice  `json:"advice,omitempty"`
	Devices int             `json:"devices,omitempty"`
	More    *train.Estimate `json:"more_devices,omitempty"`
	// Unknown is why it is not known how many devices would do.
	Unknown string `json:"unknown,omitempty"`
}

// planOn searches on one target.
func (o *planOptions) planOn(m *modelArg, t target) (*planned, error) {
	q, err := o.question(m, t)
	if err != nil {
		return nil, err
	}
	p := &planned{model: m, target: t}
	count := t.Count
	if count == 0 {
		count = max(t.Device.DevicesPerNode, 1)
	}
	if p.answer, err = q.Open(count); err != nil {
		return nil, err
	}
	p.answer.Notes = append(p.answer.Notes, m.fileNotes()...)
	p.within = o.within(p.answer.Prepared)
	goal := search.Goal{
		Options: search.Options{Objective: o.objective, Top: max(o.top, kept), Fixed: o.fixed, Exhaustive: o.exhaustive},
		Within:  p.within, Most: mostDevices, Keeps: o.keeps(p),
		Step: func(q *train.Prepared, steps float64) quantity.Seconds {
			return p.answer.LongestStep(q, steps, p.within)
		},
		Cluster: func(n int) (hardware.Cluster, error) { return hardware.NewCluster(t.Device, n, q.Options...) },
	}
	start := time.Now()
	base := p.answer.Prepared
	found, ok := o.searchSurely(p, base, goal)
	p.time = time.Since(start)
	if !ok {
		return p, o.missed(p, base, goal)
	}
	p.result = found.Result
	if err := p.answer.Conclude(found.Prepared, &found.Plans[0]); err != nil {
		return nil, err
	}
	if err := q.CostSweep(p.answer); err != nil {
		return nil, err
	}
	p.answer.Evaluated = int(found.Evaluated)
	if o.pareto {
		p.pareto = o.frontier(p, base, goal)
	}
	return p, nil
}

// within is the time that the run may take on the base's devices, 0 for any.
func (o *planOptions) within(p *train.Prepared) quantity.Seconds {
	return quantity.Seconds(o.days) * quantity.Day
}

// searchSurely looks for plans that surely fit first, as estimate does, and
// for tight ones where there are none.
func (o *planOptions) searchSurely(p *planned, base *train.Prepared, goal search.Goal) (search.Found, bool) {
	limits := []quantity.Bytes{base.SureMemory(), base.Cluster.Device.Memory}
	if limit := o.memory.of(base.Cluster.Device); limit > 0 {
		limits = []quantity.Bytes{min(limit, base.Cluster.Device.Memory)}
	}
	for _, limit := range limits {
		goal.Memory = limit
		if found, ok := o.searchCounts(p, base, goal); ok {
			p.tight = found.Plans[0].Memory.Verdict == train.Tight
			return found, true
		}
	}
	return search.Found{}, false
}

// searchCounts looks on the number of devices that was given, or on those that
// it leaves open.
func (o *planOptions) searchCounts(p *planned, base *train.Prepared, goal search.Goal) (search.Found, bool) {
	counts := []int{p.target.Count}
	overCounts := o.objective == search.Cost || o.objective == search.Energy || o.objective == search.Devices
	spending := o.budget > 0 || o.deviceHours > 0
	switch {
	case p.target.Count == 0 && !spending && (o.objective != search.Cost && o.objective != search.Energy):
		found, grain, ok := search.Fewest(base, goal)
		p.grain = grain
		return found, ok
	case p.target.Count == 0:
		counts = search.Doublings(mostDevices)
	case overCounts:
		counts = search.Doublings(p.target.Count)
	}
	var best search.Found
	ok := false
	var total search.Result
	for _, f := range search.Each(base, goal, counts) {
		total.Candidates += f.Candidates
		total.Evaluated += f.Evaluated
		total.Feasible += f.Feasible
		if !ok || o.valueOf(p, &f) < o.valueOf(p, &best) {
			best, ok = f, true
		}
	}
	if len(counts) > 1 {
		best.Candidates, best.Evaluated, best.Feasible = total.Candidates, total.Evaluated, total.Feasible
	}
	return best, ok
}

// keeps says which plans keep to the time, the money and the device-hours, with
// what is expected to interrupt them and beside their steps.
func (o *planOptions) keeps(p *planned) func(*train.Prepared, *train.Estimate) bool {
	return func(q *train.Prepared, e *train.Estimate) bool {
		g, err := p.answer.Expected(q, e)
		return err == nil && (p.within == 0 || g.Run <= p.within) &&
			(o.budget == 0 || g.Cost.USD <= o.budget && g.Cost.PerHour > 0) && (o.deviceHours == 0 || g.DeviceHours <= o.deviceHours)
	}
}

// valueOf is what the objective has least of, over numbers of devices.
func (o *planOptions) valueOf(p *planned, f *search.Found) float64 {
	e := &f.Plans[0]
	g, err := p.answer.Expected(f.Prepared, e)
	switch {
	case err != nil:
		return math.Inf(1)
	case o.objective == search.Cost || o.objective == search.Energy:
		return g.DeviceHours
	case o.objective == search.Devices:
		return float64(f.Cluster.Count)
	case o.objective == search.Memory:
		return float64(e.Memory.Total)
	}
	return float64(g.Run)
}

// missed finds the plan that comes nearest where none keeps to the goal.
func (o *planOptions) missed(p *planned, base *train.Prepared, goal search.Goal) error {
	p.miss = &nearMiss{Reason: "memory"}
	goal.Memory, goal.Top = quantity.Bytes(math.Inf(1)), 1
	near := goal.Options
	near.Exhaustive = false
	fits := near
	fits.Memory = base.Cluster.Device.Memory
	if limit := o.memory.of(base.Cluster.Device); limit > 0 {
		fits.Memory = min(limit, fits.Memory)
	}
	r, err := search.Run(base, fits)
	if err != nil {
		return err
	}
	if len(r.Plans) > 0 { // it would fit, but takes too long or costs too much
		p.miss.Reason = "time"
	} else {
		near.Objective = search.Memory
		if r, err = search.Run(base, near); err != nil {
			return err
		}
	}
	if len(r.Plans) == 0 {
		return o.impossible(base)
	}
	p.result = r
	p.miss.Estimate = r.Plans[0]
	if err := p.answer.Conclude(base, &r.Plans[0]); err != nil {
		return err
	}
	if p.miss.Reason == "memory" {
		advice := base.Advise(&r.Plans[0].Plan)
		sizing.SettleAdvice(advice, base, &r.Plans[0].Plan)
		spellAdvice(advice)
		for _, a := range advice {
			if a.Total < r.Plans[0].Memory.Total && len(p.miss.Advice) < 3 {
				p.miss.Advice = append(p.miss.Advice, a)
			}
		}
	}
	if p.target.Count > 0 {
		more := goal
		more.Memory, more.Objective = fits.Memory, search.Time
		for n := 2 * p.target.Count; n <= mostDevices; n *= 2 {
			if list := search.Each(base, more, []int{n}); len(list) > 0 {
				p.miss.Devices, p.miss.More = n, &list[0].Plans[0]
				break
			}
		}
		if p.miss.More == nil {
			if err := unknown(base, goal); err != nil {
				p.miss.Unknown = text.ErrorIn(err, o.lang)
			}
		}
	}
	return nil
}

// unknown is why more devices cannot be looked at, nil if they can.
func unknown(p *train.Prepared, goal search.Goal) error {
	cluster, err := goal.Cluster(mostDevices)
	if err == nil {
		_, err = p.On(cluster)
	}
	return err
}

// impossible is the error of dimensions that no layout has.
func (o *planOptions) impossible(p *train.Prepared) error {
	plan := o.fixed.Merged()
	if plan == (train.Plan{Sharding: plan.Sharding, Recompute: plan.Recompute}) {
		return &flagFault{"batch", text.NoLayoutUses.Error(p.Cluster.Count, p.Workload.Batch)}
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
	return &flagFault{"on", text.NoLayoutDivides.Error()}
}
