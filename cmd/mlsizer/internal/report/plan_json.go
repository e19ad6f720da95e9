package report

import (
	"cmp"
	"math"

	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// searchJSON is the extent of the search.
type searchJSON struct {
	Objective search.Objective `json:"objective"`
	// Candidates is every layout that the model, the stack and the devices
	// allow; Evaluated those that bounds did not rule out; Feasible those of
	// them that keep to memory and time.
	Candidates int64 `json:"candidates"`
	Feasible   int64 `json:"feasible"`
	Exhaustive bool  `json:"exhaustive"`
	// Chance is that with which the run keeps to its goals.
	Chance float64 `json:"chance,omitempty"`
	*effortJSON
}

// effortJSON is what a search took, which is shown where it is asked for: the
// same request prints the same answer otherwise.
type effortJSON struct {
	Evaluated int64   `json:"evaluated"`
	Seconds   float64 `json:"seconds"`
	// Rate is candidates decided per second, EvaluationRate evaluations.
	Rate           float64 `json:"candidates_per_second"`
	EvaluationRate float64 `json:"evaluations_per_second"`
}

// optimalJSON is the model that a budget trains best.
type optimalJSON struct {
	Budget      quantity.USD     `json:"budget_usd,omitempty"`
	DeviceHours float64          `json:"device_hours"`
	FLOPs       quantity.FLOPs   `json:"flops_6nd"`
	Params      quantity.Params  `json:"params"`
	Tokens      quantity.Tokens  `json:"tokens"`
	Loss        float64          `json:"loss"`
	Tier        sizing.Tier      `json:"tier"`
	TierZH      string           `json:"tier_zh"`
	Days        float64          `json:"days"`
	Laws        []search.Optimum `json:"laws"`
}

// planRow is the answer for one target.
type planRow struct {
	Best    *ResultJSON   `json:"best"`
	Top     []planTop     `json:"top"`
	Search  searchJSON    `json:"search"`
	Why     *WhyJSON      `json:"why,omitempty"`
	Pareto  []ParetoPoint `json:"pareto,omitempty"`
	Splits  []Split       `json:"splits,omitempty"`
	Optimal *optimalJSON  `json:"optimal,omitempty"`
	// Nearest is the nearest layout if there is no plan.
	Nearest *NearMiss `json:"nearest,omitempty"`

	result ResultJSON
}

// planTop is one of the best plans, with its expected run.
type planTop struct {
	train.Estimate
	Goodput *run.Goodput `json:"goodput,omitempty"`

	expected run.Goodput
}

// newPlanTop adds the expected run of a plan.
func newPlanTop(p *Planned, e *train.Estimate) planTop {
	t := planTop{Estimate: *e}
	var err error
	if t.expected, err = p.Answer.Expected(p.Prepared(), e); err == nil {
		t.Goodput = runOf(p.Prepared(), &t.expected)
	}
	return t
}

// planJSON is the answer of the command: the best target's, and all of them
// where there are several.
type planJSON struct {
	Head
	planRow
	Clusters []planRow `json:"clusters,omitempty"`
}

// newPlanRow collects the answer for one target.
func newPlanRow(o *PlanOptions, p *Planned, a *Affordable) planRow {
	t := p.Target
	r := planRow{Top: []planTop{}, Pareto: p.Pareto, Splits: p.Splits, Nearest: p.Miss, result: NewResult(p.Model, t, p.Answer, &o.TrainingOptions, o.Lang)}
	r.Search = searchJSON{Objective: o.Objective, Candidates: p.Result.Candidates, Feasible: p.Result.Feasible, Exhaustive: o.Exhaustive}
	if o.Days > 0 || o.Budget > 0 || o.DeviceHours > 0 {
		r.Search.Chance = o.Chance
	}
	if s := p.Time.Seconds(); o.Verbose {
		r.Search.effortJSON = &effortJSON{p.Result.Evaluated, s, rate(p.Result.Candidates, s), rate(p.Result.Evaluated, s)}
	}
	if !p.Found() {
		r.Search.Feasible = 0
	} else {
		r.Best = &r.result
		r.Why = p.Why
		for i := range min(len(p.Top()), o.Top) {
			r.Top = append(r.Top, newPlanTop(p, &p.Top()[i]))
		}
	}
	if a != nil {
		m := &r.result.Model
		r.Optimal = &optimalJSON{
			Budget: o.Budget, DeviceHours: a.Hours, FLOPs: a.Flops, Params: a.Optimum.Params, Tokens: a.Optimum.Tokens, Loss: a.Optimum.Loss,
			Tier: m.Tier, TierZH: m.TierZH, Days: float64(p.Expected().Run / quantity.Day), Laws: append([]search.Optimum{a.Optimum}, a.Others...),
		}
	}
	return r
}

// bestRow is the target that is best by the objective, never one without a
// plan.
func (o *PlanOptions) bestRow(rows []*Planned) int {
	best := 0
	for i, p := range rows {
		better := o.better(p, rows[best])
		if len(o.Affordable) > 0 { // what the same money trains to less loss
			better = o.Affordable[i].Optimum.Loss < o.Affordable[best].Optimum.Loss
		}
		if p.Found() && (better || !rows[best].Found()) {
			best = i
		}
	}
	return best
}

// better compares the plans of two targets: by cost if the number of devices is
// open, else by time, unless the objective says otherwise. A target with an
// unknown price or power comes after one with a known.
func (o *PlanOptions) better(a, b *Planned) bool {
	x, y := a.Expected(), b.Expected()
	open := a.Target.Count == 0 && b.Target.Count == 0 && x.Cost.PerHour > 0 && y.Cost.PerHour > 0
	value := func(p *Planned, g *run.Goodput) float64 {
		switch {
		case o.Objective == search.Energy:
			return known(float64(g.Energy.KWh))
		case o.Objective == search.Devices:
			return float64(p.Prepared().Cluster.Count)
		case o.Objective == search.Memory:
			return float64(p.Best().Memory.Total)
		case o.Objective == search.Cost, open:
			return known(float64(g.Cost.USD))
		}
		return float64(g.Run)
	}
	return cmp.Or(cmp.Compare(value(a, x), value(b, y)), cmp.Compare(x.Run, y.Run)) < 0
}

// known sorts unknown values, which are 0, after all others.
func known(v float64) float64 {
	if v == 0 {
		return math.Inf(1)
	}
	return v
}

// rate is candidates per second.
func rate(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return math.Round(float64(n) / seconds)
}
