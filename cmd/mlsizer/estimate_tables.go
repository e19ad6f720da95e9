package main

import (
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/internal/spell"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// both fills in a text in both languages; texts among the arguments are put in
// in the same language.
func both(t render.Text, args ...any) render.Text {
	in := func(l render.Lang) string {
		list := make([]any, len(args))
		for i, arg := range args {
			list[i] = arg
			switch arg := arg.(type) {
			case render.Text:
				list[i] = arg.In(l)
			case quantity.Seconds, render.Range:
				list[i] = render.Duration(arg, l)
			}
		}
		return spell.Singular(fmt.Sprintf(t.In(l), list...))
	}
	return render.T(in(render.English), in(render.Chinese))
}

// tierText is the tier's name, with what lies beyond the report's last bound
// named as such.
func tierText(tier sizing.Tier, beyond bool) render.Text {
	t := tierName(tier)
	if beyond {
		return both(labelBeyond, t)
	}
	return t
}

// paramsText is "671B parameters (37.6B active)".
func paramsText(m *modelJSON) render.Text {
	if m.Active != m.Params {
		return both(labelParamsActive, m.Params, m.Active)
	}
	return both(labelParams, m.Params)
}

// modelText is "gpt-3: very-large, nlp, 175B parameters".
func modelText(m *modelJSON) render.Text {
	class := tierText(m.Tier, m.Beyond)
	if m.Field != "" {
		class = both(labelJoin, class, fieldText(m.Field))
	}
	return both(labelColon, m.Input, both(labelJoin, class, paramsText(m)))
}

func estimateTitle(r *resultJSON) render.Text {
	fits := verdictText(r.Memory.Verdict)
	title := both(labelOn, r.Model.Input, r.Hardware.Devices, r.Hardware.Name, fits)
	if !r.Memory.Fits {
		return title
	}
	if r.Workload.Tokens == 0 {
		return both(labelJoin, title, both(labelOneStepIn, r.Time.Step))
	}
	g := r.Goodput
	if g == nil {
		return both(labelJoin, title, both(labelNoEnd, samplesText(r)))
	}
	title = both(labelJoin, title, both(labelRunIn, samplesText(r), g.Run))
	if g.Cost.PerHour > 0 {
		title = both(labelJoin, title, g.Cost.USD)
	}
	return title
}

// expectedRun is how long a run is expected to take, if it ever ends.
func expectedRun(g *sizing.Goodput) any {
	if g.Share == 0 {
		return labelNever
	}
	return g.Run
}

// expectedCost is what a run is expected to cost, if that is known.
func expectedCost(g *sizing.Goodput) any {
	if g.Cost.PerHour == 0 || g.Share == 0 {
		return labelUnknown
	}
	return g.Cost.USD
}

// verdictText is how surely a plan fits.
func verdictText(v sizing.Verdict) render.Text {
	switch v {
	case sizing.FitsSurely:
		return labelFits
	case sizing.Tight:
		return labelTight
	}
	return labelDoesNotFit
}

// samplesText is the length of the run: "300B tokens".
func samplesText(r *resultJSON) render.Text { return both(unitText(r), r.Workload.Tokens) }

// unitText is "%s tokens" in the model's own unit.
func unitText(r *resultJSON) render.Text {
	if r.Model.Unit == sizing.TokenUnit {
		return labelTokens
	}
	return render.T("%s "+r.Model.Unit+"s", "%s 个样本")
}

// perSecondText is "tokens a second" in the model's own unit.
func perSecondText(r *resultJSON) render.Text {
	if r.Model.Unit == sizing.TokenUnit {
		return labelTokensPerSecond
	}
	return both(labelSamplesPerSecond, r.Model.Unit)
}

// fact is a row of a table without heads.
func fact(label render.Text, value any, notes ...int) []render.Cell {
	return []render.Cell{{Value: label}, {Value: value, Notes: notes}}
}

func factColumns() []render.Column {
	return []render.Column{{Name: "name", Own: true}, {Name: "value", Own: true, Wrap: true}}
}

// factsTable says what the estimate is of.
func factsTable(r *resultJSON, a *sizing.Answer, f *footnotes) render.Table {
	model := modelText(&r.Model)
	hw := both(labelHardwareFact, r.Hardware.Devices, r.Hardware.Name, r.Hardware.Memory)
	switch {
	case r.Hardware.Slices > 1:
		hw = both(labelSlices, hw, r.Hardware.Slices, r.Hardware.Slice)
	case r.Hardware.Slice != "":
		hw = both(labelSlice, hw, r.Hardware.Slice)
	case r.Hardware.Devices > r.Hardware.DevicesPerNode:
		hw = both(labelNodes, hw, a.Cluster.Nodes(), r.Hardware.DevicesPerNode)
	}
	work := both(labelBatchFact, r.Plan.GlobalBatch)
	if a.Model().PerToken() {
		work = both(labelWorkFact, r.Workload.Seq, r.Plan.GlobalBatch, quantity.Tokens(r.Plan.GlobalBatch*r.Workload.Seq))
	}
	if r.Workload.Tokens > 0 {
		work = both(labelJoin, samplesText(r), work)
	}
	work = both(labelJoin, work, both(labelJoin, r.Workload.Precision, r.Workload.Optimizer))
	plan := r.Plan
	rows := [][]render.Cell{
		fact(labelModel, model, f.at("inferred-shape", "scope", "file")...),
		fact(labelHardware, hw, f.at("devices", "network")...),
		fact(labelWorkload, work, f.at("seq", "batch", "precision", "optimizer", "states")...),
	}
	if r.Workload.Method != sizing.Pretrain {
		rows = append(rows, fact(labelMethod, methodText(r), f.at("adapter", "method")...))
	}
	return render.Table{Columns: factColumns(), Rows: append(rows,
		fact(labelLayout, plan.String(), f.at("layout")...),
		fact(labelStack, a.Stack().Title, f.at("stack")...),
	)}
}

// methodText is which weights a fine-tuning changes.
func methodText(r *resultJSON) render.Text {
	w := &r.Workload
	if w.Adapter == nil {
		return both(labelFullTune, w.Method, w.Trained)
	}
	if w.Adapter.DoRA {
		return both(labelMagnitudes, w.Method, w.Adapter.Rank, strings.Join(w.Adapter.Targets, ", "), w.Trained)
	}
	return both(labelAdapters, w.Method, w.Adapter.Rank, strings.Join(w.Adapter.Targets, ", "), w.Trained)
}

// dataTable is what the examples of a fine-tuning become; nil without any.
func dataTable(r *resultJSON, f *footnotes) []render.Table {
	x := r.Data
	if x == nil {
		return nil
	}
	count := both(labelExamplesOnce, render.Count(x.Count), render.Count(x.Epochs))
	if x.Tokens == 0 {
		return []render.Table{{Title: labelData, Columns: factColumns(), Rows: [][]render.Cell{
			fact(labelExamples, count, f.at("epochs")...),
			fact(labelEpoch, render.Range{Mid: x.Epoch, Low: x.EpochLow, High: x.EpochHigh}),
		}}}
	}
	return []render.Table{{Title: labelData, Columns: factColumns(), Rows: [][]render.Cell{
		fact(labelExamples, both(labelExamplesOf, count, x.Tokens), f.at("epochs")...),
		fact(labelPacking, both(labelSequencesOf, packingText(x.Packing), render.Count(x.Sequences), r.Workload.Seq), f.at("packing", "data")...),
		fact(labelComputed, x.Computed),
		fact(labelUseful, both(labelUsefulOf, x.Useful, render.Percent(x.Share))),
		fact(labelEpoch, render.Range{Mid: x.Epoch, Low: x.EpochLow, High: x.EpochHigh}),
	}}}
}

func packingText(p sizing.Packing) render.Text {
	if p == sizing.Packed {
		return labelPacked
	}
	return labelPadded
}

// fieldText is the field of application.
func fieldText(f sizing.Field) render.Text {
	if t, ok := fieldLabels[f]; ok {
		return t
	}
	return render.Same(string(f))
}

// scopeText says what a model's parameters count.
func scopeText(scope string) render.Text { return render.T(scope, sizing.ChineseScope(scope)) }

// memoryTable is what one device holds, term by term.
func memoryTable(r *resultJSON, f *footnotes) render.Table {
	m := &r.Memory
	t := render.Table{Columns: []render.Column{
		{Name: "term", Head: labelMemoryDevice},
		{Name: "bytes", Head: labelSize, Right: true, Coarse: true},
		{Name: "share", Head: labelShare, Right: true},
	}}
	row := func(label render.Text, b quantity.Bytes, notes ...int) {
		share := any(nil)
		if m.Device > 0 {
			share = render.Percent(b / m.Device)
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: b}, {Value: share}})
	}
	for _, term := range []struct {
		label render.Text
		bytes quantity.Bytes
		code  string
	}{
		{labelWeights, m.Weights, ""},
		{labelGradients, m.Gradients, ""},
		{labelOptimizerState, m.Optimizer, ""},
		{labelActivations, m.Activations, ""},
		{labelLogits, m.Logits, ""},
		{labelCommunication, m.Communication, ""},
		{labelTeacher, m.Teacher, "teacher"},
		{labelOverhead, m.Overhead, "memory"},
	} {
		if term.bytes > 0 {
			row(term.label, term.bytes, f.at(term.code)...)
		}
	}
	row(labelTotal, m.Total, f.at("does-not-fit", "advice", "more-devices")...)
	if m.Low < m.Total || m.High > m.Total {
		row(labelBandLow, m.Low)
		row(labelBandHigh, m.High, f.at("memory-band")...)
		row(labelMemorySure, m.Sure, f.at("tight")...)
	}
	row(labelDeviceMemory, m.Device)
	for _, away := range []struct {
		label render.Text
		bytes quantity.Bytes
	}{{labelHostMemory, m.Host}, {labelNVMe, m.NVMe}} {
		if away.bytes > 0 { // no share of the device
			t.Rows = append(t.Rows, []render.Cell{{Value: away.label, Notes: f.at("offload")}, {Value: away.bytes}, {}})
		}
	}
	return t
}

// storageTable is what the run keeps on disks.
func storageTable(r *resultJSON, f *footnotes) render.Table {
	s := &r.Storage
	t := render.Table{Columns: []render.Column{
		{Name: "storage", Head: labelStorage},
		{Name: "bytes", Head: labelSize, Right: true, Coarse: true},
	}}
	row := func(label render.Text, b quantity.Bytes, notes ...int) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: b}})
	}
	row(labelWeights, s.Weights)
	row(both(labelCheckpoints, s.CheckpointsKept), s.Checkpoint*quantity.Bytes(s.CheckpointsKept), f.at("storage")...)
	if s.Dataset > 0 {
		row(labelDataset, s.Dataset, f.at("dataset")...)
	}
	if s.Logits > 0 {
		row(labelTeacherLogits, s.Logits, f.at("teacher-logits")...)
	}
	row(labelTotal, s.Total)
	return t
}

// computeTable is the arithmetic of the run.
func computeTable(r *resultJSON, f *footnotes) render.Table {
	c := &r.Compute
	return render.Table{Title: labelCompute, Columns: factColumns(), Rows: [][]render.Cell{
		fact(labelModelFLOPs, c.Model, f.at("flops")...),
		fact(labelMegatronFLOPs, c.Megatron),
		fact(labelSixND, c.SixND),
		fact(labelHardwareFLOPs, c.Hardware),
		fact(both(labelFLOPsPer, r.Model.Unit), c.PerToken),
	}}
}

// ifFits adds to a title that its figures are of a plan that does not fit.
func ifFits(r *resultJSON, title render.Text) render.Text {
	if r.Memory.Fits {
		return title
	}
	return both(labelIfItFitted, title)
}

// timeTable is how long a step and the run take.
func timeTable(r *resultJSON, f *footnotes) render.Table {
	e := &r.Time
	t := render.Table{Title: ifFits(r, labelTime), Columns: factColumns()}
	add := func(row []render.Cell) { t.Rows = append(t.Rows, row) }
	add(fact(labelStep, render.Range{Mid: e.Step, Low: e.StepLow, High: e.StepHigh}, f.at("efficiency", "mfu", "rate", "unmeasured", "unmeasured-network")...))
	add(fact(perSecondText(r), both(labelOfWhichDevice, render.Count(e.TokensPerSecond), render.Count(e.TokensPerSecondPerDevice))))
	add(mfuRow(r, f))
	if r.Workload.Tokens > 0 {
		add(fact(labelSteps, render.Count(e.Steps)))
		add(fact(labelRun, render.Range{Mid: e.Run, Low: e.RunLow, High: e.RunHigh}, f.at("published")...))
	}
	add(fact(labelDeviceHours, render.Count(e.DeviceHours), f.at("run")...))
	return t
}

// mfuRow is the MFU by the convention that was asked for, beside the others.
func mfuRow(r *resultJSON, f *footnotes) []render.Cell {
	text := both(labelMFUBy, render.Percent(r.Utilisation(r.Convention)), conventionText(r.Convention))
	for _, c := range sizing.Conventions() {
		if c != r.Convention {
			text = both(labelJoin, text, both(labelMFUOther, conventionText(c), render.Percent(r.Utilisation(c))))
		}
	}
	return fact(labelMFU, text, f.at("flops", "teacher")...)
}

// conventionText is how a convention of the MFU is called.
func conventionText(c sizing.Convention) render.Text {
	if c == sizing.HardwareFLOPs {
		return labelHFU
	}
	return render.Same(c.String())
}

// wholeRunTable is the whole run: the steps, and a line for each thing that takes
// time besides; nil without a run.
func wholeRunTable(r *resultJSON, f *footnotes) []render.Table {
	g := r.Goodput
	if g == nil {
		return nil
	}
	t := render.Table{Title: ifFits(r, both(labelWholeRun, render.Percent(g.Share))), Columns: []render.Column{
		{Name: "part", Head: labelPart}, {Name: "seconds", Head: labelTime, Right: true, Own: true}, {Name: "share", Head: labelOfRun, Right: true},
	}}
	add := func(label render.Text, v any, of quantity.Seconds, notes ...int) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: v}, {Value: render.Percent(of / g.Run)}})
	}
	add(labelIdeal, g.Ideal, g.Ideal)
	for _, l := range []struct {
		label render.Text
		time  quantity.Seconds
		note  string
	}{
		{labelStartup, g.Losses.Startup, "interruptions"},
		{labelRampUp, g.Losses.RampUp, ""},
		{labelEvaluation, g.Losses.Evaluation, ""},
		{labelCheckpointing, g.Losses.Checkpoint, "interruptions"},
		{labelRework, g.Losses.Rework, "interruptions"},
		{labelRestarts, g.Losses.Restart, "interruptions"},
	} {
		if l.time > 0 {
			add(l.label, l.time, l.time, f.at(l.note)...)
		}
	}
	add(labelExpected, render.Range{Mid: g.Run, Low: g.RunLow, High: g.RunHigh}, g.Run, f.at("evaluation", "expected")...)
	t.Rows = append(t.Rows, []render.Cell{{Value: labelDeviceHours}, {Value: render.Count(g.DeviceHours)}, {}})
	return []render.Table{t}
}

// costTable is money and energy: those that are expected of the run, and beside
// them those of its steps alone.
func costTable(r *resultJSON, f *footnotes) render.Table {
	t := render.Table{Title: ifFits(r, labelCostEnergy), Columns: factColumns()}
	add := func(cost, energy render.Text, c *sizing.Cost, e *sizing.Energy, notes ...string) {
		money, power := any(labelUnknown), any(labelUnknown)
		if c.PerHour > 0 {
			money = c.USD
			if c.Low < c.High {
				money = both(labelCostBand, c.USD, c.Low, c.High)
			}
		}
		if e.KWh > 0 {
			power = e.KWh
		}
		t.Rows = append(t.Rows, fact(cost, money, f.at(append(notes, "price")...)...), fact(energy, power, f.at("energy")...))
	}
	if g := r.Goodput; g != nil {
		add(labelCost, labelEnergy, &g.Cost, &g.Energy, "expected")
		add(labelStepsCost, labelStepsEnergy, &r.Cost, &r.Energy)
	} else {
		add(labelCost, labelEnergy, &r.Cost, &r.Energy)
	}
	return t
}

// distillTable is what a teacher costs; nil without one.
func distillTable(r *resultJSON, f *footnotes) []render.Table {
	c := r.Distill
	if c == nil {
		return nil
	}
	t := render.Table{Title: both(labelDistill, c.Teacher, c.Params), Columns: factColumns()}
	add := func(label render.Text, v any, codes ...string) {
		t.Rows = append(t.Rows, fact(label, v, f.at(codes...)...))
	}
	add(labelTeacherFLOPs, c.FLOPs)
	if c.Logits == sizing.OnlineLogits {
		add(labelTeacherForward, both(labelShareOfStep, c.Forward, render.Percent(c.Share)), "teacher")
		add(labelTeacherRun, c.Forward*quantity.Seconds(r.Time.Steps))
	}
	pass := any(labelDoesNotFit)
	if c.Pass > 0 {
		pass = both(labelPassOf, render.Range{Mid: c.Pass, Low: c.PassLow, High: c.PassHigh}, c.PassPlan.String())
	}
	add(labelTeacherPass, pass, "teacher-pass")
	if c.PassUSD > 0 {
		add(labelPassCost, c.PassUSD)
	}
	stored := labelStoredInstead
	if c.Logits == sizing.StoredLogits {
		stored = labelStoredLogits
	}
	add(stored, both(labelLogitsOf, c.Stored.Decimal(), c.PerToken.Decimal(), r.Model.Unit), "teacher-logits")
	if c.Read > 0 {
		add(labelReadRate, both(labelPerSecondOf, quantity.Bytes(c.Read).Decimal()))
	}
	if c.Saved > 0 {
		saved := both(labelEachEpoch, c.Saved)
		if c.Epochs > 1 {
			saved = both(labelSavedEpochs, saved, c.Saved*quantity.Seconds(c.Epochs-1), render.Count(c.Epochs))
		}
		add(labelStoredSaves, saved)
	}
	return []render.Table{t}
}

// sweepTable is what the trials of a search cost; nil without any.
func sweepTable(r *resultJSON, f *footnotes) []render.Table {
	s := r.Sweep
	if s == nil {
		return nil
	}
	t := render.Table{Title: ifFits(r, both(labelSweep, s.Trials, render.Percent(s.Fraction))), Columns: factColumns(), Rows: [][]render.Cell{
		fact(labelOneTrial, both(labelTrialOn, s.Trial, s.Devices, r.Hardware.Name, s.Plan.String()), f.at("sweep-memory")...),
		fact(labelAllTrials, render.Range{Mid: s.Run, Low: s.RunLow, High: s.RunHigh}, f.at("sweep")...),
		fact(labelDeviceHours, render.Count(s.DeviceHours)),
	}}
	if s.IdleHours > 0 {
		t.Rows = append(t.Rows, fact(labelIdleHours, render.Count(s.IdleHours)))
	}
	t.Rows = append(t.Rows, fact(labelModelFLOPs, s.FLOPs))
	if s.USD > 0 {
		t.Rows = append(t.Rows, fact(labelCost, s.USD))
	}
	if s.KWh > 0 {
		t.Rows = append(t.Rows, fact(labelEnergy, s.KWh))
	}
	return []render.Table{t}
}

// explainTables derive the figures, a table for each group; the sources become
// footnotes.
func explainTables(list []sizing.Derivation, f *footnotes) []render.Table {
	var tables []render.Table
	group := ""
	for _, d := range list {
		if d.Group != group || len(tables) == 0 {
			group = d.Group
			tables = append(tables, render.Table{Title: both(labelDerivation, groupText(group)), Columns: []render.Column{
				{Name: "term", Head: labelTerm, Wrap: true},
				{Name: "formula", Head: labelFormula, Wrap: true},
				{Name: "numbers", Head: labelNumbers, Wrap: true},
				{Name: "value", Head: labelValue, Right: true},
			}})
		}
		var notes []int
		if d.Source != "" {
			notes = []int{f.add("", render.Note{Text: render.Same(d.Source)})}
		}
		t := &tables[len(tables)-1]
		t.Rows = append(t.Rows, []render.Cell{{Value: derivedText(d.Name), Notes: notes}, {Value: formulaText(d.Formula)}, {Value: numbersText(d.Numbers)}, {Value: numbersText(strings.TrimSpace(d.Value))}})
	}
	return tables
}

func groupText(group string) render.Text {
	if t, ok := groupLabels[group]; ok {
		return t
	}
	return render.Same(group)
}

// derivedText is what a derivation is of.
func derivedText(name string) render.Text {
	for _, labels := range []map[string]render.Text{termLabels, memoryTermLabels, derivedLabels} {
		if t, ok := labels[name]; ok {
			return t
		}
	}
	if window, ok := strings.CutPrefix(name, "KV cache, window "); ok {
		return both(labelWindowCache, window)
	}
	return render.Same(name)
}
