package train

import "slices"

// Evaluator evaluates many plans of one Prepared, as [Prepared.Evaluate] does
// and with the same numbers to the last bit, but keeps what a plan shares with
// the one before:
//
//   - the layers of every stage, by (pp, vp, first, last): for good;
//   - the times of one layer of each kind, by (tp, sp, cp, ep, etp,
//     micro-batch): until one of them changes;
//   - the pace and the holdings of the stages, by both and the recompute mode:
//     until one of the others changes.
//
// What is left for a plan is the sharding of the states, their traffic, and
// the largest stage. Plans that differ in the innermost dimensions only
// (sharding, shard group, offload, recompute) are therefore cheap one after
// the other. After it has seen every pipeline it does not allocate. An
// Evaluator is for one goroutine.
type Evaluator struct {
	p       *Prepared
	plan    Plan // of the layout
	l       layout
	times   layers
	modes   [numRecomputes]modeCache
	stages  map[pipeline]*stages
	storage Storage
}

// pipeline is what decides which layers a stage holds, and which of them it
// recomputes.
type pipeline struct {
	pp, vp, first, last int
	method              RecomputeMethod
	layers              int
}

func (p *Plan) pipeline() pipeline {
	return pipeline{p.PP, p.VP, p.FirstLayers, p.LastLayers, p.RecomputeMethod, p.RecomputeLayers}
}

// division is what decides how long a layer takes on a device.
type division struct {
	tp, cp, ep, etp, micro int
	sp                     bool
}

func (p *Plan) division() division {
	return division{p.TP, p.CP, p.EP, p.ETP, p.MicroBatch, p.SequenceParallel}
}

// modeCache is what the stages take and hold under a recompute mode.
type modeCache struct {
	known bool
	plan  Plan // whose stages they are, see [Evaluator.mode]
	pace  pace
	parts []stage
	sums  []float64
	holds []holding
}

// NewEvaluator returns an Evaluator for the prepared model.
func (p *Prepared) NewEvaluator() *Evaluator {
	v := &Evaluator{p: p, stages: map[pipeline]*stages{}}
	p.Storage(&v.storage)
	return v
}

// Evaluate fills in what the plan costs. It allocates only to report a plan
// that cannot run.
func (v *Evaluator) Evaluate(plan *Plan, e *Estimate) error {
	if err := v.setWhole(plan); err != nil {
		return err
	}
	p, mode := v.p, v.mode()
	e.Plan = v.plan
	v.memory(mode, &e.Memory)
	e.Storage = v.storage
	p.compute(&v.l, &e.Compute)
	if p.Workload.MFU == 0 {
		e.Time.Terms = p.paceTerms(&v.l, &mode.pace)
	}
	p.teach(e)
	p.time(&v.l, e)
	p.money(e)
	return nil
}

// Memory returns the memory of a plan alone.
func (v *Evaluator) Memory(plan *Plan, m *Memory) error {
	if err := v.setWhole(plan); err != nil {
		return err
	}
	v.memory(v.mode(), m)
	return nil
}

// memory fills in the most loaded stage. Of stages that hold the same layers
// the first has the most micro-batches in flight.
func (v *Evaluator) memory(mode *modeCache, out *Memory) {
	var m Memory
	parts := v.l.stages.parts
	for i := range parts {
		v.p.weigh(&v.l, parts[i].first, &mode.holds[i], &m)
		if i == 0 || m.Total > out.Total {
			*out = m
		}
	}
	v.p.judge(out)
}

// setWhole makes the plan the current one, and refuses a state that the stack's
// framework does.
func (v *Evaluator) setWhole(plan *Plan) error {
	if err := v.set(plan); err != nil {
		return err
	}
	return v.p.checkRules(v.p.costs.rules.state, plan)
}

// set makes the plan the current one and drops what it does not share with the
// last.
func (v *Evaluator) set(plan *Plan) error {
	old := &v.plan
	division, stages := plan.division() == old.division(), plan.pipeline() == old.pipeline()
	if division && stages && plan.DP == old.DP && plan.GlobalBatch == old.GlobalBatch {
		if err := v.p.checkState(plan); err != nil {
			return err
		}
		v.plan = *plan
		v.l.shardOver(plan)
		return nil
	}
	if err := v.p.check(plan); err != nil {
		return err
	}
	v.plan = *plan
	v.l.init(v.p, &v.plan)
	v.l.stages = v.stagesOf(plan)
	if !division {
		v.times = layers{}
	}
	return nil
}

// mode returns the pace and the holdings of the stages for the current plan.
func (v *Evaluator) mode() *modeCache {
	m := &v.modes[v.plan.Recompute]
	plan := v.plan
	plan.DP, plan.GlobalBatch, plan.Sharding, plan.ShardGroup, plan.OffloadOptimizer, plan.OffloadParams = 0, 0, NoSharding, 0, false, false
	if m.known && m.plan == plan {
		return m
	}
	t := v.l.stages
	m.known, m.plan, m.pace = true, plan, pace{}
	if n := len(t.parts); n > cap(m.parts) {
		m.parts, m.sums, m.holds = make([]stage, n), make([]float64, n), make([]holding, n)
	} else {
		m.parts, m.sums, m.holds = m.parts[:n], m.sums[:n], m.holds[:n]
	}
	for i := range t.parts {
		m.parts[i], m.holds[i] = stage{}, holding{}
		v.p.stageTime(&v.l, t.parts[i].first, &v.times, &m.parts[i])
		m.sums[i] = m.parts[i].sum()
		v.p.hold(&v.l, t.parts[i].first, &m.holds[i])
	}
	for s := range t.which {
		i := t.which[s]
		m.pace.add(&m.parts[i], m.sums[i])
	}
	return m
}

// stages is the layers of every stage of a pipeline, counted once.
type stages struct {
	which []int32 // by stage: its part
	parts []part
	runs  []run // of all parts, one after the other
}

// part is what one stage or several equal ones hold.
type part struct {
	first    int // the first stage that holds it
	from, to int // in stages.runs
}

// of returns the layers of stage s.
func (t *stages) of(s int) []run {
	p := &t.parts[t.which[s]]
	return t.runs[p.from:p.to]
}

// stagesOf returns the layers of the plan's stages.
func (v *Evaluator) stagesOf(plan *Plan) *stages {
	key := plan.pipeline()
	if t, ok := v.stages[key]; ok {
		return t
	}
	v.l.stages = nil
	t := newStages(&v.l, plan.PP)
	v.stages[key] = t
	return t
}

// newStages counts the layers of every stage. The first and the last stage are
// parts of their own: they hold the embedding and the head.
func newStages(l *layout, pp int) *stages {
	t := &stages{which: make([]int32, pp)}
	for s := range pp {
		from := len(t.runs)
		l.stage(s, func(k *kind, n, full float64) { t.runs = append(t.runs, run{k.shape.index, int(n), int(full)}) })
		t.which[s] = t.same(s, pp, from)
		if l.plan.RecomputeMethod == UniformMethod {
			t.which[s] = int32(len(t.parts)) // the order of its layers counts too
		}
		if int(t.which[s]) < len(t.parts) {
			t.runs = t.runs[:from]
			continue
		}
		t.parts = append(t.parts, part{s, from, len(t.runs)})
	}
	return t
}

// same returns the part that equals the layers counted last, or a new one.
func (t *stages) same(s, pp, from int) int32 {
	if s == 0 || s == pp-1 {
		return int32(len(t.parts))
	}
	for i := 1; i < len(t.parts); i++ { // part 0 is the first stage
		p := &t.parts[i]
		if slices.Equal(t.runs[p.from:p.to], t.runs[from:]) {
			return int32(i)
		}
	}
	return int32(len(t.parts))
}
