package search

import (
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Goal is the limits of a run on an open number of devices.
type Goal struct {
	Options
	// Within is the longest run time; 0: any. Step is the longest step that
	// meets it on p's devices, 0 if none does; nil assumes the time of the
	// steps alone.
	Within quantity.Seconds
	Step   func(p *train.Prepared, steps float64) quantity.Seconds
	// Keeps reports whether a plan is acceptable; nil accepts any.
	Keeps func(p *train.Prepared, e *train.Estimate) bool
	// Cluster returns a cluster of that many devices; it rejects a number that
	// no cluster has.
	Cluster func(devices int) (hardware.Cluster, error)
	// Batches lists the global batches to choose from on so many devices, the
	// most wanted first; nil takes that of the workload. Wider is one for where
	// none of them has a layout, 0 if there is none.
	Batches func(devices int) (list []int64, wider int64)
	// Most is the largest number of devices that is looked at.
	Most int
}

// Found is a search on a number of devices.
type Found struct {
	*train.Prepared
	Result
}

// At searches on so many devices; ok is false if there is no such cluster or
// no plan on it.
func (g *Goal) At(p *train.Prepared, devices int) (f Found, ok bool) {
	cluster, err := g.Cluster(devices)
	if err != nil {
		return f, false
	}
	q, err := p.On(cluster)
	if err != nil || g.stateTooLarge(&q) {
		return f, false
	}
	if g.Batches == nil {
		f = g.with(&q, q.Workload.Batch, math.Inf(1))
		return f, len(f.Plans) > 0
	}
	list, wider := g.Batches(devices)
	if f = g.choose(&q, list); f.Candidates == 0 && wider > 0 {
		f = g.choose(&q, []int64{wider})
	}
	return f, len(f.Plans) > 0
}

// stateTooLarge reports whether the state alone is too large for the devices,
// however it is divided, so that no search is needed.
func (g *Goal) stateTooLarge(p *train.Prepared) bool {
	memory := g.Memory
	if memory == 0 {
		memory = p.Cluster.Device.Memory
	}
	offload, set := g.Fixed.OffloadOptimizer.Get()
	return set && !offload && !g.Fixed.Plan.OffloadParams && p.StateLowerBound() > float64(memory)
}

// asGood is how much more per sample a batch may take that is nearer to what is
// wanted: less than that is won by the larger batch alone.
const asGood = 1.005

// choose searches with each batch of a list and returns the best search, that
// of the batch that stands first among those that are as good, with the counts
// of all. It begins with the last, which divides best: what it takes bounds the
// others.
func (g *Goal) choose(p *train.Prepared, list []int64) Found {
	var best, total Found
	least := math.Inf(1) // of the objective, per sample
	for _, batch := range slices.Backward(list) {
		f := g.with(p, batch, least*asGood)
		total.Add(&f.Result)
		if len(f.Plans) == 0 {
			continue
		}
		value := g.perSample(&f.Plans[0])
		if best.Prepared == nil || value <= least*asGood {
			best = f
		}
		least = min(least, value)
	}
	best.Count(&total.Result)
	return best
}

// perSample is what batches of different sizes are compared by.
func (g *Goal) perSample(e *train.Estimate) float64 {
	if g.Objective == Memory {
		return float64(e.Memory.Total)
	}
	return float64(e.Time.Step) / float64(e.Plan.GlobalBatch)
}

// with searches with a batch, for plans that take no more than so long per
// sample where time is what counts.
func (g *Goal) with(p *train.Prepared, batch int64, most float64) (f Found) {
	q := *p
	q.Workload.Batch = batch
	o := g.options(&q)
	if o.Step == 0 && g.Within > 0 {
		return f
	}
	if step := quantity.Seconds(most * float64(batch)); o.Objective != Memory && !math.IsInf(most, 1) && (o.Step == 0 || step < o.Step) {
		o.Step = step
	}
	var err error
	if f.Result, err = Run(&q, o); err != nil {
		return f
	}
	f.Prepared = &q
	if g.Keeps != nil {
		f.Plans = slices.DeleteFunc(f.Plans, func(e train.Estimate) bool { return !g.Keeps(&q, &e) })
	}
	return f
}

// options are the goal's for a search on p's devices.
func (g *Goal) options(p *train.Prepared) Options {
	o := g.Options
	if g.Within > 0 {
		o.Step = g.longest(p)
	}
	if o.Memory == 0 && o.Sure {
		o.Memory = p.SureMemory()
	}
	return o
}

// longest returns the longest step that the goal allows on p's devices; 0: any,
// or none if the time is limited.
func (g *Goal) longest(p *train.Prepared) quantity.Seconds {
	switch {
	case g.Within == 0:
		return 0
	case g.Step == nil:
		return g.Within / quantity.Seconds(steps(p))
	}
	return g.Step(p, steps(p))
}

// steps returns how many steps the run has.
func steps(p *train.Prepared) float64 {
	if p.Workload.Tokens == 0 {
		return 1
	}
	return math.Ceil(float64(p.Workload.Tokens) / float64(p.Workload.Seq) / float64(p.Workload.Batch))
}

// Fewest returns the search on the fewest devices that keep to the goal, with
// the counts of all searches on the way. It doubles from the number that the
// arithmetic alone needs at peak rate, and then looks between the last that do
// not and the first that do: at every number in a node, and at 64 multiples
// of a node or fewer beyond. Grain is how far apart those are. Large devices
// counts have gaps where no layout divides, so that fewer may do than the
// power of two below.
func Fewest(p *train.Prepared, g Goal) (best Found, grain int, ok bool) {
	node := max(p.Cluster.DevicesPerNode, 1)
	low, high := 0, g.least(p)
	var total Result
	look := func(n int) (f Found, ok bool) {
		f, ok = g.At(p, n)
		total.Add(&f.Result)
		return f, ok
	}
	for ; high <= g.Most; low, high = high, 2*high {
		if best, ok = look(high); ok {
			break
		}
	}
	if !ok {
		return best, 0, false
	}
	grain = 1
	if high > node {
		grain = max((high-low+64*node-1)/(64*node), 1) * node
		low -= low % grain
	}
	for n := low + grain; n < high; n += grain {
		if f, found := look(n); found {
			best = f
			break
		}
	}
	best.Count(&total)
	return best, grain, true
}

// least returns a number of devices that is too small or just enough: the
// model's FLOPs over the time and the peak rate, as a power of two.
func (g *Goal) least(p *train.Prepared) int {
	n := 1
	if g.Within == 0 {
		return n
	}
	for need := float64(p.RunFLOPs()) / (float64(p.Peak()) * float64(g.Within)); n <= g.Most && float64(2*n) <= need; n *= 2 {
	}
	return n
}

// Each searches on every listed number of devices that has a cluster and a
// plan.
func Each(p *train.Prepared, g Goal, devices []int) []Found {
	var list []Found
	for _, n := range devices {
		if f, ok := g.At(p, n); ok {
			list = append(list, f)
		}
	}
	return list
}

// Doublings lists the powers of two up to most, and most.
func Doublings(most int) []int {
	var list []int
	for n := 1; n < most; n *= 2 {
		list = append(list, n)
	}
	return append(list, most)
}
