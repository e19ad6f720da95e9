package sizing

import (
	"fmt"
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// TeacherLogits says where a student finds what its teacher would answer.
type TeacherLogits uint8

// The ways.
const (
	OnlineLogits TeacherLogits = iota // the teacher's forward pass in every step
	StoredLogits                      // read back; the teacher has seen the data once
	numTeacherLogits
)

var teacherLogitsNames = [numTeacherLogits]string{"online", "stored"}

// String returns the name.
func (t TeacherLogits) String() string {
	if t < numTeacherLogits {
		return teacherLogitsNames[t]
	}
	return fmt.Sprintf("TeacherLogits(%d)", uint8(t))
}

// MarshalText writes the name.
func (t TeacherLogits) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// ParseTeacherLogits reads "online" or "stored".
func ParseTeacherLogits(s string) (TeacherLogits, error) {
	return byName(s, "way to have a teacher's logits", numTeacherLogits, TeacherLogits.String)
}

const sourceDistillation = "arXiv:1503.02531"

// Distillation is a teacher whose outputs a model is trained on
// (arXiv:1503.02531).
type Distillation struct {
	Teacher *Model
	Logits  TeacherLogits
	// TopK is how many logits a token are stored; 0 is all of them.
	TopK int64
	// FP8 stores the teacher's weights in a byte each, and computes with them
	// where the device does; otherwise they are in the run's precision.
	FP8 bool
}

// Bytes of a logit. On the device there are the logit in the run's precision
// and its fp32 softmax; on disk it is in 16 bits, of the largest k with the
// place in the vocabulary: 2 bytes where that has no more than 65,536 entries,
// else 4.
// Assumed, the source not read again: pytorch/torchtune
// torchtune/modules/loss/kd_losses.py (teacher_prob in fp32).
const (
	softmaxBytes     = 4
	storedLogitBytes = 2
)

// bytesPerToken returns what is stored of a token with so many outputs.
func (d *Distillation) bytesPerToken(outputs float64) float64 {
	if d.TopK == 0 {
		return outputs * storedLogitBytes
	}
	index := 2.0
	if outputs > 1<<16 {
		index = 4
	}
	return float64(d.TopK) * (index + storedLogitBytes)
}

// suits refuses a teacher that the model cannot learn from.
func (d *Distillation) suits(student *Prepared, teacher *tutor) error {
	m, outputs, given := student.costs.model, student.outputs(), teacher.outputs()
	switch {
	case m.PerToken() != d.Teacher.PerToken() || !m.PerToken() && m.Unit != d.Teacher.Unit:
		return planError("teacher", "%s does not read what %s reads", d.Teacher.Name, m.Name)
	case outputs == 0 || given == 0:
		return planError("teacher", "%s and %s have no logits to compare", d.Teacher.Name, m.Name)
	case math.Abs(given/outputs-1) > vocabularySlack:
		return planError("teacher", "%s has %.0f outputs a token and %s %.0f: their logits do not compare (want a teacher with the student's vocabulary)", d.Teacher.Name, given, m.Name, outputs)
	case d.TopK > 0 && d.Logits == OnlineLogits:
		return planError("top-k", "a teacher in every step gives all its logits: %d of them are for stored ones (want --teacher-logits stored too)", d.TopK)
	case float64(d.TopK) > given:
		return planError("top-k", "%d of %.0f logits (want fewer)", d.TopK, given)
	case d.TopK > 0 && d.bytesPerToken(given) >= given*storedLogitBytes:
		return planError("top-k", "%d logits and their places take %.0f bytes a token, all %.0f without places %.0f (want fewer, or no top-k)", d.TopK, d.bytesPerToken(given), given, given*storedLogitBytes)
	}
	return nil
}

// shareVocabulary makes teacher and student answer alike where the shape of one
// is inferred from its count, which says nothing of its vocabulary: an inferred
// teacher takes the student's, an inferred student its teacher's. It returns the
// note of that, nil where neither changes.
func (q *Question) shareVocabulary() *Note {
	if q.Model == nil || q.Distill == nil {
		return nil
	}
	student, teacher := q.Model, q.Distill.Teacher
	if student.Vocab == teacher.Vocab || student.Vocab == 0 || teacher.Vocab == 0 {
		return nil
	}
	from, to := student, teacher
	switch {
	case teacher.Inferred:
		d := *q.Distill
		d.Teacher = teacher.withVocabulary(student.Vocab)
		q.Distill = &d
	case student.Inferred:
		from, to = teacher, student
		q.Model = student.withVocabulary(teacher.Vocab)
	default:
		return nil
	}
	return &Note{Code: "teacher", Text: fmt.Sprintf("%s, of which only the count is known, is taken to have the vocabulary of %s: %d entries", to.Name, from.Name, from.Vocab),
		Chinese: fmt.Sprintf("%s 仅知参数量：词表取 %s 的 %d 项", to.Name, from.Name, from.Vocab)}
}

// vocabularySlack is how far two vocabularies may differ in size: models of
// one family pad theirs differently (Qwen2.5: 151,936 and 152,064).
const vocabularySlack = 0.01

// outputs returns the logits of a token, or of a sample that has none.
func (p *Prepared) outputs() float64 { return p.costs.oneLoss / float64(p.Workload.Seq) }

// tutor is a teacher on the student's devices.
type tutor struct {
	Distillation
	*Prepared
	weight float64 // bytes of a weight
}

// newTutor prepares the question's teacher beside its prepared student.
func (q *Question) newTutor(p *Prepared) (*tutor, error) {
	d := q.Distill
	t := &tutor{Distillation: *d, weight: p.costs.actBytes}
	w := Workload{Seq: p.Workload.Seq, Precision: p.Workload.Precision, PUE: p.Workload.PUE}
	if !d.Teacher.PerToken() {
		w.Seq = 1
	}
	if d.FP8 {
		t.weight = 1
		if p.Cluster.Device.Supports(hardware.FP8) {
			w.Precision = FP8
		}
	}
	var err error
	if t.Prepared, err = Prepare(d.Teacher, w, p.costs.stack, p.Cluster); err != nil {
		return nil, fmt.Errorf("the teacher: %w", err)
	}
	if q.Constants != nil {
		t.SetConstants(q.Constants)
	}
	return t, d.suits(p, t)
}

// on returns the tutor on another cluster.
func (t *tutor) on(c hardware.Cluster) (*tutor, error) {
	other := *t
	p, err := t.Prepared.On(c)
	other.Prepared = &p
	return &other, err
}

// beside returns the student's plan as the teacher runs it: divided alike,
// forward only.
func (t *tutor) beside(plan *Plan) Plan {
	p := *plan
	p.VP, p.FirstLayers, p.LastLayers = 1, 0, 0
	p.Recompute, p.RecomputeMethod, p.RecomputeLayers, p.Modules = NoRecompute, 0, 0, 0
	p.Offload, p.OffloadOptimizer, p.OffloadParams, p.OffloadInputs = 0, false, false, false
	if t.costs.experts == 0 {
		p.EP, p.ETP = 1, 0
	}
	return p
}

// weights returns what a device of the most loaded stage holds of the
// teacher's weights:
//
//	parameters of the stage / (tp, ep) / ranks (ZeRO-3) x bytes + gathered layers
func (t *tutor) weights(plan *Plan) quantity.Bytes {
	var l layout
	l.init(t.Prepared, plan)
	most := 0.0
	for s := range plan.PP {
		var h holding
		t.hold(&l, s, &h)
		w := &l.shards[shWeights]
		held := h.params.dense/w.dense + h.params.experts/w.expert
		if plan.Sharding == Zero3 && l.shard > 1 {
			held += h.gather * t.costs.stack.GatherDepth
		}
		most = max(most, held*t.weight)
	}
	return quantity.Bytes(ceil(most))
}

// logits returns what the last stage holds of a micro-batch's teacher logits.
func (t *tutor) logits(plan *Plan) quantity.Bytes {
	samples := float64(plan.MicroBatch) / float64(plan.CP)
	outputs := t.costs.oneLoss * samples / float64(plan.TP)
	if t.Logits == StoredLogits && t.TopK > 0 {
		return quantity.Bytes(ceil(t.bytesPerToken(t.outputs()) * float64(t.Prepared.Workload.Seq) * samples))
	}
	return quantity.Bytes(ceil(outputs * (t.costs.actBytes + softmaxBytes)))
}

// forward returns the time of the teacher's pass over a global batch, that of
// a given MFU if there is one.
func (t *tutor) forward(p *Prepared, plan *Plan) quantity.Seconds {
	if w := &p.Workload; w.MFU > 0 {
		return quantity.Seconds(t.flops() * float64(plan.GlobalBatch) / (float64(p.Cluster.Count) * float64(p.rate.Peak) * w.MFU))
	}
	return t.forwardStep(&Estimate{Plan: *plan})
}

// flops returns the teacher's FLOPs for one sample, forward.
func (t *tutor) flops() float64 { return t.costs.fwd.total() }

// checkTeacher returns an error unless a teacher that runs in every step can be
// divided as the plan divides its student.
func (p *Prepared) checkTeacher(student *Plan) error {
	t := p.tutor
	if t == nil || t.Logits != OnlineLogits {
		return nil
	}
	plan := t.beside(student)
	if err := t.check(&plan); err != nil {
		return planError("teacher", "the teacher %s: %v", t.costs.model.Name, err)
	}
	return nil
}

// teach adds to an estimate's step what the teacher takes of it.
func (p *Prepared) teach(e *Estimate) {
	e.Time.Terms.Teacher = 0
	if t := p.tutor; t != nil && t.Logits == OnlineLogits {
		plan := t.beside(&e.Plan)
		e.Time.Terms.Teacher = t.forward(p, &plan)
	}
}

// holds returns what a stage of the student's plan holds of the teacher: its
// weights, and on the last stage its logits, until the student's loss has used
// them.
func (t *tutor) holds(student *Plan, stage int) (weights, logits quantity.Bytes) {
	if t.Logits == OnlineLogits {
		plan := t.beside(student)
		weights = t.weights(&plan)
	}
	if stage == student.PP-1 {
		logits = t.logits(student)
	}
	return weights, logits
}

// DistillCost is what a teacher costs beside its student's own step.
type DistillCost struct {
	Teacher string          `json:"teacher"`
	Params  quantity.Params `json:"params"`
	Active  quantity.Params `json:"active_params"`
	Logits  TeacherLogits   `json:"logits"`
	TopK    int64           `json:"top_k,omitempty"`
	// WeightBytes is the width of a weight, FLOPs the teacher's in the run.
	WeightBytes float64        `json:"weight_bytes"`
	FLOPs       quantity.FLOPs `json:"flops"`
	// Forward is its part of a step, Share of the step; 0 with stored logits.
	Forward quantity.Seconds `json:"forward_seconds"`
	Share   float64          `json:"step_share"`
	// Pass is one pass of the teacher alone over the dataset on the same
	// devices, laid out as PassPlan; 0: it does not fit there.
	Pass            quantity.Seconds `json:"pass_seconds"`
	PassLow         quantity.Seconds `json:"pass_low_seconds"`
	PassHigh        quantity.Seconds `json:"pass_high_seconds"`
	PassPlan        *Plan            `json:"pass_plan,omitempty"`
	PassDeviceHours float64          `json:"pass_device_hours"`
	PassUSD         quantity.USD     `json:"pass_usd,omitempty"`
	// Stored is the logits of the dataset, PerToken those of a token, Read the
	// rate at which the run reads them, over all devices.
	PerToken quantity.Bytes     `json:"bytes_per_token"`
	Stored   quantity.Bytes     `json:"stored_bytes"`
	Read     quantity.Bandwidth `json:"read_bytes_per_second"`
	// Saved is what stored logits save in every epoch after the first, in
	// which they are computed: a pass.
	Saved  quantity.Seconds `json:"saved_seconds_per_epoch"`
	Epochs float64          `json:"epochs"`
}

// costDistillation gives the answer what its question's teacher costs.
func (q *Question) costDistillation(a *Answer) {
	t := a.tutor
	if t == nil {
		return
	}
	p, e := a.Prepared, &a.Estimate
	outputs := t.outputs()
	c := DistillCost{
		Teacher: t.costs.model.Name, Params: t.costs.params, Active: t.costs.active, Logits: t.Logits, TopK: t.TopK, WeightBytes: t.weight,
		Forward: e.Time.Terms.Teacher, Share: float64(e.Time.Terms.Teacher / e.Time.Step),
		PerToken: quantity.Bytes(t.bytesPerToken(outputs)), Epochs: 1,
	}
	distinct := float64(p.Workload.dataset())
	if distinct == 0 { // a step
		distinct = float64(e.Plan.GlobalBatch * p.Workload.Seq)
	}
	if total := float64(p.Workload.Tokens); total > distinct {
		c.Epochs = total / distinct
	}
	samples, once := p.samples(&e.Plan), distinct/float64(p.Workload.Seq)
	useful := 1.0
	if x := &a.Data; x.Sequences > 0 { // with their padding, which has no logits
		once, useful, c.Epochs = float64(x.Sequences), x.Share, x.Epochs
	}
	c.Stored = quantity.Bytes(math.Ceil(float64(c.PerToken) * distinct))
	if plan, forward, ok := q.pass(p, e.Plan.GlobalBatch); ok {
		band := p.stepBand(&plan)
		if p.Workload.MFU > 0 {
			band = Band{Low: 1, High: 1}
		}
		steps := quantity.Seconds(math.Ceil(once / float64(plan.GlobalBatch)))
		c.PassPlan, c.Pass = &plan, forward*steps
		c.PassLow, c.PassHigh = c.Pass*quantity.Seconds(band.Low), c.Pass*quantity.Seconds(band.High)
		c.PassDeviceHours = float64(c.Pass) / 3600 * float64(p.Cluster.Count)
		c.PassUSD = quantity.USD(c.PassDeviceHours) * e.Cost.PerHour
		c.Saved = c.Pass
	}
	if t.Logits == StoredLogits {
		samples = once
		c.Read = quantity.Bandwidth(float64(c.PerToken) * useful * float64(e.Plan.GlobalBatch*p.Workload.Seq) / float64(e.Time.Step))
		e.Storage.Logits = c.Stored
		e.Storage.Total += c.Stored
	}
	c.FLOPs = quantity.FLOPs(t.flops() * samples)
	a.Distill = c
	a.noteDistillation(outputs)
}

// pass finds the fastest layout in which the teacher alone reads the data
// once. Its memory is its weights, the logits of a micro-batch and a layer's
// activations.
func (q *Question) pass(p *Prepared, batch int64) (best Plan, time quantity.Seconds, ok bool) {
	t := p.tutor
	alone := Question{Model: t.costs.model, Device: q.Device, Stack: p.costs.stack, Workload: t.Prepared.Workload}
	alone.Workload.Batch = batch
	for _, s := range []Sharding{NoSharding, Zero3} {
		if s == Zero3 && !slices.Contains(p.costs.stack.Shardings, s) {
			break
		}
		alone.Plan.Sharding = s
		alone.plans(t.Prepared, func(plan *Plan) {
			if plan.VP > 1 || t.check(plan) != nil {
				return
			}
			var l layout
			l.init(t.Prepared, plan)
			layer := 0.0
			for i := range t.costs.kinds {
				layer = max(layer, l.saved(&t.costs.kinds[i], 0))
			}
			held := t.weights(plan) + t.logits(plan) + quantity.Bytes(layer) + p.workspace
			held = held*quantity.Bytes(p.costs.stack.Reserved) + p.costs.stack.ContextBytes
			if held > p.Cluster.Device.Memory {
				return
			}
			if f := t.forward(p, plan); !ok || f < time {
				best, time, ok = *plan, f, true
			}
		})
		if ok { // what fits without gathering is not slower
			break
		}
	}
	return best, time, ok
}

// noteDistillation says what the teacher's figures rest on.
func (a *Answer) noteDistillation(outputs float64) {
	c := &a.Distill
	index := "4"
	if outputs <= 1<<16 {
		index = "2"
	}
	stored, zh := fmt.Sprintf("all %.0f logits of a token in 2 bytes each (--top-k keeps fewer)", outputs), fmt.Sprintf("每 token 存全部 %.0f 个 logits，各 2 字节（--top-k 可只存前若干个）", outputs)
	if c.TopK > 0 {
		stored = fmt.Sprintf("the %d largest logits of a token in 2 bytes each, and %s for the place in the vocabulary", c.TopK, index)
		zh = fmt.Sprintf("每 token 存最大的 %d 个 logits，各 2 字节，另加词表位置 %s 字节", c.TopK, index)
	}
	a.note("teacher-logits", stored, zh, sourceDistillation+" (the loss); widths: int32 or uint16, and 16-bit floats")
	if c.Logits == OnlineLogits {
		a.note("teacher", fmt.Sprintf("the teacher stands on the same devices, divided as the student is, its weights in %.0f bytes each, and goes forward once in every step; model FLOPs and MFU are the student's alone", c.WeightBytes),
			fmt.Sprintf("教师模型在相同设备上，切分方式与学生相同，权重每个 %.0f 字节，每步前向一次；模型 FLOPs 与 MFU 只计学生", c.WeightBytes), sourceDistillation+"; assumed, the source not read again: pytorch/torchtune recipes/knowledge_distillation_distributed.py")
	} else {
		a.note("teacher", "the teacher sees the dataset once, before the run and on the same devices; the run's time and cost are the student's alone",
			"教师模型在训练前于相同设备上读一遍数据集；训练时间与费用只计学生", sourceDistillation)
	}
	if c.Pass == 0 {
		a.note("teacher-pass", fmt.Sprintf("the teacher alone does not fit on %d x %s: its pass needs more devices", a.Cluster.Count, a.Cluster.Device.ID),
			fmt.Sprintf("%d × %s 放不下教师模型：其前向需更多设备", a.Cluster.Count, a.Cluster.Device.ID), "")
	}
	if n := a.outputs(); n != outputs {
		a.note("teacher", fmt.Sprintf("the teacher has %.0f outputs, the student %.0f: the surplus is padding of the vocabulary", outputs, n),
			fmt.Sprintf("教师输出 %.0f 个，学生 %.0f 个：多出者为词表补齐", outputs, n), "")
	}
}

// explain derives the teacher's part of the step.
func (t *tutor) explain(x *termNumbers) numbers {
	plan := t.beside(x.l.plan)
	time, devices := float64(t.forward(x.p, &plan)), x.p.Cluster.Count
	rate := t.flops() * float64(plan.GlobalBatch) / time / float64(devices)
	return numbers{"samples x forward FLOPs of the teacher / (devices x rate that the step's terms, forward only, come to for its shape)",
		fmt.Sprintf("%d x %s / (%d x %s)", plan.GlobalBatch, quantity.FLOPs(t.flops()), devices, quantity.FLOPRate(rate)), sourceDistillation, time, rate}
}

// explainDistillation derives what the teacher takes.
func (a *Answer) explainDistillation() []Derivation {
	t, c, e := a.tutor, &a.Distill, &a.Estimate
	if t == nil {
		return nil
	}
	var list []Derivation
	add := func(name, formula, numbers, value string) {
		list = append(list, Derivation{"distillation", name, formula, numbers, value, sourceDistillation})
	}
	if t.Logits == OnlineLogits {
		plan := t.beside(&e.Plan)
		weights, _ := t.holds(&e.Plan, e.Memory.Stage)
		add("teacher's memory", "teacher's parameters of stage x bytes / weight shards + logits of a micro-batch (and their fp32 softmax)",
			fmt.Sprintf("%s, %s, + %s", c.Params.Exact(), plan.String(), e.Memory.Teacher-weights), e.Memory.Teacher.String())
	}
	if c.Pass > 0 {
		add("teacher's pass", "samples of the dataset / global batch x forward pass of a batch, on the fastest layout of the teacher alone", c.PassPlan.String(), c.Pass.String())
	}
	add("stored logits", "tokens of the dataset x bytes a token", fmt.Sprintf("%.4g x %.0f B", float64(c.Stored/c.PerToken), float64(c.PerToken)), c.Stored.String())
	return list
}
