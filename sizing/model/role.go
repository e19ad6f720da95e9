package model

// Role is a block's role in its layer.
type Role uint8

// The roles. Every layer kind has one of these.
const (
	// Auxiliary blocks are all but the two that make a layer: norms, tables,
	// projections, convolutions. Tensor parallelism sums none of their outputs.
	Auxiliary Role = iota
	// Mixer blocks mix positions: attention, state-space and linear attention.
	Mixer
	// FeedForward blocks transform each position alone between two widths.
	FeedForward
)

var roleNames = [...]string{Auxiliary: "auxiliary", Mixer: "mixer", FeedForward: "feed-forward"}

// String returns the role's name.
func (r Role) String() string { return roleNames[r] }

// Reduces reports whether the block ends in a matrix that tensor parallelism
// divides by its inputs, so that its outputs are summed over all ranks.
func Reduces(b Block) bool { return b.Role() != Auxiliary }
