package main

import (
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing"
)

// addCompareServing adds the flags with which compare asks about serving.
func addCompareServing(cmd *cobra.Command, o *servingOptions) {
	fs := cmd.Flags()
	addServingChoices(fs, o)
	fs.Lookup("weights").Usage = "compare serving instead of training, with these storages of the weights: bf16,fp8,q4_k_m"
	addValue(fs, &o.context, "context", "", "tokens of each sequence in serving (8k)", "COUNT", "32k", parseTokenCount)
}

// inferCompareRow is the answer for one model, storage and machine.
type inferCompareRow struct {
	inferJSON
	// Error says why there is no answer.
	Error string `json:"error,omitempty"`
	model string
	notes []sizing.Note
}

// at are the numbers of the row's own notes with these codes.
func (r *inferCompareRow) at(f *footnotes, codes ...string) []int {
	var list []int
	for _, n := range r.notes {
		if slices.Contains(codes, n.Code) {
			list = append(list, f.add(n.Code, render.Note{Text: render.T(n.Text, n.Chinese), Source: n.Source}))
		}
	}
	return list
}

// inferCompareRun answers for every model, machine and storage of the weights.
func inferCompareRun(cmd *cobra.Command, o *compareOptions) error {
	s := &o.serving
	s.on, s.batch, s.price, s.bounds = o.on, o.batch, o.price, o.bounds
	targets, err := o.targets(o.on)
	if err != nil {
		return err
	}
	var rows []inferCompareRow
	var notes []sizing.Note
	fits, failed := 0, 0
	for _, name := range o.models {
		m, err := o.resolve(cmd.Context(), name)
		if err != nil {
			return err
		}
		for _, t := range targets {
			for _, w := range s.weights {
				a, more, err := s.infer(m, t, w)
				if err != nil {
					failed++
					row := inferCompareRow{Error: o.rowError(cmd, err).Error(), model: name}
					row.Model, row.Hardware = newModelJSON(m, s.bounds), hardwareJSON{Input: t.Input, Device: t.Device.ID, Name: t.Device.Name, Devices: max(t.Count, 1), Memory: t.Device.Memory}
					row.Workload.Weights = w
					rows = append(rows, row)
					continue
				}
				if a.Memory.Fits {
					fits++
				}
				notes = append(notes, more...)
				rows = append(rows, inferCompareRow{inferJSON: newInferJSON(m, t, a, more, s, o.lang), model: name, notes: more})
			}
		}
	}
	if err := o.print(inferCompareDocument(rows, notes)); err != nil {
		return err
	}
	return o.outcome(failed, fits, len(rows))
}

// inferCompareDocument lays the rows out, a table a model.
func inferCompareDocument(rows []inferCompareRow, notes []sizing.Note) *render.Document {
	f := newFootnotes(notes)
	d := &render.Document{
		Title: labelServing,
		JSON: struct {
			Schema  string            `json:"schema"`
			Command string            `json:"command"`
			Rows    []inferCompareRow `json:"rows"`
		}{schema, "compare", rows},
		Records: rows,
	}
	for i := range rows {
		r := &rows[i]
		if i == 0 || r.model != rows[i-1].model {
			w := servingFirst(rows, r.model)
			d.Tables = append(d.Tables, render.Table{
				Title:   both(labelColon, r.model, both(labelCompareInfer, w.Context, w.Batch, w.KV)),
				Columns: inferCompareColumns(),
			})
		}
		t := &d.Tables[len(d.Tables)-1]
		t.Rows = append(t.Rows, inferCompareCells(r, f))
	}
	f.finish(d)
	return d
}

// servingFirst is the workload of the model's first row that has an answer.
func servingFirst(rows []inferCompareRow, model string) servingJSON {
	for i := range rows {
		if rows[i].model == model && rows[i].Error == "" {
			return rows[i].Workload
		}
	}
	return servingJSON{}
}

func inferCompareColumns() []render.Column {
	return []render.Column{
		{Name: "hardware", Head: labelHardware},
		{Name: "weights", Head: labelWeights},
		{Name: "runtime", Head: labelRuntime, Drop: 4},
		{Name: "memory_bytes", Head: labelMemoryDevice, Right: true, Across: true},
		{Name: "fits", Head: labelFitsHead},
		{Name: "max_context", Head: labelContextHead, Right: true},
		{Name: "max_sequences", Head: labelSequencesHead, Right: true, Drop: 2},
		{Name: "tokens_per_second", Head: labelDecodeHead, Right: true},
		{Name: "per_user", Head: labelPerUserHead, Right: true, Drop: 3},
		{Name: "usd_per_million", Head: labelPerMillion, Right: true, Drop: 1},
	}
}

func inferCompareCells(r *inferCompareRow, f *footnotes) []render.Cell {
	cells := []render.Cell{
		{Value: r.Hardware.Input, Notes: r.at(f, "unified")},
		{Value: r.Workload.Weights, Notes: r.at(f, "weights")},
	}
	if r.Error != "" {
		n := f.add("", render.Note{Text: both(labelNoAnswer, r.Model.Input, r.Hardware.Input, r.Error)})
		return append(cells, render.Cell{}, render.Cell{}, render.Cell{Value: labelNotAnswered, Notes: []int{n}},
			render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{})
	}
	p := &r.Throughput
	cells = append(cells, render.Cell{Value: r.Workload.Runtime, Notes: r.at(f, "runtime")}, render.Cell{Value: r.Memory.Total}, render.Cell{Value: r.Memory.Fits},
		render.Cell{Value: r.MaxContext}, render.Cell{Value: r.MaxBatch})
	if !r.Memory.Fits {
		return append(cells, render.Cell{}, render.Cell{}, render.Cell{})
	}
	cost := any(nil)
	if p.PerMillion > 0 {
		cost = p.PerMillion
	}
	return append(cells, render.Cell{Value: rateText(p.Decode, p.Low, p.High), Notes: r.at(f, "speed")}, render.Cell{Value: perSecond(p.PerUser)}, render.Cell{Value: cost, Notes: r.at(f, "price")})
}
