package config

import (
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// hybridFamilies mix attention with state-space or linear-attention layers, or
// have no attention at all.
var hybridFamilies = map[string]family{
	"qwen3_next":       qwenNext{moe: true, step: true}.model,
	"qwen3_5_text":     qwenNext{}.model,
	"qwen3_5_moe_text": qwenNext{moe: true}.model,
	"nemotron_h":       nemotronH,
	"mamba":            mamba,
	"falcon_mamba":     falconMamba,
	"mamba2":           mamba2,
	"jamba":            jamba,
}

// qwenNext is Qwen3-Next and Qwen3.5: gated delta-rule layers, and each fourth
// layer gated attention.
// Source: transformers models/qwen3_next/modeling_qwen3_next.py.
type qwenNext struct{ moe, step bool }

func (c qwenNext) model(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 2)
	bias := r.bool(false, "attention_bias")
	a = a.WithBias(bias, bias)
	a.QKNorm, a.Gate = model.HeadQKNorm, r.bool(true, "attn_output_gate")
	delta := model.DeltaNet{
		Hidden: d, KeyHeads: r.width("linear_num_key_heads"), ValHeads: r.width("linear_num_value_heads"),
		KeyDim: r.width("linear_key_head_dim"), ValDim: r.width("linear_value_head_dim"), Conv: r.width("linear_conv_kernel_dim"),
	}
	if r.bool(false, "use_sliding_window") {
		r.refuse("use_sliding_window", note.NewError("family.sliding-layers", r.family))
	}
	types := r.words(layers, "layer_types", "linear_attention", "full_attention")
	interval := r.widthOr(4, "full_attention_interval")
	full := func(i int64) bool {
		if types != nil {
			return types[i] == "full_attention"
		}
		return (i+1)%interval == 0
	}
	sparse := never
	moe := model.MoE{}
	if c.moe {
		moe = r.experts(d, []string{"num_experts"}, []string{"moe_intermediate_size"})
		moe.SharedWidth, moe.SharedGate = r.width("shared_expert_intermediate_size"), true
		sparse = r.qwenSparse(layers)
	} else {
		r.neutral("mlp_only_layers")
	}
	ffn := r.denseWidth(d, layers, sparse)
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{}
				if full(i) {
					l.mix = 'a'
				}
				if sparse(i) {
					l.ffn = 'e'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				if l.mix == 'a' {
					return "full-attention decoder", preNorm(norm, a, either(l, moe, ffn))
				}
				return "linear-attention decoder", preNorm(norm, delta, either(l, moe, ffn))
			},
		},
	})
}

// nemotronH: each layer is one norm and one block, as a pattern says.
// Source: nvidia/Nemotron-H-56B-Base-8K modeling_nemotron_h.py.
func nemotronH(r *reader) *model.Model {
	d, vocab := r.width("hidden_size"), r.rows("vocab_size")
	pattern := r.nemotronPattern()
	a := model.Attention{Hidden: d, Heads: r.width("num_attention_heads"), KVHeads: r.width("num_key_value_heads"), HeadDim: r.width("head_dim", "attention_head_dim")}
	r.checkHeads(&a)
	attnBias := r.bool(false, "attention_bias")
	a = a.WithBias(attnBias, attnBias)
	if r.window(0) > 0 {
		r.refuse("sliding_window", note.NewError("family.sliding-window", "nemotron_h"))
	}
	heads := r.width("mamba_num_heads")
	m := model.Mamba2{
		Hidden: d, Inner: heads * r.width("mamba_head_dim"), Heads: heads, Groups: r.width("n_groups"), State: r.width("ssm_state_size"), Conv: r.width("conv_kernel"),
		NoConvBias: !r.bool(true, "use_conv_bias"), Chunk: r.optional("chunk_size"),
		Bias: r.bool(false, "use_bias"),
	}
	if r.bool(m.Bias, "mamba_proj_bias") != m.Bias {
		r.refuse("mamba_proj_bias", note.NewError("family.differs-from", "use_bias"))
	}
	r.neutral("expand", "time_step_rank")
	mlpBias := r.bool(false, "mlp_bias")
	ffn := model.FFN{Hidden: d, Bias: mlpBias}
	r.neutral("intermediate_size")
	if strings.Contains(pattern, "-") {
		ffn.Width = r.width("intermediate_size")
	}
	moe := model.MoE{}
	if strings.Contains(pattern, "E") {
		moe = r.experts(d, []string{"n_routed_experts"}, []string{"moe_intermediate_size"})
		moe.Gated, moe.CorrectionBias = false, true
		moe.Latent = r.optional("moe_latent_size")
		moe.SharedWidth = r.numOr(0, "n_shared_experts") * r.width("moe_shared_expert_intermediate_size")
		if mlpBias {
			r.refuse("mlp_bias", note.NewError("family.experts-with-biases", "nemotron_h"))
		}
	}
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: int64(len(pattern)),
			kind:   func(i int64) layer { return layer{mix: pattern[i]} },
			build: func(l layer) (string, []model.Block) {
				switch l.mix {
				case 'M':
					return "mamba", []model.Block{norm, m}
				case '*':
					return "attention", []model.Block{norm, a}
				case 'E':
					return "moe", []model.Block{norm, moe}
				}
				return "ffn", []model.Block{norm, ffn}
			},
		},
	})
}

// nemotronPattern returns a letter per layer: M Mamba, * attention, - FFN, E
// experts.
func (r *reader) nemotronPattern() string {
	letters := map[string]string{"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
	var p string
	if l := r.list("layers_block_type"); l != nil {
		var b strings.Builder
		for i, e := range l {
			s, _ := e.(string)
			c, ok := letters[s]
			if !ok {
				r.fail("layers_block_type", note.NewError("entry.not-one-of", i, shown(e), note.Choice{"mamba", "attention", "mlp", "moe"}))
				return ""
			}
			b.WriteString(c)
		}
		p = b.String()
		r.neutral("hybrid_override_pattern")
	} else if p = r.word("", "hybrid_override_pattern"); p == "" {
		r.fail("hybrid_override_pattern", note.NewError("value.missing-and-its-alternative", "nemotron_h", "layers_block_type"))
		return ""
	}
	if i := strings.IndexFunc(p, func(c rune) bool { return !strings.ContainsRune("M*-E", c) }); i >= 0 {
		r.fail("hybrid_override_pattern", note.NewError("value.bad-letter", p[i:i+1], i))
	}
	if len(p) > maxLayers {
		r.fail("hybrid_override_pattern", note.NewError("value.too-many-layers", len(p), maxLayers))
	}
	if r.obj.has("num_hidden_layers") {
		if n := r.layers("num_hidden_layers"); n != int64(len(p)) {
			r.fail("num_hidden_layers", note.NewError("value.differs-from-pattern", n, len(p)))
		}
	}
	return p
}

// mambaBlock reads the selective state-space block.
// Source: transformers models/mamba/modeling_mamba.py.
func (r *reader) mambaBlock(d int64, expand, state, conv, rank string) model.Mamba {
	m := model.Mamba{Hidden: d, State: r.width(state), Conv: r.width(conv), Rank: (d + 15) / 16}
	m.Inner = d * r.width(expand)
	if v, ok := r.obj.get(rank); ok && v != "auto" {
		m.Rank = r.width(rank)
	} else {
		r.used[rank] = true
		r.record(rank, strconv.FormatInt(m.Rank, 10), true)
	}
	return m
}

func mamba(r *reader) *model.Model { return r.mambaModel(true) }

func falconMamba(r *reader) *model.Model { return r.mambaModel(true) }

func (r *reader) mambaModel(tied bool) *model.Model {
	d, layers, vocab := r.width("hidden_size", "d_model"), r.layers("num_hidden_layers", "n_layer"), r.rows("vocab_size")
	m := r.mambaBlock(d, "expand", "state_size", "conv_kernel", "time_step_rank")
	if n := r.optional("intermediate_size", "d_inner"); n > 0 && n != m.Inner {
		m.Inner = n
	}
	if r.bool(false, "use_bias") {
		r.refuse("use_bias", note.NewError("family.projections-with-biases", r.family))
	}
	if !r.bool(true, "use_conv_bias") {
		r.refuse("use_conv_bias", note.NewError("family.switched-off", r.family))
	}
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(tied), norm, []model.Block{norm, m})
}

// mamba2. Source: transformers models/mamba2/modeling_mamba2.py.
func mamba2(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	heads := r.width("num_heads")
	m := model.Mamba2{
		Hidden: d, Inner: heads * r.width("head_dim"), Heads: heads, Groups: r.width("n_groups"), State: r.width("state_size"), Conv: r.width("conv_kernel"),
		NoConvBias: !r.bool(true, "use_conv_bias"), Bias: r.bool(false, "use_bias"), Chunk: r.optional("chunk_size"),
	}
	if e := r.widthOr(2, "expand"); e*d != m.Inner {
		r.fail("expand", note.NewError("value.expansion-differs", e, d, m.Inner))
	}
	norm := model.Norm{Dim: d}
	return r.uniform(d, layers, vocab, r.tied(false), norm, []model.Block{norm, m})
}

// jamba: Mamba layers with norms inside, one attention layer in each period,
// experts in every second layer.
// Source: transformers models/jamba/modeling_jamba.py.
func jamba(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.attention(d, 8)
	m := r.mambaBlock(d, "mamba_expand", "mamba_d_state", "mamba_d_conv", "mamba_dt_rank")
	if r.bool(false, "mamba_proj_bias") || !r.bool(true, "mamba_conv_bias") {
		r.refuse("mamba_proj_bias", note.NewError("family.mamba-biases"))
	}
	if !r.bool(true, "mamba_inner_layernorms") {
		r.refuse("mamba_inner_layernorms", note.NewError("family.off"))
	}
	width := r.width("intermediate_size")
	experts := r.widthOr(16, "num_experts")
	ffn := model.FFN{Hidden: d, Width: width, Gated: true}
	moe := model.MoE{Hidden: d, Experts: experts, TopK: r.widthOr(2, "num_experts_per_tok"), Width: width, Gated: true}
	attnPeriod, attnOffset := r.widthOr(8, "attn_layer_period"), r.numOr(4, "attn_layer_offset")
	expPeriod, expOffset := r.widthOr(2, "expert_layer_period"), r.numOr(1, "expert_layer_offset")
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				l := layer{}
				if i%attnPeriod == attnOffset {
					l.mix = 'a'
				}
				if experts > 1 && i%expPeriod == expOffset {
					l.ffn = 'e'
				}
				return l
			},
			build: func(l layer) (string, []model.Block) {
				if l.mix == 'a' {
					return "attention layer", preNorm(norm, a, either(l, moe, ffn))
				}
				return "mamba layer", append(preNorm(norm, m, either(l, moe, ffn)),
					model.Norm{Dim: m.Rank}, model.Norm{Dim: m.State}, model.Norm{Dim: m.State})
			},
		},
	})
}
