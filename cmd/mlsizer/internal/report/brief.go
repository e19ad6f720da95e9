package report

import (
	"math"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// barWidth is that of a bar, in characters.
const barWidth = 20

// Bar draws a share: a full bar is all of it, and what is beyond adds a mark.
func Bar(share float64) string {
	full := int(math.Round(barWidth * min(max(share, 0), 1)))
	bar := strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
	if share > 1 {
		bar += "▶"
	}
	return bar
}

// memoryText is how much of the device a plan takes, with a bar.
func memoryText(m *train.Memory) text.Text {
	used := usedText(m.Total, m.Device)
	if m.Low < m.Total || m.High > m.Total {
		used = text.UsedBand.With(used, m.Low, m.High)
	}
	return used
}

// usedText is how much of a device is used, with a bar.
func usedText(total, device quantity.Bytes) text.Text {
	return text.Same("%s %v").With(Bar(float64(total/device)), text.Used.With(total, device, render.Percent(total/device)))
}

// BriefEstimate are the tables of the short form of an estimate: what it takes,
// then what would move it most.
func BriefEstimate(r *ResultJSON, a *sizing.Answer, moves []sizing.Sensitive) []render.Table {
	rows := [][]render.Cell{Fact(text.MemoryDevice, memoryText(&r.Memory))}
	if r.Memory.Fits {
		rows = append(rows, briefRun(r)...)
	}
	rows = append(rows, Fact(text.Layout, r.Plan.String()), Fact(text.Workload, workText(r, a)), Fact(text.Stack, stackText(a)))
	if t := r.PostTrain; t != nil {
		rows = append(rows, Fact(text.PhasesTitle, phaseShares(t)))
	}
	for i := range r.Advice {
		rows = append(rows, Fact(text.PlanChange, r.Advice[i].Change))
	}
	for _, n := range a.Notes {
		if n.Code == "import" { // what of a launch is not in the answer
			rows = append(rows, Fact(text.Note, text.OfNote(n)))
		}
	}
	tables := []render.Table{{Columns: FactColumns(), Rows: rows}}
	if r.Memory.Fits { // what cannot run has neither time nor cost
		tables = append(tables, movesTable(moves, r.Workload.Tokens)...)
	}
	return append(tables, MoreTable(text.AllOf))
}

// briefPlans is how many plans the short form lists.
const briefPlans = 3

// BriefPlan are the tables of the short form of a plan: what the best takes and
// what bounds it, the plans after it, then what would move the answer most.
func (o *PlanOptions) BriefPlan(p *Planned, moves []sizing.Sensitive) []render.Table {
	var affordable *Affordable
	if len(o.Affordable) > 0 {
		affordable = o.Affordable[0]
	}
	row := newPlanRow(o, p, affordable)
	row.Top = row.Top[:min(briefPlans, len(row.Top))]
	tables := BriefEstimate(&row.result, p.Answer, moves)
	facts := &tables[0]
	facts.Rows = slices.DeleteFunc(facts.Rows, func(r []render.Cell) bool { return r[0].Value == text.Layout })
	if bounds := row.Why.Bounds; len(bounds) > 0 {
		facts.Rows = append(facts.Rows, Fact(text.WhatBounds, sharesText(bounds)))
	}
	top := topTable(&row)
	top = top.Where(func(i int) bool { return top.Columns[i].Name != "mfu" }) // the table of the best says it
	tables = slices.Insert(tables, 1, top.WithoutEmpty(), searchTable(&row.Search, p))
	if row.Optimal != nil {
		laws := lawsTable(row.Optimal, NewFootnotes(nil))
		return append([]render.Table{laws.WithoutNotes()}, tables...)
	}
	return tables
}

// sharesText names terms of a step with their shares.
func sharesText(bounds []BoundJSON) text.Text {
	var list []text.Text
	for _, b := range bounds {
		list = append(list, text.Colon.With(termText(b.Term), render.Percent(b.Share)))
	}
	return joined(list)
}

// phaseShares names the phases of a step of post-training with their shares.
func phaseShares(a *posttrain.Answer) text.Text {
	var list []text.Text
	for i := range a.Phases {
		list = append(list, text.Colon.With(text.Of(text.PhaseName, a.Phases[i].Phase), render.Percent(a.Phases[i].Share)))
	}
	return joined(list)
}

// joined are texts one after the other, of which there is at least one.
func joined(list []text.Text) text.Text {
	all := list[0]
	for _, t := range list[1:] {
		all = text.Join.With(all, t)
	}
	return all
}

// briefRun are the time and the money that a plan takes.
func briefRun(r *ResultJSON) [][]render.Cell {
	e := &r.Time
	step := Fact(text.Step, text.Join.With(render.Range{Mid: e.Step, Low: e.StepLow, High: e.StepHigh}, text.Colon.With(text.MFU, render.Percent(e.MFU))))
	g := r.Goodput
	if g == nil {
		return [][]render.Cell{step}
	}
	cost := any(text.Unknown)
	if g.Cost.PerHour > 0 {
		cost = costText(&g.Cost)
	}
	return [][]render.Cell{
		Fact(text.Run, runRange(g)),
		Fact(text.Cost, cost),
		step,
	}
}

// workText is what is to be done.
func workText(r *ResultJSON, a *sizing.Answer) text.Text {
	work := text.BatchFact.With(r.Plan.GlobalBatch)
	if a.Model().PerToken() {
		work = text.WorkFact.With(r.Workload.Seq, r.Plan.GlobalBatch, quantity.Tokens(r.Plan.GlobalBatch*r.Workload.Seq))
	}
	if r.Workload.Tokens > 0 {
		work = text.Join.With(samplesText(r), work)
	}
	return text.Join.With(work, text.Join.With(r.Workload.Precision, r.Workload.Optimizer))
}

// MoreTable says where the rest of the answer is.
func MoreTable(where text.Text) render.Table {
	return render.Table{Columns: FactColumns(), Rows: [][]render.Cell{Fact(text.TheRest, where)}}
}

// Brief makes the short form of a comparison or of serving: the tables that keep
// says, without footnotes but for those about rows that have no answer.
func Brief(d *render.Document, keep func(i int) bool, where text.Text) {
	var tables []render.Table
	for i := range d.Tables {
		if keep(i) {
			t := d.Tables[i]
			t.TitleNotes = nil
			for j := range t.Columns {
				t.Columns[j].Notes = nil
			}
			tables = append(tables, t)
		}
	}
	notes := d.Notes
	d.Notes, d.Tables = nil, tables
	number := map[int]int{}
	for _, t := range tables {
		for _, row := range t.Rows {
			unanswered := hasNoAnswer(row)
			for j := range row {
				row[j].Notes = keptNotes(d, notes, row[j].Notes, unanswered, number)
			}
		}
	}
	d.Tables = append(d.Tables, MoreTable(where))
}

// hasNoAnswer reports whether a row says that there is no answer.
func hasNoAnswer(row []render.Cell) bool {
	for _, c := range row {
		if c.Value == text.NotAnswered {
			return true
		}
	}
	return false
}

// keptNotes are the numbers of notes that are kept, which go into the document.
func keptNotes(d *render.Document, all []render.Note, notes []int, keep bool, number map[int]int) []int {
	if !keep {
		return nil
	}
	var list []int
	for _, old := range notes {
		if number[old] == 0 {
			d.Notes = append(d.Notes, all[old-1])
			number[old] = len(d.Notes)
		}
		list = append(list, number[old])
	}
	return list
}

// BriefServing makes the short form of an answer about serving: a bar of the
// memory, what is served, how fast, or what would make it fit.
func BriefServing(d *render.Document, a *serve.Answer) {
	m := &a.Memory
	bar := Fact(text.MemoryDevice, usedText(m.Total, m.Device))
	last := len(d.Tables) - 1
	d.Tables[0].Rows = append([][]render.Cell{bar}, d.Tables[0].Rows...)
	service := -1 // it stands after the facts
	if a.Service != nil {
		service = 1
	}
	Brief(d, func(i int) bool { return i == 0 || i == service || i == last }, text.AllServe)
}
