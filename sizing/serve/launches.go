package serve

import (
	"slices"

	"mlsizer/sizing/model"
)

// launchesOfLayer is the launches of a dense layer: two norms, attention and a
// feed-forward network.
const launchesOfLayer = 10

// launchedLayers is the decoder's launches in units of dense layers. Products
// below 16 bits quantise their activations first.
func launchedLayers(m *model.Model, q *Quant) float64 {
	class := q.class()
	weightOnly := class == "plain" || class == "packed"
	moe, layers, total := m.HasExperts(), m.Layers(), 0.0
	for i := range m.Groups {
		g := &m.Groups[i]
		if g.Place != model.Body || m.IsFront(g) {
			continue
		}
		for _, b := range g.Blocks {
			l := b.Launches()
			narrow := func(w model.Weight) bool { return w.Cols > 1 && q.weightBits(w, layers, moe) < 16 }
			if !weightOnly && slices.ContainsFunc(b.Weights(), narrow) {
				l.Operations += l.Products
			}
			total += float64(g.Repeat) * l.Operations
		}
	}
	return total / launchesOfLayer
}

// launchesPerExpert is the kernels of an expert over those of a layer: about
// ten of a hundred without fusion.
// Source: huggingface/transformers models/qwen3_moe/modeling_qwen3_moe.py (a
// loop over experts).
const launchesPerExpert = 0.1

// loops is the launches of the loop over all experts in units of layers, if
// every operation is launched separately.
func (t *servingTimer) loops() float64 {
	n := 0.0
	if t.runtime.Eager {
		for i := range t.s.experts {
			x := &t.s.experts[i]
			n += launchesPerExpert * x.layers * x.experts
		}
	}
	return n
}

// launched is the layers whose kernels a pass runs.
func (t *servingTimer) launched() float64 { return t.s.depth + t.loops() }

// launches is the dense layers that the host launches per pass.
func (t *servingTimer) launches() float64 { return t.s.launches + t.loops() }

// host is how many layers the host launches for a pass over single tokens after
// depth cached ones, and the time per layer. Without a recorded graph for that
// depth, operations are launched as for prompts.
func (t *servingTimer) host(depth float64) (layers, each float64) {
	if t.runtime.Eager || t.graphs > 0 && depth > t.graphs {
		return t.launches(), t.e[servingEager]
	}
	return t.s.depth, t.e[servingHost]
}
