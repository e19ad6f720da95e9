package sizing

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
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
	list := a.explainAgent()
	if list == nil {
		list = append(list, note.Derive("run.ideal", "ideal", "", g.Ideal, note.In("steps", e.Time.Steps), note.In("step", note.Fine(e.Time.Step))))
	}
	if l.Startup > 0 {
		list = append(list, note.Derive("run.start-up", "start-up", r.Source, l.Startup, note.In("start-up", r.Startup)))
	}
	if ramp := a.course.Schedule.RampUp; l.RampUp > 0 {
		list = append(list, note.Derive("run.ramp-up", "batch ramp-up", "NVIDIA/Megatron-LM@d98e8a6 megatron/core/num_microbatches_calculator.py:66", l.RampUp,
			note.In("first batch", ramp.Start), note.In("increment", ramp.Increment), note.In("global batch", e.Plan.GlobalBatch), note.In("samples", ramp.Samples)))
	}
	if v := a.course.Schedule.Evaluation; v.Every > 0 && l.Evaluation > 0 {
		list = append(list, note.Derive("run.evaluation", "evaluation", "the forward part of the step's terms", l.Evaluation,
			note.In("evaluations", int64(e.Time.Steps)/v.Every), note.In("batches", v.Batches), note.In("forward pass", note.Fine(a.evaluationBatch))))
	}
	if l.Checkpoint > 0 {
		list = append(list, a.explainCheckpoints())
	}
	if l.Rework > 0 {
		list = append(list, a.explainRework())
	}
	if l.Restart > 0 {
		list = append(list, note.Derive("run.restarts", "restarts", r.Source, l.Restart, note.In("failures", g.Failures), note.In("restart", note.Fine(r.Restart))))
	}
	list = append(list, note.Derive("run.planned", "as planned", "", g.Planned, note.In("percent of goodput", 100*g.Share)),
		note.Derive("run.expected", "expected", a.course.OverrunSource(), g.Run, note.In("as planned", note.Fine(g.Planned)), note.In("overrun", g.Overrun.Median)))
	return append(list, a.ExplainBill(g.DeviceHours, &g.Cost, &g.Energy, "cost", "energy", "CO2")...)
}

// explainCheckpoints derives what saving checkpoints takes of the run.
func (a *Answer) explainCheckpoints() note.Derivation {
	g, r := &a.Goodput, &a.course.Reliability
	rule, bandwidth := "run.checkpoints", r.WriteBandwidth
	if r.Async {
		rule, bandwidth = "run.checkpoints.async", a.Cluster.Device.HostLink.Bandwidth
	}
	return note.Derive(rule, "checkpoints", sourceGoodput, g.Losses.Checkpoint,
		note.In("work", note.Fine(work(g))), note.In("interval", note.Fine(g.Interval)), note.In("pause", note.Fine(g.Pause)),
		note.In("checkpoint", note.Decimal(a.Estimate.Storage.Checkpoint)), note.In("devices", a.Cluster.Count), note.In("bandwidth per device", bandwidth))
}

// explainRework derives what is computed again after failures.
func (a *Answer) explainRework() note.Derivation {
	g, r := &a.Goodput, &a.course.Reliability
	failures, interval := note.In("failures", g.Failures), note.In("interval", note.Fine(g.Interval))
	mtbf, devices := note.In("MTBF of a device", r.DeviceMTBF), note.In("devices", a.Cluster.Count)
	derive := func(rule string, inputs ...note.Input) note.Derivation {
		return note.Derive(rule, "rework", sourceGoodput, g.Losses.Rework, inputs...)
	}
	switch half := work(g) / 2; {
	case r.Async && g.Interval/2+g.Write > half:
		return derive("run.rework", failures, note.In("work", note.Fine(work(g))), mtbf, devices)
	case r.Async:
		return derive("run.rework.async", failures, interval, note.In("write", note.Fine(g.Write)), mtbf, devices)
	}
	return derive("run.rework", failures, interval, mtbf, devices)
}

// work is the time of a run in which a failure costs something.
func work(g *run.Goodput) quantity.Seconds {
	return g.Ideal + g.Losses.RampUp + g.Losses.Evaluation
}
