package main

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing"
)

// compareJSON is a row of a comparison.
type compareJSON struct {
	Model    modelJSON     `json:"model"`
	Hardware hardwareJSON  `json:"hardware"`
	Workload *workloadJSON `json:"workload,omitempty"`
	*sizing.Estimate
	Notes   []sizing.Note       `json:"notes,omitempty"`
	Explain []sizing.Derivation `json:"explain,omitempty"`
	// Error says why there is no answer.
	Error string `json:"error,omitempty"`
}

func newCompareJSON(row *compareRow, o *compareOptions) compareJSON {
	if row.err != nil {
		d := row.target.Device
		return compareJSON{
			Model:    newModelJSON(row.model, o.bounds),
			Hardware: hardwareJSON{Input: row.target.Input, Device: d.ID, Name: d.Name, Devices: row.target.Count, Memory: d.Memory},
			Error:    row.err.Error(),
		}
	}
	r := newResult(row.model, row.target, row.answer, &o.workOptions, o.lang)
	return compareJSON{Model: r.Model, Hardware: r.Hardware, Workload: &r.Workload, Estimate: &r.Estimate, Notes: r.Notes, Explain: r.Explain}
}

// compareDocument lays the rows out: a table for each model, or one table of
// models where there is one device.
func compareDocument(o *compareOptions, rows []compareRow, models, devices int) *render.Document {
	list := make([]compareJSON, len(rows))
	for i := range rows {
		list[i] = newCompareJSON(&rows[i], o)
	}
	f := compareNotes(rows)
	d := &render.Document{
		Title: compareTitle(o, rows),
		JSON: struct {
			Schema  string        `json:"schema"`
			Command string        `json:"command"`
			Rows    []compareJSON `json:"rows"`
		}{schema, "compare", list},
		Records: list,
	}
	run := o.tokens > 0 || o.samples > 0
	if devices == 1 && models > 1 {
		t := render.Table{Title: render.Same(list[0].Hardware.Name), Columns: compareColumns(true, run)}
		for i := range rows {
			t.Rows = append(t.Rows, compareCells(&rows[i], &list[i], f, true))
		}
		d.Tables = []render.Table{t}
	} else {
		for i := range rows {
			if i%devices == 0 {
				d.Tables = append(d.Tables, render.Table{Title: compareModelTitle(&list[i]), TitleNotes: f.modelNotes[list[i].Model.Input], Columns: compareColumns(false, run)})
			}
			t := &d.Tables[len(d.Tables)-1]
			t.Rows = append(t.Rows, compareCells(&rows[i], &list[i], f, false))
		}
	}
	if o.explain {
		for i := range list {
			for _, t := range explainTables(list[i].Explain, f) {
				t.Title = both(labelColon, both(labelPlainOn, list[i].Model.Input, list[i].Hardware.Input), t.Title)
				d.Tables = append(d.Tables, t)
			}
		}
	}
	f.finish(d)
	return d
}

// compareTitle says what the times are of.
func compareTitle(o *compareOptions, rows []compareRow) render.Text {
	tokens, images := false, false
	for i := range rows {
		tokens = tokens || rows[i].model.Model.PerToken()
		images = images || !rows[i].model.Model.PerToken()
	}
	switch {
	case tokens && o.tokens > 0 && images && o.samples > 0:
		return both(labelTrainingOn, both(labelJoin, both(labelTokens, o.tokens), both(labelSamples, o.samples)))
	case tokens && o.tokens > 0:
		return both(labelTrainingOn, both(labelTokens, o.tokens))
	case images && o.samples > 0:
		return both(labelTrainingOn, both(labelSamples, o.samples))
	}
	return labelOneStep
}

// compareModelTitle is the model with the sequence length of its rows.
func compareModelTitle(r *compareJSON) render.Text {
	title := modelText(&r.Model)
	if r.Model.Unit == sizing.TokenUnit && r.Workload != nil {
		title = both(labelJoin, title, both(labelSequences, r.Workload.Seq))
	}
	return title
}

// compareColumns are the columns of a comparison; the first is the device, or
// the model with its tier and size.
func compareColumns(byModel, run bool) []render.Column {
	duration := labelStepTime
	if run {
		duration = labelRunTime
	}
	columns := []render.Column{{Name: "hardware", Head: labelHardware}}
	if byModel {
		columns = []render.Column{
			{Name: "model", Head: labelModel},
			{Name: "tier", Head: labelTier},
			{Name: "params", Head: labelParamsHead, Right: true, Own: true},
		}
	}
	return append(columns,
		render.Column{Name: "devices", Head: labelDevices, Right: true},
		render.Column{Name: "layout", Head: labelLayout, Wrap: true, Drop: 3},
		render.Column{Name: "memory_bytes", Head: labelMemoryDevice, Right: true, Across: true},
		render.Column{Name: "memory_share", Head: labelShare, Right: true, Drop: 4},
		render.Column{Name: "fits", Head: labelFitsHead},
		render.Column{Name: "seconds", Head: duration, Right: true, Across: true, Wrap: byModel},
		render.Column{Name: "device_hours", Head: labelDeviceHoursHead, Right: true, Drop: 5, Across: true},
		render.Column{Name: "usd", Head: labelCost, Right: true, Drop: 1, Across: true},
		render.Column{Name: "kwh", Head: labelEnergy, Right: true, Drop: 6, Across: true},
	)
}

func compareCells(row *compareRow, r *compareJSON, f *footnotes, byModel bool) []render.Cell {
	first := []render.Cell{{Value: row.target.Input}}
	if byModel {
		first = []render.Cell{{Value: r.Model.Input}, {Value: tierText(&r.Model)}, {Value: r.Model.Params}}
	}
	if row.err != nil {
		n := f.add("", render.Note{Text: both(labelNoAnswer, r.Model.Input, row.target.Input, row.err.Error())})
		cells := append(first, render.Cell{}, render.Cell{Value: labelNotAnswered, Notes: []int{n}})
		for len(cells) < len(compareColumns(byModel, false)) {
			cells = append(cells, render.Cell{})
		}
		return cells
	}
	if byModel {
		first[0].Notes = f.modelNotes[r.Model.Input]
	}
	e := r.Estimate
	duration := render.Range{Mid: e.Time.Step, Low: e.Time.StepLow, High: e.Time.StepHigh}
	if r.Workload.Tokens > 0 {
		duration = render.Range{Mid: e.Time.Run, Low: e.Time.RunLow, High: e.Time.RunHigh}
	}
	cells := append(first,
		render.Cell{Value: r.Hardware.Devices},
		render.Cell{Value: e.Plan.String()},
		render.Cell{Value: e.Memory.Total},
		render.Cell{Value: render.Percent(e.Memory.Total / e.Memory.Device)},
		render.Cell{Value: fitsText(e.Memory.Verdict)},
	)
	if !e.Memory.Fits { // what cannot run takes no time
		return append(cells, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{})
	}
	cost, energy := any(nil), any(nil)
	if e.Cost.PerHour > 0 {
		cost = e.Cost.USD
	}
	if e.Energy.KWh > 0 {
		energy = e.Energy.KWh
	}
	return append(cells,
		render.Cell{Value: duration},
		render.Cell{Value: render.Count(e.Time.DeviceHours)},
		render.Cell{Value: cost},
		render.Cell{Value: energy},
	)
}

// fitsText is the verdict in a word.
func fitsText(v sizing.Verdict) render.Text {
	switch v {
	case sizing.FitsSurely:
		return labelYes
	case sizing.Tight:
		return labelTightly
	}
	return labelNo
}
