package model

// DecoderDepth is the decoder's depth in layers of a mixer and a feed-forward
// block each. A layer with only one of the two, as in Nemotron-H, counts one
// half, in kernels as in collectives.
func (m *Model) DecoderDepth() float64 {
	halves := 0
	for i := range m.Groups {
		g := &m.Groups[i]
		if g.Place != Body || m.IsFront(g) {
			continue
		}
		forward := 0
		for _, b := range g.Blocks {
			switch b.Role() {
			case FeedForward:
				forward = 1
			case Mixer:
				halves += g.Repeat
			}
		}
		halves += forward * g.Repeat
	}
	return float64(halves) / 2
}
