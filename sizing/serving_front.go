package sizing

import (
	"math"

	"mlsizer/sizing/quantity"
)

// isFront reports whether the group is passed once, before the first token is
// generated: the tower of an image or a sound, whose positions are its own,
// or the encoder of an encoder with a decoder, which reads the prompt.
func (m *Model) isFront(g *Group) bool {
	if !m.PerToken() || g.Place == Output || m.Encodes() {
		return false
	}
	if g.Tokens > 0 {
		return true
	}
	if !m.encoderDecoder() {
		return false
	}
	for _, b := range g.Blocks {
		if a, ok := b.(Attention); ok && a.Bidirectional {
			return true
		}
	}
	return false
}

// bits is the storage of a group's weights under a preset that gives them so
// many: towers of images stay in 16.
// Source: ggml-org/llama.cpp tools/mtmd (a projector file of its own, in f16);
// Qwen/Qwen2-VL-7B-Instruct-AWQ config.json (modules_to_not_convert: visual).
func (m *Model) bits(g *Group, preset float64) float64 {
	if m.Field == Multimodal && g.Tokens > 0 && m.isFront(g) {
		return math.Max(preset, 16)
	}
	return preset
}

// groups are the groups that pick takes.
func (m *Model) groups(pick func(*Group) bool) []*Group {
	var list []*Group
	for i := range m.Groups {
		if g := &m.Groups[i]; pick(g) {
			list = append(list, g)
		}
	}
	return list
}

// towers are the groups that the count leaves out.
func (m *Model) towers() []*Group {
	var list []*Group
	for i := range m.Towers {
		list = append(list, &m.Towers[i])
	}
	return list
}

// newFront is what a prompt passes once: the front of the count in the storage
// of the weights, and what the count leaves out in 16 bits, as files keep it
// beside quantised text.
func newFront(m *Model, q *Quant) []forwardGroup {
	front := newForward(m, q, m.groups(m.isFront))
	if plain, err := FindQuant("bf16"); err == nil {
		front = append(front, newForward(m, plain, m.towers())...)
	}
	return front
}

// towerBytes is the weights that the count leaves out, a device.
func (m *Model) towerBytes(tp int) float64 {
	n := 0.0
	if plain, err := FindQuant("bf16"); err == nil {
		for _, f := range newForward(m, plain, m.towers()) {
			for _, w := range f.weights {
				n += w.bytes * w.split.divided(tp)
			}
		}
	}
	return n
}

// decoderLayers is the body layers that a generated token passes.
func (m *Model) decoderLayers() int {
	n := m.Layers()
	for i := range m.Groups {
		if g := &m.Groups[i]; g.Place == Body && m.isFront(g) {
			n -= g.Repeat
		}
	}
	return n
}

// frontParams is the parameters of those groups.
func (m *Model) frontParams() (n int64) {
	for _, g := range append(m.groups(m.isFront), m.towers()...) {
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				n += w.Params() * int64(g.Repeat)
			}
		}
	}
	return n
}

// ImageTokens is how many tokens of a prompt an image takes, 0 for a model
// without a tower of its own: the positions that the last layers before the
// text hand on.
func (m *Model) ImageTokens() int64 {
	if m.Field != Multimodal {
		return 0
	}
	n := int64(0)
	for _, g := range append(m.groups(m.isFront), m.towers()...) {
		if g.Tokens > 0 {
			n = g.Tokens
		}
	}
	return n
}

// readsPrompt reports whether the front reads the prompt, so that the decoder
// does not.
func (m *Model) readsPrompt() bool { return m.encoderDecoder() }

// ServingFront is what is passed once for a request.
type ServingFront struct {
	Params quantity.Params `json:"params"`
	Bytes  quantity.Bytes  `json:"weights_bytes"`
	// Beside says that the model's count and weights leave it out.
	Beside bool `json:"beside_count,omitempty"`
	// Images is how many there are in a prompt, Tokens what one takes of it.
	Images int64 `json:"images,omitempty"`
	Tokens int64 `json:"tokens_per_image,omitempty"`
	// Time is that of all of a prompt's images, of its sound or of its text.
	Time quantity.Seconds `json:"encode_seconds"`
}

// checkFront refuses images that the prompt does not hold.
func (p *PreparedServing) checkFront() error {
	each := p.Model.ImageTokens()
	switch {
	case p.Images < 0:
		return planError("images", "%d images (want 0 or more)", p.Images)
	case p.Images > 0 && each == 0:
		return planError("images", "%s has no tower for images whose shape is known", p.Model.Name)
	case p.Images*each > p.prompt(p.Context):
		return planError("images", "%d images of %d tokens each do not fit a prompt of %d", p.Images, each, p.prompt(p.Context))
	}
	return nil
}

// front returns what is passed once for a request; nil if nothing is.
func (p *PreparedServing) front() *ServingFront {
	if len(p.timer.front) == 0 {
		return nil
	}
	f := &ServingFront{Params: quantity.Params(p.Model.frontParams()), Images: p.Images, Tokens: p.Model.ImageTokens(), Beside: len(p.Model.Towers) > 0}
	for i := range p.timer.front {
		for _, w := range p.timer.front[i].weights {
			if !w.split.shared {
				f.Bytes += quantity.Bytes(w.bytes)
			}
		}
	}
	f.Time = quantity.Seconds(p.timer.frontTime(float64(p.prompt(p.Context)), 1))
	return f
}

// frontPass is the pass over what comes before the decoder.
func (t *servingTimer) frontPass() *forwardPass {
	f := &forwardPass{groups: t.front, e: t.e, peak: t.peak, peak16: t.peak16, memory: t.memory, links: t.frontLinks, tp: t.layout.TP}
	f.e[servingCompute] = math.Min(f.e[servingCompute], t.achievable)
	return f
}

// frontTime is what the prompts of batch sequences take before the decoder: a
// pass over all their images, their sounds or their n tokens.
func (t *servingTimer) frontTime(n, batch float64) float64 {
	if len(t.front) == 0 || t.images == 0 {
		return 0
	}
	return t.frontPass().time(batch*t.images, n)
}

// frontBytes is the activations of one image, one sound or one prompt.
func (t *servingTimer) frontBytes(prompt float64) float64 {
	if len(t.front) == 0 || t.images == 0 {
		return 0
	}
	return t.frontPass().activations(1, prompt)
}
