package evidence

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// ServingResult is a prediction of serving with its measurement.
type ServingResult struct {
	Result
	Model string `json:"model"`
	// Phase is the phase that the row is scored in: decode (one sequence on one
	// device), decode-n (one sequence on several), prefill, ttft, batched, load
	// (the engine chooses the batch), memory.
	Phase string `json:"phase"`
}

// ServingGroup is the errors of the predictions of a phase, over groups of
// device and model: a few devices have most rows.
type ServingGroup struct {
	Phase  string `json:"phase"`
	Rows   int    `json:"rows"`
	Groups int    `json:"groups"`
	// MedianAPE is the median over groups of each group's median error.
	MedianAPE float64 `json:"median_ape"`
	// Coverage is the mean over groups of the share inside the 80 % band.
	Coverage float64 `json:"coverage80"`
	// Covered is the share of groups with more than half of their rows inside.
	Covered float64 `json:"groups_covered"`
	Bias    float64 `json:"bias"`
}

// ServingReport is the result of a validation against serving measurements.
type ServingReport struct {
	Report
	Results []ServingResult
	Groups  []ServingGroup
}

// Validate predicts every row and scores the predictions.
func (sp *ServingPredictor) Validate(rows []ServingRow) *ServingReport {
	rep := &ServingReport{Report: Report{Rows: []Result{}, Skipped: []Skipped{}}}
	for i := range rows {
		r := &rows[i]
		skip := func(q Quantity, err error) {
			rep.Skipped = append(rep.Skipped, newSkipped(r.ID, r.Source, q, err))
		}
		if r.Fault != nil {
			skip("", r.Fault)
			continue
		}
		if r.Rate > 0 || r.TTFT > 0 {
			sp.validateSpeed(r, rep, skip)
		}
		if r.PeakMemGiB > 0 || r.WeightsGiB > 0 || r.KVGiB > 0 || r.ComputeGiB > 0 {
			sp.validateMemory(r, rep, skip)
		}
	}
	for _, r := range rep.Results {
		rep.Report.Rows = append(rep.Report.Rows, r.Result)
	}
	rep.summarise()
	rep.Groups = groupScores(rep.Results)
	return rep
}

// add appends a result.
func (rep *ServingReport) add(r *ServingRow, phase string, q Quantity, measured, predicted, low, high float64) {
	rep.Results = append(rep.Results, ServingResult{
		Result: Result{ID: r.ID, Source: r.Source, Stack: r.Runtime, Device: r.Device, Quantity: q, Measured: measured,
			Predicted: predicted, Low: low, High: high, APE: math.Abs(predicted-measured) / measured},
		Model: r.Model, Phase: phase,
	})
}

func (sp *ServingPredictor) validateSpeed(r *ServingRow, rep *ServingReport, skip func(Quantity, error)) {
	s, err := sp.setup(r)
	if err != nil {
		if r.Rate > 0 {
			skip(TokensPerSecond, err)
		}
		if r.TTFT > 0 {
			skip(FirstToken, err)
		}
		return
	}
	if r.Rate > 0 {
		phase, rate := s.phase(TokensPerSecond), s.rate()
		low, high := s.p.Band(phase, rate)
		rep.add(r, phase, TokensPerSecond, r.Rate, rate, low, high)
	}
	if r.TTFT > 0 && r.Phase != "prefill" {
		phase, t := s.phase(FirstToken), s.firstToken()
		low, high := s.p.Band(phase, t)
		if s.batch <= 1 {
			_, low, high = s.p.FirstToken(s.input)
		}
		rep.add(r, phase, FirstToken, r.TTFT, t, low, high)
	}
}

// groupScores scores each phase over groups of device and model.
func groupScores(results []ServingResult) []ServingGroup {
	type key struct{ phase, device, model string }
	groups := map[key][]ServingResult{}
	for _, r := range results {
		k := key{r.Phase, r.Device, r.Model}
		groups[k] = append(groups[k], r)
	}
	byPhase := map[string]*ServingGroup{}
	medians := map[string][]float64{}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.phase, b.phase), cmp.Compare(a.device, b.device), cmp.Compare(a.model, b.model))
	}) // sums in one order are the same to the last bit
	for _, k := range keys {
		list := groups[k]
		g := byPhase[k.phase]
		if g == nil {
			g = &ServingGroup{Phase: k.phase}
			byPhase[k.phase] = g
		}
		var apes []float64
		inside := 0.0
		for _, r := range list {
			apes = append(apes, r.APE)
			g.Bias += (r.Predicted - r.Measured) / r.Measured / float64(len(list))
			if r.Low <= r.Measured && r.Measured <= r.High {
				inside++
			}
		}
		slices.Sort(apes)
		medians[k.phase] = append(medians[k.phase], quantile(apes, 0.5))
		g.Rows += len(list)
		g.Groups++
		g.Coverage += inside / float64(len(list))
		if 2*inside > float64(len(list)) {
			g.Covered++
		}
	}
	var out []ServingGroup
	for phase, g := range byPhase {
		n := float64(g.Groups)
		g.Coverage, g.Covered, g.Bias = g.Coverage/n, g.Covered/n, g.Bias/n
		slices.Sort(medians[phase])
		g.MedianAPE = quantile(medians[phase], 0.5)
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b ServingGroup) int { return cmp.Compare(a.Phase, b.Phase) })
	return out
}
