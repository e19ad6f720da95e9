package config

import "mlsizer/sizing/model"

// gemmaFamilies: wide heads, tied embeddings, and from Gemma 2 on four norms a
// layer and alternating windows.
// Source: transformers models/gemma, gemma2 and gemma3.
var gemmaFamilies = map[string]family{
	"gemma":       gemma{kv: 16, headDim: 256}.model,
	"gemma2":      gemma{kv: 4, headDim: 256, order: sandwich, window: 4096, full: 2}.model,
	"gemma3_text": gemma{kv: 4, headDim: 256, order: sandwich, qkNorm: model.HeadQKNorm, window: 4096, full: 6}.model,
}

type gemma struct {
	kv, headDim int64
	order       order
	qkNorm      model.QKNorm
	window      int64 // default width
	full        int64 // every full-th layer does not slide; 0: none slides
}

func (c gemma) model(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := model.Attention{
		Hidden: d, Heads: r.width("num_attention_heads"), KVHeads: r.widthOr(c.kv, "num_key_value_heads"),
		HeadDim: r.widthOr(c.headDim, "head_dim"), QKNorm: c.qkNorm,
	}
	r.checkHeads(&a)
	bias := r.bool(false, "attention_bias")
	a = a.WithBias(bias, bias)
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Gated: true}
	norm := model.Norm{Dim: d}
	var window int64
	slides := never
	if c.full > 0 {
		full := r.widthOr(c.full, "sliding_window_pattern", "_sliding_window_pattern")
		window, slides = r.window(c.window), r.windowed(layers, every(full))
	}
	if r.bool(false, "use_bidirectional_attention") {
		a.Bidirectional = true
	}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(true), final: []model.Block{norm},
		stack: slidingStack(layers, window, slides, func(w int64) []model.Block {
			b := a
			b.Window = w
			return c.order.arrange(norm, b, ffn)
		}),
	})
}
