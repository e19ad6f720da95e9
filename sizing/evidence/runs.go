package evidence

import (
	"cmp"
	"fmt"
	"math/bits"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/option"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// onlyRun reports whether the row measures a run and not a step: its seconds
// are those of the run, or it does not state the layout of a step.
func (r *Row) onlyRun() bool {
	return r.WholeRun || r.DeviceHours > 0 && r.MicroBatch == 0 && r.TP == 0 && r.DP == 0
}

// hours is a prediction of device-hours with its band.
type hours struct {
	mid, low, high float64
	stack          string // the assumed stack
}

// deviceHours predicts the device-hours of a run with an open layout: it takes
// the fastest that fits. A run has the interruptions of
// [run.DefaultReliability]; a benchmark of the time to train has none.
func (p *Predictor) deviceHours(r *Row) (hours, error) {
	q, err := p.runRequest(r)
	if err != nil {
		return hours{}, err
	}
	a, err := p.answerOf(q, r)
	if err != nil {
		return hours{}, err
	}
	t, g := &a.Estimate.Time, &a.Goodput
	if !(t.Run > 0) || !(g.Share > 0) {
		return hours{}, note.NewError("row.no-layout")
	}
	h := hours{mid: g.DeviceHours, stack: a.Stack().Name}
	low, high := g.RunLow/g.Run, g.RunHigh/g.Run
	if r.WholeRun {
		h.mid = t.DeviceHours
		low, high = t.RunLow/t.Run*quantity.Seconds(benchmarkBand.Low), t.RunHigh/t.Run*quantity.Seconds(benchmarkBand.High)
	}
	h.low, h.high = h.mid*float64(low), h.mid*float64(high)
	return h, nil
}

// benchmarkBand is the additional error of a benchmark's run besides that of a
// step: its software, precision and layout are seldom stated, and its seconds
// include the evaluation. Factors on the band of the step time, from 269
// published runs of six models, 2026-11. The quantiles themselves (0.84 and
// 1.11) covered 72 % of a left-out model's runs, and so are rounded outward; of
// a seventh model's 64 later runs, these cover 88 %.
var benchmarkBand = train.Band{Low: 0.82, High: 1.12}

// runRequest returns the request for the run of a row.
func (p *Predictor) runRequest(r *Row) (*sizing.Request, error) {
	if r.Device == "" {
		return nil, note.NewError("row.no-device")
	}
	d, err := p.Hardware.Find(r.Device)
	if err != nil {
		return nil, err
	}
	m, err := p.runModel(r)
	if err != nil {
		return nil, err
	}
	if m.Field == model.Generation && r.ImagePixels == 0 {
		return nil, note.NewError("row.no-image-size", m.Name)
	}
	q := &sizing.Request{
		Model: m, Device: d, Count: r.Devices, Optimizer: option.Set(r.optimizer()),
		Workload: train.Workload{Seq: r.SeqLen, Batch: r.GlobalBatch}, Constants: p.Constants,
	}
	if q.Workload.Tokens, err = r.runTokens(m); err != nil {
		return nil, err
	}
	if !m.PerToken() {
		q.Workload.Seq = 1
	}
	r.runMethod(&q.Workload)
	r.magnitudes(m, &q.Workload)
	if r.Precision != "" {
		precision, err := train.ParsePrecision(r.Precision)
		if err != nil {
			return nil, err
		}
		q.Precision = option.Set(precision)
	} else if r.WholeRun && m.PerToken() && d.Supports(hardware.FP8) {
		// Benchmark submissions compute in the narrowest format that rules and
		// libraries allow: 8 bits in the products of transformers.
		q.Precision = option.Set(train.FP8)
	}
	q.Stack, q.Published.Year = r.runStack(m, d), r.Year
	if d.Torus == nil {
		q.Options = append(q.Options, hardware.Network{DevicesPerNode: r.DevicesPerNode}.Set)
	}
	return q, nil
}

// libraries are the stacks by their names in lists of software: NeMo trains
// with Megatron-Core.
var libraries = []struct{ word, stack string }{
	{"nemo", "megatron-core"}, {"megatron", "megatron-core"}, {"torchtitan", "torchtitan"}, {"deepspeed", "deepspeed"},
	{"composer", "composer-fsdp"}, {"maxtext", "maxtext"}, {"maxdiffusion", "maxtext"}, {"pax", "maxtext"}, {"jax", "maxtext"},
}

// runStack is the stack of a run, nil if it names none that is known and the
// default for its task applies. Benchmark submissions divide a model over
// devices with the libraries of pre-training, also for adapters.
func (r *Row) runStack(m *model.Model, d *hardware.Device) *train.Stack {
	if s, err := train.FindStack(r.Stack); err == nil {
		return s
	}
	if !m.PerToken() {
		return nil
	}
	text := strings.ToLower(r.Stack + " " + r.Release)
	for _, l := range libraries {
		if strings.Contains(text, l.word) {
			if s, err := train.FindStack(l.stack); err == nil {
				return s
			}
		}
	}
	if r.WholeRun {
		return train.DefaultStack(d)
	}
	return nil
}

// month is the assumed length of a run with an unknown number of devices: the
// published runs of the catalogue last from one to seven weeks.
const month = 30 * quantity.Day

// runAnswer is the answer for a run. It keeps the request alive, whose address
// the key contains.
type runAnswer struct {
	request *sizing.Request
	answer  *sizing.Answer
	err     error
}

// answerOf answers a row's run once per distinct request: submissions to a
// benchmark repeat a system, and the layout of a run is a search.
func (p *Predictor) answerOf(q *sizing.Request, r *Row) (*sizing.Answer, error) {
	if p.answers == nil {
		return p.answerRun(q)
	}
	key := runKey(q, r)
	a, ok := p.answers[key]
	if !ok {
		a.request = q
		a.answer, a.err = p.answerRun(q)
		p.answers[key] = a
	}
	return a.answer, a.err
}

// runKey distinguishes the requests of runs by all that runRequest sets, in Go
// syntax: quantities print rounded values.
func runKey(q *sizing.Request, r *Row) string {
	return fmt.Sprintf("%p %p %d %p %d %#v %#v %#v %#v", q.Model, q.Device, q.Count, q.Stack, r.DevicesPerNode, q.Workload, q.Precision, q.Optimizer, q.Published)
}

// answerRun answers for a run. If the number of devices is open, it takes as
// many as finish within a month, in powers of two.
func (p *Predictor) answerRun(q *sizing.Request) (*sizing.Answer, error) {
	a, err := sizing.Ask(*q)
	if err != nil || q.Count > 0 {
		return a, err
	}
	times := uint64(a.Estimate.Time.Run / month)
	if times == 0 {
		return a, nil
	}
	more := *q
	more.Count = a.Cluster.Count << bits.Len64(times)
	if b, err := sizing.Ask(more); err == nil {
		return b, nil
	}
	return a, nil
}

// runModel finds the model of a run by its name, if necessary without the
// source's suffix: "TinyLlama-1.1B (3T token checkpoint)".
func (p *Predictor) runModel(r *Row) (*model.Model, error) {
	words := strings.Fields(r.Model)
	for n := len(words); n > 0; n-- {
		m, err := p.Resolve(strings.Join(words[:n], " "))
		if err == nil && !m.Inferred && r.agrees(m) {
			return m, nil
		}
	}
	m, err := r.model(p.Resolve)
	if err != nil {
		return nil, err
	}
	if m.Inferred && (r.Domain != "" && !strings.EqualFold(r.Domain, "language") || r.WholeRun) {
		return nil, note.NewError("row.only-count", r.Model)
	}
	return m, nil
}

// runTokens returns what the run trains on, in the model's unit.
func (r *Row) runTokens(m *model.Model) (quantity.Tokens, error) {
	tokens := r.Tokens
	if tokens == 0 {
		tokens = r.Samples * float64(r.SeqLen)
	}
	switch {
	case !m.PerToken() && r.Samples > 0:
		return quantity.Tokens(r.Samples), nil
	case !m.PerToken():
		return 0, note.NewError("row.no-samples", m.Name, note.Word(m.Unit))
	case tokens > 0 && encoder(m) && r.WholeRun:
		return quantity.Tokens(tokens * unpadded), nil
	case tokens > 0:
		return quantity.Tokens(tokens), nil
	case r.TrainingFLOPs > 0 && r.BaseModel != "":
		return 0, note.NewError("row.compute-of-base-model")
	case r.TrainingFLOPs > 0: // 6 FLOPs per parameter and token
		return quantity.Tokens(r.TrainingFLOPs / 6 / float64(m.ActiveParams())), nil
	}
	return 0, note.NewError("row.hours-without-length")
}

// unpadded is the share of tokens without padding of a masked-language model on
// sequences of Wikipedia padded to 512; benchmark submissions omit the padding.
// Source: arXiv:2107.02027 section 1 (half of all tokens are padding).
const unpadded = 0.5

// paperRank is the rank of a QLoRA whose row states none: that of the paper's
// runs. Source: arXiv:2305.14314 appendix B.
const paperRank = 64

// runMethod sets which weights the run trains.
func (r *Row) runMethod(w *train.Workload) {
	method := strings.ToLower(r.Method)
	switch method {
	default:
		return
	case loraMethod, doraMethod:
		w.Method = train.LoRA
	case qloraMethod, qdoraMethod:
		w.Method, w.Adapter.Rank = train.QLoRA, paperRank
	}
	w.Adapter.Rank = cmp.Or(r.LoRARank, w.Adapter.Rank)
	w.Adapter.Targets = []string{"all-linear"}
	if len(r.LoRATargets) > 0 {
		w.Adapter.Targets = r.LoRATargets
	}
}

// encoder reports whether every position of the model attends to every other.
func encoder(m *model.Model) bool {
	both := false
	for i := range m.Groups {
		for _, b := range m.Groups[i].Blocks {
			if a, ok := b.(model.Attention); ok {
				if !a.Bidirectional {
					return false
				}
				both = true
			}
		}
	}
	return both
}
