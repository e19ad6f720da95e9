package train

import (
	"fmt"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// StepTerm is one part of a step's time.
type StepTerm struct {
	Name string
	Time quantity.Seconds
}

// Names of the terms.
const (
	termProducts   = "matrix products"
	termAttention  = "attention"
	termMemoryOps  = "memory-bound kernels"
	termLaunch     = "launch"
	termTensor     = "tensor-parallel traffic"
	termExperts    = "expert all-to-all"
	termContext    = "context exchange"
	termPipeline   = "pipeline transfers"
	termBubble     = "pipeline bubble"
	termData       = "data-parallel traffic"
	termOptimizer  = "optimizer"
	termHost       = "host transfers"
	termStragglers = "stragglers"
	termFixed      = "fixed"
	termTeacher    = "teacher's forward pass"
)

// List returns the parts in order; they add up to the step.
func (t *StepTerms) List() []StepTerm {
	return []StepTerm{
		{termProducts, t.Products}, {termAttention, t.Attention}, {termMemoryOps, t.MemoryOps}, {termLaunch, t.Launch},
		{termTensor, t.TensorComm}, {termExperts, t.ExpertComm}, {termContext, t.Context}, {termPipeline, t.Pipeline},
		{termBubble, t.Bubble}, {termData, t.DataComm}, {termOptimizer, t.Optimizer}, {termHost, t.Offload}, {termStragglers, t.Stragglers}, {termFixed, t.Fixed}, {termTeacher, t.Teacher},
	}
}

// Sources of the step's formulas.
const (
	sourceTiles     = `NVIDIA "Matrix Multiplication Background User's Guide"`
	sourceFlash     = "arXiv:2205.14135 section 3, arXiv:2307.08691 section 3.1"
	sourceAllToAll  = "arXiv:2412.19437 section 3.2.2"
	sourceContext   = "arXiv:2310.01889"
	sourceOptimizer = "arXiv:1910.02054 section 3.1"
)

// explainTime derives the step from its terms and the run from the step.
func (p *Prepared) explainTime(e *Estimate) []note.Derivation {
	t := &e.Time
	var list []note.Derivation
	if p.Workload.MFU > 0 {
		flops := p.costs.palm * float64(e.Plan.GlobalBatch) * float64(e.Compute.By(p.Workload.Convention)/e.Compute.Model)
		list = append(list, note.Derivation{Group: "time", Name: "step", Formula: fmt.Sprintf("FLOPs of a step (%s) / (devices x peak x MFU)", p.Workload.Convention),
			Numbers: fmt.Sprintf("%.4g / (%d x %s x %.3g)", flops, p.Cluster.Count, p.rate.Peak, p.Workload.MFU), Value: (t.Step - t.Terms.Teacher).String(), Source: "MFU as given"})
		if teacher := t.Terms.Teacher; teacher > 0 {
			list[0].Name = "student's step"
			list = append(list,
				note.Derivation{Group: "time", Name: termTeacher, Formula: "forward FLOPs of the teacher / (devices x peak x MFU)",
					Numbers: fmt.Sprintf("%.4g / (%d x %s x %.3g)", p.Teacher.FLOPs()*float64(e.Plan.GlobalBatch), p.Cluster.Count, p.rate.Peak, p.Workload.MFU), Value: teacher.String(), Source: SourceDistillation},
				note.Derivation{Group: "time", Name: "step", Formula: "sum of the lines above", Numbers: fmt.Sprintf("%s + %s", note.InSeconds(float64(t.Step-teacher)), note.InSeconds(float64(teacher))), Value: t.Step.String(), Source: ""})
		}
	} else {
		x := p.newTermNumbers(e)
		for _, term := range t.Terms.List() {
			if term.Time > 0 {
				n := x.of(term)
				share := fmt.Sprintf("%.2g %% of the step", 100*float64(term.Time/t.Step))
				list = append(list, note.Derivation{Group: "time", Name: term.Name, Formula: n.formula, Numbers: n.numbers + "; " + share, Value: term.Time.String(), Source: n.source})
			}
		}
		list = append(list, note.Derivation{Group: "time", Name: "step", Formula: "sum of the lines above", Numbers: fmt.Sprintf("80 %% band %s to %s", t.StepLow, t.StepHigh), Value: t.Step.String(), Source: ""})
	}
	return append(list, note.Derivation{Group: "time", Name: "run", Formula: "steps x step", Numbers: fmt.Sprintf("%.0f x %s", t.Steps, note.InSeconds(float64(t.Step))), Value: t.Run.String(), Source: ""})
}

// termNumbers puts the numbers of a plan into the formulas of its step's terms.
type termNumbers struct {
	p     *Prepared
	l     layout
	terms *StepTerms
	a     pace
	total pass
	m     float64 // micro-batches
}

// numbers is a term's formula with its numbers put in, and what they come to.
type numbers struct {
	formula, numbers, source string
	// value is what the numbers come to in seconds; 0 where one of them is made
	// of the term's time, as an achieved rate is, and nothing is claimed.
	value float64
	rate  float64 // FLOP/s that it takes them to be, 0 without
}

func (p *Prepared) newTermNumbers(e *Estimate) *termNumbers {
	x := &termNumbers{p: p, terms: &e.Time.Terms}
	plan := e.Plan
	x.l.init(p, &plan)
	x.m = x.l.microBatches
	p.paceOf(&x.l, &x.a)
	x.total = x.a.slowest.passes()
	return x
}

// of returns the numbers of a term that is not 0.
func (x *termNumbers) of(term StepTerm) numbers {
	switch term.Name {
	case termProducts:
		return x.arithmetic(term, "micro-batches x FLOPs of the slowest stage (forward and backward, + recomputed) / rate achieved on its shapes", x.a.slowest.again.products/x.a.slowest.forward.products, (*work).products, sourceTiles)
	case termAttention:
		forward := x.a.slowest.forward.attention + x.a.slowest.forward.scan
		return x.arithmetic(term, "micro-batches x FLOPs of scores, values and scans (forward and backward, + recomputed) / rate achieved on its shapes", (x.a.slowest.again.attention+x.a.slowest.again.scan)/forward, func(w *work) float64 { return w.mixing }, sourceFlash)
	case termMemoryOps:
		return x.memoryOps()
	case termLaunch:
		return x.launch()
	case termTensor:
		return x.tensor()
	case termExperts:
		return x.experts()
	case termContext:
		return x.context()
	case termPipeline:
		return x.pipeline()
	case termBubble:
		a := &x.a
		return numbers{"(all stages - the slowest) / virtual stages, for a micro-batch; with even stages (p-1)/v",
			fmt.Sprintf("(%s in %d stages - %s) / %.0f", note.InSeconds(a.all), a.stages, note.InSeconds(a.slow), x.l.vp), sourceBubble, (a.all - a.slow) / x.l.vp, 0}
	case termData:
		return x.data()
	case termOptimizer:
		return x.optimizer()
	case termHost:
		return x.host()
	case termTeacher:
		return x.p.Teacher.explain(x)
	case termStragglers:
		e := &x.p.timing.e
		rest := float64(x.terms.Sum() - x.terms.Stragglers - x.terms.Teacher)
		return numbers{"jitter x doublings of a node x the other lines", fmt.Sprintf("%.3g x %.3g x %s", e.Jitter, x.p.doublings(), note.InSeconds(rest)), x.p.constants.Source, e.Jitter * x.p.doublings() * rest, 0}
	}
	e := &x.p.timing.e
	return numbers{"a step's own + micro-batches x a micro-batch's own", fmt.Sprintf("%s + %.0f x %s", note.InSeconds(e.StepSeconds), x.m, note.InSeconds(e.MicroSeconds)), x.p.constants.Source, e.StepSeconds + e.MicroSeconds*x.m, 0}
}

// each calls add with the layers of the slowest stage, embedding and head
// included.
func (x *termNumbers) each(add func(k *kind, n float64)) {
	c := x.p.costs
	x.l.stage(x.a.at, func(k *kind, n, _ float64) { add(k, n) })
	if x.a.at == 0 {
		for _, i := range c.input {
			add(&c.kinds[i], float64(c.kinds[i].layers))
		}
	}
	if x.a.at == x.l.plan.PP-1 {
		for _, i := range c.output {
			add(&c.kinds[i], float64(c.kinds[i].layers))
		}
	}
}

// arithmetic derives products or attention: what the slowest stage computes of
// a micro-batch, and the rate that the term's time makes of it.
func (x *termNumbers) arithmetic(term StepTerm, formula string, again float64, of func(*work) float64, source string) numbers {
	l := &x.l
	forward := 0.0
	x.each(func(k *kind, n float64) {
		device := work{tensor: k.work.tensor / l.tp, whole: k.work.whole / l.sequence(), experts: k.work.experts / l.tp, mixing: k.work.mixing / l.tp}
		forward += n * of(&device) * l.micro / l.cp
	})
	passes := 3.0
	if term.Name == termProducts {
		passes = float64(x.p.passes())
	}
	flops := forward * (passes + again)
	if !(flops > 0) {
		return numbers{formula, fmt.Sprintf("%.0f x %s", x.m, note.InSeconds(float64(term.Time)/x.m)), source, 0, 0}
	}
	text := fmt.Sprintf("%.0f x %.0f x %s", x.m, passes, quantity.FLOPs(forward))
	if again > 0 {
		text = fmt.Sprintf("%.0f x (%.0f + %.2g) x %s", x.m, passes, again, quantity.FLOPs(forward))
	}
	rate := x.m * flops / float64(term.Time)
	return numbers{formula, fmt.Sprintf("%s / %s (%.0f %% of the peak)", text, quantity.FLOPRate(rate), 100*rate/float64(x.p.rate.Peak)), source, 0, rate}
}

// memoryOps derives the memory-bound kernels.
func (x *termNumbers) memoryOps() numbers {
	t := &x.p.timing
	bytes := x.total.memory * t.memory
	formula := "micro-batches x bytes of norms, activations, residuals and loss / achieved bandwidth"
	if x.p.costs.unpackBytes > 0 {
		formula = "micro-batches x bytes of norms, activations, residuals, loss and weights that are unpacked for each pass / achieved bandwidth"
	}
	return numbers{formula,
		fmt.Sprintf("%.0f x %s / (%.2g x %s)", x.m, quantity.Bytes(bytes).Decimal(), t.e.Memory, x.p.Cluster.Device.MemBandwidth), x.p.constants.Source, 0, 0}
}

// host derives the transfers to and from the host or its disks.
func (x *termNumbers) host() numbers {
	s, m := &x.a.slowest, x.m
	moved := x.p.hostTransfers(&x.l, &x.a)
	forward, backward := s.forward.sum(), s.backward.sum()+s.again.sum()
	exposed := moved.exposed(forward, backward)
	return numbers{"micro-batches x (activations out and back, weights in for each pass, gradients out / the slower link, less the passes that hide them)",
		fmt.Sprintf("%.0f x %s (activations %s, weights %s, gradients %s at link %s, state at %s; passes of %s and %s)", m, note.InSeconds(exposed), note.InSeconds(moved.kept), note.InSeconds(moved.read), note.InSeconds(moved.written), x.p.Cluster.Device.HostLink.Bandwidth, quantity.Bandwidth(x.p.stateRate()), note.InSeconds(forward), note.InSeconds(backward)),
		"arXiv:2104.07857 section 5", m * exposed, 0}
}

// launch derives the wait for the host.
func (x *termNumbers) launch() numbers {
	e := &x.p.timing.e
	blocks, routed := 0.0, 0.0
	x.each(func(k *kind, n float64) {
		blocks += n * k.shape.blocks
		if k.shape.topK > 0 {
			routed += n
		}
	})
	formula := "micro-batches x what launching the kernels of a pass takes longer than the pass, at least a share of it"
	each := fmt.Sprintf("%.0f blocks of %s forward, %s backward; at least %.0f %%", blocks, note.InSeconds(e.Launch), note.InSeconds(e.Launch*e.LaunchBackward), 100*e.LaunchShare)
	if wait := routed * e.Routing; wait > 0 {
		formula += ", and in each pass the wait for the tokens of routed experts"
		each += fmt.Sprintf("; %.0f layers of experts that wait %s", routed, note.InSeconds(e.Routing))
	}
	return numbers{formula, fmt.Sprintf("%.0f x %s (%s)", x.m, note.InSeconds(x.total.launch), each), x.p.constants.Source, 0, 0}
}

// tensor derives the tensor-parallel collectives.
func (x *termNumbers) tensor() numbers {
	p, l := x.p, &x.l
	count, bytes, one := 0.0, 0.0, 0.0
	x.each(func(k *kind, n float64) {
		s := &k.shape
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
	return numbers{"micro-batches x passes x reductions of the slowest stage x (latency + 2 x hidden states x (t-1)/t / bandwidth) x what is not hidden",
		fmt.Sprintf("%.0f x %.3g x %.0f x %s (%s on %.0f devices at %s) x %.3g", x.m, passes, count, note.InSeconds(one), quantity.Bytes(bytes).Decimal(), l.tp, quantity.Bandwidth(rate), visible),
		p.linkSource(l.tp), x.m * passes * count * one * visible, 0}
}

// experts derives the all-to-all of mixture-of-experts layers.
func (x *termNumbers) experts() numbers {
	p, l := x.p, &x.l
	count, one, bytes := 0.0, 0.0, 0.0
	x.each(func(k *kind, n float64) {
		if s := &k.shape; s.topK > 0 {
			size := s.dispatched * l.micro / (l.cp * l.tp)
			count += n
			bytes += n * size * s.topK
			one += n * p.allToAll(l.etp, l.ep, s.topK, s.experts, size)
		}
	})
	one, bytes = one/count, bytes/count
	passes := x.total.expert / x.a.slowest.forward.expert
	visible := 1 - p.timing.e.ExpertHidden
	return numbers{"micro-batches x passes x MoE layers x 2 (dispatch, combine) x all-to-all x what is not hidden",
		fmt.Sprintf("%.0f x %.3g x %.0f x 2 x %s (%s on %.0f ranks) x %.3g", x.m, passes, count, note.InSeconds(one), quantity.Bytes(bytes).Decimal(), l.ep, visible),
		sourceAllToAll, x.m * passes * count * 2 * one * visible, 0}
}

// context derives the ring of context parallelism.
func (x *termNumbers) context() numbers {
	p, l := x.p, &x.l
	bytes, rings := 0.0, 0.0
	x.each(func(k *kind, n float64) {
		if volume := l.ring(k); volume > 0 {
			bytes += n * volume
			rings += n
		}
	})
	return numbers{"micro-batches x (keys and values around the ring forward, and with gradients backward, less the attention that hides them)",
		fmt.Sprintf("%.0f x %s (%s in %.0f rings of %.0f at %s; %.0f %% of attention hides it)", x.m, note.InSeconds(x.total.context), quantity.Bytes(bytes).Decimal(), rings, l.cp, quantity.Bandwidth(p.bandwidth(l.tp*l.cp)), 100*p.timing.e.ContextHidden),
		sourceContext, 0, 0}
}

// pipeline derives the transfers between stages.
func (x *termNumbers) pipeline() numbers {
	l := &x.l
	send := x.p.sendTime(l)
	bytes := x.p.costs.boundary * l.micro / (l.cp * l.tp)
	return numbers{"(micro-batches x virtual stages + p - 1) x hidden states of a micro-batch to the next stage and back, where they are waited for",
		fmt.Sprintf("(%.0f x %.0f + %.0f - 1) x %s (%s at %s)", l.microBatches, l.vp, l.pp, note.InSeconds(send), quantity.Bytes(bytes).Decimal(), quantity.Bandwidth(x.p.bandwidth(float64(x.p.Cluster.Count)))),
		sourceBubble, send * (l.microBatches*l.vp + l.pp - 1), 0}
}

// data derives the traffic of data parallelism.
func (x *termNumbers) data() numbers {
	p, l, s := x.p, &x.l, &x.a.slowest
	e := &p.timing.e
	gather, reduce := p.gatherTime(l, x.a.params), p.reduceTime(l, x.a.trained)
	between := p.sliceTime(l, x.a.trained)
	forward, backward := s.forward.sum(), s.backward.sum()+s.again.sum()
	n := numbers{source: "arXiv:1910.02054 section 7"}
	if l.plan.Sharding == Zero3 {
		n.source = "arXiv:2304.11277 section 3"
	}
	times := ""
	switch {
	case l.plan.Sharding == NoSharding:
		n.formula, gather, reduce = "all-reduce of the gradients, less what a backward pass hides", 0, 2*reduce
		n.value = e.exposed(reduce, backward)
	case l.plan.Sharding == Zero3 && l.pp == 1:
		n.formula = "micro-batches x (gather of the weights, forward and again backward, and reduction of the gradients), less what each pass hides"
		times = fmt.Sprintf("%.0f x ", x.m)
		n.value = x.m*(e.exposed(gather, forward)+e.exposed(gather+reduce, backward)) + e.exposed(between, backward)
	case l.plan.Sharding == Zero2:
		n.formula = "gather of the weights, and for every micro-batch reduction of the gradients, less what each pass hides"
		n.value = e.exposed(gather, forward) + x.m*e.exposed(reduce, backward)
	default:
		n.formula = "gather of the weights and reduction of the gradients, less what a pass hides"
		n.value = e.exposed(gather, forward) + e.exposed(reduce+between, backward)
	}
	held := fmt.Sprintf("%s parameters", quantity.Params(x.a.params.sum()))
	if trained := x.a.trained.sum(); trained < x.a.params.sum() {
		held += fmt.Sprintf(" (%s trained)", quantity.Params(trained))
	}
	hides := fmt.Sprintf("%.0f %% of a pass hides it", 100*e.Overlap)
	if e.Contention > 0 {
		hides += fmt.Sprintf(", slowed by %.0f %% of what is hidden", 100*e.Contention)
	}
	parts := fmt.Sprintf("reduce %s beside %s backward", note.InSeconds(reduce), note.InSeconds(backward))
	if gather > 0 {
		parts = fmt.Sprintf("gather %s beside %s forward, ", note.InSeconds(gather), note.InSeconds(forward)) + parts
	}
	if between > 0 {
		hides = fmt.Sprintf("and once a step %s between %.0f slices; ", note.InSeconds(between), l.slices) + hides
	}
	_, _, rate := p.timing.ring(l.tp*l.shard, l.shard)
	n.numbers = fmt.Sprintf("%s(%s); %s over %.0f ranks at %s; %s", times, parts, held, l.shard, quantity.Bandwidth(rate), hides)
	return n
}

// optimizer derives the optimizer's step.
func (x *termNumbers) optimizer() numbers {
	p, l, c := x.p, &x.l, x.p.costs
	of := l.shards[shOptimizer]
	own, moments := of.own(x.a.trained), of.own(x.a.moments)
	width := c.weightBytes + c.gradBytes + 2*c.masterBytes
	n := numbers{"(a rank's trained parameters x (weight + gradient + fp32 copy, read and written) + their moments, read and written) / achieved bandwidth",
		fmt.Sprintf("(%s x %.3g B + 2 x %s) / (%.2g x %s)", quantity.Params(own), width, quantity.Bytes(moments).Decimal(), p.timing.e.Memory, p.Cluster.Device.MemBandwidth), sourceOptimizer, (own*width + 2*moments) / p.timing.memory, 0}
	if bytes := p.streamed(l, &x.a); bytes > 0 {
		n.formula += " + state that streams in and out at once / link to the host or its disks"
		n.numbers += fmt.Sprintf(" + %s / %s", quantity.Bytes(bytes).Decimal(), quantity.Bandwidth(p.stateRate()))
		n.value += bytes / p.stateRate()
	}
	return n
}

// linkSource says where the bandwidth of a group that spans so many devices
// comes from.
func (p *Prepared) linkSource(span float64) string {
	d := p.Cluster.Device
	if span <= p.timing.neighbours && d.Torus == nil {
		link := d.ScaleUp
		if link.Bandwidth == 0 {
			link = d.HostLink
		}
		if _, source := hardware.AchievedBus(link.Name); source != "" {
			return source
		}
	}
	return efficiency.SourceRing
}
