package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// RateText is "1,234 (1,100–1,400)".
func RateText(mid, low, high float64) text.Text {
	return text.Same(fmt.Sprintf("%s (%s–%s)", PerSecond(mid), PerSecond(low), PerSecond(high)))
}

// BandText is "1,100–1,400".
func BandText(low, high float64) text.Text {
	return text.Same(fmt.Sprintf("%s–%s", PerSecond(low), PerSecond(high)))
}

// PerSecond prints three digits of a rate.
func PerSecond(v float64) string { return render.Rate(v).String() }

// ServingJSON is the serving workload in an answer.
type ServingJSON struct {
	Context       int64         `json:"context"`
	Batch         int64         `json:"batch"`
	Prompt        int64         `json:"prompt,omitempty"`
	Answer        int64         `json:"answer,omitempty"`
	SharedContext bool          `json:"shared_context,omitempty"`
	Weights       string        `json:"weights"`
	KV            string        `json:"kv"`
	Runtime       string        `json:"runtime"`
	Release       string        `json:"release,omitempty"`
	Layout        serve.Layout  `json:"layout"`
	Offload       serve.Offload `json:"offload"`
}

// InferJSON is the answer for one model, machine and storage.
type InferJSON struct {
	Model    ModelJSON      `json:"model"`
	Hardware HardwareJSON   `json:"hardware"`
	Workload ServingJSON    `json:"workload"`
	Memory   serve.Memory   `json:"memory"`
	Weights  quantity.Bytes `json:"model_weights_bytes"`
	PerToken quantity.Bytes `json:"kv_bytes_per_token"`
	PerSeq   quantity.Bytes `json:"kv_bytes_per_sequence"`
	State    quantity.Bytes `json:"state_bytes_per_sequence"`
	// CacheTokens is the tokens that the cache of a replica fits.
	CacheTokens  int64            `json:"kv_tokens"`
	CacheLow     int64            `json:"kv_tokens_low"`
	CacheHigh    int64            `json:"kv_tokens_high"`
	MaxContext   int64            `json:"max_context"`
	MaxBatch     int64            `json:"max_sequences"`
	Best         string           `json:"best_weights"`
	OtherRuntime *serve.Choice    `json:"best_elsewhere,omitempty"`
	Throughput   serve.Throughput `json:"throughput"`
	// Front is the part of the model before the decoder.
	Front *serve.Front `json:"front,omitempty"`
	// Service is the fewest devices that deliver the level that is asked for.
	Service *serve.Service    `json:"service,omitempty"`
	Options []optionJSON      `json:"options,omitempty"`
	Notes   []NoteJSON        `json:"notes"`
	Explain []note.Derivation `json:"explain,omitempty"`
}

// NewInferJSON is the answer about serving a model on a device, in a language.
func NewInferJSON(m *cli.ModelArg, t cli.Target, a *serve.Answer, notes []note.Note, o *cli.ServingOptions, l text.Lang) InferJSON {
	s := &a.Request
	r := InferJSON{
		Model:    NewModelJSON(m, o.Bounds),
		Hardware: NewHardwareJSON(t.Input, &s.Cluster, train.BF16),
		Workload: ServingJSON{s.Context, s.Batch, a.PromptTokens(), a.OutputTokens(), s.SharedContext, s.Quant.Name, s.KV.Name, s.Runtime.Name, releaseOf(s.Runtime), s.Layout, s.Offload},
		Memory:   a.Memory, Weights: a.WeightBytes(), PerToken: a.PerToken, PerSeq: a.PerSeq, State: a.StateBytes(),
		CacheTokens: a.CacheTokens, CacheLow: a.CacheLow, CacheHigh: a.CacheHigh,
		MaxContext: a.MaxContext, MaxBatch: a.MaxBatch, Best: a.Best, OtherRuntime: a.BestOtherRuntime, Throughput: a.Throughput, Front: a.Front, Service: a.Service, Options: optionsIn(a.Options, l),
		Notes: NotesIn(notes, l),
	}
	if o.Explain {
		r.Explain = DerivationsIn(a.Explain(), l)
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

// InferDocument lays an answer out.
func InferDocument(o *cli.InferOptions, m *cli.ModelArg, t cli.Target, a *serve.Answer, notes []note.Note) *render.Document {
	r := NewInferJSON(m, t, a, notes, &o.ServingOptions, o.Lang)
	f := NewFootnotes(notes)
	title := text.On.With(r.Model.Called(), r.Hardware.Devices, r.Hardware.Name, servingFits(r.Memory.Verdict))
	if r.Memory.Fits {
		title = text.Join.With(title, text.Serves.With(PerSecond(r.Throughput.Decode)))
	}
	d := &render.Document{
		Title: title, Verdict: servingVerdict(r.Memory.Verdict),
		Tables: []render.Table{
			servingFacts(&r, a, f),
			servingMemoryTable(&r, f),
			servingLimits(&r),
		},
		JSON: struct {
			Head
			InferJSON
		}{NewHead("infer"), r},
		Records: []InferJSON{r},
	}
	if o.App.Output == render.HTML {
		d.Figure = inferFigure(&r, o.Lang)
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
	addService(d, o, &r, f)
	if o.Explain {
		d.Tables = append(d.Tables, ExplainTables(r.Explain, f)...)
	}
	f.Finish(d)
	return d
}

// servingOf is the workload of a table's figures.
func servingOf(r *InferJSON) text.Text {
	return text.ServingOf.With(r.Workload.Context, r.Workload.Batch, r.Workload.Weights, r.Workload.KV)
}

func servingFacts(r *InferJSON, a *serve.Answer, f *Footnotes) render.Table {
	model := ModelText(&r.Model)
	w := &r.Workload
	work := text.PromptAnswer.With(w.Context, w.Prompt, w.Answer, w.Batch)
	if w.SharedContext {
		work = text.SharedContext.With(w.Context, w.Batch, w.Prompt, w.Answer)
	}
	rows := [][]render.Cell{
		Fact(text.Model, model, f.At("inferred-shape", "scope", "file")...),
		Fact(text.Hardware, text.HardwareFact.With(r.Hardware.Devices, r.Hardware.Name, r.Hardware.Memory), f.At("unified")...),
		Fact(text.Workload, work, f.At("context", "batch")...),
	}
	if x := r.Front; x != nil && x.Tokens > 0 {
		rows = append(rows, Fact(text.Images, text.ImagesOf.With(x.Images, x.Tokens), f.At("images")...))
	}
	return render.Table{Columns: FactColumns(), Rows: append(rows,
		Fact(text.Types, text.TypesFact.With(w.Weights, w.KV), f.At("weights", "kv")...),
		Fact(text.Runtime, text.Join.With(a.Runtime.Title, w.Layout.String()), f.At("runtime", "scale-out")...),
	)}
}

// frontText is the part before the decoder: "image tower".
func frontText(x *serve.Front) text.Text {
	if x.Tokens > 0 {
		return text.Tower
	}
	return text.Encoder
}

// servingMemoryTable is the memory of one device, term by term.
func servingMemoryTable(r *InferJSON, f *Footnotes) render.Table {
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
		row(text.KVPadding, m.KVPadding, f.At("padding")...)
	}
	if m.State > 0 {
		row(text.State, m.State)
	}
	row(text.ComputeBuffer, m.Compute)
	row(text.Overhead, m.Overhead, f.At("runtime")...)
	row(text.Total, m.Total, f.At("fits")...)
	if m.Low < m.Total || m.High > m.Total {
		t.Rows = append(t.Rows, []render.Cell{{Value: text.MemoryBand}, {Value: text.Same(fmt.Sprintf("%.2f–%.2f", m.Low/(1<<30), m.High/(1<<30)))}, {}})
	}
	row(text.Budget, m.Budget)
	row(text.DeviceMemory, m.Device)
	if m.Host > 0 {
		row(text.OnHost, m.Host, f.At("offload")...)
	}
	if m.HostCache > 0 {
		row(text.CacheOnHost, m.HostCache, f.At("offload")...)
	}
	return t
}

// servingLimits is the longest context and the largest batch that fit.
func servingLimits(r *InferJSON) render.Table {
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
	case r.OtherRuntime != nil:
		best = text.BestElsewhere.With(r.Workload.Runtime, r.OtherRuntime.Weights, r.OtherRuntime.Runtime)
	}
	rows := [][]render.Cell{
		Fact(text.ModelWeights, Exactly(r.Weights)),
	}
	if x := r.Front; x != nil {
		what := text.OfThem.With(frontText(x))
		if x.Uncounted {
			what = text.BesideThem.With(frontText(x))
		}
		rows = append(rows, Fact(what, text.FrontOf.With(Exactly(x.Bytes), x.Params)))
	}
	size := cacheSize(r.Model.Inferred)
	rows = append(rows,
		Fact(text.PerToken, perToken(r)),
		Fact(text.PerSequence, size(r.PerSeq)),
	)
	if r.State > 0 {
		rows = append(rows, Fact(text.StateSequence, size(r.State)))
	}
	if n := quantity.Bytes(r.Workload.Batch); n > 1 && !r.Workload.SharedContext {
		all := text.CacheOnly.With(size(n * r.PerSeq))
		if r.State > 0 {
			all = text.CacheAndState.With(size(n*r.PerSeq), size(n*r.State))
		}
		rows = append(rows, Fact(text.AllSequences.With(r.Workload.Batch), all))
	}
	if r.CacheTokens > 0 {
		rows = append(rows, Fact(text.CacheTokens, text.Same(fmt.Sprintf("%s (%s–%s)", Grouped(r.CacheTokens), Grouped(r.CacheLow), Grouped(r.CacheHigh)))))
	}
	rows = append(rows, Fact(text.MaxContext, context), Fact(text.MaxSequences, batch), Fact(text.Best, best))
	return render.Table{Title: text.Limits, Columns: FactColumns(), Rows: rows}
}

// cacheSize is how the size of a cache is printed: exactly, or as a guess where
// the model's layers are inferred from its count.
func cacheSize(inferred bool) func(quantity.Bytes) any {
	return func(b quantity.Bytes) any {
		if inferred {
			return text.About.With(b)
		}
		return Exactly(b)
	}
}

// perToken is the cache per token.
func perToken(r *InferJSON) any {
	if r.Model.Inferred {
		return text.About.With(r.PerToken)
	}
	return Grouped(int64(r.PerToken)) + " B"
}

// Exactly is a size that others publish to two digits: "10.41 GiB (10,663.2 MiB)".
func Exactly(b quantity.Bytes) string {
	mib := float64(b) / (1 << 20)
	whole := math.Floor(mib + 0.005)
	text := Grouped(int64(whole))
	if part := mib - whole; part >= 0.005 {
		text += strings.TrimRight(fmt.Sprintf("%.2f", part)[1:], "0")
	}
	return fmt.Sprintf("%.2f GiB (%s MiB)", float64(b)/(1<<30), text)
}

// Grouped is a whole number with commas between thousands.
func Grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// servingSpeed is the rates.
func servingSpeed(r *InferJSON, f *Footnotes) render.Table {
	p := &r.Throughput
	t := render.Table{Title: text.Speed, Columns: FactColumns()}
	add := func(row []render.Cell) { t.Rows = append(t.Rows, row) }
	add(Fact(text.TTFT, render.Range{Mid: p.FirstToken, Low: p.FirstTokenLow, High: p.FirstTokenHigh}, f.At("speed")...))
	if x := r.Front; x != nil && x.Time > 0 {
		add(Fact(text.OfThem.With(frontText(x)), x.Time))
	}
	add(Fact(text.Prefill, RateText(p.Prefill, p.PrefillLow, p.PrefillHigh)))
	add(Fact(text.DecodeUser, PerSecond(p.PerUser)))
	add(Fact(text.DecodeAll, RateText(p.Decode, p.Low, p.High), f.At("speed")...))
	bound := any(text.ComputeNever)
	if p.ComputeBound > 0 {
		bound = p.ComputeBound
	}
	add(Fact(text.ComputeBound, bound))
	add(Fact(text.MaxLoad, text.MaxLoadAt.With(RateText(p.Load, p.LoadLow, p.LoadHigh), p.LoadBatch)))
	if p.PerMillion > 0 {
		add(Fact(text.PerMillion, text.AnsweredAt.With(p.PerMillion, p.PerMillionBatch, r.Workload.Batch), f.At("price")...))
	}
	if p.Energy > 0 {
		add(Fact(text.EnergyMillion, text.AnsweredAt.With(p.Energy, p.EnergyBatch, r.Workload.Batch), f.At("energy")...))
	}
	return t
}

// servingOptionsTable is the options that would fit.
func servingOptionsTable(options []serve.Option, f *Footnotes) render.Table {
	t := render.Table{Title: text.WouldFit, Columns: []render.Column{
		{Name: "change", Head: text.Change, Wrap: true},
		{Name: "flags", Head: text.FlagsHead, Wrap: true},
		{Name: "memory_bytes", Head: text.MemoryDevice, Right: true, Drop: 2},
		{Name: "host_bytes", Head: text.HostHead, Right: true, Drop: 3},
		{Name: "tokens_per_second", Head: text.TokensHead, Right: true},
		{Name: "band", Head: text.Band, Right: true, Drop: 1},
		{Name: "usd_per_million", Head: text.AtFullLoad.With(text.PerMillion), Right: true, Drop: 4},
	}}
	for _, o := range options {
		row := []render.Cell{{Value: text.OfOption(o.Label)}, {Value: text.Spelled(o.Settings)}, {Value: o.Device}, {}, {Value: PerSecond(o.Decode)}, {Value: BandText(o.Low, o.High)}, {}}
		if o.Host > 0 {
			row[3].Value = o.Host
		}
		if o.PerMillion > 0 {
			row[6].Value = o.PerMillion
			if o.Code != serve.OtherDevice {
				row[6].Notes = f.At("price")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(options) == 0 {
		t.Rows = append(t.Rows, []render.Cell{{Value: text.NothingFits}, {}, {}, {}, {}, {}, {}})
	}
	WithoutEmpty(&t)
	return t
}

// WithoutEmpty leaves out the columns in which no row has anything.
func WithoutEmpty(t *render.Table) {
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
