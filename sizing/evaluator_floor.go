package sizing

import "mlsizer/sizing/quantity"

// Floor returns times below which no step of a plan can get, so that a search
// need not look at what is already too slow. It is for one goroutine.
type Floor struct {
	p     *Prepared
	plan  Plan // of the layout
	l     layout
	times layers
	whole [numRecomputes]float64 // seconds of all layers; 0: not known
}

// NewFloor returns a Floor for the prepared model.
func (p *Prepared) NewFloor() *Floor { return &Floor{p: p} }

// Step returns a time below which no step of the plan can get, whatever its
// first and last stage, sharding, shard group and offload, with at most so
// many virtual stages:
//
//	(m·a/p + a(1 - 1/p)/v + transfers + fixed) x stragglers
//
// where a is the time of all layers for a micro-batch, of which the slowest of
// p stages takes a/p or more. The plan must be one that Evaluate accepts but
// for its virtual stages.
func (f *Floor) Step(plan *Plan) quantity.Seconds {
	p := f.p
	if p.Workload.MFU > 0 {
		return 0
	}
	e := &p.timing.e
	all := f.all(plan)
	m, pp := float64(plan.MicroBatches()), float64(plan.PP)
	t := all/pp*m + all*(1-1/pp)/float64(plan.VP) + e.StepSeconds + e.MicroSeconds*m
	f.l.pp = pp
	t += p.sendTime(&f.l) * (m + pp - 1)
	t *= 1 + e.Jitter*p.doublings()
	return quantity.Seconds(t * (1 - 1e-9)) // sums in another order differ in their last digits
}

// all returns the seconds that a micro-batch takes in all layers together:
// those of a pipeline of one stage.
func (f *Floor) all(plan *Plan) float64 {
	known := &f.whole[plan.Recompute]
	if same := plan.division() == f.plan.division(); same && *known > 0 {
		return *known
	} else if !same {
		f.times = layers{}
		f.whole = [numRecomputes]float64{}
	}
	f.plan = *plan
	f.plan.PP, f.plan.VP, f.plan.FirstLayers, f.plan.LastLayers = 1, 1, 0, 0
	f.l.init(f.p.costs, &f.plan)
	var st stage
	f.p.stageTime(&f.l, 0, &f.times, &st)
	*known = st.sum()
	return *known
}
