package model

// base answers "nothing" to what only some kinds have. A kind embeds it and
// overrides what holds for it; the test of all kinds holds each to its answers.
type base struct{}

// Core returns no core of attention.
func (base) Core() Core { return Core{} }

// Exchange returns nothing that context parallelism sends.
func (base) Exchange() Exchange { return Exchange{} }

// Routing returns no experts.
func (base) Routing() Routing { return Routing{} }

// Logits returns 0: the block is no head.
func (base) Logits() int64 { return 0 }

// FeatureMaps returns 0: the block is no convolution.
func (base) FeatureMaps() int64 { return 0 }

func (base) withVocabulary(_, _ int64) Block { return nil }

func (base) pruned(*pruner) Block { return nil }

// pointwise is the base of kinds that transform every position alone.
type pointwise struct{ base }

// TensorUnit returns 0: there are no heads or channels to divide.
func (pointwise) TensorUnit() int64 { return 0 }

// Mixing returns 0: norms are bound by memory bandwidth and not by FLOPs, and the
// work of the others is in their products.
func (pointwise) Mixing(float64) (full, executed float64) { return 0, 0 }

// Cache returns an empty cache.
func (pointwise) Cache() Cache { return Cache{} }
