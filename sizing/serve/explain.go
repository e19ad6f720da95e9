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
)

// Explain derives every figure of the answer.
func (a *Answer) Explain() []note.Derivation {
	return append(a.explainMemory(), a.explainTime()...)
}

func (a *Answer) explainMemory() []note.Derivation {
	m, l, q := &a.Memory, &a.Layout, a.Quant
	var list []note.Derivation
	add := func(name, formula, numbers string, value quantity.Bytes, source string) {
		list = append(list, note.Derivation{Group: "memory", Name: name, Formula: formula, Numbers: numbers, Value: value.String(), Source: source})
	}
	add("weights", "layers of the fullest stage + what stands before and after them + experts / (tp x ep), as stored and divided", a.weightNumbers(), m.Weights, q.Source)
	n := float64(a.perReplica(a.Batch))
	stage, ofStage := a.served.stageShare(l), ""
	if l.PP > 1 {
		layers := max(a.served.layers, 1)
		ofStage = fmt.Sprintf(" x %.0f/%d", stage*float64(layers), layers)
	}
	if m.HostCache > 0 {
		layers, _, _ := a.hostLayers(m, 0)
		left := layers - float64(m.HostLayers)
		stage, ofStage = stage*left/layers, ofStage+fmt.Sprintf(" x %g/%g", left, layers)
	}
	for _, c := range a.cacheKinds() {
		cells, sequences := c.cells(float64(a.Context), 1), n
		if a.SharedContext {
			cells, sequences = c.cells(float64(a.Context), n), 1
		}
		shape := cacheShape{kv: a.KV, tp: l.TP, expanded: a.Expanded, copied: a.Copied}
		bytes := c.layers * cells * c.tokenBytes(&shape) * sequences * stage
		name, formula := "KV cache, full attention", "layers x context x (keys + values) x bytes x sequences"
		if c.Tokens > 0 {
			name, formula = "KV cache, of the encoder", "layers x its positions x (keys + values) x bytes x sequences"
		}
		if c.Window > 0 {
			name, formula = fmt.Sprintf("KV cache, window %d", c.Window), "layers x min(context, window) x (keys + values) x bytes x sequences"
		}
		add(name, formula, fmt.Sprintf("%g x %g x %.6g B x %g", c.layers, cells, c.tokenBytes(&shape), sequences)+ofStage, quantity.Bytes(bytes), sourceKV)
	}
	if m.KVPadding > 0 {
		add("KV cache, rounding", "cells rounded up by the runtime", fmt.Sprintf("%s - %s, blocks of %d", inMiB(m.KVCache+m.KVPadding), inMiB(m.KVCache), max(a.Runtime.KVBlock, a.Runtime.KVPad)), m.KVPadding, a.Runtime.Source)
	}
	if m.State > 0 {
		add("state", "layers x elements of the state x 4 B x sequences / tp", fmt.Sprintf("%v x %g / %d", a.StateBytes(), n, l.TP)+ofStage, m.State, "arXiv:2312.00752 section 3; arXiv:2412.06464")
	}
	formula, numbers := a.computeNumbers()
	add("compute buffers", formula, numbers, m.Compute, a.Runtime.Source)
	add("overhead", "context and libraries, a device", fmt.Sprintf("%g GiB", a.Runtime.ContextGiB), m.Overhead, a.Runtime.Source)
	add("total", "sum of the lines above", "", m.Total, "")
	add("the runtime takes", "device x utilisation", fmt.Sprintf("%v x %g", m.Device, a.Runtime.Utilisation), m.Budget, a.Runtime.Source)
	return list
}

// weightNumbers is what the weights of a device add up from.
func (a *Answer) weightNumbers() string {
	layers, ends, experts := a.served.weightParts(&a.Layout)
	size := quantity.Bytes.String
	if a.Memory.Host > 0 { // of which little may be left
		size = inMiB
	}
	numbers := joinTerms(size(quantity.Bytes(layers)), term(ends, size(quantity.Bytes(ends))), term(experts, size(quantity.Bytes(experts))))
	// Towers that the count leaves out stand beside it.
	if m := &a.Memory; float64(m.Weights+m.Host) > 1.0001*(layers+ends+experts) {
		numbers = joinTerms(numbers, size(m.Weights+m.Host-quantity.Bytes(layers+ends+experts)))
	}
	if a.Memory.Host > 0 {
		numbers += " - " + size(a.Memory.Host)
	}
	return numbers
}

// computeNumbers is what the compute buffers are made of.
func (a *Answer) computeNumbers() (formula, numbers string) {
	s, r, l := a.served, a.Runtime, &a.Layout
	prompt := float64(a.prompt(a.Context))
	logits := fmt.Sprintf("%d x %g x %g B / %d", r.LogitRows, s.vocab, r.LogitBytes, l.TP)
	switch {
	case a.timer.frontBytes(prompt) > s.computeBytes(r, l, prompt):
		return "samples x positions x (2 x widest activation / tp + 2 x hidden) x 2 B, at its largest", ""
	case r.HiddenCopies > 0:
		return "micro-batch x (vocabulary x 4 B / tp + copies x hidden x 4 B)", fmt.Sprintf("%s + %d x %g x %g x 4 B", logits, r.LogitRows, r.HiddenCopies, s.hidden)
	}
	chunk := min(float64(r.PrefillChunk), max(prompt, 1))
	return "chunk x (2 x widest activation / tp + 2 x hidden) x 2 B x passes + rows x vocabulary x bytes / tp",
		fmt.Sprintf("%g x (2 x %g / %d + 2 x %g) x 2 B x %g + %s", chunk, s.widest, l.TP, s.hidden, r.ActivationPasses, logits)
}

// cacheKinds joins the caches of layers that are alike.
func (p *Prepared) cacheKinds() []servedCache {
	var kinds []servedCache
next:
	for _, c := range p.served.caches {
		if c.PerToken == 0 {
			continue
		}
		for i := range kinds {
			same := c
			same.layers, same.queries = kinds[i].layers, kinds[i].queries
			if same == kinds[i] {
				kinds[i].layers += c.layers
				continue next
			}
		}
		kinds = append(kinds, c)
	}
	return kinds
}
