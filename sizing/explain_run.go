package sizing

import (
	"fmt"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

const sourceGoodput = "J. W. Young, CACM 17 (1974) 530; J. T. Daly, FGCS 22 (2006) 303"

// Explain derives every term of the answer's estimate and of its run.
func (a *Answer) Explain() []note.Derivation {
	return append(append(a.Prepared.Explain(&a.Estimate), a.explainGoodput()...), a.explainDistillation()...)
}

// explainGoodput derives the expected time of the run, a line for each loss.
func (a *Answer) explainGoodput() []note.Derivation {
	g, r, e := &a.Goodput, &a.course.Reliability, &a.Estimate
	if a.Workload.Tokens == 0 || g.Share == 0 {
		return nil
	}
	l := &g.Losses
	list := []note.Derivation{{Group: "run", Name: "ideal", Formula: "steps x step", Numbers: fmt.Sprintf("%.0f x %s", e.Time.Steps, note.InSeconds(float64(e.Time.Step))), Value: g.Ideal.String(), Source: ""}}
	add := func(name string, t quantity.Seconds, formula, numbers, source string) {
		if t > 0 {
			list = append(list, note.Derivation{Group: "run", Name: name, Formula: formula, Numbers: numbers, Value: t.String(), Source: source})
		}
	}
	add("start-up", l.Startup, "scheduling, compilation and first data, once", "as long as "+r.Startup.String(), r.Source)
	ramp := a.course.Schedule.RampUp
	add("batch ramp-up", l.RampUp, "samples of each smaller batch x (its step / it - step / full batch)",
		fmt.Sprintf("from %d by %d to %d over %d samples", ramp.Start, ramp.Increment, e.Plan.GlobalBatch, ramp.Samples), "NVIDIA/Megatron-LM megatron/core/num_microbatches_calculator.py")
	if v := a.course.Schedule.Evaluation; v.Every > 0 {
		add("evaluation", l.Evaluation, "evaluations x batches x forward pass of a batch",
			fmt.Sprintf("%d x %d x %s", int64(e.Time.Steps)/v.Every, v.Batches, note.InSeconds(float64(a.evaluationBatch))), "the forward part of the step's terms")
	}
	work := g.Ideal + l.RampUp + l.Evaluation
	pause := fmt.Sprintf("%s / (%d x %s/s)", e.Storage.Checkpoint.Decimal(), a.Cluster.Count, quantity.Bytes(r.WriteBandwidth).Decimal())
	if r.Async {
		pause = fmt.Sprintf("%s / (%d x %s/s to the host)", e.Storage.Checkpoint.Decimal(), a.Cluster.Count, quantity.Bytes(a.Cluster.Device.HostLink.Bandwidth).Decimal())
	}
	add("checkpoints", l.Checkpoint, "work / interval x pause, interval = sqrt(2 pause x MTBF) where none is given",
		fmt.Sprintf("%s / %s x %s, pause %s", note.InSeconds(float64(work)), note.InSeconds(float64(g.Interval)), note.InSeconds(float64(g.Pause)), pause), sourceGoodput)
	between := fmt.Sprintf("%s / %d devices", r.DeviceMTBF, a.Cluster.Count)
	lost := note.InSeconds(float64(g.Interval)) + " / 2"
	switch {
	case r.Async && g.Interval/2+g.Write > work/2:
		lost = note.InSeconds(float64(work)) + " / 2"
	case r.Async:
		lost += " + " + note.InSeconds(float64(g.Write))
	}
	add("rework", l.Rework, "failures x half an interval (and what was not yet written), at most half the work", fmt.Sprintf("%.4g x (%s), a failure in %s", g.Failures, lost, between), sourceGoodput)
	add("restarts", l.Restart, "failures x restart", fmt.Sprintf("%.4g x %s", g.Failures, note.InSeconds(float64(r.Restart))), r.Source)
	list = append(list, note.Derivation{Group: "run", Name: "expected", Formula: "sum of the lines above", Numbers: fmt.Sprintf("goodput %.1f %%", 100*g.Share), Value: g.Run.String(), Source: ""})
	if c := &g.Cost; c.PerHour > 0 {
		list = append(list, note.Derivation{Group: "cost", Name: "cost", Formula: "device-hours x price", Numbers: fmt.Sprintf("%.4g x %s", g.DeviceHours, c.PerHour), Value: c.USD.String(), Source: ""})
	}
	if d := a.Cluster.Device; d.Power > 0 {
		list = append(list, note.Derivation{Group: "cost", Name: "energy", Formula: "device-hours x rated power x PUE", Numbers: fmt.Sprintf("%.4g x %s x %.2f", g.DeviceHours, d.Power, a.Workload.PUE), Value: g.Energy.KWh.String(), Source: ""})
	}
	return list
}
