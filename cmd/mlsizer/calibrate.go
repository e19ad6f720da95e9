package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/train"
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

func newCalibrateCmd(a *cli.App) *cobra.Command {
	o := &calibrateOptions{evidenceOptions: evidenceOptions{App: a}}
	cmd := &cobra.Command{
		Use:  "calibrate --from FILE [-o constants.json]",
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return calibrateRun(o) },
	}
	o.flags(cmd)
	fs := cmd.Flags()
	cli.AddValue(fs, &o.fit, "fit", "", "NAMES", "stack=torchtitan:traffic", func(s string) ([]string, error) { return strings.Split(s, ","), nil }).Several().Among(cli.ConstantNames)
	cli.AddValue(fs, &o.prior, "prior", "", "SPREADS", "0.5", parsePrior)
	fs.BoolVar(&o.refit, "refit", false, "")
	fs.BoolVar(&o.memory, "memory", false, "")
	cli.AddValue(fs, &o.out, "leave-out", "", "GROUP", "layout", cli.AsTyped).Among(cli.LeaveOuts)
	cli.AddValue(fs, &o.date, "date", "", "DATE", "2026-11-23", parseDate)
	cli.AddValue(fs, &o.file, "output", "o", "FORMAT|FILE", "constants.json", o.parseOutput).Among(render.FormatNames)
	return cmd
}

// parsePrior reads the width of a prior.
func parsePrior(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v > 0 && v <= 10) {
		return 0, text.NotAWidth.Error(s)
	}
	return v, nil
}

// checkLeaveOut rejects an unknown group of rows, and returns the first group
// by default.
func (o *calibrateOptions) checkLeaveOut(groups []string) (string, error) {
	if o.out == "" {
		return groups[0], nil
	}
	if !slices.Contains(groups, o.out) {
		return "", cli.UsageError(text.NoSuchGroup.Error(o.out, strings.Join(groups, ", ")), o.CommandReplacing(o.out, groups[0]))
	}
	return o.out, nil
}

// parseDate reads a date as the file of constants writes it.
func parseDate(s string) (string, error) {
	var y, m, d int
	if n, err := fmt.Sscanf(s, "%4d-%2d-%2d", &y, &m, &d); err != nil || n != 3 || len(s) != len("2006-01-02") || m < 1 || m > 12 || d < 1 || d > 31 {
		return "", text.NotADate.Error(s)
	}
	return s, nil
}

// parseOutput reads a file ending in .json as the destination of the constants,
// and anything else as the output format.
func (o *calibrateOptions) parseOutput(s string) (string, error) {
	if strings.EqualFold(filepath.Ext(s), ".json") {
		return s, nil
	}
	f, err := render.ParseFormat(s)
	if err != nil {
		return "", text.OrJSONFile.Error(err)
	}
	o.Output = f
	return "", nil
}

// calibrateJSON is the answer of calibrate.
type calibrateJSON struct {
	report.Head
	Rows      int                   `json:"rows"`
	Constants []fittedJSON          `json:"constants"`
	Before    evidence.Score        `json:"before"`
	After     evidence.Score        `json:"after"`
	LeftOut   *evidence.Score       `json:"left_out,omitempty"`
	ByStack   []evidence.StackScore `json:"by_stack,omitempty"`
	Basis     []evidence.Basis      `json:"basis,omitempty"`
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
	if o.runs {
		return calibrateRuns(o)
	}
	if o.memory {
		return calibrateMemory(o)
	}
	if rows, err := o.servingRows(); err != nil {
		return err
	} else if rows != nil {
		return calibrateServing(o, rows)
	}
	if o.refit && o.fit != nil {
		return cli.UsageError(text.FitOrRefit.Error(), "mlsizer calibrate --refit")
	}
	if o.from == "" && !o.refit {
		return cli.UsageError(text.NoRuns.Error(), o.CommandLine()+" --from runs.csv")
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
	sayReasons(c.Skipped, o.Lang)
	return o.Print(o.document(c))
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
			return nil, cli.ReadError(text.RefitFails.Error(err), "")
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
		return nil, cli.UsageError(text.FitFails.Error(o.from, err), "")
	}
	c, err := p.Calibrate(rows, start, targets, opt)
	if err != nil {
		return nil, cli.ReadError(text.Colon.Error(o.from, err), "")
	}
	return c, nil
}

// write writes the constants to the file of -o.
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
	if err := train.WriteConstants(c.Constants, &data); err != nil {
		return cli.ReadError(err, "")
	}
	return o.writeFile(data.Bytes())
}

// writeFile writes constants or bands to the file of -o.
func (o *calibrateOptions) writeFile(data []byte) error {
	if err := os.WriteFile(o.file, data, 0o644); err != nil {
		return cli.ReadError(text.SaidOf.Error("-o ", cli.FileError(err)), "")
	}
	return nil
}

// writeJSON is writeFile of a value, indented so.
func (o *calibrateOptions) writeJSON(v any, indent string) error {
	data, err := json.MarshalIndent(v, "", indent)
	if err != nil {
		return cli.ReadError(err, "")
	}
	return o.writeFile(append(data, '\n'))
}

// fromText is the origin of the measurements.
func (o *calibrateOptions) fromText() text.Text {
	if o.from == "" {
		return text.Shipped
	}
	return text.Same(filepath.Base(o.from))
}

// document shows the constants and the errors before and after.
func (o *calibrateOptions) document(c *evidence.Calibration) *render.Document {
	j := calibrateJSON{Head: report.NewHead("calibrate"), Rows: c.After.N, Before: c.Before, After: c.After, Skipped: c.Skipped, File: o.file}
	if j.Skipped == nil {
		j.Skipped = []evidence.Skipped{}
	}
	var constants render.Table
	constants, j.Constants = fittedTable(c.Fitted)
	scores := render.Table{Title: text.FitErrors, Columns: []render.Column{
		{Name: "constants", Head: text.WithThem, Wrap: true}, {Name: "n", Head: text.Rows, Right: true}, {Name: "mape", Head: text.MeanError, Right: true},
		{Name: "median_ape", Head: text.MedianError, Right: true}, {Name: "p90_ape", Head: text.P90Error, Right: true}, {Name: "bias", Head: text.Bias, Right: true},
	}}
	add := func(name text.Text, s evidence.Score) {
		scores.Rows = append(scores.Rows, []render.Cell{{Value: name}, {Value: s.N}, {Value: render.Percent(s.MAPE)}, {Value: render.Percent(s.Median)}, {Value: render.Percent(s.P90)}, {Value: render.Percent(s.Bias)}})
	}
	add(text.FitBefore, c.Before)
	add(text.FitAfter, c.After)
	if c.LeaveOut.N > 0 {
		add(text.FitLeftOut, c.LeaveOut)
		j.LeftOut = &c.LeaveOut
	}
	from := o.fromText()
	d := &render.Document{
		Title:  text.CalibrateTitle.With(c.After.N, from),
		Tables: []render.Table{scores, constants}, JSON: j, Records: j.Constants,
	}
	if o.refit {
		j.ByStack, j.Basis = c.ByStack(), c.Bases()
		d.JSON = j
		d.Tables = slices.Insert(d.Tables, 1, report.LeftOut(text.ByStack, j.ByStack), report.LeftOutCoverage(j.ByStack), report.FitBasis(j.Basis))
	}
	if t, ok := skippedTable(c.Skipped); ok {
		d.Tables = append(d.Tables, t)
	}
	say := func(t text.Text) {
		d.Notes = append(d.Notes, render.Note{Text: t})
		d.Tables[0].TitleNotes = append(d.Tables[0].TitleNotes, len(d.Notes))
	}
	if o.refit {
		say(text.ConfigNote)
	}
	if c.Before == c.After && !slices.ContainsFunc(c.Fitted, func(f evidence.Fitted) bool { return f.Before != f.After }) {
		say(text.NothingGained)
	}
	if o.file != "" {
		say(text.Written.With(o.file))
	}
	return d
}

// fittedTable shows constants before and after a fit.
func fittedTable(fitted []evidence.Fitted) (render.Table, []fittedJSON) {
	records := []fittedJSON{}
	t := render.Table{Title: text.Constants, Columns: []render.Column{
		{Name: "when", Head: text.Where}, {Name: "constant", Head: text.Constant}, {Name: "before", Head: text.Before, Right: true},
		{Name: "after", Head: text.After, Right: true}, {Name: "standard_error", Head: text.PlusMinus, Right: true}, {Name: "unit", Head: text.UnitOf, Drop: 1},
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
