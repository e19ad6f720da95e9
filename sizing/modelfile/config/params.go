package config

import (
	"math"
	"strconv"

	"mlsizer/sizing/note"
)

// referenceKeys are the names of Meta's and Mistral's own params.json, and
// what they are called in a config.json.
// Source: meta-llama/llama-models models/llama3/args.py; mistralai/
// mistral-inference src/mistral_inference/args.py.
var referenceKeys = map[string]string{
	"dim": "hidden_size", "n_layers": "num_hidden_layers", "n_heads": "num_attention_heads", "n_kv_heads": "num_key_value_heads",
	"hidden_dim": "intermediate_size", "norm_eps": "rms_norm_eps", "tied_embeddings": "tie_word_embeddings", "max_seq_len": "max_position_embeddings",
}

// ParseParams reads a params.json of Meta or Mistral, whose layers are those of
// Llama, or of Mixtral where it names experts.
func ParseParams(name string, data []byte) (*Config, error) {
	top, err := parseJSON(data)
	if err != nil {
		return nil, &Error{Name: name, Err: err}
	}
	family := "llama"
	out := &object{}
	put := func(key string, v any) {
		if !out.add(key, v) && err == nil {
			err = &Error{Name: name, Key: key, Err: note.NewError("json.key-twice", key)}
		}
	}
	for _, f := range top.fields {
		experts, isMoE := f.value.(*object)
		switch known := referenceKeys[f.name]; {
		case f.name == "model_type" || f.name == "multiple_of" || f.name == "ffn_dim_multiplier":
		case f.name == "moe" && isMoE:
			family = "mixtral"
			for _, e := range experts.fields {
				if e.name == "num_experts" {
					put("num_local_experts", e.value)
				} else {
					put(e.name, e.value)
				}
			}
		case f.name == "vision_encoder" && f.value != nil:
			put("vision_config", f.value)
		case known != "":
			put(known, f.value)
		default:
			put(f.name, f.value)
		}
	}
	put("model_type", family)
	if !out.has("intermediate_size") {
		if n, ok := metaWidth(top); ok {
			put("intermediate_size", number(strconv.FormatInt(n, 10)))
		}
	}
	if err != nil {
		return nil, err
	}
	return parseTop(name, out)
}

// metaWidth is the width of Meta's feed-forward networks: two thirds of four
// times the hidden size, times a factor, rounded up.
// Source: meta-llama/llama-models models/llama3/model.py, FeedForward.
func metaWidth(top *object) (int64, bool) {
	get := func(key string, def float64) float64 {
		v, _ := top.get(key)
		n, ok := v.(number)
		if !ok {
			return def
		}
		f, err := strconv.ParseFloat(string(n), 64)
		if err != nil {
			return def
		}
		return f
	}
	dim, step := get("dim", 0), get("multiple_of", 0)
	if !(dim > 0 && dim <= maxWidth && step >= 1 && step <= maxWidth) {
		return 0, false
	}
	width := math.Floor(math.Floor(2*4*dim/3) * get("ffn_dim_multiplier", 1))
	width = math.Ceil(width/step) * step
	return int64(width), width > 0 && width <= maxWidth
}
