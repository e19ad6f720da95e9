package report

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
)

// Imported is the answer for the layout of an imported launch, or why it does not
// run.
type Imported struct {
	Answer *sizing.Answer
	Err    error
}

// ImportedTable sets an imported launch beside the best plan.
func ImportedTable(p *Planned, l text.Lang) render.Table {
	t := render.Table{Title: text.ImportedTitle, Columns: []render.Column{
		{Name: "plan", Head: text.ScenarioHead}, {Name: "layout", Head: text.Layout, Wrap: true}, {Name: "memory_bytes", Head: text.MemoryDevice, Right: true},
		{Name: "step_seconds", Head: text.Step, Right: true}, {Name: "step_over_best", Head: text.AgainstBest, Right: true}, {Name: "verdict", Head: text.Answered},
	}}
	best := p.Best()
	if i := p.Imported; i.Err != nil {
		t.Rows = append(t.Rows, []render.Cell{{Value: text.ImportedLaunch}, {Value: text.ErrorIn(i.Err, l)}, {}, {}, {}, {Value: text.NotAnswered}})
	} else {
		e := &i.Answer.Estimate
		t.Rows = append(t.Rows, []render.Cell{{Value: text.ImportedLaunch}, {Value: e.Plan.String()}, {Value: e.Memory.Total}, {Value: e.Time.Step}, {Value: render.Percent(float64(e.Time.Step)/float64(best.Time.Step) - 1)}, {Value: verdictText(e.Memory.Verdict)}})
	}
	t.Rows = append(t.Rows, []render.Cell{{Value: text.BestFound}, {Value: best.Plan.String()}, {Value: best.Memory.Total}, {Value: best.Time.Step}, {}, {Value: verdictText(best.Memory.Verdict)}})
	return t
}
