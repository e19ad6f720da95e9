package train

import (
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// tensor derives the tensor-parallel collectives.
func (x *termNumbers) tensor() numbers {
	p, l := x.p, &x.l
	count, bytes, one := 0.0, 0.0, 0.0
	x.each(func(k *layerKind, n float64) {
		s := &k.ops
		count += n * s.reduced
		bytes += n * s.reduced * 2 * k.input * l.micro / l.cp
		if s.topK > 0 && l.etp > 1 {
			count += n
			bytes += n * p.sharedTokens(l, s)
		}
		one += n * p.tensorTime(l, k)
	})
	bytes, one = bytes/count, one/count
	passes := x.total.tensor / x.a.slowest.forward.tensor
	visible := p.timing.tensorShown(l.tp)
	_, _, rate := p.timing.ring(l.tp, l.tp)
	return numbers{rule: "time.tensor", source: p.linkSource(l.tp), value: x.m * passes * count * one * visible, inputs: note.Inputs{
		x.microBatches(), note.In("passes", passes), note.In("reductions", count), note.In("reduction", note.Fine(one)), note.In("size", note.Decimal(bytes)),
		note.In("devices", l.tp), note.In("bandwidth", quantity.Bandwidth(rate)), note.In("share not hidden", visible)}}
}

// experts derives the all-to-all of mixture-of-experts layers.
func (x *termNumbers) experts() numbers {
	p, l := x.p, &x.l
	count, one, bytes := 0.0, 0.0, 0.0
	x.each(func(k *layerKind, n float64) {
		if s := &k.ops; s.topK > 0 {
			size := s.dispatched * l.micro / (l.cp * l.tp)
			count += n
			bytes += n * size * s.topK
			one += n * p.allToAll(l.etp, l.ep, s.topK, s.experts, size)
		}
	})
	one, bytes = one/count, bytes/count
	passes := x.total.expert / x.a.slowest.forward.expert
	visible := 1 - p.timing.e.ExpertHidden
	return numbers{rule: "time.experts", source: sourceAllToAll, value: x.m * passes * count * 2 * one * visible, inputs: note.Inputs{
		x.microBatches(), note.In("passes", passes), note.In("layers of experts", count), note.In("all-to-all", note.Fine(one)), note.In("size", note.Decimal(bytes)),
		note.In("ranks", l.ep), note.In("share not hidden", visible)}}
}

// context derives the ring of context parallelism.
func (x *termNumbers) context() numbers {
	p, l := x.p, &x.l
	bytes, rings := 0.0, 0.0
	x.each(func(k *layerKind, n float64) {
		if volume := l.ring(k); volume > 0 {
			bytes += n * volume
			rings += n
		}
	})
	return numbers{rule: "time.context", source: sourceContext, inputs: note.Inputs{
		x.microBatches(), note.In("exposed", note.Fine(x.total.context)), note.In("size", note.Decimal(bytes)), note.In("rings", rings), note.In("ranks", l.cp),
		note.In("bandwidth", quantity.Bandwidth(p.bandwidth(l.tp*l.cp))), note.In("percent of attention that hides it", 100*p.timing.e.ContextHidden)}}
}

// pipeline derives the transfers between stages.
func (x *termNumbers) pipeline() numbers {
	l := &x.l
	send := x.p.sendTime(l)
	bytes := x.p.profile.boundary * l.micro / (l.cp * l.tp)
	return numbers{rule: "time.pipeline", source: sourceBubble, value: send * (l.microBatches*l.vp + l.pp - 1), inputs: note.Inputs{
		x.microBatches(), note.In("virtual stages", l.vp), note.In("pipeline parallel", l.pp), note.In("transfer", note.Fine(send)), note.In("size", note.Decimal(bytes)),
		note.In("bandwidth", quantity.Bandwidth(x.p.bandwidth(float64(x.p.Cluster.Count))))}}
}

// bubble derives the wait of the slowest stage for the others.
func (x *termNumbers) bubble() numbers {
	a := &x.a
	return numbers{rule: "time.bubble", source: sourceBubble, value: (a.all - a.slowestTime) / x.l.vp, inputs: note.Inputs{
		note.In("all stages", note.Fine(a.all)), note.In("stages", a.stages), note.In("slowest stage", note.Fine(a.slowestTime)), note.In("virtual stages", x.l.vp)}}
}

// linkSource returns the source of the bandwidth of a group of neighbouring
// devices.
func (p *Prepared) linkSource(span float64) string {
	if span <= p.timing.neighbours && p.Cluster.Device.Torus == nil {
		return p.Cluster.Among(int(span)).Origin
	}
	return efficiency.SourceRing
}
