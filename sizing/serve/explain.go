package serve

import (
	"fmt"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Sources of the formulas of serving.
const (
	sourceKV       = "arXiv:2305.13245 section 2 (keys and values of grouped heads); for latents arXiv:2405.04434 section 2.1.4"
	sourceRoofline = "Williams, Waterman, Patterson, CACM 52(4) 2009; constants fitted, see sizing/serving_constants.json"
	sourceState    = "arXiv:2312.00752 section 3; arXiv:2412.06464"
)

// Explain derives every figure of the answer.
func (a *Answer) Explain() []note.Derivation {
	return append(a.explainMemory(), a.explainTime()...)
}

func (a *Answer) explainMemory() []note.Derivation {
	m, l := &a.Memory, servingLines{group: "memory"}
	a.explainWeights(&l)
	n := float64(a.perReplica(a.Batch))
	stage, ofStage := a.stageOf(m)
	a.explainCaches(&l, n, stage, ofStage)
	if m.KVPadding > 0 {
		a.explainPadding(&l, n)
	}
	if m.State > 0 {
		tail := append(note.Product{note.In("tensor parallel", a.Layout.TP)}, ofStage...)
		l.derive("state", "serving.state", sourceState, m.State, note.In("state per sequence", a.StateBytes()), note.In("sequences", n), note.In("shares", tail))
	}
	a.explainCompute(&l)
	a.explainOverhead(&l)
	l.derive("total", "serving.total", "", m.Total)
	a.explainBudget(&l)
	return l.list
}

// stageOf is the share of caches and state on the devices of the fullest stage,
// and its inputs.
func (a *Answer) stageOf(m *Memory) (stage float64, numbers note.Product) {
	stage = a.profile.stageShare(&a.Layout)
	if a.Layout.PP > 1 {
		layers := max(a.profile.layers, 1)
		numbers = append(numbers, note.In("share of the stage", note.NewPart("serving.stage-layers",
			note.In("layers of the fullest stage", stage*float64(layers)), note.In("layers", layers))))
	}
	if m.HostCache > 0 {
		layers, _, _ := a.hostLayers(m, 0)
		left := layers - float64(m.HostLayers)
		stage = stage * left / layers
		numbers = append(numbers, note.In("share of the device", note.NewPart("serving.layers-left",
			note.In("layers left on the device", left), note.In("layers of the stage", layers))))
	}
	return stage, numbers
}

// explainCaches derives the cache of n sequences, one line per kind of cache.
func (a *Answer) explainCaches(l *servingLines, n, stage float64, ofStage note.Product) {
	for _, c := range a.cacheKinds() {
		cells, sequences := c.cells(float64(a.Context), 1), n
		if a.SharedContext {
			cells, sequences = c.cells(float64(a.Context), n), 1
		}
		shape := a.shape(a.Layout.TP)
		each := c.tokenBytes(&shape)
		bytes := quantity.Bytes(c.layers * cells * each * sequences * stage)
		numbers := note.Inputs{note.In("layers", c.layers), note.In("tokens", cells), note.In("bytes per token and layer", quantity.Bytes(each)),
			note.In("sequences", append(note.Product{note.In("sequences", sequences)}, ofStage...))}
		switch {
		case c.Window > 0:
			l.derive(fmt.Sprintf("KV cache, window %d", c.Window), "serving.kv-window", sourceKV, bytes, numbers...)
		case c.Tokens > 0:
			l.derive("KV cache, of the encoder", "serving.kv-encoder", sourceKV, bytes, numbers...)
		default:
			l.derive("KV cache, full attention", "serving.kv-full", sourceKV, bytes, numbers...)
		}
	}
}

// explainWeights derives the weights of a device.
func (a *Answer) explainWeights(l *servingLines) {
	m := &a.Memory
	layers, ends, experts := a.profile.weightParts(&a.Layout)
	size := func(b quantity.Bytes) any {
		if m.Host > 0 { // of which little may be left
			return note.MiB(b)
		}
		return b
	}
	parts := note.Sum{note.In("layers", size(quantity.Bytes(layers)))}
	if ends > 0 {
		parts = append(parts, note.In("before and after the layers", size(quantity.Bytes(ends))))
	}
	if experts > 0 {
		parts = append(parts, note.In("experts", size(quantity.Bytes(experts))))
	}
	// Towers outside the count are an additional term.
	if all := layers + ends + experts; float64(m.Weights+m.Host) > 1.0001*all {
		parts = append(parts, note.In("towers", size(m.Weights+m.Host-quantity.Bytes(all))))
	}
	if m.Host > 0 {
		l.derive("weights", "serving.weights-left", a.Quant.Source, m.Weights, note.In("weights", parts), note.In("weights on the host", size(m.Host)))
		return
	}
	l.derive("weights", "serving.weights", a.Quant.Source, m.Weights, note.In("weights", parts))
}

// explainCompute derives the compute buffers.
func (a *Answer) explainCompute(l *servingLines) {
	s, r, compute := a.profile, a.sized, a.Memory.Compute
	prompt := float64(a.prompt(a.Context))
	logits := note.In("logits", note.NewPart("serving.logits", note.In("rows of logits", r.LogitRows), note.In("vocabulary", s.vocab),
		note.In("bytes per logit", quantity.Bytes(r.LogitBytes)), note.In("tensor parallel", a.Layout.TP)))
	if a.ledger != nil {
		a.explainProfiled(l, prompt)
		return
	}
	graph := a.newGraphBuffer(float64(a.Context))
	front := a.timer.frontBytes(prompt)
	switch {
	case r.HiddenCopies > 0 && front <= graph.last():
		graph.explain(l, r.Source, compute)
	case r.HiddenCopies > 0, front > s.computeBytes(r, &a.Layout, prompt):
		l.derive("compute buffers", "serving.compute-widest", r.Source, compute)
	default:
		l.derive("compute buffers", "serving.compute", r.Source, compute,
			note.In("tokens of a chunk", min(float64(r.PrefillChunk), max(prompt, 1))), note.In("widest activation", s.widest), note.In("tensor parallel", a.Layout.TP),
			note.In("hidden size", s.hidden), note.In("passes", r.ActivationPasses), logits)
	}
}

// cacheKinds joins the caches of equal layers.
func (p *Prepared) cacheKinds() []servedCache {
	var kinds []servedCache
next:
	for _, c := range p.profile.caches {
		if c.PerToken == 0 {
			continue
		}
		for i := range kinds {
			same := c
			same.layers, same.Queries = kinds[i].layers, kinds[i].Queries
			if same == kinds[i] {
				kinds[i].layers += c.layers
				continue next
			}
		}
		kinds = append(kinds, c)
	}
	return kinds
}
