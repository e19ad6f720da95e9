package train

import "mlsizer/sizing/quantity"

// ForwardStep returns the time of a forward pass of a global batch, from the
// terms of a step: the forward part of every stage, the pipeline's fill, half
// its transfers and the gathering of weights, without an optimizer step. A
// given MFU scales the step by its FLOPs. The time of a teacher is not
// included.
func (p *Prepared) ForwardStep(e *Estimate) quantity.Seconds {
	if p.Workload.MFU > 0 {
		perStep := e.Compute.Hardware * quantity.FLOPs(float64(e.Plan.GlobalBatch)/p.Samples(&e.Plan))
		return (e.Time.Step - e.Time.Terms.Teacher) * quantity.Seconds(p.profile.fwd.total()*float64(e.Plan.GlobalBatch)/float64(perStep))
	}
	plan := e.Plan
	plan.Offload, plan.OffloadOptimizer, plan.OffloadInputs = 0, false, false
	var l layout
	l.init(p, &plan)
	var cache layers
	var a pipelineTimes
	for s := range plan.PP {
		var st stage
		p.stageTime(&l, s, &cache, &st)
		st.backward, st.recompute = pass{}, pass{}
		a.add(&st, st.sum())
	}
	t := p.termsOf(&l, &a)
	t.Pipeline /= 2
	t.Offload /= 2
	t.Optimizer, t.DataComm, t.Stragglers = 0, 0, 0
	if plan.Sharding == Zero3 && l.divides(a.params) {
		times := l.microBatches
		if plan.PP > 1 {
			times = 1 // weights stay gathered for all micro-batches of a step
		}
		gather := p.gatherTime(&l, a.params)
		t.DataComm = quantity.Seconds(times * p.timing.e.exposed(gather, a.slowest.forward.sum()))
	}
	return t.Sum() * quantity.Seconds(1+p.timing.e.Jitter*p.doublings())
}
