package config

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// gptFamilies are decoders in the line of GPT-2: LayerNorm, biases, two
// matrices in the feed-forward network.
var gptFamilies = map[string]family{
	"gpt2":        gpt2,
	"gpt_bigcode": gptBigcode,
	"gptj":        gptJ,
	"gpt_neox":    gptNeoX,
	"opt":         opt,
	"bloom":       bloom,
	"mpt":         mpt,
	"falcon":      falcon,
	"RefinedWeb":  falcon,
	"phi":         phi,
	"phi-msft":    phi,
}

// gptAttention reads heads of equal number for queries, keys and values.
func (r *reader) gptAttention(d int64, names ...string) model.Attention {
	a := model.Attention{Hidden: d, Heads: r.width(names...)}
	a.KVHeads = a.Heads
	r.checkHeads(&a)
	return a
}

// gpt2: params = Vd + Pd + L(12d² + 13d) + 2d.
// Source: transformers models/gpt2/modeling_gpt2.py.
func gpt2(r *reader) *model.Model {
	d := r.width("n_embd", "hidden_size")
	return r.gpt2Like(d, r.gptAttention(d, "n_head", "num_attention_heads").WithBias(true, true))
}

// gptBigcode is GPT-2 with one KV head.
// Source: transformers models/gpt_bigcode/modeling_gpt_bigcode.py.
func gptBigcode(r *reader) *model.Model {
	d := r.width("n_embd", "hidden_size")
	a := r.gptAttention(d, "n_head", "num_attention_heads").WithBias(true, true)
	if r.bool(true, "multi_query") {
		a.KVHeads = 1
	}
	return r.gpt2Like(d, a)
}

func (r *reader) gpt2Like(d int64, a model.Attention) *model.Model {
	layers, vocab := r.layers("n_layer", "num_hidden_layers"), r.rows("vocab_size")
	positions := r.rows("n_positions", "n_ctx")
	if r.bool(false, "add_cross_attention") {
		r.refuse("add_cross_attention", note.NewError("family.switched-on", r.family))
	}
	ffn := model.FFN{Hidden: d, Width: r.widthOr(4*d, "n_inner"), Bias: true}
	norm := model.Norm{Dim: d, Bias: true}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(true), final: []model.Block{norm},
		input: []model.Block{model.Table{Name: "positions", Rows: positions, Dim: d, Small: true}},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }},
	})
}

// gptJ: one norm per layer, attention without biases, a head with one.
// Source: transformers models/gptj/modeling_gptj.py.
func gptJ(r *reader) *model.Model {
	d := r.width("n_embd", "hidden_size")
	layers, vocab := r.layers("n_layer", "num_hidden_layers"), r.rows("vocab_size")
	a := r.gptAttention(d, "n_head", "num_attention_heads")
	ffn := model.FFN{Hidden: d, Width: r.widthOr(4*d, "n_inner"), Bias: true}
	norm := model.Norm{Dim: d, Bias: true}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), headBias: true, final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", []model.Block{norm, a, ffn} }},
	})
}

// gptNeoX: params = 2Vd + L(12d² + 13d) + 2d.
// Source: transformers models/gpt_neox/modeling_gpt_neox.py.
func gptNeoX(r *reader) *model.Model {
	d := r.width("hidden_size")
	layers, vocab := r.layers("num_hidden_layers"), r.rows("vocab_size")
	bias := r.bool(true, "attention_bias")
	a := r.gptAttention(d, "num_attention_heads").WithBias(bias, bias)
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Bias: true}
	norm := model.Norm{Dim: d, Bias: true}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }},
	})
}

// opt: learned positions (two rows more than the context), embeddings that may
// be narrower than the layers, and a final norm only where norms stand first.
// Source: transformers models/opt/modeling_opt.py.
func opt(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	bias := r.bool(true, "enable_bias")
	a := r.gptAttention(d, "num_attention_heads").WithBias(bias, bias)
	ffn := model.FFN{Hidden: d, Width: r.width("ffn_dim"), Bias: bias}
	norm := model.Norm{Dim: d, Bias: true, NoWeight: !r.bool(true, "layer_norm_elementwise_affine")}
	first := r.bool(true, "do_layer_norm_before")
	r.neutral("_remove_final_layer_norm")
	if v, ok := r.obj.get("_remove_final_layer_norm"); ok && v == true {
		first = false
	}
	positions := r.rows("max_position_embeddings")
	embed := r.widthOr(d, "word_embed_proj_dim")
	dec := decoder{
		hidden: embed, vocab: vocab, tied: r.tied(true),
		input: []model.Block{model.Table{Name: "positions", Rows: positions + 2, Dim: d, Small: true}},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }},
	}
	if first {
		dec.final = append(dec.final, norm)
	}
	if embed != d {
		dec.input = append(dec.input, model.Linear{Name: "project_in", In: embed, Out: d})
		dec.final = append(dec.final, model.Linear{Name: "project_out", In: d, Out: embed})
	}
	m := r.model(dec)
	m.Hidden = d
	return m
}

// bloom: a norm after the embedding, ALiBi instead of positions.
// Source: transformers models/bloom/modeling_bloom.py.
func bloom(r *reader) *model.Model {
	d := r.width("hidden_size", "n_embed")
	layers, vocab := r.layers("n_layer", "num_hidden_layers"), r.rows("vocab_size")
	a := r.gptAttention(d, "n_head", "num_attention_heads").WithBias(true, true)
	ffn := model.FFN{Hidden: d, Width: 4 * d, Bias: true}
	norm := model.Norm{Dim: d, Bias: true}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(true), input: []model.Block{norm}, final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }},
	})
}

// mpt: no biases at all, ALiBi or learned positions.
// Source: mosaicml/mpt-7b modeling_mpt.py.
func mpt(r *reader) *model.Model {
	d := r.width("d_model", "hidden_size")
	layers, vocab := r.layers("n_layers", "num_hidden_layers"), r.rows("vocab_size")
	a := r.gptAttention(d, "n_heads", "num_attention_heads")
	alibi := false
	if c := r.sub("attn_config"); c != nil {
		alibi = c.bool(false, "alibi")
		a.KVHeads = c.widthOr(a.Heads, "kv_n_heads")
		if c.word("multihead_attention", "attn_type") == "multiquery_attention" {
			a.KVHeads = 1
		}
		if c.bool(false, "qk_ln") {
			c.refuse("qk_ln", note.NewError("family.query-and-key-norms", "mpt"))
		}
		r.join(c)
		r.checkHeads(&a)
	}
	if !r.bool(true, "no_bias") {
		r.refuse("no_bias", note.NewError("family.projections-without-no-bias", "mpt"))
	}
	if c := r.sub("ffn_config"); c != nil && c.word("mptmlp", "ffn_type") != "mptmlp" {
		r.refuse("ffn_config", note.NewError("family.feed-forward"))
	}
	ffn := model.FFN{Hidden: d, Width: d * r.widthOr(4, "expansion_ratio")}
	norm := model.Norm{Dim: d}
	dec := decoder{
		hidden: d, vocab: vocab, tied: r.tied(true), final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }},
	}
	// ALiBi overrides learned positions.
	if learned := r.bool(true, "learned_pos_emb"); learned && !alibi {
		dec.input = append(dec.input, model.Table{Name: "positions", Rows: r.rows("max_seq_len"), Dim: d, Small: true})
	}
	return r.model(dec)
}

// falcon: 7B has one KV head and one norm, 40B and 180B groups of KV heads and
// two norms, the RefinedWeb models biases and ALiBi.
// Source: transformers models/falcon/modeling_falcon.py.
func falcon(r *reader) *model.Model {
	d := r.width("hidden_size")
	layers, vocab := r.layers("num_hidden_layers", "n_layer"), r.rows("vocab_size")
	a := r.gptAttention(d, "num_attention_heads", "n_head")
	bias := r.bool(false, "bias")
	a = a.WithBias(bias, bias)
	newer := r.bool(false, "new_decoder_architecture")
	single := r.bool(true, "multi_query")
	switch {
	case newer:
		a.KVHeads = r.widthOr(a.Heads, "num_kv_heads", "n_head_kv")
	case single:
		a.KVHeads = 1
	}
	r.neutral("num_kv_heads", "n_head_kv")
	r.checkHeads(&a)
	ffn := model.FFN{Hidden: d, Width: r.widthOr(4*d, "ffn_hidden_size"), Bias: bias}
	norm := model.Norm{Dim: d, Bias: true}
	// Two norms stand side by side in the newer layers, one after the other in
	// those that are not parallel.
	norms := r.optional("num_ln_in_parallel_attn")
	if norms > 2 {
		r.fail("num_ln_in_parallel_attn", note.NewError("value.not-one-or-two", norms))
	}
	if norms == 0 {
		norms = 1
		if newer {
			norms = 2
		}
	}
	if !r.bool(true, "parallel_attn") && !newer {
		norms = 2
	}
	blocks := []model.Block{norm, a, ffn}
	if norms == 2 {
		blocks = preNorm(norm, a, ffn)
	}
	return r.uniform(d, layers, vocab, r.tied(true), norm, blocks)
}

// phi is Phi-1, 1.5 and 2: biases everywhere, one norm per layer.
// Source: transformers models/phi/modeling_phi.py.
func phi(r *reader) *model.Model {
	d := r.width("hidden_size", "n_embd")
	layers, vocab := r.layers("num_hidden_layers", "n_layer"), r.rows("vocab_size")
	a := model.Attention{Hidden: d, Heads: r.width("num_attention_heads", "n_head")}
	a.KVHeads = r.widthOr(a.Heads, "num_key_value_heads", "n_head_kv")
	r.checkHeads(&a)
	if r.bool(false, "qk_layernorm") {
		r.refuse("qk_layernorm", note.NewError("family.switched-on", "phi"))
	}
	ffn := model.FFN{Hidden: d, Width: r.widthOr(4*d, "intermediate_size", "n_inner"), Bias: true}
	norm := model.Norm{Dim: d, Bias: true}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), headBias: true, final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) {
			return "", []model.Block{norm, a.WithBias(true, true), ffn}
		}},
	})
}
