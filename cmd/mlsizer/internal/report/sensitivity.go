package report

import (
	"fmt"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// SensitivityJSON is an assumption with an alternative, and what the answer with
// it is over the answer.
type SensitivityJSON struct {
	Assumption  string  `json:"assumption"`
	Assumed     string  `json:"assumed"`
	Alternative string  `json:"alternative"`
	Run         float64 `json:"run_ratio"`
	Cost        float64 `json:"cost_ratio,omitempty"`
}

// NewSensitivityJSON is a list of assumptions for JSON.
func NewSensitivityJSON(list []sizing.Sensitive) []SensitivityJSON {
	out := make([]SensitivityJSON, len(list))
	for i := range list {
		s := &list[i]
		out[i] = SensitivityJSON{s.Assumption, fmt.Sprint(s.Assumed), alternativeText(s).EN, s.Run, s.Cost}
	}
	return out
}

// SensitivityTable is what each assumption does to the answer.
func SensitivityTable(list []sizing.Sensitive) render.Table {
	t := render.Table{Title: text.Sensitivity, Columns: []render.Column{
		{Name: "assumption", Head: text.Assumption}, {Name: "assumed", Head: text.Assumed}, {Name: "alternative", Head: text.Alternative},
		{Name: "run_change", Head: text.Run, Right: true}, {Name: "cost_change", Head: text.Cost, Right: true},
	}}
	for i := range list {
		s := &list[i]
		cost := any(nil)
		if s.Cost > 0 {
			cost = changeText(s.Cost)
		}
		t.Rows = append(t.Rows, []render.Cell{
			{Value: text.Of(text.AssumptionName, s.Assumption)}, {Value: assumedValue(s.Assumed)}, {Value: alternativeText(s)}, {Value: changeText(s.Run)}, {Value: cost},
		})
	}
	return t
}

// assumedValue is a value of an assumption in words.
func assumedValue(v any) text.Text { return text.Same("%v").With(v) }

// alternativeText is the value that an alternative has, and whose it is.
func alternativeText(s *sizing.Sensitive) text.Text {
	if s.From != "" {
		return text.FromProvider.With(s.Alternative, s.From)
	}
	return assumedValue(s.Alternative)
}

// changeText is a ratio as a change: "-31 %".
func changeText(ratio float64) string { return fmt.Sprintf("%+.0f %%", 100*(ratio-1)) }

// movesRow is what an alternative does to the answer, in a row.
func movesRow(s *sizing.Sensitive, step bool) []render.Cell {
	what := text.InsteadOf.With(text.Of(text.AssumptionName, s.Assumption), alternativeText(s), assumedValue(s.Assumed))
	run := text.MovesRun
	if step {
		run = text.MovesStep
	}
	change := run.With(changeText(s.Run))
	switch {
	case s.Run == 1:
		change = text.MovesCost.With(changeText(s.Cost))
	case s.Cost > 0 && changeText(s.Cost) != changeText(s.Run):
		change = text.Join.With(change, text.MovesCost.With(changeText(s.Cost)))
	}
	return Fact(what, change)
}

// mostMoves is how many assumptions the short form of an answer names.
const mostMoves = 3

// movesTable names the assumptions that move an answer most; nil without any.
func movesTable(list []sizing.Sensitive, tokens quantity.Tokens) []render.Table {
	if len(list) == 0 {
		return nil
	}
	t := render.Table{Title: text.Moves, Columns: FactColumns()}
	for _, s := range sizing.Largest(list, mostMoves) {
		t.Rows = append(t.Rows, movesRow(&s, tokens == 0))
	}
	return []render.Table{t}
}
