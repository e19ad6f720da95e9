package train

import (
	"fmt"
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// TeacherLogits says where a student gets its teacher's logits.
type TeacherLogits uint8

// The sources of logits.
const (
	OnlineLogits TeacherLogits = iota // the teacher's forward pass in every step
	StoredLogits                      // read from disk; the teacher ran once over the data
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
	return quantity.ByName(s, "way to have a teacher's logits", numTeacherLogits, TeacherLogits.String)
}

const SourceDistillation = "arXiv:1503.02531"

// Distillation is a teacher whose outputs a model is trained on
// (arXiv:1503.02531).
type Distillation struct {
	Teacher *model.Model
	Logits  TeacherLogits
	// TopK is the number of logits stored per token; 0 stores all.
	TopK int64
	// FP8 stores the teacher's weights in one byte each and computes in FP8
	// where the device supports it. Otherwise the weights are in the run's
	// precision.
	FP8 bool
}

// Bytes of a logit. On the device there are the logit in the run's precision
// and its fp32 softmax; on disk it is in 16 bits, of the largest k with the
// place in the vocabulary: 2 bytes where that has no more than 65,536 entries,
// else 4.
// Source: pytorch/torchtune@bd2a0fc torchtune/modules/loss/kd_losses.py:47
// (teacher_prob in fp32).
const (
	softmaxBytes     = 4
	storedLogitBytes = 2
)

// BytesPerToken returns the stored bytes per token with that many outputs.
func (d *Distillation) BytesPerToken(outputs float64) float64 {
	if d.TopK == 0 {
		return outputs * storedLogitBytes
	}
	index := 2.0
	if outputs > 1<<16 {
		index = 4
	}
	return float64(d.TopK) * (index + storedLogitBytes)
}

// suits rejects a teacher that the model cannot learn from.
func (d *Distillation) suits(student *Prepared, teacher *Teacher) error {
	m, outputs, given := student.profile.model, student.Outputs(), teacher.Outputs()
	switch {
	case m.PerToken() != d.Teacher.PerToken() || !m.PerToken() && m.Unit != d.Teacher.Unit:
		return note.FieldError("teacher", "teacher.reads-other-input", d.Teacher.Name, m.Name)
	case outputs == 0 || given == 0:
		return note.FieldError("teacher", "teacher.no-logits", d.Teacher.Name, m.Name)
	case math.Abs(given/outputs-1) > vocabularySlack:
		return note.FieldError("teacher", "teacher.other-vocabulary", d.Teacher.Name, given, m.Name, outputs)
	case d.TopK > 0 && d.Logits == OnlineLogits:
		return note.FieldError("top-k", "teacher.top-k-of-online-logits", d.TopK)
	case float64(d.TopK) > given:
		return note.FieldError("top-k", "teacher.top-k-exceeds-logits", d.TopK, given)
	case d.TopK > 0 && d.BytesPerToken(given) >= given*storedLogitBytes:
		return note.FieldError("top-k", "teacher.top-k-takes-more", d.TopK, d.BytesPerToken(given), given, given*storedLogitBytes)
	}
	return nil
}

// vocabularySlack is how far two vocabularies may differ in size: models of
// one family pad theirs differently (Qwen2.5: 151,936 and 152,064).
const vocabularySlack = 0.01

// Outputs returns the logits per token, or per sample of a model without
// tokens.
func (p *Prepared) Outputs() float64 { return p.profile.oneLoss / float64(p.Workload.Seq) }

// Teacher is a teacher on the student's devices.
type Teacher struct {
	Distillation
	*Prepared
	WeightBytes float64 // bytes per weight
}

// WithTeacher prepares the teacher for its prepared student, with the student's
// constants.
func (p *Prepared) WithTeacher(d *Distillation) error {
	t := &Teacher{Distillation: *d, WeightBytes: p.profile.actBytes}
	w := Workload{Seq: p.Workload.Seq, Precision: p.Workload.Precision, PUE: p.Workload.PUE}
	if !d.Teacher.PerToken() {
		w.Seq = 1
	}
	if d.FP8 {
		t.WeightBytes = 1
		if p.Cluster.Device.Supports(hardware.FP8) {
			w.Precision = FP8
		}
	}
	var err error
	if t.Prepared, err = p.beside(d.Teacher, w); err != nil {
		return note.NewError("teacher.cannot-be-prepared", err)
	}
	p.Teacher = t
	return d.suits(p, t)
}

// beside prepares another model on the same devices, with the same stack and
// constants.
func (p *Prepared) beside(m *model.Model, w Workload) (*Prepared, error) {
	q, err := Prepare(m, w, p.profile.stack, p.Cluster)
	if err != nil {
		return nil, err
	}
	q.SetConstants(p.constants)
	return q, nil
}

// on returns the teacher on another cluster.
func (t *Teacher) on(c hardware.Cluster) (*Teacher, error) {
	other := *t
	p, err := t.Prepared.On(c)
	other.Prepared = &p
	return &other, err
}

// PlanFor returns the teacher's plan for a student's plan: the same layout,
// forward only.
func (t *Teacher) PlanFor(plan *Plan) Plan { return t.forwardPlan(plan) }

// forwardPlan returns the plan of a forward pass of the model in the layout of
// another's plan.
func (q *Prepared) forwardPlan(plan *Plan) Plan {
	p := *plan
	p.VP, p.FirstLayers, p.LastLayers = 1, 0, 0
	p.Recompute, p.RecomputeMethod, p.RecomputeLayers, p.Modules = NoRecompute, 0, 0, 0
	p.Offload, p.OffloadOptimizer, p.OffloadParams, p.OffloadInputs = 0, false, false, false
	if q.profile.experts == 0 {
		p.EP, p.ETP = 1, 0
	}
	return p
}

// Weights returns the memory of the teacher's weights on a device of the most
// loaded stage of its own plan:
//
//	parameters of the stage / (tp, ep) / ranks (ZeRO-3) x bytes + gathered layers
func (t *Teacher) Weights(plan *Plan) quantity.Bytes {
	var l layout
	l.init(t.Prepared, plan)
	most := 0.0
	for s := range plan.PP {
		var h stageMemory
		t.sumStage(&l, s, &h)
		w := &l.shards[shWeights]
		held := h.params.dense/w.dense + h.params.experts/w.expert
		if plan.Sharding == Zero3 && l.shard > 1 {
			held += h.gather * t.profile.stack.GatherDepth
		}
		most = max(most, held*t.WeightBytes)
	}
	return quantity.Bytes(ceil(most))
}

// logits returns the memory of a micro-batch's teacher logits on the last
// stage.
func (t *Teacher) logits(plan *Plan) quantity.Bytes {
	if t.Logits == StoredLogits && t.TopK > 0 {
		samples := float64(plan.MicroBatch) / float64(plan.CP)
		return quantity.Bytes(ceil(t.BytesPerToken(t.Outputs()) * float64(t.Prepared.Workload.Seq) * samples))
	}
	return t.readLogits(plan)
}

// readLogits returns the memory of a micro-batch's logits and their softmax, of a
// model that runs forward, on the last stage.
func (p *Prepared) readLogits(plan *Plan) quantity.Bytes {
	outputs := p.profile.oneLoss * (float64(plan.MicroBatch) / float64(plan.CP)) / float64(plan.TP)
	return quantity.Bytes(ceil(outputs * (p.profile.actBytes + softmaxBytes)))
}

// Forward returns the time of the teacher's forward pass over a global batch,
// from the MFU if one is given.
func (t *Teacher) Forward(p *Prepared, plan *Plan) quantity.Seconds {
	if w := &p.Workload; w.MFU > 0 {
		return quantity.Seconds(t.FLOPs() * float64(plan.GlobalBatch) / (float64(p.Cluster.Count) * float64(p.rate.Peak) * w.MFU))
	}
	return t.ForwardStep(&Estimate{Plan: *plan})
}

// FitsAlone reports whether the teacher fits on the devices without the
// student: its weights, the logits of a micro-batch and the activations of one
// layer.
func (t *Teacher) FitsAlone(p *Prepared, plan *Plan) bool {
	var l layout
	l.init(t.Prepared, plan)
	held := t.Weights(plan) + t.logits(plan) + quantity.Bytes(t.widestLayer(&l)) + p.workspace
	held = held*quantity.Bytes(p.profile.stack.Reserved) + p.profile.stack.ContextBytes
	return held <= p.Cluster.Device.Memory
}

// widestLayer returns the bytes that the forward pass of the widest layer saves.
func (p *Prepared) widestLayer(l *layout) float64 {
	widest := 0.0
	for i := range p.profile.kinds {
		widest = max(widest, l.saved(&p.profile.kinds[i], 0))
	}
	return widest
}

// FLOPs returns the teacher's FLOPs for one sample, forward.
func (t *Teacher) FLOPs() float64 { return t.ForwardFLOPs() }

// checkTeacher returns an error unless the teacher of every step can have its
// student's layout.
func (p *Prepared) checkTeacher(student *Plan) error {
	t := p.Teacher
	if t == nil || t.Logits != OnlineLogits {
		return nil
	}
	plan := t.PlanFor(student)
	if err := t.check(&plan); err != nil {
		return note.FieldError("teacher", "teacher.cannot-be-divided", t.profile.model.Name, err)
	}
	return nil
}

// addTeacher adds the teacher's time to an estimate's step.
func (p *Prepared) addTeacher(e *Estimate) {
	e.Time.Terms.Teacher = 0
	if t := p.Teacher; t != nil && t.Logits == OnlineLogits {
		plan := t.PlanFor(&e.Plan)
		e.Time.Terms.Teacher = t.Forward(p, &plan)
	}
}

// StageBytes returns the teacher's memory on a stage of the student's plan: its
// weights, and on the last stage its logits until the student's loss is
// computed.
func (t *Teacher) StageBytes(student *Plan, stage int) (weights, logits quantity.Bytes) {
	if t.Logits == OnlineLogits {
		plan := t.PlanFor(student)
		weights = t.Weights(&plan)
	}
	if stage == student.PP-1 {
		logits = t.logits(student)
	}
	return weights, logits
}

// explain derives the teacher's part of the step.
func (t *Teacher) explain(x *termNumbers) numbers {
	plan := t.PlanFor(x.l.plan)
	time, devices := float64(t.Forward(x.p, &plan)), x.p.Cluster.Count
	rate := t.FLOPs() * float64(plan.GlobalBatch) / time / float64(devices)
	return numbers{rule: "time.teacher", source: SourceDistillation, value: time, rate: rate, inputs: note.Inputs{
		note.In("samples", plan.GlobalBatch), note.In("forward FLOPs of the teacher", quantity.FLOPs(t.FLOPs())), note.In("devices", devices), note.In("achieved rate", quantity.FLOPRate(rate))}}
}
