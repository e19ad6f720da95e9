package model

// Routing is how a block routes tokens to experts. The zero value is a block
// without experts.
type Routing struct {
	// Experts is the number of routed experts, TopK the number of experts per
	// token.
	Experts, TopK int64
	// Width is the width of a token as it is sent.
	Width int64
	// Reach is the share of all experts that one token may be routed to.
	Reach float64
	// Shared says that every token also passes shared experts, whose outputs
	// are summed over tensor-parallel ranks.
	Shared bool
	// Biased is the elements per token that the activation of experts with biases
	// reads; 0 without biases.
	Biased float64
}
