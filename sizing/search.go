package sizing

import (
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// Look searches with a goal, on one number of devices or on several.
type Look func(search.Goal) (search.Found, bool)

// Search finds the plans of an opened request, as [Ask] does: those that surely
// fit, and where there are none those that may. It looks with the goal, in which
// it fills in what the request says: what is fixed, the batches and the
// clusters. A memory limit of the goal takes the place of what fits.
func (a *Answer) Search(g search.Goal, look Look) (search.Found, bool) {
	return a.asked.search(g, look)
}

// Fewest finds the plans on the fewest devices that an opened request can have:
// their number doubles from what the layout fixes.
func (a *Answer) Fewest(g search.Goal) (search.Found, bool) {
	q := a.asked
	f, ok := q.search(g, func(g search.Goal) (search.Found, bool) { return q.doubled(a.Prepared, g, q.leastDevices()) })
	if ok {
		q.noteFewest(a, &f)
	}
	return f, ok
}

// Nearest finds the plan that needs the least memory on the devices of an opened
// request, whether it fits or not.
func (a *Answer) Nearest() (search.Found, bool) { return a.asked.nearest(a.Prepared) }

// Space is what a search of an opened request leaves as it is.
func (a *Answer) Space() search.Fixed { return a.asked.space() }

// space is what is fixed. The optimizer is offloaded only where that is set.
func (q *Request) space() search.Fixed {
	fixed := q.Fixed
	fixed.OffloadOptimizer = option.Set(fixed.OffloadOptimizer.Or(false))
	if r := &q.Schedule.RampUp; r.Samples > 0 {
		fixed.Ramp = [2]int64{r.Start, r.Start + r.Increment}
	}
	return fixed
}

// goal fills in what the request says.
func (q *Request) goal(g search.Goal) search.Goal {
	g.Fixed, g.Batches, g.Context = q.space(), q.batches, q.Context
	g.Cluster = func(n int) (hardware.Cluster, error) {
		return hardware.NewCluster(q.Device, q.policyDevices(n), q.Options...)
	}
	return g
}

// search looks for plans that surely fit, and for those that may where there
// are none.
func (q *Request) search(g search.Goal, look Look) (f search.Found, ok bool) {
	g = q.goal(g)
	if g.Memory > 0 {
		return look(g)
	}
	for _, g.Sure = range []bool{true, false} {
		if f, ok = look(g); ok {
			return f, true
		}
	}
	return f, false
}

// nearest finds the plan that needs the least memory.
func (q *Request) nearest(p *train.Prepared) (search.Found, bool) {
	g := q.goal(search.Goal{Options: search.Options{Objective: search.Memory, Memory: quantity.Bytes(math.Inf(1))}})
	return q.at(p, g, p.Devices())
}

// searched reports whether plans are searched exhaustively. A given MFU makes
// all equally fast, and a teacher's part of a step is not what the search
// bounds.
func (q *Request) searched() bool { return q.Workload.MFU == 0 && q.Distill == nil }

// at searches on so many devices.
func (q *Request) at(p *train.Prepared, g search.Goal, devices int) (f search.Found, ok bool) {
	if q.searched() {
		return g.At(p, devices)
	}
	cluster, err := g.Cluster(devices)
	if err != nil {
		return f, false
	}
	on, err := p.On(cluster)
	if err != nil {
		return f, false
	}
	if f, err = q.enumerated(&on); err != nil {
		return f, false
	}
	e := &f.Plans[0]
	return f, e.Memory.Total <= g.Memory || e.Memory.Verdict == train.FitsSurely || e.Memory.Fits && !g.Sure
}

// enumerated returns the best of the layouts that the request lists itself. A
// batch that nobody gave is rounded up for layouts that do not divide it.
func (q *Request) enumerated(p *train.Prepared) (search.Found, error) {
	wanted := q.divisibleBatch(p.Cluster.Count)
	best, of, err := q.bestPlan(p, func(unit int64) int64 {
		if q.Workload.Batch > 0 || q.BatchTokens > 0 {
			return wanted
		}
		return (wanted + unit - 1) / unit * unit
	})
	if err != nil {
		return search.Found{}, err
	}
	on := *p
	on.Workload.Batch = best.Plan.GlobalBatch
	return search.Found{Prepared: &on, Result: search.Result{Plans: []train.Estimate{best}, Candidates: int64(of)}}, nil
}

// layout returns the fastest layout that fits of those that the request leaves
// open, surely if one does; the one that needs the least memory if none fits.
// An error says why there is none at all.
func (q *Request) layout(p *train.Prepared) (search.Found, error) {
	f, ok := q.search(search.Goal{}, func(g search.Goal) (search.Found, bool) { return q.at(p, g, p.Devices()) })
	if ok {
		return f, nil
	}
	if f, ok = q.nearest(p); ok {
		return f, nil
	}
	return q.enumerated(p)
}
