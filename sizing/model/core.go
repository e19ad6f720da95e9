package model

// Core is the core of attention, softmax(QKᵀ)V: what a fused kernel computes
// and selective recompute drops. The zero value is a block without one. Scans
// have none, nor has compressed attention, which is timed as a scan.
type Core struct {
	// Heads is the number of query heads.
	Heads int64
	// Width is the mean of the two widths of a head: that of queries and keys
	// and that of values.
	Width float64
	// Window bounds the keys per query; 0 means no bound.
	Window int64
	// Bidirectional says that a query attends to later positions.
	Bidirectional bool
	// Encoder says that keys and values come from an encoder, which reads a
	// sequence of the same length.
	Encoder bool
}

// Exchange is what one part of a sequence needs of another under context
// parallelism, in elements by what divides them. It is not the cache of
// generation: bidirectional attention, and attention with another layer's keys
// and values, has no cache, and latents are projected up before they are sent.
// Source: NVIDIA/Megatron-LM megatron/core/transformer/multi_latent_attention.py
// (core_attention gets key and value of every head).
type Exchange struct {
	// KV is keys and values of separate KV heads, per token.
	KV int64
	// Heads is keys and values of one head per query head, per token.
	Heads int64
	// Whole is keys and values that all heads share, per token.
	Whole int64
	// State is the state of a recurrence at the end of a part, independent of
	// its length.
	State int64
}
