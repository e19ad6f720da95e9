package model

import "math"

// Encodes reports whether the model reads a sequence or a sample in one pass
// and generates no tokens: encoders and models that embed or classify images.
func (m *Model) Encodes() bool {
	if !m.PerToken() {
		return true
	}
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			if c := b.Cache(); c.PerToken > 0 || c.State > 0 {
				return false
			}
		}
	}
	return true
}

// IsFront reports whether the group runs once, before the first generated
// token: the tower of an image or a sound, which has its own positions, or the
// encoder of an encoder-decoder model, which reads the prompt.
func (m *Model) IsFront(g *Group) bool {
	if !m.PerToken() || g.Place == Output || m.Encodes() {
		return false
	}
	if g.Tokens > 0 {
		return true
	}
	if !m.EncoderDecoder() {
		return false
	}
	for _, b := range g.Blocks {
		if b.Core().Bidirectional {
			return true
		}
	}
	return false
}

// StorageBits is the storage of a group's weights under a preset of so many
// bits per weight: image towers stay in 16.
// Source: ggml-org/llama.cpp tools/mtmd (a projector file of its own, in f16);
// Qwen/Qwen2-VL-7B-Instruct-AWQ config.json (modules_to_not_convert: visual).
func (m *Model) StorageBits(g *Group, preset float64) float64 {
	if m.Field == Multimodal && g.Tokens > 0 && m.IsFront(g) {
		return math.Max(preset, 16)
	}
	return preset
}

// Sparse reports whether an indexer chooses the tokens that a layer attends to.
func (m *Model) Sparse() bool {
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			if b.Cache().Index > 0 {
				return true
			}
		}
	}
	return false
}

// GroupsWhere returns the groups that pick selects.
func (m *Model) GroupsWhere(pick func(*Group) bool) []*Group {
	var list []*Group
	for i := range m.Groups {
		if g := &m.Groups[i]; pick(g) {
			list = append(list, g)
		}
	}
	return list
}

// TowerGroups returns the groups outside the count.
func (m *Model) TowerGroups() []*Group {
	var list []*Group
	for i := range m.Towers {
		list = append(list, &m.Towers[i])
	}
	return list
}

// DecoderLayers is the number of body layers per generated token.
func (m *Model) DecoderLayers() int {
	n := m.Layers()
	for i := range m.Groups {
		if g := &m.Groups[i]; g.Place == Body && m.IsFront(g) {
			n -= g.Repeat
		}
	}
	return n
}

// FrontParams is the parameters of the front groups.
func (m *Model) FrontParams() (n int64) {
	for _, g := range append(m.GroupsWhere(m.IsFront), m.TowerGroups()...) {
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				n += w.Params() * int64(g.Repeat)
			}
		}
	}
	return n
}

// ImageTokens is the number of prompt tokens per image, 0 for a model without
// an image tower: the positions that the last tower layers output.
func (m *Model) ImageTokens() int64 {
	if m.Field != Multimodal {
		return 0
	}
	n := int64(0)
	for _, g := range append(m.GroupsWhere(m.IsFront), m.TowerGroups()...) {
		if g.Tokens > 0 {
			n = g.Tokens
		}
	}
	return n
}

// ReadsPrompt reports whether the front reads the prompt, so that the decoder
// does not.
func (m *Model) ReadsPrompt() bool { return m.EncoderDecoder() }
