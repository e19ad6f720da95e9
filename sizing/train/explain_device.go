package train

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// arithmeticRules are the formulas of products or attention: without recompute,
// with recompute, and for unknown FLOPs.
type arithmeticRules struct{ plain, recompute, seconds string }

// products derives the matrix products.
func (x *termNumbers) products(term StepTerm) numbers {
	s := &x.a.slowest
	n := x.arithmetic(term, arithmeticRules{"time.products", "time.products.recompute", "time.products.seconds"}, float64(x.p.passes()), s.recompute.products/s.forward.products, (*sampleFLOPs).products)
	n.source = sourceTiles
	return n
}

// attention derives scores, values and scans.
func (x *termNumbers) attention(term StepTerm) numbers {
	s := &x.a.slowest
	again := (s.recompute.attention + s.recompute.scan) / (s.forward.attention + s.forward.scan)
	n := x.arithmetic(term, arithmeticRules{"time.attention", "time.attention.recompute", "time.attention.seconds"}, 3, again, func(w *sampleFLOPs) float64 { return w.mixing })
	n.source = sourceFlash
	return n
}

// arithmetic derives products or attention: the FLOPs of the slowest stage per
// micro-batch, and the achieved rate that follows from the term's time.
func (x *termNumbers) arithmetic(term StepTerm, rules arithmeticRules, passes, again float64, of func(*sampleFLOPs) float64) numbers {
	l := &x.l
	forward := 0.0
	x.each(func(k *layerKind, n float64) {
		device := sampleFLOPs{tensor: k.flops.tensor / l.tp, whole: k.flops.whole / l.sequence(), experts: k.flops.experts / l.tp, mixing: k.flops.mixing / l.tp}
		forward += n * of(&device) * l.micro / l.cp
	})
	flops := forward * (passes + again)
	if !(flops > 0) {
		return numbers{rule: rules.seconds, inputs: note.Inputs{x.microBatches(), note.In("per micro-batch", note.Fine(float64(term.Time)/x.m))}}
	}
	n := numbers{rule: rules.plain, rate: x.m * flops / float64(term.Time), inputs: note.Inputs{x.microBatches(), note.In("passes", passes)}}
	if again > 0 {
		n.rule, n.inputs = rules.recompute, append(n.inputs, note.In("recomputed passes", again))
	}
	n.inputs = append(n.inputs, note.In("forward FLOPs", quantity.FLOPs(forward)),
		note.In("achieved rate", quantity.FLOPRate(n.rate)), note.In("percent of the peak", 100*n.rate/float64(x.p.rate.Peak)))
	return n
}

// memoryOps derives the memory-bound kernels.
func (x *termNumbers) memoryOps() numbers {
	t := &x.p.timing
	rule := "time.memory-ops"
	if x.p.profile.unpackBytes > 0 {
		rule = "time.memory-ops.unpacked"
	}
	return numbers{rule: rule, source: x.p.constants.Source, inputs: note.Inputs{
		x.microBatches(), note.In("bytes moved", note.Decimal(x.total.memory*t.memory)), note.In("achieved share", t.e.Memory), note.In("bandwidth", x.p.Cluster.Device.MemBandwidth)}}
}

// launch derives the wait for the host.
func (x *termNumbers) launch() numbers {
	e := &x.p.timing.e
	blocks, routed := 0.0, 0.0
	x.each(func(k *layerKind, n float64) {
		blocks += n * k.ops.blocks
		if k.ops.topK > 0 {
			routed += n
		}
	})
	n := numbers{rule: "time.launch", source: x.p.constants.Source, inputs: note.Inputs{
		x.microBatches(), note.In("wait", note.Fine(x.total.launch)), note.In("blocks", blocks), note.In("forward launch", note.Fine(e.Launch)),
		note.In("backward launch", note.Fine(e.Launch*e.LaunchBackward)), note.In("least percent", 100*e.LaunchShare)}}
	if routed*e.Routing > 0 {
		n.rule = "time.launch.routed"
		n.inputs = append(n.inputs, note.In("layers of experts", routed), note.In("wait for routing", note.Fine(e.Routing)))
	}
	return n
}

// optimizer derives the optimizer's step.
func (x *termNumbers) optimizer() numbers {
	p, l, c := x.p, &x.l, x.p.profile
	of := l.shards[shOptimizer]
	own, moments := of.own(x.a.trained), of.own(x.a.moments)
	width := c.weightBytes + c.gradBytes + 2*c.masterBytes
	n := numbers{rule: "time.optimizer", source: sourceOptimizer, value: (own*width + 2*moments) / p.timing.memory, inputs: note.Inputs{
		note.In("trained parameters", quantity.Params(own)), note.In("bytes per parameter", width), note.In("moments", note.Decimal(moments)),
		note.In("achieved share", p.timing.e.Memory), note.In("bandwidth", p.Cluster.Device.MemBandwidth)}}
	if bytes := p.streamed(l, &x.a); bytes > 0 {
		n.rule = "time.optimizer.streamed"
		n.inputs = append(n.inputs, note.In("streamed state", note.Decimal(bytes)), note.In("rate of state", quantity.Bandwidth(p.stateRate())))
		n.value += bytes / p.stateRate()
	}
	return n
}

// host derives the transfers to and from the host or its disks.
func (x *termNumbers) host() numbers {
	s := &x.a.slowest
	moved := x.p.hostTransfers(&x.l, &x.a)
	forward, backward := s.forward.sum(), s.backward.sum()+s.recompute.sum()
	exposed := moved.exposed(forward, backward)
	return numbers{rule: "time.host", source: "arXiv:2104.07857 section 5", value: x.m * exposed, inputs: note.Inputs{
		x.microBatches(), note.In("exposed", note.Fine(exposed)),
		note.In("activations", note.Fine(moved.activations)), note.In("weights", note.Fine(moved.read)), note.In("gradients", note.Fine(moved.written)),
		note.In("bandwidth of the link", x.p.Cluster.Device.HostLink.Bandwidth), note.In("rate of state", quantity.Bandwidth(x.p.stateRate())),
		note.In("forward pass", note.Fine(forward)), note.In("backward pass", note.Fine(backward))}}
}
