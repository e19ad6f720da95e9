package sizing

import (
	"math/bits"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// Open fills in whatever the question leaves open but the layout, and prepares
// it for a search on so many devices. The answer has notes of what was chosen
// and no estimate yet.
func (q Request) Open(count int) (*Answer, error) {
	a, err := q.begin()
	if err != nil {
		return nil, err
	}
	if q.Workload.Batch == 0 {
		q.Workload.Batch = roundBatch(q.batchFor(1))
		a.Notes.Say("batch.default", "", q.Workload.Batch, quantity.Tokens(q.Workload.Batch*q.Workload.Seq))
	}
	cluster, err := hardware.NewCluster(q.Device, count, q.Options...)
	if err != nil {
		return nil, err
	}
	a.Prepared, err = q.prepare(cluster)
	return a, err
}

// roundBatch rounds a batch up by less than an eighth so that powers of two of
// data-parallel ranks divide it: 1562 sequences become 1664, 13 times 128.
func roundBatch(n int64) int64 {
	if n < 16 {
		return n
	}
	unit := int64(1) << (bits.Len64(uint64(n)) - 4)
	return (n + unit - 1) / unit * unit
}

// Conclude gives the answer its estimate, made on the devices of p, and the
// notes of what that rests on. It returns an error for a run that the plan
// cannot do, such as batches that its ranks do not divide.
func (a *Answer) Conclude(p *train.Prepared, e *train.Estimate) error {
	a.Prepared, a.Estimate = p, *e
	a.Notes = append(a.Notes, p.Notes(e)...)
	a.concludeActing()
	a.Data.Timed(&a.Estimate.Time)
	return a.wholeRun(p, &a.Estimate)
}
