package serve

import (
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
	a.explainWeights(&l)
	l.derive("compute buffers", "encoding.compute", "", m.Compute, a.pass.widestInputs(each, seq)...)
	l.overhead(a.Runtime.Source, m.Overhead, a.Runtime.ContextGiB*(1<<30), 0)
	l.derive("total", "serving.total", "", m.Total)
	l.group = "time"
	l.pass(&a.pass, each, seq)
	l.group = "rates"
	l.batches("sequences", t.Sequences, a.Batch, float64(t.Latency))
	if t.Load > 0 {
		l.batches("full load", t.Load, t.LoadBatch, t.LoadTime)
	}
	l.millions(&a.Request, a.price, []quantity.USD{t.PerMillionBatch, t.PerMillion}, []quantity.KWh{t.EnergyBatch, t.Energy}, t.Sequences, t.Load)
	return l.list
}

// batches derives the sequences per second from the time of a batch.
func (l *servingLines) batches(name string, rate float64, batch int64, seconds float64) {
	l.rate(name, "encoding.batches", rate, note.In("batch", batch), note.In("time of a pass", note.Fine(seconds)))
}

// pass derives one pass over batch samples of seq positions.
func (l *servingLines) pass(p *forwardPass, batch, seq float64) {
	e, w := &p.e, p.parts(batch, seq)
	read, multiply := p.readMultiply(w.bytes, w.flops)
	l.time("read the weights", "encoding.read", read, reads("bytes", w.bytes, p.memory, share("share of the bandwidth", e[servingMemory])))
	l.time("multiply", "encoding.multiply", multiply, multiplies("FLOPs", w.flops, p.peak, share("share of the peak", e[servingCompute])))
	l.time("reading and multiplying", "encoding.products", w.products)
	if w.scores > 0 {
		l.time("attention", "encoding.attention", w.scores/(p.peak16*e[servingAttend]), multiplies("FLOPs", w.scores, p.peak16, share("share of the peak", e[servingAttend])))
	}
	l.gaps(w.layers, e[servingGap])
	l.host(w.layers, e[servingEager])
	l.links(&p.links, e, w.layers, w.sent)
	l.scheduling(e, batch)
	l.time("pass", "encoding.pass", p.time(batch, seq))
}

// explainWeights derives the weights of a device.
func (a *EncodingAnswer) explainWeights(l *servingLines) {
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
	parts := note.Sum{note.In("divided weights", note.NewPart("encoding.divided", note.In("divided weights", quantity.Bytes(divided*scale)), note.In("tensor parallel", tp)))}
	if whole > 0 {
		parts = append(parts, note.In("whole weights", quantity.Bytes(whole*scale)))
	}
	l.derive("weights", "encoding.weights", a.Quant.Source, a.Memory.Weights, note.In("weights", parts))
}

// widestInputs are the inputs of the widest activations of a batch.
func (p *forwardPass) widestInputs(batch, seq float64) (inputs note.Inputs) {
	most := -1.0
	for i := range p.groups {
		f := &p.groups[i]
		if size := f.positions(seq) * (2*f.widest/float64(p.tp) + 2*f.hidden); size > most {
			most, inputs = size, note.Inputs{note.In("samples", batch), note.In("positions", f.positions(seq)), note.In("widest activation", f.widest),
				note.In("tensor parallel", p.tp), note.In("hidden size", f.hidden)}
		}
	}
	return inputs
}
