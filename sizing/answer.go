package sizing

import (
	"context"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/posttrain"
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
	// BatchTokens gives the global batch in tokens instead of Workload.Batch: a
	// target, for which a batch within 5 % is taken that divides well.
	BatchTokens quantity.Tokens
	// Examples gives the length of the run instead of Workload.Tokens; zero
	// is none.
	Examples run.Examples
	// Simulator is the host that runs the environment of a model of
	// reinforcement learning; zeros are as published.
	Simulator run.Simulator
	// Distill trains the model on a teacher's outputs; nil is none.
	Distill *train.Distillation
	// PostTrain makes the run one of preference or reinforcement tuning; nil is
	// none. The batch is then in examples, and Examples counts pairs, answers or
	// prompts.
	PostTrain *posttrain.Setup
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

	// Context ends the searches of the request early, with its error; nil: never.
	Context context.Context

	one bool // the devices are open, and one surely holds the model
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
	// PostTrain is the step of post-training taken apart; nil without it.
	PostTrain *posttrain.Answer
	// Sweep is what the question's trials cost; zero without any.
	Sweep run.SweepCost
	Notes note.List
	// StackAssumed says that the request names no stack.
	StackAssumed bool
	// Advice is what would make a plan fit that does not.
	Advice []train.Advice
	// Evaluated is how many layouts were looked at.
	Evaluated int
	// asked is the request with what it leaves open filled in.
	asked           *Request
	agent           *run.Environment // nil: no run in an environment
	course          run.Course
	evaluationBatch quantity.Seconds // of one batch, forward
}

// defaultSeq is the sequence length of a training run that names none.
const defaultSeq = 4096

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
	if err := search.Cancelled(q.Context); err != nil {
		return nil, err
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
	a := &Answer{asked: q}
	q.one = q.oneWillDo()
	q.chooseOptimizer(a)
	if err := q.fillPostTraining(a); err != nil {
		return nil, err
	}
	if err := q.fillWorkload(a); err != nil {
		return nil, err
	}
	q.chooseStack(a)
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
	if err := q.checkBatch(); err != nil {
		return err
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
	if w.Region == nil {
		w.Region, _ = hardware.FindRegion(hardware.World) // a test knows that it is there
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
	source := "arXiv:2106.09685 section 4.2; Lightning-AI/litgpt@2685705 litgpt/finetune/lora.py:56-61"
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

// prepare prepares the question for a cluster, with the constants it names.
func (q *Request) prepare(cluster hardware.Cluster) (*train.Prepared, error) {
	p, err := train.Prepare(q.Model, q.Workload, q.Stack, cluster)
	if err == nil && q.Constants != nil {
		p.SetConstants(q.Constants)
	}
	if err == nil && q.Distill != nil {
		err = p.WithTeacher(q.Distill)
	}
	if err == nil && q.PostTrain != nil {
		err = p.WithOthers(q.PostTrain.Others)
	}
	return p, err
}

// on answers for a number of devices.
func (q *Request) on(count int, a *Answer) (*Answer, error) {
	cluster, err := hardware.NewCluster(q.Device, q.policyDevices(count), q.Options...)
	if err != nil {
		return nil, err
	}
	p, err := q.prepare(cluster)
	if err == nil {
		err = q.checkPipeline(p)
	}
	if err != nil {
		return nil, err
	}
	f, err := q.layout(p)
	if err != nil {
		return nil, err
	}
	return q.conclude(&f, a)
}

// conclude writes the estimate of the best plan that was found and the notes.
func (q *Request) conclude(f *search.Found, a *Answer) (*Answer, error) {
	p, best := f.Prepared, &f.Plans[0]
	a.Evaluated = int(f.Candidates)
	q.noteBatch(a, best.Plan.GlobalBatch)
	switch {
	case a.Evaluated > 1 && best.Memory.Fits:
		a.Notes.Say("layout.fastest", "", best.Plan.String(), a.Evaluated)
	case a.Evaluated > 1:
		a.Notes.Say("layout.smallest", "", best.Plan.String(), a.Evaluated)
	}
	if err := a.conclude(p, best); err != nil {
		return nil, err
	}
	q.costDistillation(a)
	if !a.Estimate.Memory.Fits {
		q.advise(a)
		q.suggestCount(p, a)
	}
	return a, nil
}
