package main

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// why explains a plan.
func why(o *report.PlanOptions, p *report.Planned) *report.WhyJSON {
	best := p.Best()
	w := &report.WhyJSON{Bounds: largest(best.Time.Terms.List(), best.Time.Step)}
	if len(p.Top()) >= runnerUp {
		second := &p.Top()[runnerUp-1]
		w.RunnerUp = &report.RunnerUpJSON{Plan: second.Plan, Step: second.Time.Step, Lost: second.Time.Step - best.Time.Step}
		a, b := best.Time.Terms.List(), second.Time.Terms.List()
		for i := range b {
			b[i].Time -= a[i].Time
		}
		w.RunnerUp.Where = largest(b, second.Time.Step) // what it saves elsewhere too, as less than 0
	}
	w.Resources = resources(o, p)
	return w
}

// largest are up to three terms, by their size whatever their sign, without
// those that are nothing.
func largest(terms []train.StepTerm, step quantity.Seconds) []report.BoundJSON {
	size := func(t train.StepTerm) float64 { return math.Abs(float64(t.Time)) }
	slices.SortStableFunc(terms, func(a, b train.StepTerm) int { return cmp.Compare(size(b), size(a)) })
	list := []report.BoundJSON{}
	for _, t := range terms {
		if t.Time != 0 && len(list) < 3 {
			list = append(list, report.BoundJSON{Term: t.Name, Seconds: t.Time, Share: float64(t.Time / step)})
		}
	}
	return list
}

// more is the growth of each resource.
const more = 1.1

// resources evaluates the plan with 10 % more of each resource of the device,
// and searches where the change opens other layouts: memory and devices.
func resources(o *report.PlanOptions, p *report.Planned) []report.ResourceJSON {
	base, best := p.Prepared(), p.Best()
	list := moreOfEach(base, best)
	add := func(name, change string, e *train.Estimate) {
		r := newResource(name, change, e, best)
		if e.Plan != best.Plan {
			r.Plan = &e.Plan
		}
		list = append(list, r)
	}
	options := search.Options{Context: o.Interrupt, Fixed: p.Answer.Space(), Step: best.Time.Step}
	c := base.Cluster
	device := *c.Device
	device.Memory *= more
	c.Device = &device
	options.Memory = limit(o, p, more)
	if q, err := base.On(c); err == nil {
		if r, err := search.Run(&q, options); err == nil && len(r.Plans) > 0 {
			add("memory", "+10%", &r.Plans[0])
		}
	}
	moreDevices(o, p, add)
	return list
}

func newResource(name, change string, e, best *train.Estimate) report.ResourceJSON {
	return report.ResourceJSON{Resource: name, Change: change, Step: e.Time.Step, Gain: 1 - float64(e.Time.Step)/float64(best.Time.Step)}
}

// moreOfEach evaluates the plan with 10 % more of each rate of the device and
// its network.
func moreOfEach(base *train.Prepared, best *train.Estimate) []report.ResourceJSON {
	var list []report.ResourceJSON
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
		{"scale-up", func(c *hardware.Cluster) {
			c.Device.ScaleUp.Bandwidth *= more
			if c.Among(min(c.Count, c.DevicesPerNode)).Kind.PCIe() {
				c.Device.HostLink.Bandwidth *= more
			}
		}},
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

// limit is the memory limit of the best plan, on a device with a multiple of
// the memory.
func limit(o *report.PlanOptions, p *report.Planned, times float64) quantity.Bytes {
	base := p.Prepared()
	limit := o.Memory.Of(base.Cluster.Device)
	switch {
	case limit > 0 && o.Memory.Share > 0:
		limit *= quantity.Bytes(times)
	case limit > 0:
	case p.Best().Memory.Verdict != train.FitsSurely:
		limit = base.Cluster.Device.Memory * quantity.Bytes(times)
	default:
		limit = base.SureMemory() * quantity.Bytes(times)
	}
	return min(limit, base.Cluster.Device.Memory*quantity.Bytes(times))
}

// moreDevices searches on twice the devices.
func moreDevices(o *report.PlanOptions, p *report.Planned, add func(name, change string, e *train.Estimate)) {
	base := p.Prepared()
	c, err := hardware.NewCluster(base.Cluster.Device, 2*base.Cluster.Count, o.Network.Set)
	if err != nil {
		return
	}
	q, err := base.On(c)
	if err != nil {
		return
	}
	fixed := p.Answer.Space()
	fixed.Plan.DP = 0
	r, err := search.Run(&q, search.Options{Context: o.Interrupt, Fixed: fixed, Memory: limit(o, p, 1)})
	if err == nil && len(r.Plans) > 0 {
		add("devices", "x2", &r.Plans[0])
	}
}
