package train

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Advice is a change to a plan that makes it fit, or that brings it closest to
// fitting.
type Advice struct {
	// Settings are what to set in the request. Change is the same as
	// command-line text; the program fills it in.
	Settings note.Settings `json:"-"`
	Change   string        `json:"change"`
	Plan     Plan          `json:"plan"`
	// States are the formats of the workload's states with the change.
	States States           `json:"states,omitzero"`
	Total  quantity.Bytes   `json:"total_bytes"`
	Step   quantity.Seconds `json:"step_seconds"`
	Fits   bool             `json:"fits"`
	// Verdict says how certain the fit is, as [Memory] does.
	Verdict Verdict `json:"verdict"`
	kinds   string  // of the combined changes
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

// mostAdvice limits the number of proposals, mostChanges the rounds of two
// changes each.
const (
	mostAdvice  = 5
	mostChanges = 3
)

// Advise returns the changes that make a plan fit on the same devices: single
// changes, pairs, and longer combinations where pairs are not enough. It sorts
// them by step time and returns one of each kind. If no change suffices, it
// returns the one that needs the least memory.
func (p *Prepared) Advise(plan *Plan) []Advice {
	now, err := p.Evaluate(plan)
	if err != nil {
		return nil
	}
	start := Advice{Plan: *plan, States: p.Workload.States, Total: now.Memory.Total, Step: now.Time.Step}
	var found []Advice
	for range mostChanges {
		found = p.adviseFrom(&start)
		if len(found) == 0 || found[0].Fits {
			break
		}
		start = found[0]
	}
	if len(found) == 0 && start.Total < now.Memory.Total {
		found = []Advice{start} // the result of earlier rounds
	}
	if n := slices.IndexFunc(found, func(a Advice) bool { return !a.Fits }); n > 0 {
		found = found[:n]
	} else if n == 0 {
		found = found[:1]
	}
	found = found[:min(len(found), mostAdvice)]
	for i := range found {
		p.leastBlock(&found[i])
	}
	return found
}

// adviseFrom returns the best change of each kind: first those that fit, by
// step time, then the others, by memory.
func (p *Prepared) adviseFrom(start *Advice) []Advice {
	changes := p.changes(&start.Plan, &start.States)
	prepared := map[States]*Prepared{p.Workload.States: p}
	best := map[string]Advice{}
	try := func(kinds string, a *Advice) {
		q := prepared[a.States]
		if q == nil {
			var err error
			if q, err = p.with(a.States); err != nil {
				return
			}
			prepared[a.States] = q
		}
		e, err := q.Evaluate(&a.Plan)
		if err != nil || e.Memory.Total >= start.Total {
			return
		}
		a.Total, a.Step, a.Fits, a.Verdict, a.kinds = e.Memory.Total, e.Time.Step, e.Memory.Fits, e.Memory.Verdict, kinds
		if b, ok := best[kinds]; !ok || byUse(*a, b) < 0 {
			best[kinds] = *a
		}
	}
	for i := range changes {
		c := &changes[i]
		one := *start
		c.apply(&one)
		single := one
		try(c.kind, &single)
		for j := range changes[i+1:] {
			d := &changes[i+1+j]
			if d.kind == c.kind {
				continue
			}
			two := one
			d.apply(&two)
			try(c.kind+" "+d.kind, &two)
		}
	}
	list := slices.SortedFunc(maps.Values(best), byUse)
	return slices.DeleteFunc(list, func(a Advice) bool {
		c, d, two := strings.Cut(a.kinds, " ")
		return two && a.Fits && (best[c].enough(&a) || best[d].enough(&a))
	})
}

// worthwhileSpeedup is how much faster two changes must be than one of them that fits
// alone.
const worthwhileSpeedup = 1.05

// enough reports whether a single change fits with the same certainty as the
// pair and is not much slower.
func (a Advice) enough(two *Advice) bool {
	return a.Fits && a.Verdict.Rank() <= two.Verdict.Rank() && a.Step <= worthwhileSpeedup*two.Step
}

// byUse orders advice: first what surely fits, by time, then what fits tightly,
// then the rest by memory.
func byUse(a, b Advice) int {
	if d := cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()); d != 0 {
		return d
	}
	if a.Fits && a.Step != b.Step {
		return cmp.Compare(a.Step, b.Step)
	}
	return cmp.Or(cmp.Compare(a.Total, b.Total), cmp.Compare(a.kinds, b.kinds), cmp.Compare(a.Plan.String(), b.Plan.String()))
}

// with prepares the same workload with states in other formats.
func (p *Prepared) with(s States) (*Prepared, error) {
	w := p.Workload
	w.States = s
	q, err := Prepare(p.profile.model, w, p.profile.stack, p.Cluster)
	if err == nil {
		q.SetConstants(p.constants)
		q.Teacher = p.Teacher
	}
	return q, err
}

// leastBlock reduces the recomputed layers to the fewest that fit with the same
// verdict.
func (p *Prepared) leastBlock(a *Advice) {
	q, err := p.with(a.States)
	if err != nil || !a.Fits || a.Plan.RecomputeMethod != BlockMethod {
		return
	}
	for a.Plan.RecomputeLayers > 1 {
		fewer := a.Plan
		fewer.RecomputeLayers--
		e, err := q.Evaluate(&fewer)
		if err != nil || e.Memory.Verdict != a.Verdict {
			return
		}
		a.Plan, a.Total, a.Step = fewer, e.Memory.Total, e.Time.Step
	}
}

// change is one candidate change; two of the same kind exclude each other.
type change struct {
	kind  string
	apply func(*Advice)
}

// changes lists what may be changed about a plan and the formats of its states
// on the same devices.
func (p *Prepared) changes(plan *Plan, states *States) []change {
	var list []change
	on := func(kind string, apply func(*Plan)) {
		list = append(list, change{kind, func(a *Advice) { apply(&a.Plan) }})
	}
	for mb := plan.MicroBatch / 2; mb >= 1; mb /= 2 {
		on("micro-batch", func(c *Plan) { c.MicroBatch = mb })
	}
	p.recomputeChanges(plan, func(mode string) {
		if c, err := plan.WithRecompute(mode); err == nil {
			on("recompute", func(to *Plan) {
				to.Recompute, to.RecomputeMethod, to.RecomputeLayers = c.Recompute, c.RecomputeMethod, c.RecomputeLayers
			})
		}
	})
	for _, s := range p.profile.stack.Shardings {
		if s > plan.Sharding {
			on("sharding", func(c *Plan) { c.Sharding = s })
		}
	}
	p.layoutChanges(plan, on)
	on("offload", func(c *Plan) { c.OffloadOptimizer = true })
	on("offload", func(c *Plan) { c.OffloadParams, c.Sharding = true, Zero3 })
	on("offload", func(c *Plan) {
		c.OffloadInputs = true
		c.Recompute, c.RecomputeMethod, c.RecomputeLayers = FullRecompute, LayerByLayer, 0
	})
	return append(list, p.stateChanges(states)...)
}

// recomputeChanges calls try with the other recompute modes: some layers of a
// chunk, units of several layers, all layers.
func (p *Prepared) recomputeChanges(plan *Plan, try func(mode string)) {
	stack := p.profile.stack
	for mode := range numRecomputes {
		if mode != plan.Recompute || plan.RecomputeMethod != LayerByLayer {
			try(mode.String())
		}
	}
	chunk := (p.profile.layers + plan.PP*plan.VP - 1) / (plan.PP * plan.VP)
	if slices.Contains(stack.RecomputeMethods, BlockMethod) {
		for quarter := 1; quarter < 4; quarter++ {
			try(fmt.Sprintf("full:block:%d", max(1, chunk*quarter/4)))
		}
	}
	for n := 2; n <= 4 && n < chunk; n++ {
		if slices.Contains(stack.RecomputeMethods, EveryNth) {
			try(fmt.Sprintf("every:%d", n))
		}
		if slices.Contains(stack.RecomputeMethods, UniformMethod) {
			try(fmt.Sprintf("full:uniform:%d", n))
		}
	}
}

// layoutChanges calls on with layouts that divide more of what data-parallel
// ranks replicate.
func (p *Prepared) layoutChanges(plan *Plan, on func(kind string, apply func(*Plan))) {
	stack := p.profile.stack
	for f := 2; plan.DP%f == 0; f *= 2 {
		if plan.TP*f <= max(p.Cluster.Domain(), 1) && !stack.NoTensor {
			on("layout", func(c *Plan) {
				c.DP, c.TP = c.DP/f, c.TP*f
				c.SequenceParallel = stack.SequenceParallel
			})
		}
		if stack.Pipeline && plan.PP*f <= p.profile.layers {
			on("layout", func(c *Plan) { c.DP, c.PP = c.DP/f, c.PP*f })
		}
		if p.profile.model.PerToken() {
			on("layout", func(c *Plan) { c.DP, c.CP = c.DP/f, c.CP*f })
		}
	}
	for ep := plan.EP * 2; p.profile.experts > 0 && ep <= plan.DP*plan.CP; ep *= 2 {
		on("experts", func(c *Plan) { c.EP = ep })
	}
}

// stateChanges lists the narrower formats that the stack supports for its
// states. Formats that the request sets stay.
func (p *Prepared) stateChanges(states *States) []change {
	var list []change
	b := p.profile.stack.states(p.Workload.Precision, states)
	for _, s := range []struct {
		can   []StateType
		bytes float64
		at    func(*States) *StateType
	}{
		{p.profile.stack.StateTypes.Gradients, b.gradient, func(s *States) *StateType { return &s.Gradients }},
		{p.profile.stack.StateTypes.Moments, b.moment, func(s *States) *StateType { return &s.Moments }},
		{p.profile.stack.StateTypes.Master, b.master, func(s *States) *StateType { return &s.Master }},
	} {
		for _, t := range s.can {
			if stateTypes[t].bytes < s.bytes && *s.at(states) == DefaultState {
				list = append(list, change{"states", func(a *Advice) { *s.at(&a.States) = t }})
			}
		}
	}
	return list
}
