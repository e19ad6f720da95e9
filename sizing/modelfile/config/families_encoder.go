package config

import (
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// encoderFamilies are encoders, and encoders with decoders.
var encoderFamilies = map[string]family{
	"bert":        bert{kind: "bert"}.model,
	"roberta":     bert{kind: "roberta"}.model,
	"xlm-roberta": bert{kind: "roberta"}.model,
	"camembert":   bert{kind: "roberta"}.model,
	"distilbert":  distilbert,
	"vit":         vit,
	"t5":          t5,
	"mt5":         t5,
	"whisper":     whisper,
}

// bert: params = (V+P+T)d + 2d + L(4(d²+d) + 2di + i + d + 4d) and a head.
// Source: transformers models/bert/modeling_bert.py, models/roberta/
// modeling_roberta.py.
type bert struct{ kind string }

func (c bert) model(r *reader) *model.Model {
	d, layers, vocab := r.width("hidden_size"), r.layers("num_hidden_layers"), r.rows("vocab_size")
	a := r.gptAttention(d, "num_attention_heads").WithBias(true, true)
	a.Bidirectional = true
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Bias: true}
	if p := r.word("absolute", "position_embedding_type"); p != "absolute" {
		r.refuse("position_embedding_type", note.NewError("value.not-the-known-one", clip(p), "absolute"))
	}
	if r.bool(false, "is_decoder") || r.bool(false, "add_cross_attention") {
		r.refuse("is_decoder", note.NewError("family.decoder-of-an-encoder", r.family))
	}
	input := []model.Block{
		model.Table{Name: "positions", Rows: r.rows("max_position_embeddings"), Dim: d, Small: true},
		model.Table{Name: "token types", Rows: r.width("type_vocab_size"), Dim: d, Small: true},
	}
	r.neutral("embedding_size")
	if e := r.optional("embedding_size"); e > 0 && e != d {
		r.refuse("embedding_size", note.NewError("family.embedding-size-differs", e, d))
	}
	m := r.encoder(d, layers, vocab, a, ffn, input, func(m *model.Model) []model.Block { return r.bertHead(c.kind, d, m) })
	if c.kind == "roberta" && m.Context > 2 {
		m.Context -= 2 // the first two positions stand for padding
	}
	return m
}

// encoder assembles embedding, post-norm layers and what the class adds.
func (r *reader) encoder(d, layers, vocab int64, a model.Attention, ffn model.FFN, input []model.Block, head func(*model.Model) []model.Block) *model.Model {
	norm := model.Norm{Dim: d, Bias: true}
	m := &model.Model{Field: model.NLP, Hidden: d, Unit: model.TokenUnit, Context: r.context(), Vocab: vocab}
	m.Groups = append(m.Groups, model.Group{
		Name: "embedding", Place: model.Input, Repeat: 1,
		Blocks: append(append([]model.Block{model.Table{Rows: vocab, Dim: d}}, input...), norm),
	})
	m.Groups = append(m.Groups, r.groups(stack{name: "encoder", layers: layers, build: func(layer) (string, []model.Block) {
		return "", []model.Block{a, norm, ffn, norm}
	}})...)
	if out := head(m); len(out) > 0 {
		m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: out})
	}
	return m
}

// bertHead returns what the named class puts on the encoder; a class that is
// not known is rejected, for its head would be missing from the total.
func (r *reader) bertHead(kind string, d int64, m *model.Model) []model.Block {
	once := 0.0
	pooler := model.Linear{Name: "pooler", In: d, Out: d, Bias: true, Uses: &once}
	classes := func(name string) model.Block {
		return model.Linear{Name: name, In: d, Out: r.labels(), Bias: true, Uses: &once}
	}
	masked := []model.Block{
		model.Linear{Name: "transform", In: d, Out: d, Bias: true}, model.Norm{Dim: d, Bias: true},
		model.Linear{Name: "lm_head", In: d, Out: m.Vocab, Bias: true, Head: true, Tied: r.tied(true)},
	}
	class := r.architecture()
	language := false
	var out []model.Block
	switch {
	case class == "", strings.HasSuffix(class, "Model"):
		// A class that is not named is the base class, which has the pooler.
		out = []model.Block{pooler}
		if kind == "distilbert" {
			out = nil
		}
	case strings.HasSuffix(class, "ForMaskedLM"):
		out, language = masked, true
	case strings.HasSuffix(class, "ForPreTraining") && kind == "bert":
		out, language = append([]model.Block{pooler, model.Linear{Name: "seq_relationship", In: d, Out: 2, Bias: true, Uses: &once}}, masked...), true
	case strings.HasSuffix(class, "ForSequenceClassification"):
		// RoBERTa and DistilBERT have a dense layer of their own in place of the
		// pooler: equally large.
		out = []model.Block{pooler, classes("classifier")}
	case strings.HasSuffix(class, "ForTokenClassification"):
		out = []model.Block{classes("classifier")}
	case strings.HasSuffix(class, "ForQuestionAnswering"):
		out = []model.Block{model.Linear{Name: "qa_outputs", In: d, Out: 2, Bias: true}}
	default:
		r.refuse("architectures", note.NewError("class.unknown-head-of", clip(class), r.family))
	}
	if !language {
		m.Vocab = 0
	}
	return out
}

// distilbert: BERT without token types and pooler, with other names.
// Source: transformers models/distilbert/modeling_distilbert.py.
func distilbert(r *reader) *model.Model {
	d, layers, vocab := r.width("dim", "hidden_size"), r.layers("n_layers", "num_hidden_layers"), r.rows("vocab_size")
	a := r.gptAttention(d, "n_heads", "num_attention_heads").WithBias(true, true)
	a.Bidirectional = true
	ffn := model.FFN{Hidden: d, Width: r.width("hidden_dim"), Bias: true}
	input := []model.Block{model.Table{Name: "positions", Rows: r.rows("max_position_embeddings"), Dim: d, Small: true}}
	return r.encoder(d, layers, vocab, a, ffn, input, func(m *model.Model) []model.Block { return r.bertHead("distilbert", d, m) })
}

// vit: params = p²cd + d + d + (N+1)d + L(12d² + 13d) + 2d and a classifier.
// Source: transformers models/vit/modeling_vit.py.
func vit(r *reader) *model.Model {
	d, layers := r.width("hidden_size"), r.layers("num_hidden_layers")
	a := r.gptAttention(d, "num_attention_heads")
	qkv := r.bool(true, "qkv_bias")
	a = a.WithBias(qkv, true)
	a.Bidirectional = true
	ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Bias: true}
	image, patch, channels := r.width("image_size"), r.width("patch_size"), r.widthOr(3, "num_channels")
	side := image / patch
	if side < 1 || side > 1<<12 {
		r.fail("patch_size", note.NewError("value.bad-patch", patch, image, side))
		side = 1
	}
	if r.err != nil {
		return nil
	}
	tokens := side*side + 1
	norm := model.Norm{Dim: d, Bias: true}
	m := &model.Model{Field: model.CV, Hidden: d, Unit: "image", Context: tokens}
	m.Groups = []model.Group{
		{Name: "patches", Place: model.Input, Repeat: 1, Tokens: 1, Blocks: []model.Block{
			model.Conv{In: channels, Out: d, KernelH: patch, KernelW: patch, Bias: true, OutH: side, OutW: side},
			model.Table{Name: "class token and positions", Rows: 1 + tokens, Dim: d, Small: true},
		}},
	}
	body := r.groups(stack{name: "encoder", layers: layers, build: func(layer) (string, []model.Block) { return "", preNorm(norm, a, ffn) }})
	for i := range body {
		body[i].Tokens = tokens
	}
	m.Groups = append(m.Groups, body...)
	m.Groups = append(m.Groups, model.Group{Name: "final norm", Place: model.Output, Repeat: 1, Tokens: tokens, Blocks: []model.Block{norm}})
	class := r.architecture()
	switch {
	case strings.HasSuffix(class, "ForImageClassification"):
		m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Tokens: 1, Blocks: []model.Block{
			model.Linear{Name: "classifier", In: d, Out: r.labels(), Bias: true, Part: model.HeadPart},
		}})
	case class == "", strings.HasSuffix(class, "Model"):
		m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Tokens: 1, Blocks: []model.Block{
			model.Linear{Name: "pooler", In: d, Out: r.widthOr(d, "pooler_output_size"), Bias: true},
		}})
	default:
		r.refuse("architectures", note.NewError("class.unknown-head-of", clip(class), "vit"))
	}
	return m
}

// t5 has no biases; the first layer of each stack holds the relative position
// biases of all. Source: transformers models/t5/modeling_t5.py.
func t5(r *reader) *model.Model {
	d, layers, vocab := r.width("d_model"), r.layers("num_layers"), r.rows("vocab_size")
	decoders := r.countOr(layers, 1, "num_decoder_layers")
	if decoders > maxLayers {
		r.fail("num_decoder_layers", note.NewError("value.more-than", decoders, maxLayers))
	}
	self := model.Attention{Hidden: d, Heads: r.width("num_heads"), HeadDim: r.width("d_kv")}
	self.KVHeads = self.Heads
	// mT5 is always gated; T5 v1.0 leaves the key out.
	def := "relu"
	if r.family == "mt5" {
		def = "gated-gelu"
	}
	act := r.word(def, "feed_forward_proj")
	gated := strings.HasPrefix(act, "gated-")
	ffn := model.FFN{Hidden: d, Width: r.width("d_ff"), Gated: gated}
	r.neutral("is_gated_act")
	if v, ok := r.obj.get("is_gated_act"); ok && v != gated {
		r.fail("is_gated_act", note.NewError("value.contradicts-activation", shown(v), clip(act)))
	}
	buckets := r.widthOr(32, "relative_attention_num_buckets")
	tied := r.tied(r.family == "t5")
	norm := model.Norm{Dim: d}
	encoder, cross := self, self
	encoder.Bidirectional, cross.Cross = true, true
	bias := model.Table{Name: "relative positions", Rows: buckets, Dim: self.Heads, Small: true}
	m := &model.Model{Field: model.NLP, Hidden: d, Vocab: vocab, Unit: model.TokenUnit, Context: r.context()}
	m.Groups = append(m.Groups, model.Group{Name: "embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{
		model.Table{Rows: vocab, Dim: d}, bias,
	}})
	class := r.architecture()
	m.Groups = append(m.Groups, r.groups(stack{name: "encoder", layers: layers, build: func(layer) (string, []model.Block) {
		return "", preNorm(norm, encoder, ffn)
	}})...)
	// Place keeps what is no layer out of the number of layers.
	m.Groups = append(m.Groups, model.Group{Name: "encoder norm", Place: model.Output, Repeat: 1, Blocks: []model.Block{norm}})
	if strings.HasSuffix(class, "EncoderModel") {
		m.Vocab = 0
		return m
	}
	m.Groups = append(m.Groups, r.groups(stack{name: "decoder", layers: decoders, build: func(layer) (string, []model.Block) {
		return "", []model.Block{norm, self, norm, cross, norm, ffn}
	}})...)
	out := []model.Block{bias, norm}
	switch {
	case class == "", strings.HasSuffix(class, "ForConditionalGeneration"), strings.HasSuffix(class, "WithLMHeadModel"):
		out = append(out, model.Linear{Name: "lm_head", In: d, Out: vocab, Head: true, Tied: tied})
	case strings.HasSuffix(class, "Model"):
		m.Vocab = 0
	default:
		r.refuse("architectures", note.NewError("class.unknown-head-of", clip(class), r.family))
	}
	m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: out})
	return m
}

// whisper: two convolutions over the spectrum, an encoder, a decoder; keys have
// no bias. The encoder's fixed positions are stored like parameters and count.
// Source: transformers models/whisper/modeling_whisper.py.
func whisper(r *reader) *model.Model {
	d, vocab := r.width("d_model"), r.rows("vocab_size")
	encoders, decoders := r.layers("encoder_layers"), r.layers("decoder_layers")
	r.neutral("num_hidden_layers")
	enc := r.whisperAttention(d, "encoder_attention_heads")
	dec := r.whisperAttention(d, "decoder_attention_heads")
	mels, source, target := r.width("num_mel_bins"), r.width("max_source_positions"), r.width("max_target_positions")
	ffnIn := model.FFN{Hidden: d, Width: r.width("encoder_ffn_dim"), Bias: true}
	ffnOut := model.FFN{Hidden: d, Width: r.width("decoder_ffn_dim"), Bias: true}
	tied := r.tied(true)
	cross := dec
	cross.Cross, cross.KeyTokens = true, source
	enc.Bidirectional = true
	norm := model.Norm{Dim: d, Bias: true}
	m := &model.Model{Field: model.Speech, Hidden: d, Vocab: vocab, Unit: model.TokenUnit, Context: target}
	m.Groups = append(m.Groups, model.Group{Name: "spectrum", Place: model.Input, Repeat: 1, Tokens: 1, Blocks: []model.Block{
		model.Conv{In: mels, Out: d, KernelH: 3, KernelW: 1, Bias: true, OutH: 2 * source, OutW: 1},
		model.Conv{In: d, Out: d, KernelH: 3, KernelW: 1, Bias: true, OutH: source, OutW: 1},
		model.Table{Name: "encoder positions", Rows: source, Dim: d, Small: true},
	}})
	body := r.groups(stack{name: "encoder", layers: encoders, build: func(layer) (string, []model.Block) { return "", preNorm(norm, enc, ffnIn) }})
	// Place keeps what is no layer out of the number of layers.
	body = append(body, model.Group{Name: "encoder norm", Place: model.Output, Repeat: 1, Blocks: []model.Block{norm}})
	for i := range body {
		body[i].Tokens = source
	}
	m.Groups = append(m.Groups, body...)
	m.Groups = append(m.Groups, model.Group{Name: "decoder embedding", Place: model.Input, Repeat: 1, Blocks: []model.Block{
		model.Table{Rows: vocab, Dim: d}, model.Table{Name: "decoder positions", Rows: target, Dim: d, Small: true},
	}})
	m.Groups = append(m.Groups, r.groups(stack{name: "decoder", layers: decoders, build: func(layer) (string, []model.Block) {
		return "", []model.Block{norm, dec, norm, cross, norm, ffnOut}
	}})...)
	out := []model.Block{norm}
	switch class := r.architecture(); {
	case class == "", strings.HasSuffix(class, "ForConditionalGeneration"):
		out = append(out, model.Linear{Name: "proj_out", In: d, Out: vocab, Head: true, Tied: tied})
	case strings.HasSuffix(class, "Model"):
		m.Vocab = 0
	default:
		r.refuse("architectures", note.NewError("class.unknown-head-of", clip(class), "whisper"))
	}
	m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: out})
	return m
}

func (r *reader) whisperAttention(d int64, heads string) model.Attention {
	a := r.gptAttention(d, heads)
	a.QBias, a.VBias, a.OutBias = true, true, true
	return a
}
