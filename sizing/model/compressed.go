package model

import (
	"math"

	"mlsizer/sizing/note"
)

// CompressedAttention is the attention of DeepSeek-V4: one key of HeadDim for
// all heads, which is its own value; a sliding window of such keys, and beyond
// it one compressed key for every Ratio positions. At a ratio that has an
// indexer, only IndexTopK compressed keys are attended to.
//
//	params = dq + q + qHh + dh + h + Hh·o + g·o·d + H
//	  with Ratio r:      + r·f·h + 2d·f·h + h         (f = 2 with an indexer, else 1)
//	  with an indexer i: + q·ih·id + d·ih + r·2·id + 4d·id + id
//
// with d Hidden, q QRank, H Heads, h HeadDim, o OutRank, g OutGroups.
// Source: deepseek-ai/DeepSeek-V4-Pro inference/model.py; with the routing
// tables and one multi-token-prediction layer the tensors add up to the
// published 1,598,839,674,782 parameters.
type CompressedAttention struct {
	base
	Hidden    int64 `json:"hidden"`
	Heads     int64 `json:"heads"`
	HeadDim   int64 `json:"head_dim"`
	QRank     int64 `json:"q_rank"`
	OutRank   int64 `json:"out_rank"`
	OutGroups int64 `json:"out_groups"`
	Window    int64 `json:"window"`
	// Ratio is how many positions a compressed key represents; 0 means that
	// there are none and attention covers only the window.
	Ratio      int64 `json:"ratio,omitempty"`
	IndexHeads int64 `json:"index_heads,omitempty"`
	IndexDim   int64 `json:"index_dim,omitempty"`
	IndexTopK  int64 `json:"index_top_k,omitempty"`
}

// Kind returns "compressed attention".
func (CompressedAttention) Kind() string { return "compressed attention" }

// Check rejects missing dimensions, output groups that do not divide the
// heads, and half an indexer.
func (a CompressedAttention) Check() error {
	kind := a.Kind()
	if err := positive(kind, dim{"hidden size", a.Hidden}, dim{"heads", a.Heads}, dim{"head_dim", a.HeadDim}, dim{"query rank", a.QRank},
		dim{"output rank", a.OutRank}, dim{"output groups", a.OutGroups}, dim{"window", a.Window}, dim{"ratio + 1", a.Ratio + 1}); err != nil {
		return err
	}
	if a.Heads%a.OutGroups != 0 {
		return note.NewError("block.output-groups-must-divide-heads", kind, a.OutGroups, a.Heads)
	}
	if a.IndexHeads == 0 && a.IndexDim == 0 && a.IndexTopK == 0 {
		return nil
	}
	return positive(kind+" indexer", dim{"heads", a.IndexHeads}, dim{"head_dim", a.IndexDim}, dim{"top-k", a.IndexTopK}, dim{"ratio", a.Ratio})
}

// Weights lists the projections, the compressor and the indexer. The output
// projection o_b_proj is timed as divided by its outputs.
func (a CompressedAttention) Weights() []Weight {
	ws := []Weight{
		matrix("q_a_proj", AttentionPart, a.QRank, a.Hidden, Replicated),
		vector("q_a_norm", NormPart, a.QRank, Replicated),
		matrix("q_b_proj", AttentionPart, a.Heads*a.HeadDim, a.QRank, TensorSplit),
		matrix("kv_proj", AttentionPart, a.HeadDim, a.Hidden, Replicated).values(),
		vector("kv_norm", NormPart, a.HeadDim, Replicated),
		matrix("o_a_proj", AttentionPart, a.OutGroups*a.OutRank, a.Heads/a.OutGroups*a.HeadDim, TensorSplit),
		matrix("o_b_proj", AttentionPart, a.Hidden, a.OutGroups*a.OutRank, TensorSplit),
		vector("sinks", AttentionPart, a.Heads, TensorSplit),
	}
	if a.Ratio == 0 {
		return ws
	}
	fold := int64(1)
	if a.IndexHeads > 0 {
		fold = 2
	}
	ws = append(ws, a.compressor("compressor", fold*a.HeadDim, a.HeadDim)...)
	if a.IndexHeads > 0 {
		ws = append(ws,
			matrix("indexer.q_b_proj", AttentionPart, a.IndexHeads*a.IndexDim, a.QRank, Replicated),
			matrix("indexer.head_weights", AttentionPart, a.IndexHeads, a.Hidden, Replicated))
		ws = append(ws, a.compressor("indexer.compressor", fold*a.IndexDim, a.IndexDim)...)
	}
	return ws
}

// compressor lists the weights that compress Ratio keys into one of width out.
func (a CompressedAttention) compressor(name string, width, out int64) []Weight {
	return []Weight{
		vector(name+".positions", AttentionPart, a.Ratio*width, Replicated),
		matrix(name+".kv_proj", AttentionPart, width, a.Hidden, Replicated).values(),
		matrix(name+".gate_proj", AttentionPart, width, a.Hidden, Replicated),
		vector(name+".norm", NormPart, out, Replicated),
	}
}

// Mixing counts scores and values of the window and of the compressed keys,
// and the indexer's scores of all compressed keys.
func (a CompressedAttention) Mixing(s float64) (full, executed float64) {
	pair := 2 * float64(a.Heads*2*a.HeadDim)
	w := math.Min(s, float64(a.Window))
	full, executed = pair*s*w, pair*(s*w-w*w/2)
	if a.Ratio == 0 {
		return full, executed
	}
	keys := s / float64(a.Ratio)
	if a.IndexHeads > 0 {
		index := 2 * float64(a.IndexHeads*a.IndexDim)
		full += index * s * keys
		executed += index * s * keys / 2
		if k := float64(a.IndexTopK); k < keys {
			return full + pair*s*k, executed + pair*(s*k-k*k*float64(a.Ratio)/2)
		}
	}
	return full + pair*s*keys, executed + pair*s*keys/2
}

// Saved lists the latents, the queries, the shared keys and the output before
// and after its first projection.
func (a CompressedAttention) Saved() []Saved {
	h, d, k := float64(a.Heads), float64(a.Hidden), float64(a.HeadDim)
	saved := []Saved{
		{Name: "input of the projections", PerToken: d, Axis: SequenceAxis, Module: NormModule},
		{Name: "query latent before and after its norm", PerToken: 2 * float64(a.QRank), Axis: SequenceAxis},
		{Name: "queries", PerToken: h * k},
		{Name: "keys", PerToken: 2 * k, Axis: SequenceAxis},
		{Name: "attention output", PerToken: h * k},
		{Name: "output latent", PerToken: float64(a.OutGroups * a.OutRank)},
	}
	if a.Ratio > 0 {
		fold := 1.0
		if a.IndexHeads > 0 {
			fold = 2
		}
		saved = append(saved, Saved{Name: "keys and gates of the compressors", PerToken: 2 * fold * (k + float64(a.IndexDim)), Axis: SequenceAxis})
	}
	return append(saved, scores(a.Heads)...)
}

// Cache is the window's keys, a fixed number, and a compressed key per Ratio
// tokens, with the indexer's keys. The count per token is rounded up.
func (a CompressedAttention) Cache() Cache {
	c := Cache{State: a.Window * a.HeadDim}
	if a.Ratio > 0 {
		width := a.HeadDim + a.IndexDim
		c.PerToken = (width + a.Ratio - 1) / a.Ratio
		c.KeyWidth = c.PerToken
	}
	return c
}

// Role returns [Mixer].
func (CompressedAttention) Role() Role { return Mixer }

// TensorUnit returns the query heads.
func (a CompressedAttention) TensorUnit() int64 { return a.Heads }

// Exchange is the keys that all heads share.
func (a CompressedAttention) Exchange() Exchange { return Exchange{Whole: a.Cache().PerToken} }

// Launches counts a layer with its compressor.
func (CompressedAttention) Launches() Launches { return Launches{Operations: 14, Products: 5} }

func (a CompressedAttention) pruned(r *pruner) Block {
	a.Hidden = r.width(a.Hidden)
	return a
}
