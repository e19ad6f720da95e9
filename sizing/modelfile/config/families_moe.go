package config

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// moeFamilies are decoders with mixtures of experts and ordinary attention.
var moeFamilies = map[string]family{
	"mixtral":             mixtral,
	"phimoe":              phimoe,
	"olmoe":               olmoe,
	"granitemoe":          granitemoe,
	"qwen2_moe":           qwenMoE{qkvBias: true, kv: 16, shared: true}.model,
	"qwen3_moe":           qwenMoE{headDim: true, kv: 4}.model,
	"qwen3_vl_moe_text":   qwenMoE{headDim: true, kv: 4}.model,
	"qwen3_omni_moe_text": qwenMoE{headDim: true, kv: 4}.model,
	"gpt_oss":             gptOSS,
	"minimax_m2":          minimaxM2,
	"glm4_moe":            glm4MoE,
	"glm4v_moe_text":      glm4MoE,
	"deepseek":            deepseekMoE,
	"llama4_text":         llama4,
	"dbrx":                dbrx,
	"mimo_v2_flash":       mimoV2,
}

// experts reads the expert keys that most families share.
func (r *reader) experts(d int64, countKeys, widthKeys []string) model.MoE {
	return model.MoE{
		Hidden: d, Experts: r.width(countKeys...), TopK: r.width("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "top_k_experts", "moe_top_k"),
		Width: r.width(widthKeys...), Gated: true,
	}
}

// mixtral: every layer is a mixture.
// Source: transformers models/mixtral/modeling_mixtral.py.
func mixtral(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 8)
	a.Window = r.window(0)
	moe := r.experts(d, []string{"num_local_experts"}, []string{"intermediate_size"})
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(false), norm, preNorm(norm, a, moe))
}

// uniform is a decoder of equal layers.
func (r *reader) uniform(d, layers, vocab int64, tied bool, norm model.Norm, blocks []model.Block) *model.Model {
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: tied, final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", blocks }},
	})
}

// phimoe: Mixtral with biased attention, LayerNorm and a biased head.
// Source: transformers models/phimoe/modeling_phimoe.py.
func phimoe(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 8)
	bias := r.bool(false, "attention_bias")
	a = a.WithBias(bias, bias)
	moe := r.experts(d, []string{"num_local_experts"}, []string{"intermediate_size"})
	if w := r.window(0); w < r.context() {
		a.Window = w
	}
	norm := model.Norm{Dim: d, Bias: true}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), headBias: r.bool(false, "lm_head_bias"), final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, moe) }},
	})
}

// olmoe: query and key norms over the whole projection.
// Source: transformers models/olmoe/modeling_olmoe.py.
func olmoe(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 0)
	bias := r.bool(false, "attention_bias")
	a = a.WithBias(bias, bias)
	a.QKNorm = model.FullQKNorm
	moe := r.experts(d, []string{"num_experts"}, []string{"intermediate_size"})
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(false), norm, preNorm(norm, a, moe))
}

// granitemoe. Source: transformers models/granitemoe/modeling_granitemoe.py.
func granitemoe(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 0)
	bias := r.bool(false, "attention_bias")
	a = a.WithBias(bias, bias)
	moe := r.experts(d, []string{"num_local_experts"}, []string{"intermediate_size"})
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(false), norm, preNorm(norm, a, moe))
}

// qwenMoE is Qwen2-MoE and Qwen3-MoE: some layers may be dense.
type qwenMoE struct {
	qkvBias, headDim, shared bool
	kv                       int64
}

func (c qwenMoE) model(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	var a model.Attention
	if c.qkvBias {
		a = r.attention(d, c.kv).WithBias(r.bool(true, "qkv_bias"), false)
	} else {
		a = dense{headDim: 128, kv: c.kv, attnBias: "attention_bias", qkNorm: model.HeadQKNorm}.attention(r, d)
	}
	moe := r.experts(d, []string{"num_experts"}, []string{"moe_intermediate_size"})
	if c.shared {
		moe.SharedWidth, moe.SharedGate = r.width("shared_expert_intermediate_size"), true
	}
	r.neutral("use_qk_norm") // the class normalises whatever it says
	window, slides := r.qwenWindow(layers)
	sparse := r.qwenSparse(layers)
	ffn := r.denseWidth(d, layers, sparse)
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{}
				if window > 0 && slides(i) {
					l.window = window
				}
				if sparse(i) {
					l.ffn = 'e'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				w := a
				w.Window = l.window
				return sparseName(l), preNorm(norm, w, either(l, moe, ffn))
			},
		},
	})
}

// qwenSparse returns which layers are mixtures: all but mlp_only_layers, every
// decoder_sparse_step-th.
func (r *reader) qwenSparse(layers int64) func(int64) bool {
	dense := r.indices(0, layers, "mlp_only_layers")
	step := r.numOr(1, "decoder_sparse_step")
	return func(i int64) bool { return step > 0 && !dense[i] && (i+1)%step == 0 }
}

// denseWidth is the feed-forward network of the dense layers among mixtures;
// its width is needed only if there is one.
func (r *reader) denseWidth(d, layers int64, sparse func(int64) bool) model.FFN {
	for i := range layers {
		if r.err == nil && !sparse(i) {
			return model.FFN{Hidden: d, Width: r.width("intermediate_size"), Gated: true}
		}
	}
	r.neutral("intermediate_size")
	return model.FFN{}
}

func sparseName(l layer) string {
	if l.ffn == 'e' {
		return "moe decoder"
	}
	return "dense decoder"
}

func either(l layer, moe, ffn model.Block) model.Block {
	if l.ffn == 'e' {
		return moe
	}
	return ffn
}

// gptOSS: attention with biases and sinks, experts and router with biases.
// Source: transformers models/gpt_oss/modeling_gpt_oss.py.
func gptOSS(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 8)
	bias := r.bool(true, "attention_bias")
	a = a.WithBias(bias, bias)
	a.Sinks = true
	moe := r.experts(d, []string{"num_local_experts", "num_experts"}, []string{"intermediate_size"})
	moe.Bias = true
	norm := model.Norm{Dim: d}
	slides := r.windowed(layers, func(i int64) bool { return i%2 == 0 })
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: slidingStack(layers, r.window(128), slides, func(w int64) []model.Block {
			b := a
			b.Window = w
			return preNorm(norm, b, moe)
		}),
	})
}

// minimaxM2. Source: MiniMaxAI/MiniMax-M2 modeling_minimax_m2.py.
func minimaxM2(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 0)
	if r.bool(false, "use_qk_norm") {
		if t := r.word("per_layer", "qk_norm_type"); t != "per_layer" {
			r.refuse("qk_norm_type", note.NewError("value.not-the-known-one", clip(t), "per_layer"))
		}
		a.QKNorm = model.FullQKNorm
	}
	r.neutral("qk_norm_type")
	moe := r.experts(d, []string{"num_local_experts"}, []string{"intermediate_size"})
	moe.CorrectionBias = r.bool(true, "use_routing_bias")
	moe.SharedWidth = r.numOr(0, "shared_intermediate_size")
	for i, e := range r.list("attn_type_list") {
		if e != number("1") {
			r.refuse("attn_type_list", note.NewError("entry.not-full-attention", i, shown(e)))
		}
	}
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(false), norm, preNorm(norm, a, moe))
}

// glm4MoE is GLM-4.5 to 4.7. Source: transformers
// models/glm4_moe/modeling_glm4_moe.py.
func glm4MoE(r *reader) *model.Model {
	d := r.width("hidden_size")
	a := r.attention(d, 8)
	a = a.WithBias(r.bool(false, "attention_bias"), false)
	if r.bool(false, "use_qk_norm") {
		a.QKNorm = model.HeadQKNorm
	}
	return r.firstDense(d, ofAll(a), 1, true)
}

// deepseekMoE is the first DeepSeek-MoE: ordinary attention, fine-grained and
// shared experts. Source: deepseek-ai/deepseek-moe-16b-base modeling_deepseek.py.
func deepseekMoE(r *reader) *model.Model {
	d := r.width("hidden_size")
	a := r.attention(d, 0)
	bias := r.bool(false, "attention_bias")
	return r.firstDense(d, ofAll(a.WithBias(bias, bias)), 0, false)
}

// firstDense is a decoder whose first layers are dense and whose others have
// routed and shared experts (the DeepSeek manner). dense is how many are dense
// where the key is missing, as the family's class has it.
func (r *reader) firstDense(d int64, mix mixers, dense int64, correction bool) *model.Model {
	layers, vocab := r.layers("num_hidden_layers"), r.rows("vocab_size")
	moe := r.experts(d, []string{"n_routed_experts", "num_experts"}, []string{"moe_intermediate_size"})
	moe.CorrectionBias = correction
	moe.RouteGroups, moe.RouteLimit = RouteGroups(r.optional("n_group"), r.optional("topk_group"))
	moe.SharedWidth = r.numOr(0, "n_shared_experts", "num_shared_experts") * moe.Width
	sparse := r.firstSparse(layers, dense)
	ffn := r.denseWidth(d, layers, sparse)
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{mix: mix.kind(i)}
				if sparse(i) {
					l.ffn = 'e'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				return sparseName(l), preNorm(norm, mix.of(l.mix), either(l, moe, ffn))
			},
		},
	})
}

// mixers are the attention blocks of a model by the kind of its layers.
type mixers struct {
	kind func(i int64) byte
	of   func(kind byte) model.Block
}

// ofAll is one block for all layers.
func ofAll(b model.Block) mixers {
	return mixers{kind: func(int64) byte { return 0 }, of: func(byte) model.Block { return b }}
}

// RouteGroups returns how many groups the experts form and how many of these a
// token may choose from, as files state them; 0 and 0 where it may choose from
// all.
func RouteGroups(groups, limit int64) (int64, int64) {
	if limit == 0 || limit >= groups {
		return 0, 0
	}
	return groups, limit
}

// firstSparse returns which layers are mixtures: those from
// first_k_dense_replace on, every moe_layer_freq-th, or as a list says.
func (r *reader) firstSparse(layers, dense int64) func(int64) bool {
	first := r.countOr(dense, 0, "first_k_dense_replace")
	byRule := func(i int64) bool { return i >= first }
	if v, ok := r.obj.get("moe_layer_freq"); ok {
		if _, isList := v.([]any); isList {
			flags := r.flags(layers, "moe_layer_freq")
			byRule = func(i int64) bool { return flags[i] }
		} else {
			freq := r.widthOr(1, "moe_layer_freq")
			byRule = func(i int64) bool { return i >= first && i%freq == 0 }
		}
	}
	types := r.words(layers, "mlp_layer_types", "dense", "sparse")
	if types == nil {
		return byRule
	}
	return func(i int64) bool { return types[i] == "sparse" }
}

// llama4: layers of experts (with a shared one) and dense layers of their own
// width; most layers attend within chunks.
// Source: transformers models/llama4/modeling_llama4.py.
func llama4(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 8)
	bias := r.bool(false, "attention_bias")
	a = a.WithBias(bias, bias)
	// Queries and keys are normalised without weights.
	r.neutral("use_qk_norm")
	moe := r.experts(d, []string{"num_local_experts"}, []string{"intermediate_size"})
	moe.SharedWidth = moe.Width
	step := r.widthOr(1, "interleave_moe_layer_step")
	chosen := r.indices(0, layers, "moe_layers")
	sparse := func(i int64) bool {
		if chosen != nil {
			return chosen[i]
		}
		return (i+1)%step == 0
	}
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size_mlp"), Gated: true}
	chunk := r.widthOr(8192, "attention_chunk_size")
	chunked := r.windowed(layers, r.llama4Chunks(layers))
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{}
				if chunked(i) {
					l.window = chunk
				}
				if sparse(i) {
					l.ffn = 'e'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				b := a
				b.Window, b.Chunked = l.window, l.window > 0
				return sparseName(l), preNorm(norm, b, either(l, moe, ffn))
			},
		},
	})
}

// llama4Chunks returns which layers attend within chunks: those with rotary
// positions, all but each fourth by default.
func (r *reader) llama4Chunks(layers int64) func(int64) bool {
	if l := r.list("no_rope_layers"); len(l) > 0 {
		if flags := r.flags(layers, "no_rope_layers"); flags != nil {
			return func(i int64) bool { return flags[i] }
		}
		return never
	}
	return every(r.widthOr(4, "no_rope_layer_interval"))
}

// dbrx keeps its keys in two nested objects.
// Source: transformers models/dbrx/modeling_dbrx.py.
func dbrx(r *reader) *model.Model {
	d, layers, vocab := r.width("d_model", "hidden_size"), r.layers("n_layers", "num_hidden_layers"), r.rows("vocab_size")
	a := model.Attention{Hidden: d, Heads: r.width("n_heads", "num_attention_heads")}
	moe := model.MoE{Hidden: d, Gated: true, Experts: 1, TopK: 1, Width: 1}
	if c := r.sub("attn_config"); c != nil {
		a.KVHeads = c.width("kv_n_heads")
		r.join(c)
	} else {
		r.fail("attn_config", note.NewError("value.missing", "dbrx"))
	}
	r.checkHeads(&a)
	if c := r.sub("ffn_config"); c != nil {
		moe.Experts, moe.TopK, moe.Width = c.width("moe_num_experts"), c.width("moe_top_k"), c.width("ffn_hidden_size")
		r.join(c)
	} else {
		r.fail("ffn_config", note.NewError("value.missing", "dbrx"))
	}
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(false), norm, preNorm(norm, a, moe))
}

// mimoV2: full and sliding layers have KV heads of their own, values are
// narrower than keys. Source: XiaomiMiMo/MiMo-V2-Flash modeling_mimo_v2_flash.py.
func mimoV2(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	full := r.attention(d, 0)
	full.ValDim = r.width("v_head_dim")
	full.Sinks = r.bool(false, "add_full_attention_sink_bias")
	slide := model.Attention{
		Hidden: d, Heads: r.width("swa_num_attention_heads"), KVHeads: r.width("swa_num_key_value_heads"),
		HeadDim: r.width("swa_head_dim"), ValDim: r.width("swa_v_head_dim"),
		Sinks: r.bool(true, "add_swa_attention_sink_bias"), Window: r.width("sliding_window", "sliding_window_size"),
	}
	r.checkHeads(&slide)
	bias := r.bool(false, "attention_bias")
	full, slide = full.WithBias(bias, false), slide.WithBias(bias, false)
	slides := r.flags(layers, "hybrid_layer_pattern")
	if slides == nil {
		r.fail("hybrid_layer_pattern", note.NewError("value.missing", r.family))
	}
	moe := r.experts(d, []string{"n_routed_experts"}, []string{"moe_intermediate_size"})
	moe.CorrectionBias = r.word("noaux_tc", "topk_method") == "noaux_tc"
	moe.SharedWidth = r.numOr(0, "n_shared_experts") * moe.Width
	sparse := r.firstSparse(layers, 0)
	ffn := r.denseWidth(d, layers, sparse)
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{}
				if slides[i] {
					l.mix = 's'
				}
				if sparse(i) {
					l.ffn = 'e'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				a := full
				if l.mix == 's' {
					a = slide
				}
				return sparseName(l), preNorm(norm, a, either(l, moe, ffn))
			},
		},
	})
}
