package train

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Weights says how a stack stores fp32 weights in mixed precision.
type Weights string

// The variants.
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

// Stack is what a training framework keeps in memory and how it runs a step, as
// data.
type Stack struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	// Like names the stack that this one is like, and which it inherits every
	// fact and constant from that is not its own. Its band is that of a stack
	// without measurements.
	Like string `json:"like,omitempty"`
	// AssumedFor are the tasks that the stack is assumed for if the request
	// names none.
	AssumedFor []Assumption `json:"assumed_for,omitempty"`
	// Aliases are the names of software that the stack represents, Unlike those
	// of software that it is nearest to and does not represent.
	Aliases []Alias  `json:"aliases,omitempty"`
	Unlike  []Unlike `json:"unlike,omitempty"`
	// Weights says how fp32 weights are stored.
	Weights Weights `json:"weights"`
	// GradientBytes is the width of a gradient; 0 means that of the weights.
	GradientBytes float64 `json:"gradient_bytes"`
	// FP16GradientBytes is the same for fp16, where a stack may accumulate
	// gradients in fp16 and convert them in the optimizer step; 0 means no
	// difference.
	FP16GradientBytes float64 `json:"fp16_gradient_bytes,omitempty"`
	// PersistentGradients are allocated once for the whole run (Megatron's
	// buffer); others exist from the first backward pass to the optimizer step.
	PersistentGradients bool `json:"persistent_gradients"`
	// FusedUpdate applies a gradient as soon as the backward pass has computed
	// it, so that only the gradients of one layer exist at once.
	FusedUpdate bool `json:"fused_update,omitempty"`
	// FusedAttention does not write scores to memory (flash attention).
	FusedAttention bool `json:"fused_attention"`
	// ScoreBuffer says that unfused attention writes its scores to a persistent
	// buffer of one layer and micro-batch.
	ScoreBuffer bool `json:"score_buffer,omitempty"`
	// Eager runs the operators of norms and activations one by one; each saves
	// what its backward pass needs.
	Eager bool `json:"eager"`
	// UntiedHead says that the stack stores a head that is tied to the
	// embedding a second time.
	UntiedHead bool `json:"untied_head,omitempty"`
	// FP8Operands says that an 8- or 4-bit recipe saves the input of a matrix
	// product quantised, in one byte per element.
	FP8Operands bool `json:"fp8_operands,omitempty"`
	// WeightsInside says that experts apply the router's weights to the input
	// of their second product and not to its output.
	WeightsInside bool `json:"weights_inside,omitempty"`
	// SelectiveOps says that selective recompute works operator by operator: it
	// saves the outputs of attention and of every second matrix product.
	SelectiveOps bool `json:"selective_ops"`
	// RecomputeMethods are the methods of full recompute besides layer by
	// layer.
	RecomputeMethods []RecomputeMethod `json:"recompute_methods"`
	// KeepsGathered says that inputs gathered along the sequence for a
	// tensor-parallel product are saved whole and not gathered again.
	KeepsGathered bool `json:"keeps_gathered"`
	// RecomputeGradients is the size of the gradients inside a recomputed
	// layer, as a share of its activations.
	RecomputeGradients float64 `json:"recompute_gradients"`
	// AdapterBytes is what a layer saves for its adapters beyond its own
	// tensors, per token and element of the residual stream.
	AdapterBytes float64 `json:"adapter_bytes"`
	// Packs says that the stack trains adapters with packed 4-bit weights
	// (QLoRA).
	Packs bool `json:"packs,omitempty"`
	// PackedInputBytes is the width of the copy of its input that a packed
	// 4-bit matrix saves.
	PackedInputBytes float64 `json:"packed_input_bytes"`
	// StepGradientBytes is the width of an fp32 gradient of the rank's own
	// parameters that exists only during the optimizer step.
	StepGradientBytes float64 `json:"step_gradient_bytes"`
	// StepGroupParams is the most parameters per rank under ZeRO-3 whose
	// gradient of the step exists at once; 0: all.
	StepGroupParams float64 `json:"step_group_params,omitempty"`
	// UpdateCopies is what the update of all parameters at once (foreach)
	// allocates, in moments of AdamW.
	UpdateCopies float64 `json:"update_copies,omitempty"`
	// StageGathered says that under a pipeline the weights of a stage stay
	// gathered from its first micro-batch to its last, with fp32 gradients that
	// are sharded after the last.
	StageGathered bool `json:"stage_gathered,omitempty"`
	// Dropout saves the masks of dropout on the residual stream,
	// AttentionDropout those of dropout on attention scores.
	Dropout          bool `json:"dropout"`
	AttentionDropout bool `json:"attention_dropout"`
	// LogitsBytes are the bytes per logit at the peak of each loss. Loss is the
	// default.
	LogitsBytes map[Loss]float64 `json:"logits_bytes"`
	Loss        Loss             `json:"loss"`
	// FreesLogits says that the buffers of the loss are gone before a layer is
	// recomputed, except KeptLogitBytes per logit of outputs that the training
	// loop keeps.
	FreesLogits    bool    `json:"frees_logits,omitempty"`
	KeptLogitBytes float64 `json:"kept_logit_bytes,omitempty"`
	// Sharding is the default, Shardings are the supported ones.
	Sharding  Sharding   `json:"-"`
	Shardings []Sharding `json:"-"`
	// SequenceParallel says that tensor parallelism includes sequence
	// parallelism.
	SequenceParallel bool `json:"sequence_parallel"`
	// FurtherTokens says that the stack's recipes pre-train models with their
	// multi-token prediction layers.
	FurtherTokens bool `json:"further_tokens"`
	// NoTensor says that the stack applies tensor parallelism only on request:
	// chosen layouts have none.
	NoTensor bool `json:"no_tensor,omitempty"`
	// Pipeline says that the stack supports pipeline parallelism.
	Pipeline bool `json:"pipeline"`
	// HybridShard says that the stack can shard over some of the data-parallel
	// ranks, OffloadOptimizer that it can offload the optimizer state alone,
	// ExpertTP that experts may have their own tensor parallelism.
	HybridShard      bool `json:"hybrid_shard"`
	OffloadOptimizer bool `json:"offload_optimizer"`
	ExpertTP         bool `json:"expert_tp"`
	// StateTypes are the formats of states besides the defaults.
	StateTypes StateTypes `json:"state_types"`
	// Offloadable is what else the stack can offload. OffloadTogether says that
	// offloaded weights include gradients and optimizer state, OffloadGradients
	// that an offloaded optimizer state includes sharded gradients.
	Offloadable      []Offloadable `json:"away"`
	OffloadTogether  bool          `json:"offload_together"`
	OffloadGradients bool          `json:"offload_gradients"`
	// GatherDepth is how many gathered layers exist at once under ZeRO-3.
	GatherDepth float64 `json:"gather_depth"`
	// BucketBytes is the size of the buffer that collects gradients of sharded
	// states before their reduction, whatever the model.
	BucketBytes quantity.Bytes `json:"bucket_bytes,omitempty"`
	// RootUnit says that the modules before and after the layers form one unit
	// that stays gathered from the forward pass to the end of the backward
	// pass, with unsharded gradients.
	RootUnit bool `json:"root_unit,omitempty"`
	// ScatterDepth is how many layers have unsharded gradients at once.
	ScatterDepth float64 `json:"scatter_depth"`
	// WorkspaceBytes is what libraries allocate through the framework:
	// workspaces of matrix products and attention.
	WorkspaceBytes quantity.Bytes `json:"workspace_bytes"`
	// StreamWorkspace is the additional workspace of the library for matrix
	// products.
	StreamWorkspace StreamWorkspace `json:"stream_workspace"`
	// ContextBytes is the memory of the driver, libraries and workspaces.
	ContextBytes quantity.Bytes `json:"context_bytes"`
	// Reserved is the allocator's reserved memory over its allocated memory.
	Reserved float64 `json:"reserved_over_allocated"`
	// VaryingReserved is the same of activations and logits where the lengths
	// of sequences vary from batch to batch, so that freed blocks fit no later
	// tensor; 0: no difference.
	VaryingReserved float64 `json:"varying_reserved_over_allocated,omitempty"`
	// Releases are the facts of older releases, from new to old.
	Releases []Release `json:"releases,omitempty"`
	// Reporting is how to read published figures of the stack.
	Reporting Reporting `json:"habits"`
	// Fitted says which of these facts were fitted to measurements and when,
	// and gives the sources that Source omits.
	Fitted []string `json:"fitted"`
	// Source is where these facts come from.
	Source string `json:"source"`

	// Variant is how the stack ran a step: its release and options.
	Variant Variant `json:"-"`
	// Alias is the software that the request named, nil for the stack's own
	// name.
	Alias *Alias `json:"-"`

	ShardingNames []string `json:"shardings"`
}

// Reporting is how to read published figures of a stack that leave something
// open.
type Reporting struct {
	// BatchPerDevice says that a batch is stated per device, including
	// tensor-parallel ones, and runs as one micro-batch.
	BatchPerDevice bool `json:"batch_a_device,omitempty"`
	// CutsBatch says that pipeline stages divide a local batch into as many
	// micro-batches, and that an interleaved schedule gives each device two.
	CutsBatch bool `json:"cuts_batch,omitempty"`
	// CompiledIfStated says that a run is compiled only if its record says so.
	CompiledIfStated bool `json:"compiled_if_said,omitempty"`
	// Undated is the month of figures without a date, of devices that existed
	// then.
	Undated string `json:"undated,omitempty"`
	// SelectiveBelow is the size of models below which a run that does not
	// state its recompute has the stack's selective one; larger models recompute
	// fully. 0: as little as fits the device.
	SelectiveBelow quantity.Params `json:"selective_below,omitempty"`
	// Recipe is the recipe of figures that state neither a sequence length nor
	// a batch; nil without one.
	Recipe *Recipe `json:"recipe,omitempty"`
	// Source says where these facts come from.
	Source string `json:"source,omitempty"`
}

// Recipe is how a stack's own recipes fine-tune.
type Recipe struct {
	Seq   int64 `json:"seq"`
	Batch int64 `json:"batch"` // sequences per device, without accumulation
	// Compile says that kernels are compiled, Recompute that layers are fully
	// recomputed unless the device has room.
	Compile   bool `json:"compile"`
	Recompute bool `json:"recompute"`
	// ShardsFrozen says that frozen weights are sharded too, DoubleQuantised
	// that the scales of packed weights are quantised.
	ShardsFrozen    bool `json:"shards_frozen"`
	DoubleQuantised bool `json:"double_quantised"`
	// PagedUpdate is full fine-tuning on one device that applies each gradient
	// as soon as it exists, with an 8-bit state that the driver pages out of
	// the device's memory.
	PagedUpdate bool `json:"paged_update"`
}

// StreamWorkspace is the workspace per stream that runs matrix products.
type StreamWorkspace struct {
	// Bytes is the workspace of one stream, EarlyBytes that on the
	// architectures of Early.
	Bytes      quantity.Bytes `json:"bytes"`
	EarlyBytes quantity.Bytes `json:"early_bytes"`
	Early      []string       `json:"early"`
	// Streams is the number of streams, ExpertStreams the number of additional
	// ones for the grouped products of experts.
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

// readStacks reads a list of stacks. A stack that is like another follows it.
func readStacks(data []byte) ([]*Stack, error) {
	var texts []json.RawMessage
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, err
	}
	var stacks []*Stack
	for _, text := range texts {
		s, err := readStack(text, stacks)
		if err != nil {
			return nil, err
		}
		stacks = append(stacks, s)
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

// readStack reads a stack, which may be like one of those before it: its names
// and what it is assumed for are its own.
func readStack(text []byte, before []*Stack) (*Stack, error) {
	var s Stack
	if err := json.Unmarshal(text, &s); err != nil || s.Like == "" {
		return &s, err
	}
	i := slices.IndexFunc(before, func(o *Stack) bool { return o.Name == s.Like })
	if i < 0 {
		return nil, note.NewError("stack.unknown", s.Like, []string{})
	}
	like := *before[i]
	like.AssumedFor, like.Aliases, like.Unlike, like.Shardings, like.Fitted = nil, nil, nil, nil, nil
	return &like, json.Unmarshal(text, &like)
}

// DefaultStack returns the stack for pre-training on data-centre devices:
// MaxText on TPUs, Megatron-Core on others. [StackFor] covers other tasks.
func DefaultStack(d *hardware.Device) *Stack {
	if d.Kind == hardware.TPU {
		return mustStack("maxtext")
	}
	return mustStack("megatron-core")
}

// mustStack returns a stack of the embedded file. Tests check the file.
func mustStack(name string) *Stack {
	s, err := FindStack(name)
	if err != nil {
		panic(err)
	}
	return s
}

// stateBytes returns the bytes per parameter of weight, gradient and fp32
// master copy in a precision.
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

// narrow reports whether gradients are accumulated in fp16.
func (s *Stack) narrow(p Precision) bool { return p == FP16 && s.FP16GradientBytes > 0 }

// momentBytes returns the width of a full-precision moment.
func (s *Stack) momentBytes(p Precision) float64 {
	if s.Weights == NoMaster {
		return p.Bytes()
	}
	return 4
}
