package sizing

import (
	"fmt"

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
// are expected to be done within a time, ramp-up and evaluation not counted; 0
// where none is short enough.
func (a *Answer) LongestStep(p *train.Prepared, steps float64, within quantity.Seconds) quantity.Seconds {
	return a.course.LongestStep(p, steps, within)
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
	if a.course.Schedule.Evaluation == (run.Evaluation{}) {
		a.note("evaluation", "evaluation not given: none counted (--eval-every, --eval-batches)", "未指定评估：不计入（--eval-every、--eval-batches）", "")
	}
}
