package sizing

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// bestPlan evaluates the layouts that the question leaves open and returns the
// fastest that fits, surely if one does, or the one that needs the
// least memory if none does.
// evaluated is how many could run at all; an error says why none could.
func (q *Request) bestPlan(p *train.Prepared, batch batchOf) (best train.Estimate, evaluated int, err error) {
	var firstErr error
	var e train.Estimate
	v := p.NewEvaluator()
	q.plans(p, batch, func(plan *train.Plan) {
		if err := v.Evaluate(plan, &e); err != nil {
			if firstErr == nil {
				firstErr = err
			}
			return
		}
		if evaluated++; evaluated == 1 || better(&e, &best) {
			best = e
		}
	})
	if evaluated == 0 {
		if firstErr == nil {
			firstErr = note.FieldError("dp", "layout.none-uses-all-devices", p.Cluster.Count)
		}
		return best, 0, firstErr
	}
	return best, evaluated, nil
}

// batchOf is the global batch of layouts whose micro-batches have so many
// sequences over all ranks.
type batchOf func(unit int64) int64

// better orders estimates: those that surely fit before those that may not,
// both by time; the others by memory.
func better(a, b *train.Estimate) bool {
	if x, y := a.Memory.Verdict.Rank(), b.Memory.Verdict.Rank(); x != y {
		return x < y
	}
	if a.Memory.Fits {
		return perSample(a) < perSample(b)
	}
	return a.Memory.Total < b.Memory.Total
}

// perSample compares steps of different batches.
func perSample(e *train.Estimate) quantity.Seconds {
	return e.Time.Step / quantity.Seconds(e.Plan.GlobalBatch)
}

// plans calls try with the layouts that fill the dimensions the question
// leaves open: powers of two, tensor parallelism inside the fast links,
// context parallelism only for long sequences.
func (q *Request) plans(p *train.Prepared, batch batchOf, try func(*train.Plan)) {
	m, s, limits := p.Model(), p.Stack(), p.Limits()
	n := p.Cluster.Count
	fast := max(p.Cluster.Domain(), 1)
	if p.Cluster.Device.ScaleUp.Bandwidth == 0 {
		fast = p.Cluster.DevicesPerNode
	}
	maxTP, maxPP, maxCP, maxEP, maxMicro := 1, 1, 1, 1, 16
	if !m.PerToken() {
		// Images are small: a device takes its whole share of the batch.
		maxMicro = int(min(max(batch(1)/int64(n), 1), 1024))
	}
	if limits.Heads > 1 && !s.NoTensor {
		maxTP = min(fast, 16)
	}
	if s.Pipeline && limits.Layers > 1 {
		maxPP = limits.Layers
	}
	if m.PerToken() {
		maxCP = int(min(max(p.Workload.Seq/contextPart, 1), 64))
	}
	if limits.Experts > 1 {
		maxEP = 64
	}
	shardings := s.Shardings
	if sharding, set := q.Sharding.Get(); set {
		shardings = []train.Sharding{sharding}
	}
	modes := []train.Recompute{train.NoRecompute, train.Selective, train.FullRecompute}
	if s.FusedAttention {
		modes = []train.Recompute{train.NoRecompute, train.FullRecompute}
	}
	if mode, set := q.Recompute.Get(); set {
		modes = []train.Recompute{mode}
	}
	each(q.Plan.TP, min(maxTP, n), func(tp int) {
		each(q.Plan.PP, min(maxPP, n/tp), func(pp int) {
			each(q.Plan.CP, min(maxCP, max(n/(tp*pp), 1)), func(cp int) {
				dp := q.Plan.DP
				if dp == 0 {
					dp = max(n/(tp*pp*cp), 1)
				}
				each(q.Plan.EP, min(maxEP, dp*cp), func(ep int) {
					each(q.Plan.MicroBatch, maxMicro, func(mb int) {
						plan := q.Merged()
						plan.TP, plan.PP, plan.CP, plan.EP, plan.DP, plan.MicroBatch = tp, pp, cp, ep, dp, mb
						plan.GlobalBatch = batch(int64(dp) * int64(mb))
						plan.SequenceParallel = q.SequenceParallel.Or(false) || s.SequenceParallel && tp > 1
						each(q.Plan.VP, virtual(pp, limits.Layers), func(vp int) {
							for _, sh := range shardings {
								for _, mode := range modes {
									plan.VP, plan.Sharding, plan.Recompute = vp, sh, mode
									try(&plan)
								}
							}
						})
					})
				})
			})
		})
	})
}

// virtual returns the largest number of virtual stages worth trying: a device
// of a pipeline stores up to 8 chunks of at least one layer.
func virtual(pp, layers int) int {
	if pp == 1 {
		return 1
	}
	return max(1, min(8, layers/pp))
}

// contextPart is the least number of tokens per device under context
// parallelism: below it the exchange takes longer than the computation.
const contextPart = 4096

// each calls f with the fixed value, or with the powers of two up to most.
func each(fixed, most int, f func(int)) {
	if fixed > 0 {
		f(fixed)
		return
	}
	for n := 1; n <= most; n *= 2 {
		f(n)
	}
}
