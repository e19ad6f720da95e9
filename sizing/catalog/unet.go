package catalog

import (
	"fmt"

	"mlsizer/sizing/model"
)

// unetSpec is a latent-diffusion U-Net.
type unetSpec struct {
	side    int64   // of the latent image
	widths  []int64 // channels of each level
	layers  []int   // transformer layers in each level's blocks, 0: none
	middle  int     // transformer layers in the middle
	headDim []int64 // width of an attention head in each level
	text    int64   // width of the text encoder
	linear  bool    // projections around the transformer are linear
	vector  int64   // width of the pooled condition, 0: none
}

// Source: runwayml/stable-diffusion-v1-5 unet/config.json and
// stabilityai/stable-diffusion-xl-base-1.0 unet/config.json on Hugging Face.
var (
	sd15 = unetSpec{
		side: 64, widths: []int64{320, 640, 1280, 1280}, layers: []int{1, 1, 1, 0}, middle: 1,
		headDim: []int64{40, 80, 160, 160}, text: 768,
	}
	sdxl = unetSpec{
		side: 128, widths: []int64{320, 640, 1280}, layers: []int{0, 2, 10}, middle: 10,
		headDim: []int64{64, 64, 64}, text: 2048, linear: true, vector: 2816,
	}
)

// unetText is the number of text tokens that cross-attention reads.
const unetText = 77

// unet builds the network: a stem, levels down, the middle, and levels up that
// also read what the levels down left behind.
//
// Source: arXiv:2112.10752; huggingface/diffusers
// src/diffusers/models/unets/unet_2d_condition.py.
func unet(u unetSpec) *model.Model {
	n := image(4, u.side)
	b := unetBuilder{net: n, spec: u, time: 4 * u.widths[0]}
	n.group("time embedding")
	n.linear("time_embedding.linear_1", u.widths[0], b.time)
	n.linear("time_embedding.linear_2", b.time, b.time)
	if u.vector > 0 {
		n.linear("add_embedding.linear_1", u.vector, b.time)
		n.linear("add_embedding.linear_2", b.time, b.time)
	}
	n.group("stem")
	n.conv(square(u.widths[0], 3, 1).biased())
	skips := []int64{n.c}
	last := len(u.widths) - 1
	for i, width := range u.widths {
		b.name = fmt.Sprintf("down %d", i+1)
		for range 2 {
			b.resBlock(width)
			b.transformer(u.layers[i], u.headDim[i])
			skips = append(skips, n.c)
		}
		if i < last {
			n.group(b.name)
			n.conv(square(width, 3, 2).biased())
			skips = append(skips, n.c)
		}
	}
	b.name = "middle"
	b.resBlock(u.widths[last])
	b.transformer(u.middle, u.headDim[last])
	b.resBlock(u.widths[last])
	for i := last; i >= 0; i-- {
		b.name = fmt.Sprintf("up %d", i+1)
		for range 3 {
			n.c += skips[len(skips)-1]
			skips = skips[:len(skips)-1]
			b.resBlock(u.widths[i])
			b.transformer(u.layers[i], u.headDim[i])
		}
		if i > 0 {
			n.group(b.name)
			n.h, n.w = 2*n.h, 2*n.w
			n.conv(square(u.widths[i], 3, 1).biased())
		}
	}
	n.group("output")
	n.norm()
	n.conv(square(4, 3, 1).biased())
	m := n.model("image")
	m.Groups[0].Place, m.Groups[1].Place = model.Input, model.Input
	m.Groups[len(m.Groups)-1].Place = model.Output
	m.Family = "unet"
	return m
}

type unetBuilder struct {
	*net
	spec unetSpec
	time int64
	name string
}

// resBlock adds norm, convolution, the time embedding's projection, norm,
// convolution and, where the channels change, a 1x1 shortcut.
func (b *unetBuilder) resBlock(width int64) {
	n := b.net
	n.group(b.name)
	if n.c != width {
		n.branch(func() { n.conv(square(width, 1, 1).biased()) })
	}
	n.norm()
	n.conv(square(width, 3, 1).biased())
	n.linear("time_emb_proj", b.time, width)
	n.norm()
	n.conv(square(width, 3, 1).biased())
}

// transformer adds layers of self-attention, attention to the text and a
// gated FFN over the positions of the feature map.
func (b *unetBuilder) transformer(layers int, headDim int64) {
	if layers == 0 {
		return
	}
	n := b.net
	width, positions := n.c, n.h*n.w
	n.group(b.name)
	n.norm()
	b.projection("proj_in", width)
	n.flush()
	self := model.Attention{Hidden: width, Heads: width / headDim, HeadDim: headDim, Bidirectional: true, OutBias: true}
	cross := self
	cross.Bidirectional, cross.Cross, cross.KVHidden, cross.KeyTokens = false, true, b.spec.text, unetText
	norm := model.Norm{Dim: width, Bias: true}
	n.groups = append(n.groups, model.Group{
		Name: b.name, Repeat: layers, Tokens: positions,
		Blocks: []model.Block{norm, self, norm, cross, norm, model.FFN{Hidden: width, Width: 4 * width, Gated: true, Bias: true}},
	})
	b.projection("proj_out", width)
}

// projection maps every position of the feature map; linear or as a 1x1
// convolution it is the same product.
func (b *unetBuilder) projection(name string, width int64) {
	if !b.spec.linear {
		b.conv(square(width, 1, 1).biased())
		return
	}
	uses := float64(b.h * b.w)
	b.blocks = append(b.blocks, model.Linear{Name: name, In: width, Out: width, Bias: true, Uses: &uses})
}
