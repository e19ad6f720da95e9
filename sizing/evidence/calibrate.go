package evidence

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/train"
)

// Fitted is a constant before and after a fit.
type Fitted struct {
	Entry         int     `json:"-"` // index into Constants.Entries
	When          string  `json:"when"`
	Constant      string  `json:"constant"`
	Unit          string  `json:"unit"`
	Before, After float64 `json:"-"`
	// Error is the standard error of After, in its unit.
	Error float64 `json:"error"`
}

// Score is the errors of predictions.
type Score struct {
	N      int     `json:"n"`
	MAPE   float64 `json:"mape"`
	Median float64 `json:"median_ape"`
	P90    float64 `json:"p90_ape"`
	Bias   float64 `json:"bias"`
}

// Calibration is the result of a fit.
type Calibration struct {
	Constants *train.Constants
	Fitted    []Fitted
	Before    Score
	After     Score
	// LeaveOut scores every row by constants fitted without its group; N is 0
	// for fewer than two groups.
	LeaveOut Score
	// Residuals are log(predicted/measured) of the left-out rows, by row.
	Residuals []Residual
	// Without has the same residuals by other groups that a refit left out.
	Without map[string][]float64
	Skipped []Skipped
}

// Residual is the error of one row that a fit did not see.
type Residual struct {
	Row   *Row
	Arch  string // of its device
	Key   uint32 // of its plan, see sizing.Prepared.Key
	Group string
	// Shape and Family are those of the row's model.
	Shape, Family string
	// Twins is how many rows measured the same configuration, in any release,
	// the row included.
	Twins int
	// Fit and LeftOut are log(predicted/measured) with and without the row's
	// group in the fit.
	Fit, LeftOut float64
}

// Options of a calibration.
type CalibrateOptions struct {
	// LeaveOut names the groups that are left out together, as [LeaveOutNames]
	// lists them; "" is "shape".
	LeaveOut string
	// Folds is the largest number of fits that leave groups out; 0 leaves none
	// out.
	Folds int
	// Prior is the width of a constant's prior in spreads, which stabilises
	// constants with few rows. 0 takes 1, or 2 with Shrink, which limits
	// constants with few rows itself.
	Prior float64
	// Inherit centres a prior on what the entry would inherit without its own
	// value, instead of on its start: a device on its generation, a stack on a
	// device on the stack.
	Inherit bool
	// Shrink reduces every entry's change by what that number of rows would
	// show by chance.
	Shrink bool
	// Weight of a row; nil balances stacks and devices, so that a source with
	// many rows does not decide alone.
	Weight func(*Row) float64
}

// point is a row ready to predict.
type point struct {
	row      *Row
	setup    *Setup
	measured float64 // log of the step time
	weight   float64
	group    string
	reads    []int // the fitted constants that it reads
	inForce  train.InForce
	key      uint32 // of its plan
	twins    int    // the rows of its configuration
}

// configuration names what the point measured, whatever the release.
func (p *point) configuration() string { return (&Residual{Row: p.row, Key: p.key}).configuration() }

// clone returns a copy for independent predictions.
func (p point) clone() point {
	setup, prepared := *p.setup, *p.setup.Prepared
	setup.Prepared = &prepared
	p.setup, p.reads = &setup, nil
	return p
}

// resolve finds the entries that the point reads, once for all values of them.
func (p *point) resolve(c *train.Constants) {
	p.setup.Prepared.SetConstants(c)
	p.inForce = p.setup.Prepared.InForce(c)
}

// step returns log(predicted step time) under constants with the entries that
// the point was resolved for.
func (p *point) step(c *train.Constants) float64 {
	p.setup.Prepared.SetValues(c, p.inForce)
	t, err := p.setup.Prepared.StepTime(&p.setup.Plan)
	if err != nil {
		return math.NaN() // Setup has evaluated the plan already
	}
	return math.Log(float64(t.Sum()))
}

// Calibrate fits entries of the constants to the rows' step times. It minimises
// the sum of Huber losses of log(predicted/measured), so that a factor too long
// counts as much as one too short and outliers do not decide. The fit is
// deterministic.
func (p *Predictor) Calibrate(rows []Row, c *train.Constants, targets []int, opt CalibrateOptions) (*Calibration, error) {
	out, _, _, err := p.calibrate(rows, c, targets, opt)
	return out, err
}

func (p *Predictor) calibrate(rows []Row, c *train.Constants, targets []int, opt CalibrateOptions) (*Calibration, *stepFit, []point, error) {
	if len(targets) == 0 {
		return nil, nil, nil, note.NewError("fit.no-constant")
	}
	out := &Calibration{}
	points := p.points(rows, opt, out)
	if len(points) == 0 {
		return nil, nil, nil, note.NewError("fit.no-step-time")
	}
	f, err := newFit(c, targets, &opt)
	if err != nil {
		return nil, nil, nil, err
	}
	for i := range points {
		points[i].resolve(c)
	}
	out.Before = pointScore(points, residuals(points, c))
	best := f.best(points)
	f.solution = best
	out.Constants = f.constants(best)
	for _, t := range targets {
		e := &out.Constants.Entries[t]
		e.Value = rounded(e.Value, 4)
	}
	fitted := residuals(points, out.Constants)
	out.After = pointScore(points, fitted)
	out.Fitted = f.report(points, best)
	for _, x := range out.Fitted {
		e := &out.Constants.Entries[x.Entry]
		if e.Error = 0; x.After != 0 && !math.IsNaN(x.Error) {
			e.Error = rounded(math.Abs(x.Error/x.After), 2)
		}
	}
	left := f.leaveOut(points, cmp.Or(opt.LeaveOut, "shape"), opt.Folds)
	for i := range points {
		s := points[i].setup
		out.Residuals = append(out.Residuals, Residual{points[i].row, s.Prepared.Cluster.Device.Arch, points[i].key, points[i].group, points[i].row.shapeKey(), points[i].row.familyKey(), points[i].twins, fitted[i], left[i]})
	}
	if !math.IsNaN(left[0]) {
		out.LeaveOut = pointScore(points, left)
	}
	return out, f, points, nil
}

// rounded returns v to a number of digits, as a file states it.
func rounded(v float64, digits int) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	if err != nil {
		return v
	}
	return short
}

// points prepares the rows that have a step time.
func (p *Predictor) points(rows []Row, opt CalibrateOptions, out *Calibration) []point {
	var points []point
	skip := func(r *Row, err error) {
		out.Skipped = append(out.Skipped, newSkipped(r.ID, r.Source, StepSeconds, err))
	}
	count := map[string]float64{}
	for i := range rows {
		r := &rows[i]
		if r.Fault != nil {
			skip(r, r.Fault)
			continue
		}
		if r.StepSeconds == 0 && r.TokensPerSecond == 0 && r.TFLOPs == 0 {
			continue
		}
		if r.MicroBatch == 0 && r.GlobalBatch == 0 {
			skip(r, note.NewError("row.no-batch"))
			continue
		}
		s, err := p.Setup(r)
		if err != nil {
			skip(r, err)
			continue
		}
		e, err := s.Predict()
		if err != nil {
			skip(r, err)
			continue
		}
		measured, err := s.measuredStep(&e)
		if err != nil {
			skip(r, err)
			continue
		}
		points = append(points, point{row: r, setup: s, measured: math.Log(measured), key: s.Prepared.Key(&s.Plan)})
	}
	pair(points)
	for i := range points {
		count[points[i].row.balance()] += 1 / float64(points[i].twins)
	}
	for i := range points {
		r := points[i].row
		points[i].weight = 1 / (math.Sqrt(count[r.balance()]) * float64(points[i].twins))
		if opt.Weight != nil {
			points[i].weight = opt.Weight(r)
		}
	}
	return points
}

// pair counts the rows of each point's configuration.
func pair(points []point) {
	twins := map[string]int{}
	for i := range points {
		twins[points[i].configuration()]++
	}
	for i := range points {
		points[i].twins = twins[points[i].configuration()]
	}
}

// pointScore scores points, each of which weighs its share of its
// configuration.
func pointScore(points []point, r []float64) Score {
	weights := make([]float64, len(points))
	for i := range points {
		weights[i] = 1 / float64(points[i].twins)
	}
	return score(r, weights)
}

// balance names the set of rows that share a weight.
func (r *Row) balance() string { return r.Source + "|" + r.Device }

// layoutKey names the layout of a row: how many devices and how they are
// divided.
func (r *Row) layoutKey() string {
	return fmt.Sprintf("%s tp%d pp%d dp%d x%d", r.Stack, r.TP, r.PP, r.DP, r.Devices)
}

// scaleKey names a stack's rows on a similar number of devices, within a factor
// of four.
func (r *Row) scaleKey() string {
	return fmt.Sprintf("%s x4^%d", r.Stack, int(math.Log2(float64(max(r.Devices, 1)))/2))
}

// Refit computes a new file of constants: it fits all constants that
// measurements determine together, each with a prior at what its entry would
// inherit. The file's own values are only the start of the search. The bands
// come from the fits that leave rows out.
func (p *Predictor) Refit(rows []Row, c *train.Constants, opt CalibrateOptions) (*Calibration, error) {
	var targets []int
	for i := range c.Entries {
		if c.Entries[i].Fitted {
			targets = append(targets, i)
		}
	}
	opt.Inherit = true
	out, f, points, err := p.calibrate(rows, c, targets, opt)
	if err != nil || opt.Folds == 0 {
		return out, err
	}
	out.Without = map[string][]float64{}
	for i := range out.Residuals {
		name := cmp.Or(opt.LeaveOut, "shape")
		out.Without[name] = append(out.Without[name], out.Residuals[i].LeftOut)
	}
	for _, name := range bandGroups {
		if out.Without[name] == nil {
			out.Without[name] = f.leaveOut(points, name, opt.Folds)
		}
	}
	out.Constants.Bands = out.bands(c.Bands)
	out.recordKeys()
	return out, nil
}

// Targets finds the entries of constants by name, all that set one or those of
// one match by "match:name", such as "stack=torchtitan:traffic".
func Targets(c *train.Constants, names ...string) ([]int, error) {
	var list []int
	for _, full := range names {
		when, name, one := strings.Cut(full, ":")
		if !one {
			name = when
		}
		if train.FindConstant(name) == nil {
			var known []string
			for _, f := range train.ConstantFields() {
				known = append(known, f.Name)
			}
			return nil, note.NewError("fit.unknown-constant", name, known)
		}
		found, set := false, []string(nil)
		for i := range c.Entries {
			e := &c.Entries[i]
			switch {
			case e.Name != name:
			case !one || e.When.String() == when:
				list = append(list, i)
				found = true
			case !e.When.Everywhere():
				set = append(set, e.When.String())
			}
		}
		if !found {
			return nil, note.NewError("fit.no-entry", full, name, strings.Join(set, "; "))
		}
	}
	return list, nil
}

// localNames are the constants in which a user's cluster may differ, in the
// order in which a growing number of runs can determine them.
var localNames = []string{"software", "contention", "scale_out", "traffic", "launch_seconds", "step_seconds"}

// Local returns the constants with entries for each stack and device of the
// rows, and which of them to fit: one constant per three rows, since fewer rows
// cannot separate more. A fit starts from the current values.
func (p *Predictor) Local(rows []Row, c *train.Constants, origin string) (*train.Constants, []int, error) {
	type pair struct{ stack, device string }
	count := map[pair]int{}
	at := map[pair]train.Efficiency{}
	var order []pair
	q := *p
	q.Constants = c
	var first error
	for i := range rows {
		s, err := q.Setup(&rows[i])
		if err != nil {
			if first == nil {
				first = note.NewError("fit.row-fails", rows[i].ID, err)
			}
			continue
		}
		k := pair{s.Prepared.Stack().Name, s.Prepared.Cluster.Device.ID}
		if count[k] == 0 {
			order = append(order, k)
			at[k] = s.Prepared.Efficiency()
		}
		count[k]++
	}
	if len(order) == 0 {
		if first == nil {
			first = note.NewError("fit.no-rows")
		}
		return nil, nil, note.NewError("fit.nothing-to-fit-to", first)
	}
	out := c.Clone()
	var targets []int
	for _, k := range order {
		e := at[k]
		for _, name := range localNames[:min(max(count[k]/3, 1), len(localNames))] {
			targets = append(targets, len(out.Entries))
			out.Entries = append(out.Entries, train.Entry{Name: name, Value: e.Value(name),
				When: train.Match{Stack: k.stack, Device: k.device}, Origin: fmt.Sprintf("fitted on %d rows of %s", count[k], origin)})
		}
		if d, err := p.Hardware.Find(k.device); err == nil {
			measureOn(out, k.stack, d)
		}
	}
	return out, targets, nil
}

// measureOn records that a stack was measured on a device, so that its
// constants are no longer those of other devices.
func measureOn(c *train.Constants, stack string, d *hardware.Device) {
	i := slices.IndexFunc(c.Bands, func(b train.BandFor) bool { return b.When == train.Match{Stack: stack} })
	if i < 0 {
		b := c.Bands[0]
		b.When, b.Rows, b.Devices, b.Archs = train.Match{Stack: stack}, 0, nil, nil
		i = len(c.Bands)
		c.Bands = append(c.Bands, b)
	}
	b := &c.Bands[i]
	if !slices.Contains(b.Devices, d.ID) {
		b.Devices = append(b.Devices, d.ID)
	}
	if !slices.Contains(b.Archs, d.Arch) {
		b.Archs = append(b.Archs, d.Arch)
	}
}
