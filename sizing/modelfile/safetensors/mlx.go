package safetensors

import (
	"bytes"

	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/tensor"
)

// MLX packs the weights of a row into uint32 words, without gaps, and has a scale
// for each group of a row:
//
//	words = in * bits / 32, scales = in / group, so bits = 32 * words / (scales * group)
//
// Source: ml-explore/mlx mlx/ops.cpp, quantize.

// ownOf returns what the config says of one module: its own widths, or that it
// is not quantised.
func (p Packing) ownOf(module []byte) (own config.GroupBits, plain bool) {
	own, ok := p.overrides[string(module)]
	return own, ok && own.Bits == 0
}

// mlxBits says how wide the weights of a module are, 0 if nothing tells, 32
// where the words are what they seem: integers.
func (t *tally) mlxBits(m *module) int64 {
	if m.plain || m.scale == 0 {
		t.integers.Add([]byte(t.words), m.packed)
		return 32
	}
	group := m.own.GroupSize
	if group == 0 {
		group = t.pack.group
	}
	if group == 0 {
		group = t.mlxGroup(m)
	}
	words, ok := tensor.MulCounts(m.packed, 32)
	width, fits := tensor.MulCounts(m.scale, group)
	if !ok || !fits || width == 0 || words%width != 0 || !plausibleBits(words/width) {
		return 0
	}
	return words / width
}

// mlxGroup derives the group size of a checkpoint without a config from the
// format of the scales, or from the embedding: its rows are as wide as the last
// norm.
func (t *tally) mlxGroup(m *module) int64 {
	switch m.scaleDType {
	case dtU8:
		// A byte for 32 weights (mxfp4, mxfp8), or for 16 of four bits (nvfp4).
		if m.scaleDim > 0 && 2*m.scaleDim == m.lastDim {
			return 16
		}
		return 32
	case dtF16, dtBF16, dtF32:
	default:
		return 0
	}
	e := t.embedding()
	if e == nil || e.scaleDim == 0 || t.hidden%e.scaleDim != 0 {
		return 0
	}
	return t.hidden / e.scaleDim
}

// embedding is the packed token table, nil where there is none.
func (t *tally) embedding() *module {
	for _, name := range []string{"model.embed_tokens", "embed_tokens", "language_model.model.embed_tokens", "transformer.wte", "model.embedding"} {
		if at := t.index.Find([]byte(name)); at != nil {
			return &t.modules[*at/moduleChunk][*at%moduleChunk]
		}
	}
	return nil
}

// isFinalNorm tells the norm before the head: every other stands in a layer.
func isFinalNorm(name []byte) bool {
	return bytes.HasSuffix(name, []byte("norm.weight")) && !bytes.Contains(name, []byte("layers.")) && !bytes.Contains(name, []byte("blocks."))
}

// lastDim is the length of a tensor's rows, 0 where it is not held.
func lastDim(x *entry) int64 {
	if x.rank < 1 || x.rank > len(x.dims) {
		return 0
	}
	return x.dims[x.rank-1]
}
