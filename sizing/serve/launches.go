package serve

import (
	"slices"

	"mlsizer/sizing/model"
)

// launches is how many operations a block is launched as in a pass over prompts
// where no graph holds them, and how many of these are products with weights.
// Norms with the sum before them, cache writes and activations are one each.
// Source: the modules of vllm-project/vllm vllm/model_executor/models (llama.py,
// qwen3_moe.py, deepseek_v2.py, qwen3_next.py, mamba2.py) and
// layers/fused_moe/fused_moe.py.
func launches(b model.Block) (operations, products float64) {
	switch b := b.(type) {
	case model.Norm:
		return 1, 0
	case model.Attention: // query-key-value, rotary, cache, attention, output
		operations, products = 5, 2
		if b.QKNorm != model.NoQKNorm {
			operations += 2
		}
	case model.MLA: // down, two norms, up twice, rotary, two copies, cache, attention, output
		operations, products = 11, 4
		if b.IndexHeads > 0 { // two products, norm, two rotaries, rotation, cache, scores, the best
			operations, products = operations+9, products+2
		}
	case model.CompressedAttention:
		operations, products = 14, 5
	case model.DeltaNet: // two in, split, convolution, gates, six of the chunked rule, gated norm, out
		operations, products = 13, 3
	case model.Mamba2: // in, convolution, five of the chunked scan, gated norm, out
		operations, products = 9, 2
	case model.Mamba:
		operations, products = 7, 4
	case model.FFN: // up with gate, activation, down
		operations, products = 3, 2
	case model.MoE: // router, the best, sorting twice, up with gate, activation, down, sum
		operations, products = 8, 2
		if b.SharedWidth > 0 { // a dense one and its sum
			operations, products = operations+4, products+2
		}
	}
	return operations, products
}

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
			operations, products := launches(b)
			narrow := func(w model.Weight) bool { return w.Cols > 1 && q.weightBits(w, layers, moe) < 16 }
			if !weightOnly && slices.ContainsFunc(b.Weights(), narrow) {
				operations += products
			}
			total += float64(g.Repeat) * operations
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
