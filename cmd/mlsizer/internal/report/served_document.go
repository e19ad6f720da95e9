package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
)

// Document lays the rows out in the order of a view, a table a model.
func (c *Served) Document(view *View) *render.Document {
	c.gather()
	c.compareSpeeds()
	c.sort(view)
	rows := c.Rows
	f := NewFootnotes(c.Notes)
	d := &render.Document{
		Title: text.Serving,
		JSON: struct {
			Head
			Rows []ServedRow `json:"rows"`
		}{NewHead("compare"), rows},
		Records: rows,
	}
	if c.Options.Output == render.HTML {
		d.Figure = servedFigure(rows, c.Options.Lang)
	}
	for i := range rows {
		r := &rows[i]
		first := servingFirst(rows, r.table())
		if i == 0 || r.table() != rows[i-1].table() {
			d.Tables = append(d.Tables, c.table(r, first))
		}
		t := &d.Tables[len(d.Tables)-1]
		cells := servedRowCells(c.Options.Varied, r, len(t.Columns), f)
		if kv := r.Workload.KV; r.Error == "" && kv != first.KV && !c.Options.Vary("kv") {
			at := slices.IndexFunc(t.Columns, func(c render.Column) bool { return c.Name == "weights" })
			cells[at].Value = text.WithCache.With(r.Workload.Weights, kv) // not as the title says
		}
		t.Rows = append(t.Rows, cells)
	}
	for i := range d.Tables {
		view.Choose(&d.Tables[i])
		if view.Columns == nil {
			tidyComparison(&d.Tables[i])
		}
	}
	view.Flat(d)
	f.Finish(d)
	return d
}

// table is the table of a model, whose first row that has an answer serves the
// workload.
func (c *Served) table(r *ServedRow, w ServingJSON) render.Table {
	t := render.Table{Title: text.Same(r.table()), Columns: ServedColumns(c.Options)}
	if w.Context == 0 {
		return t
	}
	t.Title = text.Colon.With(r.table(), servedTitle(c.Options, w, r.Core))
	if r.Core.Encodes() {
		t.Columns = encoderColumns(t.Columns, UnitNames(r.Core))
	}
	return t
}

// servedTitle is what the rows of a table serve alike.
func servedTitle(o *cli.CompareOptions, w ServingJSON, m *model.Model) text.Text {
	if !o.Vary("context", "batch", "kv") {
		if m.Encodes() {
			return EncodingOf(m, w.Context, w.Batch)
		}
		return text.CompareInfer.With(w.Context, w.Batch, w.KV)
	}
	parts := []text.Text{text.Serving}
	if m.PerToken() && !o.Vary("context") {
		parts = append(parts, text.ContextIs.With(w.Context))
	}
	if !o.Vary("batch") {
		parts = append(parts, text.EncodingOfSamples.With(w.Batch))
	}
	if w.KV != "" && !o.Vary("kv") {
		parts = append(parts, text.CacheOnly.With(w.KV))
	}
	return text.List(parts, text.Join)
}

// servingFirst is the workload of the table's first row that has an answer.
func servingFirst(rows []ServedRow, table string) ServingJSON {
	for i := range rows {
		if rows[i].table() == table && rows[i].Error == "" {
			return rows[i].Workload
		}
	}
	return ServingJSON{}
}

// EncodingOf is the workload of a table's figures.
func EncodingOf(m *model.Model, context, batch int64) text.Text {
	if m.PerToken() {
		return text.EncodingOf.With(context, batch)
	}
	return text.EncodingOfSamples.With(batch)
}

// UnitNames are what the model reads, in the plural.
func UnitNames(m *model.Model) text.Text {
	if m.PerToken() {
		return text.SequencesUnit
	}
	return text.SampleUnit.With(m.Unit)
}
