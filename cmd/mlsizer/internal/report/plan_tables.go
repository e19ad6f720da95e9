package report

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// PlanDocument lays the plans out: for one target its best plans, why, and the
// estimate's blocks; for several a comparison.
func PlanDocument(o *PlanOptions, rows []*Planned) *render.Document {
	at := o.bestRow(rows)
	list := make([]planRow, len(rows))
	for i, p := range rows {
		var a *Affordable
		if i < len(o.Affordable) {
			a = o.Affordable[i]
		}
		list[i] = newPlanRow(o, p, a)
	}
	best := &list[at]
	answer := planJSON{Head: NewHead("plan"), planRow: *best}
	if len(rows) > 1 {
		answer.Clusters = list
	}
	records := make([]ResultJSON, 0, len(best.Top))
	for i := range best.Top {
		r := best.result
		r.Estimate, r.Goodput, r.Notes, r.Explain = best.Top[i].Estimate, best.Top[i].Goodput, nil, nil
		records = append(records, r)
	}
	if len(rows) > 1 || len(records) == 0 {
		records = records[:0]
		for i := range list {
			r := list[i].result
			r.Notes, r.Explain = nil, nil
			records = append(records, r)
		}
	}
	f := NewFootnotes(rows[at].Answer.Notes)
	d := &render.Document{Title: planTitle(rows[at], best), Verdict: planVerdict(rows[at]), Lead: PublishedLead(&best.result), JSON: answer, Records: records}
	if o.Output == render.HTML && rows[at].Found() {
		d.Figure = EstimateFigure(&best.result, o.Lang)
	}
	o.planTables(d, rows, list, at, f)
	f.Finish(d)
	return d
}

// planVerdict is how surely the best plan fits; without one nothing does what was
// asked.
func planVerdict(p *Planned) render.Verdict {
	if !p.Found() {
		return render.Bad
	}
	return VerdictOf(p.Best().Memory.Verdict)
}

// planTitle is the best plan in a line.
func planTitle(p *Planned, r *planRow) text.Text {
	title := EstimateTitle(&r.result)
	if !p.Found() {
		in, on := r.result.Model.Called(), &r.result.Hardware
		if p.Miss.Reason == "time" {
			return text.NoPlanTime.With(in, on.Devices, on.Name, verdictText(p.Miss.Estimate.Memory.Verdict))
		}
		return text.NoPlanMemory.With(in, on.Devices, on.Name)
	}
	if r.Optimal != nil {
		m := &r.result.Model
		return text.Colon.With(text.OptimalModel.With(r.Optimal.Params, r.Optimal.Tokens, cli.TierText(m.Tier, m.Beyond)), title)
	}
	return title
}

func (o *PlanOptions) planTables(d *render.Document, rows []*Planned, list []planRow, at int, f *Footnotes) {
	p, r := rows[at], &list[at]
	add := func(t render.Table) { d.Tables = append(d.Tables, t) }
	if len(rows) > 1 {
		add(o.clustersTable(rows))
	}
	if r.Optimal != nil {
		add(lawsTable(r.Optimal, f))
	}
	if !p.Found() {
		add(o.nearestTable(p))
		if len(p.Miss.Advice) > 0 {
			add(adviceTable(p.Miss.Advice))
		}
		return
	}
	add(FactsTable(&r.result, p.Answer, f))
	d.Tables = append(append(d.Tables, splitsTable(p.Splits)...), PostTrainTables(&r.result, f)...)
	d.Tables = append(d.Tables, DataTable(&r.result, f)...)
	add(topTable(r))
	if p.Imported != nil {
		add(ImportedTable(p, o.Lang))
	}
	add(searchTable(&r.Search, p))
	add(WhyTable(r.Why, f))
	if r.Why.RunnerUp != nil {
		add(runnerUpTable(r.Why.RunnerUp))
	}
	add(ResourcesTable(r.Why))
	if c := o.paretoChart(p.Pareto); c != nil {
		add(paretoTable(p))
		if o.Output == render.Plain {
			add(chartTable(c))
		}
		d.Figure += c.svg()
	}
	add(MemoryTable(&r.result, f))
	d.Tables = append(d.Tables, SweepTable(&r.result, f)...)
	if o.Explain {
		d.Tables = append(d.Tables, ExplainTables(p.Answer.Explain(), f)...)
	}
}

// planColumns are what plans are compared by; the MFU is by a convention.
func planColumns(c train.Convention, first ...render.Column) []render.Column {
	return append(first,
		render.Column{Name: "layout", Head: text.Layout, Wrap: true},
		render.Column{Name: "memory_bytes", Head: text.MemoryDevice, Right: true},
		render.Column{Name: "step_seconds", Head: text.Step, Right: true},
		render.Column{Name: "mfu", Head: text.MFUBy.With(text.MFU, conventionText(c)), Right: true, Drop: 2},
		render.Column{Name: "run_seconds", Head: text.Run, Right: true},
		render.Column{Name: "usd", Head: text.Cost, Right: true, Drop: 1},
	)
}

func planCells(e *train.Estimate, g *run.Goodput, c train.Convention, first ...render.Cell) []render.Cell {
	usd, run := any(nil), any(nil)
	if g.Cost.PerHour > 0 && g.Share > 0 {
		usd = costText(&g.Cost)
	}
	if e.Time.Steps > 1 {
		run = expectedRun(g)
	}
	return append(first, render.Cell{Value: e.Plan.String()}, render.Cell{Value: e.Memory.Total}, render.Cell{Value: e.Time.Step},
		render.Cell{Value: render.Percent(e.Utilisation(c))}, render.Cell{Value: run}, render.Cell{Value: usd})
}

// topTable lists the best plans.
func topTable(r *planRow) render.Table {
	t := render.Table{Title: text.BestPlans, Columns: planColumns(r.result.Convention, render.Column{Name: "rank", Right: true})}
	for i := range r.Top {
		t.Rows = append(t.Rows, planCells(&r.Top[i].Estimate, &r.Top[i].expected, r.result.Convention, render.Cell{Value: i + 1}))
	}
	return t
}

// searchTable says what was looked at.
func searchTable(s *searchJSON, p *Planned) render.Table {
	rows := [][]render.Cell{Fact(text.Candidates, text.Possible.With(quantity.Params(s.Candidates)))}
	if effort := s.effortJSON; effort != nil {
		how := text.Bounded
		if s.Exhaustive {
			how = text.EvaluatedAll
		}
		rows = [][]render.Cell{
			Fact(text.Candidates, how.With(quantity.Params(s.Candidates), quantity.Params(effort.Evaluated))),
			Fact(text.SearchTime, text.SearchRate.With(quantity.Seconds(effort.Seconds), quantity.Params(int64(effort.Rate)))),
		}
	}
	if s.Chance > 0 {
		rows = append(rows, Fact(text.Goal, text.GoalKept.With(render.Percent(s.Chance))))
	}
	if p.Grain > 0 {
		rows = append(rows, Fact(text.Devices, text.FewestGrain.With(p.Prepared().Cluster.Count, p.Grain)))
	}
	return render.Table{Columns: FactColumns(), Rows: rows}
}

// termText is the name of a step's term.
func termText(name string) text.Text {
	return text.Of(text.StepTerms, name)
}

// WhyTable is what bounds the best plan.
func WhyTable(w *WhyJSON, f *Footnotes) render.Table {
	t := render.Table{Title: text.WhatBounds, Columns: []render.Column{
		{Name: "term", Head: text.Term}, {Name: "seconds", Head: text.Time, Right: true}, {Name: "share", Head: text.OfStep, Right: true}}}
	for _, b := range w.Bounds {
		t.Rows = append(t.Rows, []render.Cell{{Value: termText(b.Term)}, {Value: b.Seconds}, {Value: render.Percent(b.Share)}})
	}
	return t
}

// runnerUpTable is where the second plan loses.
func runnerUpTable(r *RunnerUpJSON) render.Table {
	t := render.Table{Title: text.RunnerUp.With(r.Plan.String(), r.Lost), Columns: []render.Column{
		{Name: "term", Head: text.Term}, {Name: "seconds", Head: text.Longer, Right: true}, {Name: "share", Head: text.OfStep, Right: true}}}
	for _, b := range r.Where {
		t.Rows = append(t.Rows, []render.Cell{{Value: termText(b.Term)}, {Value: b.Seconds}, {Value: render.Percent(b.Share)}})
	}
	return t
}

// ResourcesTable is what more of each resource would buy.
func ResourcesTable(w *WhyJSON) render.Table {
	t := render.Table{Title: text.MoreOf, Columns: []render.Column{
		{Name: "resource", Head: text.Resource}, {Name: "change", Head: text.PlanChange, Right: true},
		{Name: "step_seconds", Head: text.Step, Right: true}, {Name: "gain", Head: text.Faster, Right: true}}}
	layouts := slices.ContainsFunc(w.Resources, func(r ResourceJSON) bool { return r.Plan != nil })
	if layouts {
		t.Columns = append(t.Columns, render.Column{Name: "layout", Head: text.Layout, Wrap: true, Drop: 1})
	}
	for _, r := range w.Resources {
		row := []render.Cell{{Value: text.Resources[r.Resource]}, {Value: r.Change}, {Value: r.Step}, {Value: render.Percent(r.Gain)}}
		if layouts {
			layout := any(nil)
			if r.Plan != nil {
				layout = r.Plan.String()
			}
			row = append(row, render.Cell{Value: layout})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// paretoTable is time against devices, cost and memory.
func paretoTable(p *Planned) render.Table {
	t := render.Table{Title: text.Pareto, Columns: []render.Column{
		{Name: "devices", Head: text.Devices, Right: true},
		{Name: "run_seconds", Head: text.Run, Right: true, Own: true},
		{Name: "device_hours", Head: text.DeviceHoursHead, Right: true},
		{Name: "usd", Head: text.Cost, Right: true, Drop: 1},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true},
		{Name: "layout", Head: text.Layout, Wrap: true}}}
	for i := range p.Pareto {
		q := &p.Pareto[i]
		usd := any(nil)
		if c := &q.Expected.Cost; c.PerHour > 0 {
			usd = c.USD
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: q.Devices}, {Value: q.Expected.Run}, {Value: render.Count(q.Expected.Hours)}, {Value: usd}, {Value: q.Memory}, {Value: q.Plan.String()}})
	}
	return t
}

// clustersTable compares the targets for one goal.
func (o *PlanOptions) clustersTable(rows []*Planned) render.Table {
	t := render.Table{Title: text.Clusters, Columns: planColumns(o.Convention,
		render.Column{Name: "hardware", Head: text.Hardware}, render.Column{Name: "devices", Head: text.Devices, Right: true})}
	if len(o.Affordable) > 0 { // a model for each
		t.Columns = slices.Insert(t.Columns, 2,
			render.Column{Name: "params", Head: text.Params, Right: true, Own: true},
			render.Column{Name: "tokens", Head: text.PlanTokensHead, Right: true, Own: true},
			render.Column{Name: "loss", Head: text.Loss, Right: true, Drop: 3})
	}
	for i, p := range rows {
		first := []render.Cell{{Value: p.Target.Input}, {Value: p.Prepared().Cluster.Count}}
		if len(o.Affordable) > 0 {
			a := &o.Affordable[i].Optimum
			first = append(first, render.Cell{Value: a.Params}, render.Cell{Value: a.Tokens}, render.Cell{Value: render.Count(a.Loss)})
		}
		if !p.Found() {
			why := text.NoPlanForMemory
			if p.Miss.Reason == "time" {
				why = text.NoPlanForTime
			}
			cells := append(first, render.Cell{Value: why})
			for len(cells) < len(t.Columns) {
				cells = append(cells, render.Cell{})
			}
			t.Rows = append(t.Rows, cells)
			continue
		}
		t.Rows = append(t.Rows, planCells(p.Best(), p.Expected(), o.Convention, first...))
	}
	return t
}

// lawsTable is what the scaling laws prefer for the arithmetic.
func lawsTable(a *optimalJSON, f *Footnotes) render.Table {
	t := render.Table{Title: text.OptimalFor.With(a.FLOPs), Columns: []render.Column{
		{Name: "law", Head: text.Law}, {Name: "params", Head: text.Params, Right: true, Own: true},
		{Name: "tokens", Head: text.PlanTokensHead, Right: true, Own: true}, {Name: "loss", Head: text.Loss, Right: true}}}
	for _, l := range a.Laws {
		loss := any(nil)
		if l.Loss > 0 {
			loss = render.Count(l.Loss)
		}
		n := f.Add("law", render.Note{Text: text.LawNote.With(l.Law), Source: l.Source})
		t.Rows = append(t.Rows, []render.Cell{{Value: l.Law, Notes: []int{n}}, {Value: l.Params}, {Value: l.Tokens}, {Value: loss}})
	}
	return t
}

// nearestTable is the plan that comes nearest.
func (o *PlanOptions) nearestTable(p *Planned) render.Table {
	e := &p.Miss.Estimate
	m := &e.Memory
	name, size := m.LargestTerm()
	rows := [][]render.Cell{
		Fact(text.Nearest, e.Plan.String()),
		Fact(text.MemoryDevice, text.OfDeviceMemory.With(m.Total, m.Device)),
		Fact(text.LargestTerm, text.Join.With(memoryTermText(name), size)),
	}
	if p.Miss.Reason == "time" {
		rows = [][]render.Cell{Fact(text.Fastest, e.Plan.String()), Fact(text.Run, expectedRun(p.Expected())), Fact(text.Cost, expectedCost(p.Expected()))}
		if share := o.affords(p); share > 0 {
			rows = append(rows, Fact(text.Buys, text.OfTokens.With(quantity.Tokens(share*float64(p.Prepared().Workload.Tokens)), render.Percent(share))))
		}
	}
	switch {
	case p.Miss.More != nil:
		rows = append(rows, Fact(text.PlanWouldFit, text.OnMore.With(p.Miss.Devices, p.Miss.More.Plan.String(), p.Miss.More.Memory.Total)))
	case p.Miss.Unknown != "":
		rows = append(rows, Fact(text.PlanWouldFit, text.NotKnown.With(p.Miss.Unknown)))
	case p.Target.Count > 0:
		rows = append(rows, Fact(text.PlanWouldFit, text.NotOnMore.With(MostDevices)))
	}
	return render.Table{Columns: FactColumns(), Rows: rows}
}

// affords is the share of the run that the time or the money is enough for with
// the chance that is asked for; 0 if that is not known.
func (o *PlanOptions) affords(p *Planned) float64 {
	g := p.Expected()
	if g.Share == 0 || o.Chance == 0 {
		return 0
	}
	share := 1.0
	limit := func(has, takes float64) {
		if has > 0 && takes > 0 {
			share = min(share, has/takes)
		}
	}
	limit(float64(p.Within), float64(g.Run))
	limit(float64(o.Budget), float64(g.Cost.USD))
	limit(o.DeviceHours, g.DeviceHours)
	return share * g.Overrun.Median / g.Overrun.At(o.Chance)
}

// memoryTermText is the name of a term of the memory.
func memoryTermText(name string) text.Text {
	return text.Of(text.MemoryTerms, name)
}

// adviceTable is what would bring the plan nearer on the same devices.
func adviceTable(list []train.Advice) render.Table {
	t := render.Table{Title: text.Advice, Columns: []render.Column{
		{Name: "change", Head: text.PlanChange}, {Name: "memory_bytes", Head: text.MemoryDevice, Right: true}, {Name: "fits", Head: text.FitsHead}}}
	for _, a := range list {
		t.Rows = append(t.Rows, []render.Cell{{Value: a.Change}, {Value: a.Total}, {Value: fitsText(a.Verdict)}})
	}
	return t
}
