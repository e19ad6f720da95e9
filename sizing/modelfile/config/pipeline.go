package config

import (
	"path/filepath"
	"strings"
)

// Part is a part of a diffusers pipeline: its folder and its class.
type Part struct{ Name, Class string }

// maxParts bounds a pipeline. The largest known has nine parts.
const maxParts = 100

// ParsePipeline reads a model_index.json: the pipeline's class, and the parts
// that may hold weights.
// Source: huggingface/diffusers src/diffusers/pipelines/pipeline_utils.py.
func ParsePipeline(name string, data []byte) (class string, parts []Part, err error) {
	top, err := parseJSON(data)
	if err != nil {
		return "", nil, &Error{Name: name, Err: err}
	}
	if v, _ := top.get("_class_name"); v != nil {
		class, _ = v.(string)
	}
	for _, f := range top.fields {
		pair, ok := f.value.([]any)
		if !ok || len(pair) != 2 || len(parts) == maxParts {
			continue
		}
		c, named := pair[1].(string)
		if !named || !holdsWeights(c) || !filepath.IsLocal(f.name) || strings.ContainsAny(f.name, `/\`) {
			continue
		}
		parts = append(parts, Part{f.name, clip(c)})
	}
	return clip(class), parts, nil
}

// holdsWeights is false for the parts of a pipeline that are settings only.
func holdsWeights(class string) bool {
	for _, end := range []string{"Tokenizer", "TokenizerFast", "Scheduler", "FeatureExtractor", "ImageProcessor", "Processor"} {
		if strings.HasSuffix(class, end) {
			return false
		}
	}
	return true
}

// ClassOf is the class of a part of a pipeline or the architecture of a timm
// model, "" where the file names none.
func ClassOf(data []byte) string {
	top, err := parseJSON(data)
	if err != nil {
		return ""
	}
	for _, k := range []string{"_class_name", "architecture"} {
		if v, _ := top.get(k); v != nil {
			if s, ok := v.(string); ok {
				return clip(s)
			}
		}
	}
	return ""
}
