package train

import (
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
	termOthers     = "other phases of post-training"
)

// List returns the parts in order; they add up to the step.
func (t *StepTerms) List() []StepTerm {
	return []StepTerm{
		{termProducts, t.Products}, {termAttention, t.Attention}, {termMemoryOps, t.MemoryOps}, {termLaunch, t.Launch},
		{termTensor, t.TensorComm}, {termExperts, t.ExpertComm}, {termContext, t.Context}, {termPipeline, t.Pipeline},
		{termBubble, t.Bubble}, {termData, t.DataComm}, {termOptimizer, t.Optimizer}, {termHost, t.Offload}, {termStragglers, t.Stragglers}, {termFixed, t.Fixed}, {termTeacher, t.Teacher},
		{termOthers, t.Others},
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
	list := p.explainTerms(e)
	if p.Workload.MFU > 0 {
		list = p.explainMFU(e)
	}
	list = append(list, p.explainUtilisation(e)...)
	if t.Environment > 0 { // more than steps: the run derives its parts
		return list
	}
	return append(list, note.Derive("time.run", "run", "", t.Run, note.In("steps", t.Steps), note.In("step", note.Fine(t.Step))))
}

// explainMFU derives a step from a given MFU, and its teacher's part
// separately.
func (p *Prepared) explainMFU(e *Estimate) []note.Derivation {
	t, name := &e.Time, "step"
	teacher := t.Terms.Teacher
	if teacher > 0 {
		name = "student's step"
	}
	peak := []note.Input{note.In("devices", p.Cluster.Count), note.In("peak", p.rate.Peak), note.In("MFU", p.Workload.MFU)}
	flops := p.profile.palm * float64(e.Plan.GlobalBatch) * float64(e.Compute.By(p.Workload.Convention)/e.Compute.Model)
	list := []note.Derivation{note.Derive("time.step.mfu", name, "MFU as given", t.Step-teacher,
		append([]note.Input{note.In("convention", p.Workload.Convention.String()), note.In("FLOPs of a step", flops)}, peak...)...)}
	if teacher > 0 {
		list = append(list,
			note.Derive("time.teacher.mfu", termTeacher, SourceDistillation, teacher,
				append([]note.Input{note.In("forward FLOPs of the teacher", p.Teacher.FLOPs()*float64(e.Plan.GlobalBatch))}, peak...)...),
			note.Derive("time.step.teacher", "step", "", t.Step, note.In("student's step", note.Fine(t.Step-teacher)), note.In("teacher's forward pass", note.Fine(teacher))))
	}
	return list
}

// explainTerms derives a step from its terms, each with its share of the step.
func (p *Prepared) explainTerms(e *Estimate) []note.Derivation {
	t, x := &e.Time, p.newTermNumbers(e)
	var list []note.Derivation
	for _, term := range t.Terms.List() {
		if term.Time > 0 {
			n := x.of(term)
			share := note.In("percent of the step", 100*float64(term.Time/t.Step))
			list = append(list, note.Derive(n.rule, term.Name, n.source, term.Time, append(n.inputs, share)...))
		}
	}
	return append(list, note.Derive("time.step", "step", "", t.Step, note.In("low", t.StepLow), note.In("high", t.StepHigh)))
}

// termNumbers puts the numbers of a plan into the formulas of its step's terms.
type termNumbers struct {
	p     *Prepared
	l     layout
	terms *StepTerms
	a     pipelineTimes
	total pass
	m     float64 // micro-batches
}

// numbers is a term's formula, its inputs and its result.
type numbers struct {
	rule   string
	inputs note.Inputs
	source string
	// value is the result in seconds; 0 if an input, such as an achieved rate,
	// follows from the term's time, so that there is nothing to check.
	value float64
	rate  float64 // achieved FLOP/s, 0 without one
}

func (p *Prepared) newTermNumbers(e *Estimate) *termNumbers {
	x := &termNumbers{p: p, terms: &e.Time.Terms}
	plan := e.Plan
	x.l.init(p, &plan)
	x.m = x.l.microBatches
	p.pipelineTimes(&x.l, &x.a)
	x.total = x.a.slowest.passes()
	return x
}

// of returns the numbers of a term that is not 0.
func (x *termNumbers) of(term StepTerm) numbers {
	switch term.Name {
	case termProducts:
		return x.products(term)
	case termAttention:
		return x.attention(term)
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
		return x.bubble()
	case termData:
		return x.data()
	case termOptimizer:
		return x.optimizer()
	case termHost:
		return x.host()
	case termTeacher:
		return x.p.Teacher.explain(x)
	case termOthers:
		return x.others()
	case termStragglers:
		return x.stragglers()
	}
	return x.fixed()
}

// microBatches is the first input of most formulas.
func (x *termNumbers) microBatches() note.Input { return note.In("micro-batches", x.m) }

// stragglers derives the wait for the slowest device.
func (x *termNumbers) stragglers() numbers {
	jitter, doublings := x.p.timing.e.Jitter, x.p.doublings()
	rest := float64(x.terms.Sum() - x.terms.Stragglers - x.terms.Teacher - x.terms.Others)
	return numbers{rule: "time.stragglers", source: x.p.constants.Source, value: jitter * doublings * rest, inputs: note.Inputs{
		note.In("jitter", jitter), note.In("doublings of a node", doublings), note.In("other terms", note.Fine(rest))}}
}

// fixed derives the fixed times per step and per micro-batch.
func (x *termNumbers) fixed() numbers {
	e := &x.p.timing.e
	return numbers{rule: "time.fixed", source: x.p.constants.Source, value: e.StepSeconds + e.MicroSeconds*x.m, inputs: note.Inputs{
		note.In("per step", note.Fine(e.StepSeconds)), x.microBatches(), note.In("per micro-batch", note.Fine(e.MicroSeconds))}}
}

// each calls add for the layers of the slowest stage, including embedding and
// head.
func (x *termNumbers) each(add func(k *layerKind, n float64)) {
	c := x.p.profile
	x.l.stage(x.a.at, func(k *layerKind, n, _ float64) { add(k, n) })
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
