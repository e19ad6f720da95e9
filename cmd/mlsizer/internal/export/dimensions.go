package export

import "mlsizer/sizing/model"

// dimensions are a decoder as frameworks describe one: the dimensions of its
// most frequent layer kinds.
type dimensions struct {
	layers                  int
	hidden, vocab           int64
	heads, kvHeads, headDim int64
	window                  int64
	ffn                     int64
	gated, bias, tied, rms  bool
	mla                     *model.MLA
	moe                     *model.MoE
	denseLayers             int  // before the first mixture of experts
	mixed                   bool // layers differ in more than that
	other                   bool // layers of a kind that no dimension describes
}

// dimensionsOf reads the layers of a model.
func dimensionsOf(m *model.Model) dimensions {
	s := dimensions{hidden: m.Hidden, vocab: m.Vocab, rms: true}
	most := 0
	for i := range m.Groups {
		g := &m.Groups[i]
		if g.Place == model.Output {
			for _, b := range g.Blocks {
				if l, ok := b.(model.Linear); ok && l.Head {
					s.tied = l.Tied
				}
			}
		}
		if g.Place != model.Body {
			continue
		}
		s.layers += g.Repeat
		moe := false
		for _, b := range g.Blocks {
			if _, ok := b.(model.MoE); ok {
				moe = true
			}
		}
		if !moe && s.moe == nil {
			s.denseLayers += g.Repeat
		}
		s.mixed = s.mixed || most > 0 && !moe
		for _, b := range g.Blocks {
			s.block(b, g.Repeat > most)
		}
		most = max(most, g.Repeat)
	}
	if s.moe == nil {
		s.denseLayers = 0
	}
	return s
}

// block sets the dimensions of a block; those of the longest group win.
func (s *dimensions) block(b model.Block, longest bool) {
	switch b := b.(type) {
	case model.Norm:
		s.rms = s.rms && !b.Bias
	case model.Attention:
		if longest || s.heads == 0 {
			s.heads, s.kvHeads, s.headDim, s.window = b.Heads, b.KVHeads, b.HeadDim, b.Window
			s.bias = b.OutBias
			if s.kvHeads == 0 {
				s.kvHeads = b.Heads
			}
			if s.headDim == 0 {
				s.headDim = b.Hidden / b.Heads
			}
		}
	case model.MLA:
		s.mla, s.heads, s.kvHeads = &b, b.Heads, b.Heads
		s.headDim = b.NopeDim + b.RopeDim
	case model.FFN:
		if longest || s.ffn == 0 || s.moe != nil {
			s.ffn, s.gated = b.Width, b.Gated
		}
	case model.MoE:
		s.moe, s.gated = &b, b.Gated
	default:
		s.other = true
	}
}
