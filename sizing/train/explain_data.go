package train

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// dataNumbers are the times of the parts of data-parallel traffic.
type dataNumbers struct {
	gather, reduce, between float64 // between slices
	forward, backward       float64 // the passes that hide them
}

// data derives the traffic of data parallelism.
func (x *termNumbers) data() numbers {
	p, l, s := x.p, &x.l, &x.a.slowest
	d := dataNumbers{
		gather: p.gatherTime(l, x.a.params), reduce: p.reduceTime(l, x.a.trained), between: p.sliceTime(l, x.a.trained),
		forward: s.forward.sum(), backward: s.backward.sum() + s.recompute.sum(),
	}
	n := numbers{source: "arXiv:1910.02054 section 7"}
	if l.plan.Sharding == Zero3 {
		n.source = "arXiv:2304.11277 section 3"
	}
	switch e := &p.timing.e; {
	case l.plan.Sharding == NoSharding:
		d.gather, d.reduce = 0, 2*d.reduce
		n.rule, n.value = "time.data.all-reduce", e.exposed(d.reduce, d.backward)
	case l.plan.Sharding == Zero3 && l.pp == 1:
		n.rule, n.inputs = "time.data.zero3", note.Inputs{x.microBatches()}
		n.value = x.m*(e.exposed(d.gather, d.forward)+e.exposed(d.gather+d.reduce, d.backward)) + e.exposed(d.between, d.backward)
	case l.plan.Sharding == Zero2:
		n.rule, n.value = "time.data.zero2", e.exposed(d.gather, d.forward)+x.m*e.exposed(d.reduce, d.backward)
	default:
		n.rule, n.value = "time.data", e.exposed(d.gather, d.forward)+e.exposed(d.reduce+d.between, d.backward)
	}
	n.inputs = append(n.inputs, x.dataInputs(&d)...)
	return n
}

// dataInputs are the inputs that all forms of data parallelism share.
func (x *termNumbers) dataInputs(d *dataNumbers) note.Inputs {
	l, e := &x.l, &x.p.timing.e
	var gather, trained, between, slowed note.Part
	if d.gather > 0 {
		gather = note.NewPart("time.data.gather", note.In("gather", note.Fine(d.gather)), note.In("forward pass", note.Fine(d.forward)))
	}
	if n := x.a.trained.sum(); n < x.a.params.sum() {
		trained = note.NewPart("time.data.trained", note.In("trained parameters", quantity.Params(n)))
	}
	if d.between > 0 {
		between = note.NewPart("time.data.slices", note.In("between slices", note.Fine(d.between)), note.In("slices", l.slices))
	}
	if e.Contention > 0 {
		slowed = note.NewPart("time.data.slowed", note.In("percent of what is hidden that slows", 100*e.Contention))
	}
	_, _, rate := x.p.timing.ring(l.tp*l.shard, l.shard)
	return note.Inputs{
		note.In("gather", gather), note.In("reduce", note.Fine(d.reduce)), note.In("backward pass", note.Fine(d.backward)),
		note.In("parameters", quantity.Params(x.a.params.sum())), note.In("trained", trained), note.In("ranks", l.shard), note.In("bandwidth", quantity.Bandwidth(rate)),
		note.In("slices", between), note.In("percent of a pass that hides it", 100*e.Overlap), note.In("slowed", slowed),
	}
}
