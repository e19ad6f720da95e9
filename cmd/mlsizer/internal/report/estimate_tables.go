package report

import (
	"strings"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// ModelText is "gpt-3: very-large, nlp, 175B parameters".
func ModelText(m *ModelJSON) text.Text {
	class := cli.TierText(m.Tier, m.Beyond)
	if m.Field != "" {
		class = text.Join.With(class, FieldText(m.Field))
	}
	return text.Colon.With(m.Input, text.Join.With(class, cli.ParamsText(m.Params, m.Active)))
}

// EstimateTitle is an estimate in a line: whether it fits, how long and how much.
func EstimateTitle(r *ResultJSON) text.Text {
	fits := verdictText(r.Memory.Verdict)
	title := text.On.With(r.Model.Called(), r.Hardware.Devices, r.Hardware.Name, fits)
	if !r.Memory.Fits {
		return title
	}
	if r.Workload.Tokens == 0 {
		return text.Join.With(title, text.OneStepIn.With(r.Time.Step))
	}
	g := r.Goodput
	if g == nil {
		return text.Join.With(title, text.NoEnd.With(samplesText(r)))
	}
	if r.Model.Field == model.RL && r.Environment == nil {
		title = text.Join.With(title, text.GradientOnly)
	}
	title = text.Join.With(title, text.RunIn.With(samplesText(r), runRange(g)))
	if g.Cost.PerHour > 0 {
		title = text.Join.With(title, costText(&g.Cost))
	}
	return title
}

// expectedRun is how long a run is expected to take, if it ever ends.
func expectedRun(g *run.Goodput) any {
	if g.Share == 0 {
		return text.Never
	}
	return runRange(g)
}

// runRange is the expected run time with its band.
func runRange(g *run.Goodput) render.Range {
	return render.Range{Mid: g.Run, Low: g.RunLow, High: g.RunHigh}
}

// costText is a cost with its band.
func costText(c *train.Cost) text.Text { return text.CostBand.With(c.USD, c.Low, c.High) }

// expectedCost is what a run is expected to cost, if that is known.
func expectedCost(g *run.Goodput) any {
	if g.Cost.PerHour == 0 || g.Share == 0 {
		return text.Unknown
	}
	return g.Cost.USD
}

// verdictText is the verdict in words.
func verdictText(v train.Verdict) text.Text {
	switch v {
	case train.FitsSurely:
		return text.Fits
	case train.MayNotFit:
		return text.MayNotFit
	}
	return text.DoesNotFit
}

// samplesText is the length of the run: "300B tokens".
func samplesText(r *ResultJSON) text.Text { return unitText(r).With(r.Workload.Tokens) }

// unitText is "%s tokens" in the model's own unit.
func unitText(r *ResultJSON) text.Text {
	if r.Model.Unit == model.TokenUnit {
		return text.Tokens
	}
	return text.SamplesOf(r.Model.Unit)
}

// perSecondText is "tokens per second" in the model's own unit.
func perSecondText(r *ResultJSON) text.Text {
	switch {
	case r.Model.Unit == model.TokenUnit:
		return text.TokensPerSecond
	case r.Environment != nil:
		return text.LearntPerSecond
	}
	return text.SamplesPerSecond.With(r.Model.Unit)
}

// Fact is a row of a table without heads.
func Fact(label text.Text, value any, notes ...int) []render.Cell {
	return []render.Cell{{Value: label}, {Value: value, Notes: notes}}
}

// FactColumns are the columns of a table of facts: a name and a value.
func FactColumns() []render.Column {
	return []render.Column{{Name: "name", Own: true}, {Name: "value", Own: true, Wrap: true}}
}

// FactsTable is the request of an estimate.
func FactsTable(r *ResultJSON, a *sizing.Answer, f *Footnotes) render.Table {
	model := ModelText(&r.Model)
	hw := text.HardwareFact.With(r.Hardware.Devices, r.Hardware.Name, r.Hardware.Memory)
	switch {
	case r.Hardware.Slices > 1:
		hw = text.SlicesOf.With(hw, r.Hardware.Slices, r.Hardware.Slice)
	case r.Hardware.Slice != "":
		hw = text.SliceOf.With(hw, r.Hardware.Slice)
	case r.Hardware.Devices > r.Hardware.DevicesPerNode:
		hw = text.NodesOf.With(hw, a.Cluster.Nodes(), r.Hardware.DevicesPerNode)
	}
	work := workText(r, a)
	plan := r.Plan
	rows := [][]render.Cell{
		Fact(text.Model, model, f.At("inferred-shape", "scope", "file")...),
		Fact(text.Hardware, hw, f.At("devices", "network")...),
		Fact(text.Workload, work, f.At("seq", "batch", "precision", "optimizer", "states")...),
	}
	if r.Workload.Method != train.Pretrain {
		rows = append(rows, Fact(text.Method, methodText(r), f.At("adapter", "method", "posttrain-pairs")...))
	}
	return render.Table{Columns: FactColumns(), Rows: append(rows,
		Fact(text.Layout, plan.String(), f.At("layout")...),
		Fact(text.Stack, stackText(a), f.At("stack")...),
	)}
}

// stackText is the stack, and that it was assumed or represents other software.
func stackText(a *sizing.Answer) text.Text {
	s := a.Stack()
	switch {
	case a.StackAssumed:
		return text.StackAssumed.With(s.Title)
	case s.Alias != nil:
		return text.StackAliased.With(s.Title, s.Alias.Name)
	}
	return text.Same(s.Title)
}

// methodText is which weights a fine-tuning changes.
func methodText(r *ResultJSON) text.Text {
	w := &r.Workload
	if w.Adapter == nil {
		return text.FullTune.With(w.Method, w.Trained)
	}
	if w.Adapter.DoRA {
		return text.Magnitudes.With(w.Method, w.Adapter.Rank, strings.Join(w.Adapter.Targets, ", "), w.Trained)
	}
	return text.Adapters.With(w.Method, w.Adapter.Rank, strings.Join(w.Adapter.Targets, ", "), w.Trained)
}

// DataTable is what the examples of a fine-tuning become; nil without any.
func DataTable(r *ResultJSON, f *Footnotes) []render.Table {
	x := r.Data
	if x == nil {
		return nil
	}
	count := text.ExamplesOnce.With(render.Count(x.Count), render.Count(x.Epochs))
	if x.Tokens == 0 {
		return []render.Table{{Title: text.Data, Columns: FactColumns(), Rows: [][]render.Cell{
			Fact(text.Examples, count, f.At("epochs")...),
			Fact(text.Epoch, render.Range{Mid: x.Epoch, Low: x.EpochLow, High: x.EpochHigh}),
		}}}
	}
	return []render.Table{{Title: text.Data, Columns: FactColumns(), Rows: [][]render.Cell{
		Fact(text.Examples, text.ExamplesOf.With(count, x.Tokens), f.At("epochs")...),
		Fact(text.Packing, text.SequencesOf.With(packingText(x.Packing), render.Count(x.Sequences), r.Workload.Seq), f.At("packing", "data")...),
		Fact(text.Computed, x.Computed),
		Fact(text.Useful, text.InBrackets.With(x.Useful, render.Percent(x.Share))),
		Fact(text.Epoch, render.Range{Mid: x.Epoch, Low: x.EpochLow, High: x.EpochHigh}),
	}}}
}

func packingText(p run.Packing) text.Text {
	if p == run.Packed {
		return text.Packed
	}
	return text.Padded
}

// FieldText is the field of application.
func FieldText(f model.Field) text.Text {
	return text.Of(text.Fields, string(f))
}

// ScopeText says what a model's parameters count.
func ScopeText(scope string) text.Text { return text.OfScope(scope) }

// MemoryTable is the memory of one device, term by term.
func MemoryTable(r *ResultJSON, f *Footnotes) render.Table {
	m := &r.Memory
	t := render.Table{Columns: []render.Column{
		{Name: "term", Head: text.MemoryDevice},
		{Name: "bytes", Head: text.Size, Right: true, Coarse: true},
		{Name: "share", Head: text.Share, Right: true},
	}}
	row := func(label text.Text, b quantity.Bytes, notes ...int) {
		share := any(nil)
		if m.Device > 0 {
			share = render.Percent(b / m.Device)
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: b}, {Value: share}})
	}
	for _, term := range []struct {
		label text.Text
		bytes quantity.Bytes
		code  string
	}{
		{text.Weights, m.Weights, ""},
		{text.Gradients, m.Gradients, ""},
		{text.OptimizerState, m.Optimizer, ""},
		{text.Activations, m.Activations, ""},
		{text.Logits, m.Logits, ""},
		{text.Communication, m.Communication, ""},
		{text.Teacher, m.Teacher, "teacher"},
		{text.OtherModels, m.Others, ""},
		{text.Overhead, m.Overhead, "memory"},
	} {
		if term.bytes > 0 {
			row(term.label, term.bytes, f.At(term.code)...)
		}
	}
	row(text.Total, m.Total, f.At("does-not-fit", "advice", "more-devices")...)
	if m.Low < m.Total || m.High > m.Total {
		row(text.BandLow, m.Low)
		row(text.BandHigh, m.High, f.At("memory-band")...)
		row(text.MemorySure, m.Sure, f.At("may-not-fit")...)
	}
	row(text.DeviceMemory, m.Device)
	for _, away := range []struct {
		label text.Text
		bytes quantity.Bytes
	}{{text.HostMemory, m.Host}, {text.NVMe, m.NVMe}} {
		if away.bytes > 0 { // no share of the device
			t.Rows = append(t.Rows, []render.Cell{{Value: away.label, Notes: f.At("offload")}, {Value: away.bytes}, {}})
		}
	}
	return t
}

// StorageTable is what the run keeps on disk.
func StorageTable(r *ResultJSON, f *Footnotes) render.Table {
	s := &r.Storage
	t := render.Table{Columns: []render.Column{
		{Name: "storage", Head: text.Storage},
		{Name: "bytes", Head: text.Size, Right: true, Coarse: true},
	}}
	row := func(label text.Text, b quantity.Bytes, notes ...int) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: b}})
	}
	row(text.Weights, s.Weights)
	row(text.Checkpoints.With(s.CheckpointsKept), s.Checkpoint*quantity.Bytes(s.CheckpointsKept), f.At("storage")...)
	if s.Dataset > 0 {
		row(text.Dataset, s.Dataset, f.At("dataset")...)
	}
	if s.Logits > 0 {
		row(text.TeacherLogits, s.Logits, f.At("teacher-logits")...)
	}
	row(text.Total, s.Total)
	return t
}

// ComputeTable is the arithmetic of the run: the FLOPs of the convention, and
// those that are executed. The derivations have the others.
func ComputeTable(r *ResultJSON, f *Footnotes) render.Table {
	c := &r.Compute
	t := render.Table{Title: text.Compute, Columns: FactColumns()}
	if r.Convention != train.HardwareFLOPs {
		t.Rows = append(t.Rows, Fact(text.Of(text.ConventionFLOPs, r.Convention.String()), c.By(r.Convention), f.At("flops")...))
	}
	t.Rows = append(t.Rows, Fact(text.HardwareFLOPs, c.Hardware))
	return t
}

// ifFits adds to a title that its figures are of a plan that does not fit.
func ifFits(r *ResultJSON, title text.Text) text.Text {
	if r.Memory.Fits {
		return title
	}
	return text.IfItFitted.With(title)
}

// TimeTable is how long a step and the run take.
func TimeTable(r *ResultJSON, f *Footnotes) render.Table {
	e := &r.Time
	t := render.Table{Title: ifFits(r, text.Time), Columns: FactColumns()}
	add := func(row []render.Cell) { t.Rows = append(t.Rows, row) }
	add(Fact(text.Step, render.Range{Mid: e.Step, Low: e.StepLow, High: e.StepHigh}, f.At("efficiency", "mfu", "rate", "unmeasured", "unmeasured-network")...))
	add(Fact(perSecondText(r), text.OfWhichDevice.With(render.Count(e.TokensPerSecond), render.Count(e.TokensPerSecondPerDevice)), f.At("data-loading")...))
	add(mfuRow(r, f))
	if r.Workload.Tokens > 0 {
		add(Fact(text.Steps, render.Count(e.Steps)))
		t.Rows = append(t.Rows, environmentRows(r, f)...)
		add(Fact(text.Run, render.Range{Mid: e.Run, Low: e.RunLow, High: e.RunHigh}, f.At("published", "environment")...))
	}
	add(Fact(text.DeviceHours, render.Count(e.DeviceHours), f.At("run")...))
	return t
}

// mfuRow is the MFU by its convention, with the HFU. The derivations have the
// others.
func mfuRow(r *ResultJSON, f *Footnotes) []render.Cell {
	mfu := text.MFUBy.With(render.Percent(r.Time.MFU), conventionText(r.Convention))
	if r.Convention != train.HardwareFLOPs {
		mfu = text.Join.With(mfu, text.Colon.With(text.HFU, render.Percent(r.Time.HFU)))
	}
	return Fact(text.MFU, mfu, f.At("flops", "teacher")...)
}

// conventionText is how a convention of the MFU is called.
func conventionText(c train.Convention) text.Text {
	if c == train.HardwareFLOPs {
		return text.ByHardware
	}
	return text.Same(c.String())
}

// WholeRunTable is the whole run: the steps, and a line for each loss of time;
// nil without a run.
func WholeRunTable(r *ResultJSON, f *Footnotes) []render.Table {
	g := r.Goodput
	if g == nil {
		return nil
	}
	t := render.Table{Title: ifFits(r, text.WholeRun.With(render.Percent(g.Share))), Columns: []render.Column{
		{Name: "part", Head: text.Part}, {Name: "seconds", Head: text.Time, Right: true, Own: true}, {Name: "share", Head: text.OfRun, Right: true},
	}}
	add := func(label text.Text, v any, of quantity.Seconds, notes ...int) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: v}, {Value: render.Percent(of / g.Planned)}})
	}
	ideal := text.Ideal
	if r.Environment != nil {
		ideal = text.IdealRun
	}
	add(ideal, g.Ideal, g.Ideal)
	for _, l := range []struct {
		label text.Text
		time  quantity.Seconds
		note  string
	}{
		{text.Startup, g.Losses.Startup, "interruptions"},
		{text.RampUp, g.Losses.RampUp, ""},
		{text.Evaluation, g.Losses.Evaluation, ""},
		{text.Checkpointing, g.Losses.Checkpoint, "interruptions"},
		{text.Rework, g.Losses.Rework, "interruptions"},
		{text.Restarts, g.Losses.Restart, "interruptions"},
	} {
		if l.time > 0 {
			add(l.label, l.time, l.time, f.At(l.note)...)
		}
	}
	add(text.Planned, g.Planned, g.Planned, f.At("evaluation")...)
	add(text.BeyondPlan, g.Run-g.Planned, g.Run-g.Planned)
	add(text.Expected, runRange(g), g.Run, f.At("expected")...)
	t.Rows = append(t.Rows, []render.Cell{{Value: text.DeviceHours}, {Value: render.Count(g.DeviceHours)}, {}})
	return []render.Table{t}
}

// CostTable is cost and energy: those of the expected run, and separately those
// of its steps alone.
func CostTable(r *ResultJSON, f *Footnotes) render.Table {
	t := render.Table{Title: ifFits(r, text.CostEnergy), Columns: FactColumns()}
	add := func(cost, energy, carbon text.Text, c *train.Cost, e *train.Energy, notes ...string) {
		money, power := any(text.Unknown), any(text.Unknown)
		if c.PerHour > 0 {
			money = c.USD
			if c.Low < c.High {
				money = costText(c)
			}
		}
		if e.KWh > 0 {
			power = e.KWh
			if e.Low < e.High {
				power = text.EnergyBand.With(e.KWh, e.Low, e.High)
			}
		}
		t.Rows = append(t.Rows, Fact(cost, money, f.At(append(notes, "price")...)...), Fact(energy, power, f.At("energy")...))
		if e.CO2 > 0 {
			t.Rows = append(t.Rows, Fact(carbon, e.CO2, f.At("carbon")...))
		}
	}
	if g := r.Goodput; g != nil {
		add(text.Cost, text.Energy, text.Carbon, &g.Cost, &g.Energy, "expected")
		cost, energy, carbon := text.StepsCost, text.StepsEnergy, text.StepsCarbon
		if r.Environment != nil {
			cost, energy, carbon = text.IdealCost, text.IdealEnergy, text.IdealCarbon
		}
		add(cost, energy, carbon, &r.Cost, &r.Energy)
	} else {
		add(text.Cost, text.Energy, text.Carbon, &r.Cost, &r.Energy)
	}
	return t
}

// DistillTable is what a teacher costs; nil without one.
func DistillTable(r *ResultJSON, f *Footnotes) []render.Table {
	c := r.Distill
	if c == nil {
		return nil
	}
	t := render.Table{Title: text.Distill.With(c.Teacher, c.Params), Columns: FactColumns()}
	add := func(label text.Text, v any, codes ...string) {
		t.Rows = append(t.Rows, Fact(label, v, f.At(codes...)...))
	}
	add(text.TeacherFLOPs, c.FLOPs)
	if c.Logits == train.OnlineLogits {
		add(text.TeacherForward, text.ShareOfStep.With(c.Forward, render.Percent(c.Share)), "teacher")
		add(text.TeacherRun, c.Forward*quantity.Seconds(r.Time.Steps))
	}
	pass := any(text.DoesNotFit)
	if c.Pass > 0 {
		pass = text.Join.With(render.Range{Mid: c.Pass, Low: c.PassLow, High: c.PassHigh}, c.PassPlan.String())
	}
	add(text.TeacherPass, pass, "teacher-pass")
	if c.PassUSD > 0 {
		add(text.PassCost, c.PassUSD)
	}
	stored := text.StoredInstead
	if c.Logits == train.StoredLogits {
		stored = text.StoredLogits
	}
	add(stored, text.LogitsOf.With(c.Stored.Decimal(), c.PerToken.Decimal(), r.Model.Unit), "teacher-logits")
	if c.Read > 0 {
		add(text.ReadRate, text.PerSecondOf.With(quantity.Bytes(c.Read).Decimal()))
	}
	if c.Saved > 0 {
		saved := text.EachEpoch.With(c.Saved)
		if c.Epochs > 1 {
			saved = text.SavedEpochs.With(saved, c.Saved*quantity.Seconds(c.Epochs-1), render.Count(c.Epochs))
		}
		add(text.StoredSaves, saved)
	}
	return []render.Table{t}
}

// SweepTable is what the trials of a search cost; nil without any.
func SweepTable(r *ResultJSON, f *Footnotes) []render.Table {
	s := r.Sweep
	if s == nil {
		return nil
	}
	t := render.Table{Title: ifFits(r, text.Sweep.With(s.Trials, render.Percent(s.Fraction))), Columns: FactColumns(), Rows: [][]render.Cell{
		Fact(text.OneTrial, text.TrialOn.With(s.Trial, s.Devices, r.Hardware.Name, s.Plan.String()), f.At("sweep-memory")...),
		Fact(text.AllTrials, render.Range{Mid: s.Run, Low: s.RunLow, High: s.RunHigh}, f.At("sweep")...),
		Fact(text.DeviceHours, render.Count(s.DeviceHours)),
	}}
	if s.IdleHours > 0 {
		t.Rows = append(t.Rows, Fact(text.IdleHours, render.Count(s.IdleHours)))
	}
	t.Rows = append(t.Rows, Fact(text.ModelFLOPs, s.FLOPs))
	if s.USD > 0 {
		t.Rows = append(t.Rows, Fact(text.Cost, s.USD))
	}
	if s.KWh > 0 {
		t.Rows = append(t.Rows, Fact(text.Energy, s.KWh))
	}
	return []render.Table{t}
}

// ExplainTables derive the figures, a table for each group; the sources become
// footnotes.
func ExplainTables(list []note.Derivation, f *Footnotes) []render.Table {
	var tables []render.Table
	group := ""
	for _, d := range list {
		if d.Group != group || len(tables) == 0 {
			group = d.Group
			tables = append(tables, render.Table{Title: text.Derivation.With(groupText(group)), Columns: []render.Column{
				{Name: "term", Head: text.Term, Wrap: true},
				{Name: "formula", Head: text.Formula, Wrap: true},
				{Name: "numbers", Head: text.Numbers, Wrap: true},
				{Name: "value", Head: text.Value, Right: true},
			}})
		}
		var notes []int
		if d.Source != "" {
			notes = []int{f.Add("", render.Note{Text: text.Same(d.Source)})}
		}
		t := &tables[len(tables)-1]
		formula, numbers, value := text.OfDerivation(d)
		t.Rows = append(t.Rows, []render.Cell{{Value: derivedText(d.Name), Notes: notes}, {Value: formula}, {Value: numbers}, {Value: value}})
	}
	return tables
}

func groupText(group string) text.Text {
	return text.Of(text.DerivationGroups, group)
}

// derivedText is what a derivation is of.
func derivedText(name string) text.Text {
	for _, labels := range []map[string]text.Text{text.StepTerms, text.MemoryTerms, text.Derived} {
		if t, ok := labels[name]; ok {
			return t
		}
	}
	if window, ok := strings.CutPrefix(name, "KV cache, window "); ok {
		return text.WindowCache.With(window)
	}
	return text.Same(name)
}
