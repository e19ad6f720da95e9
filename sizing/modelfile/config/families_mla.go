package config

import (
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// mlaFamilies are decoders with multi-head latent attention.
// Source: transformers models/deepseek_v2 and deepseek_v3, deepseek-ai/
// DeepSeek-V3.2-Exp inference/model.py (indexer).
var mlaFamilies = map[string]family{
	"deepseek_v2":   latent{}.model,
	"deepseek_v3":   latent{noaux: true, dense: 3}.model,
	"deepseek_v32":  latent{noaux: true, dense: 3, indexer: true}.model,
	"kimi_k2":       latent{noaux: true, dense: 3}.model,
	"glm_moe_dsa":   latent{noaux: true, dense: 3, indexer: true}.model,
	"glm4_moe_lite": latent{noaux: true, dense: 1}.model,
	"minicpm3":      minicpm3,
	"deepseek_v4":   deepseekV4,
}

// latent says how a family differs from DeepSeek-V2.
type latent struct {
	noaux   bool  // the router has a correction bias unless topk_method says other
	dense   int64 // first layers without experts where the key is missing
	indexer bool
}

// mla reads the keys of latent attention. valDim is the width of a value head
// when the key is missing; 0 makes the key required.
func (r *reader) mla(d, valDim int64) model.MLA {
	a := model.MLA{
		Hidden: d, Heads: r.width("num_attention_heads"), QRank: r.optional("q_lora_rank"), KVRank: r.width("kv_lora_rank"),
		RopeDim: r.width("qk_rope_head_dim"), NopeDim: r.width("qk_nope_head_dim"),
	}
	if valDim > 0 {
		a.ValDim = r.widthOr(valDim, "v_head_dim")
	} else {
		a.ValDim = r.width("v_head_dim")
	}
	if r.bool(false, "attention_bias") {
		r.refuse("attention_bias", note.NewError("family.latent-attention-with-biases"))
	}
	// Latent attention has a key and a value for every head, whatever these say.
	r.neutral("num_key_value_heads", "head_dim", "qk_head_dim")
	return a
}

func (c latent) model(r *reader) *model.Model {
	d := r.width("hidden_size")
	r.sameLayers()
	correction := c.noaux && r.word("noaux_tc", "topk_method") == "noaux_tc"
	if v, ok := r.obj.get("use_mla"); ok && v == false {
		return r.firstDense(d, ofAll(r.plainAttention(d)), c.dense, correction)
	}
	a := r.mla(d, 0)
	if !r.obj.has("q_lora_rank") {
		// Absent is not null: the classes have a rank of their own, and differ.
		r.fail("q_lora_rank", note.NewError("value.missing", r.family))
	}
	if !c.indexer {
		return r.firstDense(d, ofAll(a), c.dense, correction)
	}
	a.IndexTopK = r.width("index_topk")
	shared := a
	a.IndexHeads, a.IndexDim = r.width("index_n_heads"), r.width("index_head_dim")
	if a.QRank == 0 {
		r.fail("q_lora_rank", note.NewError("value.missing-for-the-indexer"))
	}
	shares := r.sharedIndexers(r.layers("num_hidden_layers"))
	mixers := mixers{kind: func(i int64) byte {
		if shares(i) {
			return 's'
		}
		return 0
	}, of: func(kind byte) model.Block {
		if kind == 's' {
			return shared
		}
		return a
	}}
	return r.firstDense(d, mixers, c.dense, correction)
}

// plainAttention is that of a family of latent attention whose config switches
// it off: the projections of Llama, whatever the latent widths say.
// Source: deepseek-ai/DeepSeek-OCR modeling_deepseekv2.py, "mha_eager".
func (r *reader) plainAttention(d int64) model.Block {
	r.neutral("q_lora_rank", "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "use_mla")
	return r.attention(d, 0)
}

// sameLayers accepts a list of layer types that tells no layer from another:
// newer files name what all layers of latent attention do.
func (r *reader) sameLayers() {
	v, _ := r.obj.get("layer_types")
	list, _ := v.([]any)
	for _, e := range list {
		if _, isText := e.(string); !isText || e != list[0] {
			return // told apart: no layers of these families
		}
	}
	r.neutral("layer_types")
}

// sharedIndexers returns which layers use the positions that another layer's
// indexer chose and store none: by type, by a letter a layer, or all but each
// freq-th from an offset on.
// Source: transformers models/glm_moe_dsa/configuration_glm_moe_dsa.py
// (__post_init__); NVIDIA-NeMo/Automodel
// nemo_automodel/components/models/glm_moe_dsa/model.py.
func (r *reader) sharedIndexers(layers int64) func(i int64) bool {
	types := r.words(layers, "indexer_types", "full", "shared")
	freq, offset := r.numOf("index_topk_freq", 1), r.numOf("index_skip_topk_offset", 2)
	letters := r.indexPattern(layers)
	r.neutral("index_share_for_mtp_iteration")
	return func(i int64) bool {
		switch {
		case types != nil:
			return types[i] == "shared"
		case letters != "":
			return letters[i] == 'S'
		}
		return max(i-offset+1, 0)%freq != 0
	}
}

// numOf is a count of at least 1 of a key that few files have.
func (r *reader) numOf(name string, def int64) int64 {
	if n := r.optional(name); n > 0 {
		return n
	}
	return def
}

// indexPattern reads a letter a layer, F or S; "" where there is none.
func (r *reader) indexPattern(layers int64) string {
	const name = "index_topk_pattern"
	letters := r.word("", name)
	if letters == "" {
		return ""
	}
	if int64(len(letters)) != layers {
		r.fail(name, note.NewError("value.not-one-per-layer", len(letters), layers))
		return ""
	}
	if i := strings.IndexFunc(letters, func(l rune) bool { return l != 'F' && l != 'S' }); i >= 0 {
		r.fail(name, note.NewError("entry.not-of-the-words", i, shown(letters[i:i+1]), []string{"F", "S"}))
		return ""
	}
	return letters
}

// minicpm3 is dense. Source: openbmb/MiniCPM3-4B modeling_minicpm.py.
func minicpm3(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	heads := r.width("num_attention_heads")
	a := r.mla(d, max(d/heads, 1))
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Gated: true}
	norm := model.Norm{Dim: d}
	if !r.obj.has("tie_word_embeddings") {
		r.warn.Say("file.tying-missing", "", vocab*d)
	}
	return r.uniform(d, layers, vocab, r.tied(false), norm, preNorm(norm, a, ffn))
}

// deepseekV4: compressed attention, a residual stream of hc_mult lanes that is
// mixed before and after each block, and first layers whose experts are looked
// up by token. The lookup tables hold integers; they count, as in the
// published total.
// Source: deepseek-ai/DeepSeek-V4-Pro inference/model.py.
func deepseekV4(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := model.CompressedAttention{
		Hidden: d, Heads: r.width("num_attention_heads"), HeadDim: r.width("head_dim"), QRank: r.width("q_lora_rank"),
		OutRank: r.width("o_lora_rank"), OutGroups: r.width("o_groups"), Window: r.width("sliding_window"),
	}
	indexHeads, indexDim, topK := r.width("index_n_heads"), r.width("index_head_dim"), r.width("index_topk")
	if n := r.widthOr(1, "num_key_value_heads"); n != 1 {
		r.refuse("num_key_value_heads", note.NewError("family.keys-not-shared", n))
	}
	if r.bool(false, "attention_bias") {
		r.refuse("attention_bias", note.NewError("family.switched-on", "deepseek_v4"))
	}
	r.neutral("qk_rope_head_dim", "compress_rope_theta", "hc_sinkhorn_iters")
	moe := r.experts(d, []string{"n_routed_experts"}, []string{"moe_intermediate_size"})
	moe.SharedWidth = r.numOr(0, "n_shared_experts") * moe.Width
	if m := r.word("noaux_tc", "topk_method"); m != "noaux_tc" {
		r.refuse("topk_method", note.NewError("value.not-the-known-one", clip(m), "noaux_tc"))
	}
	hashed := r.numOr(0, "num_hash_layers")
	lanes := r.width("hc_mult")
	ratios := r.compressRatios(layers)
	mixes := (2 + lanes) * lanes
	zero := 0.0
	norm := model.Norm{Dim: d}
	mix := []model.Block{
		model.Linear{Name: "lane mixing", In: lanes * d, Out: mixes},
		model.Vector{Name: "lane mixing base and scale", Dim: mixes + 3},
	}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false),
		final: []model.Block{
			model.Linear{Name: "lane mixing", In: lanes * d, Out: lanes}, model.Vector{Name: "lane mixing base and scale", Dim: lanes + 1}, norm,
		},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{a: ratios[i]}
				if i < hashed {
					l.ffn = 'h'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				b, e := a, moe
				b.Ratio = l.a
				if l.a == 4 {
					b.IndexHeads, b.IndexDim, b.IndexTopK = indexHeads, indexDim, topK
				}
				e.CorrectionBias = l.ffn != 'h'
				bs := append([]model.Block{norm, b, norm, e}, mix...)
				bs = append(bs, mix...)
				if l.ffn == 'h' {
					bs = append(bs, model.Linear{Name: "experts by token", In: moe.TopK, Out: vocab, Uses: &zero, Part: model.RouterPart})
				}
				return "moe decoder", bs
			},
		},
	})
}

// compressRatios reads a ratio a layer; entries past the layers belong to the
// multi-token-prediction layers.
func (r *reader) compressRatios(layers int64) []int64 {
	l := r.list("compress_ratios")
	if r.err == nil && int64(len(l)) < layers {
		r.fail("compress_ratios", note.NewError("value.not-one-per-layer", len(l), layers))
	}
	out := make([]int64, len(l))
	for i, e := range l {
		n := r.whole("compress_ratios", e, 0, maxWidth)
		if n != 0 && n != 4 && n != 128 {
			r.refuse("compress_ratios", note.NewError("entry.bad-ratio", i, n))
		}
		out[i] = n
	}
	return out
}
