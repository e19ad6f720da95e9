package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// Tuning is a value of --method: which weights are trained, and on what if not on
// the next token: "lora", "dpo", "grpo+lora".
type Tuning struct {
	Weights train.Method
	On      posttrain.Method
}

// String is the value as it is typed.
func (t Tuning) String() string {
	switch {
	case t.On == posttrain.None:
		return t.Weights.String()
	case t.Weights == train.FullTune:
		return t.On.String()
	}
	return t.On.String() + "+" + t.Weights.String()
}

// adapts reports whether adapters are trained.
func (t Tuning) adapts() bool { return t.Weights.Adapts() }

// pretrains reports whether a model is trained from nothing.
func (t Tuning) pretrains() bool { return t.Weights == train.Pretrain }

// tuningNames are the values of --method.
func tuningNames() []string {
	list := Named(train.ParseMethod)()
	for _, name := range Named(posttrain.ParseMethod)() {
		if name != posttrain.None.String() {
			list = append(list, name)
		}
	}
	return list
}

// parseTuning reads one value of --method. Post-training trains all weights unless
// the value says otherwise.
func parseTuning(s string) (Tuning, error) {
	name, weights, joined := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "+")
	if m, err := train.ParseMethod(name); err == nil {
		if joined {
			return Tuning{}, text.NotJoined.Error(s)
		}
		return Tuning{Weights: m}, nil
	}
	on, err := posttrain.ParseMethod(name)
	if err != nil || on == posttrain.None {
		return Tuning{}, text.UnknownMethod.Error(s, strings.Join(tuningNames(), ", "))
	}
	t := Tuning{train.FullTune, on}
	if joined {
		if t.Weights, err = train.ParseMethod(weights); err != nil || t.pretrains() {
			return Tuning{}, text.NotJoined.Error(s)
		}
	}
	return t, nil
}

// parseTunings reads values of --method separated by commas.
func parseTunings(s string) ([]Tuning, error) {
	var list []Tuning
	for item := range strings.SplitSeq(s, ",") {
		t, err := parseTuning(item)
		if err != nil {
			return nil, err
		}
		if slices.Contains(list, t) {
			return nil, text.Twice.Error(t)
		}
		list = append(list, t)
	}
	return list, nil
}

// postTraining are the flags of post-training.
type postTraining struct {
	setup          posttrain.Setup
	reward, critic string // names; rules and the policy's size where empty
}

// PostTrains reports whether every method is one of post-training, whose examples
// have a length of their own.
func (o *TrainingOptions) PostTrains() bool {
	return len(o.Methods) > 0 && !slices.ContainsFunc(o.Methods, func(t Tuning) bool { return t.On == posttrain.None })
}

// Lengths are the tokens of a prompt and of an answer, 0 where they are open.
func (o *TrainingOptions) Lengths() (prompt, answer int64) {
	return o.post.setup.Prompt, o.post.setup.Answer
}

// NeedsPostTraining rejects lengths of prompts and answers in a comparison of
// training that has neither.
func (o *TrainingOptions) NeedsPostTraining(a *App) error {
	if prompt, answer := o.Lengths(); o.Tuning.On != posttrain.None || prompt+answer == 0 {
		return nil
	}
	return UsageError(text.OfPostTraining.Error(lengthFlags[0]), a.CommandLine()+" --weights bf16")
}

// onlineFlags are those of methods that generate.
var onlineFlags = []string{"rollout-batch", "group", "rollout-devices", "rollout-tp", "engine", "reward", "rollout-offload"}

// lengthFlags are those that a comparison of serving has too.
var lengthFlags = []string{"prompt", "answer"}

// tuningFlags are those of all methods of post-training.
var tuningFlags = slices.Concat(lengthFlags, []string{"reference", "critic"}, onlineFlags)

func (o *postTraining) add(fs *pflag.FlagSet) {
	s := &o.setup
	AddValue(fs, &s.Prompts, "rollout-batch", "", "COUNT", "512", ParseWhole)
	AddValue(fs, &s.Group, "group", "", "N", "8", ParseWhole)
	AddValue(fs, &s.Prompt, "prompt", "", "COUNT", "512", ParseTokenCount)
	AddValue(fs, &s.Answer, "answer", "", "COUNT", "2048", ParseTokenCount)
	AddValue(fs, &s.Devices, "rollout-devices", "", "N", "8", ParseDimension)
	AddValue(fs, &s.TP, "rollout-tp", "", "N", "2", ParseDimension)
	AddValue(fs, &s.Engine, "engine", "", "NAME", "vllm", parseEngine).Among(func() []string { return engines })
	AddValue(fs, &o.reward, "reward", "", "MODEL", "rules", AsTyped)
	AddValue(fs, &o.critic, "critic", "", "MODEL", "7B", AsTyped)
	AddValue(fs, &s.Reference, "reference", "", "NAME", "none", posttrain.ParseReference).Among(Named(posttrain.ParseReference))
	fs.BoolVar(&s.Offload, "rollout-offload", false, "")
}

// engines are what generates: servers, and the trainer's own generation, which is
// that of transformers.
var engines = []string{"vllm", "sglang", "trainer"}

// parseEngine reads the name of an engine.
func parseEngine(s string) (*serve.Runtime, error) {
	name := strings.ToLower(strings.TrimSpace(s))
	if !slices.Contains(engines, name) {
		return nil, text.UnknownEngine.Error(s, strings.Join(engines, ", "))
	}
	if name == "trainer" {
		name = "transformers"
	}
	return serve.FindRuntime(name)
}

// rules are what --reward says where no model judges.
const rules = "rules"

// completePostTraining finds the models of post-training, and rejects its flags
// without it.
func (o *TrainingOptions) completePostTraining(a *App, cmd *cobra.Command) error {
	fs, p := cmd.Flags(), &o.post
	if p.setup.Method = o.Tuning.On; p.setup.Method == posttrain.None {
		for _, name := range tuningFlags {
			if fs.Changed(name) && (cmd.Name() != "compare" || !slices.Contains(lengthFlags, name)) {
				return UsageError(text.OfPostTraining.Error(name), a.CommandWithout("method")+" --method grpo")
			}
		}
		return nil
	}
	if p.reward != "" && p.reward != rules {
		m, err := a.Resolve(cmd.Context(), p.reward)
		if err != nil {
			return AboutFlag("reward", err)
		}
		p.setup.Reward = m.Model
	}
	if p.critic != "" {
		m, err := a.Resolve(cmd.Context(), p.critic)
		if err != nil {
			return AboutFlag("critic", err)
		}
		p.setup.Critic = m.Model
	}
	return nil
}
