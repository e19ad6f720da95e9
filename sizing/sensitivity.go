package sizing

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// Sensitive is an assumption of an answer, an alternative to it, and what the
// answer to the same request with the alternative is over the answer.
type Sensitive struct {
	// Assumption is the field of the request that is left open.
	Assumption string
	// Assumed and Alternative are its values: a name, a number or a quantity.
	Assumed, Alternative any
	// Run and Cost are ratios of the run, or of a step per token (or sample)
	// where no run is asked for. Cost is 0 where no price is known.
	Run, Cost float64
	// From is where an alternative price is from; "" for others.
	From string
}

// change is how large the larger of the two changes is, as a ratio either way.
func (s *Sensitive) change() float64 {
	return max(math.Abs(math.Log(s.Run)), math.Abs(math.Log(cmp.Or(s.Cost, 1))))
}

// Largest are the n assumptions that move the answer most, the most first, each
// with the alternative that moves it most.
func Largest(list []Sensitive, n int) []Sensitive {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Sensitive) int { return cmp.Compare(b.change(), a.change()) })
	var best []Sensitive
	for _, s := range sorted {
		known := slices.ContainsFunc(best, func(b Sensitive) bool { return b.Assumption == s.Assumption })
		if !known && len(best) < n {
			best = append(best, s)
		}
	}
	return best
}

// alternative is a request that sets what another leaves open.
type alternative struct {
	assumption  string
	assumed, to any
	set         func(*Request)
}

// Sensitivity asks the request again with a plausible alternative to each of the
// assumptions of its answer a, on the devices of the answer. Alternatives that
// have no answer or do not fit are left out. prices are those that the device
// may have instead of its own.
func Sensitivity(q Request, a *Answer, prices []hardware.Price) []Sensitive {
	var list []Sensitive
	for _, alt := range q.alternatives(a) {
		changed := q.sameAs(a)
		alt.set(&changed)
		if b, err := Ask(changed); err == nil && b.Estimate.Memory.Fits {
			if s, ok := comparedWith(alt, a, b); ok {
				list = append(list, s)
			}
		}
	}
	if s, ok := q.shorterMTBF(a); ok {
		list = append(list, s)
	}
	if q.Stack == nil {
		if s, ok := q.otherStack(a); ok {
			list = append(list, s)
		}
	}
	if s, ok := q.otherPrice(a, prices); ok {
		list = append(list, s)
	}
	return list
}

// sameAs is the request on the devices of its answer, and without the search that
// its run may be multiplied into. The stack stays open: runs whose software is
// known overrun less, which is no effect of an alternative.
func (q *Request) sameAs(a *Answer) Request {
	same := *q
	same.Count, same.Sweep = a.Cluster.Count, run.Sweep{}
	return same
}

// alternatives are those to what the request leaves open, but for the stack.
func (q *Request) alternatives(a *Answer) []alternative {
	var list []alternative
	add := func(open bool, assumption string, assumed, to any, set func(*Request)) {
		if open {
			list = append(list, alternative{assumption, assumed, to, set})
		}
	}
	w, plan := &a.Workload, &a.Estimate.Plan
	p, known := otherPrecision(q.Device, w.Precision)
	add(known && !q.Precision.IsSet(), "precision", w.Precision, p, func(q *Request) { q.Precision = option.Set(p) })
	for _, batch := range []int64{2 * plan.GlobalBatch, plan.GlobalBatch / 2} {
		add(batch > 0 && q.PostTrain == nil && q.Workload.Batch == 0 && q.BatchTokens == 0, "batch", plan.GlobalBatch, batch, func(q *Request) { q.Workload.Batch = batch })
	}
	for _, seq := range []int64{2 * w.Seq, w.Seq / 2} {
		add(q.Workload.Seq == 0 && q.PostTrain == nil && q.Examples.Count == 0 && q.Model.PerToken() && seq > 0 && (q.Model.Context == 0 || seq <= q.Model.Context),
			"seq", w.Seq, seq, func(q *Request) { q.Workload.Seq = seq })
	}
	add(!q.Recompute.IsSet() && plan.Recompute != train.FullRecompute, "recompute", plan.Recompute, train.FullRecompute,
		func(q *Request) { q.Recompute = option.Set(train.FullRecompute) })
	return list
}

// shorterMTBF is half the time between failures of a device. The plan stays: no
// search asks how often it fails.
func (q *Request) shorterMTBF(a *Answer) (s Sensitive, ok bool) {
	if q.Reliability.DeviceMTBF != 0 || a.Workload.Tokens == 0 {
		return s, false
	}
	b := *a
	mtbf := a.course.Reliability.DeviceMTBF
	b.course.Reliability.DeviceMTBF = mtbf / 2
	var err error
	if b.Goodput, err = b.Expected(a.Prepared, &a.Estimate); err != nil {
		return s, false
	}
	return comparedWith(alternative{assumption: "mtbf", assumed: mtbf, to: mtbf / 2}, a, &b)
}

// otherPrecision is fp8 where the device computes in it, else the next precision
// that it has.
func otherPrecision(d *hardware.Device, assumed train.Precision) (p train.Precision, ok bool) {
	list := slices.DeleteFunc(train.Precisions(d), func(p train.Precision) bool { return p == assumed })
	switch {
	case slices.Contains(list, train.FP8):
		return train.FP8, true
	case len(list) > 0:
		return list[0], true
	}
	return 0, false
}

// otherStack is the first of the other stacks that gives an answer that fits, of
// those that are assumed for some work: people start with them today.
func (q *Request) otherStack(a *Answer) (s Sensitive, ok bool) {
	for _, stack := range train.Stacks() {
		if stack.Name == a.Stack().Name || len(stack.AssumedFor) == 0 {
			continue
		}
		changed := q.sameAs(a)
		changed.Stack = stack
		if b, err := Ask(changed); err == nil && b.Estimate.Memory.Fits {
			return comparedWith(alternative{assumption: "stack", assumed: a.Stack().Name, to: stack.Name}, a, b)
		}
	}
	return s, false
}

// otherPrice is the price of another provider, of the same kind, that is furthest
// from the one taken.
func (q *Request) otherPrice(a *Answer, prices []hardware.Price) (s Sensitive, ok bool) {
	taken := q.Device.Price
	if q.Workload.PricePerHour > 0 || taken == nil || a.Estimate.Cost.PerHour == 0 {
		return s, false
	}
	best := Sensitive{Assumption: "price", Assumed: taken.PerHour, Run: 1, Cost: 1}
	for _, p := range prices {
		if p.Kind != taken.Kind || p.Provider == taken.Provider || p.PerHour <= 0 {
			continue
		}
		s := best
		s.Alternative, s.From, s.Cost = p.PerHour, p.Provider, float64(p.PerHour/taken.PerHour)
		if s.change() > best.change() {
			best = s
		}
	}
	return best, best.Alternative != nil
}

// comparedWith is an alternative's answer b over the answer a. On another stack
// runs are compared as they are planned: that a request names its stack, whatever
// stack, lets a shorter overrun be expected. On the same devices at the same price
// the cost goes with the time.
func comparedWith(alt alternative, a, b *Answer) (s Sensitive, ok bool) {
	s = Sensitive{Assumption: alt.assumption, Assumed: alt.assumed, Alternative: alt.to}
	switch {
	case a.Workload.Tokens == 0:
		s.Run = float64(b.perToken() / a.perToken())
	case a.Goodput.Share == 0 || b.Goodput.Share == 0: // one never ends
	case a.StackAssumed != b.StackAssumed:
		s.Run = float64(b.Goodput.Planned / a.Goodput.Planned)
	default:
		s.Run = float64(b.Goodput.Run / a.Goodput.Run)
	}
	if a.Estimate.Cost.PerHour > 0 {
		s.Cost = s.Run
	}
	return s, s.Run > 0
}

// perToken is the time of a step per token (or sample).
func (a *Answer) perToken() quantity.Seconds {
	return perSample(&a.Estimate) / quantity.Seconds(max(a.Workload.Seq, 1))
}
