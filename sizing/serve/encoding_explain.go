package serve

import (
	"fmt"
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Explain derives every figure of the answer.
func (a *EncodingAnswer) Explain() []note.Derivation {
	t, m := &a.Throughput, &a.Memory
	busy := math.Min(float64(a.Layout.Replicas), float64(a.Batch))
	each, seq := math.Ceil(float64(a.Batch)/busy), float64(a.Context)
	l := servingLines{group: "memory"}
	l.add("weights", "what tensor parallelism divides / tp + what every device holds", a.weightNumbers(), m.Weights.String(), a.Quant.Source)
	l.add("compute buffers", "samples x positions x (2 x widest activation / tp + 2 x hidden) x 2 B, at its largest", a.pass.widestNumbers(each, seq), m.Compute.String(), "")
	l.add("overhead", "context and libraries, a device", fmt.Sprintf("%g GiB", a.Runtime.ContextGiB), m.Overhead.String(), a.Runtime.Source)
	l.add("total", "sum of the lines above", "", m.Total.String(), "")
	l.group = "time"
	l.pass(&a.pass, each, seq)
	l.group = "rates"
	l.rate("sequences", "batch / pass", fmt.Sprintf("%d / %s", a.Batch, note.InSeconds(float64(t.Latency))), t.Sequences)
	if t.Load > 0 {
		l.rate("full load", "batch / pass", fmt.Sprintf("%d / %s", t.LoadBatch, note.InSeconds(t.LoadTime)), t.Load)
	}
	l.millions(&a.Request, a.price, []quantity.USD{t.PerMillionBatch, t.PerMillion}, []quantity.KWh{t.EnergyBatch, t.Energy}, t.Sequences, t.Load)
	return l.list
}

// pass derives one pass over batch samples of seq positions.
func (l *servingLines) pass(p *forwardPass, batch, seq float64) {
	e, w := &p.e, p.parts(batch, seq)
	read, multiply := p.readMultiply(w.bytes, w.flops)
	l.time("read the weights", "bytes of weights, and what convolutions move / (bandwidth x share)", over(w.bytes, p.memory, 1e9, "GB", e[servingMemory]), read)
	l.time("multiply", "2 x parameters x positions / (peak x share)", over(w.flops, p.peak, 1e12, "TFLOP", e[servingCompute]), multiply)
	l.time("reading and multiplying", "sum over groups of layers of |reading, multiplying|, with |a, b| = (a⁴ + b⁴)^¼", "", w.products)
	if w.scores > 0 {
		l.time("attention", "FLOPs of scores and values / (peak x share)", over(w.scores, p.peak16, 1e12, "TFLOP", e[servingAttend]), w.scores/(p.peak16*e[servingAttend]))
	}
	l.time("gaps", "layers x gap", fmt.Sprintf("%.4g x %s", w.layers, note.InSeconds(e[servingGap])), w.layers*e[servingGap])
	l.time("host", "layers x host, where that is the slower one", fmt.Sprintf("%.4g x %s", w.layers, note.InSeconds(e[servingEager])), w.layers*e[servingEager])
	l.links(&p.links, e, w.layers, w.sent)
	l.time("scheduling and sampling", "step + sequences x each", fmt.Sprintf("%s + %.6g x %s", note.InSeconds(e[servingStep]), batch, note.InSeconds(e[servingSeq])), e[servingStep]+batch*e[servingSeq])
	l.time("pass", "|reading and multiplying + attention + gaps, host| + the rest, with |a, b| = (a⁴ + b⁴)^¼", "", p.time(batch, seq))
}

// weightNumbers is what the weights of a device add up from.
func (a *EncodingAnswer) weightNumbers() string {
	tp, divided, whole, scale := a.pass.tp, 0.0, 0.0, 1.0
	for i := range a.pass.groups {
		for _, w := range a.pass.groups[i].weights {
			switch share := w.split.divided(tp); {
			case w.split.shared:
			case share*float64(tp) < 1.0001:
				divided += w.bytes
			default:
				whole += w.bytes * share
			}
		}
	}
	if a.StoredBytes > 0 {
		scale = float64(a.StoredBytes / WeightBytes(a.Model, a.Quant))
	}
	return joinTerms(fmt.Sprintf("%v / %d", quantity.Bytes(divided*scale), tp), term(whole, quantity.Bytes(whole*scale).String()))
}

// widestNumbers is what the widest activations of a batch are made of.
func (p *forwardPass) widestNumbers(batch, seq float64) (numbers string) {
	most := -1.0
	for i := range p.groups {
		f := &p.groups[i]
		if size := f.positions(seq) * (2*f.widest/float64(p.tp) + 2*f.hidden); size > most {
			most, numbers = size, fmt.Sprintf("%g x %g x (2 x %g / %d + 2 x %g) x 2 B", batch, f.positions(seq), f.widest, p.tp, f.hidden)
		}
	}
	return numbers
}
