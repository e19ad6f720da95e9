// Package search finds the best layout of a training step among all that a
// model, a stack and a cluster allow.
//
// It enumerates tensor, sequence, pipeline (with virtual stages and uneven
// first and last stages), context, expert (with tensor parallelism of its own)
// and data parallelism, sharding, shard groups, micro-batch, recompute and
// offload of the optimizer, and evaluates them with [train.Evaluator]: the
// same numbers as every estimate.
//
// The pruned search takes the nodes (all but pipelines and states) in the
// order of a lower bound of their step time and stops when the bound is above the
// worst plan of the answer; inside a node it skips the pipelines whose memory
// is too large however the states are shared. Both bounds are sound, so that
// the answer is that of the exhaustive search. With n nodes it takes
// O(n) time for the bounds and O(k log n) for the k nodes that are opened.
package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Objective is what the best plan has least of.
type Objective uint8

// The objectives. On a given number of devices cost and energy are least where
// the time is.
const (
	Time Objective = iota
	Cost
	Energy
	Devices
	Memory
	numObjectives
)

var objectiveNames = [numObjectives]string{"time", "cost", "energy", "devices", "memory"}

// String returns the objective's name.
func (o Objective) String() string {
	if o < numObjectives {
		return objectiveNames[o]
	}
	return fmt.Sprintf("Objective(%d)", uint8(o))
}

// MarshalText writes the name.
func (o Objective) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// ParseObjective reads an objective's name.
func ParseObjective(s string) (Objective, error) {
	for o, name := range objectiveNames {
		if s == name {
			return Objective(o), nil
		}
	}
	return 0, note.NewError("objective.unknown", s, note.Choice(slices.Clone(objectiveNames[:])))
}

// Options says what to look for.
type Options struct {
	Objective Objective
	// Top is how many plans are kept, best first; 0 is 1. Of plans that come to
	// the same step and memory one is kept.
	Top int
	// Memory is the most that a device may hold, 0 what it has.
	Memory quantity.Bytes
	// Sure keeps only plans that surely fit.
	Sure bool
	// Step is the longest that a step may take; 0: any.
	Step  quantity.Seconds
	Fixed Fixed
	// Kinds keeps one plan of each kind, the best: plans of one kind divide the
	// model over the devices and shard its state in the same way.
	Kinds bool
	// Exhaustive evaluates every layout.
	Exhaustive bool
	// Workers is the number of goroutines; 0: GOMAXPROCS.
	Workers int
	// Context ends the search early, with its error; nil: never.
	Context context.Context
}

// Cancelled is the error of a context that ended, nil for nil. A search that it
// ended early looks as if it had found nothing.
func Cancelled(ctx context.Context) error {
	if ctx == nil {
		return nil
	}
	return context.Cause(ctx)
}

// Result is what a search found.
type Result struct {
	// Plans are the best, in order; none if no layout keeps to the options.
	Plans []train.Estimate
	// Candidates is how many layouts the model, the stack and the devices
	// allow, Evaluated how many of them were evaluated (the others are bounded
	// away), and Feasible how many of those keep to the options.
	Candidates, Evaluated, Feasible int64
}

// Add counts what another search looked at.
func (r *Result) Add(other *Result) {
	r.Candidates += other.Candidates
	r.Evaluated += other.Evaluated
	r.Feasible += other.Feasible
}

// Count takes the counts of another result.
func (r *Result) Count(of *Result) {
	r.Candidates, r.Evaluated, r.Feasible = of.Candidates, of.Evaluated, of.Feasible
}

// Run searches the layouts of a prepared model, whose workload names the
// global batch. Nothing of the answer depends on the number of workers. An error
// is a workload without a batch, or that of the context.
func Run(p *train.Prepared, o Options) (Result, error) {
	if p.Workload.Batch < 1 {
		return Result{}, note.FieldError("batch", "objective.needs-batch")
	}
	if err := Cancelled(o.Context); err != nil {
		return Result{}, err
	}
	o.Top = max(o.Top, 1)
	if o.Memory == 0 {
		o.Memory = p.Cluster.Device.Memory
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	r := &run{space: newSpace(p, o.Fixed), o: o, pairs: nil}
	r.pairs = r.space.pairs()
	r.worst.Store(math.Float64bits(math.Inf(1)))
	if o.Step > 0 && o.Objective != Memory {
		r.worst.Store(math.Float64bits(float64(o.Step)))
	}
	workers := make([]worker, o.Workers)
	if !o.Exhaustive {
		r.seed(p)
	}
	r.each(workers, (*worker).list)
	if !o.Exhaustive {
		for i := range workers {
			r.queue = append(r.queue, workers[i].nodes...)
		}
		r.queue.init()
	}
	if o.Exhaustive {
		r.each(workers, (*worker).search)
	} else {
		r.rounds(workers)
	}
	if err := Cancelled(o.Context); err != nil {
		return Result{}, err
	}
	return r.merge(workers), nil
}

// The first and the largest number of nodes of a round.
const (
	firstRound   = 4
	largestRound = 64
)

// rounds opens nodes in the order of their floors, so many at a time. What a
// round prunes by is known when it begins, so that the counts are the same
// whatever the workers do.
func (r *run) rounds(workers []worker) {
	for size := firstRound; ; size = min(2*size, largestRound) {
		r.round = r.round[:0]
		for len(r.round) < size {
			n, ok := r.queue.pop()
			if !ok || r.tooSlow(&n) {
				break // and so are all that follow
			}
			r.round = append(r.round, n)
		}
		if len(r.round) == 0 || Cancelled(r.o.Context) != nil {
			return
		}
		r.each(workers, (*worker).openRound)
		if best := r.joined(workers); len(best) == r.o.Top {
			r.lower(r.o.value(&best[r.o.Top-1]))
		}
	}
}

// openRound opens nodes of the round until none is left.
func (w *worker) openRound() {
	for {
		i := int(w.next.Add(1)) - 1
		if i >= len(w.round) || Cancelled(w.o.Context) != nil {
			return
		}
		w.open(&w.round[i])
	}
}

// seed searches the part of the space without context parallelism and with
// micro-batches of one, which is small. Its worst answer is no better than the
// worst of the whole space, and rules most of that out before it is listed.
func (r *run) seed(p *train.Prepared) {
	part := r.o
	f := &part.Fixed.Plan
	if f.CP > 0 || f.MicroBatch > 0 {
		return
	}
	f.CP, f.MicroBatch = 1, 1
	if found, err := Run(p, part); err == nil && len(found.Plans) == r.o.Top {
		r.lower(r.o.value(&found.Plans[r.o.Top-1]))
	}
}

// run is one search.
type run struct {
	*space
	o     Options
	pairs [][2]int
	next  atomic.Int64  // of pairs or nodes
	worst atomic.Uint64 // bits of the value that an answer must not exceed
	queue queue
	round []node // that are opened together
}

// worker is one goroutine's part of a search.
type worker struct {
	*run
	v                               *train.Evaluator
	floor                           *train.LowerBound
	nodes                           []node
	counts                          counter
	at                              train.Plan     // the layout that is looked at
	e                               train.Estimate // of it
	try, pipeline                   func()         // evaluate and evaluatePipeline, made once
	best                            []train.Estimate
	candidates, evaluated, feasible int64
}

// each runs a phase on every worker.
func (r *run) each(workers []worker, phase func(*worker)) {
	r.next.Store(0)
	var wg sync.WaitGroup
	for i := range workers {
		workers[i].run = r
		if i > 0 {
			wg.Go(func() { phase(&workers[i]) })
		}
	}
	phase(&workers[0])
	wg.Wait()
}

// list collects the nodes of some pairs, with their lower bounds. An exhaustive
// search evaluates them at once.
func (w *worker) list() {
	w.v, w.floor = w.p.NewEvaluator(), w.p.NewLowerBound()
	w.try, w.pipeline = w.evaluate, w.evaluatePipeline
	w.best = make([]train.Estimate, 0, w.o.Top+1)
	w.counts = counter{w.space, map[pipelineKey]int64{}}
	if w.o.Exhaustive {
		return
	}
	for {
		i := int(w.next.Add(1)) - 1
		if i >= len(w.pairs) || Cancelled(w.o.Context) != nil {
			return
		}
		w.space.divisions(w.pairs[i][0], w.pairs[i][1], w.listDivision)
	}
}

// listDivision collects the nodes of a division. One that is too slow at any
// depth and with any recompute is counted only.
func (w *worker) listDivision(at *node) {
	plan := w.plan(at)
	looked, hopeless := false, false
	w.space.depths(at, func(n *node) {
		plan.PP, plan.DP, plan.VP = int(n.pp), int(n.dp), 1
		layouts := w.counts.count(&plan)
		if layouts == 0 {
			return
		}
		w.candidates += layouts * int64(len(w.modes))
		if !looked {
			looked, hopeless = true, w.slow(float64(w.floor.Division(&plan)))
		}
		if hopeless {
			return
		}
		plan.VP = w.mostVP[n.pp]
		for _, n.mode = range w.modes {
			plan.Recompute, plan.OffloadOptimizer = n.mode, false
			n.floor = float64(w.floor.Step(&plan))
			plan.OffloadOptimizer = w.offloads[len(w.offloads)-1]
			if !w.tooSlow(n) && !w.tooLarge(w.floor.Memory(&plan, w.most)) {
				w.nodes = append(w.nodes, *n)
			}
		}
	})
}

// search opens all nodes of some pairs.
func (w *worker) search() {
	for {
		i := int(w.next.Add(1)) - 1
		if i >= len(w.pairs) {
			return
		}
		w.space.divisions(w.pairs[i][0], w.pairs[i][1], func(at *node) {
			w.space.depths(at, w.searchDepth)
		})
	}
}

// searchDepth opens the nodes of a depth.
func (w *worker) searchDepth(n *node) {
	plan := w.plan(n)
	layouts := w.counts.count(&plan)
	if layouts == 0 {
		return
	}
	for _, n.mode = range w.modes {
		if Cancelled(w.o.Context) != nil {
			return
		}
		w.candidates += layouts
		w.open(n)
	}
}

// tooSlow reports whether no layout of a node can be an answer.
func (r *run) tooSlow(n *node) bool { return r.slow(n.floor) }

// slow reports whether nothing that takes so long or longer can be an answer.
func (r *run) slow(floor float64) bool {
	return r.o.Objective != Memory && floor > r.limit() || r.o.Step > 0 && floor > float64(r.o.Step)
}

// tooLarge reports whether no layout that takes so much memory or more can be
// an answer.
func (w *worker) tooLarge(least float64) bool {
	return least > float64(w.o.Memory) || w.o.Objective == Memory && least > w.limit()
}

// limit is the value that an answer must not exceed.
func (r *run) limit() float64 { return math.Float64frombits(r.worst.Load()) }

// open evaluates the layouts of a node.
func (w *worker) open(n *node) {
	w.at = w.plan(n)
	w.space.shared(&w.at, w.pipeline)
}

// evaluatePipeline evaluates the layouts of the pipeline that is looked at.
func (w *worker) evaluatePipeline() {
	if !w.o.Exhaustive {
		if w.slow(float64(w.floor.Step(&w.at))) {
			return
		}
		w.at.OffloadOptimizer = w.offloads[len(w.offloads)-1]
		least, err := w.v.MemoryLowerBound(&w.at, w.most)
		if err != nil || w.tooLarge(least) {
			return
		}
	}
	w.space.states(&w.at, w.try)
}

// evaluate evaluates the layout that is looked at.
func (w *worker) evaluate() {
	if err := w.v.Evaluate(&w.at, &w.e); err != nil {
		return
	}
	w.evaluated++
	w.keep(&w.e)
}

// keep puts an estimate among the best if it belongs there.
func (w *worker) keep(e *train.Estimate) {
	if e.Memory.Total > w.o.Memory || w.o.Sure && e.Memory.Verdict != train.FitsSurely || w.o.Step > 0 && e.Time.Step > w.o.Step {
		return
	}
	w.feasible++
	if w.o.value(e) > w.limit() || len(w.best) == w.o.Top && w.o.compare(e, &w.best[w.o.Top-1]) >= 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(w.best, e, func(a train.Estimate, b *train.Estimate) int { return w.o.compare(&a, b) })
	switch {
	case w.o.Kinds:
		same := slices.IndexFunc(w.best, func(a train.Estimate) bool { return sameKind(&a.Plan, &e.Plan) })
		if same >= 0 && same < at {
			return
		}
		if same >= 0 {
			w.best = slices.Delete(w.best, same, same+1)
		}
	case at > 0 && twins(&w.best[at-1], e):
		return
	case at < len(w.best) && twins(e, &w.best[at]):
		w.best[at] = *e
		return
	}
	w.best = slices.Insert(w.best, at, *e)
	if len(w.best) > w.o.Top {
		w.best = w.best[:w.o.Top]
	}
}

// lower tightens the limit that all workers prune by.
func (r *run) lower(value float64) {
	for {
		old := r.worst.Load()
		if math.Float64frombits(old) <= value || r.worst.CompareAndSwap(old, math.Float64bits(value)) {
			return
		}
	}
}

// value is what the objective has least of.
func (o *Options) value(e *train.Estimate) float64 {
	if o.Objective == Memory {
		return float64(e.Memory.Total)
	}
	return float64(e.Time.Step)
}

// compare orders estimates: by the objective, then by what it leaves out, then
// by their dimensions, so that the order is one whatever the workers do.
func (o *Options) compare(a, b *train.Estimate) int {
	if c := cmp.Compare(o.value(a), o.value(b)); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Memory.Total, b.Memory.Total); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Time.Step, b.Time.Step); c != 0 {
		return c
	}
	return comparePlans(&a.Plan, &b.Plan)
}

// twins reports whether two plans are equivalent: they have the same step time
// and memory, as plans do that divide the tokens of a sequence among more
// devices and give each so many more sequences. Equivalent plans are neighbours
// in the order of [Options.compare]; the first has the smaller dimensions.
func twins(a, b *train.Estimate) bool {
	return a.Time.Step == b.Time.Step && a.Memory.Total == b.Memory.Total
}

// sameKind reports whether two plans divide the model over the devices and shard
// its state in the same way. They may differ in how a pipeline is interleaved, in
// how sequences and batches are divided, and in what is recomputed.
func sameKind(a, b *train.Plan) bool {
	return a.TP == b.TP && a.PP == b.PP && a.EP == b.EP && a.ETP == b.ETP &&
		a.Sharding == b.Sharding && a.ShardGroup == b.ShardGroup && a.OffloadOptimizer == b.OffloadOptimizer
}

func comparePlans(a, b *train.Plan) int {
	return cmp.Or(
		cmp.Compare(a.TP, b.TP), cmp.Compare(a.PP, b.PP), cmp.Compare(a.VP, b.VP), cmp.Compare(a.CP, b.CP), cmp.Compare(a.EP, b.EP),
		cmp.Compare(a.ETP, b.ETP), cmp.Compare(a.FirstLayers, b.FirstLayers), cmp.Compare(a.LastLayers, b.LastLayers),
		cmp.Compare(a.MicroBatch, b.MicroBatch), cmp.Compare(a.Sharding, b.Sharding), cmp.Compare(a.ShardGroup, b.ShardGroup),
		cmp.Compare(a.Recompute, b.Recompute), compareBools(a.SequenceParallel, b.SequenceParallel), compareBools(a.OffloadOptimizer, b.OffloadOptimizer),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// merge joins what the workers found.
func (r *run) merge(workers []worker) Result {
	var t Result
	for i := range workers {
		w := &workers[i]
		t.Candidates += w.candidates
		t.Evaluated += w.evaluated
		t.Feasible += w.feasible
	}
	t.Plans = r.joined(workers)
	return t
}

// joined returns the best plans of all workers.
func (r *run) joined(workers []worker) []train.Estimate {
	var all []train.Estimate
	for i := range workers {
		all = append(all, workers[i].best...)
	}
	slices.SortFunc(all, func(a, b train.Estimate) int { return r.o.compare(&a, &b) })
	best := all[:0]
	for i := range all {
		double := len(best) > 0 && twins(&best[len(best)-1], &all[i])
		if r.o.Kinds {
			double = slices.ContainsFunc(best, func(e train.Estimate) bool { return sameKind(&e.Plan, &all[i].Plan) })
		}
		if !double {
			best = append(best, all[i])
		}
	}
	return best[:min(len(best), r.o.Top)]
}
