package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/serve"
)

// addCompareServing adds compare's flags of serving.
func addCompareServing(cmd *cobra.Command, o *cli.CompareOptions) {
	fs := cmd.Flags()
	addServingChoices(fs, &o.Serving)
	cli.AddValue(fs, &o.Serving.Context, "context", "", "COUNT", "32k", cli.ParseTokenCount)
	cli.AddValue(fs, &o.Student, "student", "", "MODEL", "llama-3.2-1b", cli.AsTyped)
}

// inferCompareRow is the answer for one model, storage and machine.
type inferCompareRow struct {
	report.InferJSON
	// Of is the model that a pruned or distilled one is compared with.
	Of string `json:"variant_of,omitempty"`
	// Against is its decode rate over that of the first row of the table that
	// fits the same machine; 0 where it does not fit itself.
	Against float64 `json:"speed_against_first,omitempty"`
	// Encoding is the speed of a model that does not generate tokens.
	Encoding *serve.EncodingThroughput `json:"encoding,omitempty"`
	// Error says why there is no answer.
	Error string `json:"error,omitempty"`
	notes []note.Note
	of    *model.Model
}

// table is the model whose table the row stands in.
func (r *inferCompareRow) table() string {
	if r.Of != "" {
		return r.Of
	}
	return r.Model.Input
}

// at are the numbers of the row's own notes with these codes.
func (r *inferCompareRow) at(f *report.Footnotes, codes ...string) []int {
	var list []int
	for _, n := range r.notes {
		if slices.Contains(codes, n.Code) {
			list = append(list, f.Add(n.Code, render.Note{Text: text.OfNote(n), Source: n.Source}))
		}
	}
	return list
}

// inferCompareRun answers for every model with its variants, every machine and
// every storage of the weights.
func inferCompareRun(cmd *cobra.Command, o *cli.CompareOptions) error {
	s := &o.Serving
	s.On, s.Batch, s.Price, s.Bounds, s.Network = o.On, o.Batch, o.Price, o.Bounds, o.Network
	if len(s.Weights) == 0 {
		s.Weights = []string{""}
	}
	targets, err := o.Targets(o.On)
	if err != nil {
		return err
	}
	c := &inferComparison{CompareOptions: o, cmd: cmd}
	for _, name := range o.Models {
		variants, err := servingVariants(o, cmd, name)
		if err != nil {
			return err
		}
		for _, m := range variants {
			for _, t := range targets {
				for _, w := range s.Weights {
					c.add(name, m, t, w)
				}
			}
		}
	}
	c.compareSpeeds()
	if err := o.Print(inferCompareDocument(c.rows, c.notes)); err != nil {
		return err
	}
	return o.Outcome(c.failed, c.fits, len(c.rows))
}

// servingVariants are a model, its pruned variants, and its student.
func servingVariants(o *cli.CompareOptions, cmd *cobra.Command, name string) ([]*cli.ModelArg, error) {
	m, err := o.Resolve(cmd.Context(), name)
	if err != nil {
		return nil, err
	}
	variants, err := m.Variants(o.Prune)
	if err != nil || o.Student == "" {
		return variants, err
	}
	student, err := o.Resolve(cmd.Context(), o.Student)
	if err != nil {
		return nil, cli.AboutFlag("student", err)
	}
	return append(variants, student), nil
}

// inferComparison collects rows.
type inferComparison struct {
	*cli.CompareOptions
	cmd          *cobra.Command
	rows         []inferCompareRow
	notes        []note.Note
	fits, failed int
}

// add answers for one row.
func (c *inferComparison) add(name string, m *cli.ModelArg, t cli.Target, weights string) {
	s := &c.Serving
	row := inferCompareRow{of: m.Model}
	if m.Model.Encodes() {
		c.addEncoder(&row, m, t, weights)
	} else if a, notes, err := infer(s, m, t, weights); err != nil {
		c.failed++
		row.Error = text.ErrorIn(rowError(c.CompareOptions, c.cmd, err), c.Lang)
		row.Model = report.NewModelJSON(m, s.Bounds)
		row.Hardware = report.HardwareJSON{Input: t.Input, Device: t.Device.ID, Name: t.Device.Name, Devices: max(t.Count, 1), Memory: t.Device.Memory}
		row.Workload.Weights = weights
	} else {
		row.InferJSON, row.notes = report.NewInferJSON(m, t, a, notes, s, c.Lang), notes
		c.notes = append(c.notes, notes...)
		if a.Memory.Fits {
			c.fits++
		}
	}
	if m.Input != name {
		row.Of = name
	}
	c.rows = append(c.rows, row)
}

// addEncoder fills in a row of a model that generates nothing.
func (c *inferComparison) addEncoder(row *inferCompareRow, m *cli.ModelArg, t cli.Target, weights string) {
	s := &c.Serving
	a, notes, err := encoding(s, m, t, weights)
	row.Model = report.NewModelJSON(m, s.Bounds)
	row.Hardware = report.HardwareJSON{Input: t.Input, Device: t.Device.ID, Name: t.Device.Name, Devices: max(t.Count, 1), Memory: t.Device.Memory}
	row.Workload.Weights = weights
	if err != nil {
		c.failed++
		row.Error = text.ErrorIn(rowError(c.CompareOptions, c.cmd, err), c.Lang)
		return
	}
	row.Workload = report.ServingJSON{Context: a.Context, Batch: a.Batch, Weights: a.Quant.Name, Runtime: a.Runtime.Name, Layout: a.Layout}
	row.Memory, row.Weights, row.MaxBatch, row.Best, row.Encoding = a.Memory, a.Weights, a.MaxBatch, a.Best, &a.Throughput
	row.Notes, row.notes = report.NotesIn(notes, c.Lang), notes
	c.notes = append(c.notes, notes...)
	if a.Memory.Fits {
		c.fits++
	}
}

// rate is the rate by which a table is compared.
func (r *inferCompareRow) rate() float64 {
	if r.Encoding != nil {
		return r.Encoding.Sequences
	}
	return r.Throughput.Decode
}

// compareSpeeds divides every row's speed by that of the first of its table
// that fits the same machine.
func (c *inferComparison) compareSpeeds() {
	first := map[[2]string]float64{}
	for i := range c.rows {
		r := &c.rows[i]
		key, rate := [2]string{r.table(), r.Hardware.Input}, r.rate()
		if r.Error != "" || !r.Memory.Fits {
			rate = 0
		}
		if first[key] == 0 {
			first[key] = rate
		}
		if rate > 0 {
			r.Against = rate / first[key]
		}
	}
}

// inferCompareDocument lays the rows out, a table a model.
func inferCompareDocument(rows []inferCompareRow, notes []note.Note) *render.Document {
	f := report.NewFootnotes(notes)
	d := &render.Document{
		Title: text.Serving,
		JSON: struct {
			report.Head
			Rows []inferCompareRow `json:"rows"`
		}{report.NewHead("compare"), rows},
		Records: rows,
	}
	for i := range rows {
		r := &rows[i]
		if i == 0 || r.table() != rows[i-1].table() {
			title := text.Same(r.table())
			columns := inferCompareColumns()
			switch w := servingFirst(rows, r.table()); {
			case w.Context > 0 && r.of.Encodes():
				title = text.Colon.With(r.table(), encodingOf(r.of, w.Context, w.Batch))
				columns = encoderColumns(columns, unitNames(r.of))
			case w.Context > 0:
				title = text.Colon.With(r.table(), text.CompareInfer.With(w.Context, w.Batch, w.KV))
			}
			d.Tables = append(d.Tables, render.Table{Title: title, Columns: columns})
		}
		t := &d.Tables[len(d.Tables)-1]
		cells := inferCompareCells(r, f)
		if kv := r.Workload.KV; r.Error == "" && kv != servingFirst(rows, r.table()).KV {
			at := slices.IndexFunc(t.Columns, func(c render.Column) bool { return c.Name == "weights" })
			cells[at].Value = text.WithCache.With(r.Workload.Weights, kv) // not as the title says
		}
		t.Rows = append(t.Rows, cells)
	}
	for i := range d.Tables {
		tidyComparison(&d.Tables[i])
	}
	f.Finish(d)
	return d
}

// servingFirst is the workload of the table's first row that has an answer.
func servingFirst(rows []inferCompareRow, table string) report.ServingJSON {
	for i := range rows {
		if rows[i].table() == table && rows[i].Error == "" {
			return rows[i].Workload
		}
	}
	return report.ServingJSON{}
}

func inferCompareColumns() []render.Column {
	return []render.Column{
		{Name: "model", Head: text.Model, Wrap: true},
		{Name: "params", Head: text.Params, Right: true, Drop: 4},
		{Name: "hardware", Head: text.Hardware},
		{Name: "weights", Head: text.Weights},
		{Name: "runtime", Head: text.Runtime, Drop: 7},
		{Name: "storage_bytes", Head: text.Storage, Right: true, Drop: 3, Across: true},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true, Across: true},
		{Name: "fits", Head: text.FitsHead},
		{Name: "max_context", Head: text.MaxContext, Right: true, Drop: 2},
		{Name: "max_sequences", Head: text.SequencesHead, Right: true, Drop: 6},
		{Name: "tokens_per_second", Head: text.DecodeHead, Right: true},
		{Name: "band", Head: text.Band, Right: true, Drop: 9},
		{Name: "against", Head: text.Against, Right: true, Drop: 1},
		{Name: "per_user", Head: text.PerUserHead, Right: true, Drop: 8},
		{Name: "usd_per_million", Head: text.AtFullLoad.With(text.PerMillion), Right: true, Drop: 5},
		{Name: "kwh_per_million", Head: text.AtFullLoad.With(text.EnergyMillion), Right: true, Drop: 10},
	}
}

// encoderColumns are those columns with heads for a model that generates
// nothing.
func encoderColumns(columns []render.Column, unit text.Text) []render.Column {
	for i := range columns {
		switch c := &columns[i]; c.Name {
		case "tokens_per_second":
			c.Name, c.Head = "sequences_per_second", text.UnitPerSecond.With(unit)
		case "max_sequences":
			c.Head = text.MostAtOnce.With(unit)
		case "usd_per_million":
			c.Head = text.AtFullLoad.With(text.MillionOf.With(unit))
		case "kwh_per_million":
			c.Head = text.AtFullLoad.With(text.EnergyOf.With(unit))
		}
	}
	return columns
}

func inferCompareCells(r *inferCompareRow, f *report.Footnotes) []render.Cell {
	cells := []render.Cell{
		{Value: r.Model.Input, Notes: r.at(f, "inferred-shape", "scope", "file")},
		{Value: r.Model.Params},
		{Value: r.Hardware.Input, Notes: r.at(f, "unified")},
		{Value: r.Workload.Weights, Notes: r.at(f, "weights")},
	}
	if r.Error != "" {
		n := f.Add("", render.Note{Text: text.OnSays.With(r.Model.Input, r.Hardware.Input, r.Error)})
		cells = append(cells, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{Value: text.NotAnswered, Notes: []int{n}})
		return slices.Grow(cells, 8)[:len(cells)+8]
	}
	p := &r.Throughput
	cells = append(cells, render.Cell{Value: r.Workload.Runtime, Notes: r.at(f, "runtime")}, render.Cell{Value: r.Weights}, render.Cell{Value: r.Memory.Total}, render.Cell{Value: r.Memory.Fits},
		render.Cell{Value: r.MaxContext}, render.Cell{Value: r.MaxBatch})
	if r.Encoding != nil {
		cells[len(cells)-2].Value = nil // no longer than it reads
	}
	if !r.Memory.Fits {
		return slices.Grow(cells, 6)[:len(cells)+6]
	}
	var against, cost, energy any
	if r.Against > 0 {
		against = fmt.Sprintf("%.2fx", r.Against)
	}
	if p.PerMillion > 0 {
		cost = p.PerMillion
	}
	if p.Energy > 0 {
		energy = p.Energy
	}
	if e := r.Encoding; e != nil {
		if e.PerMillion > 0 {
			cost = e.PerMillion
		}
		if e.Energy > 0 {
			energy = e.Energy
		}
		return append(cells, render.Cell{Value: report.PerSecond(e.Sequences), Notes: r.at(f, "speed")}, render.Cell{Value: report.BandText(e.Low, e.High)}, render.Cell{Value: against},
			render.Cell{}, render.Cell{Value: cost, Notes: r.at(f, "price")}, render.Cell{Value: energy, Notes: r.at(f, "energy")})
	}
	return append(cells, render.Cell{Value: report.PerSecond(p.Decode), Notes: r.at(f, "speed")}, render.Cell{Value: report.BandText(p.Low, p.High)}, render.Cell{Value: against},
		render.Cell{Value: report.PerSecond(p.PerUser)}, render.Cell{Value: cost, Notes: r.at(f, "price")}, render.Cell{Value: energy, Notes: r.at(f, "energy")})
}

// tidyComparison removes empty or constant columns: the model if there is one,
// the rate per user if there is one, and columns without a value.
func tidyComparison(t *render.Table) {
	oneModel, oneUser := true, true
	at := func(name string) int {
		return slices.IndexFunc(t.Columns, func(c render.Column) bool { return c.Name == name })
	}
	model, all, user := at("model"), at("tokens_per_second"), at("per_user")
	if all < 0 {
		all = user // of an encoder: there is none
	}
	for _, row := range t.Rows {
		oneModel = oneModel && row[model].Value == t.Rows[0][model].Value
		oneUser = oneUser && row[all].Value == row[user].Value
	}
	for i := range t.Rows {
		if oneModel {
			t.Rows[i][model], t.Rows[i][model+1] = render.Cell{}, render.Cell{}
		}
		if oneUser {
			t.Rows[i][user] = render.Cell{}
		}
	}
	report.WithoutEmpty(t)
}
