package train

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
)

// RecomputeMethod says which layers full recompute applies to, and how many of
// them share one saved input.
type RecomputeMethod uint8

// The methods. RecomputeLayers of a plan is n.
const (
	// LayerByLayer recomputes every layer from its own input.
	LayerByLayer RecomputeMethod = iota
	// UniformMethod saves one input per n layers, and everything that these
	// save while they are recomputed.
	UniformMethod
	// BlockMethod recomputes the first n layers of every model chunk, and saves
	// the activations of the others.
	BlockMethod
	// EveryNth recomputes every nth layer of a stage.
	EveryNth
	numRecomputeMethods
)

// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/core/recompute.py:157,167
// (uniform, block); pytorch/torchtitan
// torchtitan/distributed/activation_checkpoint.py (selective_ac_option of a
// number: every nth layer).
var recomputeMethodNames = [numRecomputeMethods]string{"", "uniform", "block", "every"}

// String returns the name: uniform, block or every.
func (m RecomputeMethod) String() string {
	if m < numRecomputeMethods {
		return recomputeMethodNames[m]
	}
	return fmt.Sprintf("RecomputeMethod(%d)", uint8(m))
}

// MarshalText writes the name.
func (m RecomputeMethod) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the name of a method that takes a number of layers.
func (m *RecomputeMethod) UnmarshalText(text []byte) error {
	i := slices.Index(recomputeMethodNames[:], string(text))
	if i < 1 {
		return note.NewError("recompute.unknown-method", string(text))
	}
	*m = RecomputeMethod(i)
	return nil
}

// recomputeForms are the spellings that WithRecompute reads.
var recomputeForms = note.Choice{"none", "selective", "full", "full:uniform:N", "full:block:N", "every:N"}

// WithRecompute returns the plan with the recompute mode that s spells: none,
// selective, full, full:uniform:N, full:block:N or every:N.
func (p *Plan) WithRecompute(s string) (Plan, error) {
	plan := *p
	plan.Recompute, plan.RecomputeMethod, plan.RecomputeLayers = NoRecompute, LayerByLayer, 0
	text := strings.ToLower(strings.TrimSpace(s))
	for mode, name := range recomputeNames {
		if text == name {
			plan.Recompute = Recompute(mode)
			return plan, nil
		}
	}
	rest, full := strings.CutPrefix(text, "full:")
	name, number, ok := strings.Cut(rest, ":")
	method := slices.Index(recomputeMethodNames[:], name)
	if !ok || method < 1 || full != (RecomputeMethod(method) != EveryNth) {
		return *p, note.NewError("recompute.unknown-mode", s, recomputeForms)
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxLayers {
		return *p, note.NewError("recompute.not-a-number-of-layers", s, number, maxLayers, recomputeForms)
	}
	plan.Recompute, plan.RecomputeMethod, plan.RecomputeLayers = FullRecompute, RecomputeMethod(method), n
	return plan, nil
}

// maxLayers bounds the layers that a recompute method names.
const maxLayers = 1 << 20

// RecomputeName spells the plan's recompute mode as WithRecompute reads it.
func (p *Plan) RecomputeName() string {
	switch p.RecomputeMethod {
	case LayerByLayer:
		return p.Recompute.String()
	case EveryNth:
		return fmt.Sprintf("every:%d", p.RecomputeLayers)
	}
	return fmt.Sprintf("%s:%s:%d", p.Recompute, p.RecomputeMethod, p.RecomputeLayers)
}

// recomputesAll reports whether every layer is recomputed.
func (p *Plan) recomputesAll() bool {
	return p.Recompute == FullRecompute && (p.RecomputeMethod == LayerByLayer || p.RecomputeMethod == UniformMethod)
}

// checkRecompute returns an error unless the stack supports the plan's
// recompute.
func (p *Prepared) checkRecompute(plan *Plan) error {
	method, n := plan.RecomputeMethod, plan.RecomputeLayers
	switch stack := p.profile.stack; {
	case plan.Modules != 0 && stack.SelectiveOps:
		return note.FieldError("recompute-modules", "recompute.by-operator", stack.Name)
	case method == LayerByLayer && n == 0:
		return nil
	case method == LayerByLayer || method >= numRecomputeMethods || n < 1 || plan.Recompute != FullRecompute:
		return note.FieldError("recompute", "recompute.inconsistent", n, method, plan.Recompute, recomputeForms)
	case !slices.Contains(stack.RecomputeMethods, method):
		return note.FieldError("recompute", "recompute.not-in-stack", stack.Name, method, stack.recomputeForms())
	}
	return nil
}

// recomputeForms lists the modes that the stack supports.
func (s *Stack) recomputeForms() []string {
	forms := recomputeNames[:]
	for _, m := range s.RecomputeMethods {
		p := Plan{Recompute: FullRecompute, RecomputeMethod: m, RecomputeLayers: 1}
		forms = append(slices.Clip(forms), strings.TrimSuffix(p.RecomputeName(), "1")+"N")
	}
	return forms
}

// recomputed returns how many of n consecutive layers are fully recomputed. The
// first of them is layer at of its model chunk and layer nth of its stage, from
// 0.
func (p *Plan) recomputed(at, nth, n int) int {
	switch {
	case p.Recompute != FullRecompute:
		return 0
	case p.RecomputeMethod == BlockMethod:
		return min(max(p.RecomputeLayers-at, 0), n)
	case p.RecomputeMethod == EveryNth:
		return (nth+n)/p.RecomputeLayers - nth/p.RecomputeLayers
	}
	return n
}

// units adds the activations that uniform recompute saves on stage s: one input
// per unit of layers of a model chunk, and the largest unit while it is
// recomputed.
func (l *layout) units(s int, h *stageMemory) {
	for v := range l.plan.VP {
		from, to := l.chunk(v*l.plan.PP + s)
		unit, at, layer := 0.0, 0, from
		for _, r := range l.profile.body {
			k := &l.profile.kinds[r.kind]
			for at += r.count; layer < min(at, to); layer++ {
				if (layer-from)%l.plan.RecomputeLayers == 0 {
					h.saveInput(l, k, 1)
					unit = h.prefetched
				}
				saved := l.saved(k, 0)
				unit += saved
				h.working, h.inner = max(h.working, unit), max(h.inner, saved)
			}
		}
	}
}

// repeated returns the forward FLOPs of one sample that the backward pass
// executes again: under selective recompute those of the dropped modules or,
// operator by operator, of every second matrix product.
func (l *layout) repeated() float64 {
	c, plan := l.profile, l.plan
	switch {
	case plan.Recompute == Selective && c.stack.SelectiveOps:
		return c.operatorFLOPs
	case plan.Recompute == Selective:
		sum := 0.0
		for m := model.NoModule + 1; m < model.NumModules; m++ {
			if plan.dropped().Has(m) {
				sum += c.moduleFLOPs[m]
			}
		}
		return sum
	case plan.Recompute != FullRecompute:
		return 0
	case plan.recomputesAll():
		return c.bodyFLOPs
	}
	sum := 0.0
	for s := range plan.PP {
		l.stage(s, func(k *layerKind, _, full float64) { sum += full * k.flops.total() })
	}
	return sum
}
