package config

import (
	"maps"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// families maps a model_type to the function that turns its keys into layers.
// The formulas follow the classes of huggingface/transformers (models/<type>/
// modeling_<type>.py) and, where a model brings its own code, that code.
var families = merge(denseFamilies, moeFamilies, mlaFamilies, hybridFamilies, gptFamilies, encoderFamilies, gemmaFamilies)

type family func(*reader) *model.Model

func merge(parts ...map[string]family) map[string]family {
	all := map[string]family{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

// decoder describes a decoder-only language model; a family fills it in.
type decoder struct {
	hidden, vocab int64
	// input follows the embedding table: positions, an embedding norm.
	input []model.Block
	stack stack
	// final is the norm before the head; nil if there is none.
	final []model.Block
	tied  bool
	// headBias gives the output head a bias.
	headBias bool
	// keepHead is set where a class named "…Model" does have the head.
	keepHead bool
}

// model assembles embedding, layers and head.
func (r *reader) model(d decoder) *model.Model {
	m := &model.Model{
		Field: model.NLP, Hidden: d.hidden, Vocab: d.vocab, Unit: model.TokenUnit,
		Context: r.context(),
	}
	if d.stack.name == "" {
		d.stack.name = "decoder"
	}
	m.Groups = append(m.Groups, model.Group{
		Name: "embedding", Place: model.Input, Repeat: 1,
		Blocks: append([]model.Block{model.Table{Rows: d.vocab, Dim: d.hidden}}, d.input...),
	})
	m.Groups = append(m.Groups, r.groups(d.stack)...)
	out := d.final
	switch head := r.headKind(d.keepHead); head {
	case languageHead:
		out = append(out, model.Linear{Name: "lm_head", In: d.hidden, Out: d.vocab, Bias: d.headBias, Head: true, Tied: d.tied})
	case scoreHead:
		out = append(out, r.score(d.hidden))
		m.Vocab = 0
	case noHead:
		m.Vocab = 0
	}
	if len(out) > 0 {
		m.Groups = append(m.Groups, model.Group{Name: "head", Place: model.Output, Repeat: 1, Blocks: out})
	}
	return m
}

type headKind byte

const (
	languageHead headKind = iota
	scoreHead
	noHead
)

// headKind tells from the class whether a decoder ends in a language head, a
// classifier, or nothing (an embedding model).
func (r *reader) headKind(keepHead bool) headKind {
	class := r.architecture()
	if class != "" && !ofFamily(class, r.family) {
		r.refuse("architectures", note.NewError("class.of-another-family", clip(class), r.family))
	}
	switch {
	case class == "" || keepHead:
	case strings.Contains(class, "DoubleHeads"):
		r.refuse("architectures", note.NewError("class.unknown-head", clip(class)))
	case strings.HasSuffix(class, "ForCausalLM"), strings.HasSuffix(class, "LMHeadModel"), strings.HasSuffix(class, "ForConditionalGeneration"),
		strings.HasSuffix(class, "ForVision2Seq"), strings.HasSuffix(class, "ChatModel"), strings.HasSuffix(class, "MiniCPMV"),
		strings.HasSuffix(class, "ForConditionalGenerationModel"), strings.HasSuffix(class, "ForImageTextToText"):
	case strings.HasSuffix(class, "ForSequenceClassification"), strings.HasSuffix(class, "ForTokenClassification"):
		return scoreHead
	case strings.HasSuffix(class, "Model") && !strings.Contains(class, "Reward"):
		return noHead
	default:
		r.refuse("architectures", note.NewError("class.unknown-head", clip(class)))
	}
	return languageHead
}

// score is the classifier of a decoder: no bias.
func (r *reader) score(hidden int64) model.Block {
	zero := 0.0
	bias := strings.HasSuffix(r.architecture(), "ForTokenClassification")
	return model.Linear{Name: "score", In: hidden, Out: r.labels(), Bias: bias, Uses: &zero}
}

// labels counts the classes of a classifier; the classes' default is two.
func (r *reader) labels() int64 {
	if _, v, ok := r.lookup("id2label"); ok {
		if o, ok := v.(*object); ok && len(o.fields) > 0 {
			return int64(len(o.fields))
		}
		r.fail("id2label", note.NewError("value.not-labels", shown(v)))
		return 1
	}
	return r.widthOr(2, "num_labels")
}

// context returns the longest sequence that the config names, or 0.
func (r *reader) context() int64 {
	names := []string{"max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length", "max_sequence_length", "max_target_positions"}
	for _, n := range names {
		if v, ok := r.obj.get(n); ok {
			r.used[n] = true
			c := r.whole(n, v, 1, maxRows)
			r.record(n, text(v), false)
			return c
		}
	}
	return 0
}

// attention reads the usual keys of an attention block. kvDefault is the number of
// KV heads when the key is missing: 0 means as many as heads.
func (r *reader) attention(hidden, kvDefault int64) model.Attention {
	a := model.Attention{Hidden: hidden, Heads: r.width("num_attention_heads", "n_head", "n_heads", "num_heads")}
	if kvDefault == 0 {
		kvDefault = a.Heads
	}
	a.KVHeads = r.widthOr(kvDefault, "num_key_value_heads", "num_kv_heads")
	a.HeadDim = r.optional("head_dim")
	r.checkHeads(&a)
	return a
}

// checkHeads settles the head dimension and names the key that is wrong.
func (r *reader) checkHeads(a *model.Attention) {
	if a.HeadDim == 0 {
		if a.Hidden%a.Heads != 0 {
			r.fail("num_attention_heads", note.NewError("heads.must-divide-hidden-size", a.Heads, a.Hidden))
			return
		}
		a.HeadDim = a.Hidden / a.Heads
	}
	if a.KVHeads > 0 && a.Heads%a.KVHeads != 0 {
		r.fail("num_key_value_heads", note.NewError("heads.kv-heads-must-divide-heads", a.KVHeads, a.Heads))
	}
}

// window returns the sliding window: a null means none, a missing key the
// family's default.
func (r *reader) window(def int64) int64 {
	if r.obj.has("sliding_window") {
		return r.optional("sliding_window")
	}
	if def > 0 {
		return r.widthOr(def, "sliding_window")
	}
	return 0
}

// windowed returns, for each layer, whether it slides: by layer_types, else by
// the family's rule.
func (r *reader) windowed(layers int64, rule func(i int64) bool) func(i int64) bool {
	types := r.words(layers, "layer_types", "full_attention", "sliding_attention", "chunked_attention")
	if types == nil {
		return rule
	}
	return func(i int64) bool { return types[i] != "full_attention" }
}

// every returns the rule that all but each n-th layer slide.
func every(n int64) func(i int64) bool {
	return func(i int64) bool { return n > 0 && (i+1)%n != 0 }
}

func never(int64) bool { return false }

func always(int64) bool { return true }

// preNorm orders a layer as norm, mixer, norm, feed-forward.
func preNorm(norm model.Norm, mix, ffn model.Block) []model.Block {
	return []model.Block{norm, mix, norm, ffn}
}

// wrapper is a model of several parts with a language model inside.
type wrapper struct {
	text   string // the text model's type, where the file leaves it out
	field  model.Field
	towers []string // parts that the file's keys do not show
}

// wrappers are the configs that nest a language model. Their totals are of the
// language model alone.
var wrappers = map[string]wrapper{
	"llava":                  {"llama", model.Multimodal, []string{"vision tower", "projector"}},
	"llava_next":             {"llama", model.Multimodal, []string{"vision tower", "projector"}},
	"llava_onevision":        {"qwen2", model.Multimodal, []string{"vision tower", "projector"}},
	"vipllava":               {"llama", model.Multimodal, []string{"vision tower", "projector"}},
	"mistral3":               {"mistral", model.Multimodal, []string{"vision tower", "projector"}},
	"ministral3":             {"ministral3", model.Multimodal, []string{"vision tower", "projector"}},
	"gemma3":                 {"gemma3_text", model.Multimodal, []string{"vision tower", "projector"}},
	"qwen2_vl":               {"qwen2_vl_text", model.Multimodal, []string{"vision tower"}},
	"qwen2_5_vl":             {"qwen2_5_vl_text", model.Multimodal, []string{"vision tower"}},
	"qwen3_vl":               {"qwen3_vl_text", model.Multimodal, []string{"vision tower"}},
	"qwen3_vl_moe":           {"qwen3_vl_moe_text", model.Multimodal, []string{"vision tower"}},
	"qwen3_5":                {"qwen3_5_text", model.Multimodal, []string{"vision tower"}},
	"qwen3_5_moe":            {"qwen3_5_moe_text", model.Multimodal, []string{"vision tower"}},
	"qwen2_audio":            {"qwen2", model.Speech, []string{"audio tower", "projector"}},
	"qwen3_omni_moe":         {"qwen3_omni_moe_thinker", model.Multimodal, nil},
	"qwen3_omni_moe_thinker": {"qwen3_omni_moe_text", model.Multimodal, []string{"vision tower", "audio tower"}},
	"kimi_k25":               {"kimi_k2", model.Multimodal, []string{"vision tower", "projector"}},
	"kimi_vl":                {"deepseek_v3", model.Multimodal, []string{"vision tower", "projector"}},
	"deepseek_vl_v2":         {"deepseek_v2", model.Multimodal, []string{"vision tower", "projector"}},
	"llama4":                 {"llama4_text", model.Multimodal, []string{"vision tower", "projector"}},
	"mllama":                 {"mllama_text_model", model.Multimodal, []string{"vision tower", "projector"}},
	"internvl_chat":          {"", model.Multimodal, []string{"vision tower", "projector"}},
	"internvl":               {"qwen2", model.Multimodal, []string{"vision tower", "projector"}},
	"glm4v":                  {"glm4v_text", model.Multimodal, []string{"vision tower"}},
	"glm4v_moe":              {"glm4v_moe_text", model.Multimodal, []string{"vision tower"}},
	"aya_vision":             {"cohere2", model.Multimodal, []string{"vision tower", "projector"}},
	"idefics3":               {"llama", model.Multimodal, []string{"vision tower", "projector"}},
	"smolvlm":                {"llama", model.Multimodal, []string{"vision tower", "projector"}},
}

// flatWrappers keep the language model's keys at the top, beside those of the
// towers.
var flatWrappers = map[string]wrapper{
	"minicpmv":   {"qwen2", model.Multimodal, []string{"vision tower", "resampler"}},
	"glm4v":      {"glm4v_text", model.Multimodal, []string{"vision tower"}},
	"qwen2_vl":   {"qwen2_vl_text", model.Multimodal, []string{"vision tower"}},
	"qwen2_5_vl": {"qwen2_5_vl_text", model.Multimodal, []string{"vision tower"}},
}

// byArchitecture names the type of configs that leave model_type out.
var byArchitecture = map[string]string{
	"MiniCPM3ForCausalLM": "minicpm3", "MiniCPMForCausalLM": "minicpm", "LlamaForCausalLM": "llama", "MistralForCausalLM": "mistral",
	"GPT2LMHeadModel": "gpt2", "BertForMaskedLM": "bert", "BertModel": "bert", "MixtralForCausalLM": "mixtral",
	"MambaForCausalLM": "mamba",
}

// classDefaults are the dimensions that the classes of huggingface/transformers
// supply when a nested config, which is written as the difference from them,
// leaves a key out. A config's own top level always holds its dimensions.
var classDefaults = map[string]map[string]int64{
	// Source: transformers models/llama/configuration_llama.py.
	"llama": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32},
	// Source: transformers models/mistral/configuration_mistral.py.
	"mistral": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32},
	// Source: transformers models/qwen2/configuration_qwen2.py.
	"qwen2": {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32, "num_attention_heads": 32},
	// Source: transformers models/gemma3/configuration_gemma3.py.
	"gemma3_text": {"vocab_size": 262208, "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26, "num_attention_heads": 8},
}

// notModelled says of families that are known by name why they are rejected.
var notModelled = map[string]note.Word{
	"gemma4":      note.Word("family.gemma4"),
	"gemma4_text": note.Word("family.gemma4"),
	"gemma3n":     note.Word("family.gemma3n"),
	"minimax_m3":  note.Word("family.minimax_m3"),
	"step3p5":     note.Word("family.step3"),
	"step3p7":     note.Word("family.step3"),
	"kimi_k3":     note.Word("family.kimi_k3"),
	"kimi_linear": note.Word("family.kimi_linear"),
	"lfm2":        note.Word("family.lfm2"),
	"rwkv":        note.Word("family.rwkv"),
	"albert":      note.Word("family.albert"),
}

// Families lists the model types that Parse counts.
func Families() []string { return sortedKeys(families) }

// near adds to the error of a name that is not known those most like it.
func near(name string, err *note.Error) *note.Error {
	if names := closest(name); len(names) > 0 {
		return note.NewError("family.closest", err, names)
	}
	return err
}

// closest returns the known names most like one that is not known.
func closest(name string) []string {
	var best []string
	long := 2
	for _, f := range append(sortedKeys(families), sortedKeys(wrappers)...) {
		n := 0
		for n < len(f) && n < len(name) && f[n]|0x20 == name[n]|0x20 {
			n++
		}
		switch {
		case n > long:
			best, long = []string{f}, n
		case n == long && len(best) > 0 && len(best) < 6:
			best = append(best, f)
		}
	}
	return best
}
