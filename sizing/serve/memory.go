package serve

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// Memory is the memory of one serving device, term by term.
type Memory struct {
	Weights quantity.Bytes `json:"weights_bytes"`
	// KVCache is the cache of all sequences that the architecture needs:
	// min(context, window) cells per layer.
	KVCache quantity.Bytes `json:"kv_cache_bytes"`
	// KVPadding is what the runtime's rounding adds to the cache.
	KVPadding quantity.Bytes `json:"kv_padding_bytes"`
	// State is the fp32 state of linear attention and SSM layers.
	State quantity.Bytes `json:"state_bytes"`
	// Compute is the activations and logits of one pass.
	Compute quantity.Bytes `json:"compute_bytes"`
	// Overhead is the driver's context and libraries.
	Overhead quantity.Bytes `json:"overhead_bytes"`
	Total    quantity.Bytes `json:"total_bytes"`
	// Host is the offloaded weights in the host's memory, HostCache the caches
	// of the layers that the host computes, HostLayers the number of these
	// layers.
	Host       quantity.Bytes `json:"host_bytes"`
	HostCache  quantity.Bytes `json:"host_cache_bytes,omitempty"`
	HostLayers int            `json:"host_layers,omitempty"`
	// Low and High are the 80 % band of Total.
	Low  quantity.Bytes `json:"low_bytes"`
	High quantity.Bytes `json:"high_bytes"`
	// Budget is the part of the device's memory that the runtime uses.
	Budget quantity.Bytes `json:"budget_bytes"`
	Device quantity.Bytes `json:"device_bytes"`
	Fits   bool           `json:"fits"`
	// Verdict is "fits" if the upper end of the band does, "may-not-fit" if
	// only the estimate does.
	Verdict Verdict `json:"verdict"`
}

// sum adds the terms, each in whole bytes.
func (m *Memory) sum() {
	for _, term := range [8]*quantity.Bytes{&m.Weights, &m.KVCache, &m.KVPadding, &m.State, &m.Compute, &m.Overhead, &m.Host, &m.HostCache} {
		*term = wholeBytes(float64(*term))
	}
	m.Total = m.Weights + m.KVCache + m.KVPadding + m.State + m.Compute + m.Overhead
	m.Fits = m.Total <= m.Budget
}

// wholeBytes rounds averages over tensors and devices.
func wholeBytes(b float64) quantity.Bytes { return quantity.Bytes(math.Round(b)) }

// budget is the part of a device's memory that the runtime uses.
func (r *Runtime) budget(device quantity.Bytes) quantity.Bytes {
	return wholeBytes(float64(device) * r.Utilisation)
}

// cells returns how many tokens a layer caches of a context that so many
// sequences share: all of them, or those of each one's window.
// Source: ggml-org/llama.cpp@02c28f5 src/llama-kv-cache-iswa.cpp:75 (n_swa x
// n_seq_max where the cache is unified), as shipped in npm llama.rn 0.12.9.
func (c *servedCache) cells(context, sequences float64) float64 {
	if c.Tokens > 0 {
		return float64(c.Tokens) * sequences
	}
	if c.Window > 0 {
		return math.Min(context, float64(c.Window)*sequences)
	}
	return context
}

// paddedCells is cells as the runtime allocates them. llama.cpp adds its
// micro-batch to a window and pads to 256; vLLM rounds up to blocks of 16 and
// gives a window one extra block.
func (c *servedCache) paddedCells(context, sequences float64, r *Runtime) float64 {
	unit := float64(max(r.KVBlock, r.KVPad, 1))
	up := func(x float64) float64 { return math.Ceil(x/unit) * unit }
	slots := func(x float64) float64 { return up(x/sequences) * sequences } // each has its part
	if c.Tokens > 0 {
		return up(float64(c.Tokens) * sequences)
	}
	windows := float64(c.Window) * sequences
	if c.Window == 0 || context <= windows {
		return slots(context)
	}
	padded := up(windows+float64(r.WindowExtra)) + float64(r.WindowBlocks)*unit
	return math.Min(padded, slots(context))
}

// cacheShape is how a cache is stored.
type cacheShape struct {
	kv      KVType
	runtime *Runtime // nil: without padding
	tp      int
	// expanded stores the keys and values of latent attention per head.
	expanded bool
	// sequences is how many share the context; 0 is one.
	sequences float64
	// copied also stores a transposed copy of the latents as values.
	copied bool
	// rewritten counts the traffic of a pass that rewrites the cache.
	rewritten bool
	// indexed also stores the keys of an indexer.
	indexed bool
}

// shape is how the runtime stores the cache on each of tp devices.
func (p *Prepared) shape(tp int) cacheShape {
	return cacheShape{kv: p.KV, tp: tp, expanded: p.Expanded, copied: p.Copied, indexed: p.Runtime.Indexed}
}

// The formats of the caches of sparse attention: the keys of an indexer in 8
// bits with an fp32 scale per 128, and latents in 8 bits likewise with their
// rotary keys in 16: 132 and 656 B for DeepSeek-V3.2.
// Sources: sgl-project/sglang pull 11309; vllm-project/vllm@001cabc
// vllm/v1/kv_cache_interface.py (fp8_ds_mla).
const (
	scaledElements = 128
	scaleBytes     = 4
	rotaryBytes    = 2
)

// scaled is the bytes of elements in 8 bits with their scales.
func scaled(n int64) float64 {
	return float64(n) + scaleBytes*math.Ceil(float64(n)/scaledElements)
}

// sparseBytes is the bytes of one cell of latents with an indexer.
func (c *servedCache) sparseBytes(s *cacheShape) float64 {
	latents := float64(c.KeyWidth) * s.kv.Key
	if s.kv.Name == "fp8" {
		latents = scaled(c.KeyWidth-c.Latent.Rope) + rotaryBytes*float64(c.Latent.Rope)
	}
	return latents + scaled(c.Index)
}

// rewrites is the traffic of a pass over the cache that it attends to, if it
// appends by writing a longer cache (2: read and write) and repeats heads that
// several query heads share (1 to read them, 1 per query head to write and 1
// for attention to read).
func (c *servedCache) rewrites() float64 {
	if c.Queries <= 1 {
		return 3
	}
	return 3 + 2*float64(c.Queries)
}

// tokenBytes is the bytes of one cell of one layer on one device.
func (c *servedCache) tokenBytes(s *cacheShape) float64 {
	keys, values := float64(c.KeyWidth), float64(c.PerToken-c.KeyWidth)
	if c.Index > 0 && s.indexed {
		return c.sparseBytes(s)
	}
	if c.Latent.Keys > 0 && s.expanded {
		return (float64(c.Latent.Keys)*s.kv.Key + float64(c.Latent.Values)*s.kv.Value) / float64(s.tp)
	}
	if c.Latent.Keys > 0 && s.copied {
		values = c.latent()
	}
	n := keys*s.kv.Key + values*s.kv.Value
	if c.Heads > 0 {
		n /= math.Min(float64(s.tp), float64(c.Heads))
	}
	return n
}

// latent is the elements of a latent cache without its rotary keys.
func (c *servedCache) latent() float64 { return float64(c.KeyWidth - c.Latent.Rope) }

// cacheBytes is the cache of one context:
//
//	sum over layers of cells x (keys x bytes + values x bytes)
func (s *profile) cacheBytes(context float64, shape *cacheShape) float64 {
	total := 0.0
	for i := range s.caches {
		c := &s.caches[i]
		sequences := max(shape.sequences, 1)
		cells := c.cells(context, sequences)
		if shape.runtime != nil {
			cells = c.paddedCells(context, sequences, shape.runtime)
		}
		if shape.rewritten {
			cells *= c.rewrites()
		}
		total += c.layers * cells * c.tokenBytes(shape)
	}
	return total
}

// tokenBytes is the bytes that one more token adds to the cache of a short
// context.
func (s *profile) tokenBytes(shape *cacheShape) float64 {
	total := 0.0
	for i := range s.caches {
		if s.caches[i].Tokens == 0 {
			total += s.caches[i].layers * s.caches[i].tokenBytes(shape)
		}
	}
	return total
}

// fp32Bytes is the bytes of an element of a state.
const fp32Bytes = 4

// stateBytes is the state of one sequence, in fp32.
func (s *profile) stateBytes(tp int) float64 {
	total := 0.0
	for i := range s.caches {
		total += s.caches[i].layers * s.caches[i].stateBytes(fp32Bytes)
	}
	return total / float64(tp)
}

// divided is the share of a tensor on each of tp devices.
func (t *servedTensor) divided(tp int) float64 {
	switch {
	case t.split == model.Replicated:
		return 1
	case t.maxSplit > 0:
		return 1 / math.Min(float64(tp), float64(t.maxSplit))
	}
	return 1 / float64(tp)
}

// stageShare is the share of the layers on the fullest stage: 7/32 for five
// stages of 32 layers.
func (s *profile) stageShare(l *Layout) float64 {
	layers := float64(max(s.layers, 1))
	return math.Ceil(layers/float64(l.PP)) / layers
}

// weightBytes returns the weights of the most loaded device, separately for
// routed experts: tensors by their split, layers by the fullest stage.
func (s *profile) weightBytes(l *Layout) (dense, experts float64) {
	layers, ends, experts := s.weightParts(l)
	return layers + ends, experts
}

// weightParts are the weights of the layers, of the embedding and the head, of
// which the first and the last of several stages store one each, and of the
// experts.
func (s *profile) weightParts(l *Layout) (layers, ends, experts float64) {
	stage := s.stageShare(l)
	var first, last, body float64
	for i := range s.tensors {
		t := &s.tensors[i]
		b := t.bytes * t.divided(l.TP)
		switch {
		case t.shared && l.PP == 1:
		case t.body:
			body += b
		case t.head:
			last += b
		default:
			first += b
		}
	}
	layers = body * stage
	if ends = first + last; l.PP > 1 {
		ends = math.Max(first, last)
	}
	for i := range s.experts {
		experts += s.experts[i].bytes
	}
	return layers, ends, experts * stage / float64(l.TP*l.EP)
}

// computeBytes is the activations and logits of one pass over a chunk.
//
//	chunk x (widest activation + 2 x hidden) x 2 B x passes / tp
//	+ rows of logits x vocabulary x bytes / tp
func (s *profile) computeBytes(r *Runtime, l *Layout, prompt float64) float64 {
	chunk := math.Min(float64(r.PrefillChunk), math.Max(prompt, 1))
	logits := float64(r.LogitRows) * s.vocab * r.LogitBytes / float64(l.TP)
	return logits + chunk*(s.widest/float64(l.TP)*2+2*s.hidden)*2*r.ActivationPasses
}
