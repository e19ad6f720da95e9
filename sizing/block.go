package sizing

import "fmt"

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

// Split says what parallelism divides a parameter tensor between devices.
type Split uint8

// The ways of dividing a tensor. FSDP and ZeRO-3 divide all of them further.
const (
	// Replicated tensors stand whole on every tensor-parallel rank: norms,
	// routers, latent projections.
	Replicated Split = iota
	// TensorSplit tensors are divided by tensor parallelism.
	TensorSplit
	// ExpertSplit tensors are divided by expert parallelism and, inside an
	// expert, by tensor parallelism.
	ExpertSplit
)

// Weight is a parameter tensor of a block: a matrix of Rows outputs by Cols
// inputs, or a vector of Rows where Cols is 0.
type Weight struct {
	Name       string
	Part       Component
	Rows, Cols int64
	// Copies is how many such tensors the block has (one an expert).
	Copies int64
	// Uses is how often a token is multiplied with the tensor: 1 for a
	// linear map, k/E for one of E experts of which k are chosen, the number
	// of output positions for a convolution, 0 for a lookup or a vector.
	Uses float64
	// Active is the share of the copies that a token passes through.
	Active float64
	Split  Split
	// MaxSplit bounds how far tensor parallelism divides the tensor (the
	// number of KV heads); 0 means no bound of its own.
	MaxSplit int64
	// Shared marks a tensor that another layer stores: it is multiplied with
	// but adds no parameters (a tied output head).
	Shared bool
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

// withBias appends the matrix and, if bias is set, its output bias.
func withBias(ws []Weight, w Weight, bias bool) []Weight {
	ws = append(ws, w)
	if bias {
		b := w
		b.Name, b.Cols, b.Uses, b.Rows = w.Name+".bias", 0, 0, w.Rows
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
	// Mask is a byte, as dropout masks are kept.
	Mask
)

// Along says what divides a saved activation between tensor-parallel ranks.
type Along uint8

// The ways of dividing an activation.
const (
	// AlongHeads activations are divided by tensor parallelism.
	AlongHeads Along = iota
	// AlongSequence activations are divided only with sequence parallelism.
	AlongSequence
	// AlongExperts activations are those of routed tokens; they are divided
	// by tensor parallelism inside an expert.
	AlongExperts
)

// Module is the part of a layer that a recompute mode may drop by name.
type Module uint8

// The modules of selective recompute.
const (
	// NoModule activations are dropped only by full recompute.
	NoModule Module = iota
	// CoreAttention is scores, softmax, dropout and their product with V.
	CoreAttention
	// NormModule is the normalised output that a norm hands on.
	NormModule
	// ActivationModule is the output of the FFN's activation function.
	ActivationModule
	// MoEModule is everything inside a mixture-of-experts block.
	MoEModule
	NumModules
)

// When says under which conditions an activation is kept at all.
type When uint8

// The conditions.
const (
	Always When = iota
	WithDropout
	WhenUnfused            // attention that writes its scores to memory
	WhenUnfusedWithDropout // and applies dropout to them
	WhenFused              // flash attention
)

// Saved is a tensor that the forward pass of a block keeps for the backward
// pass, for one sequence.
type Saved struct {
	Name string
	// PerToken is the number of elements a token.
	PerToken float64
	// PerPair is the number of elements for every pair of a query and a key
	// position.
	PerPair float64
	Width   Width
	Along   Along
	Module  Module
	When    When
}

// Cache is what a block must remember of the past while a sequence is
// generated.
type Cache struct {
	// PerToken is the number of elements a cached token (keys and values).
	PerToken int64
	// KeyWidth of these elements are keys; runtimes may store them in another
	// type than values.
	KeyWidth int64
	// Window bounds the number of cached tokens; 0 means no bound.
	Window int64
	// Heads is how far tensor parallelism divides the cache; 0 means not at
	// all (a latent cache is whole on every device).
	Heads int64
	// State is the number of elements a sequence whatever its length.
	State int64
}

// Block is one part of a layer: attention, a feed-forward network, a norm, a
// convolution. A new architecture is a new Block; every estimate is a sum over
// what the blocks say of themselves.
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
	// Saved lists what the forward pass keeps for the backward pass.
	Saved() []Saved
	// Cache says what generation must remember.
	Cache() Cache
}

// positive returns an error that names the first of the dimensions that is
// not at least 1 or is absurdly large.
func positive(kind string, dims ...dim) error {
	for _, d := range dims {
		if d.value < 1 {
			return fmt.Errorf("%s: %s is %d (want at least 1)", kind, d.name, d.value)
		}
		if d.value > maxDim {
			return fmt.Errorf("%s: %s is %d (more than %d)", kind, d.name, d.value, int64(maxDim))
		}
	}
	return nil
}

// maxDim bounds every dimension, so that a product of two fits an int64.
const maxDim = 1 << 31

type dim struct {
	name  string
	value int64
}
