package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// compareJSON is a row of a comparison.
type compareJSON struct {
	Model    ModelJSON    `json:"model"`
	Hardware HardwareJSON `json:"hardware"`
	Method   train.Method `json:"method"`
	// Settings are the values, by flag, that tell the row from the others.
	Settings map[string]string `json:"settings,omitempty"`
	Workload *workloadJSON     `json:"workload,omitempty"`
	*train.Estimate
	// Goodput is the run with its interruptions.
	Goodput *run.Goodput `json:"goodput,omitempty"`
	// Data is what the examples of a fine-tuning become.
	Data *run.ExamplesCost `json:"data,omitempty"`
	// Distill is what a teacher costs.
	Distill *sizing.DistillCost `json:"distillation,omitempty"`
	// Sweep is what the trials of a search cost.
	Sweep   *run.SweepCost    `json:"sweep,omitempty"`
	Notes   []NoteJSON        `json:"notes,omitempty"`
	Explain []note.Derivation `json:"explain,omitempty"`
	// First is what the row takes over what the first row of its table takes.
	First *againstFirst `json:"against_first,omitempty"`
	// Error says why there is no answer.
	Error string `json:"error,omitempty"`
}

func newCompareJSON(row *CompareRow, l text.Lang) compareJSON {
	settings := SettingsOf(row.Case.Settings)
	if row.Err != nil {
		d := row.Target.Device
		return compareJSON{
			Model:    NewModelJSON(row.Model, row.Case.Bounds),
			Hardware: HardwareJSON{Input: row.Target.Input, Device: d.ID, Name: d.Name, Devices: row.Target.Count, Memory: d.Memory},
			Method:   row.Case.Method, Settings: settings,
			Error: text.ErrorIn(row.Err, l),
		}
	}
	r := NewResult(row.Model, row.Target, row.Answer, &row.Case.TrainingOptions, l)
	return compareJSON{Model: r.Model, Hardware: r.Hardware, Method: row.Case.Method, Settings: settings, Workload: &r.Workload, Estimate: &r.Estimate, Goodput: r.Goodput, Data: r.Data, Distill: r.Distill, Sweep: r.Sweep, Notes: r.Notes, Explain: r.Explain}
}

// CompareDocument lays the rows out: a table for each model, or one table of
// models where there is one device.
func CompareDocument(o *cli.CompareOptions, v *View, rows []CompareRow) *render.Document {
	show := comparisonOf(o)
	if !show.byModel {
		gather(rows)
	}
	list := make([]compareJSON, len(rows))
	for i := range rows {
		list[i] = newCompareJSON(&rows[i], o.Lang)
	}
	tables := show.groups(rows)
	for _, at := range tables {
		sortRows(v, show, rows[at.from:at.to], list[at.from:at.to])
		compareWithFirst(list[at.from:at.to])
	}
	f := compareNotes(rows)
	d := &render.Document{
		Title: compareTitle(o, rows),
		JSON: struct {
			Head
			Rows []compareJSON `json:"rows"`
		}{NewHead("compare"), list},
		Records: list,
	}
	for _, at := range tables {
		t := render.Table{Title: text.Same(list[at.from].Hardware.Name), Columns: show.columns()}
		if !show.byModel {
			t.Title, t.TitleNotes = compareModelTitle(list[at.from:at.to]), f.modelNotes[list[at.from].Model.Input]
		}
		for i := at.from; i < at.to; i++ {
			t.Rows = append(t.Rows, show.cells(&rows[i], &list[i], f))
		}
		v.Choose(&t)
		d.Tables = append(d.Tables, t)
	}
	v.Flat(d)
	if o.Explain {
		for i := range list {
			for _, t := range ExplainTables(list[i].Explain, f) {
				t.Title = text.Colon.With(text.PlainOn.With(list[i].Model.Input, rows[i].on()), t.Title)
				d.Tables = append(d.Tables, t)
			}
		}
	}
	f.Finish(d)
	return d
}

// CompareColumns are the columns that a comparison of training may have.
func CompareColumns(o *cli.CompareOptions) []render.Column { return comparisonOf(o).columns() }

// comparisonOf says what the rows of a comparison show.
func comparisonOf(o *cli.CompareOptions) comparison {
	models := len(o.Models) * (1 + len(o.Prune))
	return comparison{
		run: o.LengthSet(), trials: o.Sweep.Trials > 0, varied: o.Varied,
		byModel: len(o.On) == 1 && models > 1,
		single:  len(o.On) == 1 && models == 1 && len(o.Varied) == 0,
	}
}

// span is the rows of a table: those from one on, before another.
type span struct{ from, to int }

// groups are the tables: one of all rows where a row is a model, else one of each
// model.
func (c comparison) groups(rows []CompareRow) []span {
	if c.byModel {
		return []span{{0, len(rows)}}
	}
	var list []span
	for i := range rows {
		if i == 0 || rows[i].Model.Input != rows[i-1].Model.Input {
			list = append(list, span{from: i})
		}
		list[len(list)-1].to = i + 1
	}
	return list
}

// gather puts the rows of a model one after another, in the order in which the
// models come first: scenarios may have the same ones.
func gather(rows []CompareRow) {
	first := map[string]int{}
	for i := range rows {
		if _, known := first[rows[i].Model.Input]; !known {
			first[rows[i].Model.Input] = i
		}
	}
	slices.SortStableFunc(rows, func(a, b CompareRow) int { return first[a.Model.Input] - first[b.Model.Input] })
}

// sortRows puts the rows of a table into the order of the view.
func sortRows(v *View, show comparison, rows []CompareRow, list []compareJSON) {
	t := render.Table{Columns: show.columns()}
	compareWithFirst(list)
	f := &Footnotes{byCode: map[string][]int{}}
	for i := range rows {
		t.Rows = append(t.Rows, show.cells(&rows[i], &list[i], f))
	}
	order := v.Order(&t)
	copy(rows, Pick(rows, order))
	copy(list, Pick(list, order))
}

// compareTitle says what the times are of.
func compareTitle(o *cli.CompareOptions, rows []CompareRow) text.Text {
	title := compareLength(o, rows)
	if o.Teacher != "" && !o.Vary("teacher") {
		return text.TaughtBy.With(title, o.Teacher)
	}
	return title
}

// lengths are the flags that say how long a run is.
var lengths = []string{"tokens", "data", "samples", "examples", "example-tokens", "epochs"}

// compareLength is how long the rows train, where all train as long.
func compareLength(o *cli.CompareOptions, rows []CompareRow) text.Text {
	if o.Vary(lengths...) {
		return text.TrainingRuns
	}
	tokens, images := false, false
	for i := range rows {
		tokens = tokens || rows[i].Model.Model.PerToken()
		images = images || !rows[i].Model.Model.PerToken()
	}
	switch {
	case o.Examples.Count > 0:
		x := o.Examples
		if x.Epochs == 0 {
			x.Epochs = 1
		}
		title := text.ExamplesOnce.With(render.Count(x.Count), render.Count(x.Epochs))
		if tokens && x.Tokens > 0 {
			title = text.ExamplesOf.With(title, x.Tokens)
		}
		return text.TuningOn.With(title)
	case tokens && o.Reads().IsSet() && images && o.Samples.IsSet():
		return text.TrainingOn.With(text.Join.With(o.Reads().Or(cli.Length{}).Words(), text.Samples.With(o.Samples.Or(0))))
	case tokens && o.Reads().IsSet():
		return text.TrainingOn.With(o.Reads().Or(cli.Length{}).Words())
	case images && o.Samples.IsSet():
		return text.TrainingOn.With(text.Samples.With(o.Samples.Or(0)))
	}
	return text.OneStep
}

// compareModelTitle is the model with the sequence length of its rows.
func compareModelTitle(rows []compareJSON) text.Text {
	title := ModelText(&rows[0].Model)
	var seqs []string // of all rows: software that packs examples has its own
	for i := range rows {
		if w := rows[i].Workload; w != nil && rows[i].Model.Unit == model.TokenUnit {
			seqs = append(seqs, fmt.Sprint(w.Seq))
		}
	}
	slices.SortFunc(seqs, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	if seqs = slices.Compact(seqs); seqs != nil {
		title = text.Join.With(title, text.Sequences.With(strings.Join(seqs, ", ")))
	}
	return title
}

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
