package sizing

import (
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// Expected returns the run of an estimate that p made with the band of its
// steps, and with the answer's interruptions and schedule; a step alone is as it
// is. It returns an error for a schedule that the plan cannot keep.
func (a *Answer) Expected(p *train.Prepared, e *train.Estimate) (run.Goodput, error) {
	g, _, err := a.course.Expected(p, e)
	return g, err
}

// LongestStep returns the longest step with which so many steps on p's devices
// are done within a time with some chance between 0 and 1, ramp-up and evaluation
// not counted; 0 where none is short enough.
func (a *Answer) LongestStep(p *train.Prepared, steps float64, within quantity.Seconds, chance float64) quantity.Seconds {
	return a.course.LongestStep(p, steps, within, chance)
}

// situation is what the overrun of the run is chosen by. Software for adapters
// and other tuning is what people tune with, and so counts as named.
func (q *Request) situation() efficiency.Match {
	p := &q.Fixed.Plan
	layout := p.TP > 0 || p.PP > 0 || p.DP > 0
	software := q.Stack != nil || q.Workload.Method != train.Pretrain
	return run.Situation(q.Model, q.Device, q.Published.Year, run.Given(layout, software))
}

// wholeRun fills in the run with its interruptions.
func (a *Answer) wholeRun(p *train.Prepared, e *train.Estimate) (err error) {
	if a.Goodput, a.evaluationBatch, err = a.course.Expected(p, e); err == nil && p.Workload.Tokens > 0 {
		a.noteRun(e)
	}
	return err
}

// noteRun says what the goodput rests on.
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
	a.Notes.Say("expected", a.course.OverrunSource(), o.Median, o.Low, o.High, g.Planned)
	if a.course.Schedule.Evaluation == (run.Evaluation{}) {
		a.Notes.Say("evaluation", "")
	}
}
