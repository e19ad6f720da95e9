package config

import (
	"slices"
	"strings"
)

// Kind says what a JSON file beside a model describes.
type Kind string

// The kinds of JSON files that stand in the folders of models.
const (
	ModelConfig          Kind = "model" // also whatever is not known
	AdapterConfig        Kind = "adapter"
	PipelineIndex        Kind = "pipeline"
	PipelinePart         Kind = "pipeline-part"
	ReferenceParams      Kind = "params"
	TokenizerConfig      Kind = "tokenizer"
	GenerationConfig     Kind = "generation"
	ProcessorConfig      Kind = "processor"
	TimmConfig           Kind = "timm"
	OllamaManifest       Kind = "ollama"
	CTranslateConfig     Kind = "ctranslate2"
	SentenceTransformers Kind = "sentence-transformers"
	WeightIndex          Kind = "index"
)

// marks are the keys that tell a kind: all of the first and one of the second.
var marks = []struct {
	kind Kind
	all  []string
	one  []string
}{
	{WeightIndex, []string{"weight_map"}, nil},
	{AdapterConfig, []string{"peft_type"}, nil},
	{OllamaManifest, []string{"schemaVersion", "layers"}, nil},
	{PipelineIndex, []string{"_class_name", "_diffusers_version"}, []string{"scheduler", "unet", "transformer", "vae", "text_encoder", "prior", "movq"}},
	{PipelinePart, []string{"_class_name", "_diffusers_version"}, nil},
	{TimmConfig, []string{"architecture"}, []string{"pretrained_cfg", "num_features"}},
	{ReferenceParams, []string{"dim", "n_layers", "n_heads"}, nil},
	{SentenceTransformers, []string{"__version__"}, []string{"prompts", "similarity_fn_name"}},
	{CTranslateConfig, nil, []string{"add_source_bos", "add_source_eos", "alignment_heads"}},
	{TokenizerConfig, nil, []string{"tokenizer_class", "added_tokens_decoder", "pre_tokenizer", "added_tokens"}},
	{ProcessorConfig, nil, []string{"image_processor_type", "feature_extractor_type", "processor_class"}},
	{GenerationConfig, nil, []string{"_from_model_config", "do_sample", "temperature", "max_new_tokens", "top_p"}},
}

// KindOf says what a JSON file describes. A file that names its model type, and
// whatever is not told by its keys, is a model's config.
func KindOf(data []byte) Kind {
	text := strings.TrimLeft(string(data[:min(len(data), 256)]), " \t\r\n\ufeff")
	if strings.HasPrefix(text, "[") && strings.Contains(string(data), "sentence_transformers.") {
		return SentenceTransformers
	}
	top, err := parseJSON(data)
	if err != nil {
		return ModelConfig
	}
	return kindOf(top)
}

func kindOf(top *object) Kind {
	if v, _ := top.get("model_type"); v != nil && v != "transformer" || top.has("hidden_size") {
		return ModelConfig
	}
	for _, m := range marks {
		if !slices.ContainsFunc(m.all, func(k string) bool { return !top.has(k) }) && (m.one == nil || slices.ContainsFunc(m.one, top.has)) {
			return m.kind
		}
	}
	return ModelConfig
}
