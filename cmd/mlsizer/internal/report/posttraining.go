package report

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/quantity"
)

// allDevices are the devices of an answer, those that only generate among them.
func allDevices(a *sizing.Answer) *hardware.Cluster {
	c := a.Cluster
	c.Count = a.Devices()
	return &c
}

// Split is a division of the devices between generation and training.
type Split struct {
	// Devices only generate; 0: all devices do both in turns.
	Devices int              `json:"rollout_devices"`
	Of      int              `json:"devices"`
	Plan    string           `json:"plan"`
	Step    quantity.Seconds `json:"step_seconds"`
	Memory  quantity.Bytes   `json:"memory_bytes"`
	Bound   string           `json:"bound"`
	Fits    bool             `json:"fits"`
}

// NewSplit is the division of a plan.
func NewSplit(p *Planned) Split {
	a := p.Answer.PostTrain
	of := p.Prepared().Devices()
	return Split{of - p.Prepared().Cluster.Count, of, p.Best().Plan.String(), a.Step, a.Most(), a.Bound, a.Fits}
}

// splitsTable compares the divisions; nil without any.
func splitsTable(list []Split) []render.Table {
	if len(list) == 0 {
		return nil
	}
	t := render.Table{Title: text.SplitsTitle, Columns: []render.Column{
		{Name: "rollout_devices", Head: text.SplitHead}, {Name: "step_seconds", Head: text.Step, Right: true},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true}, {Name: "fits", Head: text.Fits}, {Name: "bound", Head: text.WhatBounds}, {Name: "layout", Head: text.Layout, Wrap: true, Drop: 1},
	}}
	for i := range list {
		s := &list[i]
		on := text.Together
		if s.Devices > 0 {
			on = text.DevicesApart.With(s.Devices, s.Of)
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: on}, {Value: s.Step}, {Value: s.Memory}, {Value: s.Fits}, {Value: text.Of(text.PhaseName, s.Bound)}, {Value: s.Plan}})
	}
	return []render.Table{t}
}

// PostTrainTables are the models and the phases of a step of post-training; nil
// without it.
func PostTrainTables(r *ResultJSON, f *Footnotes) []render.Table {
	a := r.PostTrain
	if a == nil {
		return nil
	}
	tables := []render.Table{rolesTable(a, f), phasesTable(a, f)}
	return append(tables, render.Table{Columns: FactColumns(), Rows: postTrainRows(a, f)})
}

// rolesTable lists the models of a step.
func rolesTable(a *posttrain.Answer, f *Footnotes) render.Table {
	t := render.Table{Title: text.RolesTitle.With(a.Method), TitleNotes: f.At("posttrain-method"), Columns: []render.Column{
		{Name: "role", Head: text.RoleHead}, {Name: "role_model", Head: text.Model}, {Name: "params", Head: text.Params, Right: true},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true}, {Name: "devices", Head: text.Devices, Right: true},
	}}
	for i := range a.Roles {
		r := &a.Roles[i]
		memory := any(r.Memory)
		if r.Shared {
			memory = text.RoleShares
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: text.Of(text.RoleName, r.Role)}, {Value: r.Model}, {Value: r.Params}, {Value: memory}, {Value: r.Devices}})
	}
	return t
}

// phasesTable lists the phases of a step in their order.
func phasesTable(a *posttrain.Answer, f *Footnotes) render.Table {
	t := render.Table{Title: text.PhasesTitle, TitleNotes: f.At("posttrain-unmeasured"), Columns: []render.Column{
		{Name: "phase", Head: text.Phase}, {Name: "seconds", Head: text.Time, Right: true}, {Name: "step_share", Head: text.OfStep, Right: true},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true}, {Name: "devices", Head: text.Devices, Right: true},
	}}
	for i := range a.Phases {
		p := &a.Phases[i]
		t.Rows = append(t.Rows, []render.Cell{{Value: text.Of(text.PhaseName, p.Phase)}, {Value: p.Seconds}, {Value: render.Percent(p.Share)}, {Value: p.Memory}, {Value: p.Devices}})
	}
	return t
}

// postTrainRows say what a step takes, what bounds it and what generates.
func postTrainRows(a *posttrain.Answer, f *Footnotes) [][]render.Cell {
	rows := [][]render.Cell{
		Fact(text.Step, render.Range{Mid: a.Step, Low: a.Low, High: a.High}),
		Fact(text.WhatBounds, text.PhaseBound.With(text.Of(text.PhaseName, a.Bound), text.Of(text.PhaseName, a.Worst))),
	}
	if a.Method.Online() {
		rows = append(rows,
			Fact(text.SequencesUnit, text.AnswersOfStep.With(a.Sequences, a.Prompts, a.Prompt, a.Group, a.Answer), f.At("posttrain-lengths")...),
			Fact(text.EngineHead, text.EngineOfStep.With(a.RolloutDevices, a.RolloutTP, a.Concurrent), f.At("posttrain-colocated")...))
	}
	return rows
}
