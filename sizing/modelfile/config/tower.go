package config

import (
	"math"
	"slices"

	"mlsizer/sizing/model"
)

// visionTower reads the layers that images pass before the language model, nil
// where the file's kind of tower is not known or a key of it is missing: they
// are no part of the count, which says so. The last group hands on as many
// tokens as an image takes of the prompt; towers of any resolution are read for
// images of 672 x 672.
// Source: transformers models/{qwen2_vl,qwen2_5_vl,clip,siglip,llava,gemma3}.
func visionTower(top *object, text *model.Model) []model.Group {
	r := &reader{file: "vision_config", obj: top, used: map[string]bool{}, family: "vision tower"}
	kind := r.modelType(false)
	v := r.sub("vision_config")
	if v == nil {
		return nil
	}
	v.family = "vision tower"
	var groups []model.Group
	switch inner := v.modelType(false); {
	case kind == "qwen2_vl":
		groups = v.qwenTower(v.width("embed_dim"), v.width("hidden_size"), false)
	case kind == "qwen2_5_vl":
		groups = v.qwenTower(v.width("hidden_size"), v.width("out_hidden_size"), true)
	case kind == "llava" && inner == "clip_vision_model":
		groups = v.llavaTower(text.Hidden)
	case kind == "gemma3" && inner == "siglip_vision_model":
		groups = v.gemmaTower(text.Hidden, r.width("mm_tokens_per_image"))
	}
	if r.err != nil || v.err != nil {
		return nil
	}
	m := model.Model{Name: "vision tower", Hidden: text.Hidden, Unit: model.TokenUnit, Groups: groups}
	if m.Check() != nil {
		return nil
	}
	return groups
}

// sharpImage is the side of an image in pixels for towers of any resolution.
const sharpImage = 672

// tower puts a tower together: patches as a convolution, layers, and what
// brings them to the text.
func tower(patches []model.Block, tokens int64, layers []model.Group, projector []model.Block, out int64) []model.Group {
	groups := []model.Group{{Name: "image patches", Place: model.Input, Repeat: 1, Tokens: 1, Blocks: patches}}
	for _, g := range layers {
		g.Name, g.Tokens = "image encoder", tokens
		groups = append(groups, g)
	}
	return append(groups, model.Group{Name: "projector", Place: model.Input, Repeat: 1, Tokens: out, Blocks: projector})
}

// imageAttention is attention of a tower, with biases throughout.
func imageAttention(d, heads int64) model.Attention {
	a := model.Attention{Hidden: d, Heads: heads}.WithBias(true, true)
	a.Bidirectional = true
	return a
}

// qwenTower is that of Qwen2-VL, or of Qwen2.5-VL with windows and a gated
// feed-forward.
func (r *reader) qwenTower(d, out int64, windows bool) []model.Group {
	layers, heads := r.layers("depth"), r.width("num_heads")
	patch, merge := r.width("patch_size"), r.width("spatial_merge_size")
	in := r.numOr(3, "in_chans", "in_channels") * r.width("temporal_patch_size")
	side := sharpImage / patch
	norm := model.Norm{Dim: d, Bias: !windows}
	a := imageAttention(d, heads)
	var body []model.Group
	if windows {
		ffn := model.FFN{Hidden: d, Width: r.width("intermediate_size"), Gated: true, Bias: true}
		near := a
		near.Window = int64(math.Pow(float64(r.width("window_size")/patch), 2))
		full := r.wholeList("fullatt_block_indexes")
		for i := range layers {
			b := near
			if slices.Contains(full, i) {
				b = a
			}
			body = append(body, model.Group{Repeat: 1, Blocks: []model.Block{norm, b, norm, ffn}})
		}
	} else {
		ffn := model.FFN{Hidden: d, Width: d * r.width("mlp_ratio"), Bias: true}
		body = []model.Group{{Repeat: int(layers), Blocks: []model.Block{norm, a, norm, ffn}}}
	}
	wide := d * merge * merge
	merged := norm
	merged.Positions = merge * merge
	return tower([]model.Block{model.Conv{In: in, Out: d, KernelH: patch, KernelW: patch, OutH: side, OutW: side}}, side*side, body,
		[]model.Block{merged, model.Linear{Name: "merge", In: wide, Out: wide, Bias: true}, model.Linear{Name: "projector", In: wide, Out: out, Bias: true}},
		side*side/max(merge*merge, 1))
}

// vitTower reads a plain vision transformer.
func (r *reader) vitTower(bias bool) (patches []model.Block, body []model.Group, d, side int64) {
	d = r.width("hidden_size")
	patch := r.width("patch_size")
	side = r.width("image_size") / patch
	norm := model.Norm{Dim: d, Bias: true}
	layer := []model.Block{norm, imageAttention(d, r.width("num_attention_heads")), norm, model.FFN{Hidden: d, Width: r.width("intermediate_size"), Bias: true}}
	patches = []model.Block{model.Conv{In: r.numOr(3, "num_channels"), Out: d, KernelH: patch, KernelW: patch, OutH: side, OutW: side, Bias: bias}}
	return patches, []model.Group{{Repeat: int(r.layers("num_hidden_layers")), Blocks: layer}}, d, side
}

// llavaTower is CLIP with two linear maps to the text's width.
func (r *reader) llavaTower(hidden int64) []model.Group {
	patches, body, d, side := r.vitTower(false)
	n := side * side
	norm := model.Norm{Dim: d, Bias: true}
	patches = append(patches, model.Table{Name: "class", Rows: 1, Dim: d, Small: true}, model.Table{Name: "image-positions", Rows: n + 1, Dim: d, Small: true}, norm)
	return tower(patches, n+1, body, []model.Block{norm, model.Linear{Name: "projector", In: d, Out: hidden, Bias: true}, model.Linear{Name: "projector-2", In: hidden, Out: hidden, Bias: true}}, n)
}

// gemmaTower is SigLIP with a norm and a linear map of its pooled positions.
func (r *reader) gemmaTower(hidden, tokens int64) []model.Group {
	patches, body, d, side := r.vitTower(true)
	n := side * side
	patches = append(patches, model.Table{Name: "image-positions", Rows: n, Dim: d, Small: true})
	return tower(patches, n, body, []model.Block{model.Norm{Dim: d, Bias: true}, model.Norm{Dim: d}, model.Linear{Name: "projector", In: d, Out: hidden}}, tokens)
}

// wholeList reads a list of whole numbers, nil where it is none.
func (r *reader) wholeList(name string) []int64 {
	var list []int64
	for _, e := range r.list(name) {
		list = append(list, r.whole(name, e, 0, maxLayers))
	}
	return list
}
