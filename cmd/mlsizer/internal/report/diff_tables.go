package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// Figure is one figure of a scenario's answer.
type Figure struct {
	Name  string // of the field, with its unit
	Head  text.Text
	Value any     // as it is shown
	Size  float64 // in the unit of the name, 0 for what has no size
}

// Diff is scenarios side by side: what they ask differently, and what comes out.
type Diff struct {
	Parts   []cli.Part
	Answers []any    // one of each part, for JSON
	Errors  []string // why a part has no answer, "" where it has
	Fits    []bool
	Notes   *Footnotes

	figures []Figure // the names and heads, in their order
	values  []map[string]Figure
}

// Add adds the figures of the next part.
func (d *Diff) Add(list []Figure) {
	values := map[string]Figure{}
	for _, f := range list {
		if !slices.ContainsFunc(d.figures, func(known Figure) bool { return known.Name == f.Name }) {
			d.figures = append(d.figures, f)
		}
		values[f.Name] = f
	}
	d.values = append(d.values, values)
}

// Training adds the rows of training, one of each part.
func (d *Diff) Training(rows []CompareRow, l text.Lang) {
	d.Notes = compareNotes(rows)
	for i := range rows {
		r := newCompareJSON(&rows[i], l)
		r.Settings = nil
		d.Answers = append(d.Answers, r)
		d.Errors = append(d.Errors, r.Error)
		d.Fits = append(d.Fits, r.Error == "" && rows[i].Case.Holds(&r.Memory))
		d.Add(trainingFigures(&rows[i], &r))
	}
}

// trainingFigures are what a scenario of training takes.
func trainingFigures(row *CompareRow, r *compareJSON) []Figure {
	if r.Error != "" {
		return nil
	}
	m := &r.Memory
	list := []Figure{
		{Name: "devices", Head: text.Devices, Value: r.Hardware.Devices, Size: float64(r.Hardware.Devices)},
		{Name: "layout", Head: text.Layout, Value: r.Plan.String()},
		{Name: "stack", Head: text.Stack, Value: r.Workload.Stack},
		{Name: "memory_bytes", Head: text.MemoryDevice, Value: m.Total, Size: float64(m.Total)},
		{Name: "fits", Head: text.FitsHead, Value: fitsText(m.Verdict)},
	}
	if !m.Fits {
		return list
	}
	e, g := &r.Time, &row.Answer.Goodput
	list = append(list,
		Figure{Name: "step_seconds", Head: text.Step, Value: render.Range{Mid: e.Step, Low: e.StepLow, High: e.StepHigh}, Size: float64(e.Step)},
		Figure{Name: "mfu", Head: text.MFU, Value: render.Percent(e.MFU), Size: e.MFU},
	)
	list = append(list, Figure{Name: "tokens_per_second", Head: perSecondText(&ResultJSON{Model: r.Model}), Value: render.Rate(e.TokensPerSecond), Size: e.TokensPerSecond})
	if r.Workload.Tokens > 0 {
		list = append(list, Figure{Name: "run_seconds", Head: text.Run, Value: expectedRun(g), Size: float64(g.Run)})
	}
	if g.Share == 0 {
		return list
	}
	list = append(list, Figure{Name: "device_hours", Head: text.DeviceHours, Value: render.Count(g.DeviceHours), Size: g.DeviceHours})
	if g.Cost.PerHour > 0 {
		list = append(list, Figure{Name: "usd", Head: text.Cost, Value: costText(&g.Cost), Size: float64(g.Cost.USD)})
	}
	if g.Energy.KWh > 0 {
		list = append(list, Figure{Name: "kwh", Head: text.Energy, Value: g.Energy.KWh, Size: float64(g.Energy.KWh)})
	}
	return list
}

// diffScenario is a scenario with its answer.
type diffScenario struct {
	Name   string            `json:"name"`
	File   string            `json:"file"`
	Models []string          `json:"models"`
	Asked  map[string]string `json:"asked"`
	Answer any               `json:"answer"`
}

// diffFigure is a figure of every scenario: its size, or its text where it has
// none, and the size over that of the first.
type diffFigure struct {
	Name   string     `json:"name"`
	Values []any      `json:"values"`
	Ratios []*float64 `json:"ratios,omitempty"`
}

// Document lays the differences out.
func (d *Diff) Document() *render.Document {
	asked := cli.AskedDifferently(d.Parts)
	doc := &render.Document{
		Title:  text.SideBySide.With(text.List(d.names(), text.Join)),
		Tables: []render.Table{d.askedTable(asked), d.figureTable()},
		JSON: struct {
			Head
			Scenarios []diffScenario `json:"scenarios"`
			Asked     []cli.Asked    `json:"asked"`
			Figures   []diffFigure   `json:"figures"`
		}{NewHead("diff"), d.scenarios(), asked, d.jsonFigures()},
	}
	doc.Chosen = d.flat(asked)
	if len(asked) == 0 {
		doc.Lead, doc.Tables = text.SameAsked, doc.Tables[1:]
	}
	d.Notes.Finish(doc)
	return doc
}

// names are those of the scenarios.
func (d *Diff) names() []text.Text {
	names := make([]text.Text, len(d.Parts))
	for i := range d.Parts {
		names[i] = text.Same(d.Parts[i].Scenario)
	}
	return names
}

// askedTable is what is asked differently.
func (d *Diff) askedTable(asked []cli.Asked) render.Table {
	t := render.Table{Title: text.AskedTitle, Columns: []render.Column{{Name: "asked", Head: text.AskedHead}}}
	for _, name := range d.names() {
		t.Columns = append(t.Columns, render.Column{Name: name.EN, Head: name, Wrap: true})
	}
	for _, a := range asked {
		row := []render.Cell{{Value: a.Name}}
		for _, v := range a.Values {
			row = append(row, render.Cell{Value: v})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// figureTable is what comes out, with how far each scenario is from the first.
func (d *Diff) figureTable() render.Table {
	t := render.Table{Title: text.Outcome, Columns: []render.Column{{Name: "term", Head: text.FigureHead}}}
	for i, name := range d.names() {
		t.Columns = append(t.Columns, render.Column{Name: name.EN, Head: name, Own: true, Right: true})
		if i > 0 {
			t.Columns = append(t.Columns, render.Column{Name: name.EN + " change", Head: text.AgainstFirst, Right: true})
		}
	}
	for _, f := range d.figures {
		row := []render.Cell{{Value: f.Head}}
		for i := range d.Parts {
			row = append(row, render.Cell{Value: d.values[i][f.Name].Value})
			if i > 0 {
				row = append(row, ChangeCell(d.ratio(f.Name, i)))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	d.addErrors(&t)
	return t
}

// addErrors says which scenarios have no answer.
func (d *Diff) addErrors(t *render.Table) {
	if !slices.ContainsFunc(d.Errors, func(s string) bool { return s != "" }) {
		return
	}
	row := []render.Cell{{Value: text.Answered}}
	for i, err := range d.Errors {
		cell := render.Cell{Value: text.Yes}
		if err != "" {
			cell = render.Cell{Value: text.NotAnswered, Notes: []int{d.Notes.Add("", render.Note{Text: text.Colon.With(d.Parts[i].Scenario, err)})}}
		}
		row = append(row, cell)
		if i > 0 {
			row = append(row, render.Cell{})
		}
	}
	t.Rows = append([][]render.Cell{row}, t.Rows...)
}

// ratio is a figure of a scenario over that of the first.
func (d *Diff) ratio(name string, i int) *float64 {
	return Ratio(d.values[i][name].Size, d.values[0][name].Size)
}

// scenarios are the scenarios for JSON.
func (d *Diff) scenarios() []diffScenario {
	list := make([]diffScenario, len(d.Parts))
	for i, p := range d.Parts {
		list[i] = diffScenario{p.Scenario, p.File, p.Models, cli.AskedOf(p.Cmd), d.Answers[i]}
	}
	return list
}

// jsonFigures are the figures for JSON.
func (d *Diff) jsonFigures() []diffFigure {
	list := make([]diffFigure, 0, len(d.figures))
	for _, f := range d.figures {
		out := diffFigure{Name: f.Name}
		for i := range d.Parts {
			v := d.values[i][f.Name]
			if f.Size > 0 {
				out.Ratios = append(out.Ratios, d.ratio(f.Name, i))
			}
			out.Values = append(out.Values, v.machine())
		}
		list = append(list, out)
	}
	return list
}

// machine is a figure for programs: its size, else its text in English; nil where
// there is none.
func (f *Figure) machine() any {
	switch v := f.Value.(type) {
	case text.Text:
		if f.Size == 0 {
			return v.EN
		}
	}
	if f.Size > 0 {
		return f.Size
	}
	return f.Value
}

// flat is what -o csv prints: a line of what is asked differently or comes out,
// with a value of each scenario.
func (d *Diff) flat(asked []cli.Asked) *render.Table {
	t := &render.Table{Columns: []render.Column{{Name: "kind"}, {Name: "name"}}}
	for _, name := range d.names() {
		t.Columns = append(t.Columns, render.Column{Name: name.EN})
	}
	for _, a := range asked {
		row := []render.Cell{{Value: "asked"}, {Value: a.Name}}
		for _, v := range a.Values {
			row = append(row, render.Cell{Value: v})
		}
		t.Rows = append(t.Rows, row)
	}
	for _, f := range d.figures {
		row := []render.Cell{{Value: "figure"}, {Value: f.Name}}
		for i := range d.Parts {
			v := d.values[i][f.Name]
			row = append(row, render.Cell{Value: v.machine()})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
