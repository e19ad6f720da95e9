package report

import (
	"fmt"
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// servedColumns are the flags whose values have a column anyway.
var servedColumns = []string{"weights", "runtime"}

func ServedColumns(o *cli.CompareOptions) []render.Column {
	columns := []render.Column{
		{Name: "model", Head: text.Model, Wrap: true},
		{Name: "params", Head: text.Params, Right: true, Drop: 5},
		{Name: "hardware", Head: text.Hardware},
	}
	for _, v := range o.Varied {
		if !slices.Contains(servedColumns, v.Flag) {
			columns = append(columns, VariedColumn(v.Flag))
		}
	}
	runtime := render.Column{Name: "runtime", Head: text.Runtime, Drop: 8}
	if o.Vary("runtime") {
		runtime.Drop = 0
	}
	if !o.Serving.Level.IsZero() || len(o.Models) == 0 { // with no model: all that there are
		columns = append(columns, serviceColumns()...)
	}
	return append(columns,
		render.Column{Name: "weights", Head: text.Weights},
		runtime,
		render.Column{Name: "storage_bytes", Key: "storage", Head: text.Storage, Right: true, Drop: 4, Across: true},
		render.Column{Name: "memory_bytes", Key: "memory", Head: text.MemoryDevice, Right: true, Across: true},
		render.Column{Name: "memory_change", Key: "memory-change", Head: text.MemoryChange, Right: true, Optional: true},
		render.Column{Name: "fits", Head: text.FitsHead},
		render.Column{Name: "max_context", Key: "max-context", Head: text.MaxContext, Right: true, Drop: 3},
		render.Column{Name: "max_sequences", Key: "sequences", Head: text.SequencesHead, Right: true, Drop: 7},
		render.Column{Name: "tokens_per_second", Key: "speed", Head: text.DecodeHead, Right: true},
		render.Column{Name: "band", Head: text.Band, Right: true, Drop: 1},
		render.Column{Name: "against", Key: "speed-ratio", Head: text.Against, Right: true, Drop: 2},
		render.Column{Name: "per_user", Key: "user-speed", Head: text.PerUserHead, Right: true, Drop: 9},
		render.Column{Name: "usd_per_million", Key: "cost", Head: text.AtFullLoad.With(text.PerMillion), Right: true, Drop: 6},
		render.Column{Name: "usd_per_million_change", Key: "cost-change", Head: text.CostChange, Right: true, Optional: true},
		render.Column{Name: "kwh_per_million", Key: "energy", Head: text.AtFullLoad.With(text.EnergyMillion), Right: true, Drop: 11},
		render.Column{Name: "kwh_per_million_change", Key: "energy-change", Head: text.EnergyChange, Right: true, Optional: true},
	)
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

// servedRowCells are the cells of a row in as many columns, empty from where the
// row has no more.
func servedRowCells(varied []cli.Varied, r *ServedRow, columns int, f *Footnotes) []render.Cell {
	cells := servedCells(varied, r, f)
	for len(cells) < columns {
		cells = append(cells, render.Cell{})
	}
	return cells
}

// servedCells are the cells that a row has something for.
func servedCells(varied []cli.Varied, r *ServedRow, f *Footnotes) []render.Cell {
	cells := []render.Cell{
		{Value: r.Model.Input, Notes: r.at(f, "inferred-shape", "scope", "file")},
		{Value: r.Model.Params},
		{Value: r.Hardware.Input, Notes: r.at(f, "unified")},
	}
	for _, v := range varied {
		if !slices.Contains(servedColumns, v.Flag) {
			cells = append(cells, render.Cell{Value: r.value(v.Flag)})
		}
	}
	if !r.Case.Serving.Level.IsZero() {
		cells = append(cells, serviceCells(r, f)...)
	}
	cells = append(cells, render.Cell{Value: r.Workload.Weights, Notes: r.at(f, "weights")})
	if r.Error != "" {
		n := f.Add("", render.Note{Text: text.OnSays.With(r.Model.Input, SettingsOn(r.Hardware.Input, r.Case.Settings), r.Error)})
		return append(cells, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{Value: text.NotAnswered, Notes: []int{n}})
	}
	cells = append(cells, render.Cell{Value: r.Workload.Runtime, Notes: r.at(f, "runtime")}, render.Cell{Value: r.Weights}, render.Cell{Value: r.Memory.Total},
		ChangeCell(r.first().Memory), render.Cell{Value: r.Memory.Fits}, render.Cell{Value: r.MaxContext}, render.Cell{Value: r.MaxBatch})
	if r.Encoding != nil {
		cells[len(cells)-2].Value = nil // no longer than it reads
	}
	if r.Memory.Fits {
		cells = append(cells, speedCells(r, f)...)
	}
	return cells
}

// speedCells are how fast a row serves, and at which cost.
func speedCells(r *ServedRow, f *Footnotes) []render.Cell {
	rate, low, high := r.Throughput.Decode, r.Throughput.Low, r.Throughput.High
	user := render.Cell{Value: render.Rate(r.Throughput.PerUser)}
	if e := r.Encoding; e != nil {
		rate, low, high, user = e.Sequences, e.Low, e.High, render.Cell{}
	}
	against, cost, energy := any(nil), any(nil), any(nil)
	if r.Against > 0 {
		against = render.Times(r.Against)
	}
	usd, kwh := r.perMillion()
	if usd > 0 {
		cost = usd
	}
	if kwh > 0 {
		energy = kwh
	}
	return []render.Cell{
		{Value: render.Rate(rate), Notes: r.at(f, "speed")}, {Value: BandText(low, high)}, {Value: against}, user,
		{Value: cost, Notes: r.at(f, "price")}, ChangeCell(r.first().Cost),
		{Value: energy, Notes: r.at(f, "energy")}, ChangeCell(r.first().Energy),
	}
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
		oneUser = oneUser && fmt.Sprint(row[all].Value) == fmt.Sprint(row[user].Value)
	}
	for i := range t.Rows {
		if oneModel {
			t.Rows[i][model], t.Rows[i][model+1] = render.Cell{}, render.Cell{}
		}
		if oneUser {
			t.Rows[i][user] = render.Cell{}
		}
	}
	WithoutEmpty(t)
}
