package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	qwenText  = `"architectures":["Qwen2VLForConditionalGeneration"],"hidden_size":3584,"intermediate_size":18944,"max_position_embeddings":32768,"num_attention_heads":28,"num_hidden_layers":28,"num_key_value_heads":4,"use_sliding_window":false,"tie_word_embeddings":false,"vocab_size":152064`
	gemmaText = `"text_config":{"model_type":"gemma3_text","hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,"num_attention_heads":8,"num_key_value_heads":4,"head_dim":256,"vocab_size":262208,"sliding_window":1024,"max_position_embeddings":131072,"rope_scaling":{"factor":8.0,"rope_type":"linear"}}`
	llavaText = `"text_config":{"model_type":"llama","hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"vocab_size":32064,"max_position_embeddings":4096}`
)

// TestVisionTowers: what a checkpoint has beside its language model.
// Source: totals of safetensors on Hugging Face less those of the text:
// Qwen/Qwen2-VL-7B-Instruct 8,291,375,616 - 7,615,616,512;
// Qwen/Qwen2.5-VL-7B-Instruct 8,292,166,656 - 7,615,616,512;
// google/gemma-3-4b-it 4,300,079,472 - 3,880,263,168; llava-hf/llava-1.5-7b-hf
// 7,063,427,072 - 6,738,939,904.
func TestVisionTowers(t *testing.T) {
	for _, c := range []struct {
		name, config string
		text, tower  int64
		tokens       int64
	}{
		{"qwen2-vl", `{"model_type":"qwen2_vl",` + qwenText + `,"vision_config":{"depth":32,"embed_dim":1280,"mlp_ratio":4,"num_heads":16,"in_chans":3,"hidden_size":3584,"patch_size":14,"spatial_merge_size":2,"temporal_patch_size":2}}`,
			7615616512, 675759104, 576},
		{"qwen2.5-vl", `{"model_type":"qwen2_5_vl",` + qwenText + `,"vision_config":{"depth":32,"hidden_size":1280,"intermediate_size":3420,"num_heads":16,"in_chans":3,"out_hidden_size":3584,"patch_size":14,"spatial_merge_size":2,"window_size":112,"fullatt_block_indexes":[7,15,23,31],"temporal_patch_size":2}}`,
			7615616512, 676550144, 576},
		{"gemma-3", `{"model_type":"gemma3","mm_tokens_per_image":256,` + gemmaText + `,"vision_config":{"model_type":"siglip_vision_model","hidden_size":1152,"image_size":896,"intermediate_size":4304,"num_attention_heads":16,"num_hidden_layers":27,"patch_size":14,"vision_use_head":false}}`,
			3880263168, 419816304, 256},
		{"llava", `{"model_type":"llava",` + llavaText + `,"vision_config":{"model_type":"clip_vision_model","hidden_size":1024,"image_size":336,"intermediate_size":4096,"num_attention_heads":16,"num_hidden_layers":24,"patch_size":14,"projection_dim":768}}`,
			6738939904, 324487168, 576},
	} {
		cfg, err := Parse(c.name, []byte(c.config))
		require.NoError(t, err, c.name)
		assert.Equal(t, c.text, int64(cfg.Model.Params()), "%s: the count is the text's", c.name)
		assert.Contains(t, cfg.Model.Scope, "vision tower")
		n := int64(0)
		for _, g := range cfg.Model.Towers {
			for _, b := range g.Blocks {
				for _, w := range b.Weights() {
					n += w.Params() * int64(g.Repeat)
				}
			}
		}
		assert.Equal(t, c.tower, n, c.name)
		assert.Equal(t, c.tokens, cfg.Model.ImageTokens(), c.name)
	}
}

// TestUnknownTowers: what is not known whole is left out whole.
func TestUnknownTowers(t *testing.T) {
	for _, vision := range []string{`{}`, `{"depth":32}`, `{"depth":0,"embed_dim":1280,"mlp_ratio":4,"num_heads":16,"hidden_size":3584,"patch_size":14,"spatial_merge_size":2,"temporal_patch_size":2}`,
		`{"depth":32,"embed_dim":1280,"mlp_ratio":4,"num_heads":7,"hidden_size":3584,"patch_size":14,"spatial_merge_size":2,"temporal_patch_size":2}`, `{"depth":"many"}`, `{"patch_size":99999999}`} {
		cfg, err := Parse("x", []byte(`{"model_type":"qwen2_vl",`+qwenText+`,"vision_config":`+vision+`}`))
		require.NoError(t, err, vision)
		assert.Empty(t, cfg.Model.Towers, vision)
		assert.Zero(t, cfg.Model.ImageTokens(), vision)
	}
}
