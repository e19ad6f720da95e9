package sizing

import (
	"math"
	"slices"

	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// What a training run takes for its global batch that names none.
const (
	defaultBatchTokens = 4 << 20
	defaultImageBatch  = 1024
	defaultTuningBatch = 16 // sequences
)

// batchTarget returns the global batch in sequences (or samples) that is wanted
// where none is given in sequences. It need not be whole.
func (q *Request) batchTarget() float64 {
	tokens := q.BatchTokens
	switch {
	case tokens > 0:
	case q.Workload.Method != train.Pretrain:
		return defaultTuningBatch
	case !q.Model.PerToken():
		return defaultImageBatch
	case q.Published.BatchTokens > 0:
		tokens = q.Published.BatchTokens
	default:
		tokens = defaultBatchTokens
	}
	return max(float64(tokens)/float64(q.Workload.Seq), 1)
}

// batches lists the global batches that the request allows on a number of
// devices, the most wanted first: the one in sequences, or those that are near
// the target and divide well. Where nobody gave a batch and none of those has a
// layout, wider is the next that all devices share.
func (q *Request) batches(devices int) (list []int64, wider int64) {
	if q.Workload.Batch > 0 {
		return []int64{q.Workload.Batch}, 0
	}
	target := q.batchTarget()
	list = search.NearBatches(target, devices, q.batchUnit())
	if q.BatchTokens == 0 {
		ranks := q.batchUnit()
		if q.Plan.DP == 0 {
			ranks *= int64(devices)
		}
		return list, int64(math.Ceil(target/float64(ranks))) * ranks
	}
	if len(list) == 0 { // and no layout, which says why
		list = append(list, max(int64(math.Round(target)), 1))
	}
	return list, 0
}

// batchUnit returns the sequences that a micro-batch has over all ranks, as far
// as the layout is fixed.
func (q *Request) batchUnit() int64 {
	return int64(max(q.Plan.DP, 1)) * int64(max(q.Plan.MicroBatch, 1))
}

// divisibleBatch returns the batch that divides best of those that the request
// allows on a number of devices.
func (q *Request) divisibleBatch(devices int) int64 {
	list, wider := q.batches(devices)
	if len(list) == 0 {
		return wider
	}
	return list[len(list)-1]
}

// checkBatch returns an error for a batch in tokens that no plan can have.
func (q *Request) checkBatch() error {
	w, m := &q.Workload, q.Model
	if q.BatchTokens == 0 {
		return nil
	}
	if !m.PerToken() {
		return note.FieldError("batch-tokens", "request.batch-is-in-samples", m.Name, note.Word(m.Unit))
	}
	if n := int64(q.BatchTokens) / w.Seq; w.Batch == 0 && n > model.MaxDim {
		return note.FieldError("batch-tokens", "request.batch-out-of-range", q.BatchTokens, n, w.Seq, int64(model.MaxDim))
	}
	return nil
}

// noteBatch says which global batch was taken where the request gives none in
// sequences.
func (q *Request) noteBatch(a *Answer, batch int64) {
	tokens := quantity.Tokens(batch * q.Workload.Seq)
	switch {
	case q.Workload.Batch > 0 || q.BatchTokens > 0 && tokens == q.BatchTokens:
	case q.BatchTokens > 0:
		a.Notes.Say("batch.taken", "", q.BatchTokens, batch, tokens, note.Change(float64(tokens)/float64(q.BatchTokens)-1))
	case q.Model.PerToken():
		a.Notes.Say("batch.default", "", batch, tokens)
	default:
		a.Notes.Say("batch.samples", "", batch, q.Model.Unit)
	}
}

// dividesBadly is the share of the time per sample that another batch within
// 5 % must save for an answer to name it.
const dividesBadly = 0.05

// noteDivision says of a batch in sequences that few layouts divide what the
// best near it would take, laid out in the same freedom.
func (q *Request) noteDivision(a *Answer, p *train.Prepared, e *train.Estimate) {
	batch := q.Workload.Batch
	if batch == 0 || !q.searched() || !e.Memory.Fits {
		return
	}
	list := search.NearBatches(float64(batch), p.Cluster.Count, q.batchUnit())
	list = slices.DeleteFunc(list, func(n int64) bool { return n == batch })
	if len(list) == 0 {
		return
	}
	g := q.goal(search.Goal{})
	g.Sure = e.Memory.Verdict == train.FitsSurely
	g.Batches = func(int) ([]int64, int64) { return list, 0 }
	f, ok := g.At(p, p.Devices())
	if !ok || perSample(&f.Plans[0]) > (1-dividesBadly)*perSample(e) {
		return
	}
	better := &f.Plans[0]
	values := []any{batch, better.Plan.GlobalBatch, note.Change(float64(better.Plan.GlobalBatch)/float64(batch) - 1), q.Model.Unit, q.perMillion(better), q.perMillion(e)}
	now, err := a.Expected(p, e)
	then, err2 := a.Expected(f.Prepared, better)
	if p.Workload.Tokens == 0 || err != nil || err2 != nil || now.Share == 0 || then.Share == 0 {
		a.Notes.Say("batch-division.step", "", values...)
		return
	}
	a.Notes.Say("batch-division.run", "", append(values, then.Run, now.Run)...)
}

// perMillion returns the time of a million tokens (or samples).
func (q *Request) perMillion(e *train.Estimate) quantity.Seconds {
	return perSample(e) / quantity.Seconds(q.Workload.Seq) * 1e6
}
