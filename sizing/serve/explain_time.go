package serve

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// servingLines collects derivations of times. What it prints has digits enough
// to add up.
type servingLines struct {
	group string
	list  []note.Derivation
}

func (l *servingLines) add(name, formula, numbers, value, source string) {
	l.list = append(l.list, note.Derivation{Group: l.group, Name: name, Formula: formula, Numbers: numbers, Value: value, Source: source})
}

func (l *servingLines) time(name, formula, numbers string, value float64) {
	l.add(name, formula, numbers, note.InSeconds(value), sourceRoofline)
}

// rate adds something a second.
func (l *servingLines) rate(name, formula, numbers string, value float64) {
	text := fmt.Sprintf("%.4g", value)
	if value >= 1e4 {
		text = fmt.Sprintf("%.0f", value)
	}
	l.add(name, formula, numbers, text, "")
}

// inMiB is a size that another close to it is taken from: "23440.9375 MiB".
func inMiB(b quantity.Bytes) string {
	return strconv.FormatFloat(math.Round(float64(b)/(1<<20)*1e4)/1e4, 'f', -1, 64) + " MiB"
}

// inUnits is a number of a unit with four digits: "15.01 GB".
func inUnits(v, unit float64, name string) string { return fmt.Sprintf("%.4g %s", v/unit, name) }

// over is "15.01 GB / (3350 GB/s x 0.967)", with the shares that are given.
func over(v, rate, unit float64, name string, shares ...float64) string {
	text := inUnits(rate, unit, name+"/s")
	for _, s := range shares {
		text += fmt.Sprintf(" x %.4g", s)
	}
	if len(shares) > 0 {
		text = "(" + text + ")"
	}
	return inUnits(v, unit, name) + " / " + text
}

// joinTerms joins what is there by a plus.
func joinTerms(terms ...string) string {
	var list []string
	for _, t := range terms {
		if t != "" {
			list = append(list, t)
		}
	}
	return strings.Join(list, " + ")
}

// term is text where v is above zero.
func term(v float64, text string) string {
	if v > 0 {
		return text
	}
	return ""
}

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

// explainProducts derives what the weights take of a pass.
func (l *servingLines) products(t *servingTimer, tokens, heads float64) {
	e, w := &t.e, t.work(tokens, heads)
	read, multiply := t.readMultiply(&w)
	l.time("read the weights", "bytes touched / (bandwidth x share), of experts x factor",
		joinTerms(over(w.bytes, t.memory, 1e9, "GB", e[servingMemory]), term(w.expertBytes, over(w.expertBytes, t.memory, 1e9, "GB", e[servingMemory], e[servingExperts]))), read)
	l.time("multiply", "2 x parameters x (tokens + tile) / (peak x share), of experts x factor",
		joinTerms(over(w.flops, t.peak, 1e12, "TFLOP", e[servingCompute]), term(w.expertFLOPs, over(w.expertFLOPs, t.peak, 1e12, "TFLOP", e[servingCompute], e[servingGrouped])))+
			fmt.Sprintf("; tokens %.6g, tile %.4g", tokens, e[servingTile]), multiply)
	if w.hostBytes > 0 {
		l.time("weights on the host", "bytes touched / bandwidth", over(w.hostBytes, t.hostRateOf(tokens), 1e9, "GB"), t.hostTime(&w, tokens))
	}
	l.time("gaps", "layers x gap", fmt.Sprintf("%.4g x %s", t.launched(), note.InSeconds(e[servingGap])), t.launched()*e[servingGap])
}

// attention derives that of n tokens after depth, times over.
func (l *servingLines) attention(t *servingTimer, n, depth, batch, times float64) {
	e, w := &t.e, t.attends(n, depth, batch)
	latent := func(shares ...float64) []float64 {
		if t.latent {
			return append(shares, e[servingLatent])
		}
		return shares
	}
	cache := over(w.cache, t.memory, 1e9, "GB", latent(e[servingCache])...)
	host := term(w.hostCache, over(w.hostCache, t.hostRate, 1e9, "GB", latent()...))
	scores := joinTerms(term(w.flops, over(w.flops, t.peak16, 1e12, "TFLOP", e[servingAttend])),
		term(w.latentFLOPs, over(w.latentFLOPs, t.peak16, 1e12, "TFLOP", e[servingAttend], e[servingLatent])), term(w.scores, over(w.scores, t.memory, 1e9, "GB")))
	numbers := "|" + joinTerms(cache, host) + ", " + scores + "|"
	if times != 1 {
		numbers = fmt.Sprintf("%g x %s", times, numbers)
	}
	l.time("attention", "|cache bytes / (bandwidth x share), FLOPs / (peak x share)|", numbers, times*t.attention(n, depth, batch))
}

// explainToken derives the time between two tokens of a sequence.
func (a *Answer) explainToken(t *servingTimer, r *servingRequest) []note.Derivation {
	l, e := servingLines{group: "time"}, &t.e
	all := a.batchEach(a.Batch)
	n := math.Max(1, all/float64(a.Layout.EP*a.Layout.PP))
	l.products(t, n, n)
	l.attention(t, 1, r.middle, n, 1)
	layers, each := t.host(r.middle)
	l.time("host", "layers x host, where that is the slower one", fmt.Sprintf("%.4g x %s", layers, note.InSeconds(each)), layers*each)
	l.links(&t.links, e, t.s.depth, n*t.s.hidden*2)
	l.time("scheduling and sampling", "step + sequences x each", fmt.Sprintf("%s + %.6g x %s", note.InSeconds(e[servingStep]), n, note.InSeconds(e[servingSeq])), e[servingStep]+n*e[servingSeq])
	l.time("a token of each sequence", "||reading, multiplying| + weights on the host + attention + gaps, host| + the rest, with |a, b| = (a⁴ + b⁴)^¼",
		fmt.Sprintf("%.6g sequences of %.6g tokens", n, r.middle), t.decode(all, r.middle))
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
		l.time("pass", "a token at depth 0", "", p.one)
	} else {
		l.products(t, p.size, p.heads)
		l.time("host", "layers x host, where that is the slower one", fmt.Sprintf("%.4g x %s", t.launches(), note.InSeconds(e[servingEager])), t.launches()*e[servingEager])
		l.links(&t.links, e, t.s.depth, p.size*t.s.hidden*2)
		l.time("scheduling and sampling", "once a pass", "", e[servingStep])
		l.time("pass", "||reading, multiplying| + weights on the host + gaps, host| + the rest, with |a, b| = (a⁴ + b⁴)^¼", "", p.one)
		parts := math.Ceil(r.prompt / float64(t.runtime.PrefillChunk))
		l.attention(t, r.prompt/parts, (r.prompt-r.prompt/parts)/2, 1, parts)
	}
	l.time("prompt", "before the decoder + (passes x pass + attention) x what stages leave of it", promptNumbers(&p), p.time())
	l.time("first token", "beside the prompt + prompt", note.InSeconds(e.First())+" + "+note.InSeconds(p.time()), float64(a.Throughput.FirstToken))
	return l.list
}

// promptNumbers puts the numbers into the time of prompts.
func promptNumbers(p *promptPasses) string {
	text := joinTerms(fmt.Sprintf("%g x %s", p.passes, note.InSeconds(p.one)), term(p.attention, note.InSeconds(p.attention)))
	if p.stages < 1 {
		text = fmt.Sprintf("(%s) x %.4g", text, p.stages)
	}
	return joinTerms(term(p.before, note.InSeconds(p.before)), text)
}

// explainRates derives tokens a second, money and energy of those times.
func (a *Answer) explainRates(r *servingRequest) []note.Derivation {
	l, p, t := servingLines{group: "rates"}, &a.Throughput, a.timer
	n, busy := a.batchEach(a.Batch), math.Min(float64(a.Layout.Replicas), float64(a.Batch))
	step := t.decode(n, r.middle)
	read := t.prompts(r.prompt, 0, n)
	l.rate("prefill", "sequences x prompt / time of their prompts x replicas", fmt.Sprintf("%.6g x %.6g / (%s) x %g", n, r.prompt, promptNumbers(&read), busy), p.Prefill)
	l.rate("decode, a user", "1 / time of a token", "1 / "+note.InSeconds(step), p.PerUser)
	l.rate("decode, in all", "sequences / time of a token x replicas", fmt.Sprintf("%.6g / %s x %g", n, note.InSeconds(step), busy), p.Decode)
	if p.ComputeBound > 0 {
		part := math.Max(1, float64(p.ComputeBound)/float64(a.Layout.EP*a.Layout.PP))
		arithmetic := *t
		arithmetic.e[servingTile] = 0
		w := arithmetic.work(part, part)
		reading, multiplying := arithmetic.readMultiply(&w)
		l.rate("compute-bound batch", "multiplying without the tile takes as long as reading", note.InSeconds(multiplying)+" >= "+note.InSeconds(reading), float64(p.ComputeBound))
	}
	answered := func(name string, batch int64, t *servingTimer, share float64) float64 {
		n := a.batchEach(batch)
		r := a.request(n)
		busy := math.Min(float64(a.Layout.Replicas), float64(batch))
		value := a.answered(t, batch) * share
		numbers := fmt.Sprintf("%.6g x %g / (%s + %g x %s) x %g", n, r.output, note.InSeconds(t.prefill(r.prompt, 0, n)), r.output, note.InSeconds(t.decode(n, r.middle)), busy)
		if share != 1 {
			numbers += fmt.Sprintf(" x %.4g", share)
		}
		l.rate(name, "sequences x answer / (prompts + answer x token) x replicas, under load x share", numbers, value)
		return value
	}
	each := answered("requests answered", a.Batch, t, 1)
	full := 0.0
	if p.LoadBatch > 0 {
		full = answered("full load", p.LoadBatch, a.timerFor(p.LoadBatch), t.e.Load())
	}
	l.millions(&a.Request, a.price, []quantity.USD{p.PerMillionBatch, p.PerMillion}, []quantity.KWh{p.EnergyBatch, p.Energy}, each, full)
	return l.list
}

// millions derives the price and the energy of a million of the batch that was
// asked for and of full load, at so many a second of each.
func (l *servingLines) millions(s *Request, price quantity.USD, usd []quantity.USD, kwh []quantity.KWh, rates ...float64) {
	for i, load := range []string{"", ", full load"} {
		add := func(name, hourly, value string) {
			l.add(name+" a million"+load, "an hour of all devices / 3600 / rate x 1M", fmt.Sprintf("%d x %s / 3600 / %.4g x 1e6", s.Cluster.Count, hourly, rates[i]), value, "")
		}
		if price > 0 && rates[i] > 0 {
			add("cost", price.String(), fmt.Sprintf("$%.4g", float64(usd[i])))
		}
		if w := s.Cluster.Device.Power; w > 0 && rates[i] > 0 {
			add("energy", w.String()+" x 1 h", kwh[i].String())
		}
	}
}

// links derives what the links make of a pass through layers, each of which
// sends so many bytes.
func (l *servingLines) links(k *servingLinks, e *Efficiency, layers, bytes float64) {
	hop, share := quantity.Seconds(e[servingHop]).String(), fmt.Sprintf("%.4g", e[servingWire])
	size := fmt.Sprintf("%.4g MB", bytes/1e6)
	gbs := func(rate float64) string { return fmt.Sprintf("%.4g GB/s", rate/1e9) }
	if k.group > 1 {
		formula, numbers := "2 x layers x (hop + 2 bytes x (n-1)/n / (link x share))", fmt.Sprintf("2 x %g x (%s + 2 x %s x %g/%g / (%s x %s))", layers, hop, size, k.group-1, k.group, gbs(k.inside), share)
		if nodes := k.nodes(); nodes > 1 {
			formula = "2 x layers x (hop x (1 + log2 nodes) + 2 bytes x (n-1)/n / (slower of link and network x cards of a node x share))"
			slower := k.network * k.members
			hops := fmt.Sprintf("%s x (1 + %.3g)", hop, math.Log2(nodes))
			if k.members > 1 {
				slower = math.Min(slower, k.inside)
			} else {
				hops = fmt.Sprintf("%s x %.3g", hop, math.Log2(nodes))
			}
			numbers = fmt.Sprintf("2 x %g x (%s + 2 x %s x %g/%g / (%s x %s)), %g nodes, network %s", layers, hops, size, k.group-1, k.group, gbs(slower), share, nodes, gbs(k.network))
		}
		w := 2 * layers * k.allReduce(bytes, e[servingHop], e[servingWire])
		l.add("between devices", formula, numbers, note.InSeconds(w), sourceRoofline+"; "+efficiency.SourceRing)
	}
	if k.within+k.across > 0 {
		var parts []string
		if k.within > 0 {
			parts = append(parts, fmt.Sprintf("%g x (%s + %s / (%s x %s))", k.within, hop, size, gbs(k.stage), share))
		}
		if k.across > 0 {
			parts = append(parts, fmt.Sprintf("%g x (%s + %s / (%s x %s))", k.across, hop, size, gbs(k.network), share))
		}
		w := k.send(bytes, e[servingHop], e[servingWire])
		l.time("between stages", "transfers x (hop + bytes / (link x share)), inside a node and between nodes", strings.Join(parts, " + "), w)
	}
}

// explainConstant says which factors make up a constant.
func (a *Answer) explainConstant(c int) note.Derivation {
	f := &servingFields[c]
	numbers, product := []string{fmt.Sprintf("%.4g", f.Base)}, f.Base
	for _, k := range a.keys.keys(c) {
		x, ok := a.bands.Factors[f.Name][k.Key]
		if ok {
			product *= math.Pow(x, k.Power)
		}
		switch {
		case !ok:
		case k.Key == "":
			numbers = append(numbers, fmt.Sprintf("%.4g (all)", x))
		case k.Power != 1:
			numbers = append(numbers, fmt.Sprintf("%.4g^%.3g (%s)", x, k.Power, k.Key))
		default:
			numbers = append(numbers, fmt.Sprintf("%.4g (%s)", x, k.Key))
		}
	}
	text := strings.Join(numbers, " x ")
	if value := a.timer.e[c]; value < 0.999*product {
		text += fmt.Sprintf(" = %.4g; %.4g / (1 + (%.4g / %g)⁸)^⅛", product, product, product, f.High)
	}
	return note.Derivation{Group: "constants", Name: f.Name, Formula: f.Unit + " " + f.Doc, Numbers: text, Value: fmt.Sprintf("%.4g", a.timer.e[c]), Source: "sizing/serving_constants.json"}
}
