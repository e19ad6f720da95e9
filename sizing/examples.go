package sizing

import (
	"fmt"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// chooseExamples settles how the examples are read, before the sequence
// length is: padded examples have one of their own.
func (q *Request) chooseExamples(a *Answer) error {
	x := &q.Examples
	if *x == (run.Examples{}) {
		return nil
	}
	if x.Epochs == 0 {
		x.Epochs = 1
		a.note("epochs", "epochs not given: 1", "未指定轮数：1", "")
	}
	if err := x.Check(q.Model); err != nil {
		return err
	}
	if !q.Model.PerToken() {
		return nil
	}
	if x.Packing == run.StackPacking {
		stack := q.Stack
		if stack == nil {
			stack = train.StackFor(q.Model, &q.Workload, q.Device)
		}
		var source string
		x.Packing, source = run.DefaultPacking(stack)
		a.note("packing", fmt.Sprintf("packing not given: %s, as %s does unless it is told otherwise", x.Packing, stack.Name),
			fmt.Sprintf("未指定样例的组织方式：%s（%s 的默认行为）", x.Packing.Chinese(), stack.Name), source)
	}
	if x.Packing == run.Padded && q.Workload.Seq == 0 {
		q.Workload.Seq = x.Tokens
		if c := q.Model.Context; c > 0 {
			q.Workload.Seq = min(x.Tokens, c)
		}
		a.note("seq", fmt.Sprintf("sequence length not given: %d, that of an average example; examples of different lengths are padded to the longest of their micro-batch, which is not counted", q.Workload.Seq),
			fmt.Sprintf("未指定序列长度：取平均样例长 %d；长短不一的样例会补齐到微批次中最长者，此处不计", q.Workload.Seq), "")
	}
	return nil
}

// mostTokens bounds what the examples of a run come to, far above any run and
// below what an int64 holds.
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
		a.note("data", fmt.Sprintf("examples of %d tokens are cut to sequences of %d", x.Tokens, w.Seq),
			fmt.Sprintf("长 %d 的样例截断为 %d", x.Tokens, w.Seq), "")
	case x.Packing == run.Padded && x.Tokens < w.Seq:
		a.note("data", fmt.Sprintf("every example is padded from %d tokens to %d; software that pads to the longest of a micro-batch computes less (leave out --seq for that)", x.Tokens, w.Seq),
			fmt.Sprintf("每个样例从 %d 补齐到 %d；若只补齐到微批次中最长者则更少（不指定 --seq 即可）", x.Tokens, w.Seq), "")
	case x.Packing == run.Packed:
		a.note("data", fmt.Sprintf("examples are joined to full sequences of %d; packers that keep examples whole leave some per cent empty", w.Seq),
			fmt.Sprintf("样例拼接为长 %d 的完整序列；不切分样例的打包方式会留出百分之几的空位", w.Seq), "")
	}
	return nil
}
