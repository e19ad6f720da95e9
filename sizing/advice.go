package sizing

import (
	"fmt"
	"strings"

	"mlsizer/sizing/option"
	"mlsizer/sizing/train"
)

// setting is a flag of the command line with its value.
type setting struct {
	text string
	// same is set where the plan that is changed has the value already, one
	// where that divides nothing.
	same, one bool
	apply     func(q *Request)
}

// settings are the flags that say all of a plan and of the states' formats,
// beside those that are changed.
func settings(from, to *train.Plan, was, states *train.States) []setting {
	var list []setting
	add := func(same bool, text string, apply func(q *Request)) {
		list = append(list, setting{text: text, same: same, apply: apply})
	}
	for _, d := range []struct {
		flag string
		at   func(p *train.Plan) *int
	}{
		{"tp", func(p *train.Plan) *int { return &p.TP }}, {"pp", func(p *train.Plan) *int { return &p.PP }}, {"vp", func(p *train.Plan) *int { return &p.VP }},
		{"cp", func(p *train.Plan) *int { return &p.CP }}, {"ep", func(p *train.Plan) *int { return &p.EP }}, {"dp", func(p *train.Plan) *int { return &p.DP }},
		{"etp", func(p *train.Plan) *int { return &p.ETP }}, {"shard-group", func(p *train.Plan) *int { return &p.ShardGroup }},
		{"first-stage-layers", func(p *train.Plan) *int { return &p.FirstLayers }}, {"last-stage-layers", func(p *train.Plan) *int { return &p.LastLayers }},
		{"micro-batch", func(p *train.Plan) *int { return &p.MicroBatch }},
	} {
		if n := *d.at(to); n > 0 {
			add(*d.at(from) == n, fmt.Sprintf("--%s %d", d.flag, n), func(q *Request) { q.set(func(p *train.Plan) { *d.at(p) = n }) })
			list[len(list)-1].one = n == 1 && d.flag != "micro-batch"
		}
	}
	add(from.Sharding == to.Sharding, "--sharding "+to.Sharding.String(), func(q *Request) { q.Sharding = option.Set(to.Sharding) })
	add(from.RecomputeName() == to.RecomputeName(), "--recompute "+to.RecomputeName(), func(q *Request) {
		q.Recompute, q.Plan.RecomputeMethod, q.Plan.RecomputeLayers = option.Set(to.Recompute), to.RecomputeMethod, to.RecomputeLayers
	})
	for _, o := range []struct {
		flag string
		at   func(p *train.Plan) *bool
	}{
		{"offload-optimizer", func(p *train.Plan) *bool { return &p.OffloadOptimizer }}, {"offload-params", func(p *train.Plan) *bool { return &p.OffloadParams }},
		{"offload-inputs", func(p *train.Plan) *bool { return &p.OffloadInputs }},
	} {
		if *o.at(to) {
			add(*o.at(from), "--"+o.flag, func(q *Request) { q.set(func(p *train.Plan) { *o.at(p) = true }) })
		}
	}
	for _, s := range []struct {
		flag string
		at   func(s *train.States) *train.StateType
	}{
		{"grads-dtype", func(s *train.States) *train.StateType { return &s.Gradients }}, {"moments-dtype", func(s *train.States) *train.StateType { return &s.Moments }},
		{"master-dtype", func(s *train.States) *train.StateType { return &s.Master }},
	} {
		if t := *s.at(states); t != train.DefaultState {
			add(*s.at(was) == t, fmt.Sprintf("--%s %s", s.flag, t), func(q *Request) { *s.at(&q.Workload.States) = t })
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

// spelled writes some of the settings.
func spelled(list []setting, which func(*setting) bool) string {
	var words []string
	for i := range list {
		if which(&list[i]) {
			words = append(words, list[i].text)
		}
	}
	return strings.Join(words, " ")
}

// SpellAdvice says as flags what each change differs in from a prepared plan.
func SpellAdvice(list []train.Advice, p *train.Prepared, plan *train.Plan) {
	for i := range list {
		c := &list[i]
		c.Change = spelled(settings(plan, &c.Plan, &p.Workload.States, &c.States), differing)
	}
}

// advise fills in what would make the answer's plan fit, each change so that
// the question with it gives the memory that it names: what the question leaves
// open is said where it would be chosen otherwise.
func (q *Request) advise(a *Answer) {
	p := a.Prepared
	a.Advice = p.Advise(&a.Estimate.Plan)
	for i := range a.Advice {
		c := &a.Advice[i]
		list := settings(&a.Estimate.Plan, &c.Plan, &p.Workload.States, &c.States)
		for _, which := range []func(*setting) bool{differing, telling, every} {
			if c.Change = spelled(list, which); q.gives(a, list, which, c) {
				break
			}
		}
		text, zh := "would fit", "可放下"
		switch c.Verdict {
		case train.Tight:
			text, zh = "would fit tightly", "勉强可放下"
		case train.DoesNotFit:
			text, zh = "comes nearest", "最接近"
		}
		a.note("advice", fmt.Sprintf("%s: %s a device, %s (step %s)", c.Change, c.Total, text, c.Step),
			fmt.Sprintf("%s：每设备 %s，%s（步时 %s）", c.Change, c.Total, zh, c.Step), "")
	}
}

// gives reports whether the question with some of the settings is answered with
// the advice's memory.
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
	best, _, err := changed.layout(p)
	return err == nil && best.Memory.Total == c.Total
}
