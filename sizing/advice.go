package sizing

import (
	"cmp"
	"fmt"
	"slices"

	"mlsizer/sizing/quantity"
)

// Advice is a change to a plan that makes it fit, or brings it nearest.
type Advice struct {
	// Change says what to do, in the words of the command line.
	Change string           `json:"change"`
	Plan   Plan             `json:"plan"`
	Total  quantity.Bytes   `json:"total_bytes"`
	Step   quantity.Seconds `json:"step_seconds"`
	Fits   bool             `json:"fits"`
}

// LargestTerm names the largest part of the memory and its size.
func (m *Memory) LargestTerm() (name string, size quantity.Bytes) {
	for _, t := range m.Terms() {
		if t.Size > size {
			name, size = t.Name, t.Size
		}
	}
	return name, size
}

// MemoryTerm is one line of a device's memory.
type MemoryTerm struct {
	Name string
	Size quantity.Bytes
}

// Terms returns the lines that add up to Total, in order.
func (m *Memory) Terms() []MemoryTerm {
	return []MemoryTerm{
		{"weights", m.Weights}, {"gradients", m.Gradients}, {"optimizer", m.Optimizer}, {"activations", m.Activations},
		{"logits", m.Logits}, {"communication", m.Communication}, {"teacher", m.Teacher}, {"overhead", m.Overhead},
	}
}

// Advise returns the changes to a plan that does not fit, one at a time and
// then together, that make it fit, cheapest in time first; if none does, the
// one that comes nearest.
func (p *Prepared) Advise(plan *Plan) []Advice {
	var all []Advice
	now, err := p.Evaluate(plan)
	if err != nil {
		return nil
	}
	changes := p.changes(plan)
	try := func(text string, changed Plan) {
		e, err := p.Evaluate(&changed)
		if err == nil && e.Memory.Total < now.Memory.Total {
			all = append(all, Advice{text, changed, e.Memory.Total, e.Time.Step, e.Memory.Fits})
		}
	}
	for i, a := range changes {
		c := *plan
		a.apply(&c)
		try(a.text, c)
		for _, b := range changes[i+1:] {
			if b.kind == a.kind {
				continue
			}
			both := c
			b.apply(&both)
			try(a.text+" "+b.text, both)
		}
	}
	slices.SortStableFunc(all, func(a, b Advice) int {
		switch {
		case a.Fits != b.Fits && a.Fits:
			return -1
		case a.Fits != b.Fits:
			return 1
		case a.Fits && a.Step != b.Step:
			return cmp.Compare(a.Step, b.Step)
		}
		return cmp.Compare(a.Total, b.Total)
	})
	if n := slices.IndexFunc(all, func(a Advice) bool { return !a.Fits }); n > 0 {
		return all[:min(n, 5)]
	}
	return all[:min(len(all), 1)]
}

// change is one thing to try; two of a kind exclude each other.
type change struct {
	kind, text string
	apply      func(*Plan)
}

// changes lists what may be changed about a plan on the same devices.
func (p *Prepared) changes(plan *Plan) []change {
	var list []change
	for mb := plan.MicroBatch / 2; mb >= 1; mb /= 2 {
		list = append(list, change{"micro-batch", fmt.Sprintf("--micro-batch %d", mb), func(c *Plan) { c.MicroBatch = mb }})
	}
	for mode := plan.Recompute + 1; mode < numRecomputes; mode++ {
		list = append(list, change{"recompute", fmt.Sprintf("--recompute %s", mode), func(c *Plan) { c.Recompute = mode }})
	}
	for _, s := range p.costs.stack.Shardings {
		if s > plan.Sharding {
			list = append(list, change{"sharding", fmt.Sprintf("--sharding %s", s), func(c *Plan) { c.Sharding = s }})
		}
	}
	for tp := plan.TP * 2; tp <= max(p.Cluster.Domain(), 1) && plan.DP%(tp/plan.TP) == 0; tp *= 2 {
		list = append(list, change{"layout", fmt.Sprintf("--tp %d", tp), func(c *Plan) {
			c.DP /= tp / c.TP
			c.TP = tp
			c.SequenceParallel = p.costs.stack.SequenceParallel
		}})
	}
	for pp := plan.PP * 2; p.costs.stack.Pipeline && pp <= p.costs.layers && plan.DP%(pp/plan.PP) == 0; pp *= 2 {
		list = append(list, change{"layout", fmt.Sprintf("--pp %d", pp), func(c *Plan) {
			c.DP /= pp / c.PP
			c.PP = pp
		}})
	}
	return list
}
