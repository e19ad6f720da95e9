package sizing

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
)

// chooseExamples determines the packing, before the sequence length: padded
// examples have their own.
func (q *Request) chooseExamples(a *Answer) error {
	x := &q.Examples
	if *x == (run.Examples{}) {
		return nil
	}
	if x.Epochs == 0 {
		x.Epochs = 1
		a.Notes.Say("epochs", "")
	}
	if err := x.Check(q.Model); err != nil {
		return err
	}
	if !q.Model.PerToken() {
		return nil
	}
	if x.Packing == run.StackPacking {
		stack, _ := q.stack()
		var source string
		x.Packing, source = run.DefaultPacking(stack)
		a.Notes.Say("packing", source, note.Word("packing."+x.Packing.String()), stack.Name)
	}
	if x.Packing == run.Padded && q.Workload.Seq == 0 {
		q.Workload.Seq = x.Tokens
		if c := q.Model.Context; c > 0 {
			q.Workload.Seq = min(x.Tokens, c)
		}
		a.Notes.Say("seq.example", "", q.Workload.Seq)
	}
	return nil
}

// mostTokens bounds the tokens of a run's examples, far above any run and below
// the largest int64.
const mostTokens = 1e18

// countExamples turns the examples into the tokens of the run.
func (q *Request) countExamples(a *Answer) error {
	x, w := &q.Examples, &q.Workload
	if *x == (run.Examples{}) {
		return nil
	}
	if n := float64(x.Count) * max(x.Epochs, 1) * float64(max(x.Tokens, w.Seq)); n > mostTokens {
		return note.FieldError("examples", "examples.too-many-tokens", x.Count, n, mostTokens)
	}
	c := x.Sequences(w.Seq)
	w.Tokens = c.Computed
	w.Distinct = quantity.Tokens(x.Count * max(x.Tokens, 1))
	a.Data = c
	switch {
	case x.Packing == run.Padded && x.Tokens > w.Seq:
		a.Notes.Say("data.cut", "", x.Tokens, w.Seq)
	case x.Packing == run.Padded && x.Tokens < w.Seq:
		a.Notes.Say("data.padded", "", x.Tokens, w.Seq)
	case x.Packing == run.Packed:
		a.Notes.Say("data.packed", "", w.Seq)
	}
	return nil
}
