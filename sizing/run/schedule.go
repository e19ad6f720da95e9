package run

import (
	"math"

	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Schedule is what a run does besides full steps. The zero value is nothing.
//
// Learning-rate warm-up is not part of it: its steps take as long as any other.
type Schedule struct {
	RampUp     RampUp
	Evaluation Evaluation
}

// RampUp grows the global batch from Start by Increment until it is the full
// one, after so many samples: Megatron's --rampup-batch-size.
// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/core/num_microbatches_calculator.py:66
// (rampup_batch_size: start, increment, samples; deprecated for step schedules).
type RampUp struct {
	Start, Increment int64 // sequences
	Samples          int64
}

// Evaluation runs a number of global batches forward at an interval of steps.
type Evaluation struct {
	Every, Batches int64
}

// Check rejects an incomplete schedule.
func (s *Schedule) Check() error {
	r, e := &s.RampUp, &s.Evaluation
	switch {
	case r.Start < 0 || r.Increment < 0 || r.Samples < 0 || (*r != RampUp{} && (r.Start == 0 || r.Increment == 0 || r.Samples == 0)):
		return note.FieldError("rampup-batch-size", "ramp-up.incomplete", r.Start, r.Increment, r.Samples)
	case e.Every < 0 || e.Batches < 0 || (e.Every == 0) != (e.Batches == 0):
		return note.FieldError("eval-every", "evaluation.incomplete", e.Batches, e.Every)
	}
	return nil
}

// lost returns the time that smaller batches cost:
//
//	sum over batches b of samples_b (step(b)/b - step(B)/B)
//
// where every batch gets an equal part of the samples, in whole steps.
func (r RampUp) lost(p *train.Prepared, e *train.Estimate) (quantity.Seconds, error) {
	if r == (RampUp{}) {
		return 0, nil
	}
	plan := e.Plan
	full, unit := plan.GlobalBatch, int64(plan.DP)*int64(plan.MicroBatch)
	switch {
	case r.Start >= full || (full-r.Start)%r.Increment != 0:
		return 0, note.FieldError("rampup-batch-size", "ramp-up.does-not-reach-batch", r.Start, r.Increment, full)
	case r.Start%unit != 0 || r.Increment%unit != 0:
		return 0, note.FieldError("rampup-batch-size", "ramp-up.must-divide-into-micro-batches", r.Start, r.Increment, plan.DP, plan.MicroBatch, unit)
	case float64(r.Samples) > p.Samples(&plan):
		return 0, note.FieldError("rampup-batch-size", "ramp-up.longer-than-run", r.Samples, p.Samples(&plan))
	}
	each := float64(r.Samples) / float64((full-r.Start)/r.Increment)
	lost := quantity.Seconds(0)
	for b := r.Start; b < full; b += r.Increment {
		plan.GlobalBatch = b
		step, err := p.Evaluate(&plan)
		if err != nil {
			return 0, err
		}
		lost += quantity.Seconds(math.Ceil(each/float64(b)))*step.Time.Step - quantity.Seconds(each/float64(full))*e.Time.Step
	}
	return max(lost, 0), nil
}

// times returns the time of all evaluations, and that of one batch.
func (v Evaluation) times(p *train.Prepared, e *train.Estimate) (all, batch quantity.Seconds) {
	if v == (Evaluation{}) {
		return 0, 0
	}
	batch = p.ForwardStep(e)
	return quantity.Seconds(float64(int64(e.Time.Steps)/v.Every)*float64(v.Batches)) * batch, batch
}

// Course is what a run has besides its full steps: its schedule, its
// interruptions, and the overrun of comparable runs.
type Course struct {
	Reliability Reliability
	Schedule    Schedule
	// Situation selects the overrun; the zero value has none.
	Situation efficiency.Match
	// Overruns replaces the embedded constants of overruns; nil keeps them.
	Overruns *efficiency.File
	// Environment is what a run of reinforcement learning acts in; nil is none.
	Environment *Environment
}

// overrun returns the overrun of a planned run on the devices of p. below and
// above are the half-widths of the step's band as logarithms.
func (c *Course) overrun(p *train.Prepared, planned quantity.Seconds, below, above float64) Overrun {
	if c.Environment != nil {
		o, _ := EnvironmentOverrun()
		return o
	}
	if c.Situation == (efficiency.Match{}) {
		return Overrun{1, math.Exp(-below), math.Exp(above)}
	}
	return OverrunOf(c.overruns(), &c.Situation, p.Cluster.Device, planned, below, above)
}

// overruns returns the constants of overruns.
func (c *Course) overruns() *efficiency.File {
	if c.Overruns != nil {
		return c.Overruns
	}
	return DefaultOverruns()
}

// OverrunSource says what the overrun rests on.
func (c *Course) OverrunSource() string {
	if c.Environment != nil {
		_, source := EnvironmentOverrun()
		return source
	}
	return c.overruns().Source
}

// uninterrupted returns the run before interruptions. batch is the time of one
// batch of an evaluation.
func (c *Course) uninterrupted(p *train.Prepared, e *train.Estimate) (u Uninterrupted, batch quantity.Seconds, err error) {
	u = Uninterrupted{Ideal: e.Time.Run, Devices: p.Devices(), Checkpoint: e.Storage.Checkpoint, HostLink: p.Cluster.Device.HostLink.Bandwidth}
	if c.Reliability.Async && u.HostLink <= 0 {
		return u, 0, note.FieldError("async-checkpoint", "checkpoint.no-host-link", p.Cluster.Device.ID)
	}
	if u.RampUp, err = c.Schedule.RampUp.lost(p, e); err != nil {
		return u, 0, err
	}
	u.Evaluation, batch = c.Schedule.Evaluation.times(p, e)
	return u, batch, nil
}

// Expected returns the run of an estimate of p with the band of its steps, its
// interruptions and its schedule; a single step is unchanged. batch is the time
// of one batch of an evaluation. It returns an error for a schedule that does
// not fit the plan.
func (c *Course) Expected(p *train.Prepared, e *train.Estimate) (g Goodput, batch quantity.Seconds, err error) {
	t := &e.Time
	if p.Workload.Tokens == 0 {
		return Goodput{Share: 1, Ideal: t.Run, Run: t.Run, RunLow: t.RunLow, RunHigh: t.RunHigh, DeviceHours: t.DeviceHours, Cost: e.Cost, Energy: e.Energy}, 0, nil
	}
	if c.Environment != nil {
		acted := *e
		c.Environment.Timed(p, &acted)
		e, t = &acted, &acted.Time
	}
	u, batch, err := c.uninterrupted(p, e)
	if err != nil {
		return Goodput{}, 0, err
	}
	g = c.Reliability.Goodput(u)
	g.Planned, g.Overrun = g.Run, c.overrun(p, g.Run, math.Log(float64(t.Step/t.StepLow)), math.Log(float64(t.StepHigh/t.Step)))
	o := &g.Overrun
	g.Run, g.RunLow, g.RunHigh = g.Planned*quantity.Seconds(o.Median), g.Planned*quantity.Seconds(o.Low), g.Planned*quantity.Seconds(o.High)
	g.DeviceHours *= o.Median
	g.Cost, g.Energy = p.Bill(g.DeviceHours, g.Run, g.RunLow, g.RunHigh)
	return g, batch, nil
}

// LongestStep returns the longest step with which a number of steps on p's
// devices finishes within a time with a probability between 0 and 1, without
// ramp-up and evaluation; 0 if none does. It is an upper bound for a
// probability above one half: a step with a wider band than usual leaves less.
func (c *Course) LongestStep(p *train.Prepared, steps float64, within quantity.Seconds, chance float64) quantity.Seconds {
	var s train.Storage
	p.Storage(&s)
	u := Uninterrupted{Devices: p.Devices(), Checkpoint: s.Checkpoint, HostLink: p.Cluster.Device.HostLink.Bandwidth}
	low, high := quantity.Seconds(0), within
	for range 64 { // the expected time rises with the ideal one
		u.Ideal = (low + high) / 2
		planned := c.Reliability.Goodput(u).Run
		if planned*quantity.Seconds(c.overrun(p, planned, 0, 0).At(chance)) <= within {
			low = u.Ideal
		} else {
			high = u.Ideal
		}
	}
	return low / quantity.Seconds(steps)
}
