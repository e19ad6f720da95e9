package evidence

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/evidence/fit"
	"mlsizer/sizing/note"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// RunResult is a published run and its prediction by constants fitted without
// its laboratory.
type RunResult struct {
	Result
	Laboratory string `json:"laboratory"`
	Year       int    `json:"year"`
	Kind       string `json:"kind"`
	// Given says which of layout and software was given: "nothing", "layout",
	// "software" or "both".
	Given string `json:"given"`
}

// OverrunFit is the overruns fitted to published runs.
type OverrunFit struct {
	Constants *efficiency.File `json:"constants"`
	// Runs are the runs in every form.
	Runs    []RunResult `json:"runs"`
	Skipped []Skipped   `json:"skipped"`
}

// FitOverruns fits the constants of overruns to published runs, and predicts
// every run by constants fitted without its laboratory. start has the constants
// to fit, and their priors.
func (p *Predictor) FitOverruns(rows []Row, start *efficiency.File) (*OverrunFit, error) {
	runs, skipped := p.planAll(rows)
	if len(runs) == 0 {
		return nil, note.NewError("fit.no-rows")
	}
	f := &OverrunFit{Constants: start.Clone(), Skipped: skipped}
	medians := make([]float64, len(runs)) // logarithms, without the laboratory
	labs := laboratories(runs)
	for _, lab := range labs {
		without := start.Clone()
		fitOverruns(without, slices.DeleteFunc(slices.Clone(runs), func(r plannedRun) bool { return r.row.laboratory() == lab }))
		for i := range runs {
			if runs[i].row.laboratory() == lab {
				medians[i] = math.Log(run.OverrunMedian(without, &runs[i].situation, runs[i].planned))
			}
		}
	}
	fitOverruns(f.Constants, runs)
	f.Constants.Bands = overrunBands(runs, medians, "")
	without := map[string]*efficiency.File{}
	for _, lab := range labs {
		without[lab] = &efficiency.File{Entries: f.Constants.Entries, Bands: overrunBands(runs, medians, lab)}
	}
	for i := range runs {
		r := &runs[i]
		o := run.OverrunOf(without[r.row.laboratory()], &r.situation, r.device, r.planned, r.below, r.above)
		mid := r.hours * math.Exp(medians[i])
		f.Runs = append(f.Runs, RunResult{
			Result: Result{
				ID: r.row.ID, Source: r.row.Source, Device: r.row.Device, Quantity: DeviceHours, Measured: r.row.DeviceHours, Predicted: mid,
				Low: mid * o.Low / o.Median, High: mid * o.High / o.Median, APE: math.Abs(mid-r.row.DeviceHours) / r.row.DeviceHours, row: r.row,
			},
			Laboratory: r.row.laboratory(), Year: r.row.Year, Kind: r.situation.Model, Given: r.form,
		})
	}
	return f, nil
}

// ShippedOverruns is the fit to the shipped runs, made once. It must not be
// changed.
var ShippedOverruns = sync.OnceValues(func() (*OverrunFit, error) {
	rows, err := WholeRuns()
	if err != nil {
		return nil, err
	}
	p := &Predictor{Resolve: catalog.Resolve, Hardware: hardware.Default(), Constants: train.DefaultConstants()}
	return p.FitOverruns(rows, run.DefaultOverruns())
})

// laboratories lists the laboratories of the runs.
func laboratories(runs []plannedRun) []string {
	var labs []string
	for i := range runs {
		labs = append(labs, runs[i].row.laboratory())
	}
	slices.Sort(labs)
	return slices.Compact(labs)
}

// fitOverruns sets the fitted constants of a file: the logarithm of published
// over planned hours is a sum of the logarithms of the factors that apply and
// of the power of the length.
func fitOverruns(f *efficiency.File, runs []plannedRun) {
	var targets []int
	var params []fit.Param
	prior := f.Unfitted()
	for i := range f.Entries {
		e := &f.Entries[i]
		c := run.OverrunConstant(e.Name)
		if !e.Fitted || c.Name == run.StepWidth {
			continue
		}
		at, low, high := prior.Entries[i].Value, c.Low, c.High
		if c.Base > 0 {
			at, low, high = overrunPrior(e), math.Log(c.Low), math.Log(c.High)
		}
		targets = append(targets, i)
		params = append(params, fit.Param{Start: at, Low: low, High: high, Prior: fit.Prior{Value: at, Parent: fit.None, Weight: math.Pow(overrunSpread/c.Spread, 2)}})
	}
	problem := &fit.Problem{Params: params, Residuals: func(x []float64) []float64 {
		r := make([]float64, len(runs))
		for i := range runs {
			r[i] = -runs[i].ratio()
			for j, t := range targets {
				r[i] += x[j] * runs[i].slope(&f.Entries[t])
			}
		}
		return r
	}}
	for i := range runs {
		problem.Weights = append(problem.Weights, runs[i].weight)
	}
	for j, v := range fit.Solve(problem) {
		e := &f.Entries[targets[j]]
		if e.Value = v; e.Name == run.OverrunName {
			e.Value = math.Exp(v)
		}
		e.Value = rounded(e.Value, 3)
	}
	setStepWidth(f, runs)
}

// overrunSpread is the standard deviation of the logarithm of a run's overrun
// around the fit. The spreads of the priors are in units of it.
const overrunSpread = 0.4

// overrunPrior is the logarithm of the centre of a factor's prior, 0 without
// one.
func overrunPrior(e *efficiency.Entry) float64 {
	if e.Prior == nil {
		return 0
	}
	return math.Log(*e.Prior)
}

// slope is the factor of an entry's parameter in the logarithm of the run's
// overrun.
func (r *plannedRun) slope(e *efficiency.Entry) float64 {
	switch {
	case !e.When.Covers(&r.situation):
		return 0
	case e.Name == run.OverrunName:
		return 1
	}
	return -math.Log(run.LengthRatio(r.planned))
}

// setStepWidth sets the typical half-width of the steps' bands.
func setStepWidth(f *efficiency.File, runs []plannedRun) {
	var widths []float64
	for i := range runs {
		widths = append(widths, (runs[i].below+runs[i].above)/2)
	}
	slices.Sort(widths)
	for i := range f.Entries {
		if e := &f.Entries[i]; e.Name == run.StepWidth {
			e.Value = rounded(quantile(widths, 0.5), 3)
		}
	}
}

// The fewest runs for a separate band of runs with given software, and of runs
// on devices of one architecture; and the fewest that make an architecture a
// measured one.
const (
	ownBandOfForm = 10
	ownBandOfArch = 20
	leastOfArch   = 2
)

// overrunBands returns the bands of published over predicted hours, by medians
// fitted without a run's laboratory, and without one laboratory: for runs with
// everything open, for those on the architectures with most runs, and for those
// with given software. Unmeasured devices have the same band, unmeasured
// architectures that of two independent errors.
func overrunBands(runs []plannedRun, medians []float64, without string) []efficiency.BandFor {
	var open, named []float64
	byArch := map[string][]float64{}
	for i := range runs {
		r := &runs[i]
		if r.row.laboratory() == without {
			continue
		}
		e := r.ratio() - medians[i]
		switch r.form {
		case "nothing":
			open = append(open, e)
			byArch[r.device.Arch] = append(byArch[r.device.Arch], e)
		case "software", "both":
			named = append(named, e)
		}
	}
	var archs []string
	for _, arch := range slices.Sorted(maps.Keys(byArch)) {
		if len(byArch[arch]) >= leastOfArch {
			archs = append(archs, arch)
		}
	}
	make80 := func(e []float64, when efficiency.Match) efficiency.BandFor {
		slices.Sort(e)
		b := rounded80(outer80(e))
		return efficiency.BandFor{When: when, Band: b, Unmeasured: b, Archs: archs, Rows: len(e)}
	}
	bands := []efficiency.BandFor{make80(open, efficiency.Match{})}
	for _, arch := range archs {
		if len(byArch[arch]) >= ownBandOfArch {
			bands = append(bands, make80(byArch[arch], efficiency.Match{Arch: arch}))
		}
	}
	if len(named) >= ownBandOfForm {
		for _, given := range []string{"software", "both"} {
			bands = append(bands, make80(named, efficiency.Match{Given: given}))
		}
	}
	return bands
}

// outer80 is the band of 80 % of one more draw from the distribution of the
// sorted errors: from the (n+1)/10-th of either end.
func outer80(e []float64) efficiency.Band {
	n := float64(len(e))
	at := func(rank float64) float64 { // 1 is the first
		return math.Exp(quantile(e, min(max((rank-1)/(n-1), 0), 1)))
	}
	return efficiency.Band{Low: min(at((n+1)/10), 1), High: max(at((n+1)*9/10), 1)}
}

// Inside reports whether the run lies in the band.
func (r *RunResult) Inside() bool { return r.Low <= r.Measured && r.Measured <= r.High }

// Given returns the runs in one form.
func (f *OverrunFit) Given(form string) []RunResult {
	return slices.DeleteFunc(slices.Clone(f.Runs), func(r RunResult) bool { return r.Given != form })
}

// RunScore is the errors of the runs of a group.
type RunScore struct {
	Group string `json:"group"`
	N     int    `json:"n"`
	// MedianRatio is the median of measured over predicted.
	MedianRatio float64 `json:"median_ratio"`
	// Coverage is the share of runs inside the 80 % band.
	Coverage float64 `json:"coverage80"`
}

// ScoreRuns scores runs by groups, and all of them together first, under "all".
func ScoreRuns(runs []RunResult, key func(*RunResult) string) []RunScore {
	groups := map[string][]float64{}
	inside := map[string]float64{}
	var names []string
	for i := range runs {
		r := &runs[i]
		for _, name := range []string{"all", key(r)} {
			if groups[name] == nil {
				names = append(names, name)
			}
			groups[name] = append(groups[name], r.Measured/r.Predicted)
			if r.Inside() {
				inside[name]++
			}
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(groups[b])/len(runs), len(groups[a])/len(runs)), cmp.Compare(a, b))
	})
	list := make([]RunScore, 0, len(names))
	for _, name := range names {
		slices.Sort(groups[name])
		n := len(groups[name])
		list = append(list, RunScore{name, n, quantile(groups[name], 0.5), inside[name] / float64(n)})
	}
	return list
}
