package serve

import (
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// explainRates derives tokens per second, cost and energy from the times of
// tokens and prompts.
func (a *Answer) explainRates(r *servingRequest) []note.Derivation {
	l, p, t := servingLines{group: "rates"}, &a.Throughput, a.timer
	n, busy := a.batchEach(a.Batch), math.Min(float64(a.Layout.Replicas), float64(a.Batch))
	sequences, replicas, token := note.In("sequences", n), note.In("replicas", busy), note.In("time of a token", note.Fine(t.decode(n, r.middle)))
	read := t.prompts(r.prompt, 0, n)
	l.rate("prefill", "serving.prefill", p.Prefill, sequences, note.In("prompt", r.prompt), note.In("time of the prompts", read.terms()), replicas)
	l.rate("decode, a user", "serving.decode-user", p.PerUser, token)
	l.rate("decode, in all", "serving.decode-all", p.Decode, sequences, token, replicas)
	if p.ComputeBound > 0 {
		a.explainBound(&l)
	}
	each, full := a.explainAnswered(&l, "requests answered", a.Batch, t, nil), 0.0
	if p.LoadBatch > 0 {
		full = a.explainAnswered(&l, "full load", p.LoadBatch, a.timerFor(p.LoadBatch), &t.e)
	}
	l.millions(&a.Request, a.price, []quantity.USD{p.PerMillionBatch, p.PerMillion}, []quantity.KWh{p.EnergyBatch, p.Energy}, each, full)
	return l.list
}

// explainBound derives the smallest compute-bound batch.
func (a *Answer) explainBound(l *servingLines) {
	bound := float64(a.Throughput.ComputeBound)
	part := math.Max(1, bound/float64(a.Layout.EP*a.Layout.PP))
	arithmetic := *a.timer
	arithmetic.e[servingTile] = 0
	w := arithmetic.passWork(part, part)
	reading, multiplying := arithmetic.readMultiply(&w)
	l.rate("compute-bound batch", "serving.bound", bound, note.In("multiplying", note.Fine(multiplying)), note.In("reading", note.Fine(reading)))
}

// explainAnswered derives the tokens per second of requests with their prompts
// in batches, under load if the constants of load are given.
func (a *Answer) explainAnswered(l *servingLines, name string, batch int64, t *servingTimer, load *Efficiency) float64 {
	n := a.batchEach(batch)
	r := a.request(n)
	value := a.answered(t, batch)
	replicas := note.Product{note.In("replicas", math.Min(float64(a.Layout.Replicas), float64(batch)))}
	if load != nil {
		value *= load.Load()
		if load.Load() != 1 {
			replicas = append(replicas, share("share under load", load.Load()))
		}
	}
	l.rate(name, "serving.answered", value, note.In("sequences", n), note.In("answer", r.output), note.In("prompts", note.Fine(t.prefill(r.prompt, 0, n))),
		note.In("time of a token", note.Fine(t.decode(n, r.middle))), note.In("replicas", replicas))
	return value
}
