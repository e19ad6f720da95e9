package sizing

import (
	"fmt"
	"strings"

	"mlsizer/hardware"
	"mlsizer/internal/spell"
	"mlsizer/sizing/quantity"
)

// Question is an estimate as a person asks for it: whatever is left zero is
// chosen, and a note of the answer says what and why.
type Question struct {
	Model  *Model
	Device *hardware.Device
	// Count is the number of devices; 0 takes the fewest that hold the model.
	Count int
	// Cluster options such as the network between nodes.
	Options []hardware.Option
	Stack   *Stack
	// Workload's zero fields are chosen; Precision and Optimizer are taken as
	// they are unless the Default flags say otherwise.
	Workload         Workload
	DefaultPrecision bool
	// BatchTokens gives the global batch in tokens instead of Workload.Batch.
	BatchTokens quantity.Tokens
	// Examples gives the length of the run instead of Workload.Tokens; zero
	// is none.
	Examples Examples
	// Distill trains the model on a teacher's outputs; nil is none.
	Distill *Distillation
	// Plan's zero dimensions are chosen; Sharding and Recompute only if the
	// flags below say so.
	Plan             Plan
	DefaultSharding  bool
	DefaultRecompute bool
	// Constants replaces the constants of the step time; nil takes the
	// program's own.
	Constants *Constants
	// Reliability replaces the parts of DefaultReliability that are not 0.
	Reliability Reliability
	// Schedule is what the run does besides full steps; zero is nothing.
	Schedule Schedule
	// Sweep multiplies the run into a search; zero is none.
	Sweep Sweep
	// Search looks for the layout among all that there are; nil takes a smaller
	// set, in powers of two.
	Search LayoutSearch
	// KnownSeq and KnownBatch are the published training's sequence length
	// and global batch in tokens, used where the question has none.
	KnownSeq         int64
	KnownBatchTokens quantity.Tokens
}

// LayoutSearch finds the fastest layout that holds no more than so much memory
// on a device, and says how many there are; ok is false if there is none. The
// workload names the global batch. [mlsizer/sizing/search.Layout] is one.
type LayoutSearch func(p *Prepared, memory quantity.Bytes) (best Estimate, of int64, ok bool)

// Answer is an estimate with the prepared model it came from and the
// assumptions that were made.
type Answer struct {
	*Prepared
	Estimate Estimate
	// Goodput is the run with its interruptions, or one step.
	Goodput Goodput
	// Data is what the question's examples become; zero without any.
	Data ExamplesCost
	// Distill is what the question's teacher costs; zero without one.
	Distill DistillCost
	// Sweep is what the question's trials cost; zero without any.
	Sweep SweepCost
	Notes []Note
	// Unreached is why no more devices than those of the answer could be asked
	// about, where their number is left open; nil if they could. The last note
	// of code "devices" says that it is so.
	Unreached error
	// Advice is what would make a plan fit that does not.
	Advice []Advice
	// Evaluated is how many layouts were looked at.
	Evaluated       int
	reliability     Reliability
	schedule        Schedule
	evaluationBatch quantity.Seconds // of one batch, forward
}

// Note names an assumption or a warning behind a number.
type Note struct {
	Code    string `json:"code"`
	Text    string `json:"text"`
	Chinese string `json:"-"`
	Source  string `json:"source,omitempty"`
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
func Ask(q Question) (*Answer, error) {
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
func (q *Question) begin() (*Answer, error) {
	if q.Model == nil || q.Device == nil {
		return nil, fmt.Errorf("a question needs a model and a device")
	}
	a := &Answer{}
	if err := q.fillWorkload(a); err != nil {
		return nil, err
	}
	if q.Stack == nil {
		q.Stack = q.defaultStack()
		a.note("stack", fmt.Sprintf("stack not given: %s assumed", q.Stack.Name),
			fmt.Sprintf("未指定软件栈：假定 %s", q.Stack.Name), q.Stack.Source)
	}
	return a, nil
}

func (a *Answer) note(code, text, zh, source string) {
	a.Notes = append(a.Notes, Note{code, spell.Singular(text), zh, source})
}

// fillWorkload chooses what the workload leaves open.
func (q *Question) fillWorkload(a *Answer) error {
	w, m := &q.Workload, q.Model
	if q.DefaultPrecision {
		p, err := DefaultPrecision(q.Device)
		if err != nil {
			return err
		}
		w.Precision = p
		a.note("precision", fmt.Sprintf("precision not given: %s, the first of bf16, fp16, fp32 that %s computes in", p, q.Device.ID),
			fmt.Sprintf("未指定精度：%s（%s 在 bf16、fp16、fp32 中首个支持者）", p, q.Device.ID), "")
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
	if m.Context > 0 && w.Seq > m.Context {
		a.note("context", fmt.Sprintf("sequences of %d are longer than the model's context of %d", w.Seq, m.Context),
			fmt.Sprintf("序列长 %d 超过模型上下文 %d", w.Seq, m.Context), "")
	}
	if q.BatchTokens > 0 && !m.PerToken() {
		return planError("batch-tokens", "%s is counted in samples of one %s (want --batch)", m.Name, m.Unit)
	}
	if w.Batch == 0 && q.BatchTokens > 0 {
		w.Batch = max(1, int64(q.BatchTokens)/w.Seq)
		if w.Batch > maxDim {
			return planError("batch-tokens", "%s tokens are %d sequences of %d (want 1 to %d)", q.BatchTokens, w.Batch, w.Seq, int64(maxDim))
		}
		if int64(q.BatchTokens)%w.Seq != 0 {
			a.note("batch", fmt.Sprintf("a batch of %s tokens is %d sequences of %d", q.BatchTokens, w.Batch, w.Seq),
				fmt.Sprintf("%s 个 token 的批次合 %d 条长 %d 的序列", q.BatchTokens, w.Batch, w.Seq), "")
		}
	}
	if w.frozen() {
		q.chooseAdapter(a)
		switch missing := w.Adapter.missing(m); {
		case len(missing) == len(w.Adapter.Targets):
			return planError("lora-targets", "%s has no matrix named %s (want %s, or all-linear)", m.Name, strings.Join(missing, " or "), strings.Join(linearNames(m), ", "))
		case len(missing) > 0: // which PEFT passes over too
			a.note("adapter", fmt.Sprintf("%s has no matrix named %s: it gets no adapter", m.Name, strings.Join(missing, " or ")),
				fmt.Sprintf("%s 没有名为 %s 的矩阵：不加适配器", m.Name, strings.Join(missing, "、")), "")
		}
	}
	if err := q.Sweep.check(); err != nil {
		return err
	}
	if err := q.Schedule.check(); err != nil {
		return err
	}
	a.reliability, a.schedule = q.Reliability.orDefault(), q.Schedule
	if w.PUE == 0 {
		w.PUE = 1.1
	}
	if w.CheckpointsKept == 0 {
		w.CheckpointsKept = 3
	}
	return w.check(m)
}

// chooseAdapter fills in what a LoRA leaves open: rank and targets of the
// libraries' defaults, the same whether the frozen weights are quantised, so that
// LoRA and QLoRA compare; 4 bits for QLoRA.
func (q *Question) chooseAdapter(a *Answer) {
	w := &q.Workload
	if w.Method == QLoRA && w.Adapter.BaseBits == 0 {
		w.Adapter.BaseBits = NF4DoubleBits
	}
	if w.Adapter.Rank > 0 && len(w.Adapter.Targets) > 0 {
		return
	}
	source := "arXiv:2106.09685 section 4.2; Lightning-AI/litgpt litgpt/finetune/lora.py"
	if w.Adapter.Rank == 0 {
		w.Adapter.Rank = DefaultAdapter.Rank
	}
	if len(w.Adapter.Targets) == 0 {
		w.Adapter.Targets = DefaultAdapter.Targets
		if len(w.Adapter.missing(q.Model)) == len(w.Adapter.Targets) { // other mixers have other names
			w.Adapter.Targets, source = []string{"all-linear"}, ""
		}
	}
	a.note("adapter", fmt.Sprintf("adapters of rank %d on %s", w.Adapter.Rank, strings.Join(w.Adapter.Targets, ", ")),
		fmt.Sprintf("适配器秩 %d，作用于 %s", w.Adapter.Rank, strings.Join(w.Adapter.Targets, "、")), source)
}

func (q *Question) chooseSeq(a *Answer) {
	w, m := &q.Workload, q.Model
	switch {
	case !m.PerToken():
		w.Seq = 1
		return
	case q.KnownSeq > 0:
		w.Seq = q.KnownSeq
		a.note("seq", fmt.Sprintf("sequence length not given: %d, as the model was trained", w.Seq),
			fmt.Sprintf("未指定序列长度：取该模型训练时的 %d", w.Seq), "")
	default:
		w.Seq = defaultSeq
		if m.Context > 0 {
			w.Seq = min(w.Seq, m.Context)
		}
		a.note("seq", fmt.Sprintf("sequence length not given: %d (the smaller of %d and the model's context)", w.Seq, defaultSeq),
			fmt.Sprintf("未指定序列长度：%d（%d 与模型上下文中较小者）", w.Seq, defaultSeq), "")
	}
}

// batchFor returns the global batch for dp ranks of a micro-batch: the one
// asked for, or the default rounded up so that it divides.
func (q *Question) batchFor(unit int64) int64 {
	if q.Workload.Batch > 0 {
		return q.Workload.Batch
	}
	want := int64(defaultImageBatch)
	if q.Workload.Method != Pretrain {
		want = defaultTuningBatch
	} else if q.Model.PerToken() {
		tokens := int64(defaultBatchTokens)
		if q.KnownBatchTokens > 0 {
			tokens = int64(q.KnownBatchTokens)
		}
		want = max(1, tokens/q.Workload.Seq)
	}
	return (want + unit - 1) / unit * unit
}

// prepare prepares the question for a cluster, with the constants it names.
func (q *Question) prepare(cluster hardware.Cluster) (*Prepared, error) {
	p, err := Prepare(q.Model, q.Workload, q.Stack, cluster)
	if err == nil && q.Constants != nil {
		p.SetConstants(q.Constants)
	}
	if err == nil && q.Distill != nil {
		p.tutor, err = q.newTutor(p)
	}
	return p, err
}

// on answers for a number of devices.
func (q *Question) on(count int, a *Answer) (*Answer, error) {
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
func (q *Question) layout(p *Prepared) (best Estimate, of int, err error) {
	if q.Search == nil || q.Workload.MFU > 0 { // a given MFU makes all equally fast
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
	for _, limit := range []quantity.Bytes{p.SureMemory(), p.Cluster.Device.Memory} {
		if best, of, ok := q.Search(&open, limit); ok {
			return best, int(of), nil
		}
	}
	return q.bestPlan(p)
}

// answer picks the layout and writes the notes.
func (q *Question) answer(p *Prepared, a *Answer) (*Answer, error) {
	best, evaluated, err := q.layout(p)
	if err != nil {
		return nil, err
	}
	a.Evaluated = evaluated
	if q.Workload.Batch == 0 {
		b := best.Plan.GlobalBatch
		size, zh := fmt.Sprintf("%d (%s tokens)", b, quantity.Tokens(b*p.Workload.Seq)), fmt.Sprintf("%d（%s token）", b, quantity.Tokens(b*p.Workload.Seq))
		if unit := q.Model.Unit; !q.Model.PerToken() {
			size, zh = fmt.Sprintf("%d %ss", b, unit), fmt.Sprintf("%d（%s）", b, unit)
		}
		a.note("batch", "global batch not given: "+size, "未指定全局批次："+zh, "")
	}
	switch {
	case evaluated > 1 && best.Memory.Fits:
		a.note("layout", fmt.Sprintf("layout not fixed: %s is the fastest that fits of %d that were tried", best.Plan.String(), evaluated),
			fmt.Sprintf("未指定并行布局：%s 是所试 %d 种中放得下且最快者", best.Plan.String(), evaluated), "")
	case evaluated > 1:
		a.note("layout", fmt.Sprintf("layout not fixed: %s needs the least memory of %d that were tried", best.Plan.String(), evaluated),
			fmt.Sprintf("未指定并行布局：%s 是所试 %d 种中占内存最少者", best.Plan.String(), evaluated), "")
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
func (q *Question) suggestCount(p *Prepared, a *Answer) {
	open := *q
	open.Plan, open.DefaultSharding, open.DefaultRecompute = Plan{}, true, true
	for n := 2 * p.Cluster.Count; n <= maxFewest; n *= 2 {
		cluster, err := hardware.NewCluster(q.Device, n, q.Options...)
		if err != nil {
			continue
		}
		larger, err := p.On(cluster)
		if err != nil {
			return
		}
		if e, _, err := open.bestPlan(&larger); err == nil && e.Memory.Verdict == FitsSurely {
			a.note("more-devices", fmt.Sprintf("it fits on %d devices: %s, %s a device", n, e.Plan.String(), e.Memory.Total),
				fmt.Sprintf("%d 台设备可放下：%s，每设备 %s", n, e.Plan.String(), e.Memory.Total), "")
			return
		}
	}
}

// maxFewest is the largest number of devices that is tried when none is given.
const maxFewest = 1 << 17

// fewest answers with the smallest number of devices that hold the model:
// powers of two inside a node, then whole nodes doubling.
func (q *Question) fewest(a *Answer) (*Answer, error) {
	var base *Prepared
	last := 0 // the most that was looked at
	least := q.leastDevices()
	for n := least; n <= maxFewest; n *= 2 {
		cluster, err := hardware.NewCluster(q.Device, n, q.Options...)
		if err != nil {
			continue // no such slice of a torus
		}
		var p Prepared
		if base == nil {
			first, err := q.prepare(cluster)
			if err != nil {
				return nil, err
			}
			base, p = first, *first
		} else if p, err = base.On(cluster); err != nil {
			// No more can be asked about: answer for those that do not hold it.
			a.Unreached = err
			a.note("devices", fmt.Sprintf("number of devices not given: %d do not surely hold it, and of more nothing is known", last),
				fmt.Sprintf("未指定设备数：%d 台未必放得下，更多则无从得知", last), "")
			return q.on(last, a)
		}
		last = n
		best, _, err := q.bestPlan(&p)
		if err != nil || best.Memory.Verdict != FitsSurely {
			continue
		}
		of, zh := "in powers of two", "取 2 的幂"
		if least&(least-1) != 0 {
			of, zh = fmt.Sprintf("doubling from the %d of the layout", least), fmt.Sprintf("自布局所需的 %d 起倍增", least)
		}
		a.note("devices", fmt.Sprintf("number of devices not given: %d is the fewest (%s) that surely hold it", n, of),
			fmt.Sprintf("未指定设备数：%d 是放得下的最少设备数（%s）", n, zh), "")
		return q.answer(&p, a)
	}
	// Nothing fits: answer for the fewest devices, which says by how much.
	return q.on(least, a)
}

// leastDevices is how many devices the dimensions that are fixed take.
func (q *Question) leastDevices() int {
	p, n := &q.Plan, 1
	for _, d := range []int{p.TP, p.PP, p.CP, p.DP} {
		if d > hardware.MaxDevices/n {
			return hardware.MaxDevices // too many: no cluster is that large
		}
		n *= max(d, 1)
	}
	return n
}
