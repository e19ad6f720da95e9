package serve

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// A graphBuffer is the compute buffer of llama.cpp: one allocation for the
// largest set of intermediate tensors of a pass over a micro-batch of u tokens
// with n cached ones. The last device has the logits, and every device has its
// layers:
//
//	logits     u x vocabulary x 4 B + 2 u x hidden x 4 B
//	fused      mask 2 u n B + 3 u x query width x 4 B
//	unfused    heads x u x n x 4 B + mask 4 u n B + 3 u x query width x 4 B
//	latents    absorbed: the query width is heads x (rank + rope); projected:
//	           n x heads x (keys + values) in 16 bits, their product in fp32 up
//	           to 512 MiB, and queries, keys and values of u in fp32
//	experts    u x top-k x (3 x width + 2 x hidden) x 4 B
//
// Sources: ggml-org/llama.cpp src/llama-graph.cpp (build_attn_mha, build_moe_ffn);
// ikawrakow/ik_llama.cpp src/llama.cpp (build_deepseek2, -mla 2 and 3 project
// the cached latents of the context, -amb bounds the product, 512 MiB in the
// logs). Against 77 logged buffers see mlsizer validate.
type graphBuffer struct {
	micro, cells float64
	heads        float64 // of queries
	width        float64 // of the queries of all heads
	keys, values float64 // of all heads, projected up; 0: none
	experts      float64 // elements per token of routed experts
	vocab        float64
	hidden       float64
	copies       float64 // of the hidden states
	unfused      bool
	projected    bool
	expanded     bool
}

// mostProjected is the bound of the product that projects latents up.
const mostProjected = 512 << 20

// newGraphBuffer finds the widest attention and experts of the model.
func (p *Prepared) newGraphBuffer(context float64) *graphBuffer {
	s, m, r := p.profile, p.Model, p.sized
	b := &graphBuffer{micro: float64(r.PrefillChunk), vocab: s.vocab, hidden: s.hidden, copies: r.HiddenCopies, unfused: p.Unfused, projected: p.Projected, expanded: p.Expanded}
	b.cells = math.Ceil(context/float64(max(r.KVPad, 1))) * float64(max(r.KVPad, 1))
	for i := range m.Groups {
		for _, block := range m.Groups[i].Blocks {
			b.widen(block)
		}
	}
	for i := range s.experts {
		e := &s.experts[i]
		if e.layers > 0 && e.experts > 0 {
			width := e.params / (e.layers * e.experts * 3 * s.hidden)
			b.experts = max(b.experts, e.topK*(3*width+2*s.hidden))
		}
	}
	return b
}

// widen takes in the attention of a block.
func (b *graphBuffer) widen(block model.Block) {
	c := block.Cache()
	if c.PerToken == 0 || block.Role() != model.Mixer {
		return
	}
	heads := float64(block.TensorUnit())
	b.heads = max(b.heads, heads)
	if c.Latent.Keys > 0 {
		b.keys, b.values = float64(c.Latent.Keys), float64(c.Latent.Values)
		width := heads * float64(c.KeyWidth)
		if b.expanded {
			width = b.keys
		}
		b.width = max(b.width, width)
		return
	}
	b.width = max(b.width, float64(c.KeyWidth)*float64(max(c.Queries, 1)))
}

// layers is the buffer of a device without the head.
func (b *graphBuffer) layers() float64 {
	return max(b.attention(), b.routed()) + b.states()
}

// states is the hidden states.
func (b *graphBuffer) states() float64 { return b.copies * b.micro * b.hidden * 4 }

// routed is the intermediate tensors of routed experts.
func (b *graphBuffer) routed() float64 { return b.micro * b.experts * 4 }

// attention is the intermediate tensors of attention.
func (b *graphBuffer) attention() float64 {
	mask := 2 * b.micro * b.cells
	switch {
	case b.unfused:
		return b.heads*b.micro*b.cells*4 + 2*mask + 3*b.micro*b.width*4
	case b.projected && b.keys > 0:
		all := b.keys + b.values
		return mask + 2*b.cells*all + math.Min(mostProjected, 4*b.cells*b.values*2) + b.micro*(b.keys+all/2)*4
	}
	return mask + 3*b.micro*b.width*4
}

// last is the buffer of the device with the head.
func (b *graphBuffer) last() float64 {
	return max(b.micro*b.vocab*4+b.states(), b.layers())
}

// GraphBuffers is the compute buffers of all devices for a context, where the
// runtime allocates one per device; 0 for others.
func (p *Prepared) GraphBuffers(context int64) quantity.Bytes {
	if p.sized.HiddenCopies == 0 {
		return 0
	}
	b := p.newGraphBuffer(float64(context))
	return quantity.Bytes(float64(p.Layout.PP-1)*b.layers() + b.last())
}

// explain derives the buffer.
func (b *graphBuffer) explain(l *servingLines, source string, compute quantity.Bytes) {
	micro, cells, hidden := note.In("micro-batch", b.micro), note.In("cells", b.cells), note.In("hidden size", b.hidden)
	copies, width, heads := note.In("copies", b.copies), note.In("query width", b.width), note.In("heads", b.heads)
	switch {
	case b.last() > b.layers():
		l.derive("compute buffers", "serving.compute-copies", source, compute, micro, note.In("vocabulary", b.vocab), copies, hidden)
	case b.routed() > b.attention():
		l.derive("compute buffers", "serving.compute-routed", source, compute, micro, note.In("experts", b.experts), copies, hidden)
	case b.unfused:
		l.derive("compute buffers", "serving.compute-unfused", source, compute, micro, heads, cells, width, copies, hidden)
	case b.projected && b.keys > 0:
		l.derive("compute buffers", "serving.compute-projected", source, compute)
	default:
		l.derive("compute buffers", "serving.compute-fused", source, compute, micro, cells, width, copies, hidden)
	}
}
