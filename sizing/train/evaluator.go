package train

import "slices"

// Evaluator evaluates many plans of one Prepared. It gives the same numbers as
// [Prepared.Evaluate] to the last bit, but caches what consecutive plans share:
//
//   - the layers of every stage, by (pp, vp, first, last): never dropped;
//   - the times of one layer of each kind, by (tp, sp, cp, ep, etp,
//     micro-batch): until one of them changes;
//   - the times and the memory of the stages, by both and the recompute mode:
//     until one of the others changes.
//
// A plan of the same stages needs only the sharding of the states, their
// traffic, and the largest stage. Plans that differ only in the innermost
// dimensions (sharding, shard group, offload, recompute) are therefore cheap in
// sequence. An Evaluator does not allocate after it has seen every pipeline. It
// is for one goroutine.
type Evaluator struct {
	p       *Prepared
	plan    Plan // of the layout
	l       layout
	times   layers
	modes   [numRecomputes]stageSums
	stages  map[pipeline]*stages
	storage Storage
}

// pipeline is the part of a plan that determines which layers a stage stores
// and which of them it recomputes.
type pipeline struct {
	pp, vp, first, last int
	method              RecomputeMethod
	layers              int
}

func (p *Plan) pipeline() pipeline {
	return pipeline{p.PP, p.VP, p.FirstLayers, p.LastLayers, p.RecomputeMethod, p.RecomputeLayers}
}

// division is the part of a plan that determines the time of a layer on a
// device.
type division struct {
	tp, cp, ep, etp, micro int
	sp                     bool
}

func (p *Plan) division() division {
	return division{p.TP, p.CP, p.EP, p.ETP, p.MicroBatch, p.SequenceParallel}
}

// stageSums are the times and the memory of the stages under one recompute
// mode.
type stageSums struct {
	known   bool
	plan    Plan // whose stages they are, see [Evaluator.stageSums]
	times   pipelineTimes
	stages  []stage
	seconds []float64
	memory  []stageMemory
}

// NewEvaluator returns an Evaluator for the prepared model.
func (p *Prepared) NewEvaluator() *Evaluator {
	v := &Evaluator{p: p, stages: map[pipeline]*stages{}}
	p.Storage(&v.storage)
	return v
}

// Evaluate fills in the estimate of a plan. It allocates only to report a plan
// that cannot run.
func (v *Evaluator) Evaluate(plan *Plan, e *Estimate) error {
	if err := v.setWhole(plan); err != nil {
		return err
	}
	p, sums := v.p, v.stageSums()
	e.Plan = v.plan
	v.memory(sums, &e.Memory)
	e.Storage = v.storage
	p.compute(&v.l, &e.Compute)
	if p.Workload.MFU == 0 {
		e.Time.Terms = p.termsOf(&v.l, &sums.times)
	}
	p.addTeacher(e)
	p.addOthers(e)
	p.time(&v.l, e)
	p.costAndEnergy(e)
	return nil
}

// Memory fills in the memory of a plan alone.
func (v *Evaluator) Memory(plan *Plan, m *Memory) error {
	if err := v.setWhole(plan); err != nil {
		return err
	}
	v.memory(v.stageSums(), m)
	return nil
}

// memory fills in the most loaded stage. Of equal stages the first has the most
// micro-batches in flight.
func (v *Evaluator) memory(sums *stageSums, out *Memory) {
	var m Memory
	groups := v.l.stages.groups
	for i := range groups {
		v.p.memoryAtPeak(&v.l, groups[i].first, &sums.memory[i], &m)
		if i == 0 || m.Total > out.Total {
			*out = m
		}
	}
	v.p.setVerdict(out)
}

// setWhole makes the plan the current one, and refuses a state that the stack's
// framework does.
func (v *Evaluator) setWhole(plan *Plan) error {
	if err := v.set(plan); err != nil {
		return err
	}
	return v.p.checkRules(v.p.profile.rules.state, plan)
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

// stageSums returns the times and the memory of the stages for the current
// plan.
func (v *Evaluator) stageSums() *stageSums {
	m := &v.modes[v.plan.Recompute]
	plan := v.plan
	plan.DP, plan.GlobalBatch, plan.Sharding, plan.ShardGroup, plan.OffloadOptimizer, plan.OffloadParams = 0, 0, NoSharding, 0, false, false
	if m.known && m.plan == plan {
		return m
	}
	t := v.l.stages
	m.known, m.plan, m.times = true, plan, pipelineTimes{}
	if n := len(t.groups); n > cap(m.stages) {
		m.stages, m.seconds, m.memory = make([]stage, n), make([]float64, n), make([]stageMemory, n)
	} else {
		m.stages, m.seconds, m.memory = m.stages[:n], m.seconds[:n], m.memory[:n]
	}
	for i := range t.groups {
		m.stages[i], m.memory[i] = stage{}, stageMemory{}
		v.p.stageTime(&v.l, t.groups[i].first, &v.times, &m.stages[i])
		m.seconds[i] = m.stages[i].sum()
		v.p.sumStage(&v.l, t.groups[i].first, &m.memory[i])
	}
	for s := range t.groupOf {
		i := t.groupOf[s]
		m.times.add(&m.stages[i], m.seconds[i])
	}
	return m
}

// stages are the layers of every stage of a pipeline, counted once.
type stages struct {
	groupOf []int32 // by stage: its group
	groups  []stageGroup
	runs    []run // of all groups, in sequence
}

// stageGroup is one stage, or several with equal layers.
type stageGroup struct {
	first    int // the first stage of the group
	from, to int // in stages.runs
}

// of returns the layers of stage s.
func (t *stages) of(s int) []run {
	p := &t.groups[t.groupOf[s]]
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
// groups of their own: they store the embedding and the head.
func newStages(l *layout, pp int) *stages {
	t := &stages{groupOf: make([]int32, pp)}
	for s := range pp {
		from := len(t.runs)
		l.stage(s, func(k *layerKind, n, full float64) { t.runs = append(t.runs, run{k.ops.index, int(n), int(full)}) })
		t.groupOf[s] = t.same(s, pp, from)
		if l.plan.RecomputeMethod == UniformMethod {
			t.groupOf[s] = int32(len(t.groups)) // the order of its layers matters too
		}
		if int(t.groupOf[s]) < len(t.groups) {
			t.runs = t.runs[:from]
			continue
		}
		t.groups = append(t.groups, stageGroup{s, from, len(t.runs)})
	}
	return t
}

// same returns the group whose layers equal those counted last, or a new one.
func (t *stages) same(s, pp, from int) int32 {
	if s == 0 || s == pp-1 {
		return int32(len(t.groups))
	}
	for i := 1; i < len(t.groups); i++ { // group 0 is the first stage
		p := &t.groups[i]
		if slices.Equal(t.runs[p.from:p.to], t.runs[from:]) {
			return int32(i)
		}
	}
	return int32(len(t.groups))
}
