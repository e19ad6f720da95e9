package evidence

import (
	"cmp"
	"math"

	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// wholeRunsFile lists published training runs, a row each, with the laboratory
// and the year, and with layout and software if a paper states them.
const wholeRunsFile = "data/whole_runs.csv"

// WholeRuns returns the embedded published training runs.
func WholeRuns() ([]Row, error) {
	return embedded(&published, wholeRunsFile, ReadCSV, faultOf)
}

// The forms of a run's request: with layout and software open, or with those of
// them that its row states.
var runForms = []string{"nothing", "layout", "software", "both"}

// plannedRun is a published run with its plan.
type plannedRun struct {
	row       *Row
	form      string // which of layout and software was given
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

// plan estimates the run of a row in a form; nil if the row does not state what
// the form requires.
func (p *Predictor) plan(r *Row, form string) (*plannedRun, error) {
	if r.Fault != nil {
		return nil, r.Fault
	}
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

// planAll estimates every run in every form that its row states; skipped are
// the runs that have no estimate. The runs of a laboratory share its weight,
// since their overruns have common causes, but many runs weigh more than one.
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

// laboratory is who trained the model, or the source if that is unknown.
func (r *Row) laboratory() string { return cmp.Or(r.Laboratory, r.Source) }
