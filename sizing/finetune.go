package sizing

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"sync"

	"mlsizer/sizing/quantity"
)

// Packing says how examples become sequences.
type Packing uint8

// The ways.
const (
	StackPacking Packing = iota // as the software does where nothing is said
	Padded                      // a sequence for each example, filled up with padding
	Packed                      // examples joined to full sequences
	numPackings
)

var packingNames = [numPackings]string{"default", "padded", "packed"}

// String returns the name.
func (p Packing) String() string {
	if p < numPackings {
		return packingNames[p]
	}
	return fmt.Sprintf("Packing(%d)", uint8(p))
}

// MarshalText writes the name.
func (p Packing) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

func (p Packing) chinese() string {
	if p == Packed {
		return "拼接"
	}
	return "补齐"
}

// ParsePacking reads "padded" or "packed".
func ParsePacking(s string) (Packing, error) {
	p, err := byName(s, "packing", numPackings-1, func(p Packing) string { return (p + 1).String() })
	return p + 1, err
}

// Examples is the length of a run as fine-tuning gives it.
type Examples struct {
	Count int64 `json:"examples"`
	// Tokens is the average length of an example; 0 for a model that is
	// counted in samples.
	Tokens int64 `json:"example_tokens,omitempty"`
	// Epochs is how often the run sees each of them.
	Epochs  float64 `json:"epochs"`
	Packing Packing `json:"packing"`
}

// check refuses what is no data.
func (x *Examples) check(m *Model) error {
	switch {
	case x.Count < 1:
		return planError("examples", "%d examples (want at least 1)", x.Count)
	case m.PerToken() && (x.Tokens < 1 || x.Tokens > maxDim):
		return planError("example-tokens", "examples of %d tokens (want 1 to %d)", x.Tokens, int64(maxDim))
	case !m.PerToken() && x.Tokens > 0:
		return planError("example-tokens", "%s is counted in samples of one %s: an example is one", m.Name, m.Unit)
	case !m.PerToken() && x.Packing != StackPacking:
		return planError("packing", "%s is counted in samples of one %s: there is nothing to pack", m.Name, m.Unit)
	case !(x.Epochs > 0 && x.Epochs <= maxDim):
		return planError("epochs", "%v epochs (want a number above 0)", x.Epochs)
	case float64(x.Count)*x.Epochs < 1:
		return planError("epochs", "%v epochs of %d examples are less than one example", x.Epochs, x.Count)
	}
	return nil
}

// ExamplesCost is what the examples of a run become: with n examples of t
// tokens, sequences of s and e epochs
//
//	packed   sequences = ceil(n t / s)
//	padded   sequences = n, of which an example fills min(t, s)
//	computed = sequences x s x e,   useful = (n t, or n min(t, s) padded) x e
//
// Packing is taken as perfect: packers that keep examples whole leave some
// per cent of a sequence empty.
type ExamplesCost struct {
	Examples
	Sequences int64           `json:"sequences_per_epoch"`
	Computed  quantity.Tokens `json:"computed_tokens"`
	// Useful are the tokens that are none of padding, Share what they are of
	// the computed ones.
	Useful quantity.Tokens `json:"useful_tokens"`
	Share  float64         `json:"useful_share"`
	// Epoch is the time of one, with its 80 % band.
	Epoch     quantity.Seconds `json:"epoch_seconds"`
	EpochLow  quantity.Seconds `json:"epoch_low_seconds"`
	EpochHigh quantity.Seconds `json:"epoch_high_seconds"`
}

// sequences returns what the examples become at a sequence length.
func (x Examples) sequences(seq int64) ExamplesCost {
	if x.Tokens == 0 { // samples
		total := quantity.Tokens(math.Ceil(float64(x.Count) * x.Epochs))
		return ExamplesCost{Examples: x, Sequences: x.Count, Computed: total, Useful: total, Share: 1}
	}
	c := ExamplesCost{Examples: x, Sequences: x.Count}
	useful := float64(x.Count) * float64(min(x.Tokens, seq))
	if x.Packing == Packed {
		useful = float64(x.Count) * float64(x.Tokens)
		c.Sequences = int64(math.Ceil(useful / float64(seq)))
	}
	c.Computed = quantity.Tokens(math.Ceil(float64(c.Sequences)*x.Epochs)) * quantity.Tokens(seq)
	c.Useful = quantity.Tokens(math.Round(useful * x.Epochs))
	c.Share = float64(c.Useful) / float64(c.Computed)
	return c
}

//go:embed packing.json
var packingFile []byte

// packingDefault is how a stack's fine-tuning reads examples by default.
type packingDefault struct {
	Stack   string `json:"stack"`
	Packing string `json:"packing"`
	Source  string `json:"source"`
}

var packingDefaults = sync.OnceValue(func() []packingDefault {
	var list []packingDefault
	if err := json.Unmarshal(packingFile, &list); err != nil {
		panic("sizing: packing.json: " + err.Error())
	}
	return list
})

// defaultPacking returns how the stack reads examples where nothing is said.
func (s *Stack) defaultPacking() (p Packing, source string) {
	for _, d := range packingDefaults() {
		if d.Stack == s.Name {
			if d.Packing == Packed.String() {
				return Packed, d.Source
			}
			return Padded, d.Source
		}
	}
	return Padded, ""
}

// chooseExamples settles how the examples are read, before the sequence
// length is: padded examples have one of their own.
func (q *Question) chooseExamples(a *Answer) error {
	x := &q.Examples
	if *x == (Examples{}) {
		return nil
	}
	if x.Epochs == 0 {
		x.Epochs = 1
		a.note("epochs", "epochs not given: 1", "未指定轮数：1", "")
	}
	if err := x.check(q.Model); err != nil {
		return err
	}
	if !q.Model.PerToken() {
		return nil
	}
	if x.Packing == StackPacking {
		stack := q.Stack
		if stack == nil {
			stack = q.defaultStack()
		}
		var source string
		x.Packing, source = stack.defaultPacking()
		a.note("packing", fmt.Sprintf("packing not given: %s, as %s does unless it is told otherwise", x.Packing, stack.Name),
			fmt.Sprintf("未指定样例的组织方式：%s（%s 的默认行为）", x.Packing.chinese(), stack.Name), source)
	}
	if x.Packing == Padded && q.Workload.Seq == 0 {
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
func (q *Question) countExamples(a *Answer) error {
	x, w := &q.Examples, &q.Workload
	if *x == (Examples{}) {
		return nil
	}
	if n := float64(x.Count) * max(x.Epochs, 1) * float64(max(x.Tokens, w.Seq)); n > mostTokens {
		return planError("examples", "%d examples come to %.3g tokens (want at most %.0e)", x.Count, n, mostTokens)
	}
	c := x.sequences(w.Seq)
	w.Tokens = c.Computed
	w.Distinct = quantity.Tokens(x.Count * max(x.Tokens, 1))
	a.Data = c
	switch {
	case x.Packing == Padded && x.Tokens > w.Seq:
		a.note("data", fmt.Sprintf("examples of %d tokens are cut to sequences of %d", x.Tokens, w.Seq),
			fmt.Sprintf("长 %d 的样例截断为 %d", x.Tokens, w.Seq), "")
	case x.Packing == Padded && x.Tokens < w.Seq:
		a.note("data", fmt.Sprintf("every example is padded from %d tokens to %d; software that pads to the longest of a micro-batch computes less (leave out --seq for that)", x.Tokens, w.Seq),
			fmt.Sprintf("每个样例从 %d 补齐到 %d；若只补齐到微批次中最长者则更少（不指定 --seq 即可）", x.Tokens, w.Seq), "")
	case x.Packing == Packed:
		a.note("data", fmt.Sprintf("examples are joined to full sequences of %d; packers that keep examples whole leave some per cent empty", w.Seq),
			fmt.Sprintf("样例拼接为长 %d 的完整序列；不切分样例的打包方式会留出百分之几的空位", w.Seq), "")
	}
	return nil
}

// timeExamples fills in the time of an epoch.
func (a *Answer) timeExamples(e *Estimate) {
	if a.Data.Count == 0 {
		return
	}
	n := quantity.Seconds(a.Data.Epochs)
	a.Data.Epoch, a.Data.EpochLow, a.Data.EpochHigh = e.Time.Run/n, e.Time.RunLow/n, e.Time.RunHigh/n
}

// TrainedParams returns how many parameters the workload changes: those of
// the adapters, or all.
func (p *Prepared) TrainedParams() quantity.Params {
	n := 0.0
	for i := range p.costs.kinds {
		k := &p.costs.kinds[i]
		n += sum(k.trained[:]) * float64(k.layers)
	}
	return quantity.Params(math.Round(n))
}
