package posttrain

import (
	"fmt"

	"mlsizer/sizing/quantity"
)

// Method is a way to train a model on preferences or rewards.
type Method uint8

// The methods.
const (
	None Method = iota
	DPO         // pairs and a reference (arXiv:2305.18290)
	KTO         // single answers, good or bad, and a reference (arXiv:2402.01306)
	ORPO        // pairs without a reference (arXiv:2403.07691)
	RM          // a reward model on pairs (arXiv:2203.02155)
	GRPO        // groups of answers to a prompt (arXiv:2402.03300)
	PPO         // answers with a critic (arXiv:1707.06347)
	numMethods
)

var methodNames = [numMethods]string{"none", "dpo", "kto", "orpo", "rm", "grpo", "ppo"}

// String returns the name.
func (m Method) String() string {
	if m < numMethods {
		return methodNames[m]
	}
	return fmt.Sprintf("Method(%d)", uint8(m))
}

// MarshalText writes the name.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// ParseMethod reads the name of a method of post-training.
func ParseMethod(s string) (Method, error) {
	return quantity.ByName(s, "method of post-training", numMethods, Method.String)
}

// Online reports whether the method trains on answers that it generates.
func (m Method) Online() bool { return m == GRPO || m == PPO }

// traits are what a method's step does.
type traits struct {
	// sequences is how many an example has: a micro-batch does not divide them.
	sequences int64
	// references and forwards are the forward passes over the batch, of the
	// reference and of the policy, beside those of the update.
	references, forwards float64
	// critic says that a critic is trained.
	critic bool
	// source is where the passes are read.
	source string
}

// reference reports whether the method needs a reference's log-probabilities.
func (t *traits) reference() bool { return t.references > 0 }

// methods are the traits by method.
//
// Sources: huggingface/trl@001ea5f trl/trainer/dpo_trainer.py (the chosen and the
// rejected answer are one forward pass, the reference reads both);
// huggingface/trl@b12c2cf trl/trainer/kto_trainer.py (policy and reference each
// read the mismatched answers for the KL term, without gradients);
// volcengine/verl@035682e verl/trainer/config/_generated_ppo_trainer.yaml (the
// policy's log-probabilities are computed again by the trainer, a critic reads the
// answers before it is updated).
var methods = [numMethods]traits{
	None: {sequences: 1},
	DPO:  {sequences: 2, references: 1, source: "huggingface/trl@001ea5f trl/trainer/dpo_trainer.py"},
	KTO:  {sequences: 1, references: 2, forwards: 1, source: "huggingface/trl@b12c2cf trl/trainer/kto_trainer.py"},
	ORPO: {sequences: 2, source: "huggingface/trl@4795c7d trl/trainer/orpo_trainer.py"},
	RM:   {sequences: 2, source: "OpenRLHF/OpenRLHF@bdf7dfa openrlhf/cli/train_rm.py"},
	GRPO: {sequences: 1, references: 1, forwards: 1, source: "volcengine/verl@035682e verl/trainer/config/_generated_ppo_trainer.yaml"},
	PPO:  {sequences: 1, references: 1, forwards: 1, critic: true, source: "volcengine/verl@035682e verl/trainer/config/_generated_ppo_trainer.yaml"},
}

// Sequences is how many sequences an example of the method has.
func (m Method) Sequences() int64 { return methods[m].sequences }

// Reference is where the log-probabilities of the reference come from.
type Reference uint8

// The references.
const (
	// ByDefault is Adapter where the policy trains adapters, else Separate.
	ByDefault Reference = iota
	Separate            // a frozen copy of the policy
	Adapter             // the policy with its adapters switched off
	NoReference
	numReferences
)

var referenceNames = [numReferences]string{"default", "separate", "adapter-off", "none"}

// String returns the name.
func (r Reference) String() string {
	if r < numReferences {
		return referenceNames[r]
	}
	return fmt.Sprintf("Reference(%d)", uint8(r))
}

// MarshalText writes the name.
func (r Reference) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// ParseReference reads "separate", "adapter-off" or "none".
func ParseReference(s string) (Reference, error) {
	return quantity.ByName(s, "reference", numReferences, Reference.String)
}
