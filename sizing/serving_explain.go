package sizing

import (
	"fmt"
	"math"
	"strings"

	"mlsizer/sizing/quantity"
)

// Sources of the formulas of serving.
const (
	sourceKV       = "arXiv:2305.13245 section 2 (keys and values of grouped heads); for latents arXiv:2405.04434 section 2.1.4"
	sourceRoofline = "Williams, Waterman, Patterson, CACM 52(4) 2009; constants fitted, see sizing/serving_constants.json"
)

// Explain derives every figure of the answer.
func (a *ServingAnswer) Explain() []Derivation {
	return append(a.explainMemory(), a.explainTime()...)
}

func (a *ServingAnswer) explainMemory() []Derivation {
	m, l, q := &a.Memory, &a.Layout, a.Quant
	var list []Derivation
	add := func(name, formula, numbers string, value quantity.Bytes, source string) {
		list = append(list, Derivation{"memory", name, formula, numbers, value.String(), source})
	}
	bits := 8 * float64(a.WeightBytes()) / float64(a.Model.Params())
	numbers := fmt.Sprintf("%v x %.4g / 8 B, %s", a.Model.Params(), bits, l.String())
	if m.Host > 0 {
		numbers += fmt.Sprintf(", less %v on the host", m.Host)
	}
	add("weights", "sum over tensors of elements x bits / 8, as the layout divides them", numbers, m.Weights, q.Source)
	n := a.perReplica(a.Batch)
	stage, ofStage := a.served.stageShare(l), ""
	if l.PP > 1 {
		layers := max(a.served.layers, 1)
		ofStage = fmt.Sprintf(" x %.0f/%d", stage*float64(layers), layers)
	}
	for _, c := range a.cacheKinds() {
		cells, sequences := c.cells(float64(a.Context), 1), n
		if a.SharedContext {
			cells, sequences = c.cells(float64(a.Context), n), 1
		}
		shape := cacheShape{kv: a.KV, tp: l.TP, expanded: a.Expanded, copied: a.Copied}
		bytes := c.layers * cells * c.tokenBytes(&shape) * sequences * stage
		name, formula := "KV cache, full attention", "layers x context x (keys + values) x bytes x sequences"
		if c.Tokens > 0 {
			name, formula = "KV cache, of the encoder", "layers x its positions x (keys + values) x bytes x sequences"
		}
		if c.Window > 0 {
			name, formula = fmt.Sprintf("KV cache, window %d", c.Window), "layers x min(context, window) x (keys + values) x bytes x sequences"
		}
		add(name, formula, fmt.Sprintf("%g x %g x %.6g B x %g", c.layers, cells, c.tokenBytes(&shape), sequences)+ofStage, quantity.Bytes(bytes), sourceKV)
	}
	if m.KVPadding > 0 {
		add("KV cache, rounding", "cells rounded up by the runtime", fmt.Sprintf("blocks of %d", max(a.Runtime.KVBlock, a.Runtime.KVPad)), m.KVPadding, a.Runtime.Source)
	}
	if m.State > 0 {
		add("state", "layers x elements of the state x 4 B x sequences", fmt.Sprintf("%v x %g / tp %d", a.StateBytes(), n, l.TP)+ofStage, m.State, "arXiv:2312.00752 section 3; arXiv:2412.06464")
	}
	compute := "chunk x (widest activation / tp + 2 x hidden) x 2 B x passes + logits"
	if a.Runtime.HiddenCopies > 0 {
		compute = "micro-batch x (vocabulary + copies x hidden) x 4 B"
	}
	add("compute buffers", compute, fmt.Sprintf("hidden %g, vocabulary %g, widest %g, rows of logits %d", a.served.hidden, a.served.vocab, a.served.widest, a.Runtime.LogitRows), m.Compute, a.Runtime.Source)
	add("overhead", "context and libraries, a device", fmt.Sprintf("%g GiB", a.Runtime.ContextGiB), m.Overhead, a.Runtime.Source)
	add("the runtime takes", "device x utilisation", fmt.Sprintf("%v x %g", m.Device, a.Runtime.Utilisation), m.Budget, a.Runtime.Source)
	return list
}

// cacheKinds joins the caches of layers that are alike.
func (p *PreparedServing) cacheKinds() []servedCache {
	var kinds []servedCache
next:
	for _, c := range p.served.caches {
		if c.PerToken == 0 {
			continue
		}
		for i := range kinds {
			same := c
			same.layers, same.queries = kinds[i].layers, kinds[i].queries
			if same == kinds[i] {
				kinds[i].layers += c.layers
				continue next
			}
		}
		kinds = append(kinds, c)
	}
	return kinds
}

func (a *ServingAnswer) explainTime() []Derivation {
	t, l := a.timer, &a.Layout
	e := &t.e
	all := a.batchEach(a.Batch)
	n, middle := math.Max(1, all/float64(l.EP*l.PP)), a.request(all).middle
	read, multiply := t.readMultiply(n, n)
	cached := n * t.cacheTraffic(1, middle)
	layers := t.launched()
	launched, each := t.host(middle)
	seconds := func(s float64) string { return quantity.Seconds(s).String() }
	list := []Derivation{
		{"time", "read the weights", "bytes touched / (bandwidth x share)", fmt.Sprintf("%.4g GB / (%.4g GB/s x %.3g)", read*t.memory*e[servingMemory]/1e9, t.memory/1e9, e[servingMemory]), seconds(read), sourceRoofline},
		{"time", "multiply", "2 x parameters x (tokens + tile) / (peak x share)", fmt.Sprintf("%g tokens, tile %.3g, %.4g TFLOP/s x %.3g", n, e[servingTile], t.peak/1e12, e[servingCompute]), seconds(multiply), sourceRoofline},
		{"time", "attention", "|cache bytes / (bandwidth x share), FLOPs / (peak x share)|", fmt.Sprintf("%.4g GB / (%.4g GB/s x %.3g)", cached/1e9, t.memory/1e9, e[servingCache]), seconds(t.attention(1, middle, n)), sourceRoofline},
		{"time", "gaps", "layers x gap", fmt.Sprintf("%.4g x %s", layers, seconds(e[servingGap])), seconds(layers * e[servingGap]), sourceRoofline},
		{"time", "host", "layers x host, where that is the slower one", fmt.Sprintf("%.4g x %s", launched, seconds(each)), seconds(launched * each), sourceRoofline},
		{"time", "scheduling and sampling", "step + sequences x each", fmt.Sprintf("%s + %g x %s", seconds(e[servingStep]), n, seconds(e[servingSeq])), seconds(e[servingStep] + n*e[servingSeq]), sourceRoofline},
	}
	list = append(list, t.explainLinks(n)...)
	list = append(list, Derivation{"time", "a token of each sequence", "|reading, multiplying| + attention + the rest, with |a, b| = (a⁴ + b⁴)^¼", fmt.Sprintf("%g sequences of %.6g tokens", n, middle), seconds(a.Decode(all, middle)), sourceRoofline})
	if f := a.Front; f != nil && f.Time > 0 {
		list = append(list, Derivation{"time", "before the decoder", "one pass of the layers before it: |reading, multiplying| + attention + layers x gap + scheduling", fmt.Sprintf("%v parameters, %g times", f.Params, t.images), f.Time.String(), sourceRoofline})
	}
	for c := range e {
		list = append(list, a.explainConstant(c))
	}
	return list
}

// explainConstant says which factors make up a constant.
func (a *ServingAnswer) explainConstant(c int) Derivation {
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
	return Derivation{"constants", f.Name, f.Unit + " " + f.Doc, text, fmt.Sprintf("%.4g", a.timer.e[c]), "sizing/serving_constants.json"}
}
