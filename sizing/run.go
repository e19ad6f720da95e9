package sizing

import (
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// Expected returns the run of an estimate of p with the band of its steps and
// the answer's interruptions and schedule; a single step is unchanged. It
// returns an error for a schedule that does not fit the plan.
func (a *Answer) Expected(p *train.Prepared, e *train.Estimate) (run.Goodput, error) {
	g, _, err := a.course.Expected(p, e)
	return g, err
}

// LongestStep returns the longest step with which a number of steps on p's
// devices finishes within a time with a probability between 0 and 1, without
// ramp-up and evaluation; 0 if none does.
func (a *Answer) LongestStep(p *train.Prepared, steps float64, within quantity.Seconds, chance float64) quantity.Seconds {
	return a.course.LongestStep(p, steps, within, chance)
}

// situation is the key of the run's overrun. The default framework of adapters
// and other fine-tuning is the one that people use, and so counts as named.
func (q *Request) situation() efficiency.Match {
	p := &q.Fixed.Plan
	reached := q.Workload.MFU > 0 // by some layout and software
	layout := p.TP > 0 || p.PP > 0 || p.DP > 0 || reached
	software := q.Stack != nil || q.Workload.Method != train.Pretrain || reached
	return run.Situation(q.Model, q.Device, q.Published.Year, run.Given(layout, software))
}

// wholeRun fills in the expected run.
func (a *Answer) wholeRun(p *train.Prepared, e *train.Estimate) (err error) {
	if a.Goodput, a.evaluationBatch, err = a.course.Expected(p, e); err == nil && p.Workload.Tokens > 0 {
		a.noteRun(e)
	}
	return err
}

// noteRun says what the goodput depends on.
func (a *Answer) noteRun(e *train.Estimate) {
	r, g := &a.course.Reliability, &a.Goodput
	switch {
	case g.Share == 0:
		a.Notes.Say("interruptions.stuck", r.Source, r.DeviceMTBF, r.Restart)
		return
	case r.Async:
		a.Notes.Say("interruptions.async", r.Source, r.DeviceMTBF, r.Startup, r.Restart, note.Decimal(e.Storage.Checkpoint), g.Write, g.Interval, g.Pause, note.Rare(g.Failures))
	default:
		a.Notes.Say("interruptions.waited", r.Source, r.DeviceMTBF, r.Startup, r.Restart, note.Decimal(e.Storage.Checkpoint), g.Write, g.Interval, note.Rare(g.Failures))
	}
	o := &g.Overrun
	if a.agent != nil {
		a.Notes.Say("expected.agent", a.course.OverrunSource(), len(run.EnvironmentRuns()), o.Median, o.Low, o.High, g.Planned)
	} else {
		a.Notes.Say("expected", a.course.OverrunSource(), o.Median, o.Low, o.High, g.Planned)
	}
	if a.course.Schedule.Evaluation == (run.Evaluation{}) {
		a.Notes.Say("evaluation", "")
	}
}
