package posttrain

import (
	"math"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// Setup is post-training as a person asks for it; zero fields are chosen.
type Setup struct {
	Method    Method
	Reference Reference
	// Reward is the reward model; nil: rules, whose time is not counted.
	Reward *model.Model
	// Critic is the critic's model; nil: one of the policy's size.
	Critic *model.Model
	// Prompts is the number of prompts of a step, Group the answers to each,
	// Prompt and Answer their mean tokens.
	Prompts, Group, Prompt, Answer int64
	// Devices are the devices that generate and do nothing else; 0: generation
	// takes turns with training on the same devices.
	Devices int
	// TP is the tensor parallelism of the engine; 0: the least that holds it.
	TP int
	// Engine generates; nil is vLLM.
	Engine *serve.Runtime
	// Offload moves the state of training to the host while the engine runs.
	Offload bool
}

// Defaults of online methods.
//
// Source: volcengine/verl@035682e verl/trainer/config/_generated_ppo_trainer.yaml:
// data.train_batch_size 1024, max_prompt_length and max_response_length 512,
// rollout.gpu_memory_utilization 0.5, rollout.free_cache_engine, no offload of
// parameters and optimizer; a group of 8 is TRL's num_generations
// (huggingface/trl@f4ff4c6 trl/trainer/grpo_config.py).
const (
	defaultPrompts = 1024
	defaultLength  = 512
	defaultGroup   = 8
	// colocatedShare is the part of a device's memory that an engine takes where
	// it takes turns with training.
	colocatedShare = 0.5
)

// SourceDefaults is where the defaults are from.
const SourceDefaults = "volcengine/verl@035682e verl/trainer/config/_generated_ppo_trainer.yaml; huggingface/trl@f4ff4c6 trl/trainer/grpo_config.py"

// Filled returns the setup with its open fields chosen, for a workload that trains
// adapters or all weights.
func (s Setup) Filled(adapters bool) Setup {
	t := &methods[s.Method]
	if s.Reference == ByDefault {
		switch {
		case !t.reference():
			s.Reference = NoReference
		case adapters:
			s.Reference = Adapter
		default:
			s.Reference = Separate
		}
	}
	def := func(at *int64, value int64) {
		if *at == 0 {
			*at = value
		}
	}
	def(&s.Prompt, defaultLength)
	def(&s.Answer, defaultLength)
	if !s.Method.Online() {
		return s
	}
	def(&s.Prompts, defaultPrompts)
	group := int64(defaultGroup)
	if s.Method == PPO {
		group = 1
	}
	def(&s.Group, group)
	if s.Engine == nil {
		s.Engine, _ = serve.FindRuntime("vllm") // a test knows that it is there
	}
	return s
}

// Check rejects what does not go together. The errors are [note.Error] with the
// field at fault.
func (s *Setup) Check(w *train.Workload, devices int) error {
	for _, f := range []struct {
		name string
		set  bool
	}{{"rollout-batch", s.Prompts > 0}, {"group", s.Group > 0}, {"rollout-devices", s.Devices > 0}, {"rollout-tp", s.TP > 0}, {"engine", s.Engine != nil},
		{"rollout-offload", s.Offload}, {"reward", s.Reward != nil}} {
		if f.set && !s.Method.Online() {
			return note.FieldError(f.name, "posttrain.only-online", s.Method)
		}
	}
	switch {
	case s.Critic != nil && !methods[s.Method].critic:
		return note.FieldError("critic", "posttrain.no-critic", s.Method)
	case s.Reference == Adapter && !w.Method.Adapts():
		return note.FieldError("reference", "posttrain.no-adapter", w.Method)
	case s.Reference > ByDefault && s.Reference < NoReference && !methods[s.Method].reference():
		return note.FieldError("reference", "posttrain.no-reference", s.Method)
	case s.Method == GRPO && s.Group == 1:
		return note.FieldError("group", "posttrain.group-of-one", s.Group)
	case w.MFU > 0:
		return note.FieldError("mfu", "posttrain.no-mfu")
	case s.Devices > 0 && devices > 0 && s.Devices >= devices:
		return note.FieldError("rollout-devices", "posttrain.no-device-left", s.Devices, devices)
	case s.Devices > 0 && s.TP > s.Devices:
		return note.FieldError("rollout-tp", "posttrain.tp-above-devices", s.TP, s.Devices)
	case s.Devices > 0 && s.Offload:
		return note.FieldError("rollout-offload", "posttrain.offload-of-split")
	}
	return nil
}

// Sequences is the number of answers of a step, over all prompts.
func (s *Setup) Sequences() int64 { return s.Prompts * s.Group }

// Tokens is the mean length of a prompt with its answer.
func (s *Setup) Tokens() int64 { return s.Prompt + s.Answer }

// parts is a setup on a policy's devices.
type parts struct {
	setup     Setup
	reference *train.Teacher
	reward    *train.Teacher
	critic    *train.Prepared
	engine    *engine
	others    train.Others
}

// Others returns what a step does beside the update of the policy p, on the
// policy's devices. The setup is [Setup.Filled].
func (s *Setup) Others(p *train.Prepared) (*train.Others, error) {
	x, err := s.on(p)
	if err != nil {
		return nil, err
	}
	return &x.others, nil
}

// on prepares the models of a setup.
func (s *Setup) on(p *train.Prepared) (*parts, error) {
	t := &methods[s.Method]
	x := &parts{setup: *s}
	o := &x.others
	o.Together, o.Forwards, o.AtLoss = t.sequences, t.forwards, !s.Method.Online()
	if err := x.freeze(p, t); err != nil {
		return nil, err
	}
	if t.critic {
		if err := x.addCritic(p); err != nil {
			return nil, err
		}
	}
	if !s.Method.Online() {
		return x, nil
	}
	var err error
	if x.engine, err = newEngine(s, p, o.Held); err != nil {
		return nil, err
	}
	o.Seconds = x.engine.rollout + x.engine.synchronisation
	o.Devices = s.Devices
	if s.Devices == 0 {
		o.Held += x.engine.asleep
	}
	return x, nil
}

// freeze prepares the reference and the reward model.
func (x *parts) freeze(p *train.Prepared, t *traits) (err error) {
	bytes := p.WeightBytes()
	switch x.setup.Reference {
	case Separate:
		if x.reference, err = p.Freeze(p.Model(), bytes); err != nil {
			return err
		}
		x.others.Frozen = append(x.others.Frozen, x.reference)
		// Further passes of the reference are as long as those of the policy.
		x.others.Forwards += t.references - 1
	case Adapter:
		x.others.Forwards += t.references
		x.others.OwnLogits = true
	}
	if x.setup.Reward != nil {
		if x.reward, err = p.Freeze(x.setup.Reward, bytes); err != nil {
			return err
		}
		x.others.Frozen = append(x.others.Frozen, x.reward)
	}
	return nil
}

// addCritic prepares the critic: a model of its own that is trained in full, whose
// state is divided over all of the policy's devices, and which reads the answers
// before they update it.
func (x *parts) addCritic(p *train.Prepared) error {
	m := x.setup.Critic
	if m == nil {
		m = p.Model()
	}
	w := p.Workload
	w.Method, w.Adapter = train.FullTune, train.Adapter{}
	q, err := train.Prepare(m, w, p.Stack(), p.Cluster)
	if err != nil {
		return note.FieldError("critic", "others.cannot-be-prepared", m.Name, err)
	}
	x.critic = q
	ratio := q.ForwardFLOPs() / p.ForwardFLOPs()
	x.others.Critic = ratio
	x.others.Forwards += ratio
	x.others.Held += quantity.Bytes(math.Ceil(float64(q.StateBytes()) / float64(p.Cluster.Count)))
	return nil
}
