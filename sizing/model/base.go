package model

// base returns nothing for what only some layer kinds have. A kind embeds it
// and overrides its own methods; the test of all kinds checks the results of
// each.
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

// pointwise is the base of layer kinds that transform every position
// separately.
type pointwise struct{ base }

// TensorUnit returns 0: there are no heads or channels to divide.
func (pointwise) TensorUnit() int64 { return 0 }

// Mixing returns 0: norms are bound by memory bandwidth and not by FLOPs, and
// the FLOPs of the others are in their products.
func (pointwise) Mixing(float64) (full, executed float64) { return 0, 0 }

// Cache returns an empty cache.
func (pointwise) Cache() Cache { return Cache{} }
