// Package export spells a plan as the arguments or the config file of a
// training framework, with the option names of one commit of it, and says what
// the framework cannot express or the plan does not know.
package export

import (
	"fmt"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/shell"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// Format is a framework.
type Format string

// The frameworks.
const (
	Megatron   Format = "megatron"
	Torchtitan Format = "torchtitan"
	DeepSpeed  Format = "deepspeed"
	Accelerate Format = "accelerate"
	MaxText    Format = "maxtext"
)

var formats = []Format{Megatron, Torchtitan, DeepSpeed, Accelerate, MaxText}

// Names lists the frameworks.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	return names
}

// ParseFormat reads a framework's name.
func ParseFormat(s string) (Format, error) {
	for _, f := range formats {
		if strings.EqualFold(strings.TrimSpace(s), string(f)) {
			return f, nil
		}
	}
	return "", text.UnknownFramework.Error(s, strings.Join(Names(), ", "))
}

// Stack is the name of the software that a framework's plans are estimated as.
func (f Format) Stack() string {
	switch f {
	case Megatron:
		return "megatron-core"
	case Accelerate:
		return "transformers-peft"
	}
	return string(f)
}

// Within leaves at 1 the dimensions of a plan that the framework's options do not
// have, or only beside others, unless they are fixed.
func (f Format) Within(p *train.Plan) {
	var without []*int
	switch f {
	case DeepSpeed:
		without = []*int{&p.TP, &p.PP, &p.CP, &p.EP}
	case Accelerate: // context parallelism only with FSDP
		without = []*int{&p.PP, &p.CP, &p.EP}
	}
	for _, n := range without {
		if *n == 0 {
			*n = 1
		}
	}
}

// StackOf is the software with those of its shardings that the framework's
// options can say: FSDP divides gradients along with the optimizer state.
func (f Format) StackOf(s *train.Stack) *train.Stack {
	if f != Accelerate {
		return s
	}
	c := *s
	c.Shardings = slices.DeleteFunc(slices.Clone(s.Shardings), func(s train.Sharding) bool { return s == train.Zero1 })
	return &c
}

// Plan is a plan with the model, workload and cluster that it is for.
type Plan struct {
	*train.Prepared
	Estimate *train.Estimate
	Schedule run.Schedule
	Lang     text.Lang // of comments
}

// Result is a plan for a framework.
type Result struct {
	Text string
	// Upstream is the repository and commit whose option names it uses.
	Upstream string
	// Left is what the framework cannot express, or what the plan does not
	// decide. Text holds it as comments, unless its format has none.
	Left     []string
	Comments bool
}

// Write spells the plan for a framework. It returns an error with the reason for
// a plan or a model that the framework's options cannot say, for a launch without
// it would train something else.
func Write(f Format, p Plan) (Result, error) {
	w := &writer{Plan: p, plan: p.Estimate.Plan, shape: dimensionsOf(p.Model())}
	w.arch = architectureOf(p.Model(), &w.shape)
	if err := w.refuse(f); err != nil {
		return Result{}, err
	}
	var r Result
	switch f {
	case Megatron:
		r = w.megatron()
	case Torchtitan:
		r = w.torchtitan()
	case DeepSpeed:
		r = w.deepSpeed()
	case Accelerate:
		r = w.accelerate()
	case MaxText:
		r = w.maxText()
	}
	r.Left = w.left
	if r.Comments {
		r.Text = w.header(r.Upstream) + r.Text
	}
	return r, nil
}

// writer collects what a plan leaves.
type writer struct {
	Plan
	plan  train.Plan
	shape dimensions
	arch  *architecture // nil: not known
	left  []string
}

// leave notes what cannot be expressed.
func (w *writer) leave(t text.Text, args ...any) {
	w.left = append(w.left, t.Form(w.Lang, args...))
}

// header is the comment at the top: what it is, for which version, and what is
// left.
func (w *writer) header(upstream string) string {
	var b strings.Builder
	comment := func(t text.Text, args ...any) { b.WriteString("# " + t.Form(w.Lang, args...) + "\n") }
	comment(text.OnSays, w.Model().Name, w.Cluster, w.plan.String())
	comment(text.ExportedBy, w.Stack().Title, upstream)
	for _, s := range w.left {
		comment(text.ExportLeft, s)
	}
	return b.String()
}

// option is a name with its value; "" is a switch. A value of several words is
// as many words of the shell.
type option struct {
	name, value string
	words       bool
}

// options is a list of them in order.
type options []option

func (o *options) add(name string, value any) {
	*o = append(*o, option{name: name, value: fmt.Sprint(value)})
}

func (o *options) addWords(name string, words []string) {
	*o = append(*o, option{name: name, value: strings.Join(words, " "), words: true})
}

// steps is the length of the run in optimizer steps, 0 if it is not given.
func (w *writer) steps() int64 {
	if w.Workload.Tokens == 0 {
		return 0
	}
	return int64(w.Estimate.Time.Steps)
}

// asLines joins a command and its options, a line each.
func asLines(command string, prefix string, list options) string {
	lines := []string{command}
	for _, o := range list {
		line := prefix + o.name
		switch {
		case o.words:
			line += " " + o.value
		case o.value != "":
			line += " " + quote(o.value)
		}
		lines = append(lines, line)
	}
	return shell.Lines(lines) + "\n"
}

// quote protects a value from the shell.
func quote(s string) string {
	if strings.HasPrefix(s, `"$`) {
		return s // a variable of the shell
	}
	return shell.Word(s)
}

// launch is torchrun over the nodes of the cluster.
func (w *writer) launch(script string) string {
	per := min(w.Cluster.DevicesPerNode, w.Cluster.Count)
	return fmt.Sprintf("torchrun --nproc-per-node %d --nnodes %d --node-rank \"$NODE_RANK\" --master-addr \"$MASTER_ADDR\" %s", per, w.Cluster.Nodes(), script)
}

// dtype is the name of the compute format in PyTorch and JAX.
func (w *writer) dtype() string {
	switch w.Workload.Precision {
	case train.FP16:
		return "float16"
	case train.TF32, train.FP32:
		return "float32"
	}
	return "bfloat16"
}
