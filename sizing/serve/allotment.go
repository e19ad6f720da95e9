package serve

import "math"

// An allotment is how a runtime with pages allots the caches of layers that do
// not all cache the same tokens. Every layer has pages of equal size. Layers of
// a kind form groups of equally many layers, padded with unused ones, and a
// block is a page of each layer of a group:
//
//	group  the layers of the smallest kind, or of the largest if that has less
//	       than 1.5 times as many
//	page   block tokens of attention, at least the state of a recurrent layer
//	pool   floor(memory / (group x page)) blocks
//
// A full sequence takes ceil(context / block) blocks of a group with attention
// to all of it, ceil(min(window - 1 + tokens of a pass, context) / block) + 1 of
// one with a window, and one of a recurrent group.
//
// Source: [sourcePages].
type allotment struct {
	kinds []cacheKind
	block float64 // tokens of a page
	page  float64 // bytes of a page of one layer
	group float64 // layers of a group
	pass  float64 // most tokens of a pass
}

// cacheKind is layers with equal caches.
type cacheKind struct {
	layers float64
	window float64 // 0: none
	tokens float64 // fixed ones; 0: those of the sequence
	bytes  float64 // per token and layer
	state  float64 // bytes per layer and sequence
}

const sourcePages = "vllm-project/vllm@001cabc vllm/v1/kv_cache_interface.py (max_memory_usage_bytes of each spec), vllm/v1/core/kv_cache_utils.py (_get_kv_cache_groups_uniform_page_size, _report_kv_cache_config)"

// pageTokens is the tokens of a page, and the multiple of a larger one.
const pageTokens = 16

// newAllotment groups the caches of a stage. It returns nil where pages hold
// nothing but the cache: layers that all cache the whole context, or layers
// with both a cache and a state.
func newAllotment(s *profile, shape *cacheShape, conv, pass, stage float64) *allotment {
	a := &allotment{block: pageTokens, pass: pass}
	uniform := true
	for i := range s.caches {
		c := &s.caches[i]
		k := cacheKind{layers: math.Ceil(c.layers * stage), window: float64(c.Window), tokens: float64(c.Tokens), state: c.stateBytes(conv) / float64(shape.tp)}
		if c.PerToken > 0 {
			k.bytes = c.tokenBytes(shape)
		}
		if k.bytes > 0 && k.state > 0 {
			return nil
		}
		uniform = uniform && k.window == 0 && k.state == 0 && k.tokens == 0
		a.join(k)
	}
	if uniform {
		return nil
	}
	a.setPage()
	a.setGroup()
	return a
}

// join adds layers to equal ones.
func (a *allotment) join(k cacheKind) {
	for i := range a.kinds {
		same := a.kinds[i]
		same.layers = k.layers
		if same == k {
			a.kinds[i].layers += k.layers
			return
		}
	}
	a.kinds = append(a.kinds, k)
}

// setPage finds the page that fits the widest cache and every state.
func (a *allotment) setPage() {
	widest, state := 0.0, 0.0
	for _, k := range a.kinds {
		widest, state = max(widest, k.bytes), max(state, k.state)
	}
	if widest == 0 {
		a.page = state
		return
	}
	if state > a.block*widest {
		a.block = math.Ceil(state/widest/pageTokens) * pageTokens
	}
	a.page = a.block * widest
}

// setGroup finds the layers of a group.
func (a *allotment) setGroup() {
	least, most := math.Inf(1), 0.0
	for _, k := range a.kinds {
		least, most = min(least, k.layers), max(most, k.layers)
	}
	if a.group = least; most < 1.5*least {
		a.group = most
	}
}

// blocks is the blocks that a sequence of a context takes of all groups.
func (a *allotment) blocks(context float64) float64 {
	n := 0.0
	for _, k := range a.kinds {
		groups, block := math.Ceil(k.layers/a.group), a.block
		if k.bytes > 0 { // a narrower cache has more tokens on a page
			block = math.Floor(a.page / k.bytes)
		}
		switch {
		case k.state > 0:
			n += groups
		case k.tokens > 0:
			n += groups * math.Ceil(k.tokens/block)
		case k.window > 0:
			n += groups * (math.Ceil(math.Min(k.window-1+a.pass, context)/block) + 1)
		default:
			n += groups * math.Ceil(context/block)
		}
	}
	return n
}

// bytes is the memory of those blocks.
func (a *allotment) bytes(context float64) float64 { return a.blocks(context) * a.group * a.page }

// pool is the tokens of sequences of a context that memory fits: what vLLM
// prints as the size of the cache.
func (a *allotment) pool(memory, context float64) float64 {
	return math.Floor(math.Floor(memory/(a.group*a.page)) / a.blocks(context) * context)
}

// stateBytes is the state of one layer, with the inputs of convolutions in conv
// bytes each and the rest in fp32.
func (c *servedCache) stateBytes(conv float64) float64 {
	return float64(c.State-c.Conv)*fp32Bytes + float64(c.Conv)*conv
}
