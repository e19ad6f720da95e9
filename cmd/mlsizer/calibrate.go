package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing"
	"mlsizer/sizing/evidence"
)

// calibrateOptions are the arguments of calibrate.
type calibrateOptions struct {
	evidenceOptions
	fit    []string
	file   string // -o FILE
	prior  float64
	date   string
	refit  bool
	memory bool
	out    string // what groups of rows a fit leaves out; "": shapes, of serving pairs of device and model
}

func newCalibrateCmd(a *app) *cobra.Command {
	o := &calibrateOptions{evidenceOptions: evidenceOptions{app: a}}
	cmd := &cobra.Command{
		Use:   "calibrate --from FILE [-o constants.json]",
		Short: "fit constants of the step time to your own cluster's runs",
		Long: `Calibrate fits constants of the step time to measured runs: three of your own
already sharpen the estimates for your stack and device. Without --fit it adds
an entry for each stack and device of the file, with one constant for every
three rows, and takes back what so few rows would gain by chance. The fit is by
least squares of log(predicted/measured) with Huber's loss, bounded, and always
the same for the same rows. With --refit it fits all that measurements decide in
the file of constants at once and makes its bands, as the program's own was made
(of the shipped measurements, without --from), and --leave-out says which rows
each of the fits that score it does not see together. A file of serving
measurements fits the constants of serving in the same way.`,
		Example: `  mlsizer calibrate --from runs.csv
  mlsizer calibrate --from runs.csv -o constants.json
  mlsizer calibrate --from runs.csv --fit stack=torchtitan:traffic,overlap
  mlsizer calibrate --refit --leave-out layout -o constants.json
  mlsizer calibrate --memory --leave-out source`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return calibrateRun(o) },
	}
	o.flags(cmd)
	fs := cmd.Flags()
	addValue(fs, &o.fit, "fit", "", "constants to fit, by name or match:name; without: a few for each stack and device of the file", "NAMES", "stack=torchtitan:traffic", func(s string) ([]string, error) { return strings.Split(s, ","), nil })
	addValue(fs, &o.prior, "prior", "", "width of the pull to where a constant starts (with --refit: to what it inherits), in its spreads (else 1, and 2 where few rows are held back)", "SPREADS", "0.5", parsePrior)
	fs.BoolVar(&o.refit, "refit", false, "fit every constant of the file that measurements decide")
	fs.BoolVar(&o.memory, "memory", false, "fit what decides the memory of stacks to measured peaks, and make the memory's bands")
	addValue(fs, &o.out, "leave-out", "", "rows that the fits scoring a calibration leave out together ("+strings.Join(evidence.LeaveOutNames(), ", ")+"; of serving: "+strings.Join(evidence.ServingLeaveOutNames(), ", ")+")", "GROUP", "layout", func(s string) (string, error) { return s, nil })
	addValue(fs, &o.date, "date", "", "date of the fit, for the file", "DATE", "2026-11-23", parseDate)
	addValue(fs, &o.file, "output", "o", "form of the answer ("+render.FormatNames()+"), or a .json file for the fitted constants", "FORMAT|FILE", "constants.json", o.parseOutput)
	return cmd
}

// parsePrior reads the width of a prior.
func parsePrior(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v > 0 && v <= 10) {
		return 0, fmt.Errorf("%q: not a width (want spreads above 0 and up to 10, such as 0.5)", s)
	}
	return v, nil
}

// checkLeaveOut refuses what is not a group of the rows at hand, and returns the
// first of them where none is asked for.
func (o *calibrateOptions) checkLeaveOut(groups []string) (string, error) {
	if o.out == "" {
		return groups[0], nil
	}
	if !slices.Contains(groups, o.out) {
		return "", usageError(fmt.Errorf("--leave-out %q: not a group of these rows (want %s)", o.out, strings.Join(groups, ", ")), o.commandReplacing(o.out, groups[0]))
	}
	return o.out, nil
}

// parseDate reads a date as the file of constants writes it.
func parseDate(s string) (string, error) {
	var y, m, d int
	if n, err := fmt.Sscanf(s, "%4d-%2d-%2d", &y, &m, &d); err != nil || n != 3 || len(s) != len("2006-01-02") || m < 1 || m > 12 || d < 1 || d > 31 {
		return "", fmt.Errorf("%q: not a date (want such as 2026-11-23)", s)
	}
	return s, nil
}

// parseOutput takes a file ending in .json as the place of the constants, and
// anything else as the form of the answer.
func (o *calibrateOptions) parseOutput(s string) (string, error) {
	if strings.EqualFold(filepath.Ext(s), ".json") {
		return s, nil
	}
	f, err := render.ParseFormat(s)
	if err != nil {
		return "", fmt.Errorf("%w, or a file ending in .json", err)
	}
	o.output = f
	return "", nil
}

// calibrateJSON is the answer of calibrate.
type calibrateJSON struct {
	Schema    string                `json:"schema"`
	Command   string                `json:"command"`
	Rows      int                   `json:"rows"`
	Constants []fittedJSON          `json:"constants"`
	Before    evidence.Score        `json:"before"`
	After     evidence.Score        `json:"after"`
	LeftOut   *evidence.Score       `json:"left_out,omitempty"`
	ByStack   []evidence.StackScore `json:"by_stack,omitempty"`
	Skipped   []evidence.Skipped    `json:"skipped"`
	File      string                `json:"file,omitempty"`
}

type fittedJSON struct {
	When   string   `json:"when"`
	Name   string   `json:"constant"`
	Unit   string   `json:"unit"`
	Before float64  `json:"before"`
	After  float64  `json:"after"`
	Error  *float64 `json:"standard_error,omitempty"`
}

func calibrateRun(o *calibrateOptions) error {
	if o.memory {
		return calibrateMemory(o)
	}
	if rows, err := o.servingRows(); err != nil {
		return err
	} else if rows != nil {
		return calibrateServing(o, rows)
	}
	if o.refit && o.fit != nil {
		return usageError(errors.New("--fit names constants, and --refit fits all of them (want one of the two)"), "mlsizer calibrate --refit")
	}
	if o.from == "" && !o.refit {
		return usageError(errors.New("no --from: whose runs the constants are fitted to (--refit takes the shipped ones)"), o.commandLine()+" --from runs.csv")
	}
	p, err := o.predictor()
	if err != nil {
		return err
	}
	rows, err := o.rows()
	if err != nil {
		return err
	}
	c, err := o.calibrate(p, rows)
	if err != nil {
		return err
	}
	if err := o.write(c); err != nil {
		return err
	}
	return o.print(o.document(c))
}

// calibrate fits what the flags say.
func (o *calibrateOptions) calibrate(p *evidence.Predictor, rows []evidence.Row) (*evidence.Calibration, error) {
	start := p.Constants
	out, err := o.checkLeaveOut(evidence.LeaveOutNames())
	if err != nil {
		return nil, err
	}
	opt := evidence.CalibrateOptions{Folds: 8, Prior: o.prior, LeaveOut: out}
	if o.refit {
		c, err := p.Refit(rows, start, opt)
		if err != nil {
			return nil, readError(fmt.Errorf("--refit: %w", err), "")
		}
		return c, nil
	}
	var targets []int
	if o.fit == nil {
		opt.Shrink = true
		start, targets, err = p.Local(rows, start, filepath.Base(o.from))
	} else {
		targets, err = evidence.Targets(start, o.fit...)
	}
	if err != nil {
		return nil, usageError(fmt.Errorf("--from %q, --fit: %w", o.from, err), "")
	}
	c, err := p.Calibrate(rows, start, targets, opt)
	if err != nil {
		return nil, readError(fmt.Errorf("%s: %w", o.from, err), "")
	}
	return c, nil
}

// write puts the constants where -o says.
func (o *calibrateOptions) write(c *evidence.Calibration) error {
	if o.file == "" {
		return nil
	}
	for _, f := range c.Fitted {
		c.Constants.Entries[f.Entry].Date = o.date
	}
	if o.refit {
		c.Constants.Date = o.date
	}
	var data bytes.Buffer
	if err := sizing.WriteConstants(c.Constants, &data); err != nil {
		return readError(err, "")
	}
	return o.writeFile(data.Bytes())
}

// writeFile puts a file of constants or bands where -o says.
func (o *calibrateOptions) writeFile(data []byte) error {
	if err := os.WriteFile(o.file, data, 0o644); err != nil {
		return readError(fmt.Errorf("-o %s", fileError(err)), "")
	}
	return nil
}

// writeJSON is writeFile of a value, indented so.
func (o *calibrateOptions) writeJSON(v any, indent string) error {
	data, err := json.MarshalIndent(v, "", indent)
	if err != nil {
		return readError(err, "")
	}
	return o.writeFile(append(data, '\n'))
}

// fromText is whose measurements the constants are fitted to.
func (o *calibrateOptions) fromText() render.Text {
	if o.from == "" {
		return labelShipped
	}
	return render.Same(filepath.Base(o.from))
}

// document shows the constants and the errors before and after.
func (o *calibrateOptions) document(c *evidence.Calibration) *render.Document {
	j := calibrateJSON{Schema: schema, Command: "calibrate", Rows: c.After.N, Before: c.Before, After: c.After, Skipped: c.Skipped, File: o.file}
	if j.Skipped == nil {
		j.Skipped = []evidence.Skipped{}
	}
	var constants render.Table
	constants, j.Constants = fittedTable(c.Fitted)
	scores := render.Table{Title: labelFitErrors, Columns: []render.Column{
		{Name: "constants", Head: labelWithThem, Wrap: true}, {Name: "n", Head: labelRows, Right: true}, {Name: "mape", Head: labelMeanError, Right: true},
		{Name: "median_ape", Head: labelMedianError, Right: true}, {Name: "p90_ape", Head: labelP90Error, Right: true}, {Name: "bias", Head: labelBias, Right: true},
	}}
	add := func(name render.Text, s evidence.Score) {
		scores.Rows = append(scores.Rows, []render.Cell{{Value: name}, {Value: s.N}, {Value: render.Percent(s.MAPE)}, {Value: render.Percent(s.Median)}, {Value: render.Percent(s.P90)}, {Value: render.Percent(s.Bias)}})
	}
	add(labelFitBefore, c.Before)
	add(labelFitAfter, c.After)
	if c.LeaveOut.N > 0 {
		add(labelFitLeftOut, c.LeaveOut)
		j.LeftOut = &c.LeaveOut
	}
	from := o.fromText()
	d := &render.Document{
		Title:  both(labelCalibrateTitle, c.After.N, from),
		Tables: []render.Table{scores, constants}, JSON: j, Records: j.Constants,
	}
	if o.refit {
		j.ByStack = c.ByStack()
		d.JSON = j
		d.Tables = append(d.Tables[:1:1], stackTable(j.ByStack), d.Tables[1])
	}
	if t, ok := skippedTable(c.Skipped); ok {
		d.Tables = append(d.Tables, t)
	}
	say := func(t render.Text) {
		d.Notes = append(d.Notes, render.Note{Text: t})
		d.Tables[0].TitleNotes = append(d.Tables[0].TitleNotes, len(d.Notes))
	}
	if c.Before == c.After && !slices.ContainsFunc(c.Fitted, func(f evidence.Fitted) bool { return f.Before != f.After }) {
		say(labelNothingGained)
	}
	if o.file != "" {
		say(both(labelWritten, o.file))
	}
	return d
}

// fittedTable shows constants before and after a fit.
func fittedTable(fitted []evidence.Fitted) (render.Table, []fittedJSON) {
	records := []fittedJSON{}
	t := render.Table{Title: labelConstants, Columns: []render.Column{
		{Name: "when", Head: labelWhere}, {Name: "constant", Head: labelConstant}, {Name: "before", Head: labelBefore, Right: true},
		{Name: "after", Head: labelAfter, Right: true}, {Name: "standard_error", Head: labelPlusMinus, Right: true}, {Name: "unit", Head: labelUnit, Drop: 1},
	}}
	figure := func(v float64) string { return fmt.Sprintf("%.4g", v) }
	for _, f := range fitted {
		e := fittedJSON{When: f.When, Name: f.Constant, Unit: f.Unit, Before: f.Before, After: f.After}
		errorText := ""
		if f.Error == f.Error { // not NaN
			e.Error = &f.Error
			errorText = fmt.Sprintf("%.2g", f.Error)
		}
		records = append(records, e)
		t.Rows = append(t.Rows, []render.Cell{{Value: f.When}, {Value: f.Constant}, {Value: figure(f.Before)}, {Value: figure(f.After)}, {Value: errorText}, {Value: f.Unit}})
	}
	return t, records
}

// stackTable shows how each stack's rows fare inside and outside of the fit.
func stackTable(list []evidence.StackScore) render.Table {
	t := render.Table{Title: labelByStack, Columns: []render.Column{
		{Name: "stack", Head: labelStack}, {Name: "n", Head: labelRows, Right: true}, {Name: "mape", Head: labelFittedError, Right: true},
	}}
	var names []string
	for _, name := range evidence.LeaveOutNames() {
		known := slices.ContainsFunc(list, func(s evidence.StackScore) bool { return s.LeftOut[name].N > 0 })
		if head, ok := withoutHeads[name]; ok && known {
			names = append(names, name)
			t.Columns = append(t.Columns, render.Column{Name: "without_" + name + "_mape", Head: head, Right: true})
		}
	}
	t.Columns = append(t.Columns, render.Column{Name: "coverage80", Head: labelCoverage, Right: true}, render.Column{Name: "coverage80_cross_fitted", Head: labelCrossFitted, Right: true})
	for _, s := range list {
		row := []render.Cell{{Value: s.Stack}, {Value: s.Fit.N}, {Value: render.Percent(s.Fit.MAPE)}}
		for _, name := range names {
			row = append(row, percentIf(s.LeftOut[name].MAPE, s.LeftOut[name].N > 0))
		}
		banded := s.CrossFitted > 0
		t.Rows = append(t.Rows, append(row, percentIf(s.Covered, banded), percentIf(s.CrossFitted, banded)))
	}
	return t
}

// percentIf shows a share where there is one.
func percentIf(v float64, ok bool) render.Cell {
	if !ok {
		return render.Cell{Value: ""}
	}
	return render.Cell{Value: render.Percent(v)}
}
