package posttrain

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// The roles of models.
const (
	RolePolicy    = "policy"
	RoleReference = "reference"
	RoleReward    = "reward"
	RoleCritic    = "critic"
	RoleRollout   = "rollout"
)

// The phases of a step.
const (
	PhaseRollout  = "rollout"
	PhaseReward   = "reward"
	PhaseLogProbs = "log-probabilities"
	PhaseUpdate   = "update"
	PhaseSync     = "weight-synchronisation"
)

// Role is a model of a step and the memory that it takes of each of its devices:
// weights, gradients and optimizer state, or weights and cache.
type Role struct {
	Role    string          `json:"role"`
	Model   string          `json:"model"`
	Params  quantity.Params `json:"params"`
	Memory  quantity.Bytes  `json:"memory_bytes"`
	Devices int             `json:"devices"`
	// Shared says that the role uses the weights of the policy.
	Shared bool `json:"shared_weights,omitempty"`
}

// Phase is a part of a step, with the memory of the most loaded device.
type Phase struct {
	Phase   string           `json:"phase"`
	Seconds quantity.Seconds `json:"seconds"`
	Share   float64          `json:"step_share"`
	Memory  quantity.Bytes   `json:"memory_bytes"`
	Devices int              `json:"devices"`
}

// Answer is a step of post-training taken apart.
type Answer struct {
	Method    Method    `json:"method"`
	Reference Reference `json:"reference"`
	// Prompts, Group, Prompt and Answer are those of the setup; 0 for pairs and
	// single answers that are given.
	Prompts   int64 `json:"prompts,omitempty"`
	Group     int64 `json:"group,omitempty"`
	Prompt    int64 `json:"prompt_tokens,omitempty"`
	Answer    int64 `json:"answer_tokens,omitempty"`
	Sequences int64 `json:"sequences"`
	// RolloutDevices, RolloutTP and Concurrent are those of the engine: its
	// devices, the devices of a replica and the answers that one generates at once.
	RolloutDevices int   `json:"rollout_devices,omitempty"`
	RolloutTP      int   `json:"rollout_tp,omitempty"`
	Concurrent     int64 `json:"rollout_sequences_per_replica,omitempty"`
	Colocated      bool  `json:"colocated"`

	Roles  []Role           `json:"roles"`
	Phases []Phase          `json:"phases"`
	Step   quantity.Seconds `json:"step_seconds"`
	Low    quantity.Seconds `json:"step_low_seconds"`
	High   quantity.Seconds `json:"step_high_seconds"`
	// Bound is the phase that takes longest, Worst the one that takes most memory.
	Bound string `json:"bound"`
	Worst string `json:"worst_memory_phase"`
	// Fits says whether every phase fits its devices.
	Fits bool `json:"fits"`

	Source string `json:"source"`
}

// Apart takes the estimate of a policy's step apart. The estimate is one of p,
// whose [train.Prepared.Others] are those of the setup.
func (s *Setup) Apart(p *train.Prepared, e *train.Estimate) (*Answer, error) {
	x, err := s.on(p)
	if err != nil {
		return nil, err
	}
	a := &Answer{
		Method: s.Method, Reference: s.Reference, Prompts: s.Prompts, Group: s.Group, Prompt: s.Prompt, Answer: s.Answer,
		Sequences: e.Plan.GlobalBatch, Colocated: s.Devices == 0, Step: e.Time.Step, Source: methods[s.Method].source,
	}
	if g := x.engine; g != nil {
		a.RolloutDevices, a.RolloutTP, a.Concurrent = g.replicas*g.Layout.TP, g.Layout.TP, g.most
	}
	a.Roles = x.roles(p, e)
	a.Phases = x.phases(p, e)
	a.conclude(p, x, e)
	return a, nil
}

// roles lists the models of a step.
func (x *parts) roles(p *train.Prepared, e *train.Estimate) []Role {
	m, n := &e.Memory, p.Cluster.Count
	list := []Role{{Role: RolePolicy, Model: p.Model().Name, Params: p.Params(), Memory: m.Weights + m.Gradients + m.Optimizer, Devices: n}}
	frozen := func(role string, t *train.Teacher) {
		own := t.PlanFor(&e.Plan)
		list = append(list, Role{Role: role, Model: t.Model().Name, Params: t.Params(), Memory: t.Weights(&own), Devices: n})
	}
	switch {
	case x.reference != nil:
		frozen(RoleReference, x.reference)
	case x.setup.Reference == Adapter:
		list = append(list, Role{Role: RoleReference, Model: p.Model().Name, Params: p.Params(), Devices: n, Shared: true})
	}
	if x.reward != nil {
		frozen(RoleReward, x.reward)
	}
	if x.critic != nil {
		list = append(list, Role{Role: RoleCritic, Model: x.critic.Model().Name, Params: x.critic.Params(), Memory: x.held(), Devices: n})
	}
	if g := x.engine; g != nil {
		list = append(list, Role{Role: RoleRollout, Model: p.Model().Name, Params: p.Params(), Memory: g.memory.Total, Devices: g.replicas * g.Layout.TP})
	}
	return list
}

// held is the critic's state per device.
func (x *parts) held() quantity.Bytes {
	held := x.others.Held
	if g := x.engine; g != nil && x.setup.Devices == 0 {
		held -= g.asleep
	}
	return held
}

// phases lists the parts of a step in their order.
func (x *parts) phases(p *train.Prepared, e *train.Estimate) []Phase {
	n := p.Cluster.Count
	var list []Phase
	add := func(name string, t quantity.Seconds, memory quantity.Bytes, devices int) {
		list = append(list, Phase{Phase: name, Seconds: t, Share: float64(t / e.Time.Step), Memory: memory, Devices: devices})
	}
	reading := x.reading(p, e)
	if g := x.engine; g != nil {
		add(PhaseRollout, g.rollout, x.generating(p, e), g.replicas*g.Layout.TP)
	}
	passes := x.others.Passes(p, &e.Plan)
	if x.reward != nil {
		own := x.reward.PlanFor(&e.Plan)
		t := x.reward.Forward(p, &own)
		passes -= t
		add(PhaseReward, t, reading, n)
	}
	if passes > 0 {
		add(PhaseLogProbs, passes, reading, n)
	}
	update := e.Time.Step - e.Time.Terms.Others
	add(PhaseUpdate, update*quantity.Seconds(1+x.others.Critic), e.Memory.Total, n)
	if g := x.engine; g != nil {
		add(PhaseSync, g.synchronisation, x.generating(p, e), p.Devices())
	}
	return list
}

// trained is the state of training per device, without gradients.
func (x *parts) trained(e *train.Estimate) quantity.Bytes {
	return e.Memory.Weights + e.Memory.Optimizer
}

// reading is the memory per device while models read the answers: the state of
// training, what the other models hold, and a forward pass.
func (x *parts) reading(p *train.Prepared, e *train.Estimate) quantity.Bytes {
	held, _ := x.others.StageBytes(p, &e.Plan, e.Memory.Stage)
	m := &e.Memory
	return x.trained(e) + held + m.Communication + p.ForwardBytes(&e.Plan) + m.Overhead
}

// generating is the memory per device while the engine generates: what it takes,
// and beside it the state of training where that stays on the device.
func (x *parts) generating(p *train.Prepared, e *train.Estimate) quantity.Bytes {
	g := x.engine
	if x.setup.Devices > 0 {
		return g.memory.Total
	}
	total := quantity.Bytes(g.share)*p.Cluster.Device.Memory + p.Stack().ContextBytes
	if !x.setup.Offload {
		held, _ := x.others.StageBytes(p, &e.Plan, e.Memory.Stage)
		total += x.trained(e) + held - g.asleep
	}
	return total
}

// conclude fills in the band, the longest phase and the verdict.
func (a *Answer) conclude(p *train.Prepared, x *parts, e *train.Estimate) {
	t := &e.Time
	a.Low, a.High = t.StepLow, t.StepHigh
	if g := x.engine; g != nil {
		// The parts of a step are judged apart, and both bands at once are wider
		// than any measurement would make them: none is known of such a step.
		rest := t.Step - g.rollout
		a.Low = g.rollout*quantity.Seconds(1/g.high) + rest*(t.StepLow/t.Step)
		a.High = g.rollout*quantity.Seconds(1/g.low) + rest*(t.StepHigh/t.Step)
	}
	a.Fits = e.Memory.Fits
	var longest quantity.Seconds
	var most quantity.Bytes
	for i := range a.Phases {
		f := &a.Phases[i]
		if f.Seconds > longest {
			longest, a.Bound = f.Seconds, f.Phase
		}
		if f.Memory > most {
			most, a.Worst = f.Memory, f.Phase
		}
		a.Fits = a.Fits && f.Memory <= p.Cluster.Device.Memory
	}
}

// Most is the memory of the phase that takes most.
func (a *Answer) Most() (most quantity.Bytes) {
	for i := range a.Phases {
		most = max(most, a.Phases[i].Memory)
	}
	return most
}

// Notes are the assumptions of the answer.
func (a *Answer) Notes() note.List {
	var list note.List
	list.Say("posttrain-method", a.Source, a.Method)
	if a.Method.Online() {
		list.Say("posttrain-lengths", "", a.Prompt, a.Answer, 2*a.Answer)
		list.Say("posttrain-unmeasured", "", a.Method)
		if a.Colocated {
			list.Say("posttrain-colocated", SourceDefaults, a.RolloutTP)
		}
	}
	return list
}
