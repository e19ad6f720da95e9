package train

import (
	"math"

	"mlsizer/sizing/note"
)

// Sources of the formulas.
const (
	sourceZeRO          = "arXiv:1910.02054 section 3"
	sourceStageGathered = "pytorch/torchtitan@b5bcd76 torchtitan/distributed/fsdp.py:129-132; pytorch/pytorch torch/distributed/fsdp/_fully_shard/_fsdp_param_group.py (post_backward: reduce_grads)"
	sourceActivations   = "arXiv:2205.05198 section 4, tensor by tensor from the layer's shape"
	sourcePaLM          = "arXiv:2204.02311 appendix B"
	sourceMegatron      = "NVIDIA/Megatron-LM@d98e8a6 megatron/training/training.py:802"
	sourceSixND         = "arXiv:2001.08361 section 2.1"
	sourceHardware      = "arXiv:2205.05198 appendix A"
	sourceBubble        = "arXiv:2104.04473 section 2.2"
	sourceDataset       = "NVIDIA/Megatron-LM@d98e8a6 megatron/core/datasets/indexed_dataset.py:114"
)

// Explain derives every term of the estimate.
func (p *Prepared) Explain(e *Estimate) []note.Derivation {
	var list []note.Derivation
	list = append(list, p.explainMemory(e)...)
	list = append(list, p.explainCompute(e)...)
	list = append(list, p.explainTime(e)...)
	return append(list, p.explainRun(e)...)
}

// explainCompute derives the FLOPs by each convention.
func (p *Prepared) explainCompute(e *Estimate) []note.Derivation {
	c, passes, seq := p.profile, p.passes(), float64(p.Workload.Seq)
	samples := p.Samples(&e.Plan)
	unit := note.In("unit", note.Word(p.unit()))
	return []note.Derivation{
		note.Derive("compute.palm", "model FLOPs", sourcePaLM, e.Compute.Model,
			note.In("FLOPs per parameter", 2*passes), unit, note.In("FLOPs of parameters per token", c.sixND*float64(passes)/3/seq),
			note.In("FLOPs of attention per token", 3*c.fwd.full/seq), note.In("tokens", samples*seq)),
		note.Derive("compute.megatron", "model FLOPs (megatron)", sourceMegatron, e.Compute.Megatron,
			p.executed(samples)...),
		p.explainSixND(e, unit, samples*seq),
		p.explainHardware(e, samples),
		note.Derive("compute.per-token", "model FLOPs per token", sourcePaLM, e.Compute.PerToken,
			unit, note.In("model FLOPs", e.Compute.Model), note.In("tokens", samples*seq)),
	}
}

// unit is the plural of what the model reads.
func (p *Prepared) unit() string {
	if p.profile.model.PerToken() {
		return "tokens"
	}
	return p.profile.model.Unit + "s"
}

// executed returns the FLOPs of a forward and a backward pass, and how often
// both run.
func (p *Prepared) executed(samples float64) []note.Input {
	return []note.Input{note.In("passes", p.passes()), note.In("forward FLOPs of products", p.profile.fwd.products()),
		note.In("forward FLOPs of attention", p.profile.fwd.mixing), note.In("samples", samples)}
}

// explainSixND derives 6ND, which counts a parameter once per use.
func (p *Prepared) explainSixND(e *Estimate, unit note.Input, tokens float64) note.Derivation {
	const name, source = "model FLOPs (6ND)", sourceSixND
	c, seq := p.profile, float64(p.Workload.Seq)
	if plain := 6 * float64(c.active) * seq; math.Abs(c.sixND-plain) > 1e-6*plain {
		return note.Derive("compute.6nd.reused", name, source, e.Compute.SixND, unit, note.In("parameters by their uses", c.sixND/6/seq), note.In("tokens", tokens))
	}
	return note.Derive("compute.6nd", name, source, e.Compute.SixND, note.In("active parameters", note.Count(c.active)), note.In("tokens", tokens))
}

// explainHardware derives the executed FLOPs.
func (p *Prepared) explainHardware(e *Estimate, samples float64) note.Derivation {
	const name, source = "hardware FLOPs", sourceHardware
	inputs := p.executed(samples)
	if e.Plan.Recompute == NoRecompute {
		return note.Derive("compute.hardware", name, source, e.Compute.Hardware, inputs...)
	}
	var l layout
	l.init(p, &e.Plan)
	return note.Derive("compute.hardware.recompute", name, source, e.Compute.Hardware, append(inputs, note.In("recomputed FLOPs", l.repeated()))...)
}

// explainRun derives storage, cost and energy.
func (p *Prepared) explainRun(e *Estimate) []note.Derivation {
	w, s := &p.Workload, &e.Storage
	list := []note.Derivation{
		note.Derive("storage.weights", "weights", "", s.Weights, note.In("parameters", note.Count(p.profile.params)), note.In("bytes per parameter", w.Precision.Bytes())),
		note.Derive("storage.checkpoint", "checkpoint", p.profile.stack.Source, s.Checkpoint,
			note.In("trained parameters", note.Count(p.TrainedParams())), note.In("bytes per weight", p.profile.weightBytes),
			note.In("bytes per fp32 copy", p.profile.masterBytes), note.In("checkpoints kept", s.CheckpointsKept)),
	}
	if s.Dataset > 0 {
		list = append(list, note.Derive("storage.dataset", "dataset", sourceDataset, s.Dataset,
			note.In("tokens", note.Count(w.Dataset())), note.In("bytes per token id", tokenBytes(p.profile.model.Vocab))))
	}
	cost, energy, co2 := "cost", "energy", "CO2"
	if w.Tokens > 0 { // those of a run are of the expected run
		cost, energy, co2 = "cost of the steps", "energy of the steps", "CO2 of the steps"
	}
	return append(list, p.ExplainBill(e.Time.DeviceHours, &e.Cost, &e.Energy, cost, energy, co2)...)
}
