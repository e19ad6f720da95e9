package train

import (
	_ "embed"
	"encoding/json"
	"slices"
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
	// AssumedFor is the work that it is assumed for where no stack is named.
	AssumedFor []Assumption `json:"assumed_for,omitempty"`
	// Aliases are the names of software that it stands for, Unlike those of
	// software that it is nearest to and does not stand for.
	Aliases []Alias  `json:"aliases,omitempty"`
	Unlike  []Unlike `json:"unlike,omitempty"`
	// Weights says where the fp32 weights are.
	Weights Weights `json:"weights"`
	// GradientBytes is the width of a gradient; 0 means that of the weights.
	GradientBytes float64 `json:"gradient_bytes"`
	// FP16GradientBytes is the same in fp16, which a stack may add up as they
	// are and widen at the step; 0 means that it makes no difference.
	FP16GradientBytes float64 `json:"fp16_gradient_bytes,omitempty"`
	// PersistentGradients are allocated once and stay (Megatron's buffer);
	// others live from the first backward to the optimizer step.
	PersistentGradients bool `json:"persistent_gradients"`
	// FusedUpdate applies a gradient as soon as the backward pass has made it,
	// so that only those of one layer are there at once.
	FusedUpdate bool `json:"fused_update,omitempty"`
	// FusedAttention does not write scores to memory (flash attention).
	FusedAttention bool `json:"fused_attention"`
	// ScoreBuffer says that unfused attention writes its scores to a buffer that
	// stays, of one layer and micro-batch.
	ScoreBuffer bool `json:"score_buffer,omitempty"`
	// Eager runs the operators of norms and activations one by one, each
	// keeping what its own backward needs.
	Eager bool `json:"eager"`
	// UntiedHead says that a head tied to the embedding is stored a second
	// time.
	UntiedHead bool `json:"untied_head,omitempty"`
	// FP8Operands says that under an 8- or 4-bit recipe the input of a matrix
	// product is kept quantised, in a byte an element.
	FP8Operands bool `json:"fp8_operands,omitempty"`
	// WeightsInside says that experts apply the router's weights to what enters
	// their second product and not to what leaves it.
	WeightsInside bool `json:"weights_inside,omitempty"`
	// SelectiveOps says that selective recompute works operator by operator:
	// it keeps outputs of attention and of every other matrix product.
	SelectiveOps bool `json:"selective_ops"`
	// RecomputeMethods are how full recompute may take some layers, or units of
	// several, beside all of them one by one.
	RecomputeMethods []RecomputeMethod `json:"recompute_methods"`
	// KeepsGathered says that inputs gathered along the sequence for a
	// tensor-parallel product are kept whole and not gathered again.
	KeepsGathered bool `json:"keeps_gathered"`
	// RecomputeGradients is what the gradients inside a layer that is
	// recomputed take, as a share of its activations.
	RecomputeGradients float64 `json:"recompute_gradients"`
	// AdapterBytes is what a layer with adapters keeps for them beyond its own
	// tensors, a token and element of the residual stream.
	AdapterBytes float64 `json:"adapter_bytes"`
	// Packs says that it trains adapters beside weights that are packed in 4 bits
	// (QLoRA).
	Packs bool `json:"packs,omitempty"`
	// PackedInputBytes is the width of the copy of its input that a matrix
	// packed in 4 bits keeps.
	PackedInputBytes float64 `json:"packed_input_bytes"`
	// StepGradientBytes is an fp32 gradient of the rank's own parameters that
	// exists during the optimizer step alone.
	StepGradientBytes float64 `json:"step_gradient_bytes"`
	// Dropout keeps the masks of dropout on the residual stream,
	// AttentionDropout those of dropout on attention scores.
	Dropout          bool `json:"dropout"`
	AttentionDropout bool `json:"attention_dropout"`
	// LogitsBytes is what the loss keeps of one logit at its peak,
	// with the cross-entropy that Loss names.
	LogitsBytes map[Loss]float64 `json:"logits_bytes"`
	Loss        Loss             `json:"loss"`
	// Sharding is the default, Shardings what it can do.
	Sharding  Sharding   `json:"-"`
	Shardings []Sharding `json:"-"`
	// SequenceParallel says that tensor parallelism comes with it.
	SequenceParallel bool `json:"sequence_parallel"`
	// FurtherTokens says that its recipes pre-train a model with the layers
	// that predict further tokens.
	FurtherTokens bool `json:"further_tokens"`
	// NoTensor says that it divides no layer over devices unless it is told
	// how: layouts that are chosen have no tensor parallelism.
	NoTensor bool `json:"no_tensor,omitempty"`
	// Pipeline says that it has pipeline parallelism.
	Pipeline bool `json:"pipeline"`
	// HybridShard says that it can shard over a part of the data-parallel
	// ranks, OffloadOptimizer that it can keep the optimizer state alone on
	// the host, ExpertTP that experts may have a tensor parallelism of their
	// own.
	HybridShard      bool `json:"hybrid_shard"`
	OffloadOptimizer bool `json:"offload_optimizer"`
	ExpertTP         bool `json:"expert_tp"`
	// StateTypes is which formats it can keep states in beside its own.
	StateTypes StateTypes `json:"state_types"`
	// Offloadable is what else it can keep outside the device. OffloadTogether says
	// that weights take gradients and optimizer state along, OffloadGradients
	// that the optimizer state takes divided gradients along.
	Offloadable      []Offloadable `json:"away"`
	OffloadTogether  bool          `json:"offload_together"`
	OffloadGradients bool          `json:"offload_gradients"`
	// GatherDepth is how many gathered layers ZeRO-3 holds at once.
	GatherDepth float64 `json:"gather_depth"`
	// BucketBytes is the buffer that gradients of sharded states are gathered in
	// before they are reduced, whatever the model.
	BucketBytes quantity.Bytes `json:"bucket_bytes,omitempty"`
	// RootUnit says that what stands before and after the layers is one unit
	// that stays gathered from the forward pass to the end of the backward one,
	// with its gradients whole.
	RootUnit bool `json:"root_unit,omitempty"`
	// ScatterDepth is how many layers' gradients it holds whole at once.
	ScatterDepth float64 `json:"scatter_depth"`
	// WorkspaceBytes is what libraries allocate through the framework: matrix
	// product and attention workspaces.
	WorkspaceBytes quantity.Bytes `json:"workspace_bytes"`
	// StreamWorkspace is what the library of a layer's products takes besides.
	StreamWorkspace StreamWorkspace `json:"stream_workspace"`
	// ContextBytes is what the driver, libraries and workspaces take.
	ContextBytes quantity.Bytes `json:"context_bytes"`
	// Reserved is the allocator's reserved memory over the allocated.
	Reserved float64 `json:"reserved_over_allocated"`
	// Reporting is how to read what is published of it.
	Reporting Reporting `json:"habits"`
	// Fitted says which of these facts were fitted on measurements and when,
	// and where those come from that neither Source nor a fit gives.
	Fitted []string `json:"fitted"`
	// Source says where these facts come from.
	Source string `json:"source"`

	// Variant is how it ran a step: its release and options.
	Variant Variant `json:"-"`
	// Alias is the software that it was named by, nil for its own name.
	Alias *Alias `json:"-"`

	ShardingNames []string `json:"shardings"`
}

// Reporting is how figures that are published of a stack are to be read where they
// leave something open.
type Reporting struct {
	// BatchPerDevice says that a batch is stated a device, tensor-parallel ones
	// included, and runs as one micro-batch.
	BatchPerDevice bool `json:"batch_a_device,omitempty"`
	// CutsBatch says that pipeline stages cut a local batch into as many
	// micro-batches, and that an interleaved schedule gives each device two.
	CutsBatch bool `json:"cuts_batch,omitempty"`
	// CompiledIfStated says that a run is compiled only where it says so.
	CompiledIfStated bool `json:"compiled_if_said,omitempty"`
	// Recipe is what its figures are of where they state neither a sequence nor
	// a batch, since its makers state both once for all; nil without one.
	Recipe *Recipe `json:"recipe,omitempty"`
	// Source says where these facts come from.
	Source string `json:"source,omitempty"`
}

// Recipe is how a stack's own recipes fine-tune.
type Recipe struct {
	Seq   int64 `json:"seq"`
	Batch int64 `json:"batch"` // of a device, in sequences, without accumulation
	// Compile compiles the kernels, Recompute recomputes in full unless the
	// device has room.
	Compile   bool `json:"compile"`
	Recompute bool `json:"recompute"`
	// ShardsFrozen divides frozen weights too, DoubleQuantised quantises the
	// scales of packed ones.
	ShardsFrozen    bool `json:"shards_frozen"`
	DoubleQuantised bool `json:"double_quantised"`
	// PagedUpdate is full fine-tuning on one device that applies each gradient
	// as soon as it is there, with a state in 8 bits that the driver moves out
	// of the device's memory.
	PagedUpdate bool `json:"paged_update"`
}

// StreamWorkspace is the workspace of every stream that runs matrix products.
type StreamWorkspace struct {
	// Bytes is that of one stream, EarlyBytes on the architectures of Early.
	Bytes      quantity.Bytes `json:"bytes"`
	EarlyBytes quantity.Bytes `json:"early_bytes"`
	Early      []string       `json:"early"`
	// Streams is how many there are, ExpertStreams how many more for the
	// grouped products of experts.
	Streams       int64 `json:"streams"`
	ExpertStreams int64 `json:"expert_streams"`
}

// workspace returns what libraries allocate on a device of an architecture.
func (s *Stack) workspace(arch string, experts bool) quantity.Bytes {
	w := &s.StreamWorkspace
	each, streams := w.Bytes, w.Streams
	if slices.ContainsFunc(w.Early, func(early string) bool { return strings.HasPrefix(arch, early) }) {
		each = w.EarlyBytes
	}
	if experts {
		streams += w.ExpertStreams
	}
	return s.WorkspaceBytes + each*quantity.Bytes(streams)
}

//go:embed stacks.json
var stacksJSON []byte

var loadStacks = sync.OnceValue(func() []*Stack {
	stacks, err := readStacks(stacksJSON)
	if err != nil {
		panic("stacks.json: " + err.Error()) // the embedded file is tested
	}
	return stacks
})

// readStacks reads a list of stacks.
func readStacks(data []byte) ([]*Stack, error) {
	var stacks []*Stack
	if err := json.Unmarshal(data, &stacks); err != nil {
		return nil, err
	}
	for _, s := range stacks {
		for _, name := range s.ShardingNames {
			sh, err := ParseSharding(name)
			if err != nil {
				return nil, err
			}
			s.Shardings = append(s.Shardings, sh)
		}
		s.Sharding = s.Shardings[0]
	}
	return stacks, nil
}

// Stacks returns the known stacks, in a stable order. They must not be
// modified.
func Stacks() []*Stack { return loadStacks() }

// DefaultStack returns the stack of pre-training on a device of data centres:
// MaxText on TPUs, Megatron-Core elsewhere. [StackFor] is for what else is asked.
func DefaultStack(d *hardware.Device) *Stack {
	if d.Kind == hardware.TPU {
		return mustStack("maxtext")
	}
	return mustStack("megatron-core")
}

// mustStack returns a stack of the embedded file, which is tested.
func mustStack(name string) *Stack {
	s, err := FindStack(name)
	if err != nil {
		panic(err)
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
	if s.narrow(p) {
		gradient = s.FP16GradientBytes
	}
	if gradient == 0 || !precisions[p].mixed {
		gradient = weight
	}
	return weight, gradient, master
}

// narrow reports whether gradients are added up in fp16.
func (s *Stack) narrow(p Precision) bool { return p == FP16 && s.FP16GradientBytes > 0 }

// momentBytes returns the width of a full-precision moment.
func (s *Stack) momentBytes(p Precision) float64 {
	if s.Weights == NoMaster {
		return p.Bytes()
	}
	return 4
}
