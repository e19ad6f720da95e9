package sizing

import (
	"fmt"

	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/run"
)

// CostSweep gives the answer the cost of its question's sweep. Trials that run at
// once have a part of the devices each, and a layout of their own there with
// the batch of the run.
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
		part.Sweep, part.Count = run.Sweep{}, devices
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
	how, zh := "one after the other on the same devices", "在相同设备上依次进行"
	if s.Parallel > 1 {
		how = fmt.Sprintf("%d at once, each on %d of the %d devices (%s), and up to %d after one another", s.Parallel, s.Devices, a.Cluster.Count, s.Plan.String(), s.Rounds())
		zh = fmt.Sprintf("同时进行 %d 次，每次占 %d 台设备中的 %d 台（%s），先后至多 %d 次", s.Parallel, a.Cluster.Count, s.Devices, s.Plan.String(), s.Rounds())
	}
	a.note("sweep", fmt.Sprintf("the search is %d trials of %.3g of the run each, %s; start-up and interruptions are not counted, and the final run comes on top", s.Trials, s.Fraction, how),
		fmt.Sprintf("搜索为 %d 次试验，每次为全程的 %.3g，%s；不计启动与中断，最终训练另计", s.Trials, s.Fraction, zh), "")
	if !s.Memory.Fits {
		a.note("sweep-memory", fmt.Sprintf("a trial does not fit on %d x %s: it needs %s of the %s that each has", s.Devices, a.Cluster.Device.ID, s.Memory.Total, s.Memory.Device),
			fmt.Sprintf("单次试验在 %d × %s 上放不下：每设备需 %s，容量 %s", s.Devices, a.Cluster.Device.ID, s.Memory.Total, s.Memory.Device), "")
	}
}
