package model

import "slices"

// ExpertLayers is the layers that route tokens to experts.
func (m *Model) ExpertLayers() int {
	n := 0
	for _, g := range m.Groups {
		if slices.ContainsFunc(g.Blocks, func(b Block) bool { return b.Kind() == "moe" }) {
			n += g.Repeat
		}
	}
	return n
}

// HasExperts reports whether any layer routes tokens to experts.
func (m *Model) HasExperts() bool {
	for w := range m.AllWeights() {
		if w.Part == ExpertPart {
			return true
		}
	}
	return false
}

// TiedHead returns the head that uses the embedding's weights, if there is one.
func (m *Model) TiedHead() (Weight, bool) {
	for w := range m.AllWeights() {
		if w.Shared && w.Part == HeadPart {
			return w, true
		}
	}
	return Weight{}, false
}
