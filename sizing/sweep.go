package sizing

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/run"
)

// CostSweep fills in the cost of the request's sweep. Concurrent trials have a
// part of the devices each, and a layout of their own there with the batch of
// the run.
func (q Request) CostSweep(a *Answer) error {
	s := q.Sweep
	if s.Trials == 0 {
		return nil
	}
	trial, devices := &a.Estimate, a.Cluster.Count
	if s.Parallel > 1 {
		if devices%s.Parallel != 0 {
			return note.FieldError("parallel-trials", "sweep.trials-must-divide-devices", s.Parallel, devices)
		}
		devices /= s.Parallel
		part := q
		part.Sweep, part.Count, part.Stack = run.Sweep{}, devices, a.Stack()
		part.Plan.DP, part.ShardGroup = 0, option.Of[int]{} // what grows with the devices
		part.Workload.Batch = a.Estimate.Plan.GlobalBatch
		answer, err := Ask(part)
		if err != nil {
			return note.FieldError("parallel-trials", "sweep.trial-has-no-answer", devices, a.Cluster.Count, err)
		}
		trial = &answer.Estimate
	}
	a.Sweep = s.Cost(trial, devices)
	a.noteSweep()
	return nil
}

// noteSweep says how the trials run.
func (a *Answer) noteSweep() {
	s := &a.Sweep
	if s.Parallel > 1 {
		a.Notes.Say("sweep.parallel", "", s.Trials, s.Fraction, s.Parallel, s.Devices, a.Cluster.Count, s.Plan.String(), s.Rounds())
	} else {
		a.Notes.Say("sweep.serial", "", s.Trials, s.Fraction)
	}
	if !s.Memory.Fits {
		a.Notes.Say("sweep-memory", "", s.Devices, a.Cluster.Device.ID, s.Memory.Total, s.Memory.Device)
	}
}
