package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"mlsizer/sizing/evidence/fit"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// memoryFact is a fact of a stack that measured peaks determine. Prior is its
// value without them; it weighs as much as a row that is 2 % off per spread.
type memoryFact struct {
	stack, name, unit        string
	prior, spread, low, high float64
	at                       func(*train.Stack) *float64
}

// memoryFacts are all fitted facts of memory, with the sources of their priors.
var memoryFacts = []memoryFact{
	// pytorch/pytorch aten/src/ATen/cuda/CublasHandlePool.cpp: 32 MiB for each
	// of the two streams that run products.
	{"megatron-core", "workspace_bytes", "bytes", 64 << 20, 32 << 20, 0, 1 << 30,
		func(s *train.Stack) *float64 { return (*float64)(&s.WorkspaceBytes) }},
	// A context of 1.2 GiB and eight communicators of 0.4 GiB: world, data,
	// tensor, pipeline and model parallel ranks, embeddings, two neighbours
	// (microsoft/DeepSpeed deepspeed/runtime/pipe/topology.py).
	{"megatron-deepspeed", "context_bytes", "bytes", 4.4 * (1 << 30), 1 << 30, 1 << 30, 16 << 30,
		func(s *train.Stack) *float64 { return (*float64)(&s.ContextBytes) }},
	// Half of a recomputed layer exists as gradients at a time.
	{"torchtitan", "recompute_gradients", "share of a layer", 0.5, 0.25, 0, 2,
		func(s *train.Stack) *float64 { return &s.RecomputeGradients }},
}

// FittedFact is a fact of a stack as embedded and as fitted to the rows.
type FittedFact struct {
	Stack string  `json:"stack"`
	Fact  string  `json:"constant"`
	Unit  string  `json:"unit"`
	Prior float64 `json:"prior"`
	Now   float64 `json:"before"`
	Fit   float64 `json:"after"`
}

// MemoryScore is the errors of a source's peaks with the embedded facts, with
// facts fitted to all rows, and with facts fitted without its group.
type MemoryScore struct {
	Source  string `json:"source"`
	Stack   string `json:"stack"`
	Experts bool   `json:"experts"`
	Now     Score  `json:"before"`
	Fit     Score  `json:"after"`
	LeftOut Score  `json:"left_out"`
	// CrossFitted is the share of left-out rows inside bands from the other
	// half of the groups.
	CrossFitted float64 `json:"coverage80_cross_fitted"`
}

// MemoryCalibration is the result of a fit to peaks of memory.
type MemoryCalibration struct {
	Facts   []FittedFact
	Sources []MemoryScore
	Bands   []train.MemoryBand
	Skipped []Skipped
	Rows    int
}

// memoryPoint is a row with its residuals, log(predicted/measured).
type memoryPoint struct {
	row               *Row
	stack             *train.Stack
	experts, small    bool
	group             string
	weight            float64
	now, fit, leftOut float64
}

// CalibrateMemory fits the facts of stacks that determine their memory to
// measured peaks, and scores every row by facts fitted without its group.
func (p *Predictor) CalibrateMemory(rows []Row, group func(*Row) string) (*MemoryCalibration, error) {
	out := &MemoryCalibration{}
	points := p.memoryPoints(rows, group, out)
	if len(points) == 0 {
		return nil, note.NewError("fit.no-peak")
	}
	out.Rows = len(points)
	by := map[string][]*memoryPoint{}
	for _, o := range points {
		by[o.stack.Name] = append(by[o.stack.Name], o)
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		own := by[name]
		stack := own[0].stack
		facts := factsOf(name)
		fitted := p.fitFacts(own, stack, facts)
		for _, f := range facts {
			out.Facts = append(out.Facts, FittedFact{name, f.name, f.unit, f.prior, *f.at(stack), *f.at(fitted)})
		}
		groups := map[string][]*memoryPoint{}
		for _, o := range own {
			o.fit = p.memoryResidual(o.row, fitted)
			o.leftOut = o.fit
			groups[o.group] = append(groups[o.group], o)
		}
		if len(facts) == 0 {
			continue
		}
		for g, left := range groups {
			var rest []*memoryPoint
			for _, o := range own {
				if o.group != g {
					rest = append(rest, o)
				}
			}
			without := p.fitFacts(rest, stack, facts)
			for _, o := range left {
				o.leftOut = p.memoryResidual(o.row, without)
			}
		}
	}
	out.Bands = memoryBands(points)
	out.score(points)
	return out, nil
}

// factsOf lists the fitted facts of a stack.
func factsOf(stack string) []memoryFact {
	return slices.DeleteFunc(slices.Clone(memoryFacts), func(f memoryFact) bool { return f.stack != stack })
}

// memoryPoints prepares the rows that state a peak.
func (p *Predictor) memoryPoints(rows []Row, group func(*Row) string, out *MemoryCalibration) []*memoryPoint {
	var points []*memoryPoint
	count := map[string]float64{}
	for i := range rows {
		r := &rows[i]
		if r.PeakMemGiB == 0 && r.Fault == nil {
			continue
		}
		s, err := p.Setup(r)
		if err == nil {
			err = r.gap()
		}
		var e train.Estimate
		if err == nil {
			e, err = s.Predict()
		}
		if err != nil {
			out.Skipped = append(out.Skipped, newSkipped(r.ID, r.Source, PeakMemory, err))
			continue
		}
		stack, err := train.FindStack(s.Prepared.Stack().Name)
		if err != nil {
			out.Skipped = append(out.Skipped, newSkipped(r.ID, r.Source, PeakMemory, err))
			continue
		}
		o := &memoryPoint{row: r, stack: stack, experts: s.Prepared.HasExperts(), group: group(r), now: p.memoryResidual(r, stack)}
		o.small = e.Memory.Total < train.SmallMemory
		points = append(points, o)
		count[r.balance()]++
	}
	for _, o := range points {
		o.weight = 1 / math.Sqrt(count[o.row.balance()])
	}
	return points
}

// memoryResidual returns log(predicted/measured) of a row's peak with a stack's
// facts; NaN where the row cannot be predicted with them.
func (p *Predictor) memoryResidual(r *Row, stack *train.Stack) float64 {
	q := *p
	q.Stack = stack
	s, err := q.Setup(r)
	if err != nil {
		return math.NaN()
	}
	e, err := s.Predict()
	if err != nil {
		return math.NaN()
	}
	return math.Log(r.memory(&e.Memory) / r.PeakMemGiB)
}

// fitFacts returns a copy of the stack with its facts fitted to the points, each
// in its spreads.
func (p *Predictor) fitFacts(points []*memoryPoint, stack *train.Stack, facts []memoryFact) *train.Stack {
	c := *stack
	if len(facts) == 0 {
		return &c
	}
	problem := &fit.Problem{Huber: huber}
	for _, f := range facts {
		start := f.prior / f.spread
		problem.Params = append(problem.Params, fit.Param{Start: start, Low: f.low / f.spread, High: f.high / f.spread,
			Prior: fit.Prior{Value: start, Parent: fit.None, Weight: priorLoss}})
	}
	for _, o := range points {
		problem.Weights = append(problem.Weights, o.weight)
	}
	set := func(x []float64) {
		for j, f := range facts {
			*f.at(&c) = x[j] * f.spread
		}
	}
	problem.Residuals = func(x []float64) []float64 {
		set(x)
		r := make([]float64, len(points))
		for i, o := range points {
			r[i] = p.memoryResidual(o.row, &c)
		}
		return r
	}
	set(fit.Solve(problem))
	return &c
}

// leastBandRows is the fewest rows of a separate band.
const leastBandRows = 6

// memoryBands computes the bands of every stack with enough rows from residuals
// with their group in the fit and left out of it, half each, separately for
// small estimates if both sizes have enough. The band of all other stacks is as
// wide as the widest of these; an unmeasured stack may be further off, but no
// measurement says how far.
func memoryBands(points []*memoryPoint) []train.MemoryBand {
	type key struct {
		stack          string
		experts, small bool
	}
	rows := map[key]int{}
	for _, o := range points {
		rows[key{o.stack.Name, o.experts, o.small}]++
	}
	own := map[key][]float64{}
	for _, o := range points {
		k := key{o.stack.Name, o.experts, o.small}
		if small, large := (key{k.stack, k.experts, true}), (key{k.stack, k.experts, false}); rows[small] < leastBandRows || rows[large] < leastBandRows {
			k.small = false
		}
		own[k] = append(own[k], math.Exp(-o.fit), math.Exp(-o.leftOut))
	}
	var bands []train.MemoryBand
	for k, v := range own {
		n := len(v) / 2
		if n < leastBandRows {
			continue
		}
		// Of few rows the bound is the highest. Source: V. Vovk, A. Gammerman,
		// G. Shafer, "Algorithmic learning in a random world", 2005 (the rank
		// of the next of n exchangeable values).
		sure := 0.95 * float64(n+1) / float64(n)
		bands = append(bands, train.MemoryBand{Stack: k.stack, Experts: k.experts, Small: k.small, Rows: n,
			Band: train.Band{Low: min(1, share(v, 0.1)), High: max(1, share(v, 0.9))}, Sure: max(1, share(v, sure))})
	}
	for i := range bands {
		b := &bands[i]
		for j := range bands {
			// The memory of a model with experts includes that of one without.
			if o := &bands[j]; b.Experts && !o.Experts && o.Stack == b.Stack && o.Small == b.Small {
				b.Band, b.Sure = train.Band{Low: min(b.Low, o.Low), High: max(b.High, o.High)}, max(b.Sure, o.Sure)
			}
		}
	}
	bands = append(bands, widest(bands)...)
	slices.SortFunc(bands, func(a, b train.MemoryBand) int {
		return cmp.Or(cmp.Compare(a.Stack, b.Stack), cmp.Compare(a.Rows, b.Rows))
	})
	return bands
}

// widest returns the bands of stacks without their own, for models with and
// without experts.
func widest(bands []train.MemoryBand) []train.MemoryBand {
	var all []train.MemoryBand
	for _, experts := range []bool{false, true} {
		w := train.MemoryBand{Experts: experts, Band: train.Band{Low: 1, High: 1}, Sure: 1}
		for _, b := range bands {
			if b.Experts == experts && !b.Small {
				w.Rows += b.Rows
				w.Band = train.Band{Low: min(w.Low, b.Low), High: max(w.High, b.High)}
				w.Sure = max(w.Sure, b.Sure)
			}
		}
		if w.Rows > 0 {
			all = append(all, w)
		}
	}
	return all
}

// share returns a quantile of some values by linear interpolation between the
// middles of their ranks; it sorts them.
func share(v []float64, q float64) float64 {
	slices.Sort(v)
	at := q*float64(len(v)) - 0.5
	i := int(math.Floor(at))
	switch {
	case i < 0:
		return v[0]
	case i+1 >= len(v):
		return v[len(v)-1]
	}
	return v[i] + (v[i+1]-v[i])*(at-float64(i))
}

// score fills in the errors of each source.
func (c *MemoryCalibration) score(points []*memoryPoint) {
	type key struct {
		source, stack string
		experts       bool
	}
	by := map[key][]*memoryPoint{}
	for _, o := range points {
		k := key{o.row.Source, o.stack.Name, o.experts}
		by[k] = append(by[k], o)
	}
	inside := map[*memoryPoint]bool{}
	halves := halve(points)
	for i, half := range halves {
		other := &train.MemoryBands{Bands: memoryBands(halves[1-i])}
		if len(other.Bands) == 0 {
			continue
		}
		for _, o := range half {
			b, v := other.Of(o.stack.Name, o.experts, o.small), math.Exp(-o.leftOut)
			inside[o] = b.Low <= v && v <= b.High
		}
	}
	for k, own := range by {
		residuals := func(of func(*memoryPoint) float64) Score {
			r := make([]float64, len(own))
			for i, o := range own {
				r[i] = of(o)
			}
			return score(r, nil)
		}
		s := MemoryScore{Source: k.source, Stack: k.stack, Experts: k.experts,
			Now:     residuals(func(o *memoryPoint) float64 { return o.now }),
			Fit:     residuals(func(o *memoryPoint) float64 { return o.fit }),
			LeftOut: residuals(func(o *memoryPoint) float64 { return o.leftOut })}
		for _, o := range own {
			if inside[o] {
				s.CrossFitted += 1 / float64(len(own))
			}
		}
		c.Sources = append(c.Sources, s)
	}
	slices.SortFunc(c.Sources, func(a, b MemoryScore) int {
		return cmp.Or(cmp.Compare(a.Stack, b.Stack), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Now.N, b.Now.N))
	})
}

// halve divides the points into two parts without a common layout of a model.
func halve(points []*memoryPoint) (h [2][]*memoryPoint) {
	side, groups := map[string]int{}, map[string]int{}
	for _, o := range points {
		k := o.row.shapeKey() + o.row.layoutKey()
		of := fmt.Sprint(o.stack.Name, o.experts)
		if _, known := side[k]; !known {
			side[k] = groups[of] % 2
			groups[of]++
		}
		h[side[k]] = append(h[side[k]], o)
	}
	return h
}
