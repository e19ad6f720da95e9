package sizing

import (
	"fmt"

	"mlsizer/sizing/quantity"
)

// Schedule is what a run does besides full steps. The zero value is none.
//
// A warm-up of the learning rate is not part of it: its steps take as long as
// any other.
type Schedule struct {
	RampUp     RampUp
	Evaluation Evaluation
}

// RampUp grows the global batch from Start by Increment until it is the full
// one, after so many samples: Megatron's --rampup-batch-size.
// Source: NVIDIA/Megatron-LM megatron/core/num_microbatches_calculator.py
// (RampupBatchsizeNumMicroBatchesCalculator).
type RampUp struct {
	Start, Increment int64 // sequences
	Samples          int64
}

// Evaluation runs so many global batches forward every so many steps.
type Evaluation struct {
	Every, Batches int64
}

// check refuses a schedule that says half of something.
func (s *Schedule) check() error {
	r, e := &s.RampUp, &s.Evaluation
	switch {
	case r.Start < 0 || r.Increment < 0 || r.Samples < 0 || (*r != RampUp{} && (r.Start == 0 || r.Increment == 0 || r.Samples == 0)):
		return planError("rampup-batch-size", "a batch that grows from %d by %d over %d samples (want all three above 0)", r.Start, r.Increment, r.Samples)
	case e.Every < 0 || e.Batches < 0 || (e.Every == 0) != (e.Batches == 0):
		return planError("eval-every", "evaluation of %d batches every %d steps (want both above 0, or neither)", e.Batches, e.Every)
	}
	return nil
}

// rampUp returns what the run loses to its smaller batches:
//
//	sum over batches b of samples_b (step(b)/b - step(B)/B)
//
// where every batch gets an equal part of the samples, in whole steps.
func (p *Prepared) rampUp(e *Estimate, r RampUp) (quantity.Seconds, error) {
	if r == (RampUp{}) {
		return 0, nil
	}
	plan := e.Plan
	full, unit := plan.GlobalBatch, int64(plan.DP)*int64(plan.MicroBatch)
	switch {
	case r.Start >= full || (full-r.Start)%r.Increment != 0:
		return 0, planError("rampup-batch-size", "a batch that grows from %d by %d does not reach %d", r.Start, r.Increment, full)
	case r.Start%unit != 0 || r.Increment%unit != 0:
		return 0, planError("rampup-batch-size", "batches of %d and %d more do not divide into dp %d x micro-batch %d (want multiples of %d, or another --dp)", r.Start, r.Increment, plan.DP, plan.MicroBatch, unit)
	case float64(r.Samples) > p.samples(&plan):
		return 0, planError("rampup-batch-size", "a ramp-up of %d samples is longer than the run of %.0f", r.Samples, p.samples(&plan))
	}
	each := float64(r.Samples) / float64((full-r.Start)/r.Increment)
	lost := quantity.Seconds(0)
	for b := r.Start; b < full; b += r.Increment {
		plan.GlobalBatch = b
		step, err := p.Evaluate(&plan)
		if err != nil {
			return 0, err
		}
		lost += quantity.Seconds(ceil(each/float64(b)))*step.Time.Step - quantity.Seconds(each/float64(full))*e.Time.Step
	}
	return max(lost, 0), nil
}

// evaluation returns the time of the run's evaluations, and that of one batch.
func (p *Prepared) evaluation(e *Estimate, v Evaluation) (all, batch quantity.Seconds) {
	if v == (Evaluation{}) {
		return 0, 0
	}
	batch = p.forwardStep(e)
	return quantity.Seconds(float64(int64(e.Time.Steps)/v.Every)*float64(v.Batches)) * batch, batch
}

// forwardStep returns the time of a global batch that goes forward only, from
// the terms of a step: the forward part of every stage, the pipeline's fill,
// half its transfers, weights that are gathered, and no optimizer. Where the
// MFU is given the step's FLOPs decide. A teacher has no part in it.
func (p *Prepared) forwardStep(e *Estimate) quantity.Seconds {
	if p.Workload.MFU > 0 {
		perStep := e.Compute.Hardware * quantity.FLOPs(float64(e.Plan.GlobalBatch)/p.samples(&e.Plan))
		return (e.Time.Step - e.Time.Terms.Teacher) * quantity.Seconds(p.costs.fwd.total()*float64(e.Plan.GlobalBatch)/float64(perStep))
	}
	plan := e.Plan
	plan.Offload, plan.OffloadOptimizer, plan.OffloadInputs = 0, false, false
	var l layout
	l.init(p, &plan)
	var cache layers
	var a pace
	for s := range plan.PP {
		var st stage
		p.stageTime(&l, s, &cache, &st)
		st.backward, st.again = pass{}, pass{}
		a.add(&st, st.sum())
	}
	t := p.paceTerms(&l, &a)
	t.Pipeline /= 2
	t.Offload /= 2
	t.Optimizer, t.DataComm, t.Stragglers = 0, 0, 0
	if plan.Sharding == Zero3 && l.divides(a.params) {
		times := l.microBatches
		if plan.PP > 1 {
			times = 1 // weights stay gathered for all micro-batches of a step
		}
		gather := p.gatherTime(&l, a.params)
		t.DataComm = quantity.Seconds(times * p.timing.e.exposed(gather, a.slowest.forward.sum()))
	}
	return t.Sum() * quantity.Seconds(1+p.timing.e.Jitter*p.doublings())
}

// undisturbed puts the run together, before anything interrupts it.
func (a *Answer) undisturbed(p *Prepared, e *Estimate) (Undisturbed, error) {
	u := Undisturbed{Ideal: e.Time.Run, Devices: p.Cluster.Count, Checkpoint: e.Storage.Checkpoint, HostLink: p.Cluster.Device.HostLink.Bandwidth}
	if a.reliability.Async && u.HostLink <= 0 {
		return u, planError("async-checkpoint", "%s has no link to a host's own memory that is known, which takes the checkpoint", p.Cluster.Device.ID)
	}
	var err error
	if u.RampUp, err = p.rampUp(e, a.schedule.RampUp); err != nil {
		return u, err
	}
	u.Evaluation, a.evaluationBatch = p.evaluation(e, a.schedule.Evaluation)
	return u, nil
}

// Expected returns the run of an estimate that p made with the band of its
// steps, and with the answer's interruptions and schedule; a step alone is as it
// is. It returns an error for a schedule that the plan cannot keep.
func (a *Answer) Expected(p *Prepared, e *Estimate) (Goodput, error) {
	t := &e.Time
	if p.Workload.Tokens == 0 {
		return Goodput{Share: 1, Ideal: t.Run, Run: t.Run, RunLow: t.RunLow, RunHigh: t.RunHigh, DeviceHours: t.DeviceHours, Cost: e.Cost, Energy: e.Energy}, nil
	}
	u, err := a.undisturbed(p, e)
	if err != nil {
		return Goodput{}, err
	}
	r := &a.reliability
	at := func(step quantity.Seconds) Goodput {
		f := step / t.Step
		v := u
		v.Ideal, v.RampUp, v.Evaluation = u.Ideal*f, u.RampUp*f, u.Evaluation*f
		return r.Goodput(v)
	}
	g := r.Goodput(u)
	g.RunLow, g.RunHigh = at(t.StepLow).Run, at(t.StepHigh).Run
	g.Cost, g.Energy = p.bill(g.DeviceHours, g.Run, g.RunLow, g.RunHigh)
	return g, nil
}

// LongestStep returns the longest step with which so many steps on p's devices
// are expected to be done within a time, ramp-up and evaluation not counted; 0
// where none is short enough.
func (a *Answer) LongestStep(p *Prepared, steps float64, within quantity.Seconds) quantity.Seconds {
	var s Storage
	p.storage(&s)
	u := Undisturbed{Devices: p.Cluster.Count, Checkpoint: s.Checkpoint, HostLink: p.Cluster.Device.HostLink.Bandwidth}
	low, high := quantity.Seconds(0), within
	for range 64 { // the expected time rises with the ideal one
		u.Ideal = (low + high) / 2
		if a.reliability.Goodput(u).Run <= within {
			low = u.Ideal
		} else {
			high = u.Ideal
		}
	}
	return low / quantity.Seconds(steps)
}

// wholeRun fills in the run with its interruptions.
func (a *Answer) wholeRun(p *Prepared, e *Estimate) (err error) {
	if a.Goodput, err = a.Expected(p, e); err == nil && p.Workload.Tokens > 0 {
		a.noteRun(e)
	}
	return err
}

// noteRun says what the goodput rests on.
func (a *Answer) noteRun(e *Estimate) {
	r, g := &a.reliability, &a.Goodput
	if g.Share == 0 {
		a.note("interruptions", fmt.Sprintf("interruptions: at one failure a device in %s and %s to restart the run gets nowhere", r.DeviceMTBF, r.Restart),
			fmt.Sprintf("中断：每设备每 %s 故障一次、重启 %s，训练无法推进", r.DeviceMTBF, r.Restart), r.Source)
		return
	}
	how, howZH := "which the step waits for", "期间训练等待"
	if r.Async {
		how, howZH = fmt.Sprintf("behind a pause of %s to copy it to the host", g.Pause), fmt.Sprintf("训练仅为拷贝到主机暂停 %s", g.Pause)
	}
	a.note("interruptions", fmt.Sprintf("interruptions: a device fails once in %s, a start takes %s, a restart takes %s, a checkpoint of %s is written in %s every %s, %s: %.3g failures in the run",
		r.DeviceMTBF, r.Startup, r.Restart, e.Storage.Checkpoint.Decimal(), g.Write, g.Interval, how, g.Failures),
		fmt.Sprintf("中断：每设备每 %s 故障一次，启动 %s，重启 %s，每 %s 写一次 %s 的检查点（%s，%s）；全程约 %.3g 次故障",
			r.DeviceMTBF, r.Startup, r.Restart, g.Interval, e.Storage.Checkpoint.Decimal(), g.Write, howZH, g.Failures), r.Source)
	a.note("expected", "the run and the cost that are promised, and held against a time or a budget, are the expected ones, with start-up, evaluation and interruptions; those of the steps alone stand beside them (in JSON: goodput, and time, cost and energy)",
		"所承诺的、以及用于衡量期限与预算的全程时间与费用均为预期值，含启动、评估与中断；仅训练步的数字并列（JSON 中前者为 goodput，后者为 time、cost、energy）", "")
	if a.schedule.Evaluation == (Evaluation{}) {
		a.note("evaluation", "evaluation not given: none counted (--eval-every, --eval-batches)", "未指定评估：不计入（--eval-every、--eval-batches）", "")
	}
}
