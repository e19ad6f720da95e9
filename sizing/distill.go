package sizing

import (
	"math"
	"slices"

	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// shareVocabulary gives teacher and student the same vocabulary if one of them
// is inferred from its count, which does not determine a vocabulary: an
// inferred teacher takes the student's, an inferred student its teacher's. It
// returns a note of the change, nil without one.
func (q *Request) shareVocabulary() *note.Note {
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
		d.Teacher = teacher.WithVocabulary(student.Vocab)
		q.Distill = &d
	case student.Inferred:
		from, to = teacher, student
		q.Model = student.WithVocabulary(teacher.Vocab)
	default:
		return nil
	}
	n := note.New("teacher.vocabulary", "", to.Name, from.Name, from.Vocab)
	return &n
}

// DistillCost is the cost of a teacher besides its student's own step.
type DistillCost struct {
	Teacher string              `json:"teacher"`
	Params  quantity.Params     `json:"params"`
	Active  quantity.Params     `json:"active_params"`
	Logits  train.TeacherLogits `json:"logits"`
	TopK    int64               `json:"top_k,omitempty"`
	// WeightBytes is the bytes per weight, FLOPs those of the teacher in the
	// run.
	WeightBytes float64        `json:"weight_bytes"`
	FLOPs       quantity.FLOPs `json:"flops"`
	// Forward is the teacher's part of a step, Share its share of the step; 0
	// with stored logits.
	Forward quantity.Seconds `json:"forward_seconds"`
	Share   float64          `json:"step_share"`
	// Pass is one pass of the teacher alone over the dataset on the same
	// devices, laid out as PassPlan; 0: it does not fit there.
	Pass            quantity.Seconds `json:"pass_seconds"`
	PassLow         quantity.Seconds `json:"pass_low_seconds"`
	PassHigh        quantity.Seconds `json:"pass_high_seconds"`
	PassPlan        *train.Plan      `json:"pass_plan,omitempty"`
	PassDeviceHours float64          `json:"pass_device_hours"`
	PassUSD         quantity.USD     `json:"pass_usd,omitempty"`
	// Stored is the logits of the dataset, PerToken those per token, Read the
	// rate at which the run reads them, over all devices.
	PerToken quantity.Bytes     `json:"bytes_per_token"`
	Stored   quantity.Bytes     `json:"stored_bytes"`
	Read     quantity.Bandwidth `json:"read_bytes_per_second"`
	// Saved is the time that stored logits save in every epoch after the first,
	// which computes them: one pass.
	Saved  quantity.Seconds `json:"saved_seconds_per_epoch"`
	Epochs float64          `json:"epochs"`
}

// costDistillation fills in the cost of the request's teacher.
func (q *Request) costDistillation(a *Answer) {
	t := a.Teacher
	if t == nil {
		return
	}
	p, e := a.Prepared, &a.Estimate
	outputs := t.Outputs()
	c := DistillCost{
		Teacher: t.Model().Name, Params: t.Params(), Active: t.ActiveParams(), Logits: t.Logits, TopK: t.TopK, WeightBytes: t.WeightBytes,
		Forward: e.Time.Terms.Teacher, Share: float64(e.Time.Terms.Teacher / e.Time.Step),
		PerToken: quantity.Bytes(t.BytesPerToken(outputs)), Epochs: 1,
	}
	distinct := float64(p.Workload.Dataset())
	if distinct == 0 { // a step
		distinct = float64(e.Plan.GlobalBatch * p.Workload.Seq)
	}
	if total := float64(p.Workload.Tokens); total > distinct {
		c.Epochs = total / distinct
	}
	samples, once := p.Samples(&e.Plan), distinct/float64(p.Workload.Seq)
	useful := 1.0
	if x := &a.Data; x.Sequences > 0 { // with their padding, which has no logits
		once, useful, c.Epochs = float64(x.Sequences), x.Share, x.Epochs
	}
	c.Stored = quantity.Bytes(math.Ceil(float64(c.PerToken) * distinct))
	if plan, forward, ok := q.pass(p, e.Plan.GlobalBatch); ok {
		band := p.StepBand(&plan)
		if p.Workload.MFU > 0 {
			band = train.Band{Low: 1, High: 1}
		}
		steps := quantity.Seconds(math.Ceil(once / float64(plan.GlobalBatch)))
		c.PassPlan, c.Pass = &plan, forward*steps
		c.PassLow, c.PassHigh = c.Pass*quantity.Seconds(band.Low), c.Pass*quantity.Seconds(band.High)
		c.PassDeviceHours = float64(c.Pass) / 3600 * float64(p.Cluster.Count)
		c.PassUSD = quantity.USD(c.PassDeviceHours) * e.Cost.PerHour
		c.Saved = c.Pass
	}
	if t.Logits == train.StoredLogits {
		samples = once
		c.Read = quantity.Bandwidth(float64(c.PerToken) * useful * float64(e.Plan.GlobalBatch*p.Workload.Seq) / float64(e.Time.Step))
		e.Storage.Logits = c.Stored
		e.Storage.Total += c.Stored
	}
	c.FLOPs = quantity.FLOPs(t.FLOPs() * samples)
	a.Distill = c
	a.noteDistillation(outputs)
}

// pass finds the fastest layout in which the teacher alone reads the data
// once.
func (q *Request) pass(p *train.Prepared, batch int64) (best train.Plan, time quantity.Seconds, ok bool) {
	t := p.Teacher
	alone := Request{Model: t.Model(), Device: q.Device, Stack: p.Stack(), Workload: t.Prepared.Workload}
	given := func(int64) int64 { return batch }
	for _, s := range []train.Sharding{train.NoSharding, train.Zero3} {
		if s == train.Zero3 && !slices.Contains(p.Stack().Shardings, s) {
			break
		}
		alone.Fixed = search.Fixed{Sharding: option.Set(s), Recompute: option.Set(train.NoRecompute)}
		alone.plans(t.Prepared, given, func(plan *train.Plan) {
			if plan.VP > 1 || t.Check(plan) != nil || !t.FitsAlone(p, plan) {
				return
			}
			if f := t.Forward(p, plan); !ok || f < time {
				best, time, ok = *plan, f, true
			}
		})
		if ok { // what fits without gathering is not slower
			break
		}
	}
	return best, time, ok
}

// noteDistillation says what the teacher's numbers depend on.
func (a *Answer) noteDistillation(outputs float64) {
	c := &a.Distill
	widths := train.SourceDistillation + " (the loss); widths: int32 or uint16, and 16-bit floats"
	switch {
	case c.TopK == 0:
		a.Notes.Say("teacher-logits.all", widths, outputs)
	case outputs <= 1<<16:
		a.Notes.Say("teacher-logits.largest", widths, c.TopK, 2)
	default:
		a.Notes.Say("teacher-logits.largest", widths, c.TopK, 4)
	}
	if c.Logits == train.OnlineLogits {
		a.Notes.Say("teacher.online", train.SourceDistillation+"; pytorch/torchtune@bd2a0fc recipes/knowledge_distillation_distributed.py:738", c.WeightBytes)
	} else {
		a.Notes.Say("teacher.stored", train.SourceDistillation)
	}
	if c.Pass == 0 {
		a.Notes.Say("teacher-pass", "", a.Cluster.Count, a.Cluster.Device.ID)
	}
	if n := a.Outputs(); n != outputs {
		a.Notes.Say("teacher.padding", "", outputs, n)
	}
}

// explainDistillation derives the teacher's cost.
func (a *Answer) explainDistillation() []note.Derivation {
	t, c, e := a.Teacher, &a.Distill, &a.Estimate
	if t == nil {
		return nil
	}
	var list []note.Derivation
	if t.Logits == train.OnlineLogits {
		plan := t.PlanFor(&e.Plan)
		weights, _ := t.StageBytes(&e.Plan, e.Memory.Stage)
		list = append(list, note.Derive("distillation.memory", "teacher's memory", train.SourceDistillation, e.Memory.Teacher,
			note.In("teacher's parameters", note.Count(c.Params)), note.In("teacher's layout", plan.String()), note.In("logits", e.Memory.Teacher-weights)))
	}
	if c.Pass > 0 {
		list = append(list, note.Derive("distillation.pass", "teacher's pass", train.SourceDistillation, c.Pass, note.In("teacher's layout", c.PassPlan.String())))
	}
	return append(list, note.Derive("distillation.stored", "stored logits", train.SourceDistillation, c.Stored,
		note.In("tokens", float64(c.Stored/c.PerToken)), note.In("bytes per token", float64(c.PerToken))))
}
