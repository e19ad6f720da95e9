package evidence

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// servingPoint is a measurement ready for the fit.
type servingPoint struct {
	setup    *servingSetup
	quantity Quantity
	phase    string
	group    string
	measured float64 // its log
	weight   float64
	factors  [serve.NumConstants][]servingPower
}

// servingPower is a factor of a point, by index, with its power.
type servingPower struct {
	factor int
	power  float64
}

// predict returns the log of the prediction.
func (p *servingPoint) predict() float64 {
	if p.quantity == FirstToken {
		return math.Log(p.setup.firstToken())
	}
	return math.Log(p.setup.rate())
}

// servingFactor is one factor of a constant: its logarithm is fitted.
type servingFactor struct {
	constant int
	key      string
	start    float64 // centre of the prior
	prior    float64 // width of the prior
}

// ServingFit is the result of a fit of the serving constants.
type ServingFit struct {
	Constants *serve.Constants
	// Fitted are the factors that the rows determine, before and after.
	Fitted []Fitted
	// Fit and LeftOut are the scores with all rows, and of every group by
	// constants that were fitted without it.
	Fit, LeftOut []ServingGroup
	Skipped      []Skipped
}

// servingFitter is the points and factors of a fit.
type servingFitter struct {
	points  []*servingPoint
	factors []servingFactor
	fields  []serve.Constant
}

// The parameters of the fit: beyond huber the loss is linear; noise is the
// error of a good prediction; the prior of a factor is centred at 1 and
// narrower the more keys the factor has.
const (
	servingHuber = 0.12
	servingNoise = 0.12
	servingSteps = 25
	// servingStride is the largest change of a factor's logarithm per step, and
	// servingFlat the derivative by a constant that counts as zero.
	servingStride = 0.7
	servingFlat   = 1e-5
	// groupRows is how many rows of a group have full weight.
	groupRows = 4
)

// servingPriors are the widths of the priors on logarithms of factors, by their
// keys; they were chosen by the errors on left-out rows.
var servingPriors = map[string]float64{
	"": 1.28, "runtime": 0.64, "vendor": 0.48, "matrix": 0.48, "memory": 0.48, "class": 0.48, "link": 0.64, "family": 0.32, "device": 0.24, "launch": 1.6, "backend": 0.32, "backend|class": 0.32,
	"~year": 0.32, "~peak": 0.24, "~bandwidth": 0.16,
	"runtime|class": 0.24, "runtime|memory": 0.32, "runtime|vendor": 0.32,
}

// servingPriorScale scales the priors of a constant: all devices reach a
// similar share of their memory bandwidth, while the time between kernels
// depends on host, driver and program.
var servingPriorScale = map[string]float64{"memory": 0.4, "gap_seconds": 1.5}

// ServingFitOptions are the start of a fit and what it leaves out to score
// itself.
type ServingFitOptions struct {
	// Refit fits all constants from scratch; otherwise the priors are centred
	// at the predictor's constants, for files of a few rows.
	Refit bool
	// Prior is the width of the priors relative to the usual one; 0 is 1.
	Prior float64
	// LeaveOut names what is left out together: one of ServingLeaveOutNames.
	LeaveOut string
	Folds    int // parts that are left out one after the other; 0 leaves none out
}

// FitServing fits the constants of serving to measurements: it minimises the
// Huber losses of log(predicted/measured), weighted so that no group of device
// and model decides alone, plus the squares of the factors' logarithms over
// their priors. The fit is deterministic.
func (sp *ServingPredictor) FitServing(rows []ServingRow, o ServingFitOptions) (*ServingFit, error) {
	out := &ServingFit{}
	from := sp.Constants
	switch {
	case o.Refit:
		from = &serve.Constants{}
	case from == nil:
		from = serve.DefaultConstants()
	}
	f, skipped := sp.servingFitter(rows)
	out.Skipped = skipped
	if len(f.points) == 0 {
		return nil, note.NewError("fit.no-row-predicted", len(rows))
	}
	f.pull(from, cmp.Or(o.Prior, 1))
	theta := f.solve(f.points)
	fitted := f.results(theta, f.points)
	out.Fit = groupScores(fitted)
	out.Constants = f.constants(theta, from)
	out.Fitted = f.report(theta, sp.factors(), out.Constants.Factors, o.Refit)
	out.Constants.Bands = builtinBands(out.Constants.Bands)
	if o.Folds < 2 {
		return out, nil
	}
	what := cmp.Or(o.LeaveOut, leaveOutGroup)
	left := f.leaveOut(what, o.Folds)
	out.LeftOut = groupScores(left)
	if !o.Refit {
		return out, nil // too few rows for bands
	}
	near, far := left, left
	if what != leaveOutGroup {
		near = f.leaveOut(leaveOutGroup, o.Folds)
	}
	if what != leaveOutFamily {
		far = f.leaveOut(leaveOutFamily, o.Folds)
	}
	out.Constants.Bands = builtinBands(servingBands(fitted, near, far))
	return out, nil
}

// factors returns the factors before a fit.
func (sp *ServingPredictor) factors() map[string]map[string]float64 {
	if sp.Constants == nil {
		return serve.DefaultConstants().Factors
	}
	return sp.Constants.Factors
}

// builtinBands adds the embedded band of phases without rows.
func builtinBands(bands map[serve.BandKey]train.Band) map[serve.BandKey]train.Band {
	all := maps.Clone(serve.DefaultConstants().Bands)
	maps.Copy(all, bands)
	return all
}

// pull sets the start of the factors and the centres of their priors.
func (f *servingFitter) pull(from *serve.Constants, width float64) {
	for i := range f.factors {
		x := &f.factors[i]
		x.prior *= width
		if v, ok := from.Factors[f.fields[x.constant].Name][x.key]; ok {
			x.start = math.Log(v)
		}
	}
}

// servingFitter prepares the rows that can be predicted.
func (sp *ServingPredictor) servingFitter(rows []ServingRow) (*servingFitter, []Skipped) {
	f := &servingFitter{fields: serve.ConstantFields()}
	var skipped []Skipped
	for i := range rows {
		if err := f.addRow(sp, &rows[i]); err != nil {
			skipped = append(skipped, newSkipped(rows[i].ID, rows[i].Source, TokensPerSecond, err))
		}
	}
	f.index()
	return f, skipped
}

// addRow prepares a row's quantities.
func (f *servingFitter) addRow(sp *ServingPredictor, r *ServingRow) error {
	if r.Fault != nil {
		return r.Fault
	}
	if r.Rate <= 0 && r.TTFT <= 0 {
		return nil
	}
	s, err := sp.setup(r)
	if err != nil {
		return err
	}
	if s.p.Model.Inferred {
		return note.NewError("row.inferred-shape", r.Model)
	}
	add := func(q Quantity, v float64) {
		f.points = append(f.points, &servingPoint{setup: s, quantity: q, phase: s.phase(q),
			group: s.phase(q) + "|" + r.Device + "|" + r.Model, measured: math.Log(v)})
	}
	if r.Rate > 0 {
		add(TokensPerSecond, r.Rate)
	}
	if r.TTFT > 0 && r.Phase != "prefill" {
		add(FirstToken, r.TTFT)
	}
	return nil
}

// index numbers the factors and weights the points.
func (f *servingFitter) index() {
	number, counts := map[string]int{}, map[string]int{}
	for _, p := range f.points {
		counts[p.group]++
		for c := range p.factors {
			for _, k := range p.setup.p.Keys(c) {
				name := f.fields[c].Name + " " + k.Key
				i, ok := number[name]
				if !ok {
					i = len(f.factors)
					number[name] = i
					f.factors = append(f.factors, servingFactor{constant: c, key: k.Key, prior: f.prior(c, k.Key)})
				}
				p.factors[c] = append(p.factors[c], servingPower{i, k.Power})
			}
		}
	}
	for _, p := range f.points {
		p.weight = math.Min(1, groupRows/float64(counts[p.group]))
	}
}

// prior is the width of a factor's prior.
func (f *servingFitter) prior(constant int, key string) float64 {
	width := servingPriors[servingLevel(key)]
	if scale, ok := servingPriorScale[f.fields[constant].Name]; ok {
		width *= scale
	}
	return width
}

// servingLevel is the level of a key: "runtime|class".
func servingLevel(key string) string {
	if key == "" {
		return ""
	}
	var parts []string
	for part := range strings.SplitSeq(key, ",") {
		name, _, _ := strings.Cut(part, "=")
		parts = append(parts, name)
	}
	return strings.Join(parts, "|")
}

// servingNegligible is the change of a factor's logarithm below which it is
// omitted: the fit is as good on left-out rows without it, with fewer
// constants.
const servingNegligible = 0.12

// servingGiven are factors of unmeasured runtimes, and their origins.
var servingGiven = serve.Constants{
	Factors: map[string]map[string]float64{"tile": {"runtime=mlx": 0.15}},
	Given: map[[2]string]string{{"tile", "runtime=mlx"}: "MLX has kernels of its own for one token, which no tile of a matrix product holds up: " +
		"ml-explore/mlx mlx/backend/metal/kernels/quantized.h (qmv)"},
}

// constants returns the factors that differ from 1, on top of the given ones.
func (f *servingFitter) constants(theta []float64, from *serve.Constants) *serve.Constants {
	c := &serve.Constants{Factors: map[string]map[string]float64{}, Given: map[[2]string]string{}, Bands: from.Bands, Measured: slices.Clone(from.Measured)}
	for _, known := range []*serve.Constants{&servingGiven, from} {
		maps.Copy(c.Given, known.Given)
		for name, keys := range known.Factors {
			if c.Factors[name] == nil {
				c.Factors[name] = map[string]float64{}
			}
			maps.Copy(c.Factors[name], keys)
		}
	}
	for _, p := range f.points {
		c.Measured = append(c.Measured, p.setup.p.Measured())
	}
	slices.Sort(c.Measured)
	c.Measured = slices.Compact(c.Measured)
	for i, v := range theta {
		x := &f.factors[i]
		if v == x.start {
			continue
		}
		name := f.fields[x.constant].Name
		if c.Factors[name] == nil {
			c.Factors[name] = map[string]float64{}
		}
		c.Factors[name][x.key] = math.Round(math.Exp(v)*1e4) / 1e4
	}
	return c
}
