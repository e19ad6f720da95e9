package model

// Routing is how a block sends tokens to experts. The zero value is a block that
// does not.
type Routing struct {
	// Experts is the number of routed experts, TopK to how many a token is sent.
	Experts, TopK int64
	// Width is that of a token as it is sent.
	Width int64
	// Reach is the share of all experts that one token may choose from.
	Reach float64
	// Shared says that every token passes shared experts too, whose outputs are
	// summed over tensor-parallel ranks.
	Shared bool
	// Biased is the elements per token that the activation of experts with biases
	// reads; 0 without biases.
	Biased float64
}
