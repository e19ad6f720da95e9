package main

import (
	"cmp"
	"fmt"
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/run"
)

// runsJSON is the answer of validate --runs.
type runsJSON struct {
	report.Head
	Rows      []evidence.RunResult           `json:"rows"`
	Skipped   []evidence.Skipped             `json:"skipped"`
	Summary   map[string][]evidence.RunScore `json:"summary"`
	Constants *efficiency.File               `json:"constants"`
	File      string                         `json:"file,omitempty"`
}

// fitRuns fits the overruns to the published runs that the program ships with.
func (o *evidenceOptions) fitRuns() (*evidence.OverrunFit, error) {
	devices, err := o.Hardware()
	if err != nil {
		return nil, err
	}
	if o.from != "" || o.serving || o.constants != "" || len(devices.All()) != len(hardware.Default().All()) {
		return nil, cli.UsageError(text.RunsAlone.Error(), "mlsizer validate --runs")
	}
	shipped, err := evidence.ShippedOverruns()
	if err != nil {
		return nil, err
	}
	f := *shipped
	f.Constants, f.Skipped = f.Constants.Clone(), slices.Clone(f.Skipped)
	return &f, nil
}

// validateRuns scores the predictions of published runs, each by constants that
// its laboratory had no part in.
func validateRuns(o *evidenceOptions) error {
	f, err := o.fitRuns()
	if err != nil {
		return err
	}
	sayReasons(f.Skipped, o.Lang)
	return o.Print(runsDocument("validate", f))
}

// runsDocument shows the runs that were asked for with layout and software open,
// and how those of each kind fare.
func runsDocument(command string, f *evidence.OverrunFit) *render.Document {
	open := f.Given("nothing")
	j := runsJSON{Head: report.NewHead(command), Rows: f.Runs, Skipped: f.Skipped, Constants: f.Constants, Summary: map[string][]evidence.RunScore{}}
	if j.Skipped == nil {
		j.Skipped = []evidence.Skipped{}
	}
	d := &render.Document{Title: text.RunsTitle.With(len(open)), Tables: []render.Table{runsTable(open)}, Records: f.Runs}
	for _, by := range []struct {
		name  string
		title text.Text
		head  text.Text
		runs  []evidence.RunResult
		key   func(*evidence.RunResult) string
	}{
		{"given", text.ByGiven, text.GivenHead, f.Runs, func(r *evidence.RunResult) string { return r.Given }},
		{"kind", text.ByKind, text.Model, open, func(r *evidence.RunResult) string { return r.Kind }},
		{"device", text.ByDevice, text.Hardware, open, func(r *evidence.RunResult) string { return r.Device }},
		{"year", text.ByYear, text.Year, open, func(r *evidence.RunResult) string { return fmt.Sprint(r.Year) }},
	} {
		scores := evidence.ScoreRuns(by.runs, by.key)
		j.Summary[by.name] = scores
		d.Tables = append(d.Tables, runScoresTable(by.title, by.head, scores))
	}
	d.JSON = j
	d.Notes = []render.Note{{Text: text.RunsNote}, {Text: text.RatioNote}}
	if t, ok := skippedTable(f.Skipped); ok {
		d.Tables = append(d.Tables, t)
	}
	return d
}

// runsTable lists runs, by laboratory.
func runsTable(runs []evidence.RunResult) render.Table {
	t := render.Table{Title: text.PublishedRuns, TitleNotes: []int{1, 2}, Columns: []render.Column{
		{Name: "laboratory", Head: text.Laboratory}, {Name: "id", Head: text.Run}, {Name: "year", Head: text.Year, Right: true, Drop: 3},
		{Name: "device", Head: text.Hardware, Drop: 2}, {Name: "measured", Head: text.PublishedHours, Right: true}, {Name: "predicted", Head: text.PredictedHours, Right: true},
		{Name: "low", Head: text.BandFrom, Right: true}, {Name: "high", Head: text.BandTo, Right: true},
		{Name: "ratio", Head: text.Ratio, Right: true}, {Name: "inside", Head: text.InTheBand},
	}}
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b evidence.RunResult) int {
		return cmp.Or(cmp.Compare(a.Laboratory, b.Laboratory), cmp.Compare(a.Year, b.Year), cmp.Compare(a.ID, b.ID))
	})
	for i := range runs {
		r := &runs[i]
		inside := text.No
		if r.Inside() {
			inside = text.Yes
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: r.Laboratory}, {Value: r.ID}, {Value: fmt.Sprint(r.Year)}, {Value: r.Device},
			{Value: render.Count(r.Measured)}, {Value: render.Count(r.Predicted)}, {Value: render.Count(r.Low)}, {Value: render.Count(r.High)},
			{Value: fmt.Sprintf("%.2f", r.Measured/r.Predicted)}, {Value: inside}})
	}
	return t
}

// runScoresTable is how runs of each group fare.
func runScoresTable(title, head text.Text, scores []evidence.RunScore) render.Table {
	t := render.Table{Title: title, Columns: []render.Column{
		{Name: "group", Head: head}, {Name: "n", Head: text.Runs, Right: true}, {Name: "median_ratio", Head: text.MedianRatio, Right: true},
		{Name: "coverage80", Head: text.Coverage, Right: true},
	}}
	for _, s := range scores {
		t.Rows = append(t.Rows, []render.Cell{{Value: text.Of(text.RunGroups, s.Group)}, {Value: s.N}, {Value: fmt.Sprintf("%.2f", s.MedianRatio)}, {Value: render.Percent(s.Coverage)}})
	}
	return t
}

// calibrateRuns fits the overruns and writes them to a file where one is named.
func calibrateRuns(o *calibrateOptions) error {
	if o.memory || o.refit || o.fit != nil || o.out != "" {
		return cli.UsageError(text.RunsAlone.Error(), "mlsizer calibrate --runs")
	}
	f, err := o.fitRuns()
	if err != nil {
		return err
	}
	sayReasons(f.Skipped, o.Lang)
	d := runsDocument("calibrate", f)
	fitted := render.Table{Title: text.Constants, Columns: []render.Column{
		{Name: "match", Head: text.Where}, {Name: "constant", Head: text.Constant}, {Name: "before", Head: text.Before, Right: true}, {Name: "after", Head: text.After, Right: true},
	}}
	for i, e := range run.DefaultOverruns().Entries {
		fitted.Rows = append(fitted.Rows, []render.Cell{{Value: e.When.String()}, {Value: e.Name}, {Value: fmt.Sprintf("%.3g", e.Value)}, {Value: fmt.Sprintf("%.3g", f.Constants.Entries[i].Value)}})
	}
	d.Tables = append(d.Tables[1:], fitted)
	if o.file != "" {
		if o.date != "" {
			f.Constants.Date = o.date
		}
		if err := o.writeJSON(f.Constants, " "); err != nil {
			return err
		}
	}
	return o.Print(d)
}
