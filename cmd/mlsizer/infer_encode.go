package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// encodingJSON is the encoding workload in an answer.
type encodingJSON struct {
	Context int64        `json:"context"`
	Batch   int64        `json:"batch"`
	Weights string       `json:"weights"`
	Runtime string       `json:"runtime"`
	Layout  serve.Layout `json:"layout"`
}

// encodeJSON is the answer for a model that reads sequences or samples and
// generates no tokens.
type encodeJSON struct {
	Model      report.ModelJSON         `json:"model"`
	Hardware   report.HardwareJSON      `json:"hardware"`
	Workload   encodingJSON             `json:"workload"`
	Memory     serve.Memory             `json:"memory"`
	Weights    quantity.Bytes           `json:"model_weights_bytes"`
	MaxBatch   int64                    `json:"max_sequences"`
	Best       string                   `json:"best_weights"`
	Throughput serve.EncodingThroughput `json:"throughput"`
	Notes      []report.NoteJSON        `json:"notes"`
	Explain    []note.Derivation        `json:"explain,omitempty"`
}

// defaultEncodingContext is the tokens of a sequence where the model takes
// more: the longest that BERT reads.
const defaultEncodingContext = 512

// refuseDecoding rejects the flags that only a model that generates has.
func refuseDecoding(o *cli.InferOptions, cmd *cobra.Command, m *model.Model) error {
	for _, name := range []string{"kv", "prompt", "answer", "offload", "host-memory", "host-bandwidth", "shared-context", "images", "pp", "ep",
		"gpu-memory-utilization", "max-num-batched-tokens", "max-num-seqs", "ubatch", "swa-full", "no-flash-attention"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return cli.UsageError(text.ReadsInOnePass.Error(name, m.Name, encodedUnit(m)), o.CommandWithout(name))
		}
	}
	if !m.PerToken() && o.Context > 0 {
		return cli.UsageError(text.NoSequenceLength.Error(m.Name, m.Unit), o.CommandWithout("context"))
	}
	return nil
}

// encodedUnit is the unit that the model reads: "sequence", "image".
func encodedUnit(m *model.Model) text.Text {
	if m.PerToken() {
		return text.SequenceUnit
	}
	return text.Same(m.Unit)
}

// encode answers for a model that generates nothing.
func encode(o *cli.InferOptions, cmd *cobra.Command, m *cli.ModelArg, t cli.Target, weights string) error {
	if err := refuseDecoding(o, cmd, m.Model); err != nil {
		return err
	}
	a, notes, err := encoding(&o.ServingOptions, m, t, weights)
	if err != nil {
		return inferError(o.App, cmd, err)
	}
	if err := o.Print(encodeDocument(o, m, t, a, notes)); err != nil {
		return err
	}
	if !a.Memory.Fits {
		return cli.ExitCode(cli.ExitNoFit)
	}
	return nil
}

// encoding answers for one model, machine and storage.
func encoding(o *cli.ServingOptions, m *cli.ModelArg, t cli.Target, weights string) (*serve.EncodingAnswer, []note.Note, error) {
	cluster, err := hardware.NewCluster(t.Device, max(t.Count, 1), append(slices.Clone(t.Options), o.Network.Set)...)
	if err != nil {
		return nil, nil, err
	}
	s := serve.Request{Model: m.Model, Cluster: cluster, Layout: o.Layout, Context: o.Context, Batch: o.Batch, DeviceMemory: o.Memory, Runtime: o.Runtime}
	var notes []note.Note
	assume := func(flag, value string) {
		notes = append(notes, assumedNote(flag, value))
	}
	switch c := m.Model.Context; {
	case !m.Model.PerToken():
		s.Context = 1
	case s.Context == 0:
		s.Context = defaultEncodingContext
		if c > 0 {
			s.Context = min(s.Context, c)
		}
		assume("context", fmt.Sprint(s.Context))
	}
	if s.Batch == 0 {
		s.Batch = 1
		assume("batch", "1")
	}
	s.Quant, s.StoredBytes = storageOf(m, weights)
	if weights == "" {
		assume("weights", s.Quant.Name)
	}
	if s.Runtime == nil {
		var why note.Note
		s.Runtime, why = serve.EncodingRuntime(m.Model, t.Device, s.Quant)
		notes = append(notes, why)
	}
	a, err := s.Encode(priceOf(o, t.Device))
	if err != nil {
		return nil, nil, err
	}
	return a, append(append(notes, a.Notes...), scopeNotes(m, t, o.Price)...), nil
}

// encodeDocument lays an answer out.
func encodeDocument(o *cli.InferOptions, m *cli.ModelArg, t cli.Target, a *serve.EncodingAnswer, notes []note.Note) *render.Document {
	r := encodeJSON{
		Model:    report.NewModelJSON(m, o.Bounds),
		Hardware: report.NewHardwareJSON(t.Input, &a.Cluster, train.BF16),
		Workload: encodingJSON{a.Context, a.Batch, a.Quant.Name, a.Runtime.Name, a.Layout},
		Memory:   a.Memory, Weights: a.Weights, MaxBatch: a.MaxBatch, Best: a.Best, Throughput: a.Throughput, Notes: report.NotesIn(notes, o.Lang),
	}
	if r.Hardware.Peak == 0 {
		r.Hardware.Peak = a.Cluster.Device.Rates[hardware.FP16].Peak
	}
	if o.Explain {
		r.Explain = report.DerivationsIn(a.Explain(), o.Lang)
	}
	f := report.NewFootnotes(notes)
	unit := report.UnitNames(m.Model)
	title := text.On.With(r.Model.Called(), r.Hardware.Devices, r.Hardware.Name, text.DoesNotFit)
	if r.Memory.Fits {
		title = text.On.With(r.Model.Called(), r.Hardware.Devices, r.Hardware.Name, text.Fits)
		title = text.Join.With(title, text.Encodes.With(report.PerSecond(r.Throughput.Sequences), unit))
	}
	d := &render.Document{
		Title:  title,
		Tables: []render.Table{encodingFacts(&r, a, f), encodingMemory(&r, f), encodingLimits(&r, unit)},
		JSON: struct {
			report.Head
			encodeJSON
		}{report.NewHead("infer"), r},
		Records: []encodeJSON{r},
	}
	if r.Memory.Fits {
		d.Tables = append(d.Tables, encodingSpeed(&r, m.Model, f))
	}
	of := text.Join.With(report.EncodingOf(m.Model, r.Workload.Context, r.Workload.Batch), text.WeightsOnly.With(r.Workload.Weights))
	for i := 1; i < len(d.Tables); i++ {
		d.Tables[i].Title = text.Colon.With(d.Tables[i].Title, of)
	}
	if o.Explain {
		d.Tables = append(d.Tables, report.ExplainTables(r.Explain, f)...)
	}
	f.Finish(d)
	return d
}

func encodingFacts(r *encodeJSON, a *serve.EncodingAnswer, f *report.Footnotes) render.Table {
	w := &r.Workload
	work := text.BatchOnly.With(w.Batch)
	if a.Model.PerToken() {
		work = text.EncodeWork.With(w.Context, w.Batch)
	}
	return render.Table{Columns: report.FactColumns(), Rows: [][]render.Cell{
		report.Fact(text.Model, report.ModelText(&r.Model), f.At("inferred-shape", "scope", "file")...),
		report.Fact(text.Hardware, text.HardwareFact.With(r.Hardware.Devices, r.Hardware.Name, r.Hardware.Memory), f.At("unified")...),
		report.Fact(text.Workload, work, f.At("context", "batch")...),
		report.Fact(text.Types, text.WeightsOnly.With(w.Weights), f.At("weights")...),
		report.Fact(text.Runtime, text.Join.With(a.Runtime.Title, w.Layout.String()), f.At("runtime")...),
	}}
}

func encodingMemory(r *encodeJSON, f *report.Footnotes) render.Table {
	m := &r.Memory
	t := render.Table{Title: text.MemoryDevice, Columns: []render.Column{
		{Name: "term", Head: text.MemoryDevice},
		{Name: "bytes", Head: text.Size, Right: true},
		{Name: "share", Head: text.Share, Right: true},
	}}
	row := func(label text.Text, b quantity.Bytes, codes ...string) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: f.At(codes...)}, {Value: b}, {Value: render.Percent(b / m.Device)}})
	}
	row(text.Weights, m.Weights)
	row(text.Activations, m.Compute, "activations")
	row(text.Overhead, m.Overhead, "runtime")
	row(text.Total, m.Total)
	row(text.Budget, m.Budget)
	row(text.DeviceMemory, m.Device)
	return t
}

func encodingLimits(r *encodeJSON, unit text.Text) render.Table {
	batch, best := any(text.None), any(text.None)
	if r.MaxBatch > 0 {
		batch = report.Grouped(r.MaxBatch)
	}
	if r.Best != "" {
		best = r.Best
	}
	return render.Table{Title: text.Limits, Columns: report.FactColumns(), Rows: [][]render.Cell{
		report.Fact(text.ModelWeights, report.Exactly(r.Weights)),
		report.Fact(text.MostAtOnce.With(unit), batch),
		report.Fact(text.Best, best),
	}}
}

func encodingSpeed(r *encodeJSON, m *model.Model, f *report.Footnotes) render.Table {
	p, unit := &r.Throughput, report.UnitNames(m)
	t := render.Table{Title: text.Speed, Columns: report.FactColumns()}
	add := func(label text.Text, v any, codes ...string) {
		t.Rows = append(t.Rows, report.Fact(label, v, f.At(codes...)...))
	}
	add(text.Latency, render.Range{Mid: p.Latency, Low: p.LatencyLow, High: p.LatencyHigh}, "speed")
	add(text.UnitPerSecond.With(unit), report.RateText(p.Sequences, p.Low, p.High), "speed")
	if p.Tokens > 0 {
		add(text.TokensPerSecond, report.PerSecond(p.Tokens))
	}
	bound := any(text.ComputeNever)
	if p.ComputeBound > 0 {
		bound = p.ComputeBound
	}
	add(text.ComputeBound, bound)
	add(text.FullLoad.With(unit), text.FullLoadAt.With(report.RateText(p.Load, p.LoadLow, p.LoadHigh), p.LoadBatch, quantity.Seconds(p.LoadTime)))
	if p.PerMillion > 0 {
		add(text.MillionOf.With(unit), text.PerMillionAt.With(p.PerMillion, p.PerMillionBatch, r.Workload.Batch), "price")
	}
	if p.Energy > 0 {
		add(text.EnergyOf.With(unit), text.PerMillionAt.With(p.Energy, p.EnergyBatch, r.Workload.Batch), "energy")
	}
	return t
}
