package report

import (
	"cmp"
	"strings"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/train"
)

// comparison says what the rows of a comparison show.
type comparison struct {
	single  bool         // there is nothing to compare with
	byModel bool         // a row is a model with its tier and size, not a device
	run     bool         // the time of a run, not of a step
	trials  bool         // the cost of a search too
	varied  []cli.Varied // the flags whose values tell the rows apart
}

// VariedColumn is the column of a flag that has several values.
func VariedColumn(flag string) render.Column {
	head := text.Same("--" + flag)
	switch flag {
	case "stack":
		head = text.Stack
	case "method":
		head = text.Method
	case "scenario":
		head = text.ScenarioHead
	}
	return render.Column{Name: strings.ReplaceAll(flag, "-", "_"), Head: head}
}

// columns are all columns that the rows may show. Differences stand in place of
// what follows from other columns, so that a table stays as narrow.
func (c comparison) columns() []render.Column {
	duration := text.StepTime
	if c.run {
		duration = text.RunTime
	}
	columns := []render.Column{
		{Name: "model", Head: text.Model, Optional: !c.byModel},
		{Name: "tier", Head: text.Tier, Wrap: true, Drop: 2, Optional: !c.byModel},
		{Name: "params", Head: text.Params, Right: true, Own: true, Drop: 1, Optional: !c.byModel},
		{Name: "hardware", Head: text.Hardware, Optional: c.byModel},
	}
	for _, v := range c.varied {
		columns = append(columns, VariedColumn(v.Flag))
	}
	columns = append(columns,
		render.Column{Name: "devices", Head: text.Devices, Right: true},
		render.Column{Name: "layout", Head: text.Layout, Wrap: true, Drop: 3},
		render.Column{Name: "memory_bytes", Key: "memory", Head: text.MemoryDevice, Right: true, Across: true},
		render.Column{Name: "memory_change", Key: "memory-change", Head: text.MemoryChange, Right: true, Optional: true},
		render.Column{Name: "memory_share", Key: "share", Head: text.Share, Right: true, Drop: 5, Optional: !c.single},
		render.Column{Name: "fits", Head: text.FitsHead},
		render.Column{Name: "seconds", Key: "time", Head: duration, Right: true, Across: true, Wrap: c.byModel},
		render.Column{Name: "seconds_change", Key: "time-change", Head: text.TimeChange, Right: true, Drop: 4, Optional: c.single},
		render.Column{Name: "device_hours", Key: "hours", Head: text.DeviceHoursHead, Right: true, Drop: 6, Across: true, Optional: !c.single},
		render.Column{Name: "usd", Key: "cost", Head: text.Cost, Right: true, Drop: 1, Across: true},
		render.Column{Name: "usd_change", Key: "cost-change", Head: text.CostChange, Right: true, Drop: 4, Optional: c.single},
		render.Column{Name: "kwh", Key: "energy", Head: text.Energy, Right: true, Drop: 7, Across: true},
		render.Column{Name: "kwh_change", Key: "energy-change", Head: text.EnergyChange, Right: true, Optional: true},
	)
	if c.trials {
		columns = append(columns,
			render.Column{Name: "trials_seconds", Key: "trials-time", Head: text.AllTrials, Right: true, Across: true, Wrap: c.byModel},
			render.Column{Name: "trials_usd", Key: "trials-cost", Head: text.TrialsCost, Right: true, Drop: 2, Across: true},
		)
	}
	return columns
}

func (c comparison) cells(row *CompareRow, r *compareJSON, f *Footnotes) []render.Cell {
	cells := c.filled(row, r, f)
	for len(cells) < len(c.columns()) {
		cells = append(cells, render.Cell{})
	}
	return cells
}

// filled are the cells that a row has something for.
func (c comparison) filled(row *CompareRow, r *compareJSON, f *Footnotes) []render.Cell {
	cells := []render.Cell{
		{Value: r.Model.Input}, {Value: cli.TierText(r.Model.Tier, r.Model.Beyond)}, {Value: r.Model.Params},
		{Value: row.Target.Input},
	}
	for _, v := range c.varied {
		cells = append(cells, render.Cell{Value: row.value(v.Flag)})
	}
	if row.Err != nil {
		n := f.Add("", render.Note{Text: text.OnSays.With(r.Model.Input, row.on(), row.Err)})
		return append(cells, render.Cell{}, render.Cell{Value: text.NotAnswered, Notes: []int{n}})
	}
	if c.byModel {
		cells[0].Notes = f.modelNotes[r.Model.Input]
	}
	m, first := &r.Estimate.Memory, cmp.Or(r.First, &againstFirst{})
	cells = append(cells,
		render.Cell{Value: r.Hardware.Devices},
		render.Cell{Value: r.Estimate.Plan.String()},
		render.Cell{Value: m.Total},
		ChangeCell(first.Memory),
		render.Cell{Value: render.Percent(m.Total / m.Device)},
		render.Cell{Value: fitsText(m.Verdict)},
	)
	if !m.Fits { // what cannot run takes no time
		return cells
	}
	cells = append(cells, runCells(row, r)...)
	if s := r.Sweep; s != nil && s.Memory.Fits {
		cells = append(cells, render.Cell{Value: render.Range{Mid: s.Run, Low: s.RunLow, High: s.RunHigh}})
		if s.USD > 0 {
			cells = append(cells, render.Cell{Value: s.USD})
		}
	}
	return cells
}

// runCells are what the run of a row takes, with what it takes against the first.
func runCells(row *CompareRow, r *compareJSON) []render.Cell {
	g, first := &row.Answer.Goodput, cmp.Or(r.First, &againstFirst{})
	hours, cost, energy := any(nil), any(nil), any(nil)
	if g.Share > 0 {
		hours = render.Count(g.DeviceHours)
		if g.Cost.PerHour > 0 {
			cost = g.Cost.USD
		}
		if g.Energy.KWh > 0 {
			energy = g.Energy.KWh
		}
	}
	return []render.Cell{
		{Value: expectedRun(g)}, ChangeCell(first.Time),
		{Value: hours},
		{Value: cost}, ChangeCell(first.Cost),
		{Value: energy}, ChangeCell(first.Energy),
	}
}

// fitsText is the verdict in a word.
func fitsText(v train.Verdict) text.Text {
	switch v {
	case train.FitsSurely:
		return text.Yes
	case train.MayNotFit:
		return text.MayNot
	}
	return text.No
}
