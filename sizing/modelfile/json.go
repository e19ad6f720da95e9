package modelfile

import (
	"context"
	"errors"
	"io/fs"

	"mlsizer/sizing/modelfile/config"
	"mlsizer/sizing/modelfile/source"
)

// openJSON reads a JSON file by what its keys say it is.
func openJSON(ctx context.Context, st source.Store, name string) (*File, error) {
	data, err := readSmall(ctx, st, name)
	if err != nil {
		return nil, err
	}
	where := st.Where(name)
	switch kind := config.KindOf(data); kind {
	case config.WeightIndex:
		return openIndex(ctx, st, name, readConfig(ctx, st))
	case config.AdapterConfig:
		return openAdapter(ctx, st, where, data)
	case config.PipelineIndex:
		return openPipeline(ctx, st, where, data)
	case config.OllamaManifest:
		return openManifest(ctx, st, name, data)
	case config.ReferenceParams:
		c, err := config.ParseParams(where, data)
		if err != nil {
			return nil, err
		}
		return ofConfig(where, c), nil
	case config.PipelinePart, config.TimmConfig:
		f, err := openTensors(ctx, st, besideConfig{})
		if f == nil && err == nil {
			err = &source.FormatError{File: where, Offset: -1, Err: noModel(kind, config.ClassOf(data))}
		}
		if err != nil {
			return nil, err
		}
		f.Class = config.ClassOf(data)
		return f, nil
	default:
		if err := noModel(kind, ""); err != nil {
			return nil, &source.FormatError{File: where, Offset: -1, Err: err}
		}
	}
	c, err := config.Parse(where, data)
	if err != nil {
		return nil, err
	}
	if embeds(ctx, st) {
		c.DropHead()
	}
	return ofConfig(where, c), nil
}

// partNames are what the weights of a part of a pipeline, of a timm model or of
// a single model are called, in the order in which diffusers and transformers
// look for them.
var partNames = []string{
	"diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors", "model.safetensors.index.json", "model.safetensors",
	"diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors",
}

// openTensors reads the weights beside a config under their usual names; nil
// where there are none.
func openTensors(ctx context.Context, st source.Store, beside besideConfig) (*File, error) {
	for _, name := range partNames {
		f, err := openWeights(ctx, st, name, beside)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, nil
}

// embeds reports whether a model is one of sentence-transformers, which stores
// no output head.
func embeds(ctx context.Context, st source.Store) bool {
	data, err := readSmall(ctx, st, "modules.json")
	return err == nil && config.KindOf(data) == config.SentenceTransformers
}
