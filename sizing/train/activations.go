package train

import (
	"slices"

	"mlsizer/sizing/model"
)

// activations are the bytes of saved activations, by the module that may
// recompute them and by their sharding axis.
type activations struct {
	by [model.NumModules][model.NumAxes]float64
	// all and withoutCore are sums over all modules and over all but the core
	// of attention: most plans need one of them.
	all, withoutCore [model.NumAxes]float64
}

// sum fills in the sums over modules.
func (a *activations) sum() {
	a.all, a.withoutCore = a.without(0), a.without(model.Modules(0).With(model.CoreAttention))
}

// without returns the activations of one sample, except those of the dropped
// modules.
func (a *activations) without(dropped model.Modules) (sum [model.NumAxes]float64) {
	for m := range a.by {
		if !dropped.Has(model.Module(m)) {
			for axis, n := range a.by[m] {
				sum[axis] += n
			}
		}
	}
	return sum
}

// addSaved adds the activations that a block saves for the backward pass.
func (c *profile) addSaved(k *layerKind, b model.Block, w *Workload) {
	for _, t := range b.Saved() {
		if t.Operand && w.Adapter.BaseBits > 0 && w.FreezesWeights() {
			k.save(t.Module, t.Axis, t.PerToken*k.tokens*c.stack.PackedInputBytes)
		}
		if w.FreezesWeights() && len(t.Feeds) > 0 && !slices.ContainsFunc(t.Feeds, w.Adapter.feeds) {
			continue // it is saved only for the gradient of a frozen weight
		}
		if !c.saves(t.When) && !c.writes(t.When) {
			continue
		}
		if c.stack.ScoreBuffer && t.Module == model.CoreAttention {
			k.scores = max(k.scores, t.PerPair*k.tokens*k.tokens*c.actBytes)
		}
		elements := t.PerToken*k.tokens + t.PerPair*k.tokens*k.tokens
		if t.Axis == model.ExpertAxis || t.Axis == model.DispatchAxis {
			elements *= w.Routing.activationFactor()
		}
		n := elements * c.elementBytes(t.Width)
		axis := t.Axis
		if axis == model.SequenceAxis && len(t.Feeds) > 0 && c.stack.KeepsGathered {
			axis = model.NoAxis
		}
		if c.writes(t.When) {
			k.written.by[t.Module][axis] += n
		}
		if !c.saves(t.When) {
			continue
		}
		k.saved.by[t.Module][axis] += n
		k.products[axis] += n * c.savedShare(t.Product, w.Precision)
		switch {
		case !c.stack.FP8Operands || !w.Precision.narrow():
		case len(t.Feeds) > 0:
			k.saved.by[t.Module][axis] += elements - n // it is saved quantised
		case t.Operand:
			k.saved.by[t.Module][axis] += elements // the quantised copy
		}
	}
}

// wideTail is the share of layers that a 4-bit recipe computes in 16 bits.
// Source: pytorch/torchtitan@b5bcd76 torchtitan/models/llama3/config_registry.py:235
// (_NVFP4_BF16_TAIL_FRACTION).
const wideTail = 0.15

// savedShare returns the share of a product's output that operator-level
// recompute saves. It knows attention, of which it saves all, and products in 16
// or 8 bits; those in 4 bits are operators that its list does not name.
// Source: pytorch/torchtitan@b5bcd76
// torchtitan/distributed/activation_checkpoint.py:241.
func (c *profile) savedShare(product float64, p Precision) float64 {
	if p == NVFP4 && product < 1 {
		return product * wideTail
	}
	return product
}

// elementBytes is the storage of an activation's element.
func (c *profile) elementBytes(w model.Width) float64 {
	switch w {
	case model.Full:
		return 4
	case model.Mask:
		return 1
	}
	return c.actBytes
}

// save adds activations that the forward pass writes and saves.
func (k *layerKind) save(m model.Module, axis model.Axis, n float64) {
	k.saved.by[m][axis] += n
	k.written.by[m][axis] += n
}

// saves reports whether the stack keeps activations under a condition.
func (c *profile) saves(w model.When) bool {
	switch w {
	case model.WithDropout:
		return c.stack.Dropout
	case model.WhenUnfused:
		return !c.stack.FusedAttention
	case model.WhenUnfusedWithDropout:
		return !c.stack.FusedAttention && c.stack.AttentionDropout
	case model.WhenFused:
		return c.stack.FusedAttention
	case model.WhenEager:
		return c.stack.Eager
	case model.WhenWeightedInside:
		return c.stack.WeightsInside
	case model.WhenWeightedOutside:
		return !c.stack.WeightsInside
	}
	return true
}

// writes reports whether an operator writes activations under a condition. The
// output of experts is written even where it is not saved.
func (c *profile) writes(w model.When) bool {
	switch w {
	case model.WhenWeightedInside:
		return false
	case model.WhenWeightedOutside:
		return true
	}
	return c.saves(w)
}
