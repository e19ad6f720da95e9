package train

import (
	"fmt"
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Sources of the formulas.
const (
	sourceZeRO        = "arXiv:1910.02054 section 3"
	sourceActivations = "arXiv:2205.05198 section 4, tensor by tensor from the layer's shape"
	sourcePaLM        = "arXiv:2204.02311 appendix B"
	sourceBubble      = "arXiv:2104.04473 section 2.2"
)

// Explain derives every term of the estimate.
func (p *Prepared) Explain(e *Estimate) []note.Derivation {
	var list []note.Derivation
	list = append(list, p.explainMemory(e)...)
	list = append(list, p.explainCompute(e)...)
	list = append(list, p.explainTime(e)...)
	return append(list, p.explainRun(e)...)
}

// explainMemory derives the terms of the most loaded stage.
func (p *Prepared) explainMemory(e *Estimate) []note.Derivation {
	var l layout
	l.init(p, &e.Plan)
	c, m, stack := p.costs, &e.Memory, p.costs.stack
	var t holding
	p.hold(&l, m.Stage, &t)
	layers := 0.0
	l.stage(m.Stage, func(_ *kind, n, _ float64) { layers += n })
	n := func(h held) string { return quantity.Params(h.sum()).Exact() }
	over := func(sh shares) string {
		if sh.dense == 1 && sh.expert == 1 {
			return ""
		}
		if t.params.experts > 0 {
			return fmt.Sprintf(" / %.0f ranks (experts / %.0f)", sh.dense, sh.expert)
		}
		return fmt.Sprintf(" / %.0f ranks", sh.dense)
	}
	elsewhere := func(away bool) string {
		if away {
			return ", kept outside the device"
		}
		return ""
	}
	atPeak := func(term quantity.Bytes, away bool) string {
		if term == 0 && !away {
			return ", none at the peak"
		}
		return elsewhere(away)
	}
	perParam := 0.0
	if t.trained.sum() > 0 {
		perParam = t.moments.sum() / t.trained.sum()
	}
	atOnce := ""
	if t.working > 0 {
		atOnce = " + " + quantity.Bytes(t.working+t.inner*stack.RecomputeGradients).String()
	}
	list := []note.Derivation{
		{Group: "memory", Name: "weights", Formula: "parameters of stage x bytes / weight shards",
			Numbers: fmt.Sprintf("%s x %.4g B%s (stage %d of %d, tp %d)", n(t.params), t.stored.sum()/t.params.sum(), over(l.shards[shWeights]), m.Stage+1, e.Plan.PP, e.Plan.TP) + elsewhere(l.away.weights), Value: m.Weights.String(), Source: stack.Source},
		{Group: "memory", Name: "gradients", Formula: "trained parameters x bytes / gradient shards",
			Numbers: fmt.Sprintf("%s x %.3g B%s", n(t.trained), c.gradBytes, over(l.shards[shGradients])) + atPeak(m.Gradients, l.away.gradients), Value: m.Gradients.String(), Source: sourceZeRO},
		{Group: "memory", Name: "optimizer", Formula: "trained parameters x (fp32 copy + moments) / state shards",
			Numbers: fmt.Sprintf("%s x (%.3g + %.3g) B%s", n(t.trained), c.masterBytes, perParam, over(l.shards[shOptimizer])) + elsewhere(l.away.optimizer), Value: m.Optimizer.String(), Source: sourceZeRO},
		{Group: "memory", Name: "activations", Formula: "micro-batches in flight x saved bytes of the stage's layers + what is recomputed at once (+ embedding or head)",
			Numbers: fmt.Sprintf("%.3g x %s in %.0f layers%s, recompute %s", l.inFlight(m.Stage), quantity.Bytes(t.kept), layers, atOnce, e.Plan.RecomputeName()) + atPeak(m.Activations, false), Value: m.Activations.String(), Source: sourceActivations},
		{Group: "memory", Name: "logits", Formula: "micro-batch x outputs of a sample (sequence x vocabulary) / (tp x cp) x bytes",
			Numbers: fmt.Sprintf("%d x %.0f / %d x %.3g B (last stage only)", e.Plan.MicroBatch, c.logits, e.Plan.TP*e.Plan.CP, c.logitsBytes), Value: m.Logits.String(), Source: stack.Source},
		{Group: "memory", Name: "communication", Formula: "gathered units (ZeRO-3) + pipeline buffers",
			Numbers: fmt.Sprintf("gather depth %.3g, pp %d", stack.GatherDepth, e.Plan.PP), Value: m.Communication.String(), Source: stack.Source},
		{Group: "memory", Name: "overhead", Formula: "context + workspaces + fragmentation",
			Numbers: fmt.Sprintf("%s + %s + %.1f %%", stack.ContextBytes, p.workspace, 100*(stack.Reserved-1)), Value: m.Overhead.String(), Source: stack.Source},
		{Group: "memory", Name: "total", Formula: "sum of the lines above, at the peak of the step", Numbers: fmt.Sprintf("at the %s; device has %s", m.Peak, m.Device), Value: m.Total.String(), Source: ""},
	}
	if m.Host+m.NVMe > 0 {
		list = append(list, note.Derivation{Group: "memory", Name: "outside the device", Formula: "offloaded states / their shards + micro-batches in flight x offloaded activations",
			Numbers: fmt.Sprintf("host's memory %s, NVMe disks %s; %.3g x %s of activations", m.Host, m.NVMe, l.inFlight(m.Stage), quantity.Bytes(t.host)), Value: (m.Host + m.NVMe).String(), Source: "arXiv:2101.06840, arXiv:2104.07857"})
	}
	return list
}

// explainCompute derives the FLOPs by each convention.
func (p *Prepared) explainCompute(e *Estimate) []note.Derivation {
	c := p.costs
	samples := p.Samples(&e.Plan)
	tokens := samples * float64(p.Workload.Seq)
	unit := "tokens"
	if !c.model.PerToken() {
		unit = c.model.Unit + "s"
	}
	passes := p.passes()
	seq := float64(p.Workload.Seq)
	sixND := note.Derivation{Group: "compute", Name: "model FLOPs (6ND)", Formula: "6 x active parameters x tokens",
		Numbers: fmt.Sprintf("6 x %s x %.4g", c.active.Exact(), tokens), Value: e.Compute.SixND.String(), Source: "arXiv:2001.08361 section 2.1"}
	if plain := 6 * float64(c.active) * seq; math.Abs(c.sixND-plain) > 1e-6*plain {
		sixND.Formula = "6 x parameters x times that each is used x " + unit
		sixND.Numbers = fmt.Sprintf("6 x %.4g x %.4g", c.sixND/6/seq, tokens)
	}
	perParam := 2 * passes
	hardware := fmt.Sprintf("(%d x %.4g + 3 x %.4g", passes, c.fwd.products(), c.fwd.mixing)
	var l layout
	if l.init(p, &e.Plan); e.Plan.Recompute != NoRecompute {
		hardware += fmt.Sprintf(" + %.4g", l.repeated())
	}
	return []note.Derivation{
		{Group: "compute", Name: "model FLOPs", Formula: fmt.Sprintf("(%d x active parameters + 12 x layers x heads x head_dim x sequence) x %s", perParam, unit),
			Numbers: fmt.Sprintf("(%.4g + %.4g) x %.4g %s", c.sixND*float64(passes)/3/seq, 3*c.fwd.full/seq, tokens, unit), Value: e.Compute.Model.String(), Source: sourcePaLM},
		{Group: "compute", Name: "model FLOPs (megatron)", Formula: fmt.Sprintf("(%d x forward products + 3 x attention by its causal half) x samples", passes),
			Numbers: fmt.Sprintf("(%d x %.4g + 3 x %.4g) x %.4g", passes, c.fwd.products(), c.fwd.mixing, samples), Value: e.Compute.Megatron.String(), Source: "NVIDIA/Megatron-LM megatron/training/training.py num_floating_point_operations"},
		sixND,
		{Group: "compute", Name: "hardware FLOPs", Formula: "executed: as by megatron, and what recompute repeats",
			Numbers: fmt.Sprintf("%s) x %.4g", hardware, samples), Value: e.Compute.Hardware.String(), Source: "arXiv:2205.05198 appendix A"},
	}
}

// explainRun derives storage, cost and energy.
func (p *Prepared) explainRun(e *Estimate) []note.Derivation {
	d, w, s := p.Cluster.Device, &p.Workload, &e.Storage
	list := []note.Derivation{
		{Group: "storage", Name: "weights", Formula: "parameters x bytes", Numbers: fmt.Sprintf("%s x %.3g B", p.costs.params.Exact(), w.Precision.Bytes()), Value: s.Weights.String(), Source: ""},
		{Group: "storage", Name: "checkpoint", Formula: "trained parameters x (weights + fp32 copy + moments)", Numbers: fmt.Sprintf("%s x (%.3g + %.3g) B + moments, %d kept", p.TrainedParams().Exact(), p.costs.weightBytes, p.costs.masterBytes, s.CheckpointsKept), Value: s.Checkpoint.String(), Source: p.costs.stack.Source},
	}
	if s.Dataset > 0 {
		list = append(list, note.Derivation{Group: "storage", Name: "dataset", Formula: "tokens x bytes an id", Numbers: fmt.Sprintf("%s x %.0f B", w.Dataset().Exact(), tokenBytes(p.costs.model.Vocab)), Value: s.Dataset.String(), Source: "NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py"})
	}
	cost, energy := "cost", "energy"
	if w.Tokens > 0 { // those of the run are expected ones
		cost, energy = "cost of the steps", "energy of the steps"
	}
	if e.Cost.PerHour > 0 {
		list = append(list, note.Derivation{Group: "cost", Name: cost, Formula: "device-hours x price", Numbers: fmt.Sprintf("%.4g x %s", e.Time.DeviceHours, e.Cost.PerHour), Value: e.Cost.USD.String(), Source: ""})
	}
	if d.Power > 0 {
		list = append(list, note.Derivation{Group: "cost", Name: energy, Formula: "device-hours x rated power x PUE", Numbers: fmt.Sprintf("%.4g x %s x %.2f", e.Time.DeviceHours, d.Power, w.PUE), Value: e.Energy.KWh.String(), Source: ""})
	}
	return list
}
