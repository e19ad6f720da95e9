package main

import (
	"fmt"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/evidence"
	"mlsizer/sizing/train"
)

// memoryCalibrationJSON is the answer of calibrate --memory.
type memoryCalibrationJSON struct {
	report.Head
	Rows      int                    `json:"rows"`
	Constants []evidence.FittedFact  `json:"constants"`
	Sources   []evidence.MemoryScore `json:"by_source"`
	Bands     []train.MemoryBand     `json:"bands"`
	Skipped   []evidence.Skipped     `json:"skipped"`
	File      string                 `json:"file,omitempty"`
}

// calibrateMemory fits the facts of stacks that decide their memory, scores
// each source by facts that were fitted without it, and makes the bands.
func calibrateMemory(o *calibrateOptions) error {
	if o.fit != nil || o.refit {
		return cli.UsageError(text.MemoryAlone.Error(), "mlsizer calibrate --memory")
	}
	if o.serving {
		return cli.UsageError(text.MemoryOrServing.Error(), "mlsizer calibrate --memory")
	}
	if o.out == "" {
		o.out = "source"
	}
	out, err := o.checkLeaveOut(evidence.LeaveOutNames())
	if err != nil {
		return err
	}
	p, err := o.predictor()
	if err != nil {
		return err
	}
	rows, err := o.rows()
	if err != nil {
		return err
	}
	c, err := p.CalibrateMemory(rows, evidence.LeaveOutKey(out))
	if err != nil {
		return cli.ReadError(text.MemoryFails.Error(err), "")
	}
	from := o.fromText()
	if o.file != "" {
		bands := train.MemoryBands{Date: o.date, Bands: c.Bands,
			Origin: fmt.Sprintf(text.BandsOrigin.EN, out, c.Rows, from.EN, out)}
		if err := o.writeJSON(bands, "  "); err != nil {
			return err
		}
	}
	sayReasons(c.Skipped, o.Lang)
	return o.Print(o.memoryDocument(c, from))
}

// memoryDocument shows the facts, the sources' errors and the bands.
func (o *calibrateOptions) memoryDocument(c *evidence.MemoryCalibration, from text.Text) *render.Document {
	j := memoryCalibrationJSON{Head: report.NewHead("calibrate"), Rows: c.Rows, Constants: c.Facts, Sources: c.Sources, Bands: c.Bands, Skipped: c.Skipped, File: o.file}
	if j.Skipped == nil {
		j.Skipped = []evidence.Skipped{}
	}
	if j.Constants == nil {
		j.Constants = []evidence.FittedFact{}
	}
	figure := func(v float64) string { return fmt.Sprintf("%.4g", v) }
	facts := render.Table{Title: text.Constants, Columns: []render.Column{
		{Name: "stack", Head: text.Stack}, {Name: "constant", Head: text.Constant}, {Name: "prior", Head: text.Prior, Right: true},
		{Name: "before", Head: text.Before, Right: true}, {Name: "after", Head: text.After, Right: true}, {Name: "unit", Head: text.UnitOf, Drop: 1},
	}}
	for _, f := range c.Facts {
		facts.Rows = append(facts.Rows, []render.Cell{{Value: f.Stack}, {Value: f.Fact}, {Value: figure(f.Prior)}, {Value: figure(f.Now)}, {Value: figure(f.Fit)}, {Value: f.Unit}})
	}
	sources := render.Table{Title: text.BySource, Columns: []render.Column{
		{Name: "stack", Head: text.Stack}, {Name: "source", Head: text.Source}, {Name: "experts", Head: text.ExpertModels}, {Name: "n", Head: text.Rows, Right: true},
		{Name: "mape", Head: text.MeanError, Right: true}, {Name: "fitted_mape", Head: text.FittedError, Right: true},
		{Name: "left_out_mape", Head: text.LeftOutError, Right: true}, {Name: "coverage80_cross_fitted", Head: text.CrossFitted, Right: true},
	}}
	yes := func(b bool) text.Text {
		if b {
			return text.Yes
		}
		return text.No
	}
	for _, s := range c.Sources {
		sources.Rows = append(sources.Rows, []render.Cell{{Value: s.Stack}, {Value: s.Source}, {Value: yes(s.Experts)}, {Value: s.Now.N},
			{Value: render.Percent(s.Now.MAPE)}, {Value: render.Percent(s.Fit.MAPE)}, {Value: render.Percent(s.LeftOut.MAPE)}, {Value: render.Percent(s.CrossFitted)}})
	}
	bands := render.Table{Title: text.MemoryBands, Columns: []render.Column{
		{Name: "stack", Head: text.Stack}, {Name: "experts", Head: text.ExpertModels}, {Name: "small", Head: text.SmallMemory}, {Name: "n", Head: text.Rows, Right: true},
		{Name: "low", Head: text.BandFrom, Right: true}, {Name: "high", Head: text.BandTo, Right: true}, {Name: "sure", Head: text.BandSure, Right: true},
	}}
	for _, b := range c.Bands {
		name := any(b.Stack)
		if b.Stack == "" {
			name = text.OtherStacks
		}
		bands.Rows = append(bands.Rows, []render.Cell{{Value: name}, {Value: yes(b.Experts)}, {Value: yes(b.Small)}, {Value: b.Rows}, {Value: figure(b.Low)}, {Value: figure(b.High)}, {Value: figure(b.Sure)}})
	}
	d := &render.Document{
		Title:  text.CalibrateTitle.With(c.Rows, from),
		Tables: []render.Table{sources, facts, bands}, JSON: j, Records: j.Sources,
	}
	if t, ok := skippedTable(c.Skipped); ok {
		d.Tables = append(d.Tables, t)
	}
	return d
}
