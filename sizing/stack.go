package sizing

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// Weights says how a stack keeps fp32 weights in mixed precision.
type Weights string

// The ways.
const (
	// MasterCopy: weights in the compute precision, an fp32 copy with the
	// optimizer state (Megatron, DeepSpeed).
	MasterCopy Weights = "master-copy"
	// FullWeights: weights in fp32, cast to the compute precision when they
	// are gathered (FSDP, MaxText).
	FullWeights Weights = "fp32"
	// NoMaster: weights and state in the compute precision alone.
	NoMaster Weights = "compute"
)

// Stack is what a training framework keeps in memory and how it runs a step,
// as data.
type Stack struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Weights says where the fp32 weights are.
	Weights Weights `json:"weights"`
	// GradientBytes is the width of a gradient; 0 means that of the weights.
	GradientBytes float64 `json:"gradient_bytes"`
	// PersistentGradients are allocated once and stay (Megatron's buffer);
	// others live from the first backward to the optimizer step.
	PersistentGradients bool `json:"persistent_gradients"`
	// FusedAttention does not write scores to memory (flash attention).
	FusedAttention bool `json:"fused_attention"`
	// Dropout keeps dropout masks.
	Dropout bool `json:"dropout"`
	// LogitsBytes is what the loss keeps of one logit at its peak.
	LogitsBytes float64 `json:"logits_bytes"`
	// Sharding is the default, Shardings what it can do.
	Sharding  Sharding   `json:"-"`
	Shardings []Sharding `json:"-"`
	// SequenceParallel says that tensor parallelism comes with it.
	SequenceParallel bool `json:"sequence_parallel"`
	// Pipeline says that it has pipeline parallelism.
	Pipeline bool `json:"pipeline"`
	// GatherDepth is how many gathered layers ZeRO-3 holds at once.
	GatherDepth float64 `json:"gather_depth"`
	// ContextBytes is what the driver, libraries and workspaces take.
	ContextBytes quantity.Bytes `json:"context_bytes"`
	// Reserved is the allocator's reserved memory over the allocated.
	Reserved float64 `json:"reserved_over_allocated"`
	// Source says where these facts come from.
	Source string `json:"source"`

	ShardingNames []string `json:"shardings"`
}

//go:embed stacks.json
var stacksJSON []byte

var loadStacks = sync.OnceValue(func() []*Stack {
	var stacks []*Stack
	if err := json.Unmarshal(stacksJSON, &stacks); err != nil {
		panic("stacks.json: " + err.Error()) // the embedded file is tested
	}
	for _, s := range stacks {
		for _, name := range s.ShardingNames {
			sh, err := ParseSharding(name)
			if err != nil {
				panic("stacks.json: " + err.Error())
			}
			s.Shardings = append(s.Shardings, sh)
		}
		s.Sharding = s.Shardings[0]
	}
	return stacks
})

// Stacks returns the known stacks, in a stable order. They must not be
// modified.
func Stacks() []*Stack { return loadStacks() }

// FindStack returns the stack of that name.
func FindStack(name string) (*Stack, error) {
	var names []string
	for _, s := range Stacks() {
		if strings.EqualFold(strings.TrimSpace(name), s.Name) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("%q is not a known stack (want %s)", name, strings.Join(names, ", "))
}

// DefaultStack returns the stack assumed when none is named: MaxText on TPUs,
// Megatron-Core elsewhere.
func DefaultStack(d *hardware.Device) *Stack {
	name := "megatron-core"
	if d.Kind == hardware.TPU {
		name = "maxtext"
	}
	s, err := FindStack(name)
	if err != nil {
		panic(err) // both names are in the embedded file
	}
	return s
}

// stateBytes returns the bytes a parameter takes as weight, as gradient and as
// fp32 master copy under a precision.
func (s *Stack) stateBytes(p Precision) (weight, gradient, master float64) {
	weight = p.Bytes()
	if precisions[p].mixed {
		switch s.Weights {
		case FullWeights:
			weight = 4
		case MasterCopy:
			master = 4
		}
	}
	gradient = s.GradientBytes
	if gradient == 0 || !precisions[p].mixed {
		gradient = weight
	}
	return weight, gradient, master
}

// momentBytes returns the width of a full-precision moment.
func (s *Stack) momentBytes(p Precision) float64 {
	if s.Weights == NoMaster {
		return p.Bytes()
	}
	return 4
}
