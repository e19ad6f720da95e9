package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// encodingJSON is what was to be encoded.
type encodingJSON struct {
	Context int64        `json:"context"`
	Batch   int64        `json:"batch"`
	Weights string       `json:"weights"`
	Runtime string       `json:"runtime"`
	Layout  serve.Layout `json:"layout"`
}

// encodeJSON is the answer for a model that reads sequences or samples and
// generates nothing.
type encodeJSON struct {
	Model      modelJSON                `json:"model"`
	Hardware   hardwareJSON             `json:"hardware"`
	Workload   encodingJSON             `json:"workload"`
	Memory     serve.Memory             `json:"memory"`
	Weights    quantity.Bytes           `json:"model_weights_bytes"`
	MaxBatch   int64                    `json:"max_sequences"`
	Best       string                   `json:"best_weights"`
	Throughput serve.EncodingThroughput `json:"throughput"`
	Notes      []note.Note              `json:"notes"`
	Explain    []note.Derivation        `json:"explain,omitempty"`
}

// defaultEncodingContext is the tokens of a sequence where the model takes
// more: the longest that BERT reads.
const defaultEncodingContext = 512

// refuseDecoding refuses the flags that only a model that generates has.
func (o *inferOptions) refuseDecoding(cmd *cobra.Command, m *model.Model) error {
	for _, name := range []string{"kv", "prompt", "answer", "offload", "host-memory", "host-bandwidth", "shared-context", "images", "pp", "ep"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
			return usageError(text.ReadsInOnePass.Error(name, m.Name, encodedUnit(m)), o.commandWithout(name))
		}
	}
	if !m.PerToken() && o.context > 0 {
		return usageError(text.NoSequenceLength.Error(m.Name, m.Unit), o.commandWithout("context"))
	}
	return nil
}

// encodedUnit is what the model reads one of: "sequence", "image".
func encodedUnit(m *model.Model) text.Text {
	if m.PerToken() {
		return text.SequenceUnit
	}
	return text.Same(m.Unit)
}

// encode answers for a model that generates nothing.
func (o *inferOptions) encode(cmd *cobra.Command, m *modelArg, t target, weights string) error {
	if err := o.refuseDecoding(cmd, m.Model); err != nil {
		return err
	}
	a, notes, err := o.encoding(m, t, weights)
	if err != nil {
		return o.inferError(cmd, err)
	}
	if err := o.print(encodeDocument(o, m, t, a, notes)); err != nil {
		return err
	}
	if !a.Memory.Fits {
		return exitCode(exitNoFit)
	}
	return nil
}

// encoding answers for one model, machine and storage.
func (o *servingOptions) encoding(m *modelArg, t target, weights string) (*serve.EncodingAnswer, []note.Note, error) {
	cluster, err := hardware.NewCluster(t.Device, max(t.Count, 1), o.network.Set)
	if err != nil {
		return nil, nil, err
	}
	s := serve.Request{Model: m.Model, Cluster: cluster, Layout: o.layout, Context: o.context, Batch: o.batch, DeviceMemory: o.memory, Runtime: o.runtime}
	var notes []note.Note
	assume := func(flag, value string) {
		notes = append(notes, noteOf(flag, text.AssumedServe.With(flag, value), ""))
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
	a, err := s.Encode(o.priceOf(t.Device))
	if err != nil {
		return nil, nil, err
	}
	return a, append(append(notes, a.Notes...), scopeNotes(m, t, o.price)...), nil
}

// encodeDocument lays an answer out.
func encodeDocument(o *inferOptions, m *modelArg, t target, a *serve.EncodingAnswer, notes []note.Note) *render.Document {
	r := encodeJSON{
		Model:    newModelJSON(m, o.bounds),
		Hardware: newHardwareJSON(t.Input, &a.Cluster, train.BF16),
		Workload: encodingJSON{a.Context, a.Batch, a.Quant.Name, a.Runtime.Name, a.Layout},
		Memory:   a.Memory, Weights: a.Weights, MaxBatch: a.MaxBatch, Best: a.Best, Throughput: a.Throughput, Notes: notesIn(notes, o.lang),
	}
	if r.Hardware.Peak == 0 {
		r.Hardware.Peak = a.Cluster.Device.Rates[hardware.FP16].Peak
	}
	if o.explain {
		r.Explain = derivationsIn(a.Explain(), o.lang)
	}
	f := newFootnotes(notes)
	unit := unitNames(m.Model)
	title := text.On.With(r.Model.Input, r.Hardware.Devices, r.Hardware.Name, text.DoesNotFit)
	if r.Memory.Fits {
		title = text.On.With(r.Model.Input, r.Hardware.Devices, r.Hardware.Name, text.Fits)
		title = text.Join.With(title, text.Encodes.With(perSecond(r.Throughput.Sequences), unit))
	}
	d := &render.Document{
		Title:  title,
		Tables: []render.Table{encodingFacts(&r, a, f), encodingMemory(&r, f), encodingLimits(&r, unit)},
		JSON: struct {
			Schema  string `json:"schema"`
			Command string `json:"command"`
			encodeJSON
		}{schema, "infer", r},
		Records: []encodeJSON{r},
	}
	if r.Memory.Fits {
		d.Tables = append(d.Tables, encodingSpeed(&r, m.Model, f))
	}
	of := text.Join.With(encodingOf(m.Model, r.Workload.Context, r.Workload.Batch), text.WeightsOnly.With(r.Workload.Weights))
	for i := 1; i < len(d.Tables); i++ {
		d.Tables[i].Title = text.Colon.With(d.Tables[i].Title, of)
	}
	if o.explain {
		d.Tables = append(d.Tables, explainTables(r.Explain, f)...)
	}
	f.finish(d)
	return d
}

// encodingOf says what a table's figures are of.
func encodingOf(m *model.Model, context, batch int64) text.Text {
	if m.PerToken() {
		return text.EncodingOf.With(context, batch)
	}
	return text.EncodingOfSamples.With(batch)
}

// unitNames are what the model reads, in the plural.
func unitNames(m *model.Model) text.Text {
	if m.PerToken() {
		return text.SequencesUnit
	}
	return text.SampleUnit.With(m.Unit)
}

func encodingFacts(r *encodeJSON, a *serve.EncodingAnswer, f *footnotes) render.Table {
	w := &r.Workload
	work := text.BatchOnly.With(w.Batch)
	if a.Model.PerToken() {
		work = text.EncodeWork.With(w.Context, w.Batch)
	}
	return render.Table{Columns: factColumns(), Rows: [][]render.Cell{
		fact(text.Model, modelText(&r.Model), f.at("inferred-shape", "scope", "file")...),
		fact(text.Hardware, text.HardwareFact.With(r.Hardware.Devices, r.Hardware.Name, r.Hardware.Memory), f.at("unified")...),
		fact(text.Workload, work, f.at("context", "batch")...),
		fact(text.Types, text.WeightsOnly.With(w.Weights), f.at("weights")...),
		fact(text.Runtime, text.Join.With(a.Runtime.Title, w.Layout.String()), f.at("runtime")...),
	}}
}

func encodingMemory(r *encodeJSON, f *footnotes) render.Table {
	m := &r.Memory
	t := render.Table{Title: text.MemoryDevice, Columns: []render.Column{
		{Name: "term", Head: text.MemoryDevice},
		{Name: "bytes", Head: text.Size, Right: true},
		{Name: "share", Head: text.Share, Right: true},
	}}
	row := func(label text.Text, b quantity.Bytes, codes ...string) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: f.at(codes...)}, {Value: b}, {Value: render.Percent(b / m.Device)}})
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
		batch = grouped(r.MaxBatch)
	}
	if r.Best != "" {
		best = r.Best
	}
	return render.Table{Title: text.Limits, Columns: factColumns(), Rows: [][]render.Cell{
		fact(text.ModelWeights, exactly(r.Weights)),
		fact(text.MostAtOnce.With(unit), batch),
		fact(text.Best, best),
	}}
}

func encodingSpeed(r *encodeJSON, m *model.Model, f *footnotes) render.Table {
	p, unit := &r.Throughput, unitNames(m)
	t := render.Table{Title: text.Speed, Columns: factColumns()}
	add := func(label text.Text, v any, codes ...string) {
		t.Rows = append(t.Rows, fact(label, v, f.at(codes...)...))
	}
	add(text.Latency, render.Range{Mid: p.Latency, Low: p.LatencyLow, High: p.LatencyHigh}, "speed")
	add(text.UnitPerSecond.With(unit), rateText(p.Sequences, p.Low, p.High), "speed")
	if p.Tokens > 0 {
		add(text.TokensPerSecond, perSecond(p.Tokens))
	}
	bound := any(text.ComputeNever)
	if p.ComputeBound > 0 {
		bound = p.ComputeBound
	}
	add(text.ComputeBound, bound)
	add(text.FullLoad.With(unit), text.FullLoadAt.With(rateText(p.Load, p.LoadLow, p.LoadHigh), p.LoadBatch, quantity.Seconds(p.LoadTime)))
	if p.PerMillion > 0 {
		add(text.MillionOf.With(unit), text.PerMillionAt.With(p.PerMillion, p.PerMillionBatch, r.Workload.Batch), "price")
	}
	if p.Energy > 0 {
		add(text.EnergyOf.With(unit), text.PerMillionAt.With(p.Energy, p.EnergyBatch, r.Workload.Batch), "energy")
	}
	return t
}
