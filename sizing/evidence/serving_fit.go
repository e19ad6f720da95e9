package evidence

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"mlsizer/sizing"
)

// servingPoint is a measurement ready for the fit.
type servingPoint struct {
	setup    *servingSetup
	quantity Quantity
	phase    string
	group    string
	measured float64 // its log
	weight   float64
	factors  [sizing.NumServingConstants][]servingPower
}

// servingPower is a factor of a point, by index, and its power.
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
	start    float64 // where it is pulled to
	prior    float64 // width of the pull
	out      bool    // left at the start
}

// ServingFit is the outcome of a fit of the serving constants.
type ServingFit struct {
	Constants *sizing.ServingConstants
	// Fit and LeftOut are the scores with all rows, and of every group by
	// constants that were fitted without it.
	Fit, LeftOut []ServingGroup
	Skipped      []Skipped
}

// servingFitter holds points and factors.
type servingFitter struct {
	points  []*servingPoint
	factors []servingFactor
	fields  []sizing.ServingConstant
}

// The shape of the fit: errors beyond huber count by their size and not its
// square; noise is what a good prediction errs by; a factor is pulled to 1 by
// a prior the narrower the more keys it has.
const (
	servingHuber = 0.12
	servingNoise = 0.12
	servingSteps = 25
	// groupRows is how many rows of a group count in full.
	groupRows = 4
)

// servingPriors are the widths of the priors on logarithms of factors, by what
// they are keyed on; they were chosen by the errors on rows left out.
var servingPriors = map[string]float64{
	"": 0.8, "runtime": 0.4, "vendor": 0.3, "matrix": 0.3, "memory": 0.3, "class": 0.3, "link": 0.4, "family": 0.2, "device": 0.15, "attention": 0.5, "ffn": 0.5, "backend": 0.2, "backend|class": 0.2,
	"~year": 0.2, "~peak": 0.15, "~bandwidth": 0.1,
	"runtime|class": 0.15, "runtime|memory": 0.2, "runtime|vendor": 0.2,
}

// servingPriorScale narrows or widens the priors of a constant: all devices
// come about as near to their memory bandwidth, while the time between kernels
// depends on host, driver and program.
var servingPriorScale = map[string]float64{"memory": 0.4, "gap_seconds": 1.5}

// ServingFitOptions say where a fit starts and what it leaves out to score itself.
type ServingFitOptions struct {
	// Refit fits all constants anew; otherwise they are pulled to what the
	// predictor has, for files of a few rows.
	Refit bool
	// Prior is the width of the pull, in the usual one's; 0 is 1.
	Prior float64
	// LeaveOut names what is left out together: one of ServingLeaveOutNames.
	LeaveOut string
	Folds    int // parts that are left out in turn; 0 leaves none out
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
		from = &sizing.ServingConstants{}
	case from == nil:
		from = sizing.DefaultServingConstants()
	}
	f, skipped := sp.servingFitter(rows)
	out.Skipped = skipped
	if len(f.points) == 0 {
		return nil, fmt.Errorf("no row of %d can be predicted", len(rows))
	}
	f.pull(from, cmp.Or(o.Prior, 1))
	theta := f.solve(f.points)
	fitted := f.results(theta, f.points)
	out.Fit = groupScores(fitted)
	out.Constants = f.constants(theta, from)
	if o.Folds < 2 {
		return out, nil
	}
	what := cmp.Or(o.LeaveOut, leaveOutGroup)
	left := f.leaveOut(what, o.Folds)
	out.LeftOut = groupScores(left)
	if !o.Refit {
		return out, nil // too few rows to make bands of
	}
	near, far := left, left
	if what != leaveOutGroup {
		near = f.leaveOut(leaveOutGroup, o.Folds)
	}
	if what != leaveOutFamily {
		far = f.leaveOut(leaveOutFamily, o.Folds)
	}
	out.Constants.Bands = servingBands(fitted, near, far)
	return out, nil
}

// pull sets where the factors start and are pulled to.
func (f *servingFitter) pull(from *sizing.ServingConstants, width float64) {
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
	f := &servingFitter{fields: sizing.ServingConstantFields()}
	var skipped []Skipped
	for i := range rows {
		if err := f.addRow(sp, &rows[i]); err != nil {
			skipped = append(skipped, Skipped{rows[i].ID, rows[i].Source, TokensPerSecond, err.Error()})
		}
	}
	f.index()
	return f, skipped
}

// addRow prepares a row's quantities.
func (f *servingFitter) addRow(sp *ServingPredictor, r *ServingRow) error {
	if r.Rate <= 0 && r.TTFT <= 0 {
		return nil
	}
	s, err := sp.setup(r)
	if err != nil {
		return err
	}
	if s.p.Model.Inferred {
		return fmt.Errorf("%s: its shape is inferred, which no constant is fitted to", r.Model)
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

// servingLevel is what a key is keyed on: "runtime|class".
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

// efficiency multiplies a point's factors.
func (f *servingFitter) efficiency(p *servingPoint, theta []float64) sizing.ServingEfficiency {
	var e sizing.ServingEfficiency
	for c := range e {
		e[c] = f.nudged(p, theta, c, 0)
	}
	return e
}

// nudged is one constant of a point with its factors times e^h.
func (f *servingFitter) nudged(p *servingPoint, theta []float64, c int, h float64) float64 {
	for _, x := range p.factors[c] {
		h += theta[x.factor] * x.power
	}
	return f.fields[c].Bound(f.fields[c].Base * math.Exp(h))
}

// solve fits all factors, leaves those out that hardly differ from where they
// start, and fits the rest anew.
func (f *servingFitter) solve(points []*servingPoint) []float64 {
	theta := make([]float64, len(f.factors))
	for i := range f.factors {
		f.factors[i].out, theta[i] = false, f.factors[i].start
	}
	theta = f.descend(theta, points, servingSteps)
	for i, v := range theta {
		if x := &f.factors[i]; math.Abs(v-x.start) < servingNegligible {
			x.out, theta[i] = true, x.start
		}
	}
	return f.descend(theta, points, servingSteps)
}

// descend improves theta by damped Gauss-Newton steps with reweighting.
func (f *servingFitter) descend(theta []float64, points []*servingPoint, steps int) []float64 {
	theta = slices.Clone(theta)
	n := len(theta)
	best, loss := slices.Clone(theta), f.loss(theta, points)
	damping := 1e-2
	for range steps {
		a, b := f.normal(best, points)
		for i := range n {
			a[i*n+i] *= 1 + damping
		}
		step := choleskySolve(a, b, n)
		if step == nil {
			break
		}
		for i := range step {
			theta[i] = best[i] + math.Max(-0.7, math.Min(0.7, step[i]))
		}
		next := f.loss(theta, points)
		if next < loss {
			done := loss-next < 1e-5*loss
			copy(best, theta)
			loss, damping = next, math.Max(damping/5, 1e-6)
			if done {
				break
			}
		} else if damping *= 8; damping > 1e4 {
			break
		}
	}
	return best
}

// loss is what the fit minimises.
func (f *servingFitter) loss(theta []float64, points []*servingPoint) float64 {
	total := 0.0
	for _, p := range points {
		p.setup.p.SetEfficiency(f.efficiency(p, theta))
		r := math.Abs(p.predict() - p.measured)
		if r > servingHuber {
			r = servingHuber * (2*r - servingHuber)
		} else {
			r *= r
		}
		total += p.weight * r / (servingNoise * servingNoise)
	}
	for i := range f.factors {
		x := &f.factors[i]
		pulled := (theta[i] - x.start) / x.prior
		total += pulled * pulled
	}
	return total
}

// normal builds the normal equations at theta: the derivative of a point by a
// factor is that by the constant it belongs to.
func (f *servingFitter) normal(theta []float64, points []*servingPoint) (a, b []float64) {
	n := len(theta)
	a, b = make([]float64, n*n), make([]float64, n)
	const h = 1e-4
	var at []int
	var by []float64
	for _, p := range points {
		e := f.efficiency(p, theta)
		p.setup.p.SetEfficiency(e)
		at0 := p.predict()
		r := at0 - p.measured
		w := p.weight / (servingNoise * servingNoise)
		if math.Abs(r) > servingHuber {
			w *= servingHuber / math.Abs(r)
		}
		at, by = at[:0], by[:0]
		for c := range e {
			old := e[c]
			e[c] = f.nudged(p, theta, c, h)
			p.setup.p.SetEfficiency(e)
			d := (p.predict() - at0) / h
			e[c] = old
			if math.Abs(d) < 1e-6 {
				continue
			}
			for _, x := range p.factors[c] {
				if !f.factors[x.factor].out {
					at, by = append(at, x.factor), append(by, d*x.power)
				}
			}
		}
		for x, i := range at {
			b[i] -= w * by[x] * r
			for y, j := range at {
				if j <= i {
					a[i*n+j] += w * by[x] * by[y]
				}
			}
		}
	}
	for i := range f.factors {
		x := &f.factors[i]
		prior := 1 / (x.prior * x.prior)
		a[i*n+i] += prior
		b[i] -= prior * (theta[i] - x.start)
	}
	return a, b
}

// choleskySolve solves a x = b for a symmetric positive matrix of which the
// lower triangle is given; nil if it is not positive. a and b are overwritten.
func choleskySolve(a, b []float64, n int) []float64 {
	for i := range n {
		row := a[i*n : i*n+n]
		for j := range i + 1 {
			s, other := row[j], a[j*n:j*n+n]
			for k := range j {
				s -= row[k] * other[k]
			}
			if i == j {
				if s <= 0 {
					return nil
				}
				row[j] = math.Sqrt(s)
			} else {
				row[j] = s / other[j]
			}
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i*n+k] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k*n+i] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	return b
}

// results predicts points under theta.
func (f *servingFitter) results(theta []float64, points []*servingPoint) []ServingResult {
	rep := &ServingReport{}
	for _, p := range points {
		p.setup.p.SetEfficiency(f.efficiency(p, theta))
		rep.add(p.setup.row, p.phase, p.quantity, math.Exp(p.measured), math.Exp(p.predict()), 0, 0)
	}
	return rep.Results
}

// The names of what is left out together.
const (
	leaveOutGroup  = "group" // the rows of a device with a model
	leaveOutModel  = "model"
	leaveOutDevice = "device"
	leaveOutFamily = "family" // of devices
	leaveOutSource = "source"
)

// ServingLeaveOutNames lists what a fit of serving may leave out together.
func ServingLeaveOutNames() []string {
	return []string{leaveOutGroup, leaveOutModel, leaveOutDevice, leaveOutFamily, leaveOutSource}
}

// leftWith is what of a point is left out together with others: all its phases.
func leftWith(what string, p *servingPoint) string {
	row := p.setup.row
	switch what {
	case leaveOutModel:
		return row.Model
	case leaveOutDevice:
		return row.Device
	case leaveOutFamily:
		_, family, _ := strings.Cut(p.setup.p.Measured(), " on ")
		return family
	case leaveOutSource:
		return row.Source
	}
	return row.Device + "|" + row.Model
}

// leaveOut refits without each part of the measurements in turn and predicts
// the part.
func (f *servingFitter) leaveOut(what string, folds int) []ServingResult {
	var names []string
	for _, p := range f.points {
		names = append(names, leftWith(what, p))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	fold := map[string]int{}
	for i, n := range names {
		fold[n] = i % folds
	}
	var out []ServingResult
	for k := range folds {
		var in, without []*servingPoint
		for _, p := range f.points {
			if fold[leftWith(what, p)] == k {
				without = append(without, p)
			} else {
				in = append(in, p)
			}
		}
		if len(without) > 0 {
			out = append(out, f.results(f.solve(in), without)...)
		}
	}
	return out
}

// servingNegligible is the logarithm of a factor's change that is left out: on
// rows that it did not see the fit does as well without, and there are the fewer
// constants.
const servingNegligible = 0.12

// servingGiven are factors of runtimes that no measurement is of. MLX has
// kernels of its own for one token, which no tile of a matrix product holds up.
// Source: ml-explore/mlx mlx/backend/metal/kernels/quantized.h (qmv).
var servingGiven = map[string]map[string]float64{"tile": {"runtime=mlx": 0.15}}

// constants writes the factors that differ from 1, over those it came from.
func (f *servingFitter) constants(theta []float64, from *sizing.ServingConstants) *sizing.ServingConstants {
	c := &sizing.ServingConstants{Factors: map[string]map[string]float64{}, Bands: from.Bands, Measured: slices.Clone(from.Measured)}
	for _, factors := range []map[string]map[string]float64{servingGiven, from.Factors} {
		for name, keys := range factors {
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

// servingBands takes the 10 % and 90 % points of log(measured/predicted), each
// group counting once, by phase and by how near the measurements come. Where
// the runtime was measured on the family of devices they stand halfway between
// those of the rows that the fit saw and of groups that it did not, for a
// user's question is sometimes one and sometimes the other; where not, they
// are those of families that it did not see, and half as wide again where
// neither runtime nor family was measured.
func servingBands(fitted, near, far []ServingResult) map[string][2]float64 {
	bands := map[string][2]float64{}
	set := func(phase string, known int, low, high float64) {
		round := func(x float64) float64 { return math.Round(x*1e3) / 1e3 }
		bands[fmt.Sprintf("%s/%d", phase, known)] = [2]float64{round(low), round(high)}
	}
	seen := servingQuantiles(fitted)
	for phase, b := range servingQuantiles(near) {
		set(phase, 2, (seen[phase][0]+b[0])/2, (seen[phase][1]+b[1])/2)
	}
	for phase, b := range servingQuantiles(far) {
		set(phase, 1, b[0], b[1])
		set(phase, 0, b[0]*1.5, b[1]*1.5)
	}
	return bands
}

// servingQuantiles are the 10 % and 90 % points of log(measured/predicted) by
// phase, each group of device and model counting once.
func servingQuantiles(results []ServingResult) map[string][2]float64 {
	type value struct{ x, w float64 }
	group := func(r *ServingResult) string { return r.Phase + "|" + r.Device + "|" + r.Model }
	counts := map[string]int{}
	for i := range results {
		counts[group(&results[i])]++
	}
	byPhase := map[string][]value{}
	for i := range results {
		r := &results[i]
		v := value{math.Log(r.Measured / r.Predicted), 1 / float64(counts[group(r)])}
		byPhase[r.Phase] = append(byPhase[r.Phase], v)
		byPhase[""] = append(byPhase[""], v)
	}
	bands := map[string][2]float64{}
	for phase, list := range byPhase {
		slices.SortFunc(list, func(a, b value) int { return cmp.Compare(a.x, b.x) })
		total := 0.0
		for _, v := range list {
			total += v.w
		}
		at := func(q float64) float64 {
			sum := 0.0
			for _, v := range list {
				if sum += v.w; sum >= q*total {
					return v.x
				}
			}
			return list[len(list)-1].x
		}
		bands[phase] = [2]float64{math.Min(at(0.1), -0.02), math.Max(at(0.9), 0.02)}
	}
	return bands
}
