package export

import (
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
)

// dimensions are a decoder as frameworks describe one: the dimensions of its
// most frequent layer kinds.
type dimensions struct {
	layers                  int
	hidden, vocab           int64
	heads, kvHeads, headDim int64
	window                  int64
	ffn                     int64
	gated, bias, tied, rms  bool
	qkvBias, qkNorm         bool
	mla                     *model.MLA
	moe                     *model.MoE
	denseLayers             int    // before the first mixture of experts
	sparse                  []bool // by layer: whether it is a mixture of experts
	mixed                   bool   // layers differ in more than that
	other                   bool   // layers of another kind, which no dimension describes
	attention               *model.Attention
}

// dimensionsOf reads the layers of a model.
func dimensionsOf(m *model.Model) dimensions {
	s := dimensions{hidden: m.Hidden, vocab: m.Vocab, rms: true}
	most := 0
	for i := range m.Groups {
		g := &m.Groups[i]
		switch g.Place {
		case model.Output:
			s.head(g)
		case model.Body:
			s.body(g, g.Repeat > most)
			most = max(most, g.Repeat)
		}
	}
	if s.moe == nil {
		s.denseLayers = 0
	}
	return s
}

// head takes whether the head is tied to the embedding.
func (s *dimensions) head(g *model.Group) {
	for _, b := range g.Blocks {
		if l, ok := b.(model.Linear); ok && l.Head {
			s.tied = l.Tied
		}
	}
}

// body takes the layers of a group.
func (s *dimensions) body(g *model.Group, longest bool) {
	s.layers += g.Repeat
	moe, norms := false, 0
	for _, b := range g.Blocks {
		switch b.(type) {
		case model.MoE:
			moe = true
		case model.Norm:
			norms++
		}
		s.block(b, longest)
	}
	s.other = s.other || norms != 2 || g.Shared || g.Tokens != 0 // norms elsewhere, or layers that run again
	if !moe && s.moe == nil {
		s.denseLayers += g.Repeat
	}
	for range g.Repeat {
		s.sparse = append(s.sparse, moe)
	}
}

// block takes the dimensions of a block; those of the longest group win.
func (s *dimensions) block(b model.Block, longest bool) {
	switch b := b.(type) {
	case model.Norm:
		s.rms = s.rms && !b.Bias
		s.other = s.other || b.NoWeight
	case model.Attention:
		s.attend(b, longest)
	case model.MLA:
		s.mla, s.heads, s.kvHeads = &b, b.Heads, b.Heads
		s.headDim = b.NopeDim + b.RopeDim
		s.other = s.other || b.IndexHeads > 0
	case model.FFN:
		s.mixed = s.mixed || s.moe == nil && s.ffn > 0 && s.ffn != b.Width
		if longest || s.ffn == 0 || s.moe != nil {
			s.ffn, s.gated = b.Width, b.Gated
		}
	case model.MoE:
		s.mixed = s.mixed || s.moe != nil && *s.moe != b
		s.moe, s.gated = &b, b.Gated
		s.other = s.other || b.Latent > 0 || b.Bias
	default:
		s.other = true
	}
}

// attend takes the dimensions of attention.
func (s *dimensions) attend(b model.Attention, longest bool) {
	s.mixed = s.mixed || s.attention != nil && *s.attention != b
	s.attention = &b
	if longest || s.heads == 0 {
		s.heads, s.kvHeads, s.headDim, s.window = b.Heads, b.KVHeadCount(), b.HeadWidth(), b.Window
		s.bias, s.qkvBias, s.qkNorm = b.OutBias, b.QBias && b.KBias && b.VBias, b.QKNorm == model.HeadQKNorm
	}
	odd := b.Chunked || b.Bidirectional || b.Cross || b.Sinks || b.Gate || b.SharedKV || b.KeyIsValue
	s.other = s.other || odd || b.QKNorm == model.FullQKNorm || b.QBias != b.VBias || b.QBias != b.KBias
}

// catalogued reports whether a model has an entry in the catalogue.
func catalogued(name string) bool {
	_, err := catalog.Default().Find(name)
	return err == nil
}
