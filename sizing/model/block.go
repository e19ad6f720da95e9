package model

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/sizing/note"
)

// Component says which part of a network a parameter belongs to.
type Component uint8

// The components of a parameter count.
const (
	Embedding Component = iota
	AttentionPart
	FFNPart
	ExpertPart
	RouterPart
	NormPart
	SSMPart
	ConvPart
	HeadPart
	OtherPart
	NumComponents
)

var componentNames = [NumComponents]string{
	"embedding", "attention", "ffn", "experts", "router", "norms", "ssm", "convolution", "head", "other",
}

// String returns the component's name.
func (c Component) String() string {
	if c < NumComponents {
		return componentNames[c]
	}
	return fmt.Sprintf("Component(%d)", uint8(c))
}

// MarshalText writes the component's name.
func (c Component) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Split is the parallelism that divides a parameter tensor.
type Split uint8

// The kinds of splits. FSDP and ZeRO-3 divide all of them further.
const (
	// Replicated tensors are stored whole on every tensor-parallel rank: norms,
	// routers, latent projections.
	Replicated Split = iota
	// TensorSplit tensors are divided by tensor parallelism.
	TensorSplit
	// ExpertSplit tensors are divided by expert parallelism and, inside an
	// expert, by tensor parallelism.
	ExpertSplit
)

// SplitBy is the dimension of a matrix that tensor parallelism divides.
type SplitBy uint8

// The dimensions.
const (
	// ByOutputs gives each rank some of the outputs, as every matrix but the
	// last of a block is divided (Megatron's ColumnParallelLinear).
	ByOutputs SplitBy = iota
	// ByInputs gives each rank some of the inputs, so that the products of all
	// ranks are summed (Megatron's RowParallelLinear).
	ByInputs
)

// Weight is a parameter tensor of a block: a matrix of Rows outputs by Cols
// inputs, or a vector of Rows where Cols is 0.
type Weight struct {
	Name       string
	Part       Component
	Rows, Cols int64
	// Copies is the number of such tensors in the block (one per expert).
	Copies int64
	// Uses is how often a token is multiplied with the tensor: 1 for a
	// linear map, k/E for one of E experts of which k are chosen, the number
	// of output positions for a convolution, 0 for a lookup or a vector.
	Uses float64
	// Active is the share of the copies that a token uses.
	Active float64
	Split  Split
	// SplitBy is the dimension of a matrix that tensor parallelism divides.
	SplitBy SplitBy
	// MaxSplit is the largest number of parts that tensor parallelism divides
	// the tensor into (the number of KV heads); 0 means no limit.
	MaxSplit int64
	// Shared marks a tensor that another layer stores: its product counts, its
	// parameters do not (a tied output head).
	Shared bool
	// Module is the module with which selective recompute drops the product's
	// output.
	Module Module
	// Kernel is the elements of a convolution's kernel, which is how many of
	// its products read the same input; 0 for a linear map.
	Kernel int64
	// Values marks a projection whose outputs are attention's values, which files
	// may store in more bits than the rest.
	Values bool
}

// Params returns the number of parameters that the tensor adds to the model.
func (w Weight) Params() int64 {
	if w.Shared {
		return 0
	}
	return w.Rows * max(w.Cols, 1) * w.Copies
}

func matrix(name string, part Component, rows, cols int64, split Split) Weight {
	return Weight{Name: name, Part: part, Rows: rows, Cols: cols, Copies: 1, Uses: 1, Active: 1, Split: split}
}

func vector(name string, part Component, n int64, split Split) Weight {
	return Weight{Name: name, Part: part, Rows: n, Copies: 1, Active: 1, Split: split}
}

// byInputs returns the matrix divided by its inputs.
func (w Weight) byInputs() Weight {
	w.SplitBy = ByInputs
	return w
}

// in returns the tensor as part of a module.
func (w Weight) in(m Module) Weight {
	w.Module = m
	return w
}

// values returns the matrix marked as a projection of values.
func (w Weight) values() Weight {
	w.Values = true
	return w
}

// inModule puts tensors into a module.
func inModule(m Module, ws []Weight) []Weight {
	for i := range ws {
		ws[i].Module = m
	}
	return ws
}

// withBias appends the matrix and, if bias is set, its output bias.
func withBias(ws []Weight, w Weight, bias bool) []Weight {
	ws = append(ws, w)
	if bias {
		b := w
		b.Name, b.Cols, b.Uses, b.Rows = w.Name+".bias", 0, 0, w.Rows
		b.SplitBy, b.Kernel, b.Values = ByOutputs, 0, false
		ws = append(ws, b)
	}
	return ws
}

// Width is the storage of an activation's element.
type Width uint8

// The widths of saved activations.
const (
	// Half is the compute precision: 2 bytes in mixed precision, 4 in fp32.
	Half Width = iota
	// Full is fp32 whatever the compute precision.
	Full
	// Mask is a byte, as dropout masks are saved.
	Mask
)

// Axis is the sharding axis of a saved activation: what divides it between
// tensor-parallel ranks.
type Axis uint8

// The axes.
const (
	// HeadAxis activations are divided by tensor parallelism.
	HeadAxis Axis = iota
	// SequenceAxis activations are divided only with sequence parallelism.
	SequenceAxis
	// ExpertAxis activations are routed tokens inside an expert: divided by
	// tensor parallelism, by width if it splits experts, else by tokens.
	ExpertAxis
	// DispatchAxis activations are routed tokens at their full width: ranks
	// that divide an expert store the tokens of all.
	DispatchAxis
	// NoAxis activations are whole on every rank: gathered inputs that a stack
	// saves.
	NoAxis
	NumAxes
)

// Module is the part of a layer that selective recompute can drop by name.
type Module uint8

// The modules, with the names that Megatron-Core gives them
// (--recompute-modules).
const (
	// NoModule activations are dropped only by full recompute.
	NoModule Module = iota
	// CoreAttention is scores, softmax, dropout and their product with V.
	CoreAttention
	// NormModule is the normalised output of a norm.
	NormModule
	// MLPModule is everything inside a dense feed-forward network.
	MLPModule
	// MoEActModule is the output of the experts' activation function.
	MoEActModule
	// MoEModule is the rest of a mixture-of-experts block's saved activations.
	MoEModule
	// SharedModule is everything inside the shared experts.
	SharedModule
	// UpProjection is what latent attention projects up from its latents.
	UpProjection
	NumModules
)

var moduleNames = [NumModules]string{"", "core_attn", "layernorm", "mlp", "moe_act", "moe", "shared_experts", "mla_up_proj"}

// String returns the module's name.
func (m Module) String() string {
	if m < NumModules {
		return moduleNames[m]
	}
	return fmt.Sprintf("Module(%d)", uint8(m))
}

// Modules is a set of modules.
type Modules uint16

// Has reports whether the set contains m.
func (s Modules) Has(m Module) bool { return s&(1<<m) != 0 }

// With returns the set with m added; a whole mixture of experts takes its
// activation with it.
func (s Modules) With(m Module) Modules {
	if m == MoEModule {
		s |= 1<<MoEActModule | 1<<SharedModule
	}
	return s | 1<<m
}

// String lists the names, separated by commas.
func (s Modules) String() string {
	var names []string
	for m := NoModule + 1; m < NumModules; m++ {
		if s.Has(m) {
			names = append(names, m.String())
		}
	}
	return strings.Join(names, ",")
}

// MarshalText writes the names.
func (s Modules) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads names.
func (s *Modules) UnmarshalText(text []byte) (err error) {
	*s, err = ParseModules(string(text))
	return err
}

// ParseModules reads module names separated by commas or spaces.
func ParseModules(s string) (Modules, error) {
	var set Modules
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '[' || r == ']' }) {
		i := slices.Index(moduleNames[:], name)
		if i < 1 {
			return 0, note.NewError("recompute.unknown-module", name, moduleNames[1:])
		}
		set = set.With(Module(i))
	}
	return set, nil
}

// When is the condition under which an activation is saved.
type When uint8

// The conditions.
const (
	Always                 When = iota
	WithDropout                 // on the residual stream
	WhenUnfused                 // attention that writes its scores to memory
	WhenUnfusedWithDropout      // and applies dropout to them
	WhenFused                   // flash attention
	WhenEager                   // operators that a compiler or fused kernel would join
	WhenWeightedInside          // experts that apply the router's weights before their second product
	WhenWeightedOutside         // experts whose outputs are weighted as they are added up
)

// Saved is a tensor that the forward pass of a block saves for the backward
// pass, for one sequence.
type Saved struct {
	Name string
	// PerToken is the number of elements per token.
	PerToken float64
	// PerPair is the number of elements per pair of a query and a key position.
	PerPair float64
	Width   Width
	Axis    Axis
	Module  Module
	When    When
	// Feeds names the matrices whose gradients alone need the tensor; empty
	// means that other gradients need it too.
	Feeds []string
	// Operand marks the input of a matrix product.
	Operand bool
	// Product is the share of the tensor that operator-level recompute keeps:
	// outputs of attention and of every other matrix product.
	// Source: pytorch/torchtitan@b5bcd76
	// torchtitan/distributed/activation_checkpoint.py:271.
	Product float64
}

// Cache is what a block stores of earlier tokens during generation.
type Cache struct {
	// PerToken is the number of elements a cached token (keys and values).
	PerToken int64
	// KeyWidth is the number of these elements that are keys; runtimes may
	// store them in another format than values.
	KeyWidth int64
	// Window bounds the number of cached tokens; 0 means no bound.
	Window int64
	// Heads is the largest number of parts that tensor parallelism divides the
	// cache into; 0 means that it is not divided (a latent cache is whole on
	// every device).
	Heads int64
	// Tokens is the number of cached tokens independent of the sequence: those
	// of another tower; 0 means those of the sequence.
	Tokens int64
	// State is the number of elements per sequence, independent of its length.
	State int64
	// Conv is the elements of State that are inputs of a convolution, which
	// runtimes may store in another format than the rest.
	Conv int64
	// Queries is how many query heads share a head of the cache; 0 means one.
	Queries int64
	// Latent is what latents are projected up to; zero for keys and values.
	Latent Latent
	// Index is the elements per token of the keys of an indexer, which chooses
	// the tokens that are attended to; PerToken is without them.
	Index int64
}

// Latent is a cache of latents, which are either projected up to the keys and
// values of each head or multiplied directly (absorbed).
type Latent struct {
	// Keys and Values are the elements per token when projected up.
	Keys, Values int64
	// Rope is the rotary elements of the cached ones, which are not values.
	Rope int64
	// Absorption is the factor on the FLOPs of attention when latents are
	// multiplied directly:
	//
	//	(2 x rank + rope) / (nope + rope + value)
	//
	// Source: arXiv:2405.04434 appendix C.
	Absorption float64
}

// Block is one part of a layer: attention, a feed-forward network, a norm, a
// convolution. A new architecture is a new Block; every estimate is a sum over
// the methods of blocks.
type Block interface {
	// Kind names the block: "attention", "moe".
	Kind() string
	// Check returns an error if a dimension is missing, negative or does not
	// agree with another.
	Check() error
	// Weights lists the parameter tensors.
	Weights() []Weight
	// Mixing returns the forward FLOPs of a sequence of s tokens that are not
	// products with weights: attention scores and values, state updates. full
	// counts every pair of positions, executed only those that a kernel which
	// skips masked blocks computes.
	Mixing(s float64) (full, executed float64)
	// Saved lists what the forward pass saves for the backward pass.
	Saved() []Saved
	// Cache says what generation stores of earlier tokens.
	Cache() Cache
	// Role is the block's role in its layer.
	Role() Role
	// TensorUnit is the number that tensor parallelism must divide: the heads
	// or channels of a block that mixes positions, 0 for others.
	TensorUnit() int64
	// Core describes the core of attention.
	Core() Core
	// Exchange says what context parallelism sends between parts of a sequence.
	Exchange() Exchange
	// Routing says how tokens are sent to experts.
	Routing() Routing
	// Launches is the number of operations in the block.
	Launches() Launches
	// Logits is the outputs per token of a loss's head, 0 for other blocks.
	Logits() int64
	// FeatureMaps is the elements per sample that a convolution reads and
	// writes, 0 for other blocks.
	FeatureMaps() int64
	// withVocabulary returns the block with a vocabulary of to instead of from
	// entries; nil for a block without one.
	withVocabulary(from, to int64) Block
	// pruned returns the pruned block; nil for a kind whose width cannot be
	// pruned.
	pruned(r *pruner) Block
}

// positive returns an error that names the first dimension below 1 or above
// MaxDim.
func positive(kind string, dims ...dim) error {
	for _, d := range dims {
		if d.value < 1 {
			return note.NewError("block.below-one", kind, note.Word(d.name), d.value)
		}
		if d.value > MaxDim {
			return note.NewError("block.too-large", kind, note.Word(d.name), d.value, int64(MaxDim))
		}
	}
	return nil
}

// MaxDim bounds every dimension, so that a product of two fits an int64.
const MaxDim = 1 << 31

type dim struct {
	name  string
	value int64
}
