package config

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// denseFamilies are decoders of attention and one feed-forward network a
// layer, in the line of Llama:
//
//	params = E_emb + L(2dHh + 2dGh + 3di + 2d) + d
//
// and its variations of biases and norms.
var denseFamilies = map[string]family{
	"llama":             dense{attnBias: "attention_bias", mlpBias: "mlp_bias"}.model,
	"yi":                dense{}.model,
	"Yi":                dense{}.model,
	"mistral":           dense{kv: 8, window: 4096, slides: always}.model,
	"ministral":         dense{kv: 8, window: 4096, slides: always}.model,
	"ministral3":        dense{kv: 8}.model,
	"phi3":              dense{slides: always}.model,
	"granite":           dense{attnBias: "attention_bias", mlpBias: "mlp_bias"}.model,
	"smollm3":           dense{kv: 4, tied: true, attnBias: "attention_bias", mlpBias: "mlp_bias", qwenWindow: true}.model,
	"internlm2":         dense{attnBias: "bias"}.model,
	"minicpm":           dense{tied: true}.model,
	"baichuan":          dense{noGQA: true}.model,
	"qwen2":             dense{kv: 32, qkvBias: true, qwenWindow: true}.model,
	"qwen2_vl_text":     dense{kv: 32, qkvBias: true, qwenWindow: true}.model,
	"qwen2_5_vl_text":   dense{kv: 32, qkvBias: true, qwenWindow: true}.model,
	"mimo":              dense{kv: 32, qkvBias: true, qkvBiasKey: "attention_bias", qwenWindow: true}.model,
	"qwen3":             dense{kv: 32, headDim: 128, attnBias: "attention_bias", qkNorm: model.HeadQKNorm, qwenWindow: true}.model,
	"qwen3_vl_text":     dense{kv: 32, headDim: 128, attnBias: "attention_bias", qkNorm: model.HeadQKNorm}.model,
	"olmo":              dense{attnBias: "attention_bias", plainNorm: true}.model,
	"olmo2":             dense{attnBias: "attention_bias", qkNorm: model.FullQKNorm, order: postNorm}.model,
	"olmo3":             dense{attnBias: "attention_bias", qkNorm: model.FullQKNorm, order: postNorm, window: 4096, slides: every(4)}.model,
	"exaone4":           dense{qkNorm: model.HeadQKNorm, order: postNorm, exaoneWindow: true}.model,
	"glm":               dense{kv: 2, headDim: 128, qkvBias: true, qkvBiasKey: "attention_bias"}.model,
	"glm4":              dense{kv: 2, headDim: 128, qkvBias: true, qkvBiasKey: "attention_bias", order: sandwich}.model,
	"glm4v_text":        dense{kv: 2, qkvBias: true, qkvBiasKey: "attention_bias", order: sandwich}.model,
	"seed_oss":          dense{kv: 8, headDim: 128, qkvBias: true, qkvBiasKey: "attention_bias", outBias: "attention_out_bias", mlpBias: "mlp_bias"}.model,
	"cohere":            dense{tied: true, attnBias: "attention_bias", order: parallel, layerNormQK: "use_qk_norm"}.model,
	"cohere2":           dense{tied: true, attnBias: "attention_bias", order: parallel, window: 4096, slides: every(4), pattern: "sliding_window_pattern"}.model,
	"nemotron":          dense{attnBias: "attention_bias", mlpBias: "mlp_bias", normBias: true, plainFFN: true}.model,
	"starcoder2":        dense{kv: 2, tied: true, allBias: "use_bias", normBias: true, plainFFN: true, slides: always}.model,
	"stablelm":          dense{qkvBias: true, qkvBiasKey: "use_qkv_bias", qkvBiasOff: true, normBias: true, layerNormQK: "qk_layernorm", parallelKey: "use_parallel_residual"}.model,
	"qwen":              qwen1,
	"nemotron-nas":      nemotronNAS,
	"chatglm":           chatglm,
	"mllama_text_model": mllama,
}

// dense says how a family differs from Llama.
type dense struct {
	kv      int64 // KV heads when the key is missing; 0: as many as heads
	headDim int64 // head dimension when the key is missing; 0: hidden / heads
	noGQA   bool
	tied    bool

	attnBias   string // key that biases all four projections
	qkvBias    bool   // queries, keys and values are biased …
	qkvBiasKey string // … unless this key says no
	qkvBiasOff bool   // the key's default is no
	outBias    string // key that biases the output projection
	mlpBias    string // key that biases the feed-forward network
	allBias    string // key that biases every projection; true when missing

	normBias    bool // LayerNorm instead of RMSNorm
	plainNorm   bool // norms without weights
	plainFFN    bool // two matrices instead of three
	qkNorm      model.QKNorm
	layerNormQK string // key that adds a norm of its own weights to each head
	order       order
	parallelKey string // key that leaves out the second norm

	window       int64            // default; 0: none unless the key is there
	slides       func(int64) bool // which layers slide
	pattern      string           // key: every n-th layer does not slide
	qwenWindow   bool             // sliding only with use_sliding_window
	exaoneWindow bool             // sliding_window_pattern is a string such as "LLLG"
}

// order is where the norms of a layer stand.
type order byte

const (
	before   order = iota // norm, attention, norm, FFN
	postNorm              // attention, norm, FFN, norm (OLMo 2)
	sandwich              // a norm before and after both (GLM-4)
	parallel              // one norm before both (Cohere)
)

func (o order) arrange(n model.Norm, attn, ffn model.Block) []model.Block {
	switch o {
	case postNorm:
		return []model.Block{attn, n, ffn, n}
	case sandwich:
		return []model.Block{n, attn, n, n, ffn, n}
	case parallel:
		return []model.Block{n, attn, ffn}
	}
	return preNorm(n, attn, ffn)
}

// attention returns the attention of a layer, without its window.
func (c dense) attention(r *reader, d int64) model.Attention {
	var a model.Attention
	if c.noGQA {
		a = model.Attention{Hidden: d, Heads: r.width("num_attention_heads")}
		a.KVHeads = a.Heads
		r.checkHeads(&a)
	} else if c.headDim > 0 && r.optional("head_dim") == 0 {
		a = model.Attention{Hidden: d, Heads: r.width("num_attention_heads"), HeadDim: c.headDim}
		a.KVHeads = r.widthOr(c.kv, "num_key_value_heads")
		r.record("head_dim", "128", true)
		r.checkHeads(&a)
	} else {
		a = r.attention(d, c.kv)
	}
	if c.attnBias != "" {
		all := r.bool(false, c.attnBias)
		a = a.WithBias(all, all)
	}
	if c.qkvBias {
		qkv := !c.qkvBiasOff
		if c.qkvBiasKey != "" {
			qkv = r.bool(qkv, c.qkvBiasKey)
		}
		a = a.WithBias(qkv, false)
	}
	if c.outBias != "" {
		a.OutBias = r.bool(false, c.outBias)
	}
	if c.allBias != "" {
		all := r.bool(true, c.allBias)
		a = a.WithBias(all, all)
	}
	a.QKNorm = c.qkNorm
	if c.layerNormQK != "" && r.bool(false, c.layerNormQK) {
		a.QKNorm = model.FullQKNorm
	}
	return a
}

// windows returns the window and which layers have it.
func (c dense) windows(r *reader, layers int64) (int64, func(int64) bool) {
	switch {
	case c.qwenWindow:
		return r.qwenWindow(layers)
	case c.exaoneWindow:
		return r.exaoneWindow(layers)
	case c.slides == nil:
		r.words(layers, "layer_types", "full_attention")
		return 0, never
	}
	w := r.window(c.window)
	rule := c.slides
	if c.pattern != "" {
		if n := r.optional(c.pattern); n > 0 {
			rule = every(n)
		}
	}
	return w, r.windowed(layers, rule)
}

// model builds the family's decoder.
func (c dense) model(r *reader) *model.Model {
	d, layers := r.width("hidden_size"), r.layers("num_hidden_layers")
	vocab := r.rows("vocab_size")
	attn := c.attention(r, d)
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Gated: !c.plainFFN}
	if c.mlpBias != "" {
		ffn.Bias = r.bool(false, c.mlpBias)
	}
	if c.allBias != "" {
		ffn.Bias = r.bool(true, c.allBias)
	}
	window, slides := c.windows(r, layers)
	norm := model.Norm{Dim: d, Bias: c.normBias, NoWeight: c.plainNorm}
	o := c.order
	if c.parallelKey != "" && r.bool(false, c.parallelKey) {
		o = parallel
	}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(c.tied), final: []model.Block{norm},
		stack: slidingStack(layers, window, slides, func(w int64) []model.Block {
			a := attn
			a.Window = w
			return o.arrange(norm, a, ffn)
		}),
	})
}

// slidingStack is a stack of layers that differ only in their window.
func slidingStack(layers, window int64, slides func(int64) bool, build func(window int64) []model.Block) stack {
	return stack{
		layers: layers,
		kind: func(i int64) layer {
			if window > 0 && slides(i) {
				return layer{window: window}
			}
			return layer{}
		},
		build: func(l layer) (string, []model.Block) { return "", build(l.window) },
	}
}

// qwenWindow is the rule of Qwen: sliding_window means nothing unless
// use_sliding_window is set, and then holds from max_window_layers on.
func (r *reader) qwenWindow(layers int64) (int64, func(int64) bool) {
	types := r.words(layers, "layer_types", "full_attention", "sliding_attention")
	if !r.bool(false, "use_sliding_window") {
		r.neutral("sliding_window", "max_window_layers")
		return 0, never
	}
	w := r.window(4096)
	if types != nil {
		return w, func(i int64) bool { return types[i] == "sliding_attention" }
	}
	from := r.numOr(28, "max_window_layers")
	return w, func(i int64) bool { return i >= from }
}

// exaoneWindow reads the string pattern of EXAONE 4, such as "LLLG".
func (r *reader) exaoneWindow(layers int64) (int64, func(int64) bool) {
	w := r.window(0)
	if w == 0 {
		r.neutral("sliding_window_pattern", "layer_types")
		return 0, never
	}
	if types := r.words(layers, "layer_types", "full_attention", "sliding_attention"); types != nil {
		return w, func(i int64) bool { return types[i] == "sliding_attention" }
	}
	p := r.word("LLLG", "sliding_window_pattern")
	if p == "" {
		r.fail("sliding_window_pattern", note.NewError("value.empty-pattern"))
		return 0, never
	}
	// The last layer attends to everything whatever the pattern says.
	return w, func(i int64) bool { return i != layers-1 && p[i%int64(len(p))] == 'L' }
}

// qwen1 is the first Qwen, with code of its own: intermediate_size is twice
// the width, queries, keys and values are biased though no_bias is set.
// Source: Qwen/Qwen-7B modeling_qwen.py.
func qwen1(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := model.Attention{Hidden: d, Heads: r.width("num_attention_heads"), HeadDim: r.widthOr(128, "kv_channels")}
	a.KVHeads = a.Heads
	double := r.width("intermediate_size")
	if double%2 != 0 {
		r.fail("intermediate_size", note.NewError("value.not-even", double))
	}
	if !r.bool(true, "no_bias") {
		r.refuse("no_bias", note.NewError("family.projections-without-no-bias", "qwen"))
	}
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) {
			return "", preNorm(norm, a.WithBias(true, false), model.FFN{Hidden: d, Width: max(double/2, 1), Gated: true})
		}},
	})
}

// chatglm is ChatGLM 2 and 3 and GLM-4-9B, with code of their own.
// Source: THUDM/chatglm3-6b modeling_chatglm.py.
func chatglm(r *reader) *model.Model {
	d, layers := r.width("hidden_size"), r.layers("num_layers", "num_hidden_layers")
	vocab := r.rows("padded_vocab_size", "vocab_size")
	a := model.Attention{Hidden: d, Heads: r.width("num_attention_heads"), HeadDim: r.width("kv_channels")}
	a.KVHeads = a.Heads
	if r.bool(false, "multi_query_attention") {
		a.KVHeads = r.width("multi_query_group_num")
	}
	r.neutral("multi_query_group_num")
	r.checkHeads(&a)
	linear := r.bool(false, "add_bias_linear")
	a = a.WithBias(linear || r.bool(false, "add_qkv_bias"), linear)
	ffn := model.FFN{Hidden: d, Width: r.width("ffn_hidden_size"), Gated: true, Bias: linear}
	norm := model.Norm{Dim: d, Bias: !r.bool(true, "rmsnorm")}
	var final []model.Block
	if r.bool(true, "post_layer_norm") {
		final = append(final, norm)
	}
	if _, v, ok := r.lookup("pre_seq_len"); ok {
		r.refuse("pre_seq_len", note.NewError("family.prefix-encoder", shown(v)))
	}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: final, keepHead: true,
		stack: stack{layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }},
	})
}

// nemotronNAS is a Llama whose layers were chosen by search: each has its own
// number of KV heads and FFN width, or no attention or FFN at all.
// Source: nvidia/Llama-3_3-Nemotron-Super-49B-v1_5 modeling_decilm.py.
func nemotronNAS(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	heads := r.width("num_attention_heads")
	bias, mlpBias := r.bool(false, "attention_bias"), r.bool(false, "mlp_bias")
	r.neutral("num_key_value_heads", "intermediate_size")
	list := r.list("block_configs")
	if r.err == nil && int64(len(list)) != layers {
		r.fail("block_configs", note.NewError("value.not-one-per-layer", len(list), layers))
	}
	kinds := make([]layer, len(list))
	for i, e := range list {
		kinds[i] = r.nasBlock(i, e, d, heads)
	}
	norm := model.Norm{Dim: d}
	return r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers, kind: func(i int64) layer { return kinds[i] },
			build: func(l layer) (string, []model.Block) {
				var bs []model.Block
				if l.a > 0 {
					a := model.Attention{Hidden: d, Heads: heads, KVHeads: l.a, Window: l.window}.WithBias(bias, bias)
					r.checkHeads(&a)
					bs = append(bs, norm, a)
				}
				if l.b > 0 {
					bs = append(bs, norm, model.FFN{Hidden: d, Width: l.b, Gated: true, Bias: mlpBias})
				}
				return "", bs
			},
		},
	})
}

// nasBlock reads one layer: a is the number of KV heads, b the FFN width, 0
// where the part is left out.
func (r *reader) nasBlock(i int, e any, d, heads int64) (l layer) {
	o, ok := e.(*object)
	if !ok {
		r.fail("block_configs", note.NewError("entry.not-an-object", i, shown(e)))
		return l
	}
	s := &reader{file: r.file, path: r.path + "block_configs.", family: r.family, obj: o, used: map[string]bool{}}
	part := func(name string) *reader {
		p := s.sub(name)
		if p == nil {
			s.fail(name, note.NewError("entry.missing", i))
			return nil
		}
		if p.bool(false, "no_op") {
			return nil
		}
		for _, k := range []string{"replace_with_linear", "sparsify", "num_sink_tokens", "unshifted_sink"} {
			if v, ok := p.obj.get(k); ok && !trivial(v) {
				p.refuse(k, note.NewError("entry.not-modelled", shown(v), i))
			}
		}
		return p
	}
	if a := part("attention"); a != nil {
		group := a.width("n_heads_in_group")
		l.a = heads / group
		if heads%group != 0 {
			a.fail("n_heads_in_group", note.NewError("entry.group-must-divide-heads", group, heads, i))
		}
		l.window = a.optional("window_length")
		s.err = firstError(s.err, a.err)
	}
	if f := part("ffn"); f != nil {
		mult := f.fraction("ffn_mult", 1.0/64, 64)
		// The width is 2/3 of four times the hidden size in the Llama manner,
		// rounded up to a multiple of 256.
		w := int64(2 * mult * float64(d) / 3)
		l.b = (w + 255) / 256 * 256
		s.err = firstError(s.err, f.err)
	}
	r.err = firstError(r.err, s.err)
	return l
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// mllama is the language model of Llama 3.2 Vision: some of its layers attend
// to the image instead of to the text.
// Source: transformers models/mllama/modeling_mllama.py.
func mllama(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	self := r.attention(d, 8)
	cross := self
	cross.Cross, cross.QKNorm = true, model.HeadQKNorm
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Gated: true}
	crosses := r.indices(0, layers, "cross_attention_layers")
	if crosses == nil {
		r.fail("cross_attention_layers", note.NewError("value.missing", r.family))
	}
	norm := model.Norm{Dim: d}
	m := r.model(decoder{
		hidden: d, vocab: vocab, tied: r.tied(false), final: []model.Block{norm},
		stack: stack{
			layers: layers,
			kind: func(i int64) layer {
				if crosses[i] {
					return layer{mix: 'x'}
				}
				return layer{}
			},
			build: func(l layer) (string, []model.Block) {
				if l.mix == 'x' {
					return "cross-attention decoder", append(preNorm(norm, cross, ffn), model.Vector{Name: "attention and FFN gates", Dim: 2})
				}
				return "", preNorm(norm, self, ffn)
			},
		},
	})
	// The embedding has eight rows more than the head, for the image token.
	m.Groups[0].Blocks[0] = model.Table{Rows: vocab + 8, Dim: d}
	return m
}
