package sizing

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

// setting is a field of the request with its value.
type setting struct {
	note.Setting
	// same says that the changed plan has the value already, one where that
	// divides nothing.
	same, one bool
	apply     func(q *Request)
}

// settings are all settings of a plan and of the states' formats, besides those
// that change.
func settings(from, to *train.Plan, was, states *train.States) []setting {
	list := append(dimensions(from, to), modes(from, to)...)
	for _, s := range []struct {
		field string
		at    func(s *train.States) *train.StateType
	}{
		{"grads-dtype", func(s *train.States) *train.StateType { return &s.Gradients }}, {"moments-dtype", func(s *train.States) *train.StateType { return &s.Moments }},
		{"master-dtype", func(s *train.States) *train.StateType { return &s.Master }},
	} {
		if t := *s.at(states); t != train.DefaultState {
			list = append(list, setting{Setting: note.Setting{Field: s.field, Value: t}, same: *s.at(was) == t, apply: func(q *Request) { *s.at(&q.Workload.States) = t }})
		}
	}
	return list
}

// dimensions are the settings of a plan that are numbers.
func dimensions(from, to *train.Plan) []setting {
	var list []setting
	for _, d := range []struct {
		field string
		at    func(p *train.Plan) *int
	}{
		{"tp", func(p *train.Plan) *int { return &p.TP }}, {"pp", func(p *train.Plan) *int { return &p.PP }}, {"vp", func(p *train.Plan) *int { return &p.VP }},
		{"cp", func(p *train.Plan) *int { return &p.CP }}, {"ep", func(p *train.Plan) *int { return &p.EP }}, {"dp", func(p *train.Plan) *int { return &p.DP }},
		{"etp", func(p *train.Plan) *int { return &p.ETP }}, {"shard-group", func(p *train.Plan) *int { return &p.ShardGroup }},
		{"first-stage-layers", func(p *train.Plan) *int { return &p.FirstLayers }}, {"last-stage-layers", func(p *train.Plan) *int { return &p.LastLayers }},
		{"micro-batch", func(p *train.Plan) *int { return &p.MicroBatch }},
	} {
		if n := *d.at(to); n > 0 {
			list = append(list, setting{Setting: note.Setting{Field: d.field, Value: n}, same: *d.at(from) == n, one: n == 1 && d.field != "micro-batch",
				apply: func(q *Request) { q.set(func(p *train.Plan) { *d.at(p) = n }) }})
		}
	}
	return list
}

// modes are its sharding, recompute and offloading.
func modes(from, to *train.Plan) []setting {
	list := []setting{
		{Setting: note.Setting{Field: "sharding", Value: to.Sharding}, same: from.Sharding == to.Sharding, apply: func(q *Request) { q.Sharding = option.Set(to.Sharding) }},
		{Setting: note.Setting{Field: "recompute", Value: to.RecomputeName()}, same: from.RecomputeName() == to.RecomputeName(), apply: func(q *Request) {
			q.Recompute, q.Plan.RecomputeMethod, q.Plan.RecomputeLayers = option.Set(to.Recompute), to.RecomputeMethod, to.RecomputeLayers
		}},
	}
	for _, o := range []struct {
		field string
		at    func(p *train.Plan) *bool
	}{
		{"offload-optimizer", func(p *train.Plan) *bool { return &p.OffloadOptimizer }}, {"offload-params", func(p *train.Plan) *bool { return &p.OffloadParams }},
		{"offload-inputs", func(p *train.Plan) *bool { return &p.OffloadInputs }},
	} {
		if *o.at(to) {
			list = append(list, setting{Setting: note.Setting{Field: o.field, Value: true}, same: *o.at(from), apply: func(q *Request) { q.set(func(p *train.Plan) { *o.at(p) = true }) }})
		}
	}
	return list
}

// set fixes a part of the plan.
func (q *Request) set(change func(*train.Plan)) {
	plan := q.Merged()
	change(&plan)
	if plan.OffloadOptimizer {
		q.OffloadOptimizer = option.Set(true)
	}
	if plan.ShardGroup > 0 {
		q.ShardGroup = option.Set(plan.ShardGroup)
	}
	q.Plan = plan
}

// The settings of a change that are written down: what differs, with what else
// is above 1 in a layout, or all.
func differing(s *setting) bool { return !s.same }

func telling(s *setting) bool { return !s.same || !s.one }

func every(*setting) bool { return true }

// picked are some of the settings.
func picked(list []setting, which func(*setting) bool) note.Settings {
	var out note.Settings
	for i := range list {
		if which(&list[i]) {
			out = append(out, list[i].Setting)
		}
	}
	return out
}

// SettleAdvice says as settings what each change differs in from a prepared plan.
func SettleAdvice(list []train.Advice, p *train.Prepared, plan *train.Plan) {
	for i := range list {
		c := &list[i]
		c.Settings = picked(settings(plan, &c.Plan, &p.Workload.States, &c.States), differing)
	}
}

// advise fills in what would make the answer's plan fit, each change so that
// the request with it gives the memory that it names: what the request leaves
// open is said where it would be chosen otherwise.
func (q *Request) advise(a *Answer) {
	p := a.Prepared
	a.Advice = p.Advise(&a.Estimate.Plan)
	for i := range a.Advice {
		c := &a.Advice[i]
		list := settings(&a.Estimate.Plan, &c.Plan, &p.Workload.States, &c.States)
		for _, which := range []func(*setting) bool{differing, telling, every} {
			if c.Settings = picked(list, which); q.gives(a, list, which, c) {
				break
			}
		}
		a.noteAdvice(c)
	}
}

// noteAdvice says what a change achieves.
func (a *Answer) noteAdvice(c *train.Advice) {
	switch c.Verdict {
	case train.MayNotFit:
		a.Notes.Say("advice.may-not-fit", "", c.Settings, c.Total, c.Step)
	case train.DoesNotFit:
		a.Notes.Say("advice.nearest", "", c.Settings, c.Total, c.Step)
	default:
		a.Notes.Say("advice.fits", "", c.Settings, c.Total, c.Step)
	}
}

// gives reports whether the request with some of the settings has the advice's
// memory.
func (q *Request) gives(a *Answer, list []setting, which func(*setting) bool, c *train.Advice) bool {
	changed := *q
	for i := range list {
		if which(&list[i]) {
			list[i].apply(&changed)
		}
	}
	p, err := changed.prepare(a.Cluster)
	if err != nil {
		return false
	}
	f, err := changed.layout(p)
	return err == nil && f.Plans[0].Memory.Total == c.Total
}
