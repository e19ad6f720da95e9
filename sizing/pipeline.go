package sizing

import "mlsizer/sizing/train"

// checkPipeline refuses a pipeline that the request fixes as a whole, stages,
// micro-batches and batch, where the framework does. Context parallelism, which
// nobody asked for, would launch it with other micro-batches than were meant.
func (q *Request) checkPipeline(p *train.Prepared) error {
	f := &q.Plan
	whole := f.TP > 0 && f.PP > 1 && f.VP > 0 && f.MicroBatch > 0 && q.Workload.Batch > 0
	if !whole || f.CP > 0 || f.DP > 0 {
		return nil
	}
	plan := q.Merged()
	plan.CP, plan.EP, plan.DP, plan.GlobalBatch = 1, max(f.EP, 1), max(p.Cluster.Count/(f.TP*f.PP), 1), q.Workload.Batch
	if err := p.Check(&plan); train.BreaksRule(err) {
		return err
	}
	return nil
}
