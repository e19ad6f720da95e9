package sizing

import (
	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// stack returns the stack of the request, or the one assumed for its task.
func (q *Request) stack() (*train.Stack, train.Assumption) {
	if q.Stack != nil {
		return q.Stack, train.Assumption{}
	}
	count := q.Count
	switch {
	case q.Fixed.OffloadOptimizer.Or(false) || q.Plan.OffloadInputs:
		count = 0 // which the stack of several cards can, on one card too
	case q.one:
		count = 1
	}
	return train.StackFor(q.Model, &q.Workload, q.Device, count)
}

// oneWillDo reports whether the number of devices is open and the model fits on
// one with the stack of a single device. The request then has that stack, and
// so the answer, of a request for one device.
func (q *Request) oneWillDo() bool {
	if q.Stack != nil || q.Count > 0 || !q.Device.Desktop() || q.leastDevices() > 1 {
		return false
	}
	single := *q
	single.Count = 1
	if _, err := single.begin(); err != nil {
		return false
	}
	cluster, err := hardware.NewCluster(q.Device, 1, q.Options...)
	if err != nil {
		return false
	}
	p, err := single.prepare(cluster)
	if err != nil {
		return false
	}
	f, err := single.layout(p)
	return err == nil && f.Plans[0].Memory.Verdict == train.FitsSurely
}

// chooseStack determines the stack, and says which one it is if the request
// does not name it, or names other software that it represents.
func (q *Request) chooseStack(a *Answer) {
	s, assumed := q.stack()
	a.StackAssumed = q.Stack == nil
	q.Stack = s
	if a.StackAssumed {
		a.Notes.Say("stack.assumed", assumed.Source, s.Name, note.Word("stack-for."+string(assumed.Task)))
	} else if alias := s.Alias; alias != nil {
		a.Notes.Say("stack.alias", alias.Source, alias.Name, s.Name, note.Word("stack-differs."+string(alias.Differs)))
	}
}
