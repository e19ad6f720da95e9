package serve

import (
	"math"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// explainTime derives the time of a token, of a prompt, and the rates of both.
func (a *Answer) explainTime() []note.Derivation {
	t, r := a.timer, a.request(a.batchEach(a.Batch))
	list := a.explainToken(t, &r)
	list = append(list, a.explainPrompt(t, &r)...)
	list = append(list, a.explainRates(&r)...)
	for c := range t.e {
		list = append(list, a.explainConstant(c))
	}
	return list
}

// products derives the time of the weights in a pass.
func (l *servingLines) products(t *servingTimer, tokens, heads float64) {
	e, w := &t.e, t.passWork(tokens, heads)
	read, multiply := t.readMultiply(&w)
	ofMemory, ofPeak := share("share of the bandwidth", e[servingMemory]), share("share of the peak", e[servingCompute])
	reading := note.Sum{reads("bytes", w.bytes, t.memory, ofMemory)}
	if w.expertBytes > 0 {
		reading = append(reading, reads("bytes of experts", w.expertBytes, t.memory, ofMemory, share("factor on experts", e[servingExperts])))
	}
	l.time("read the weights", "serving.read", read, note.In("weights", reading))
	products := note.Sum{multiplies("FLOPs", w.flops, t.peak, ofPeak)}
	if w.expertFLOPs > 0 {
		products = append(products, multiplies("FLOPs of experts", w.expertFLOPs, t.peak, ofPeak, share("factor on experts", e[servingGrouped])))
	}
	l.time("multiply", "serving.multiply", multiply, note.In("products", products), note.In("tokens", tokens), note.In("tile", e[servingTile]))
	if w.hostBytes > 0 {
		l.time("weights on the host", "serving.read-host", t.hostTime(&w, tokens), reads("bytes on the host", w.hostBytes, t.hostRateOf(tokens)))
	}
	l.gaps(t.launched(), e[servingGap])
}

// gaps derives the time between the kernels of layers.
func (l *servingLines) gaps(layers, gap float64) {
	l.time("gaps", "serving.gaps", layers*gap, note.In("layers", layers), note.In("gap", note.Fine(gap)))
}

// host derives the time of the host's launches.
func (l *servingLines) host(layers, each float64) {
	l.time("host", "serving.host", layers*each, note.In("layers", layers), note.In("host time per layer", note.Fine(each)))
}

// scheduling derives the time of a pass besides its kernels.
func (l *servingLines) scheduling(e *Efficiency, sequences float64) {
	l.time("scheduling and sampling", "serving.scheduling", e[servingStep]+sequences*e[servingSeq],
		note.In("time per pass", note.Fine(e[servingStep])), note.In("sequences", sequences), note.In("time per sequence", note.Fine(e[servingSeq])))
}

// attention derives the attention of n tokens after depth cached ones, repeated
// times.
func (l *servingLines) attention(t *servingTimer, n, depth, batch, times float64) {
	w, seconds := t.attentionWork(n, depth, batch), times*t.attention(n, depth, batch)
	cache, scores := note.In("cache", t.cacheReads(&w)), note.In("scores", t.scoreTerms(&w))
	if times != 1 {
		l.time("attention", "serving.attention-chunks", seconds, note.In("chunks", times), cache, scores)
		return
	}
	l.time("attention", "serving.attention", seconds, cache, scores)
}

// cacheReads are the terms of reading a cache.
func (t *servingTimer) cacheReads(w *attentionWork) note.Sum {
	var latent []note.Input
	if t.latent {
		latent = []note.Input{share("factor on latents", t.e[servingLatent])}
	}
	list := note.Sum{reads("bytes of the cache", w.cache, t.memory, append([]note.Input{share("share of the bandwidth", t.e[servingCache])}, latent...)...)}
	if w.hostCache > 0 {
		list = append(list, reads("bytes of the cache on the host", w.hostCache, t.hostRate, latent...))
	}
	return list
}

// scoreTerms are the terms of scores and values.
func (t *servingTimer) scoreTerms(w *attentionWork) (list note.Sum) {
	ofPeak := share("share of the peak", t.e[servingAttend])
	if w.flops > 0 {
		list = append(list, multiplies("FLOPs", w.flops, t.peak16, ofPeak))
	}
	if w.latentFLOPs > 0 {
		list = append(list, multiplies("FLOPs of latents", w.latentFLOPs, t.peak16, ofPeak, share("factor on latents", t.e[servingLatent])))
	}
	if w.scores > 0 {
		list = append(list, reads("bytes of scores", w.scores, t.memory))
	}
	return list
}

// explainToken derives the time between two tokens of a sequence.
func (a *Answer) explainToken(t *servingTimer, r *servingRequest) []note.Derivation {
	l, e := servingLines{group: "time"}, &t.e
	all := a.batchEach(a.Batch)
	n := math.Max(1, all/float64(a.Layout.EP*a.Layout.PP))
	l.products(t, n, n)
	l.attention(t, 1, r.middle, n, 1)
	l.host(t.host(r.middle))
	l.links(&t.links, e, t.s.depth, n*t.s.hidden*2)
	l.scheduling(e, n)
	l.time("a token of each sequence", "serving.token", t.decode(all, r.middle), note.In("sequences", n), note.In("tokens", r.middle))
	return l.list
}

// explainPrompt derives the time to the first token of one prompt.
func (a *Answer) explainPrompt(t *servingTimer, r *servingRequest) []note.Derivation {
	l, e := servingLines{group: "prompt"}, &t.e
	p := t.prompts(r.prompt, 0, 1)
	if p.before > 0 {
		front := servingLines{group: "front"}
		front.pass(t.frontPass(), t.images, r.prompt)
		l.list = front.list
	}
	if t.s.model.ReadsPrompt() {
		l.time("pass", "serving.pass-token", p.one)
	} else {
		l.products(t, p.size, p.heads)
		l.host(t.launches(), e[servingEager])
		l.links(&t.links, e, t.s.depth, p.size*t.s.hidden*2)
		l.time("scheduling and sampling", "serving.scheduling-pass", e[servingStep])
		l.time("pass", "serving.pass", p.one)
		parts := math.Ceil(r.prompt / float64(t.runtime.PrefillChunk))
		l.attention(t, r.prompt/parts, (r.prompt-r.prompt/parts)/2, 1, parts)
	}
	l.time("prompt", "serving.prompt", p.time(), note.In("prompt", p.terms()))
	l.time("first token", "serving.first-token", float64(a.Throughput.FirstToken),
		note.In("beside the prompt", note.Fine(e.First())), note.In("prompt", note.Fine(p.time())))
	return l.list
}

// terms are the terms of the time of prompts.
func (p *promptPasses) terms() note.Sum {
	passes := note.Sum{note.In("passes", note.NewPart("serving.passes", note.In("passes", p.passes), note.In("time per pass", note.Fine(p.one))))}
	if p.attention > 0 {
		passes = append(passes, note.In("attention", note.Fine(p.attention)))
	}
	if p.stages < 1 {
		passes = note.Sum{note.In("passes", note.NewPart("serving.of-stages", note.In("passes", passes), note.In("share left by stages", p.stages)))}
	}
	if p.before > 0 {
		return append(note.Sum{note.In("before the decoder", note.Fine(p.before))}, passes...)
	}
	return passes
}

// links derives the traffic of a pass through layers that send the given bytes
// each.
func (l *servingLines) links(k *servingLinks, e *Efficiency, layers, bytes float64) {
	hop, size, reached := note.In("hop", quantity.Seconds(e[servingHop])), note.In("bytes", note.MB(bytes)), note.In("share of the link", e[servingWire])
	if k.group > 1 {
		l.ring(k, layers, k.allReduce(bytes, e[servingHop], e[servingWire]), hop, size, reached)
	}
	var sends note.Sum
	for _, s := range []struct {
		where       string
		times, rate float64
	}{{"transfers inside a node", k.within, k.stage}, {"transfers between nodes", k.across, k.network}} {
		if s.times > 0 {
			sends = append(sends, note.In(s.where, note.NewPart("serving.sends", note.In(s.where, s.times), hop, size, note.In("bandwidth", note.GBps(s.rate)), reached)))
		}
	}
	if len(sends) > 0 {
		l.time("between stages", "serving.stages", k.send(bytes, e[servingHop], e[servingWire]), note.In("transfers", sends))
	}
}

// ring derives the all-reduces of layers over a group of devices, given the
// time of each.
func (l *servingLines) ring(k *servingLinks, layers, each float64, hop, size, reached note.Input) {
	const name = "between devices"
	source, total := sourceRoofline+"; "+efficiency.SourceRing, note.Fine(2*layers*each)
	depth, others, group := note.In("layers", layers), note.In("other devices", k.group-1), note.In("devices", k.group)
	nodes := k.nodes()
	if nodes <= 1 {
		l.derive(name, "serving.ring", source, total, depth, hop, size, others, group, note.In("bandwidth", note.GBps(k.inside)), reached)
		return
	}
	doublings, slower := note.In("doublings of nodes", math.Log2(nodes)), k.network*k.members
	hops := note.NewPart("serving.hops", hop, doublings)
	if k.members > 1 {
		slower = math.Min(slower, k.inside)
		hops = note.NewPart("serving.hops-inside", hop, doublings)
	}
	l.derive(name, "serving.ring-nodes", source, total, depth, note.In("hops", hops), size, others, group,
		note.In("bandwidth", note.GBps(slower)), reached, note.In("nodes", nodes), note.In("bandwidth of the network", note.GBps(k.network)))
}
