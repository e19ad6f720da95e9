package sizing

import (
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// fillPostTraining chooses what post-training leaves open, and makes the workload
// that of the policy's update: its sequences, its batch and the examples of the run.
func (q *Request) fillPostTraining(a *Answer) error {
	if q.PostTrain == nil {
		return nil
	}
	w := &q.Workload
	if !q.Model.PerToken() || q.Model.Vocab == 0 {
		return note.FieldError("method", "posttrain.no-language-model", q.Model.Name)
	}
	if q.Distill != nil {
		return note.FieldError("teacher", "posttrain.no-teacher", q.PostTrain.Method)
	}
	s := q.PostTrain.Filled(w.Method.Adapts())
	if err := s.Check(w, q.Count); err != nil {
		return err
	}
	if s.Devices > 0 && q.Count == 0 {
		return note.FieldError("rollout-devices", "posttrain.split-needs-count", s.Devices)
	}
	q.PostTrain = &s
	if err := q.fillSequences(&s); err != nil {
		return err
	}
	if n := s.Method.Sequences(); n > 1 {
		a.Notes.Say("posttrain-pairs", "", n)
		w.Batch *= n
		q.Fixed.Plan.MicroBatch *= int(n)
	}
	return nil
}

// fillSequences sets the length of sequences, the batch and the examples in
// sequences.
func (q *Request) fillSequences(s *posttrain.Setup) error {
	w, x := &q.Workload, &q.Examples
	per := s.Method.Sequences()
	if s.Method.Online() {
		if w.Batch > 0 || q.BatchTokens > 0 {
			return note.FieldError("batch", "posttrain.batch-is-rollout", s.Sequences())
		}
		per, w.Batch = s.Group, s.Sequences()
	}
	if s.Tokens() > math.MaxInt32 || w.Batch > math.MaxInt32 {
		return note.FieldError("rollout-batch", "posttrain.too-many", w.Batch, s.Tokens())
	}
	if x.Count > 0 {
		if x.Count > mostTokens/per {
			return note.FieldError("examples", "examples.too-many-tokens", x.Count, float64(x.Count)*float64(per), mostTokens)
		}
		x.Count *= per
		if x.Tokens == 0 {
			x.Tokens = s.Tokens()
		}
		if x.Packing == run.StackPacking {
			x.Packing = run.Padded // answers are compared one by one
		}
	}
	if w.Seq == 0 {
		w.Seq = s.Tokens()
		if x.Tokens > 0 {
			w.Seq = x.Tokens
		}
	}
	return nil
}

// policyDevices is how many of the devices train the policy.
func (q *Request) policyDevices(count int) int {
	if q.PostTrain == nil {
		return count
	}
	return count - q.PostTrain.Devices
}

// takeApart fills in the parts of a step of post-training, and what follows from
// them: the band of the step, and whether every phase fits.
func (q *Request) takeApart(a *Answer, p *train.Prepared, e *train.Estimate) error {
	if q.PostTrain == nil {
		return nil
	}
	var err error
	if a.PostTrain, err = q.PostTrain.Apart(p, e); err != nil {
		return err
	}
	t := &e.Time
	t.StepLow, t.StepHigh = a.PostTrain.Low, a.PostTrain.High
	steps := quantity.Seconds(t.Steps)
	t.RunLow, t.RunHigh = t.StepLow*steps, t.StepHigh*steps
	e.Cost, e.Energy = p.Bill(t.DeviceHours, t.Run, t.RunLow, t.RunHigh)
	if !a.PostTrain.Fits {
		e.Memory.Fits, e.Memory.Verdict = false, train.DoesNotFit
	}
	a.Notes = append(a.Notes, a.PostTrain.Notes()...)
	return nil
}
