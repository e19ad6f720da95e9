package sizing

import (
	"fmt"
	"math"

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
func (p *Prepared) Explain(e *Estimate) []Derivation {
	var list []Derivation
	list = append(list, p.explainMemory(e)...)
	list = append(list, p.explainCompute(e)...)
	list = append(list, p.explainTime(e)...)
	return append(list, p.explainRun(e)...)
}

// explainMemory derives the terms of the most loaded stage.
func (p *Prepared) explainMemory(e *Estimate) []Derivation {
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
	list := []Derivation{
		{"memory", "weights", "parameters of stage x bytes / weight shards",
			fmt.Sprintf("%s x %.4g B%s (stage %d of %d, tp %d)", n(t.params), t.stored.sum()/t.params.sum(), over(l.shards[shWeights]), m.Stage+1, e.Plan.PP, e.Plan.TP) + elsewhere(l.away.weights), m.Weights.String(), stack.Source},
		{"memory", "gradients", "trained parameters x bytes / gradient shards",
			fmt.Sprintf("%s x %.3g B%s", n(t.trained), c.gradBytes, over(l.shards[shGradients])) + atPeak(m.Gradients, l.away.gradients), m.Gradients.String(), sourceZeRO},
		{"memory", "optimizer", "trained parameters x (fp32 copy + moments) / state shards",
			fmt.Sprintf("%s x (%.3g + %.3g) B%s", n(t.trained), c.masterBytes, perParam, over(l.shards[shOptimizer])) + elsewhere(l.away.optimizer), m.Optimizer.String(), sourceZeRO},
		{"memory", "activations", "micro-batches in flight x saved bytes of the stage's layers + what is recomputed at once (+ embedding or head)",
			fmt.Sprintf("%.3g x %s in %.0f layers%s, recompute %s", l.inFlight(m.Stage), quantity.Bytes(t.kept), layers, atOnce, e.Plan.RecomputeName()) + atPeak(m.Activations, false), m.Activations.String(), sourceActivations},
		{"memory", "logits", "micro-batch x outputs of a sample (sequence x vocabulary) / (tp x cp) x bytes",
			fmt.Sprintf("%d x %.0f / %d x %.3g B (last stage only)", e.Plan.MicroBatch, c.logits, e.Plan.TP*e.Plan.CP, c.logitsBytes), m.Logits.String(), stack.Source},
		{"memory", "communication", "gathered units (ZeRO-3) + pipeline buffers",
			fmt.Sprintf("gather depth %.3g, pp %d", stack.GatherDepth, e.Plan.PP), m.Communication.String(), stack.Source},
		{"memory", "overhead", "context + workspaces + fragmentation",
			fmt.Sprintf("%s + %s + %.1f %%", stack.ContextBytes, p.workspace, 100*(stack.Reserved-1)), m.Overhead.String(), stack.Source},
		{"memory", "total", "sum of the lines above, at the peak of the step", fmt.Sprintf("at the %s; device has %s", m.Peak, m.Device), m.Total.String(), ""},
	}
	if m.Host+m.NVMe > 0 {
		list = append(list, Derivation{"memory", "outside the device", "offloaded states / their shards + micro-batches in flight x offloaded activations",
			fmt.Sprintf("host's memory %s, NVMe disks %s; %.3g x %s of activations", m.Host, m.NVMe, l.inFlight(m.Stage), quantity.Bytes(t.host)), (m.Host + m.NVMe).String(), "arXiv:2101.06840, arXiv:2104.07857"})
	}
	return list
}

// explainCompute derives the FLOPs by each convention.
func (p *Prepared) explainCompute(e *Estimate) []Derivation {
	c := p.costs
	samples := p.samples(&e.Plan)
	tokens := samples * float64(p.Workload.Seq)
	unit := "tokens"
	if !c.model.PerToken() {
		unit = c.model.Unit + "s"
	}
	passes := p.passes()
	seq := float64(p.Workload.Seq)
	sixND := Derivation{"compute", "model FLOPs (6ND)", "6 x active parameters x tokens",
		fmt.Sprintf("6 x %s x %.4g", c.active.Exact(), tokens), e.Compute.SixND.String(), "arXiv:2001.08361 section 2.1"}
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
	return []Derivation{
		{"compute", "model FLOPs", fmt.Sprintf("(%d x active parameters + 12 x layers x heads x head_dim x sequence) x %s", perParam, unit),
			fmt.Sprintf("(%.4g + %.4g) x %.4g %s", c.sixND*float64(passes)/3/seq, 3*c.fwd.full/seq, tokens, unit), e.Compute.Model.String(), sourcePaLM},
		{"compute", "model FLOPs (megatron)", fmt.Sprintf("(%d x forward products + 3 x attention by its causal half) x samples", passes),
			fmt.Sprintf("(%d x %.4g + 3 x %.4g) x %.4g", passes, c.fwd.products(), c.fwd.mixing, samples), e.Compute.Megatron.String(), "NVIDIA/Megatron-LM megatron/training/training.py num_floating_point_operations"},
		sixND,
		{"compute", "hardware FLOPs", "executed: as by megatron, and what recompute repeats",
			fmt.Sprintf("%s) x %.4g", hardware, samples), e.Compute.Hardware.String(), "arXiv:2205.05198 appendix A"},
	}
}

// explainRun derives storage, cost and energy.
func (p *Prepared) explainRun(e *Estimate) []Derivation {
	d, w, s := p.Cluster.Device, &p.Workload, &e.Storage
	list := []Derivation{
		{"storage", "weights", "parameters x bytes", fmt.Sprintf("%s x %.3g B", p.costs.params.Exact(), w.Precision.Bytes()), s.Weights.String(), ""},
		{"storage", "checkpoint", "trained parameters x (weights + fp32 copy + moments)", fmt.Sprintf("%s x (%.3g + %.3g) B + moments, %d kept", p.TrainedParams().Exact(), p.costs.weightBytes, p.costs.masterBytes, s.CheckpointsKept), s.Checkpoint.String(), p.costs.stack.Source},
	}
	if s.Dataset > 0 {
		list = append(list, Derivation{"storage", "dataset", "tokens x bytes an id", fmt.Sprintf("%s x %.0f B", w.dataset().Exact(), tokenBytes(p.costs.model.Vocab)), s.Dataset.String(), "NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py"})
	}
	cost, energy := "cost", "energy"
	if w.Tokens > 0 { // those of the run are expected ones
		cost, energy = "cost of the steps", "energy of the steps"
	}
	if e.Cost.PerHour > 0 {
		list = append(list, Derivation{"cost", cost, "device-hours x price", fmt.Sprintf("%.4g x %s", e.Time.DeviceHours, e.Cost.PerHour), e.Cost.USD.String(), ""})
	}
	if d.Power > 0 {
		list = append(list, Derivation{"cost", energy, "device-hours x rated power x PUE", fmt.Sprintf("%.4g x %s x %.2f", e.Time.DeviceHours, d.Power, w.PUE), e.Energy.KWh.String(), ""})
	}
	return list
}
