package main

import (
	"strings"

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
		Title: compareTitle(models, devices),
		JSON: struct {
			Schema  string        `json:"schema"`
			Command string        `json:"command"`
			Rows    []compareJSON `json:"rows"`
		}{schema, "compare", list},
		Records: list,
	}
	if devices == 1 && models > 1 {
		t := render.Table{Title: render.Same(list[0].Hardware.Name), Columns: compareColumns(true)}
		for i := range rows {
			t.Rows = append(t.Rows, compareCells(&rows[i], &list[i], f, true))
		}
		d.Tables = []render.Table{t}
	} else {
		for i := range rows {
			if i%devices == 0 {
				d.Tables = append(d.Tables, render.Table{Title: compareModelTitle(&list[i]), Columns: compareColumns(false)})
			}
			t := &d.Tables[len(d.Tables)-1]
			t.Rows = append(t.Rows, compareCells(&rows[i], &list[i], f, false))
		}
	}
	if o.explain {
		for i := range list {
			for _, t := range explainTables(list[i].Explain, f) {
				t.Title = both(labelColon, both(labelPlainOn, list[i].Model.Name, list[i].Hardware.Input), t.Title)
				d.Tables = append(d.Tables, t)
			}
		}
	}
	f.finish(d)
	return d
}

func compareTitle(models, devices int) render.Text {
	return both(labelCompareTitle, models, devices)
}

// compareModelTitle is "gpt-3: very-large, nlp, 175B parameters".
func compareModelTitle(r *compareJSON) render.Text {
	return both(labelModelFact, r.Model.Input, tierText(&r.Model), fieldText(r.Model.Field), paramsText(&r.Model))
}

// compareColumns are the columns of a comparison; the first is the device, or
// the model with its tier and size.
func compareColumns(byModel bool) []render.Column {
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
		render.Column{Name: "layout", Head: labelLayout, Wrap: true, Drop: 4},
		render.Column{Name: "memory_bytes", Head: labelMemoryDevice, Right: true, Across: true},
		render.Column{Name: "memory_share", Head: labelShare, Right: true, Drop: 3},
		render.Column{Name: "fits", Head: labelFitsHead},
		render.Column{Name: "seconds", Head: labelTime, Right: true, Across: true},
		render.Column{Name: "device_hours", Head: labelDeviceHours, Right: true, Drop: 5, Across: true},
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
		n := f.add("", render.Note{Text: both(labelNoAnswer, r.Model.Name, row.target.Input, row.err.Error())})
		cells := append(first, render.Cell{}, render.Cell{Value: labelNotAnswered, Notes: []int{n}})
		for len(cells) < len(compareColumns(byModel)) {
			cells = append(cells, render.Cell{})
		}
		return cells
	}
	for _, n := range row.answer.Notes {
		if rowNote(n.Code, row.answer) {
			first[0].Notes = append(first[0].Notes, f.numbers(n)...)
		}
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
		render.Cell{Value: e.Memory.Fits},
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

// rowNote says which notes a comparison shows at their rows: what makes a row
// less comparable than the others. Rates, networks, batches and layouts differ
// in every row: they are in the JSON, and in estimate.
func rowNote(code string, a *sizing.Answer) bool {
	switch code {
	case "inferred-shape", "scope", "unmeasured", "seq", "precision":
		return true
	case "price":
		return a.Estimate.Cost.PerHour == 0
	case "energy":
		return a.Cluster.Device.Power == 0
	}
	return false
}

// compareNotes are the footnotes of a comparison: what holds for all rows is
// said once and without a mark.
func compareNotes(rows []compareRow) *footnotes {
	f := newFootnotes(nil)
	count := map[string]int{}
	answered := 0
	for i := range rows {
		if rows[i].answer == nil {
			continue
		}
		answered++
		for _, n := range rows[i].answer.Notes {
			count[n.Text]++
		}
	}
	shown := map[string]bool{}
	left := map[string]bool{}
	for i := range rows {
		if rows[i].answer == nil {
			continue
		}
		for _, n := range rows[i].answer.Notes {
			switch {
			case count[n.Text] == answered && answered > 1:
				f.common[n.Text] = true
			case !rowNote(n.Code, rows[i].answer):
				left[n.Text] = true
				continue
			}
			if !shown[n.Text] {
				shown[n.Text] = true
				f.add(n.Code, render.Note{Text: render.T(n.Text, n.Chinese), Source: n.Source})
			}
		}
	}
	if prices := pricesNote(rows); prices != (render.Note{}) {
		f.add("prices", prices)
	}
	if len(left) > 0 {
		f.add("left", render.Note{Text: both(labelMoreNotes, len(left))})
	}
	return f
}

// pricesNote lists the catalogue's prices that the costs come from.
func pricesNote(rows []compareRow) render.Note {
	var list []string
	dates := map[string]bool{}
	seen := map[string]bool{}
	for i := range rows {
		a := rows[i].answer
		if a == nil || a.Workload.PricePerHour > 0 || a.Cluster.Device.Price == nil || seen[a.Cluster.Device.ID] {
			continue
		}
		seen[a.Cluster.Device.ID] = true
		p := a.Cluster.Device.Price
		name, _, _ := strings.Cut(rows[i].target.Input, " ")
		if rows[i].target.Count > 0 {
			name = a.Cluster.Device.ID
		}
		list = append(list, name+" "+p.PerHour.String())
		dates[p.Date] = true
	}
	if len(list) == 0 {
		return render.Note{}
	}
	first, last := "", ""
	for d := range dates {
		if first == "" || d < first {
			first = d
		}
		last = max(last, d)
	}
	if first != last {
		first += " – " + last
	}
	return render.Note{Text: both(labelPrices, strings.Join(list, ", "), first)}
}

// numbers are the numbers of a note that has a mark.
func (f *footnotes) numbers(n sizing.Note) []int {
	if f.common[n.Text] {
		return nil
	}
	return []int{f.add(n.Code, render.Note{Text: render.T(n.Text, n.Chinese), Source: n.Source})}
}
