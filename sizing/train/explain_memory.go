package train

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// explainMemory derives the terms of the most loaded stage.
func (p *Prepared) explainMemory(e *Estimate) []note.Derivation {
	x := p.newMemoryNumbers(e)
	c, m, stack := p.profile, &e.Memory, p.profile.stack
	list := append(x.states(),
		x.activations(),
		note.Derive("memory.logits", "logits", stack.Source, m.Logits,
			note.In("micro-batch", e.Plan.MicroBatch), note.In("outputs per sample", c.logits), note.In("tensor and context parallel", e.Plan.TP*e.Plan.CP), note.In("bytes per output", c.logitsBytes)),
		note.Derive("memory.communication", "communication", stack.Source, m.Communication,
			note.In("gather depth", stack.GatherDepth), note.In("pipeline parallel", e.Plan.PP)),
		note.Derive("memory.overhead", "overhead", stack.Source, m.Overhead,
			note.In("context", stack.ContextBytes), note.In("workspaces", p.workspace), note.In("percent of fragmentation", 100*(stack.Reserved-1))),
	)
	if m.Others > 0 {
		o := p.Others
		held, logits := o.StageBytes(p, &e.Plan, m.Stage)
		if m.Others == held {
			logits = 0 // they do not exist at the peak
		}
		list = append(list, note.Derive("memory.others", "other models", sourcePostTraining, m.Others,
			note.In("frozen models", held-o.Held), note.In("critic and engine", o.Held), note.In("logits", logits)))
	}
	list = append(list, note.Derive("memory.total", "total", "", m.Total, note.In("phase", note.Word("phase."+string(m.Peak))), note.In("memory per device", m.Device)))
	return append(list, x.outside()...)
}

// memoryNumbers puts the numbers of the most loaded stage into the formulas of
// its memory.
type memoryNumbers struct {
	p *Prepared
	e *Estimate
	l layout
	t stageMemory
}

func (p *Prepared) newMemoryNumbers(e *Estimate) *memoryNumbers {
	x := &memoryNumbers{p: p, e: e}
	x.l.init(p, &e.Plan)
	p.sumStage(&x.l, e.Memory.Stage, &x.t)
	return x
}

// states derives weights, gradients and the optimizer's state.
func (x *memoryNumbers) states() []note.Derivation {
	t, l, c, m, plan := &x.t, &x.l, x.p.profile, &x.e.Memory, &x.e.Plan
	perParam := 0.0
	if t.trained.sum() > 0 {
		perParam = t.moments.sum() / t.trained.sum()
	}
	trained := note.In("trained parameters", count(t.trained))
	return []note.Derivation{
		note.Derive("memory.weights", "weights", c.stack.Source, m.Weights,
			note.In("parameters of stage", count(t.params)), note.In("bytes per parameter", t.stored.sum()/t.params.sum()), x.over(shWeights),
			note.In("stage", m.Stage+1), note.In("stages", plan.PP), note.In("tensor parallel", plan.TP), place(l.offloaded.weights)),
		note.Derive("memory.gradients", "gradients", sourceZeRO, m.Gradients,
			trained, note.In("bytes per gradient", c.gradBytes), x.over(shGradients), atPeak(m.Gradients, l.offloaded.gradients)),
		note.Derive("memory.optimizer", "optimizer", sourceZeRO, m.Optimizer,
			trained, note.In("bytes per fp32 copy", c.masterBytes), note.In("bytes of moments per parameter", perParam), x.over(shOptimizer), place(l.offloaded.optimizer)),
	}
}

// activations derives what is saved for the backward pass.
func (x *memoryNumbers) activations() note.Derivation {
	t, m := &x.t, &x.e.Memory
	layers := 0.0
	x.l.stage(m.Stage, func(_ *layerKind, n, _ float64) { layers += n })
	var again note.Part
	if t.working > 0 {
		again = note.NewPart("memory.recomputed", note.In("recomputed at once", quantity.Bytes(t.working+t.inner*x.p.profile.stack.RecomputeGradients)))
	}
	return note.Derive("memory.activations", "activations", sourceActivations, m.Activations,
		note.In("micro-batches in flight", x.l.inFlight(m.Stage)), note.In("saved activations", quantity.Bytes(t.saved)), note.In("layers", layers),
		note.In("recomputed at once", again), note.In("recompute", recomputePart(&x.e.Plan)), atPeak(m.Activations, false))
}

// recomputePart says how the plan recomputes. Modes that name layers are
// spelled as given.
func recomputePart(plan *Plan) note.Part {
	switch name := plan.RecomputeName(); name {
	case NoRecompute.String():
		return note.NewPart("memory.recompute.none")
	case Selective.String():
		return note.NewPart("memory.recompute.selective")
	case FullRecompute.String():
		return note.NewPart("memory.recompute.full")
	default:
		return note.NewPart("memory.recompute", note.In("recompute", name))
	}
}

// outside derives what is offloaded, if anything is.
func (x *memoryNumbers) outside() []note.Derivation {
	m := &x.e.Memory
	if m.Host+m.NVMe <= 0 {
		return nil
	}
	return []note.Derivation{note.Derive("memory.outside", "outside the device", "arXiv:2101.06840, arXiv:2104.07857", m.Host+m.NVMe,
		note.In("host's memory", m.Host), note.In("NVMe disks", m.NVMe), note.In("micro-batches in flight", x.l.inFlight(m.Stage)), note.In("offloaded activations", quantity.Bytes(x.t.host)))}
}

// over are the ranks that a state is sharded over.
func (x *memoryNumbers) over(state int) note.Input {
	var ranks note.Part
	switch sh := x.l.shards[state]; {
	case sh.dense == 1 && sh.expert == 1:
	case x.t.params.experts > 0:
		ranks = note.NewPart("memory.shards.experts", note.In("ranks", sh.dense), note.In("ranks of experts", sh.expert))
	default:
		ranks = note.NewPart("memory.shards", note.In("ranks", sh.dense))
	}
	return note.In("shards", ranks)
}

// place says that a state is offloaded.
func place(offloaded bool) note.Input {
	var where note.Part
	if offloaded {
		where = note.NewPart("memory.offloaded")
	}
	return note.In("place", where)
}

// atPeak says that a term is offloaded or absent at the peak.
func atPeak(term quantity.Bytes, offloaded bool) note.Input {
	if term == 0 && !offloaded {
		return note.In("place", note.NewPart("memory.absent"))
	}
	return place(offloaded)
}

// count is a number of parameters with every digit.
func count(h perStage) note.Count { return note.Count(h.sum()) }
