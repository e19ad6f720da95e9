package train

import (
	"maps"
	"slices"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// Loss names an implementation of the cross-entropy. They differ in the copies
// of the logits at the peak. The zero value is the stack's default.
type Loss string

// The implementations.
const (
	PlainLoss    Loss = "plain"    // logits, an fp32 copy, its gradient in place
	JITLoss      Loss = "jit"      // elementwise steps fused by a compiler
	EarlyJITLoss Loss = "jit-lts"  // the same in the long-term support container of 2024
	LateJITLoss  Loss = "jit-late" // the same by a compiler that runs more steps in place
	FusedLoss    Loss = "fused"    // one kernel that computes the gradient in place
	ChunkedLoss  Loss = "chunked"  // the logits of some tokens at a time
	DroppedLoss  Loss = "dropped"  // plain, in a training loop that drops the outputs
)

// ParseLoss reads plain, fused or chunked. The other losses are those of
// measured runs and not options of a user.
func ParseLoss(s string) (Loss, error) {
	switch l := Loss(strings.ToLower(strings.TrimSpace(s))); l {
	case PlainLoss, FusedLoss, ChunkedLoss:
		return l, nil
	}
	return "", note.NewError("loss.unknown", s)
}

// loss returns the implementation of the workload's loss on the stack.
func (s *Stack) loss(w *Workload) Loss {
	if w.Loss != "" {
		return w.Loss
	}
	return s.Loss
}

// checkLoss rejects a loss whose logits the stack does not know.
func (s *Stack) checkLoss(w *Workload) error {
	if _, known := s.LogitsBytes[s.loss(w)]; known {
		return nil
	}
	var names []string
	for _, l := range slices.Sorted(maps.Keys(s.LogitsBytes)) {
		if _, err := ParseLoss(string(l)); err == nil {
			names = append(names, string(l))
		}
	}
	return note.FieldError("loss", "loss.not-in-stack", s.Name, s.loss(w), names)
}

// Routing is how a mixture of experts distributes its tokens. The zero value is
// even routing, with the imbalance that measured step times imply.
type Routing struct {
	// Capacity is the number of tokens per expert over its even share: shorter
	// batches are padded to it, longer ones drop tokens. 0 neither drops nor
	// pads.
	Capacity float64
	// Imbalance is the tokens of the busiest rank over the mean; 0: not given.
	Imbalance float64
}

// mostRouting bounds capacity and imbalance.
const mostRouting = 64

// check rejects impossible factors.
func (r *Routing) check(m *model.Model) error {
	experts := m.HasExperts()
	for _, f := range []struct {
		flag   string
		v, low float64
	}{{"moe-capacity", r.Capacity, 0}, {"moe-imbalance", r.Imbalance, 1}} {
		switch {
		case f.v == 0:
		case !experts:
			return note.FieldError(f.flag, "routing.no-experts", m.Name)
		case !(f.v > 0 && f.v >= f.low && f.v <= mostRouting):
			return note.FieldError(f.flag, "routing.factor-out-of-range", f.v, max(f.low, 0.01), mostRouting)
		}
	}
	return nil
}

// busiest returns the tokens that the busiest rank computes over the mean: the
// capacity that experts are padded to, or the imbalance; 0 if neither is given.
func (r *Routing) busiest() float64 {
	if r.Capacity > 0 {
		return r.Capacity
	}
	return r.Imbalance
}

// activationFactor returns the routed tokens that the busiest rank saves over
// the mean.
func (r *Routing) activationFactor() float64 {
	if f := r.busiest(); f > 0 {
		return f
	}
	return 1
}

// noteLossAndRouting says which loss and which routing the request sets.
func (p *Prepared) noteLossAndRouting(notes *note.List) {
	c, w := p.profile, &p.Workload
	if w.Loss != "" {
		notes.Say("loss", c.stack.Source, w.Loss, c.logitsBytes)
	}
	switch r := &w.Routing; {
	case r.Capacity > 0:
		notes.Say("routing.capacity", "", r.Capacity)
	case r.Imbalance > 0:
		notes.Say("routing.imbalance", "", r.Imbalance)
	}
}
