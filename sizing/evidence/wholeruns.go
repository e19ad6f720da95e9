package evidence

import (
	"bytes"
	"cmp"
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// wholeRunsFile holds published training runs, a row each, with the laboratory
// and the year, and with layout and software where a paper states them.
const wholeRunsFile = "data/whole_runs.csv"

// WholeRuns returns the published training runs that the program ships with.
func WholeRuns() ([]Row, error) {
	data, err := published.ReadFile(wholeRunsFile)
	if err != nil {
		return nil, note.NewError("fit.shipped-rows", err)
	}
	return ReadCSV(bytes.NewReader(data), wholeRunsFile)
}

// Forms in which a run is asked for: with layout and software left open, or with
// what of them its row states.
var runForms = []string{"nothing", "layout", "software", "both"}

// plannedRun is a published run beside the plan of it.
type plannedRun struct {
	row       *Row
	form      string // what of layout and software was given
	planned   quantity.Seconds
	hours     float64 // device-hours as planned
	situation efficiency.Match
	device    *hardware.Device
	below     float64 // half-width of the step's band, as a logarithm
	above     float64
	weight    float64
}

// ratio is the logarithm of published over planned device-hours.
func (r *plannedRun) ratio() float64 { return math.Log(r.row.DeviceHours / r.hours) }

// plan asks for the run of a row in a form, which is nil where the row does not
// state what the form gives.
func (p *Predictor) plan(r *Row, form string) (*plannedRun, error) {
	layout, software := r.TP > 0, r.Stack != ""
	asked := *r
	asked.Stack, asked.Release = "", ""
	q, err := p.runRequest(&asked)
	if err != nil {
		return nil, err
	}
	if form == "layout" || form == "both" {
		if !layout {
			return nil, nil
		}
		q.Fixed.Plan = train.Plan{TP: r.TP, PP: r.PP, VP: r.VP, CP: r.CP, EP: r.EP}
	}
	if form == "software" || form == "both" {
		if !software {
			return nil, nil
		}
		if q.Stack, err = train.FindStack(r.Stack); err != nil {
			return nil, err
		}
	}
	q.Published.Year = r.Year
	a, err := p.answerRun(q)
	if err != nil {
		return nil, err
	}
	t := &a.Estimate.Time
	if !(t.Run > 0) || !(a.Goodput.Share > 0) {
		return nil, note.NewError("row.no-layout")
	}
	return &plannedRun{
		row: r, form: form, planned: a.Goodput.Planned, device: q.Device,
		hours:     float64(a.Goodput.Planned) / 3600 * float64(a.Cluster.Count),
		situation: run.Situation(q.Model, q.Device, r.Year, form),
		below:     math.Log(float64(t.Step / t.StepLow)), above: math.Log(float64(t.StepHigh / t.Step)),
	}, nil
}

// planAll asks for every run in every form that its row states; skipped are the
// runs that cannot be asked for. The runs of a laboratory share its weight, for
// what slows one slows the others, but many tell more than one does.
func (p *Predictor) planAll(rows []Row) (runs []plannedRun, skipped []Skipped) {
	labs := map[string]float64{}
	for i := range rows {
		labs[rows[i].laboratory()]++
		for _, form := range runForms {
			r, err := p.plan(&rows[i], form)
			switch {
			case err != nil && form == runForms[0]:
				skipped = append(skipped, newSkipped(rows[i].ID, rows[i].Source, DeviceHours, err))
			case err == nil && r != nil:
				runs = append(runs, *r)
			}
		}
	}
	for i := range runs {
		runs[i].weight = 1 / math.Sqrt(labs[runs[i].row.laboratory()])
	}
	return runs, skipped
}

// laboratory is who trained, or the source where that is not known.
func (r *Row) laboratory() string { return cmp.Or(r.Laboratory, r.Source) }
