package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// servingJSON is what was to be served.
type servingJSON struct {
	Context       int64         `json:"context"`
	Batch         int64         `json:"batch"`
	Prompt        int64         `json:"prompt,omitempty"`
	Answer        int64         `json:"answer,omitempty"`
	SharedContext bool          `json:"shared_context,omitempty"`
	Weights       string        `json:"weights"`
	KV            string        `json:"kv"`
	Runtime       string        `json:"runtime"`
	Layout        serve.Layout  `json:"layout"`
	Offload       serve.Offload `json:"offload"`
}

// inferJSON is the answer for one model, machine and storage.
type inferJSON struct {
	Model      modelJSON        `json:"model"`
	Hardware   hardwareJSON     `json:"hardware"`
	Workload   servingJSON      `json:"workload"`
	Memory     serve.Memory     `json:"memory"`
	Weights    quantity.Bytes   `json:"model_weights_bytes"`
	PerToken   quantity.Bytes   `json:"kv_bytes_per_token"`
	PerSeq     quantity.Bytes   `json:"kv_bytes_per_sequence"`
	State      quantity.Bytes   `json:"state_bytes_per_sequence"`
	MaxContext int64            `json:"max_context"`
	MaxBatch   int64            `json:"max_sequences"`
	Best       string           `json:"best_weights"`
	Elsewhere  *serve.Choice    `json:"best_elsewhere,omitempty"`
	Throughput serve.Throughput `json:"throughput"`
	// Front is what comes before the decoder.
	Front   *serve.Front      `json:"front,omitempty"`
	Options []optionJSON      `json:"options,omitempty"`
	Notes   []note.Note       `json:"notes"`
	Explain []note.Derivation `json:"explain,omitempty"`
}

func newInferJSON(m *modelArg, t target, a *serve.Answer, notes []note.Note, o *servingOptions, l text.Lang) inferJSON {
	s := &a.Request
	r := inferJSON{
		Model:    newModelJSON(m, o.bounds),
		Hardware: newHardwareJSON(t.Input, &s.Cluster, train.BF16),
		Workload: servingJSON{s.Context, s.Batch, a.PromptTokens(), a.OutputTokens(), s.SharedContext, s.Quant.Name, s.KV.Name, s.Runtime.Name, s.Layout, s.Offload},
		Memory:   a.Memory, Weights: a.WeightBytes(), PerToken: a.PerToken, PerSeq: a.PerSeq, State: a.StateBytes(),
		MaxContext: a.MaxContext, MaxBatch: a.MaxBatch, Best: a.Best, Elsewhere: a.BestElsewhere, Throughput: a.Throughput, Front: a.Front, Options: optionsIn(a.Options, l),
		Notes: notesIn(notes, l),
	}
	if o.explain {
		r.Explain = derivationsIn(a.Explain(), l)
	}
	r.Hardware.Memory = s.DeviceMemory
	if r.Hardware.Peak == 0 {
		r.Hardware.Peak = s.Cluster.Device.Rates[hardware.FP16].Peak
	}
	return r
}

// optionJSON is a change that makes a model fit, in words and as flags.
type optionJSON struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Flag string `json:"flag"` // what to add to the command line
	serve.Option
}

// optionsIn are changes in a language.
func optionsIn(options []serve.Option, l text.Lang) []optionJSON {
	list := make([]optionJSON, len(options))
	for i, o := range options {
		list[i] = optionJSON{o.Code, text.OfOption(o.Label).In(l), text.Spelled(o.Settings), o}
	}
	return list
}

// inferDocument lays an answer out.
func inferDocument(o *inferOptions, m *modelArg, t target, a *serve.Answer, notes []note.Note) *render.Document {
	r := newInferJSON(m, t, a, notes, &o.servingOptions, o.lang)
	f := newFootnotes(notes)
	fits := text.DoesNotFit
	if r.Memory.Fits {
		fits = text.Fits
	}
	title := text.On.With(r.Model.Input, r.Hardware.Devices, r.Hardware.Name, fits)
	if r.Memory.Fits {
		title = text.Join.With(title, text.Serves.With(perSecond(r.Throughput.Decode)))
	}
	d := &render.Document{
		Title: title,
		Tables: []render.Table{
			servingFacts(&r, a, f),
			servingMemoryTable(&r, f),
			servingLimits(&r),
		},
		JSON: struct {
			Schema  string `json:"schema"`
			Command string `json:"command"`
			inferJSON
		}{schema, "infer", r},
		Records: []inferJSON{r},
	}
	if r.Memory.Fits {
		d.Tables = append(d.Tables, servingSpeed(&r, f))
	} else {
		d.Tables = append(d.Tables, servingOptionsTable(a.Options, f))
	}
	of := servingOf(&r)
	for i := 1; i < len(d.Tables); i++ {
		d.Tables[i].Title = text.Colon.With(d.Tables[i].Title, of)
	}
	if o.explain {
		d.Tables = append(d.Tables, explainTables(r.Explain, f)...)
	}
	f.finish(d)
	return d
}

// servingOf says what a table's figures are of: no context is left unsaid.
func servingOf(r *inferJSON) text.Text {
	return text.ServingOf.With(r.Workload.Context, r.Workload.Batch, r.Workload.Weights, r.Workload.KV)
}

func servingFacts(r *inferJSON, a *serve.Answer, f *footnotes) render.Table {
	model := modelText(&r.Model)
	w := &r.Workload
	work := text.PromptAnswer.With(w.Context, w.Prompt, w.Answer, w.Batch)
	if w.SharedContext {
		work = text.SharedContext.With(w.Context, w.Batch, w.Prompt, w.Answer)
	}
	rows := [][]render.Cell{
		fact(text.Model, model, f.at("inferred-shape", "scope", "file")...),
		fact(text.Hardware, text.HardwareFact.With(r.Hardware.Devices, r.Hardware.Name, r.Hardware.Memory), f.at("unified")...),
		fact(text.Workload, work, f.at("context", "batch")...),
	}
	if x := r.Front; x != nil && x.Tokens > 0 {
		rows = append(rows, fact(text.Images, text.ImagesOf.With(x.Images, x.Tokens), f.at("images")...))
	}
	return render.Table{Columns: factColumns(), Rows: append(rows,
		fact(text.Types, text.TypesFact.With(w.Weights, w.KV), f.at("weights", "kv")...),
		fact(text.Runtime, text.Join.With(a.Runtime.Title, w.Layout.String()), f.at("runtime", "scale-out")...),
	)}
}

// frontText is what comes before the decoder: "image tower".
func frontText(x *serve.Front) text.Text {
	if x.Tokens > 0 {
		return text.Tower
	}
	return text.Encoder
}

// servingMemoryTable is what one device holds, term by term.
func servingMemoryTable(r *inferJSON, f *footnotes) render.Table {
	m := &r.Memory
	t := render.Table{Title: text.MemoryDevice, Columns: []render.Column{
		{Name: "term", Head: text.MemoryDevice},
		{Name: "bytes", Head: text.Size, Right: true, Coarse: true},
		{Name: "share", Head: text.Share, Right: true},
	}}
	row := func(label text.Text, b quantity.Bytes, notes ...int) {
		t.Rows = append(t.Rows, []render.Cell{{Value: label, Notes: notes}, {Value: b}, {Value: render.Percent(b / m.Device)}})
	}
	row(text.Weights, m.Weights)
	row(text.KVCache, m.KVCache)
	if m.KVPadding > 0 {
		row(text.KVPadding, m.KVPadding, f.at("padding")...)
	}
	if m.State > 0 {
		row(text.State, m.State)
	}
	row(text.ComputeBuffer, m.Compute)
	row(text.Overhead, m.Overhead, f.at("runtime")...)
	row(text.Total, m.Total)
	row(text.Budget, m.Budget)
	row(text.DeviceMemory, m.Device)
	if m.Host > 0 {
		row(text.OnHost, m.Host, f.at("offload")...)
	}
	if m.HostCache > 0 {
		row(text.CacheOnHost, m.HostCache, f.at("offload")...)
	}
	return t
}

// servingLimits is what would still fit.
func servingLimits(r *inferJSON) render.Table {
	context, batch, best := any(text.None), any(text.None), any(text.None)
	if r.MaxContext > 0 {
		context = text.MaxContextAt.With(r.MaxContext, r.Workload.Batch)
	}
	if r.MaxBatch > 0 {
		batch = text.MaxAt.With(r.MaxBatch, r.Workload.Context)
	}
	switch {
	case r.Best != "":
		best = r.Best
	case r.Elsewhere != nil:
		best = text.BestElsewhere.With(r.Workload.Runtime, r.Elsewhere.Weights, r.Elsewhere.Runtime)
	}
	rows := [][]render.Cell{
		fact(text.ModelWeights, exactly(r.Weights)),
	}
	if x := r.Front; x != nil {
		what := text.OfThem.With(frontText(x))
		if x.Beside {
			what = text.BesideThem.With(frontText(x))
		}
		rows = append(rows, fact(what, text.FrontOf.With(exactly(x.Bytes), x.Params)))
	}
	rows = append(rows,
		fact(text.PerToken, grouped(int64(r.PerToken))+" B"),
		fact(text.PerSequence, exactly(r.PerSeq)),
	)
	if r.State > 0 {
		rows = append(rows, fact(text.StateSequence, exactly(r.State)))
	}
	if n := quantity.Bytes(r.Workload.Batch); n > 1 && !r.Workload.SharedContext {
		all := text.CacheOnly.With(exactly(n * r.PerSeq))
		if r.State > 0 {
			all = text.CacheAndState.With(exactly(n*r.PerSeq), exactly(n*r.State))
		}
		rows = append(rows, fact(text.AllSequences.With(r.Workload.Batch), all))
	}
	rows = append(rows, fact(text.MaxContext, context), fact(text.MaxSequences, batch), fact(text.Best, best))
	return render.Table{Title: text.Limits, Columns: factColumns(), Rows: rows}
}

// exactly is a size that others publish to two digits: "10.41 GiB (10,663.2 MiB)".
func exactly(b quantity.Bytes) string {
	mib := float64(b) / (1 << 20)
	whole := math.Floor(mib + 0.005)
	text := grouped(int64(whole))
	if part := mib - whole; part >= 0.005 {
		text += strings.TrimRight(fmt.Sprintf("%.2f", part)[1:], "0")
	}
	return fmt.Sprintf("%.2f GiB (%s MiB)", float64(b)/(1<<30), text)
}

// grouped is a whole number with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// servingSpeed is how fast it answers.
func servingSpeed(r *inferJSON, f *footnotes) render.Table {
	p := &r.Throughput
	t := render.Table{Title: text.Speed, Columns: factColumns()}
	add := func(row []render.Cell) { t.Rows = append(t.Rows, row) }
	add(fact(text.TTFT, render.Range{Mid: p.FirstToken, Low: p.FirstTokenLow, High: p.FirstTokenHigh}, f.at("speed")...))
	if x := r.Front; x != nil && x.Time > 0 {
		add(fact(text.OfThem.With(frontText(x)), x.Time))
	}
	add(fact(text.Prefill, rateText(p.Prefill, p.PrefillLow, p.PrefillHigh)))
	add(fact(text.DecodeUser, perSecond(p.PerUser)))
	add(fact(text.DecodeAll, rateText(p.Decode, p.Low, p.High), f.at("speed")...))
	bound := any(text.ComputeNever)
	if p.ComputeBound > 0 {
		bound = p.ComputeBound
	}
	add(fact(text.ComputeBound, bound))
	add(fact(text.MaxLoad, text.MaxLoadAt.With(rateText(p.Load, p.LoadLow, p.LoadHigh), p.LoadBatch)))
	if p.PerMillion > 0 {
		add(fact(text.PerMillion, text.AnsweredAt.With(p.PerMillion, p.PerMillionBatch, r.Workload.Batch), f.at("price")...))
	}
	if p.Energy > 0 {
		add(fact(text.EnergyMillion, text.AnsweredAt.With(p.Energy, p.EnergyBatch, r.Workload.Batch), f.at("energy")...))
	}
	return t
}

// servingOptionsTable is what would make it fit.
func servingOptionsTable(options []serve.Option, f *footnotes) render.Table {
	t := render.Table{Title: text.WouldFit, Columns: []render.Column{
		{Name: "change", Head: text.Change, Wrap: true},
		{Name: "flags", Head: text.FlagsHead, Wrap: true},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true, Drop: 1},
		{Name: "host_bytes", Head: text.HostHead, Right: true, Drop: 2},
		{Name: "tokens_per_second", Head: text.TokensHead, Right: true},
		{Name: "band", Head: text.Band, Right: true, Drop: 4},
		{Name: "usd_per_million", Head: text.AtFullLoad.With(text.PerMillion), Right: true, Drop: 3},
	}}
	for _, o := range options {
		row := []render.Cell{{Value: text.OfOption(o.Label)}, {Value: text.Spelled(o.Settings)}, {Value: o.Device}, {}, {Value: perSecond(o.Decode)}, {Value: bandText(o.Low, o.High)}, {}}
		if o.Host > 0 {
			row[3].Value = o.Host
		}
		if o.PerMillion > 0 {
			row[6].Value = o.PerMillion
			if o.Code != serve.OtherDevice {
				row[6].Notes = f.at("price")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(options) == 0 {
		t.Rows = append(t.Rows, []render.Cell{{Value: text.NothingFits}, {}, {}, {}, {}, {}, {}})
	}
	withoutEmpty(&t)
	return t
}

// withoutEmpty leaves out the columns in which no row has anything.
func withoutEmpty(t *render.Table) {
	for i := len(t.Columns) - 1; i >= 0; i-- {
		if slices.ContainsFunc(t.Rows, func(row []render.Cell) bool { return row[i].Value != nil }) {
			continue
		}
		t.Columns = slices.Delete(t.Columns, i, i+1)
		for j := range t.Rows {
			t.Rows[j] = slices.Delete(t.Rows[j], i, i+1)
		}
	}
}
