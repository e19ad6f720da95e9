package serve

import (
	"math"

	"mlsizer/sizing/model"
)

// pad adds the bytes by which a kernel pads the experts of a device's share, of
// tp devices, to the profile.
func (s *profile) pad(e *ExpertPadding, tp int) {
	if e == nil {
		return
	}
	moe, layers := s.model.HasExperts(), s.model.Layers()
	added := 0.0
	for i := range s.model.Groups {
		g := &s.model.Groups[i]
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				if w.Split == model.ExpertSplit && w.Cols > 0 {
					bits := s.model.StorageBits(g, s.quant.weightBits(w, layers, moe))
					added += e.added(w, bits, int64(tp)) * float64(w.Copies*int64(g.Repeat))
				}
			}
		}
	}
	total := s.expertBytes()
	for i := range s.experts {
		s.experts[i].bytes *= 1 + added/math.Max(total, 1)
	}
}

// expertBytes is the routed experts of all layers.
func (s *profile) expertBytes() (total float64) {
	for i := range s.experts {
		total += s.experts[i].bytes
	}
	return total
}

// added is the bytes that padding adds to one matrix of an expert, over the
// devices that divide it. Values are whole bits wide, and the rest of the bits
// per weight is scales.
func (e *ExpertPadding) added(w model.Weight, bits float64, tp int64) float64 {
	rows, cols := w.Rows, w.Cols
	if w.SplitBy == model.ByInputs { // the down projection
		rows, cols = e.up(rows, e.Hidden), e.up(ceilDiv(cols, tp), e.Intermediate)*tp
	} else {
		rows, cols = e.up(ceilDiv(rows, tp), e.Intermediate)*tp, e.up(cols, e.Hidden)
	}
	if !e.Scales {
		bits = math.Floor(bits)
	}
	return float64(rows*cols-w.Rows*w.Cols) * bits / 8
}

// up rounds up to a multiple.
func (*ExpertPadding) up(n, unit int64) int64 { return ceilDiv(n, unit) * unit }

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
