package train

import (
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Others is what a step of post-training holds and does beside the update of its
// policy.
type Others struct {
	// Frozen are models that run forward over the batch in the policy's layout: a
	// reference, a reward model.
	Frozen []*Teacher
	// AtLoss says that their logits exist together with the policy's: they run
	// while the policy's activations are saved.
	AtLoss bool
	// OwnLogits says that the same holds for a forward pass of the policy itself:
	// with its adapters switched off.
	OwnLogits bool
	// Forwards is the number of forward passes of the policy itself over the
	// batch, beside those of its update.
	Forwards float64
	// Critic is the FLOPs of a critic's update over those of the policy's; 0
	// without a critic.
	Critic float64
	// Held is the memory of the rest per device, in every phase of the update.
	Held quantity.Bytes
	// Seconds is the time of a step that does not depend on the policy's plan:
	// generation and the synchronisation of weights.
	Seconds quantity.Seconds
	// Devices is the number of devices besides those of the policy.
	Devices int
	// Together is the number of sequences that a micro-batch does not divide: 2
	// for pairs, else 1.
	Together int64
}

// WithOthers adds what a step does beside the policy's update. make returns it
// for a cluster: the policy is prepared on it.
func (p *Prepared) WithOthers(make func(*Prepared) (*Others, error)) (err error) {
	p.makeOthers = make
	p.Others, err = make(p)
	return err
}

// Freeze prepares a model that runs forward in the policy's layout. weightBytes
// is the bytes per weight, 0 for weights that it shares with the policy.
func (p *Prepared) Freeze(m *model.Model, weightBytes float64) (*Teacher, error) {
	beside, err := p.beside(m, Workload{Seq: p.Workload.Seq, Precision: p.Workload.Precision, PUE: p.Workload.PUE})
	if err != nil {
		return nil, note.NewError("others.cannot-be-prepared", m.Name, err)
	}
	return &Teacher{Distillation: Distillation{Teacher: m}, Prepared: beside, WeightBytes: weightBytes}, nil
}

// WeightBytes is the bytes per weight that the workload computes with.
func (p *Prepared) WeightBytes() float64 { return p.profile.actBytes }

// Devices is the number of devices of a step, the policy's and the others.
func (p *Prepared) Devices() int {
	if p.Others == nil {
		return p.Cluster.Count
	}
	return p.Cluster.Count + p.Others.Devices
}

// check rejects a plan that the other models cannot have.
func (o *Others) check(plan *Plan) error {
	if n := o.Together; n > 1 && plan.MicroBatch > 0 && int64(plan.MicroBatch)%n != 0 {
		return note.FieldError("micro-batch", "others.divides-a-pair", plan.MicroBatch, n)
	}
	for _, t := range o.Frozen {
		own := t.PlanFor(plan)
		if err := t.check(&own); err != nil {
			return note.FieldError("tp", "others.cannot-be-divided", t.profile.model.Name, err)
		}
	}
	return nil
}

// StageBytes returns the memory of the other models on a stage of the policy's
// plan: weights and what is held, and on the last stage logits until the
// policy's loss is computed.
func (o *Others) StageBytes(p *Prepared, plan *Plan, stage int) (held, logits quantity.Bytes) {
	held = o.Held
	for _, t := range o.Frozen {
		own := t.PlanFor(plan)
		held += t.Weights(&own)
		if o.AtLoss && stage == plan.PP-1 {
			logits = max(logits, t.logits(plan))
		}
	}
	if o.AtLoss && o.OwnLogits && stage == plan.PP-1 {
		logits = max(logits, p.readLogits(plan))
	}
	return held, logits
}

// Passes returns the time of the forward passes over the batch: those of the
// frozen models and of the policy itself.
func (o *Others) Passes(p *Prepared, plan *Plan) (t quantity.Seconds) {
	for _, frozen := range o.Frozen {
		own := frozen.PlanFor(plan)
		t += frozen.Forward(p, &own)
	}
	if o.Forwards > 0 {
		t += quantity.Seconds(o.Forwards) * p.ForwardStep(&Estimate{Plan: *plan})
	}
	return t
}

// addOthers adds their time to an estimate's step.
func (p *Prepared) addOthers(e *Estimate) {
	e.Time.Terms.Others = 0
	if o := p.Others; o != nil {
		e.Time.Terms.Others = o.Seconds + o.Passes(p, &e.Plan) + quantity.Seconds(o.Critic)*e.Time.Terms.Sum()
	}
}

// ForwardBytes returns the memory of a forward pass of a micro-batch beside the
// weights: the activations of the widest layer, and the logits with their fp32
// copy.
func (p *Prepared) ForwardBytes(plan *Plan) quantity.Bytes {
	own := p.forwardPlan(plan)
	var l layout
	l.init(p, &own)
	return quantity.Bytes(ceil(p.widestLayer(&l))) + p.readLogits(&own)
}

// sourcePostTraining is where the phases of a step are read.
const sourcePostTraining = "volcengine/verl@035682e verl/trainer/config/_generated_ppo_trainer.yaml"

// others derives what a step does beside the policy's update.
func (x *termNumbers) others() numbers {
	o := x.p.Others
	update := x.terms.Sum() - x.terms.Others
	passes, critic := o.Passes(x.p, x.l.plan), quantity.Seconds(o.Critic)*update
	return numbers{rule: "time.others", source: sourcePostTraining, value: float64(o.Seconds + passes + critic), inputs: note.Inputs{
		note.In("generation and synchronisation", note.Fine(o.Seconds)), note.In("forward passes", note.Fine(passes)), note.In("critic's update", note.Fine(critic))}}
}
