package serve

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// newFront sums the groups that a prompt passes once: counted ones in the
// weight format, and uncounted ones in 16 bits, as files store them separately
// from quantised text models.
func newFront(m *model.Model, q *Quant) []forwardGroup {
	front := newForward(m, q, m.GroupsWhere(m.IsFront))
	if plain, err := FindQuant("bf16"); err == nil {
		front = append(front, newForward(m, plain, m.TowerGroups())...)
	}
	return front
}

// towerBytes is the uncounted weights per device.
func towerBytes(m *model.Model, tp int) float64 {
	n := 0.0
	if plain, err := FindQuant("bf16"); err == nil {
		for _, f := range newForward(m, plain, m.TowerGroups()) {
			for _, w := range f.weights {
				n += w.bytes * w.split.divided(tp)
			}
		}
	}
	return n
}

// Front is the part of the model that runs once per request.
type Front struct {
	Params quantity.Params `json:"params"`
	Bytes  quantity.Bytes  `json:"weights_bytes"`
	// Uncounted says that the model's count and weights exclude it.
	Uncounted bool `json:"beside_count,omitempty"`
	// Images is the number of images in a prompt, Tokens the prompt tokens per
	// image.
	Images int64 `json:"images,omitempty"`
	Tokens int64 `json:"tokens_per_image,omitempty"`
	// Time is the time for all images of a prompt, for its sound or for its
	// text.
	Time quantity.Seconds `json:"encode_seconds"`
}

// checkFront rejects images that do not fit the prompt.
func (p *Prepared) checkFront() error {
	each := p.Model.ImageTokens()
	switch {
	case p.Images < 0:
		return note.FieldError("images", "serving.negative-images", p.Images)
	case p.Images > 0 && each == 0:
		return note.FieldError("images", "serving.no-image-tower", p.Model.Name)
	case p.Images*each > p.prompt(p.Context):
		return note.FieldError("images", "serving.images-exceed-prompt", p.Images, each, p.prompt(p.Context))
	}
	return nil
}

// front returns the part that runs once per request; nil without one.
func (p *Prepared) front() *Front {
	if len(p.timer.front) == 0 {
		return nil
	}
	f := &Front{Params: quantity.Params(p.Model.FrontParams()), Images: p.Images, Tokens: p.Model.ImageTokens(), Uncounted: len(p.Model.Towers) > 0}
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

// frontPass is the pass over the part before the decoder.
func (t *servingTimer) frontPass() *forwardPass {
	f := &forwardPass{groups: t.front, e: t.e, peak: t.peak, peak16: t.peak16, memory: t.memory, links: t.frontLinks, tp: t.layout.TP}
	f.e[servingCompute] = math.Min(f.e[servingCompute], t.achievable)
	return f
}

// frontTime is the time before the decoder for the prompts of batch sequences:
// a pass over all their images, their sounds or their n tokens.
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
