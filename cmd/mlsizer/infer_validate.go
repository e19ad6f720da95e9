package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/serve"
)

// servingRows reads the file of --from if it holds measurements of serving,
// told by its header, or the shipped ones if serving is what was asked for;
// nil if it does not. What is read of standard input is put back.
func (o *evidenceOptions) servingRows() ([]evidence.ServingRow, error) {
	if o.from == "" {
		if !o.serving {
			return nil, nil
		}
		rows, err := evidence.DefaultServing()
		return rowsOf("", rows, err)
	}
	in, name, err := o.openFrom()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	bounded := evidence.Bounded(in)
	var head bytes.Buffer
	header, err := csv.NewReader(io.TeeReader(bounded, &head)).Read()
	rest := io.MultiReader(&head, bounded)
	if err != nil || !evidence.IsServing(header) {
		if o.from == "-" {
			o.Stdin = rest
		}
		return nil, nil
	}
	rows, err := evidence.ReadServingCSV(rest, name)
	return rowsOf(name, rows, err)
}

// servingPredictor predicts rows of serving.
func (o *evidenceOptions) servingPredictor() (*evidence.ServingPredictor, error) {
	devices, err := o.Hardware()
	if err != nil {
		return nil, err
	}
	p := &evidence.ServingPredictor{Resolve: catalog.Resolve, Hardware: devices, Constants: serve.DefaultConstants()}
	if o.constants != "" {
		f, err := o.OpenFlag("--constants", o.constants, text.FileOfConstants)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if p.Constants, err = serve.ReadConstants(f, o.constants); err != nil {
			return nil, cli.ReadError(err, "")
		}
	}
	return p, nil
}

// validateServing scores predictions of serving.
func validateServing(o *evidenceOptions, rows []evidence.ServingRow) error {
	p, err := o.servingPredictor()
	if err != nil {
		return err
	}
	rep := p.Validate(rows)
	sayReasons(rep.Skipped, o.Lang)
	d := &render.Document{
		Title: text.ValidateServing,
		JSON: struct {
			report.Head
			Rows    []evidence.ServingResult `json:"rows"`
			Skipped []evidence.Skipped       `json:"skipped"`
			Summary []evidence.Summary       `json:"summary"`
			Groups  []evidence.ServingGroup  `json:"groups"`
		}{report.NewHead("validate"), rep.Results, rep.Skipped, rep.Summary, rep.Groups},
		Records: rep.Results,
		Tables:  []render.Table{servingGroupTable(rep.Groups), summaryTable(text.BySource, text.Source, rep.Summary, true)},
		Notes:   []render.Note{{Text: text.ErrorNote}, {Text: text.CoverageNote}, {Text: text.GroupNote}},
	}
	if t, ok := skippedTable(rep.Skipped); ok {
		d.Tables = append(d.Tables, t)
	}
	return o.printScores(d, len(rep.Results), len(rep.Skipped))
}

// servingGroupTable is how the phases fare, over groups of device and model.
func servingGroupTable(groups []evidence.ServingGroup) render.Table {
	t := render.Table{Title: text.ByPhase, TitleNotes: []int{3}, Columns: []render.Column{
		{Name: "phase", Head: text.Phase}, {Name: "rows", Head: text.Rows, Right: true}, {Name: "groups", Head: text.Groups, Right: true},
		{Name: "median_ape", Head: text.MedianError, Right: true}, {Name: "bias", Head: text.Bias, Right: true},
		{Name: "coverage80", Head: text.Coverage, Right: true},
	}}
	for _, g := range groups {
		t.Rows = append(t.Rows, []render.Cell{{Value: g.Phase}, {Value: g.Rows}, {Value: g.Groups},
			{Value: render.Percent(g.MedianAPE)}, {Value: render.Percent(g.Bias)}, {Value: render.Percent(g.Coverage)}})
	}
	return t
}

// servingConstantsJSON is the constants of serving in an answer.
type servingConstantsJSON struct {
	Source   string                        `json:"source"`
	Date     string                        `json:"date"`
	Factors  map[string]map[string]float64 `json:"factors"`
	Measured []string                      `json:"measured"`
	// Bands are logarithms of low and high over the estimate, by phase and by
	// how much is known: "decode/2".
	Bands map[string][2]float64 `json:"bands"`
}

func newServingConstantsJSON(c *serve.Constants) servingConstantsJSON {
	j := servingConstantsJSON{c.Source, c.Date, c.Factors, c.Measured, map[string][2]float64{}}
	log := func(ratio float64) float64 { return math.Round(math.Log(ratio)*1e3) / 1e3 }
	for k, b := range c.Bands {
		j.Bands[fmt.Sprintf("%s/%d", k.Phase, k.Known)] = [2]float64{log(b.Low), log(b.High)}
	}
	return j
}

// servingFolds is how many parts the groups are left out in.
const servingFolds = 12

// calibrateServing fits the constants of serving to a file's rows and says how
// well they do on groups that they were not fitted to.
func calibrateServing(o *calibrateOptions, rows []evidence.ServingRow) error {
	out, err := o.checkLeaveOut(evidence.ServingLeaveOutNames())
	if err != nil {
		return err
	}
	p, err := o.servingPredictor()
	if err != nil {
		return err
	}
	fit, err := p.FitServing(rows, evidence.ServingFitOptions{LeaveOut: out, Folds: servingFolds, Prior: o.prior, Refit: o.refit})
	if err != nil {
		return cli.ReadError(text.Colon.Error(o.from, err), "")
	}
	fit.Constants.Source, fit.Constants.Date = o.from, o.date
	if o.from == "" {
		fit.Constants.Source = text.ShippedServing.EN
	}
	if o.file != "" {
		var data bytes.Buffer
		if err := fit.Constants.Write(&data); err != nil {
			return cli.ReadError(err, "")
		}
		if err := o.writeFile(data.Bytes()); err != nil {
			return err
		}
	}
	t := render.Table{Title: text.ByPhase, TitleNotes: []int{1}, Columns: []render.Column{
		{Name: "phase", Head: text.Phase}, {Name: "rows", Head: text.Rows, Right: true}, {Name: "groups", Head: text.Groups, Right: true},
		{Name: "fit_median_ape", Head: text.FitError, Right: true}, {Name: "left_out_median_ape", Head: text.LeftOutError, Right: true},
	}}
	for _, g := range fit.Fit {
		row := []render.Cell{{Value: g.Phase}, {Value: g.Rows}, {Value: g.Groups}, {Value: render.Percent(g.MedianAPE)}, {}}
		if i := slices.IndexFunc(fit.LeftOut, func(l evidence.ServingGroup) bool { return l.Phase == g.Phase }); i >= 0 {
			row[4].Value = render.Percent(fit.LeftOut[i].MedianAPE)
		}
		t.Rows = append(t.Rows, row)
	}
	constants, fitted := fittedTable(fit.Fitted)
	sayReasons(fit.Skipped, o.Lang)
	d := &render.Document{
		Title: text.CalibrateServing, Tables: []render.Table{t, constants}, Notes: []render.Note{{Text: text.GroupNote}},
		JSON: struct {
			report.Head
			Fit       []evidence.ServingGroup `json:"fit"`
			LeftOut   []evidence.ServingGroup `json:"left_out"`
			Skipped   []evidence.Skipped      `json:"skipped"`
			Constants servingConstantsJSON    `json:"constants"`
			Fitted    []fittedJSON            `json:"fitted"`
		}{report.NewHead("calibrate"), fit.Fit, fit.LeftOut, fit.Skipped, newServingConstantsJSON(fit.Constants), fitted},
	}
	if s, ok := skippedTable(fit.Skipped); ok {
		d.Tables = append(d.Tables, s)
	}
	return o.Print(d)
}
