package serve

import (
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
)

// servingTimer predicts how long passes over a model take on a layout.
//
// A pass over T tokens of B sequences reads the weights once and multiplies
// every token with them; the two overlap, so that the slower one limits the rate:
//
//	weights  = bytes of the weights that the tokens touch / (bandwidth x memory)
//	products = 2 x parameters x (T + tile) / (peak x compute)
//	cache    = bytes of the cached tokens / (bandwidth x cache)
//	scores   = FLOPs of attention / (peak x attend)
//	pass     = |weights, products| + |cache, scores| + layers x gap + step + B x seq
//	           + collectives
//
// with |a, b| the 4-norm, a maximum that is smooth where the two are alike.
// Of E experts T tokens touch E(1 - (1 - k/E)^T).
type servingTimer struct {
	s       *profile
	layout  Layout
	runtime *Runtime
	kv      KVType
	e       Efficiency
	peak    float64 // FLOP/s of the products
	peak16  float64 // FLOP/s of attention
	memory  float64 // B/s
	latent  bool    // attention over latents
	unfused bool    // attention writes its scores to memory
	// expanded and copied are how latents are stored, as in [Request].
	expanded, copied bool
	graphs           float64 // cached tokens up to which passes over single tokens are a recorded graph; 0: any
	links            servingLinks
	frontLinks       servingLinks // of the parts that EP groups and stages do not divide
	// hostDense and hostExperts are the shares of dense weights and of experts
	// on the host, hostRate the bandwidth at which they are used.
	hostDense, hostExperts, hostRate float64
	copyRate                         float64 // at which passes of many tokens copy them; 0: not copied
	hostCache                        float64 // share of the caches

	dense, head, densePart float64 // bytes and multiplied parameters per device
	headParams             float64
	mix                    []mixer
	front                  []forwardGroup // run once per prompt
	images                 float64        // runs of front: 1 except for images
	achievable             float64        // measured share of peak
}

// mixer is the layers with one kind of mixing block.
type mixer struct {
	block  model.Block
	layers float64
	// absorbed is the factor on FLOPs when latents are multiplied directly; 1
	// for any other block.
	absorbed float64
	latent   bool
}

// smoothMax is the 4-norm of two times.
func smoothMax(a, b float64) float64 {
	hi, lo := math.Max(a, b), math.Min(a, b)
	if hi <= 0 {
		return 0
	}
	r := lo / hi
	r *= r
	return hi * math.Sqrt(math.Sqrt(1+r*r))
}

// newServingTimer computes what does not depend on the constants.
func newServingTimer(s *profile, l Layout, r *Runtime, year int, kv KVType, c *hardware.Cluster) (*servingTimer, error) {
	t := &servingTimer{s: s, layout: l, runtime: r, kv: kv, memory: float64(c.Device.MemBandwidth)}
	var err error
	if t.links, err = newServingLinks(c, &l); err != nil {
		return nil, err
	}
	if t.frontLinks, err = newServingLinks(c, &Layout{TP: l.TP, PP: 1, EP: 1}); err != nil {
		return nil, err
	}
	t.peak, t.peak16 = servingPeak(c.Device, s.quant, year)
	if year <= r.GraphUntil {
		t.graphs = float64(r.GraphContext)
	}
	t.achievable = achievableShare(c.Device, t.peak)
	for i := range s.tensors {
		x := &s.tensors[i]
		share := x.divided(l.TP)
		switch {
		case x.lookup, x.once:
		case x.head:
			t.head += x.bytes * share
			t.headParams += x.params * share
		default:
			t.dense += x.bytes * share
			t.densePart += x.params * share
		}
	}
	t.front, t.images = newFront(s.model, s.quant), 1
	for i := range s.model.Groups {
		g := &s.model.Groups[i]
		if s.model.IsFront(g) {
			continue
		}
		for _, b := range g.Blocks {
			if b.Role() == model.Mixer {
				t.addMixer(b, float64(g.Repeat))
			}
		}
	}
	return t, nil
}

// addMixer adds layers with a block that mixes positions.
func (t *servingTimer) addMixer(b model.Block, layers float64) {
	x := mixer{block: b, layers: layers, absorbed: 1}
	if l := b.Cache().Latent; l.Keys > 0 {
		x.latent, x.absorbed = true, l.Absorption
	}
	t.mix = append(t.mix, x)
	t.latent = t.latent || x.latent
}

// expand stores latents per head, so that attention works as in any other
// model.
func (t *servingTimer) expand() {
	t.expanded, t.latent = true, false
	for i := range t.mix {
		t.mix[i].absorbed, t.mix[i].latent = 1, false
	}
}

// servingPeak returns the matrix rates of products and of attention: the format
// of the weights if the device supports it, else 16 bits, else fp32. llama.cpp
// accumulates 16-bit products in 16 bits on NVIDIA's devices, at twice the rate
// on GeForce, half that of INT8; since mid 2024 it multiplies weights that are
// stored in blocks in INT8 there.
// Source: ggml-org/llama.cpp ggml/src/ggml-cuda/ggml-cuda.cu
// (CUBLAS_COMPUTE_16F), ggml-cuda/mmq.cuh and pull request 8062.
func servingPeak(d *hardware.Device, q *Quant, year int) (products, attention float64) {
	for _, t := range servingRates {
		if r, err := d.Rate(t); err == nil {
			attention = float64(r.Peak)
			break
		}
	}
	if attention == 0 { // only 8 bits are published: 16 bits run at half the rate
		attention = float64(d.Rates[hardware.FP8].Peak) / 2
	}
	products = attention
	if q.GGUF {
		if d.Vendor == "NVIDIA" && hasMatrixUnit(d) && q.compute != hardware.BF16 {
			int8 := math.Max(2*attention, float64(d.Rates[hardware.INT8].Peak))
			products = math.Max(attention, int8/2)
			if q.class() != "plain" && year > blockProductsYear {
				products = int8
			}
		}
		return products, attention
	}
	if r, err := d.Rate(q.compute); err == nil {
		products = float64(r.Peak)
	} else if r, err := d.Rate(hardware.FP8); err == nil && q.compute == hardware.FP4 {
		products = float64(r.Peak)
	}
	return products, attention
}

// blockProductsYear is the generation until which llama.cpp dequantised the
// weights of a long prompt first.
const blockProductsYear = 2024

// touchedShare is the share of experts that tokens are routed to; similar
// tokens, with a spread below 1, go to the same experts.
func (x *servedExperts) touchedShare(tokens, spread float64) float64 {
	return 1 - math.Pow(1-x.topK/x.experts, math.Pow(math.Max(tokens, 1), spread))
}

// rate is the achieved FLOP/s of products of many tokens.
func (t *servingTimer) rate() float64 { return t.peak * t.e[servingCompute] }

// passWork is the work of a pass's products on a device: the bytes of the
// weights that its tokens use, there and on the host, and the FLOPs including
// the tile, separately for routed experts.
type passWork struct {
	bytes, expertBytes, hostBytes float64
	flops, expertFLOPs            float64
}

// passWork counts a pass of tokens; heads is how many positions pass the output
// head.
func (t *servingTimer) passWork(tokens, heads float64) (w passWork) {
	w.bytes, w.hostBytes = t.dense*(1-t.hostDense)+t.head, t.dense*t.hostDense
	w.flops = 2 * (t.densePart*(tokens+t.e[servingTile]) + t.headParams*(heads+t.e[servingTile]))
	spread, groups := float64(t.layout.TP*t.layout.EP), float64(t.layout.EP)
	for i := range t.s.experts {
		x := &t.s.experts[i]
		hit := x.touchedShare(tokens*groups, t.e[servingSpread])
		touched := x.bytes * hit / spread
		w.expertBytes += touched * (1 - t.hostExperts)
		w.hostBytes += touched * t.hostExperts
		w.expertFLOPs += 2 * x.params * (tokens*groups*x.topK/x.experts + t.e[servingTile]*hit) / spread
	}
	return w
}

// readMultiply is the time to read the weights of the device and the time to
// multiply with them in a pass.
func (t *servingTimer) readMultiply(w *passWork) (read, multiply float64) {
	bw, rate := t.memory*t.e[servingMemory], t.rate()
	return w.bytes/bw + w.expertBytes/(bw*t.e[servingExperts]), w.flops/rate + w.expertFLOPs/(rate*t.e[servingGrouped])
}

// weights is the time of all products of a pass. Reading and multiplying
// overlap; weights on the host take additional time.
func (t *servingTimer) weights(tokens, heads float64) float64 {
	w := t.passWork(tokens, heads)
	read, multiply := t.readMultiply(&w)
	return smoothMax(read, multiply) + t.hostTime(&w, tokens)
}

// attentionWork is the work of attention on a device: the FLOPs of scores,
// separately over latents, the bytes of scores that are written, and the bytes
// of the cache there and on the host.
type attentionWork struct {
	flops, latentFLOPs, scores float64
	cache, hostCache           float64
}

// attentionWork counts attention of n new tokens per sequence after depth cached ones,
// for batch sequences.
func (t *servingTimer) attentionWork(n, depth, batch float64) (w attentionWork) {
	each := batch / float64(t.layout.TP)
	for i := range t.mix {
		_, after := t.mix[i].block.Mixing(depth + n)
		before := 0.0
		if depth >= 1 {
			_, before = t.mix[i].block.Mixing(depth)
		}
		work := each * t.mix[i].layers * math.Max(0, after-before)
		switch absorbed := n <= 1 || t.runtime.Absorbed; {
		case absorbed && t.mix[i].latent:
			w.latentFLOPs += work * t.mix[i].absorbed
		default:
			w.flops += work
		}
	}
	if t.unfused && n > 1 {
		w.scores = (w.flops + w.latentFLOPs/t.e[servingLatent]) / flopsPerScore * t.e[servingScores]
	}
	traffic := batch * t.cacheTraffic(n, depth)
	w.cache, w.hostCache = traffic*(1-t.hostCache), traffic*t.hostCache
	return w
}

// attention is the time of n new tokens per sequence after depth cached ones, for
// batch sequences.
func (t *servingTimer) attention(n, depth, batch float64) float64 {
	w := t.attentionWork(n, depth, batch)
	return smoothMax(t.attentionTimes(&w))
}

// attentionTimes is the time to read the cache and the time of the scores.
func (t *servingTimer) attentionTimes(w *attentionWork) (read, scores float64) {
	scores = (w.flops+w.latentFLOPs/t.e[servingLatent])/(t.peak16*t.e[servingAttend]) + w.scores/t.memory
	read = w.cache / (t.memory * t.e[servingCache])
	if w.hostCache > 0 {
		read += w.hostCache / t.hostRate
	}
	if t.latent {
		read /= t.e[servingLatent]
	}
	return read, scores
}

// cacheTraffic is the bytes that n new tokens of a sequence move over its cache
// of depth tokens and its state, on one device.
func (t *servingTimer) cacheTraffic(n, depth float64) float64 {
	shape := cacheShape{kv: t.kv, tp: t.layout.TP, rewritten: t.runtime.Rewrites && n <= 1, expanded: t.expanded, copied: t.copied}
	return t.s.cacheBytes(depth+n/2, &shape) + 2*t.s.stateBytes(t.layout.TP)
}

// flopsPerScore is the FLOPs of attention per score: 4 x the usual head
// dimension of 128.
const flopsPerScore = 512

// wire is the time of a pass of tokens between devices: two collectives per
// layer, and the transfers between stages.
func (t *servingTimer) wire(tokens float64) float64 {
	bytes := tokens * t.s.hidden * 2
	return 2*t.s.depth*t.links.allReduce(bytes, t.e[servingHop], t.e[servingWire]) + t.links.send(bytes, t.e[servingHop], t.e[servingWire])
}

// pass is the time of one pass: tokens in total, of batch sequences, n new ones
// each after depth cached ones, heads positions through the head.
func (t *servingTimer) pass(tokens, heads, n, depth, batch float64) float64 {
	work := t.weights(tokens, heads) + t.attention(n, depth, batch) + t.launched()*t.e[servingGap]
	layers, each := t.host(depth)
	return smoothMax(work, layers*each) + t.wire(tokens) + t.e[servingStep] + batch*t.e[servingSeq]
}

// decode is the time between two tokens of a batch with context cached tokens
// each. Pipeline stages work on parts of the batch in turn, so the time is that
// of one part through all stages.
func (t *servingTimer) decode(batch, context float64) float64 {
	batch /= float64(t.layout.EP)
	part := math.Max(1, batch/float64(t.layout.PP))
	return t.pass(part, part, 1, context, part)
}

// prefill is the time of prompts of n tokens for batch sequences after depth
// cached tokens, in passes of at most a chunk; stages of layers overlap.
func (t *servingTimer) prefill(n, depth, batch float64) float64 {
	if n < 1 {
		return 0
	}
	p := t.prompts(n, depth, batch)
	return p.time()
}

// promptPasses are the parts of reading prompts: the time before them, the
// passes with their tokens and positions through the output head, the attention
// of all passes, and the share of their time with concurrent stages.
type promptPasses struct {
	before, passes, size, heads, one, attention, stages float64
}

func (p *promptPasses) time() float64 { return p.before + (p.one*p.passes+p.attention)*p.stages }

// prompts returns how prompts of n tokens are read for batch sequences of all
// groups after depth cached tokens.
func (t *servingTimer) prompts(n, depth, batch float64) promptPasses {
	batch = math.Max(1, batch/float64(t.layout.EP))
	p := promptPasses{passes: 1, size: batch, heads: batch, stages: 1}
	if depth < 1 {
		p.before = t.frontTime(n, batch)
	}
	if t.s.model.ReadsPrompt() {
		p.one = t.pass(batch, batch, 1, 0, batch)
		return p
	}
	chunk, total := float64(t.runtime.PrefillChunk), n*batch
	p.passes = math.Ceil(total / chunk)
	p.size = total / p.passes
	p.heads = math.Min(batch, p.size)
	one := t.weights(p.size, p.heads) + t.launched()*t.e[servingGap]
	p.one = smoothMax(one, t.launches()*t.e[servingEager]) + t.wire(p.size) + t.e[servingStep]
	p.attention = t.attentionChunks(n, depth, batch, chunk)
	pp := float64(t.layout.PP)
	p.stages = math.Pow((p.passes+pp-1)/(p.passes*pp), t.e[servingStages])
	return p
}

// attentionChunks is attention of a prompt that is read in chunks: the cache
// is read once per chunk.
func (t *servingTimer) attentionChunks(n, depth, batch, chunk float64) float64 {
	parts := math.Ceil(n / chunk)
	if parts <= 1 {
		return t.attention(n, depth, batch)
	}
	// The middle chunk represents all: cost is linear in the depth.
	return parts * t.attention(n/parts, depth+(n-n/parts)/2, batch)
}
