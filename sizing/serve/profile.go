package serve

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// WeightBytes returns the size of a model's weights under a preset:
//
//	sum over tensors of elements x bits / 8
//
// Blocks of narrow formats are counted with their scales. The error against
// files is below 0.5 % if the preset states the format of each tensor, and
// about 5 % if it states only a mean.
func WeightBytes(m *model.Model, q *Quant) quantity.Bytes {
	moe, layers, total := m.HasExperts(), m.Layers(), 0.0
	for i := range m.Groups {
		g := &m.Groups[i]
		for _, b := range g.Blocks {
			for _, w := range b.Weights() {
				w.Shared = w.Shared || g.Shared
				total += float64(w.Params()*int64(g.Repeat)) * m.StorageBits(g, q.weightBits(w, layers, moe)) / 8
			}
		}
	}
	if head, tied := m.TiedHead(); tied && q.Flat == 0 {
		// A tied table is embedding and head: files store it as the head.
		total += float64(head.Rows*head.Cols) * (q.weightBits(head, layers, moe) - q.bits[q.Embedding]) / 8
	}
	total *= m.CountScale()
	return wholeBytes(total + q.beside(total))
}

// profile is a model reduced to the sums that memory and time of serving depend
// on, for one weight format.
type profile struct {
	model    *model.Model
	quant    *Quant
	layers   int
	depth    float64 // layers of a mixer and a feed-forward block; one of the two alone counts one half
	launches float64 // launches in units of dense layers
	hidden   float64
	vocab    float64
	widest   float64 // elements per token of the widest activation of a layer
	tensors  []servedTensor
	experts  []servedExperts
	caches   []servedCache
}

// servedTensor is tensors of the same use.
type servedTensor struct {
	bytes    float64 // of all layers
	params   float64 // multiplied per token, in all layers
	split    model.Split
	maxSplit int64
	body     bool
	lookup   bool // read a row at a time
	head     bool // used for the last position of a prompt only
	shared   bool // stored as another tensor
	once     bool // used once per prompt, before any token
}

// servedExperts is the routed experts of equal layers.
type servedExperts struct {
	layers, experts, topK float64
	bytes                 float64 // of all experts of all layers
	params                float64
}

// servedCache is the cache of equal layers.
type servedCache struct {
	model.Cache
	layers float64
}

// newProfile sums a model's tensors and caches under a preset.
func newProfile(m *model.Model, q *Quant) *profile {
	s := &profile{model: m, quant: q, layers: m.DecoderLayers(), depth: m.DecoderDepth(), launches: launchedLayers(m, q), hidden: float64(m.Hidden), vocab: float64(m.Vocab)}
	moe, scale, layers := m.HasExperts(), m.CountScale(), m.Layers()
	for i := range m.Groups {
		g := &m.Groups[i]
		once := m.IsFront(g)
		repeat := float64(g.Repeat)
		for _, b := range g.Blocks {
			if r := b.Routing(); r.Experts > 0 {
				s.route(repeat, float64(r.Experts), float64(r.TopK))
			}
			for _, w := range b.Weights() {
				s.add(w, repeat*scale, m.StorageBits(g, q.weightBits(w, layers, moe)), g.Place == model.Body && !once, once)
			}
			if c := b.Cache(); c.PerToken > 0 || c.State > 0 {
				s.caches = append(s.caches, servedCache{Cache: c, layers: repeat})
			}
		}
	}
	if head, tied := m.TiedHead(); tied && q.Flat == 0 {
		extra := float64(head.Rows*head.Cols) * (q.weightBits(head, layers, moe) - q.bits[q.Embedding]) / 8 * scale
		s.tensors = append(s.tensors, servedTensor{bytes: extra, split: model.TensorSplit, lookup: true})
	}
	if extra := q.beside(s.stored()); extra > 0 { // towers, and layers that predict further tokens
		s.tensors = append(s.tensors, servedTensor{bytes: extra, split: model.TensorSplit, lookup: true})
	}
	return s
}

// stored is the bytes of all tensors, each once.
func (s *profile) stored() float64 {
	total := s.expertBytes()
	for i := range s.tensors {
		if !s.tensors[i].shared {
			total += s.tensors[i].bytes
		}
	}
	return total
}

// route adds layers that route tokens to experts to equal ones.
func (s *profile) route(layers, experts, topK float64) {
	last := len(s.experts) - 1
	if last < 0 || s.experts[last].experts != experts || s.experts[last].topK != topK {
		s.experts = append(s.experts, servedExperts{experts: experts, topK: topK})
		last++
	}
	s.experts[last].layers += layers
}

// add sums one tensor of repeat layers.
func (s *profile) add(w model.Weight, repeat, bits float64, body, once bool) {
	n := float64(w.Rows*max(w.Cols, 1)*w.Copies) * repeat
	if w.Split == model.ExpertSplit {
		e := &s.experts[len(s.experts)-1]
		e.bytes += n * bits / 8
		if w.Cols > 0 {
			e.params += n
		}
		return
	}
	if w.Cols > 0 && w.Part != model.HeadPart && w.Part != model.Embedding && !once { // logits are counted separately
		s.widest = max(s.widest, float64(w.Rows))
	}
	s.tensors = append(s.tensors, servedTensor{
		bytes: n * bits / 8, params: n * w.Uses, split: w.Split, maxSplit: w.MaxSplit, body: body,
		lookup: w.Part == model.Embedding, head: w.Part == model.HeadPart, shared: w.Shared, once: once,
	})
}
