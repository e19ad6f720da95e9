// Package report turns answers into documents: tables, charts and footnotes, and
// the records that JSON and CSV print.
package report

import (
	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/hardware"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/posttrain"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/train"
)

// SizeJSON is the size of a model, and its field.
type SizeJSON struct {
	Params quantity.Params `json:"params"`
	Active quantity.Params `json:"active_params"`
	Tier   sizing.Tier     `json:"tier"`
	TierZH string          `json:"tier_zh"`
	Beyond bool            `json:"beyond_report"`
	Field  model.Field     `json:"field"`
}

// ModelJSON is a model in an answer.
type ModelJSON struct {
	Input string `json:"input"`
	Name  string `json:"name"`
	SizeJSON
	// Inferred says that only the count is known.
	Inferred bool   `json:"inferred"`
	Unit     string `json:"unit"`
	Source   string `json:"source,omitempty"`
}

func NewModelJSON(m *cli.ModelArg, b sizing.Bounds) ModelJSON {
	p := m.Model.Params()
	tier, beyond := b.Classify(p)
	unit := m.Model.Unit
	if unit == "" {
		unit = model.TokenUnit
	}
	field := m.Model.Field
	if m.Model.Inferred {
		field = "" // a count says nothing of it
	}
	return ModelJSON{
		Input: m.Input, Name: m.Model.Name, SizeJSON: SizeJSON{p, m.Model.ActiveParams(), tier, text.OfTier(tier).ZH, beyond, field},
		Inferred: m.Model.Inferred, Unit: unit, Source: m.Model.Source,
	}
}

// HardwareJSON is a cluster in an answer.
type HardwareJSON struct {
	Input          string             `json:"input"`
	Device         string             `json:"device"`
	Name           string             `json:"name"`
	Devices        int                `json:"devices"`
	DevicesPerNode int                `json:"devices_per_node,omitempty"`
	Slice          string             `json:"slice,omitempty"`
	Slices         int                `json:"slices,omitempty"`
	ScaleOut       quantity.Bandwidth `json:"scale_out_bytes_per_second,omitempty"`
	Memory         quantity.Bytes     `json:"device_bytes"`
	Peak           quantity.FLOPRate  `json:"peak_flops_per_second,omitempty"`
}

func NewHardwareJSON(input string, c *hardware.Cluster, p train.Precision) HardwareJSON {
	h := HardwareJSON{
		Input: input, Device: c.Device.ID, Name: c.Device.Name, Devices: c.Count, DevicesPerNode: c.DevicesPerNode,
		Slices: c.Slices, ScaleOut: c.ScaleOut, Memory: c.Device.Memory, Peak: c.Device.Rates[p.Compute()].Peak,
	}
	if !c.Slice.IsZero() {
		h.Slice = c.Slice.String()
	}
	return h
}

// workloadJSON is the workload in an answer.
type workloadJSON struct {
	Tokens    quantity.Tokens `json:"tokens"`
	Seq       int64           `json:"seq"`
	Precision train.Precision `json:"precision"`
	Optimizer train.Optimizer `json:"optimizer"`
	Stack     string          `json:"stack"`
	// StackAssumed says that the request names no stack, StackAlias the named
	// software that the stack represents.
	StackAssumed bool         `json:"stack_assumed,omitempty"`
	StackAlias   string       `json:"stack_alias,omitempty"`
	Method       train.Method `json:"method"`
	// Trained is the number of trained parameters, Adapter their matrices if
	// the other weights are frozen.
	Trained quantity.Params `json:"trained_params"`
	Adapter *adapterJSON    `json:"adapter,omitempty"`
	// States are the formats that differ from the stack's defaults, Loss the
	// cross-entropy, Capacity and Imbalance those of the routing.
	States    train.States `json:"state_types,omitzero"`
	Loss      train.Loss   `json:"loss,omitempty"`
	Capacity  float64      `json:"moe_capacity,omitempty"`
	Imbalance float64      `json:"moe_imbalance,omitempty"`
}

// adapterJSON is a LoRA.
type adapterJSON struct {
	Rank    int64    `json:"rank"`
	Targets []string `json:"targets"`
	DoRA    bool     `json:"dora,omitempty"`
}

func newWorkloadJSON(a *sizing.Answer) workloadJSON {
	w := &a.Workload
	j := workloadJSON{
		Tokens: w.Tokens, Seq: w.Seq, Precision: w.Precision, Optimizer: w.Optimizer, Stack: a.Stack().Name,
		Method: w.Method, Trained: a.TrainedParams(), States: w.States,
		Loss: w.Loss, Capacity: w.Routing.Capacity, Imbalance: w.Routing.Imbalance,
	}
	j.StackAssumed = a.StackAssumed
	if alias := a.Stack().Alias; alias != nil {
		j.StackAlias = alias.Name
	}
	if w.Method.Adapts() {
		j.Adapter = &adapterJSON{w.Adapter.Rank, w.Adapter.Targets, w.Adapter.Magnitudes}
	}
	return j
}

// ResultJSON is the answer for one model on one cluster.
type ResultJSON struct {
	Model    ModelJSON    `json:"model"`
	Hardware HardwareJSON `json:"hardware"`
	Workload workloadJSON `json:"workload"`
	train.Estimate
	// Goodput is the expected run.
	Goodput *run.Goodput `json:"goodput,omitempty"`
	// Published are the published runs of this request.
	Published []publishedRun `json:"published,omitempty"`
	// Convention is that of the MFU given and of the one shown, as in Time.
	Convention train.Convention `json:"mfu_convention"`
	// Data is the packed examples of a fine-tuning run.
	Data *run.ExamplesCost `json:"data,omitempty"`
	// Environment is where the time of reinforcement learning goes.
	Environment *run.EnvironmentCost `json:"environment,omitempty"`
	// Distill is what a teacher costs.
	Distill *sizing.DistillCost `json:"distillation,omitempty"`
	// PostTrain is a step of post-training by model and phase.
	PostTrain *posttrain.Answer `json:"post_training,omitempty"`
	// Sweep is the cost of the trials of a search.
	Sweep *run.SweepCost `json:"sweep,omitempty"`
	// Advice is the changes that make a plan fit that does not.
	Advice []train.Advice `json:"advice,omitempty"`
	// Stages is the memory of every pipeline stage; Estimate has the most
	// loaded.
	Stages []train.Memory `json:"memory_stages,omitempty"`
	// Timeline is the memory of the most loaded stage by phase of a step.
	Timeline []phaseJSON       `json:"memory_timeline,omitempty"`
	Notes    []NoteJSON        `json:"notes"`
	Explain  []note.Derivation `json:"explain,omitempty"`
}

func NewResult(m *cli.ModelArg, t cli.Target, a *sizing.Answer, o *cli.TrainingOptions, l text.Lang) ResultJSON {
	w := a.Workload
	r := ResultJSON{
		Model:    NewModelJSON(m, o.Bounds),
		Hardware: NewHardwareJSON(t.Input, allDevices(a), w.Precision),
		Workload: newWorkloadJSON(a),
		Estimate: a.Estimate, Convention: w.Convention, Advice: a.Advice,
		Notes: NotesIn(a.Notes, l),
	}
	SpellAdvice(r.Advice)
	r.Goodput = runOf(a.Prepared, &a.Goodput)
	if a.Data.Count > 0 {
		r.Data = &a.Data
	}
	if a.Environment.Frames > 0 { // the run is as long as it was asked for
		r.Environment, r.Workload.Tokens = &a.Environment, quantity.Tokens(a.Environment.Frames)
	}
	if a.Distill.Teacher != "" {
		r.Distill = &a.Distill
	}
	r.PostTrain = a.PostTrain
	if a.Sweep.Trials > 0 {
		r.Sweep = &a.Sweep
	}
	r.Published = publishedRuns(m, &r)
	if plan := &a.Estimate.Plan; plan.PP > 1 {
		for stage := range plan.PP {
			r.Stages = append(r.Stages, a.StageMemory(plan, stage))
		}
	}
	r.Timeline = timeline(a, a.Estimate.Memory.Stage)
	if o.Explain {
		r.Explain = DerivationsIn(a.Explain(), l)
	}
	return r
}

// SpellAdvice spells what each advice changes as flags.
func SpellAdvice(list []train.Advice) {
	for i := range list {
		list[i].Change = text.Spelled(list[i].Settings)
	}
}

// runOf is the expected run for JSON: nil for one step and for a run that never
// ends.
func runOf(p *train.Prepared, g *run.Goodput) *run.Goodput {
	if p.Workload.Tokens == 0 || g.Share == 0 {
		return nil
	}
	return g
}

// NoteJSON is a note in words.
type NoteJSON struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Source string `json:"source,omitempty"`
}

// NotesIn are the notes in the language of the answer.
func NotesIn(notes []note.Note, l text.Lang) []NoteJSON {
	list := make([]NoteJSON, len(notes))
	for i, n := range notes {
		list[i] = NoteJSON{n.Code, text.OfNote(n).In(l), n.Source}
	}
	return list
}
