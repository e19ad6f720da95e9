package report

import (
	"fmt"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/train"
)

// phaseJSON is a device's memory in a phase of a step.
type phaseJSON struct {
	Phase         train.Phase    `json:"moment"`
	Stage         int            `json:"stage"`
	Weights       quantity.Bytes `json:"weights_bytes"`
	Gradients     quantity.Bytes `json:"gradients_bytes"`
	Optimizer     quantity.Bytes `json:"optimizer_bytes"`
	Activations   quantity.Bytes `json:"activations_bytes"`
	Logits        quantity.Bytes `json:"logits_bytes"`
	Communication quantity.Bytes `json:"communication_bytes"`
	Teacher       quantity.Bytes `json:"teacher_bytes,omitempty"`
	Others        quantity.Bytes `json:"other_models_bytes,omitempty"`
	Overhead      quantity.Bytes `json:"overhead_bytes"`
	Total         quantity.Bytes `json:"total_bytes"`
	Peak          bool           `json:"peak"`
}

// timeline is the memory of a stage in every phase of a step.
func timeline(a *sizing.Answer, stage int) []phaseJSON {
	var list []phaseJSON
	plan := &a.Estimate.Plan
	peak := a.StageMemory(plan, stage).Peak
	for _, m := range a.Timeline(plan, stage) {
		list = append(list, phaseJSON{m.Peak, stage, m.Weights, m.Gradients, m.Optimizer, m.Activations, m.Logits, m.Communication, m.Teacher, m.Others, m.Overhead, m.Total, m.Peak == peak})
	}
	return list
}

// PhaseTables show the memory of the most loaded stage, term by term, in every
// phase of a step, and the totals of all stages.
func PhaseTables(a *sizing.Answer, r *ResultJSON) []render.Table {
	t := render.Table{Title: text.MomentsOf.With(r.Memory.Stage+1, r.Plan.PP), Columns: []render.Column{{Name: "term", Head: text.MemoryDevice}}}
	for _, m := range r.Timeline {
		head := phaseText(m.Phase)
		if m.Peak {
			head = text.PeakMoment.With(head)
		}
		t.Columns = append(t.Columns, render.Column{Name: "moment_bytes", Head: head, Right: true, Coarse: true, Across: true})
	}
	for _, term := range []struct {
		label text.Text
		of    func(*phaseJSON) quantity.Bytes
	}{
		{text.Weights, func(m *phaseJSON) quantity.Bytes { return m.Weights }}, {text.Gradients, func(m *phaseJSON) quantity.Bytes { return m.Gradients }},
		{text.OptimizerState, func(m *phaseJSON) quantity.Bytes { return m.Optimizer }}, {text.Activations, func(m *phaseJSON) quantity.Bytes { return m.Activations }},
		{text.Logits, func(m *phaseJSON) quantity.Bytes { return m.Logits }}, {text.Communication, func(m *phaseJSON) quantity.Bytes { return m.Communication }},
		{text.Teacher, func(m *phaseJSON) quantity.Bytes { return m.Teacher }}, {text.OtherModels, func(m *phaseJSON) quantity.Bytes { return m.Others }}, {text.Overhead, func(m *phaseJSON) quantity.Bytes { return m.Overhead }},
		{text.Total, func(m *phaseJSON) quantity.Bytes { return m.Total }},
	} {
		row, any := []render.Cell{{Value: term.label}}, false
		for i := range r.Timeline {
			b := term.of(&r.Timeline[i])
			any = any || b > 0
			row = append(row, render.Cell{Value: b})
		}
		if any {
			t.Rows = append(t.Rows, row)
		}
	}
	if r.Plan.PP == 1 {
		return []render.Table{t}
	}
	return []render.Table{t, stagesTable(a, r.Plan.PP)}
}

// stagesTable is the totals of every pipeline stage by phase; equal stages
// share a row.
func stagesTable(a *sizing.Answer, stages int) render.Table {
	columns := []train.Phase{train.Forward, train.AtLoss, train.Backward, train.Reduction, train.AtOptimizer}
	t := render.Table{Title: text.MomentsByStage, Columns: []render.Column{{Name: "stage", Head: text.PipelineStage}}}
	for _, m := range columns {
		t.Columns = append(t.Columns, render.Column{Name: "moment_bytes", Head: phaseText(m), Right: true, Coarse: true, Across: true})
	}
	first, last := 1, map[train.Phase]quantity.Bytes{}
	flush := func(to int) {
		name := fmt.Sprint(first)
		if to > first {
			name = fmt.Sprintf("%d–%d", first, to)
		}
		row := []render.Cell{{Value: name}}
		for _, m := range columns {
			cell := render.Cell{}
			if b, ok := last[m]; ok {
				cell.Value = b
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	for stage := range stages {
		now := map[train.Phase]quantity.Bytes{}
		for _, m := range timeline(a, stage) {
			now[m.Phase] = m.Total
		}
		if stage > 0 && fmt.Sprint(now) != fmt.Sprint(last) {
			flush(stage)
			first = stage + 1
		}
		last = now
	}
	flush(stages)
	return t
}

// phaseText is the name of a phase.
func phaseText(m train.Phase) text.Text { return text.OfPhase(string(m)) }
