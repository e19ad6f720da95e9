package sizing

import "slices"

// expertLayers is the layers that route tokens to experts.
func (m *Model) expertLayers() int {
	n := 0
	for _, g := range m.Groups {
		if slices.ContainsFunc(g.Blocks, func(b Block) bool { return b.Kind() == "moe" }) {
			n += g.Repeat
		}
	}
	return n
}

// hasExperts reports whether any layer routes tokens to experts.
func (m *Model) hasExperts() bool {
	for w := range m.weights() {
		if w.Part == ExpertPart {
			return true
		}
	}
	return false
}

// tiedHead returns the head that uses the embedding's weights, if there is one.
func (m *Model) tiedHead() (Weight, bool) {
	for w := range m.weights() {
		if w.Shared && w.Part == HeadPart {
			return w, true
		}
	}
	return Weight{}, false
}
