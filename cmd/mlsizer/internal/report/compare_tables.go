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
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// compareJSON is a row of a comparison.
type compareJSON struct {
	Model    ModelJSON    `json:"model"`
	Hardware HardwareJSON `json:"hardware"`
	Method   string       `json:"method"`
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
	// PostTrain is a step of post-training by model and phase.
	PostTrain *posttrain.Answer `json:"post_training,omitempty"`
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
			Method:   row.Case.Tuning.String(), Settings: settings,
			Error: text.ErrorIn(row.Err, l),
		}
	}
	r := NewResult(row.Model, row.Target, row.Answer, &row.Case.TrainingOptions, l)
	return compareJSON{Model: r.Model, Hardware: r.Hardware, Method: row.Case.Tuning.String(), Settings: settings, Workload: &r.Workload, Estimate: &r.Estimate, Goodput: r.Goodput, Data: r.Data, Distill: r.Distill, PostTrain: r.PostTrain, Sweep: r.Sweep, Notes: r.Notes, Explain: r.Explain}
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
	if o.Output == render.HTML {
		d.Figure = compareFigure(rows, list, o.Lang)
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
	if v.Sort == "" {
		return
	}
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
