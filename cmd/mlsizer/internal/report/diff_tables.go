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
