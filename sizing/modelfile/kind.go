package modelfile

import (
	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Kind says what a file is.
type Kind string

// The kinds of a File. Only a model can be estimated.
const (
	KindModel         Kind = "model"
	KindAdapter       Kind = "adapter"        // changes a model that is stored elsewhere
	KindPipeline      Kind = "pipeline"       // several models of diffusers
	KindProjector     Kind = "projector"      // what a GGUF model sees or hears with
	KindImatrix       Kind = "imatrix"        // statistics for quantising
	KindControlVector Kind = "control-vector" // directions that steer a model
	KindVocabulary    Kind = "vocabulary"     // a tokenizer alone
)

// ofGGUF is the kind of a GGUF file by general.type and the architecture.
// Source: ggml-org/llama.cpp gguf-py/gguf/constants.py, GGUFType.
func ofGGUF(metadata map[string]string) Kind {
	switch metadata["general.type"] {
	case "adapter":
		return KindAdapter
	case "mmproj":
		return KindProjector
	case "imatrix":
		return KindImatrix
	case "vocab":
		return KindVocabulary
	}
	switch metadata["general.architecture"] {
	case "clip":
		return KindProjector
	case "imatrix":
		return KindImatrix
	case "controlvector":
		return KindControlVector
	}
	return KindModel
}

// Part is a part of a pipeline.
type Part struct {
	config.Part
	Params quantity.Params // 0 where nothing of it can be counted
	Bytes  quantity.Bytes
	// Tensors is how many tensors it stores; 0 where it is counted by its config.
	Tensors int
}

// noModel is the error of a JSON file that describes something else than a
// model; nil where it may be one.
func noModel(kind config.Kind, class string) error {
	switch kind {
	case config.TokenizerConfig:
		return note.NewError("kind.no-weights", note.Word("kind.tokenizer"))
	case config.GenerationConfig:
		return note.NewError("kind.no-weights", note.Word("kind.generation"))
	case config.ProcessorConfig:
		return note.NewError("kind.no-weights", note.Word("kind.processor"))
	case config.SentenceTransformers:
		return note.NewError("kind.no-weights", note.Word("kind.sentence-transformers"))
	case config.CTranslateConfig:
		return note.NewError("kind.no-weights", note.Word("kind.ctranslate2"))
	case config.PipelinePart:
		return note.NewError("kind.counted-by-tensors", note.Word("kind.pipeline-part"), class)
	case config.TimmConfig:
		return note.NewError("kind.counted-by-tensors", note.Word("kind.timm"), class)
	}
	return nil
}
