package main

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// whyJSON says why the best plan is the best and no better.
type whyJSON struct {
	// Bounds are the largest terms of the step.
	Bounds []boundJSON `json:"bounds"`
	// RunnerUp is what the second plan loses, and where.
	RunnerUp *runnerUpJSON `json:"runner_up,omitempty"`
	// Resources is what more of each resource would buy.
	Resources []resourceJSON `json:"resources"`
}

// boundJSON is a term of the step.
type boundJSON struct {
	Term    string           `json:"term"`
	Seconds quantity.Seconds `json:"seconds"`
	Share   float64          `json:"share"`
}

// runnerUpJSON compares the second plan with the best.
type runnerUpJSON struct {
	Plan  train.Plan       `json:"plan"`
	Step  quantity.Seconds `json:"step_seconds"`
	Lost  quantity.Seconds `json:"lost_seconds"`
	Where []boundJSON      `json:"where"`
}

// resourceJSON is the best plan's step with more of a resource.
type resourceJSON struct {
	Resource string           `json:"resource"`
	Change   string           `json:"change"`
	Step     quantity.Seconds `json:"step_seconds"`
	Gain     float64          `json:"gain"` // of the step's time
	Plan     *train.Plan      `json:"plan,omitempty"`
}

// why explains a plan.
func (o *planOptions) why(p *planned) *whyJSON {
	best := p.best()
	w := &whyJSON{Bounds: largest(best.Time.Terms.List(), best.Time.Step)}
	for i := range p.top() {
		second := &p.top()[i]
		if second.Time.Step < best.Time.Step*slower {
			continue
		}
		w.RunnerUp = &runnerUpJSON{Plan: second.Plan, Step: second.Time.Step, Lost: second.Time.Step - best.Time.Step}
		a, b := best.Time.Terms.List(), second.Time.Terms.List()
		for i := range b {
			b[i].Time -= a[i].Time
		}
		w.RunnerUp.Where = largest(b, second.Time.Step) // what it saves elsewhere too, as less than 0
		break
	}
	w.Resources = o.resources(p)
	return w
}

// slower is what makes a plan a runner-up rather than an equal.
const slower = 1.001

// largest are up to three terms, by their size whatever their sign, without
// those that are nothing.
func largest(terms []train.StepTerm, step quantity.Seconds) []boundJSON {
	size := func(t train.StepTerm) float64 { return math.Abs(float64(t.Time)) }
	slices.SortStableFunc(terms, func(a, b train.StepTerm) int { return cmp.Compare(size(b), size(a)) })
	list := []boundJSON{}
	for _, t := range terms {
		if t.Time != 0 && len(list) < 3 {
			list = append(list, boundJSON{t.Name, t.Time, float64(t.Time / step)})
		}
	}
	return list
}

// more is the growth that resources are tried with.
const more = 1.1

// resources evaluates the plan with 10 % more of each resource of the device,
// and searches where the change opens other layouts: memory and devices.
func (o *planOptions) resources(p *planned) []resourceJSON {
	base, best := p.prepared(), p.best()
	list := moreOfEach(base, best)
	add := func(name, change string, e *train.Estimate) {
		r := newResource(name, change, e, best)
		if e.Plan != best.Plan {
			r.Plan = &e.Plan
		}
		list = append(list, r)
	}
	options := search.Options{Fixed: o.fixed, Step: best.Time.Step}
	c := base.Cluster
	device := *c.Device
	device.Memory *= more
	c.Device = &device
	options.Memory = o.limit(p, more)
	if q, err := base.On(c); err == nil {
		if r, err := search.Run(&q, options); err == nil && len(r.Plans) > 0 {
			add("memory", "+10%", &r.Plans[0])
		}
	}
	o.moreDevices(p, add)
	return list
}

func newResource(name, change string, e, best *train.Estimate) resourceJSON {
	return resourceJSON{Resource: name, Change: change, Step: e.Time.Step, Gain: 1 - float64(e.Time.Step)/float64(best.Time.Step)}
}

// moreOfEach evaluates the plan with 10 % more of each rate of the device and
// its network.
func moreOfEach(base *train.Prepared, best *train.Estimate) []resourceJSON {
	var list []resourceJSON
	for _, r := range []struct {
		name  string
		apply func(*hardware.Cluster)
	}{
		{"flops", func(c *hardware.Cluster) {
			for i := range c.Device.Rates {
				c.Device.Rates[i].Peak *= more
				c.Device.Rates[i].Achievable *= more
			}
		}},
		{"memory-bandwidth", func(c *hardware.Cluster) { c.Device.MemBandwidth *= more }},
		{"scale-up", func(c *hardware.Cluster) { c.Device.ScaleUp.Bandwidth *= more }},
		{"scale-out", func(c *hardware.Cluster) { c.ScaleOut *= more }},
	} {
		c := base.Cluster
		device := *c.Device
		c.Device = &device
		r.apply(&c)
		q, err := base.On(c)
		if err != nil {
			continue
		}
		if e, err := q.Evaluate(&best.Plan); err == nil {
			list = append(list, newResource(r.name, "+10%", &e, best))
		}
	}
	return list
}

// limit is the memory that the best plan was held to, on a device with so many
// times the memory.
func (o *planOptions) limit(p *planned, times float64) quantity.Bytes {
	base := p.prepared()
	limit := o.memory.of(base.Cluster.Device)
	switch {
	case limit > 0 && o.memory.share > 0:
		limit *= quantity.Bytes(times)
	case limit > 0:
	case p.tight:
		limit = base.Cluster.Device.Memory * quantity.Bytes(times)
	default:
		limit = base.SureMemory() * quantity.Bytes(times)
	}
	return min(limit, base.Cluster.Device.Memory*quantity.Bytes(times))
}

// moreDevices searches on twice the devices.
func (o *planOptions) moreDevices(p *planned, add func(name, change string, e *train.Estimate)) {
	base := p.prepared()
	c, err := hardware.NewCluster(base.Cluster.Device, 2*base.Cluster.Count, o.network.Set)
	if err != nil {
		return
	}
	q, err := base.On(c)
	if err != nil {
		return
	}
	fixed := o.fixed
	fixed.Plan.DP = 0
	r, err := search.Run(&q, search.Options{Fixed: fixed, Memory: o.limit(p, 1)})
	if err == nil && len(r.Plans) > 0 {
		add("devices", "x2", &r.Plans[0])
	}
}

// rate is candidates a second.
func rate(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return math.Round(float64(n) / seconds)
}
