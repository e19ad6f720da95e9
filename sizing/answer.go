package sizing

import (
	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// Request is an estimate as a person asks for it: whatever is left zero is
// chosen, and a note of the answer says what and why.
type Request struct {
	Model  *model.Model
	Device *hardware.Device
	// Count is the number of devices; 0 takes the fewest that hold the model.
	Count int
	// Cluster options such as the network between nodes.
	Options []hardware.Option
	Stack   *train.Stack
	// Workload's zero fields are chosen, but for Precision and Optimizer, which
	// are set or open here.
	Workload  train.Workload
	Precision option.Of[train.Precision]
	Optimizer option.Of[train.Optimizer]
	// BatchTokens gives the global batch in tokens instead of Workload.Batch.
	BatchTokens quantity.Tokens
	// Examples gives the length of the run instead of Workload.Tokens; zero
	// is none.
	Examples run.Examples
	// Simulator is the host that runs the environment of a model of
	// reinforcement learning; zeros are as published.
	Simulator run.Simulator
	// Distill trains the model on a teacher's outputs; nil is none.
	Distill *train.Distillation
	// Fixed is what of the layout is set. The optimizer is offloaded only where
	// that is set: it takes a host that has the memory, and no measurement confirms
	// the time of it.
	search.Fixed
	// Constants replaces the constants of the step time; nil takes the
	// program's own.
	Constants *train.Constants
	// Overruns replaces the constants of how much longer than planned runs take;
	// nil takes the program's own.
	Overruns *efficiency.File
	// Reliability replaces the parts of DefaultReliability that are not 0.
	Reliability run.Reliability
	// Schedule is what the run does besides full steps; zero is nothing.
	Schedule run.Schedule
	// Sweep multiplies the run into a search; zero is none.
	Sweep run.Sweep
	// Published is how the model was trained, for what of it the request leaves
	// open.
	Published Published
}

// Published is the sequence length, the global batch in tokens and the year of a
// published training; zero ones are not known.
type Published struct {
	Year        int
	Seq         int64
	BatchTokens quantity.Tokens
}

// Answer is an estimate with the prepared model it came from and the
// assumptions that were made.
type Answer struct {
	*train.Prepared
	Estimate train.Estimate
	// Goodput is the run with its interruptions, or one step.
	Goodput run.Goodput
	// Data is what the question's examples become; zero without any.
	Data run.ExamplesCost
	// Environment is where the time of reinforcement learning goes; zero
	// without an environment.
	Environment run.EnvironmentCost
	// Distill is what the question's teacher costs; zero without one.
	Distill DistillCost
	// Sweep is what the question's trials cost; zero without any.
	Sweep run.SweepCost
	Notes note.List
	// Advice is what would make a plan fit that does not.
	Advice []train.Advice
	// Evaluated is how many layouts were looked at.
	Evaluated       int
	agent           *run.Environment // nil: no run in an environment
	course          run.Course
	evaluationBatch quantity.Seconds // of one batch, forward
}

// Defaults of a training run that names neither.
const (
	defaultSeq         = 4096
	defaultBatchTokens = 4 << 20
	defaultImageBatch  = 1024
	defaultTuningBatch = 16 // sequences
)

// Ask answers the question. A plan that does not fit is an answer whose
// Memory.Fits is false; a question that cannot be answered is an error.
func Ask(q Request) (*Answer, error) {
	vocabulary := q.shareVocabulary()
	asked := q
	a, err := q.begin()
	if err != nil {
		return nil, err
	}
	if vocabulary != nil {
		a.Notes = append(a.Notes, *vocabulary)
	}
	if q.Count == 0 {
		a, err = q.fewest(a)
	} else {
		a, err = q.on(q.Count, a)
	}
	if err != nil {
		return nil, err
	}
	if err := asked.CostSweep(a); err != nil {
		return nil, err
	}
	return a, nil
}

// begin chooses workload and stack where the question leaves them open, and
// returns an answer with the notes of that.
func (q *Request) begin() (*Answer, error) {
	if q.Model == nil || q.Device == nil {
		return nil, note.NewError("request.needs-model-and-device")
	}
	a := &Answer{}
	q.chooseOptimizer(a)
	if err := q.fillWorkload(a); err != nil {
		return nil, err
	}
	if q.Stack == nil {
		q.Stack = train.StackFor(q.Model, &q.Workload, q.Device)
		a.Notes.Say("stack", q.Stack.Source, q.Stack.Name)
	}
	return a, nil
}

// chooseOptimizer takes AdamW where the request leaves the optimizer open.
func (q *Request) chooseOptimizer(a *Answer) {
	q.Workload.Optimizer = q.Optimizer.Or(train.AdamW)
	if !q.Optimizer.IsSet() {
		a.Notes.Say("optimizer.default", "", q.Workload.Optimizer)
	}
}

// fillWorkload chooses what the workload leaves open.
func (q *Request) fillWorkload(a *Answer) error {
	w, m := &q.Workload, q.Model
	if q.Precision.IsSet() {
		w.Precision = q.Precision.Or(w.Precision)
	} else {
		p, err := train.DefaultPrecision(q.Device)
		if err != nil {
			return err
		}
		w.Precision = p
		a.Notes.Say("precision", "", p, q.Device.ID)
	}
	if err := q.chooseExamples(a); err != nil {
		return err
	}
	if w.Seq == 0 {
		q.chooseSeq(a)
	}
	if err := q.countExamples(a); err != nil {
		return err
	}
	if err := q.chooseEnvironment(a); err != nil {
		return err
	}
	if m.Context > 0 && w.Seq > m.Context {
		a.Notes.Say("context", "", w.Seq, m.Context)
	}
	if q.BatchTokens > 0 && !m.PerToken() {
		return note.FieldError("batch-tokens", "request.batch-is-in-samples", m.Name, note.Word(m.Unit))
	}
	if w.Batch == 0 && q.BatchTokens > 0 {
		w.Batch = max(1, int64(q.BatchTokens)/w.Seq)
		if w.Batch > model.MaxDim {
			return note.FieldError("batch-tokens", "request.batch-out-of-range", q.BatchTokens, w.Batch, w.Seq, int64(model.MaxDim))
		}
		if int64(q.BatchTokens)%w.Seq != 0 {
			a.Notes.Say("batch.sequences", "", q.BatchTokens, w.Batch, w.Seq)
		}
	}
	if w.FreezesWeights() {
		q.chooseAdapter(a)
		switch missing := w.Adapter.Missing(m); {
		case len(missing) == len(w.Adapter.Targets):
			return note.FieldError("lora-targets", "request.no-such-matrices", m.Name, note.Either(missing), train.LinearNames(m))
		case len(missing) > 0: // which PEFT passes over too
			a.Notes.Say("adapter.missing", "", m.Name, note.Either(missing))
		}
	}
	if err := q.Sweep.Check(); err != nil {
		return err
	}
	if err := q.Schedule.Check(); err != nil {
		return err
	}
	a.course = run.Course{Reliability: q.Reliability.OrDefault(), Schedule: q.Schedule, Situation: q.situation(), Overruns: q.Overruns, Environment: a.agent}
	if w.PUE == 0 {
		w.PUE = 1.1
	}
	if w.CheckpointsKept == 0 {
		w.CheckpointsKept = 3
	}
	return w.Check(m)
}

// chooseAdapter fills in what a LoRA leaves open: rank and targets of the
// libraries' defaults, the same whether the frozen weights are quantised, so that
// LoRA and QLoRA compare; 4 bits for QLoRA.
func (q *Request) chooseAdapter(a *Answer) {
	w := &q.Workload
	if w.Method == train.QLoRA && w.Adapter.BaseBits == 0 {
		w.Adapter.BaseBits = train.NF4DoubleBits
	}
	if w.Adapter.Rank > 0 && len(w.Adapter.Targets) > 0 {
		return
	}
	source := "arXiv:2106.09685 section 4.2; Lightning-AI/litgpt litgpt/finetune/lora.py"
	if w.Adapter.Rank == 0 {
		w.Adapter.Rank = train.DefaultAdapter.Rank
	}
	if len(w.Adapter.Targets) == 0 {
		w.Adapter.Targets = train.DefaultAdapter.Targets
		if len(w.Adapter.Missing(q.Model)) == len(w.Adapter.Targets) { // other mixers have other names
			w.Adapter.Targets, source = []string{"all-linear"}, ""
		}
	}
	a.Notes.Say("adapter.default", source, w.Adapter.Rank, w.Adapter.Targets)
}

func (q *Request) chooseSeq(a *Answer) {
	w, m := &q.Workload, q.Model
	switch {
	case !m.PerToken():
		w.Seq = 1
		return
	case q.Published.Seq > 0:
		w.Seq = q.Published.Seq
		a.Notes.Say("seq.published", "", w.Seq)
	default:
		w.Seq = defaultSeq
		if m.Context > 0 {
			w.Seq = min(w.Seq, m.Context)
		}
		a.Notes.Say("seq.default", "", w.Seq, defaultSeq)
	}
}

// batchFor returns the global batch for dp ranks of a micro-batch: the one
// asked for, or the default rounded up so that it divides.
func (q *Request) batchFor(unit int64) int64 {
	if q.Workload.Batch > 0 {
		return q.Workload.Batch
	}
	want := int64(defaultImageBatch)
	if q.Workload.Method != train.Pretrain {
		want = defaultTuningBatch
	} else if q.Model.PerToken() {
		tokens := int64(defaultBatchTokens)
		if q.Published.BatchTokens > 0 {
			tokens = int64(q.Published.BatchTokens)
		}
		want = max(1, tokens/q.Workload.Seq)
	}
	return (want + unit - 1) / unit * unit
}

// prepare prepares the question for a cluster, with the constants it names.
func (q *Request) prepare(cluster hardware.Cluster) (*train.Prepared, error) {
	p, err := train.Prepare(q.Model, q.Workload, q.Stack, cluster)
	if err == nil && q.Constants != nil {
		p.SetConstants(q.Constants)
	}
	if err == nil && q.Distill != nil {
		err = p.WithTeacher(q.Distill)
	}
	return p, err
}

// on answers for a number of devices.
func (q *Request) on(count int, a *Answer) (*Answer, error) {
	cluster, err := hardware.NewCluster(q.Device, count, q.Options...)
	if err != nil {
		return nil, err
	}
	p, err := q.prepare(cluster)
	if err != nil {
		return nil, err
	}
	return q.answer(p, a)
}

// layout returns the fastest layout that fits of those that the question leaves
// open, surely rather than tightly; the one that needs the least memory if none
// does.
func (q *Request) layout(p *train.Prepared) (best train.Estimate, of int, err error) {
	if q.Workload.MFU > 0 { // a given MFU makes all equally fast
		return q.bestPlan(p)
	}
	if q.Distill != nil { // a teacher's part of a step is not what the search bounds
		given := *q
		given.Workload.Batch = roundBatch(q.batchFor(1))
		return given.bestPlan(p)
	}
	open := *p
	if open.Workload.Batch == 0 {
		open.Workload.Batch = roundBatch(q.batchFor(1))
	}
	fixed := q.Fixed
	fixed.OffloadOptimizer = option.Set(fixed.OffloadOptimizer.Or(false))
	for _, limit := range []quantity.Bytes{p.SureMemory(), p.Cluster.Device.Memory} {
		if best, of, ok := search.Best(&open, fixed, limit); ok {
			return best, int(of), nil
		}
	}
	return q.bestPlan(p)
}

// noteBatch says which global batch was chosen.
func (q *Request) noteBatch(a *Answer, batch int64) {
	if q.Model.PerToken() {
		a.Notes.Say("batch.default", "", batch, quantity.Tokens(batch*q.Workload.Seq))
	} else {
		a.Notes.Say("batch.samples", "", batch, q.Model.Unit)
	}
}

// answer picks the layout and writes the notes.
func (q *Request) answer(p *train.Prepared, a *Answer) (*Answer, error) {
	best, evaluated, err := q.layout(p)
	if err != nil {
		return nil, err
	}
	a.Evaluated = evaluated
	if q.Workload.Batch == 0 {
		q.noteBatch(a, best.Plan.GlobalBatch)
	}
	switch {
	case evaluated > 1 && best.Memory.Fits:
		a.Notes.Say("layout.fastest", "", best.Plan.String(), evaluated)
	case evaluated > 1:
		a.Notes.Say("layout.smallest", "", best.Plan.String(), evaluated)
	}
	if err := a.Conclude(p, &best); err != nil {
		return nil, err
	}
	q.costDistillation(a)
	if !best.Memory.Fits {
		q.advise(a)
		q.suggestCount(p, a)
	}
	return a, nil
}

// suggestCount notes on how many more of the devices the model would fit, the
// layout left open.
func (q *Request) suggestCount(p *train.Prepared, a *Answer) {
	open := *q
	open.Fixed = search.Fixed{}
	for n := 2 * p.Cluster.Count; n <= maxFewest; n *= 2 {
		cluster, err := hardware.NewCluster(q.Device, n, q.Options...)
		if err != nil {
			continue
		}
		larger, err := p.On(cluster)
		if err != nil {
			return
		}
		if e, _, err := open.bestPlan(&larger); err == nil && e.Memory.Verdict == train.FitsSurely {
			a.Notes.Say("more-devices", "", n, e.Plan.String(), e.Memory.Total)
			return
		}
	}
}

// maxFewest is the largest number of devices that is tried when none is given.
const maxFewest = 1 << 17

// fewest answers with the smallest number of devices that hold the model:
// powers of two inside a node, then whole nodes doubling.
func (q *Request) fewest(a *Answer) (*Answer, error) {
	var base *train.Prepared
	last := 0 // the most that was looked at
	least := q.leastDevices()
	for n := least; n <= maxFewest; n *= 2 {
		cluster, err := hardware.NewCluster(q.Device, n, q.Options...)
		if err != nil {
			continue // no such slice of a torus
		}
		var p train.Prepared
		if base == nil {
			first, err := q.prepare(cluster)
			if err != nil {
				return nil, err
			}
			base, p = first, *first
		} else if p, err = base.On(cluster); err != nil {
			// No more can be asked about: answer for those that do not hold it.
			a.Notes.Say("devices.unknown", "", last, err)
			return q.on(last, a)
		}
		last = n
		best, _, err := q.bestPlan(&p)
		if err != nil || best.Memory.Verdict != train.FitsSurely {
			continue
		}
		if least&(least-1) != 0 {
			a.Notes.Say("devices.doubled", "", n, least)
		} else {
			a.Notes.Say("devices.fewest", "", n)
		}
		return q.answer(&p, a)
	}
	// Nothing fits: answer for the fewest devices, which says by how much.
	return q.on(least, a)
}

// leastDevices is how many devices the dimensions that are fixed take.
func (q *Request) leastDevices() int {
	p, n := &q.Plan, 1
	for _, d := range []int{p.TP, p.PP, p.CP, p.DP} {
		if d > hardware.MaxDevices/n {
			return hardware.MaxDevices // too many: no cluster is that large
		}
		n *= max(d, 1)
	}
	return n
}
