package model

import (
	"math"

	"mlsizer/sizing/note"
)

// QKNorm says which normalisation queries and keys pass through.
type QKNorm uint8

// The variants of query and key norms.
const (
	NoQKNorm   QKNorm = iota
	HeadQKNorm        // one weight vector of the head's width for all heads (Qwen3, Gemma3)
	FullQKNorm        // over the whole projection (OLMo2, MiniMax-M2)
)

// Attention is multi-head attention with grouped keys and values (MHA, GQA
// and MQA are the cases KVHeads = Heads, fewer, and 1).
//
//	params = dHh + dGh + dGv + Hvd  (+ biases, norms, sinks)
//
// with d Hidden, H Heads, G KVHeads, h HeadDim, v ValueDim.
type Attention struct {
	base
	Hidden  int64 `json:"hidden"`
	Heads   int64 `json:"heads"`
	KVHeads int64 `json:"kv_heads,omitempty"`  // 0: as many as Heads
	HeadDim int64 `json:"head_dim,omitempty"`  // 0: Hidden / Heads
	ValDim  int64 `json:"value_dim,omitempty"` // 0: HeadDim
	// KVHidden is the width that keys and values are projected from, where it
	// is not Hidden (cross-attention to another tower).
	KVHidden int64 `json:"kv_hidden,omitempty"`
	// Window bounds how far back a position attends; 0 means no bound.
	Window int64 `json:"window,omitempty"`
	// Chunked windows end at multiples of Window (Llama 4) and do not slide.
	Chunked bool `json:"chunked,omitempty"`
	// Bidirectional attention includes later positions (encoders).
	Bidirectional bool `json:"bidirectional,omitempty"`
	// Cross attention reads keys and values of another sequence of KeyTokens
	// positions (0: as long as this one).
	Cross     bool  `json:"cross,omitempty"`
	KeyTokens int64 `json:"key_tokens,omitempty"`

	QBias   bool   `json:"q_bias,omitempty"`
	KBias   bool   `json:"k_bias,omitempty"`
	VBias   bool   `json:"v_bias,omitempty"`
	OutBias bool   `json:"out_bias,omitempty"`
	QKNorm  QKNorm `json:"qk_norm,omitempty"`
	// QKNormBias gives the query and key norms a bias.
	QKNormBias bool `json:"qk_norm_bias,omitempty"`
	// Sinks adds a learned logit per head (gpt-oss).
	Sinks bool `json:"sinks,omitempty"`
	// Gate multiplies the output by a gate of the heads' width, projected with
	// the queries (Qwen3-Next).
	Gate bool `json:"gate,omitempty"`
	// SharedKV layers use the keys and values of an earlier layer: they have
	// neither projections nor a cache.
	SharedKV bool `json:"shared_kv,omitempty"`
	// KeyIsValue layers use the key projection for the values too.
	KeyIsValue bool `json:"key_is_value,omitempty"`
}

// WithBias returns a copy with every projection biased or not.
func (a Attention) WithBias(qkv, out bool) Attention {
	a.QBias, a.KBias, a.VBias, a.OutBias = qkv, qkv, qkv, out
	return a
}

func (a Attention) KVHeadCount() int64 {
	if a.KVHeads == 0 {
		return a.Heads
	}
	return a.KVHeads
}

func (a Attention) HeadWidth() int64 {
	if a.HeadDim == 0 && a.Heads > 0 {
		return a.Hidden / a.Heads
	}
	return a.HeadDim
}

func (a Attention) ValueWidth() int64 {
	if a.ValDim == 0 {
		return a.HeadWidth()
	}
	return a.ValDim
}

func (a Attention) kvHidden() int64 {
	if a.KVHidden == 0 {
		return a.Hidden
	}
	return a.KVHidden
}

// Kind returns "attention".
func (Attention) Kind() string { return "attention" }

// Check rejects heads that the KV heads do not divide, and a hidden size that
// the heads do not divide when no head dimension is given.
func (a Attention) Check() error {
	if err := positive("attention", dim{"hidden size", a.Hidden}, dim{"heads", a.Heads}, dim{"KV heads", a.KVHeadCount()}); err != nil {
		return err
	}
	if a.HeadDim == 0 && a.Hidden%a.Heads != 0 {
		return note.NewError("block.heads-must-divide-hidden-size", a.Heads, a.Hidden)
	}
	if err := positive("attention", dim{"head_dim", a.HeadWidth()}, dim{"value head_dim", a.ValueWidth()}, dim{"KV hidden size", a.kvHidden()}); err != nil {
		return err
	}
	if a.Heads%a.KVHeadCount() != 0 {
		return note.NewError("block.kv-heads-must-divide-heads", a.KVHeadCount(), a.Heads)
	}
	if a.Window < 0 || a.KeyTokens < 0 {
		return note.NewError("block.negative-window", a.Window, a.KeyTokens)
	}
	return nil
}

// Weights lists the projections, their biases, norms and sinks.
func (a Attention) Weights() []Weight {
	q, k, v := a.Heads*a.HeadWidth(), a.KVHeadCount()*a.HeadWidth(), a.KVHeadCount()*a.ValueWidth()
	kv := func(name string, rows int64) Weight {
		w := matrix(name, AttentionPart, rows, a.kvHidden(), TensorSplit)
		w.MaxSplit = a.KVHeadCount()
		return w
	}
	ws := make([]Weight, 0, 12)
	ws = withBias(ws, matrix("q_proj", AttentionPart, q, a.Hidden, TensorSplit), a.QBias)
	if a.Gate {
		ws = withBias(ws, matrix("gate_proj", AttentionPart, a.Heads*a.ValueWidth(), a.Hidden, TensorSplit), a.QBias)
	}
	if !a.SharedKV {
		ws = withBias(ws, kv("k_proj", k), a.KBias)
		if !a.KeyIsValue {
			ws = withBias(ws, kv("v_proj", v).values(), a.VBias)
		}
	}
	ws = append(ws, matrix("o_proj", AttentionPart, a.Hidden, a.Heads*a.ValueWidth(), TensorSplit).byInputs())
	if a.OutBias {
		ws = append(ws, vector("o_proj.bias", AttentionPart, a.Hidden, Replicated))
	}
	qn, kn, split := a.HeadWidth(), a.HeadWidth(), Replicated
	if a.QKNorm == FullQKNorm {
		qn, kn, split = q, k, TensorSplit
	}
	if a.QKNorm != NoQKNorm {
		ws = append(ws, vector("q_norm", NormPart, qn, split))
		if a.QKNormBias {
			ws = append(ws, vector("q_norm.bias", NormPart, qn, split))
		}
		if !a.SharedKV {
			ws = append(ws, vector("k_norm", NormPart, kn, split))
			if a.QKNormBias {
				ws = append(ws, vector("k_norm.bias", NormPart, kn, split))
			}
		}
	}
	if a.Sinks {
		ws = append(ws, vector("sinks", AttentionPart, a.Heads, TensorSplit))
	}
	return ws
}

// pairs returns how many query-key pairs a sequence of s tokens has: full
// counts the square (or the band of the window), executed leaves out those
// that a causal mask hides.
func (a Attention) pairs(s float64) (full, executed float64) {
	if a.Cross {
		keys := s
		if a.KeyTokens > 0 {
			keys = float64(a.KeyTokens)
		}
		return s * keys, s * keys
	}
	w := s
	if a.Window > 0 {
		w = math.Min(s, float64(a.Window))
	}
	full = s * w
	switch {
	case a.Bidirectional:
		return full, full
	case a.Chunked:
		return full, s * w / 2
	}
	return full, s*w - w*w/2
}

// Mixing counts scores and values: 2(h+v) FLOPs per head and pair.
// Source: arXiv:2205.05198 appendix A (4bs²h a layer for h = v, H·h = hidden).
func (a Attention) Mixing(s float64) (full, executed float64) {
	pair := 2 * float64(a.Heads*(a.HeadWidth()+a.ValueWidth()))
	full, executed = a.pairs(s)
	return pair * full, pair * executed
}

// Saved lists what arXiv:2205.05198 section 4.1 counts for an attention
// block, with keys and values of their own width.
func (a Attention) Saved() []Saved {
	q, k, v := float64(a.Heads*a.HeadWidth()), float64(a.KVHeadCount()*a.HeadWidth()), float64(a.KVHeadCount()*a.ValueWidth())
	if a.SharedKV {
		k, v = 0, 0
	}
	out := float64(a.Heads * a.ValueWidth())
	d := float64(a.Hidden)
	saved := []Saved{
		{Name: "input of the projections", PerToken: d, Axis: SequenceAxis, Module: NormModule, Feeds: []string{"q_proj", "k_proj", "v_proj"}, Operand: true},
		{Name: "queries", PerToken: q, Product: 1},
		{Name: "keys and values", PerToken: k + v, Product: 0.5},
		{Name: "attention output", PerToken: out, Product: 1, Operand: true},
		{Name: "dropout mask", PerToken: d, Width: Mask, Axis: SequenceAxis, When: WithDropout},
	}
	saved = append(saved, scores(a.Heads)...)
	if a.QKNorm != NoQKNorm {
		saved = append(saved, Saved{Name: "input of query and key norms", PerToken: q + k})
	}
	if a.Gate {
		saved = append(saved, Saved{Name: "output gate and gated output", PerToken: 2 * out})
	}
	if a.Cross {
		saved = append(saved, Saved{Name: "encoder output", PerToken: float64(a.kvHidden()), Axis: SequenceAxis})
	}
	return saved
}

// scores lists what the core of attention saves: the softmax output, its
// dropout mask and the dropped-out scores when they are written to memory; one
// statistic per head and token when they are not.
func scores(heads int64) []Saved {
	h := float64(heads)
	return []Saved{
		{Name: "softmax output", PerPair: h, Module: CoreAttention, When: WhenUnfused},
		{Name: "softmax dropout mask", PerPair: h, Width: Mask, Module: CoreAttention, When: WhenUnfusedWithDropout},
		{Name: "softmax dropout output", PerPair: h, Module: CoreAttention, When: WhenUnfusedWithDropout},
		{Name: "softmax statistics", PerToken: h, Width: Full, Module: CoreAttention, When: WhenFused},
	}
}

// Cache is the keys and values of a token, bounded by the window.
func (a Attention) Cache() Cache {
	if a.SharedKV || a.Bidirectional {
		return Cache{}
	}
	k, v := a.KVHeadCount()*a.HeadWidth(), a.KVHeadCount()*a.ValueWidth()
	c := Cache{PerToken: k + v, KeyWidth: k, Window: a.Window, Heads: a.KVHeadCount()}
	if a.KVHeads > 0 {
		c.Queries = a.Heads / a.KVHeads
	}
	if a.Cross {
		c.Tokens = a.KeyTokens
	}
	return c
}

// Role returns [Mixer].
func (Attention) Role() Role { return Mixer }

// TensorUnit returns the query heads.
func (a Attention) TensorUnit() int64 { return a.Heads }

// Core describes the heads and what they see.
func (a Attention) Core() Core {
	return Core{
		Heads: a.Heads, Width: float64(a.HeadWidth()+a.ValueWidth()) / 2, Window: a.Window,
		Bidirectional: a.Bidirectional, Encoder: a.Cross && a.KeyTokens == 0,
	}
}

// Exchange is the keys and values.
func (a Attention) Exchange() Exchange {
	return Exchange{KV: a.KVHeadCount() * (a.HeadWidth() + a.ValueWidth())}
}

// Launches counts the projection of queries, keys and values, rotary embedding,
// cache, attention and output, and the two norms of queries and keys.
func (a Attention) Launches() Launches {
	l := Launches{Operations: 5, Products: 2}
	if a.QKNorm != NoQKNorm {
		l.Operations += 2
	}
	return l
}

// pruned keeps the head dimension, and the size of a group of heads if only one
// of the two counts is given.
func (a Attention) pruned(r *pruner) Block {
	if a.HeadDim == 0 {
		a.HeadDim = a.Hidden / a.Heads
	}
	kv, left := a.KVHeadCount(), r.p.KVHeads
	if left == (Remaining{}) && kv == a.Heads { // every head has its own keys
		left = r.p.Heads
	}
	a.KVHeads = r.cut("kv-heads", left, kv, 1)
	a.Heads = r.cut("heads", r.p.Heads, a.Heads, a.KVHeads)
	a.Hidden, a.KVHidden = r.width(a.Hidden), r.width(a.KVHidden)
	return a
}

// MLA is multi-head latent attention: keys and values are projected up from a
// latent of KVRank, which alone is cached.
//
//	params = (q ? dq + q + qH(r+n) : dH(r+n)) + d(c+r) + c + cH(n+v) + Hvd
//
// with q QRank, c KVRank, r RopeDim, n NopeDim, v ValDim.
// Source: arXiv:2405.04434 section 2.1.
type MLA struct {
	base
	Hidden  int64 `json:"hidden"`
	Heads   int64 `json:"heads"`
	QRank   int64 `json:"q_rank,omitempty"` // 0: queries are projected directly
	KVRank  int64 `json:"kv_rank"`
	RopeDim int64 `json:"rope_dim"`
	NopeDim int64 `json:"nope_dim"`
	ValDim  int64 `json:"value_dim"`
	// Indexer describes the sparse-attention indexer (DeepSeek-V3.2), if any.
	IndexHeads int64 `json:"index_heads,omitempty"`
	IndexDim   int64 `json:"index_dim,omitempty"`
	// IndexTopK is the number of positions that the indexer selects. A layer
	// without an indexer of its own attends to those of an earlier layer's.
	IndexTopK int64 `json:"index_top_k,omitempty"`
}

// Kind returns "mla".
func (MLA) Kind() string { return "mla" }

// Check rejects missing dimensions and half an indexer.
func (a MLA) Check() error {
	if err := positive("mla", dim{"hidden size", a.Hidden}, dim{"heads", a.Heads}, dim{"kv_lora_rank", a.KVRank},
		dim{"qk_rope_head_dim", a.RopeDim}, dim{"qk_nope_head_dim", a.NopeDim}, dim{"v_head_dim", a.ValDim}, dim{"q_lora_rank + 1", a.QRank + 1}); err != nil {
		return err
	}
	if a.IndexHeads != 0 || a.IndexDim != 0 {
		if a.QRank == 0 {
			return note.NewError("block.indexer-without-query-latent")
		}
		return positive("mla indexer", dim{"heads", a.IndexHeads}, dim{"head_dim", a.IndexDim})
	}
	return nil
}

// Weights lists the latent and head projections and the indexer's.
func (a MLA) Weights() []Weight {
	qk := a.RopeDim + a.NopeDim
	var ws []Weight
	if a.QRank > 0 {
		ws = append(ws,
			matrix("q_a_proj", AttentionPart, a.QRank, a.Hidden, Replicated),
			vector("q_a_norm", NormPart, a.QRank, Replicated),
			matrix("q_b_proj", AttentionPart, a.Heads*qk, a.QRank, TensorSplit).in(UpProjection))
	} else {
		ws = append(ws, matrix("q_proj", AttentionPart, a.Heads*qk, a.Hidden, TensorSplit).in(UpProjection))
	}
	ws = append(ws,
		matrix("kv_a_proj", AttentionPart, a.KVRank+a.RopeDim, a.Hidden, Replicated),
		vector("kv_a_norm", NormPart, a.KVRank, Replicated),
		matrix("kv_b_proj", AttentionPart, a.Heads*(a.NopeDim+a.ValDim), a.KVRank, TensorSplit).in(UpProjection),
		matrix("o_proj", AttentionPart, a.Hidden, a.Heads*a.ValDim, TensorSplit).byInputs())
	if a.IndexHeads > 0 {
		ws = append(ws,
			matrix("indexer.q_b_proj", AttentionPart, a.IndexHeads*a.IndexDim, a.QRank, Replicated),
			matrix("indexer.k_proj", AttentionPart, a.IndexDim, a.Hidden, Replicated),
			vector("indexer.k_norm", NormPart, a.IndexDim, Replicated),
			vector("indexer.k_norm.bias", NormPart, a.IndexDim, Replicated),
			matrix("indexer.head_weights", AttentionPart, a.IndexHeads, a.Hidden, Replicated))
	}
	return ws
}

// Mixing counts scores over rope and nope dimensions and the values; with an
// indexer only the selected positions, plus the indexer's own scores.
func (a MLA) Mixing(s float64) (full, executed float64) {
	pair := 2 * float64(a.Heads*(a.RopeDim+a.NopeDim+a.ValDim))
	full, executed = pair*s*s, pair*s*s/2
	if k := float64(a.IndexTopK); k > 0 && k < s {
		full, executed = pair*s*k, pair*(s*k-k*k/2)
	}
	if a.IndexHeads > 0 {
		index := 2 * float64(a.IndexHeads*a.IndexDim)
		full += index * s * s
		executed += index * s * s / 2
	}
	return full, executed
}

// Saved lists the latents, the expanded heads and the attention output.
func (a MLA) Saved() []Saved {
	h, d := float64(a.Heads), float64(a.Hidden)
	qk := float64(a.RopeDim + a.NopeDim)
	saved := []Saved{
		{Name: "input of the projections", PerToken: d, Axis: SequenceAxis, Module: NormModule},
		{Name: "latents before and after their norms", PerToken: 2*float64(a.QRank+a.KVRank) + float64(a.RopeDim), Axis: SequenceAxis},
		{Name: "queries", PerToken: h * qk, Module: UpProjection},
		{Name: "keys", PerToken: h * qk, Module: UpProjection},
		{Name: "values", PerToken: h * float64(a.ValDim), Module: UpProjection},
		{Name: "attention output", PerToken: h * float64(a.ValDim)},
		{Name: "dropout mask", PerToken: d, Width: Mask, Axis: SequenceAxis, When: WithDropout},
	}
	return append(saved, scores(a.Heads)...)
}

// Cache is the latent and the shared rotary key; there is no separate V.
// Source: arXiv:2405.04434 section 2.1.4.
func (a MLA) Cache() Cache {
	n, index := a.KVRank+a.RopeDim, int64(0)
	if a.IndexHeads > 0 {
		index = a.IndexDim
	}
	return Cache{PerToken: n, KeyWidth: n, Index: index, Latent: Latent{
		Keys: a.Heads * (a.RopeDim + a.NopeDim), Values: a.Heads * a.ValDim, Rope: a.RopeDim,
		Absorption: float64(2*a.KVRank+a.RopeDim) / float64(a.NopeDim+a.RopeDim+a.ValDim),
	}}
}

// Role returns [Mixer].
func (MLA) Role() Role { return Mixer }

// TensorUnit returns the query heads.
func (a MLA) TensorUnit() int64 { return a.Heads }

// Core describes the heads after keys and values are projected up.
func (a MLA) Core() Core {
	return Core{Heads: a.Heads, Width: float64(a.RopeDim+a.NopeDim+a.ValDim) / 2}
}

// Exchange is keys and values of every head, projected up.
func (a MLA) Exchange() Exchange {
	return Exchange{Heads: a.Heads * (a.RopeDim + a.NopeDim + a.ValDim)}
}

// Launches counts the projection down, two norms, two projections up, rotary
// embedding, two copies, cache, attention and output; of an indexer two products,
// norm, two rotary embeddings, rotation, cache, scores and the best of them.
func (a MLA) Launches() Launches {
	l := Launches{Operations: 11, Products: 4}
	if a.IndexHeads > 0 {
		l.Operations, l.Products = l.Operations+9, l.Products+2
	}
	return l
}

func (a MLA) pruned(r *pruner) Block {
	a.Hidden, a.Heads = r.width(a.Hidden), r.cut("heads", r.p.Heads, a.Heads, 1)
	return a
}
