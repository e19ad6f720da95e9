package sizing

import (
	"mlsizer/hardware"
	"mlsizer/sizing/train"
)

// Open fills in whatever the question leaves open but the layout, and prepares
// it for a search on so many devices. The answer has notes of what was chosen
// and no estimate yet. Its global batch is one that the devices divide well;
// [Answer.Search] tries others near it.
func (q Request) Open(count int) (*Answer, error) {
	a, err := q.begin()
	if err != nil {
		return nil, err
	}
	cluster, err := hardware.NewCluster(q.Device, q.policyDevices(count), q.Options...)
	if err != nil {
		return nil, err
	}
	if a.Prepared, err = q.prepare(cluster); err != nil {
		return nil, err
	}
	if err := q.checkPipeline(a.Prepared); err != nil {
		return nil, err
	}
	a.Workload.Batch = q.divisibleBatch(q.policyDevices(count))
	return a, nil
}

// Conclude gives the answer its estimate, made on the devices of p, and the
// notes of what that rests on. It returns an error for a run that the plan
// cannot do, such as batches that its ranks do not divide.
func (a *Answer) Conclude(p *train.Prepared, e *train.Estimate) error {
	a.asked.noteBatch(a, e.Plan.GlobalBatch)
	return a.conclude(p, e)
}

func (a *Answer) conclude(p *train.Prepared, e *train.Estimate) error {
	a.Prepared, a.Estimate = p, *e
	if err := a.asked.takeApart(a, p, &a.Estimate); err != nil {
		return err
	}
	a.asked.noteDivision(a, p, e)
	a.Notes = append(a.Notes, p.Notes(&a.Estimate)...)
	a.concludeActing()
	a.Data.Timed(&a.Estimate.Time)
	return a.wholeRun(p, &a.Estimate)
}
