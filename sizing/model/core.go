package model

// Core is the core of attention, softmax(QKᵀ)V: what a fused kernel computes and
// selective recompute drops. The zero value is a block without one; so are scans
// and, because it is timed as one, compressed attention.
type Core struct {
	// Heads is the number of query heads.
	Heads int64
	// Width is the mean of the two widths of a head: that of queries and keys
	// and that of values.
	Width float64
	// Window bounds the keys that a query sees; 0 means no bound.
	Window int64
	// Bidirectional says that a query sees the positions after its own.
	Bidirectional bool
	// Encoder says that keys and values come from an encoder, which reads a
	// sequence of the same length.
	Encoder bool
}

// Exchange is what the positions of one part of a sequence need of those of
// another under context parallelism, in elements by what divides them. It is not
// the cache of generation: attention that looks both ways, and that with another
// layer's keys and values, has none, and latents are projected up before they are
// sent.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/multi_latent_attention.py
// (core_attention gets key and value of every head).
type Exchange struct {
	// KV is keys and values of the heads that have their own, per token.
	KV int64
	// Heads is keys and values of one head for each query head, per token.
	Heads int64
	// Whole is keys and values that all heads share, per token.
	Whole int64
	// State is what a recurrence remembers at the end of a part, whatever its
	// length.
	State int64
}
