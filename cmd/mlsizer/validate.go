package main

import (
	"cmp"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/train"
)

// evidenceOptions are what validate and calibrate read.
type evidenceOptions struct {
	*cli.App
	from      string
	constants string
	serving   bool // the shipped measurements of serving
	runs      bool // the shipped whole runs
}

func newValidateCmd(a *cli.App) *cobra.Command {
	o := &evidenceOptions{App: a}
	cmd := &cobra.Command{
		Use:  "validate [--from FILE]",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if o.runs {
				return validateRuns(o)
			}
			return validateRun(o)
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *evidenceOptions) flags(cmd *cobra.Command) {
	fs := cmd.Flags()
	cli.AddValue(fs, &o.from, "from", "", "FILE", "runs.csv", cli.AsTyped)
	cli.AddValue(fs, &o.constants, "constants", "", "FILE", "constants.json", cli.AsTyped)
	fs.BoolVar(&o.serving, "serving", false, "")
	fs.BoolVar(&o.runs, "runs", false, "")
	cli.AddHardwareFile(fs, o.App)
}

// predictor is what predicts the rows.
func (o *evidenceOptions) predictor() (*evidence.Predictor, error) {
	devices, err := o.Hardware()
	if err != nil {
		return nil, err
	}
	p := &evidence.Predictor{Resolve: catalog.Resolve, Hardware: devices, Constants: train.DefaultConstants()}
	if o.constants != "" {
		if p.Constants, err = o.ReadConstants(o.constants); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// openFrom opens the file of --from, or standard input, and says what to call
// it.
func (o *evidenceOptions) openFrom() (in io.ReadCloser, name string, err error) {
	if o.from == "-" {
		return io.NopCloser(o.Stdin), text.StandardInput.In(o.Lang), nil
	}
	in, err = o.OpenFlag("--from", o.from, text.FileOfMeasurements)
	return in, o.from, err
}

// rows reads the file, or the measurements that the program ships with.
func (o *evidenceOptions) rows() ([]evidence.Row, error) {
	if o.from == "" {
		rows, err := evidence.Default()
		return rowsOf("", rows, err)
	}
	in, name, err := o.openFrom()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	rows, err := evidence.ReadCSV(in, name)
	return rowsOf(name, rows, err)
}

// rowsOf are the rows that were read of a file; none are an error.
func rowsOf[R any](name string, rows []R, err error) ([]R, error) {
	if err == nil && len(rows) == 0 {
		err = text.NoRows.Error(name)
	}
	if err != nil {
		return nil, cli.ReadError(err, "")
	}
	return rows, nil
}

// validateJSON is the answer of validate.
type validateJSON struct {
	report.Head
	*evidence.Report
	ByStack  []scoreJSON `json:"by_stack"`
	ByDevice []scoreJSON `json:"by_device"`
	// CrossFitted are the scores of the constants on rows that they were not
	// fitted to.
	CrossFitted []evidence.StackScore `json:"cross_fitted,omitempty"`
}

// scoreJSON is a summary by something other than the source.
type scoreJSON struct {
	Group    string            `json:"group"`
	Quantity evidence.Quantity `json:"quantity"`
	N        int               `json:"n"`
	MAPE     float64           `json:"mape"`
	Median   float64           `json:"median_ape"`
	P90      float64           `json:"p90_ape"`
	Bias     float64           `json:"bias"`
	Coverage float64           `json:"coverage80"`
}

func scoresOf(list []evidence.Summary) []scoreJSON {
	groups := make([]scoreJSON, 0, len(list))
	for _, s := range list {
		groups = append(groups, scoreJSON{s.Source, s.Quantity, s.N, s.MAPE, s.MedianAPE, s.P90APE, s.Bias, s.Coverage})
	}
	return groups
}

func validateRun(o *evidenceOptions) error {
	if rows, err := o.servingRows(); err != nil || rows != nil {
		if err != nil {
			return err
		}
		return validateServing(o, rows)
	}
	p, err := o.predictor()
	if err != nil {
		return err
	}
	rows, err := o.rows()
	if err != nil {
		return err
	}
	rep := p.Validate(rows)
	sayReasons(rep.Skipped, o.Lang)
	stacks := rep.By(func(r *evidence.Result) string { return cmp.Or(r.Stack, "-") })
	devices := rep.By(func(r *evidence.Result) string { return cmp.Or(r.Device, "-") })
	answer := validateJSON{report.NewHead("validate"), rep, scoresOf(stacks), scoresOf(devices), evidence.StoredScores(p.Constants)}
	doc := &render.Document{
		Title: text.ValidateTitle, JSON: answer, Records: rep.Rows, Figure: report.Scatter(rep, o.Lang),
		Tables: []render.Table{
			summaryTable(text.BySource, text.Source, rep.Summary, true),
			summaryTable(text.ByStack, text.Stack, stacks, false),
			summaryTable(text.ByDevice, text.Hardware, devices, false),
		},
		Notes: []render.Note{{Text: text.ErrorNote}, {Text: text.CoverageNote}},
	}
	if t, ok := skippedTable(rep.Skipped); ok {
		doc.Tables = append(doc.Tables, t)
	}
	if rep.HasSteps() {
		doc.Tables = append(doc.Tables, report.LeftOut(text.StoredCross, answer.CrossFitted), report.LeftOutCoverage(answer.CrossFitted))
	}
	doc.Tables = slices.DeleteFunc(doc.Tables, func(t render.Table) bool { return len(t.Rows) == 0 })
	return o.printScores(doc, len(rep.Rows), len(rep.Skipped))
}

// printScores prints an answer about measurements, of which none that was
// predicted is a failure.
func (o *evidenceOptions) printScores(d *render.Document, predicted, skipped int) error {
	if err := o.Print(d); err != nil || predicted > 0 {
		return err
	}
	return cli.ReadError(text.NonePredicted.Error(skipped), "")
}

// summaryTable is how the predictions fare by what the first column names.
func summaryTable(title, first text.Text, list []evidence.Summary, skipped bool) render.Table {
	t := render.Table{Title: title, Columns: []render.Column{
		{Name: "group", Head: first}, {Name: "quantity", Head: text.Quantity, Drop: 1}, {Name: "n", Head: text.Rows, Right: true},
		{Name: "mape", Head: text.MeanError, Right: true}, {Name: "median_ape", Head: text.MedianError, Right: true},
		{Name: "p90_ape", Head: text.P90Error, Right: true, Drop: 3}, {Name: "bias", Head: text.Bias, Right: true, Drop: 2},
		{Name: "coverage80", Head: text.Coverage, Right: true},
	}}
	if skipped {
		t.Columns = slices.Insert(t.Columns, 3, render.Column{Name: "skipped", Head: text.SkippedRows, Right: true, Drop: 4})
		t.TitleNotes = []int{1, 2}
	}
	for _, s := range list {
		share := func(v float64) render.Cell {
			if s.N == 0 {
				return render.Cell{}
			}
			return render.Cell{Value: render.Percent(v)}
		}
		row := []render.Cell{{Value: s.Source}, {Value: report.QuantityText(s.Quantity)}, {Value: s.N},
			share(s.MAPE), share(s.MedianAPE), share(s.P90APE), share(s.Bias), share(s.Coverage)}
		if skipped {
			row = slices.Insert(row, 3, render.Cell{Value: s.Skipped})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sayReasons puts into words why rows were not predicted.
func sayReasons(list []evidence.Skipped, l text.Lang) {
	for i := range list {
		list[i].Reason = text.ErrorIn(list[i].Err, l)
	}
}

// skippedTable says why rows were not predicted, the commonest reason first.
func skippedTable(list []evidence.Skipped) (render.Table, bool) {
	count := map[string]int{}
	for _, s := range list {
		count[s.Reason]++
	}
	reasons := make([]string, 0, len(count))
	for r := range count {
		reasons = append(reasons, r)
	}
	slices.SortFunc(reasons, func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	t := render.Table{Title: text.SkippedTitle, Columns: []render.Column{
		{Name: "rows", Head: text.Rows, Right: true}, {Name: "reason", Head: text.Reason, Wrap: true},
	}}
	for _, r := range reasons {
		t.Rows = append(t.Rows, []render.Cell{{Value: count[r]}, {Value: r}})
	}
	return t, len(reasons) > 0
}
