package evidence

import (
	"cmp"
	"math"
	"slices"

	"mlsizer/sizing/note"
)

// Result is a prediction with its measurement.
type Result struct {
	ID        string   `json:"id"`
	Source    string   `json:"source"`
	Stack     string   `json:"stack"`
	Device    string   `json:"device"`
	Quantity  Quantity `json:"quantity"`
	Measured  float64  `json:"measured"`
	Predicted float64  `json:"predicted"`
	Low       float64  `json:"low"`
	High      float64  `json:"high"`
	// APE is the absolute error as a share of the measurement.
	APE float64 `json:"ape"`
	row *Row
}

// Skipped is a row that was not predicted, and why.
type Skipped struct {
	ID       string   `json:"id"`
	Source   string   `json:"-"`
	Quantity Quantity `json:"quantity"`
	Reason   string   `json:"reason"`
	Err      error    `json:"-"` // the reason as data
}

// newSkipped says that a quantity of a row was not predicted, and why.
func newSkipped(id, source string, q Quantity, why error) Skipped {
	return Skipped{id, source, q, why.Error(), why}
}

// Summary is the errors of a source's predictions.
type Summary struct {
	Source    string   `json:"source"`
	Quantity  Quantity `json:"quantity"`
	N         int      `json:"n"`
	Skipped   int      `json:"skipped"`
	MAPE      float64  `json:"mape"`
	MedianAPE float64  `json:"median_ape"`
	P90APE    float64  `json:"p90_ape"`
	// Bias is the mean signed error as a share of the measurement: positive
	// values overpredict.
	Bias float64 `json:"bias"`
	// Coverage is the share of measurements inside the 80 % band.
	Coverage float64 `json:"coverage80"`
}

// Report is the result of a validation.
type Report struct {
	Rows    []Result  `json:"rows"`
	Skipped []Skipped `json:"skipped"`
	Summary []Summary `json:"summary"`
}

// HasSteps reports whether step times were predicted.
func (rep *Report) HasSteps() bool {
	return slices.ContainsFunc(rep.Rows, func(r Result) bool { return r.Quantity == StepSeconds })
}

// Validate predicts every row and scores the predictions by source.
func (p *Predictor) Validate(rows []Row) *Report {
	rep := &Report{Rows: []Result{}, Skipped: []Skipped{}}
	once := *p
	once.answers = map[string]runAnswer{}
	for i := range rows {
		once.validate(&rows[i], rep)
	}
	rep.summarise()
	return rep
}

// validate adds the row's quantities to the report.
func (p *Predictor) validate(r *Row, rep *Report) {
	hasStep := !r.onlyRun() && (r.StepSeconds > 0 || r.TokensPerSecond > 0 || r.TFLOPs > 0)
	hasMemory := r.PeakMemGiB > 0 || r.OutOfMemory
	skip := func(q Quantity, why error) {
		rep.Skipped = append(rep.Skipped, newSkipped(r.ID, r.Source, q, why))
	}
	if r.Fault != nil {
		skip("", r.Fault)
		return
	}
	if r.DeviceHours > 0 {
		if h, err := p.deviceHours(r); err != nil {
			skip(DeviceHours, err)
		} else {
			rep.Rows = append(rep.Rows, Result{r.ID, r.Source, h.stack, r.Device, DeviceHours, r.DeviceHours, h.mid, h.low, h.high, math.Abs(h.mid-r.DeviceHours) / r.DeviceHours, r})
		}
	}
	if !hasStep && !hasMemory {
		if r.DeviceHours == 0 {
			skip("", note.NewError("row.nothing-measured"))
		}
		return
	}
	fail := func(err error) {
		if hasStep {
			skip(StepSeconds, err)
		}
		if hasMemory {
			skip(PeakMemory, err)
		}
	}
	s, err := p.Setup(r)
	if err != nil {
		fail(err)
		return
	}
	e, err := s.Predict()
	if err != nil {
		fail(err)
		return
	}
	add := func(q Quantity, measured, predicted, low, high float64) {
		rep.Rows = append(rep.Rows, Result{r.ID, r.Source, r.Stack, r.Device, q, measured, predicted, low, high, math.Abs(predicted-measured) / measured, r})
	}
	if hasStep {
		if measured, err := s.measuredStep(&e); err != nil {
			skip(StepSeconds, err)
		} else {
			add(StepSeconds, measured, float64(e.Time.Step), float64(e.Time.StepLow), float64(e.Time.StepHigh))
		}
	}
	switch gap := r.gap(); {
	case hasMemory && gap != nil:
		skip(PeakMemory, gap)
	case hasMemory:
		v := r.memory(&e.Memory)
		low, high := v*float64(e.Memory.Low/e.Memory.Total), v*float64(e.Memory.High/e.Memory.Total)
		if r.OutOfMemory {
			// The source states only that the run needed more than the device's
			// memory: a prediction above that is right.
			bound := float64(e.Memory.Device) / (1 << 30)
			add(PeakMemory, bound, min(v, bound), min(low, bound), max(high, min(v, bound)))
			break
		}
		add(PeakMemory, r.PeakMemGiB, v, low, high)
	}
}

// summarise fills in the summary by source and quantity.
func (rep *Report) summarise() {
	type key struct {
		source   string
		quantity Quantity
	}
	rows, skipped := map[key][]Result{}, map[key]int{}
	for _, r := range rep.Rows {
		k := key{r.Source, r.Quantity}
		rows[k] = append(rows[k], r)
	}
	for _, s := range rep.Skipped {
		skipped[key{s.Source, s.Quantity}]++
	}
	keys := map[key]bool{}
	for k := range rows {
		keys[k] = true
	}
	for k := range skipped {
		keys[k] = true
	}
	for k := range keys {
		rep.Summary = append(rep.Summary, summary(k.source, k.quantity, rows[k], skipped[k]))
	}
	slices.SortFunc(rep.Summary, func(a, b Summary) int {
		return cmp.Or(cmp.Compare(a.Quantity, b.Quantity), cmp.Compare(a.Source, b.Source))
	})
}

// summary scores results of one source and quantity.
func summary(source string, q Quantity, rows []Result, skipped int) Summary {
	s := Summary{Source: source, Quantity: q, N: len(rows), Skipped: skipped}
	if len(rows) == 0 {
		return s
	}
	apes := make([]float64, 0, len(rows))
	inside := 0
	for _, r := range rows {
		apes = append(apes, r.APE)
		s.MAPE += r.APE
		s.Bias += (r.Predicted - r.Measured) / r.Measured
		if r.Low <= r.Measured && r.Measured <= r.High {
			inside++
		}
	}
	n := float64(len(rows))
	s.MAPE /= n
	s.Bias /= n
	s.Coverage = float64(inside) / n
	slices.Sort(apes)
	s.MedianAPE, s.P90APE = quantile(apes, 0.5), quantile(apes, 0.9)
	return s
}

// quantile interpolates in sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// By summarises the rows by any key, such as the stack or the device; Source is
// the key.
func (rep *Report) By(key func(*Result) string) []Summary {
	type group struct {
		key      string
		quantity Quantity
	}
	rows := map[group][]Result{}
	for i := range rep.Rows {
		r := &rep.Rows[i]
		k := group{key(r), r.Quantity}
		rows[k] = append(rows[k], *r)
	}
	list := make([]Summary, 0, len(rows))
	for k, v := range rows {
		list = append(list, summary(k.key, k.quantity, v, 0))
	}
	slices.SortFunc(list, func(a, b Summary) int {
		return cmp.Or(cmp.Compare(a.Quantity, b.Quantity), cmp.Compare(a.Source, b.Source))
	})
	return list
}
