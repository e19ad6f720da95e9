package serve

import (
	"slices"

	"mlsizer/sizing/model"
)

// launchesOfLayer is those of a dense layer: two norms, attention and a
// feed-forward network.
const launchesOfLayer = 10

// launchedLayers is the layers of the decoder by what they are launched as, in
// dense layers. Where products are made in less than 16 bits, activations are
// quantised before each.
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

// launchesPerExpert is the kernels of an expert over those of a layer, about
// ten of a hundred where every operation is one of its own.
// Source: huggingface/transformers models/qwen3_moe/modeling_qwen3_moe.py (a
// loop over experts).
const launchesPerExpert = 0.1

// loops is the layers that going through all experts takes as long as, where
// every operation is launched on its own.
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

// launched is the layers whose kernels a pass goes through.
func (t *servingTimer) launched() float64 { return t.s.depth + t.loops() }

// launches is the dense layers that the host launches for a pass.
func (t *servingTimer) launches() float64 { return t.s.launches + t.loops() }

// host is how many layers the host launches for a pass over single tokens after
// depth cached ones, and its time for each: where no graph is recorded, or none
// for so many, operations are launched as they are for prompts.
func (t *servingTimer) host(depth float64) (layers, each float64) {
	if t.runtime.Eager || t.graphs > 0 && depth > t.graphs {
		return t.launches(), t.e[servingEager]
	}
	return t.s.depth, t.e[servingHost]
}
