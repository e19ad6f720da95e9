package train

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// term is a number that rules compare.
type term uint8

// The terms.
const (
	literal       term = iota // a number that stands in the rule
	termTP                    // dimensions of the plan
	termPP                    //
	termVP                    //
	termMicros                // micro-batches of a pipeline in a step
	termGroup                 // of them that pass a model chunk in turn, see MicroBatchGroup
	termRounds                // in which an interleaved schedule of PyTorch takes them
	termChunks                // model chunks: stages times virtual stages
	termCounted               // chunks that a stage's layers and the ends' missing ones come to
	termLayers                // of the model
	termFirst                 // layers that the plan fixes for the first chunk
	termLast                  // and for the last one
	termKVHeads               // of the model's attention; 0: there are none of their own
	termStage                 // ZeRO stage, the first term of the state
	termOffload               // 1: the optimizer state is offloaded
	termStates                // 1: gradients, master copy or moments in other formats
	termMXWeights             // 1: weights in fp8 under the mxfp8 recipe
	numTerms
)

var termNames = [numTerms]string{"", "tp", "pp", "vp", "micro-batches", "group", "rounds", "chunks", "counted-stages", "layers", "first", "last", "kv-heads",
	"zero-stage", "offload-optimizer", "other-states", "mxfp8-weights"}

// ofState reports whether plans of one layout differ in the term.
func (t term) ofState() bool { return t >= termStage }

// operand is a term, or a number.
type operand struct {
	term
	number int64
}

// value is what the operand is for a plan.
func (o operand) value(p *Prepared, plan *Plan) int64 {
	switch o.term {
	case termTP:
		return int64(plan.TP)
	case termPP:
		return int64(plan.PP)
	case termVP:
		return int64(plan.VP)
	case termMicros:
		return plan.MicroBatches()
	case termGroup:
		return plan.MicroBatchGroup()
	case termRounds:
		return max(plan.MicroBatches()/int64(plan.PP), 1)
	case termChunks:
		return int64(plan.PP * plan.VP)
	case termCounted:
		return p.countedStages(plan)
	case termLayers:
		return int64(p.profile.layers)
	case termFirst:
		return int64(plan.FirstLayers)
	case termLast:
		return int64(plan.LastLayers)
	case termKVHeads:
		return p.profile.kvHeads()
	}
	return o.stateValue(p, plan)
}

// stateValue is the same for the terms of the state, and for a number.
func (o operand) stateValue(p *Prepared, plan *Plan) int64 {
	w := &p.Workload
	switch o.term {
	case termStage:
		return int64(plan.Sharding)
	case termOffload:
		return one(plan.OffloadOptimizer)
	case termStates:
		return one(w.States.Gradients != DefaultState || w.States.Master != DefaultState || w.States.Moments != DefaultState)
	case termMXWeights:
		return one(w.Precision == MXFP8 && w.States.Weights == FP8State)
	}
	return o.number
}

// one is 1 for what is so.
func one(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// kvHeads are the most KV heads of a body layer.
func (c *profile) kvHeads() int64 {
	most := 0.0
	for i := range c.body {
		most = max(most, c.kinds[c.body[i].kind].maxKV)
	}
	return int64(most)
}

// countedStages is how many chunks torchtitan makes of the layers when it is
// told how many a chunk holds at most, and how many less the first and the last
// one do.
func (p *Prepared) countedStages(plan *Plan) int64 {
	l := layout{profile: p.profile, plan: plan}
	each := l.largestChunk()
	_, first := l.chunk(0)
	from, to := l.chunk(plan.PP*plan.VP - 1)
	return int64((p.profile.layers + (each - first) + (each - (to - from)) + each - 1) / each)
}

// largestChunk is how many layers the largest model chunk holds.
func (l *layout) largestChunk() int {
	most := 0
	for i := range l.plan.PP * l.plan.VP {
		from, to := l.chunk(i)
		most = max(most, to-from)
	}
	return most
}

// comparison is how two terms must stand to each other.
type comparison uint8

// The comparisons.
const (
	above comparison = iota
	atLeast
	atMost
	multipleOf
	multipleOrDivisor
	numComparisons
)

var comparisonNames = [numComparisons]string{">", ">=", "<=", "multiple of", "multiple or divisor of"}

// relation is a comparison of two operands.
type relation struct {
	left, right operand
	comparison
}

// holds reports whether the relation holds for a plan.
func (r *relation) holds(p *Prepared, plan *Plan) bool {
	a, b := r.left.value(p, plan), r.right.value(p, plan)
	switch r.comparison {
	case above:
		return a > b
	case atLeast:
		return a >= b
	case atMost:
		return a <= b
	case multipleOf:
		return a%b == 0
	}
	return a%b == 0 || b%a == 0
}

// parseRelation reads "micro-batches >= pp".
func parseRelation(s string) (relation, error) {
	words := strings.Fields(s)
	if len(words) < 3 {
		return relation{}, fmt.Errorf("%q: expected TERM COMPARISON TERM", s)
	}
	last := len(words) - 1
	left, err := parseOperand(words[0])
	if err != nil {
		return relation{}, err
	}
	right, err := parseOperand(words[last])
	if err != nil {
		return relation{}, err
	}
	name := strings.Join(words[1:last], " ")
	c := slices.Index(comparisonNames[:], name)
	if c < 0 {
		return relation{}, fmt.Errorf("%q: unknown comparison %q", s, name)
	}
	return relation{left, right, comparison(c)}, nil
}

// parseOperand reads the name of a term, or a number.
func parseOperand(s string) (operand, error) {
	if t := slices.Index(termNames[1:], s); t >= 0 {
		return operand{term: term(t + 1)}, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return operand{}, fmt.Errorf("unknown term %q", s)
	}
	return operand{number: n}, nil
}
