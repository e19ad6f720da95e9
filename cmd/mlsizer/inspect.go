package main

import (
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/model"
	"mlsizer/sizing/modelfile"
	"mlsizer/sizing/quantity"
)

// inspectOptions are the arguments of the inspect command.
type inspectOptions struct {
	*cli.App
	path   string
	bounds sizing.Bounds
}

func newInspectCmd(a *cli.App) *cobra.Command {
	o := &inspectOptions{App: a, bounds: sizing.DefaultBounds}
	cmd := &cobra.Command{
		Use: "inspect PATH|hf:ORG/NAME",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.UsageError(text.OnePath.Error(len(args)), "")
			}
			o.path = args[0]
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return inspectRun(cmd, o) },
	}
	cli.AddBounds(cmd.Flags(), &o.bounds)
	return cmd
}

// inspectJSON is what a model file holds.
type inspectJSON struct {
	report.Head
	Path          string                     `json:"path"`
	Format        string                     `json:"format"`
	Kind          modelfile.Kind             `json:"kind"`
	Adapter       *adapterJSON               `json:"adapter,omitempty"`
	Class         string                     `json:"class,omitempty"`
	Parts         []partJSON                 `json:"parts,omitempty"`
	Params        quantity.Params            `json:"params"`
	Active        quantity.Params            `json:"active_params,omitempty"`
	ParamsByDType map[string]quantity.Params `json:"params_by_dtype"`
	Components    map[string]quantity.Params `json:"params_by_component"`
	Bytes         quantity.Bytes             `json:"bytes"`
	Tensors       int                        `json:"tensors"`
	Files         int                        `json:"files"`
	Architecture  *architectureJSON          `json:"architecture"`
	Tier          *sizing.Tier               `json:"tier"` // null of files without a tensor
	TierZH        string                     `json:"tier_zh"`
	Beyond        bool                       `json:"beyond_report"`
	Field         model.Field                `json:"field,omitempty"`
	// Scope says what Params counts when that is not the whole model.
	Scope    string   `json:"scope,omitempty"`
	Warnings []string `json:"warnings"`
}

// adapterJSON is what an adapter says of itself.
type adapterJSON struct {
	Method  string   `json:"method"`
	Base    string   `json:"base_model,omitempty"`
	Rank    int64    `json:"rank,omitempty"`
	Targets []string `json:"target_modules,omitempty"`
}

// partJSON is a part of a pipeline; Params is null where it is not counted.
type partJSON struct {
	Name    string           `json:"name"`
	Class   string           `json:"class"`
	Params  *quantity.Params `json:"params"`
	Bytes   quantity.Bytes   `json:"bytes"`
	Tensors int              `json:"tensors"`
}

// kindJSON is what the file is, where it is no plain model.
func kindJSON(j *inspectJSON, f *modelfile.File) {
	j.Kind, j.Class = f.Kind, f.Class
	if a := f.Adapter; a != nil {
		j.Adapter = &adapterJSON{a.Method, a.Base, a.Rank, a.Targets}
	}
	for _, p := range f.Parts {
		part := partJSON{Name: p.Name, Class: p.Part.Class, Bytes: p.Bytes, Tensors: p.Tensors}
		if p.Params > 0 {
			part.Params = &p.Params
		}
		j.Parts = append(j.Parts, part)
	}
}

// kindRows are the rows of what the file is.
func kindRows(add func(text.Text, any), j *inspectJSON) {
	if j.Kind != modelfile.KindModel {
		add(text.FileKind, text.OfFileKind(j.Kind))
	}
	if j.Class != "" {
		add(text.Class, j.Class)
	}
	a := j.Adapter
	if a == nil {
		return
	}
	add(text.Method, a.Method)
	if a.Base != "" {
		add(text.BaseModel, a.Base)
	}
	if a.Rank > 0 {
		add(text.Rank, a.Rank)
	}
	if len(a.Targets) > 0 {
		add(text.Targets, strings.Join(a.Targets, ", "))
	}
}

// partsTable lists the parts of a pipeline.
func partsTable(parts []partJSON) render.Table {
	t := render.Table{Columns: []render.Column{
		{Name: "part", Head: text.PartOfFile},
		{Name: "class", Head: text.Class},
		{Name: "params", Head: text.Params, Right: true},
		{Name: "bytes", Head: text.Size, Right: true, Own: true},
		{Name: "tensors", Head: text.Tensors, Right: true},
	}}
	for _, p := range parts {
		count := any(text.UnknownCount)
		if p.Params != nil {
			count = p.Params.Exact()
		}
		t.Rows = append(t.Rows, []render.Cell{{Value: p.Name}, {Value: p.Class}, {Value: count}, {Value: p.Bytes}, {Value: p.Tensors}})
	}
	return t
}

// architectureJSON is what the config says, in its own words.
type architectureJSON struct {
	Name   string          `json:"name,omitempty"`
	Type   string          `json:"model_type,omitempty"`
	DType  string          `json:"dtype,omitempty"`
	Params quantity.Params `json:"params"`
	Layers int             `json:"layers"`
	Keys   []keyJSON       `json:"keys,omitempty"`
}

// keyJSON is a key of the config; Default marks one that the file leaves out.
type keyJSON struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

func newInspectJSON(f *modelfile.File, b sizing.Bounds, l text.Lang) inspectJSON {
	j := inspectJSON{
		Head: report.NewHead("inspect"), Path: f.Path, Format: f.Format,
		Params: f.Params, ParamsByDType: map[string]quantity.Params{}, Components: componentMap(f.Components),
		Bytes: f.Bytes, Tensors: f.Tensors, Files: f.Files,
		Warnings: []string{},
	}
	kindJSON(&j, f)
	if f.Params > 0 && (f.Kind == modelfile.KindModel || f.Kind == modelfile.KindPipeline) {
		tier, beyond := b.Classify(f.Params)
		j.Tier, j.TierZH, j.Beyond = &tier, text.OfTier(tier).ZH, beyond
	}
	for _, w := range f.Warnings {
		j.Warnings = append(j.Warnings, text.OfNote(w).In(l))
	}
	for _, d := range f.ParamsByDType {
		j.ParamsByDType[d.DType] = d.Params
	}
	if f.Model == nil {
		return j
	}
	j.Field = f.Model.Field
	if active := f.Model.ActiveParams(); active <= f.Params { // else the files hold another model
		j.Active = active
	}
	if f.Params == f.ArchitectureParams {
		j.Scope = f.Model.Scope
	}
	j.Architecture = &architectureJSON{Name: f.Model.Family, Params: f.ArchitectureParams, Layers: f.Model.Layers()}
	if c := f.Config; c != nil {
		j.Architecture.Type, j.Architecture.DType = c.ModelType, c.DType
		if c.Architecture != "" {
			j.Architecture.Name = c.Architecture
		}
		for _, k := range c.Keys {
			j.Architecture.Keys = append(j.Architecture.Keys, keyJSON{k.Name, k.Value, k.Default})
		}
	}
	return j
}

func inspectRun(cmd *cobra.Command, o *inspectOptions) error {
	f, err := o.Open(cmd.Context(), o.path)
	if err != nil {
		return o.noFile(err)
	}
	j := newInspectJSON(f, o.bounds, o.Lang)
	return o.Print(inspectDocument(f, &j))
}

// noFile adds to the error of a path that there is not the command for what was
// meant, where it is a model of the catalogue or a count.
func (o *inspectOptions) noFile(err error) error {
	if cli.IsPath(o.path) {
		return err
	}
	if e, notFound := o.Models().Find(o.path); notFound == nil {
		return cli.ReadError(err, "mlsizer models show "+e.Name)
	}
	if _, noCount := quantity.ParseParams(o.path); noCount == nil {
		return cli.ReadError(err, "mlsizer classify "+o.path)
	}
	return err
}

func inspectDocument(f *modelfile.File, j *inspectJSON) *render.Document {
	facts := render.Table{Columns: report.FactColumns()}
	add := func(label text.Text, value any) { facts.Rows = append(facts.Rows, report.Fact(label, value)) }
	add(text.Format, j.Format)
	kindRows(add, j)
	if j.Tier != nil {
		add(text.Tier, cli.TierText(*j.Tier, j.Beyond))
	}
	if j.Field != "" {
		add(text.Field, report.FieldText(j.Field))
	}
	if j.Params > 0 || len(j.Parts) == 0 && (j.Adapter == nil || j.Tensors > 0) {
		add(text.Params, j.Params.Exact())
	}
	if j.Scope != "" {
		add(text.Scope, report.ScopeText(j.Scope))
	}
	a := j.Architecture
	if j.Active > 0 && j.Active != a.Params {
		add(text.Active, j.Active.Exact())
	}
	if f.Format != modelfile.FormatConfig {
		add(text.Stored, text.StoredIn.With(j.Bytes, j.Tensors, j.Files))
	}
	if a != nil {
		add(text.Architecture, strings.Join(nonEmpty(a.Name, a.Type, a.DType), ", "))
		if a.Params != j.Params {
			add(text.OfArchitecture, a.Params.Exact())
		}
		var keys []string
		for _, k := range a.Keys {
			keys = append(keys, k.Name+" "+k.Value)
		}
		if len(keys) > 0 {
			add(text.Config, strings.Join(keys, ", "))
		}
	}
	d := &render.Document{Title: text.Same(j.Path), Tables: []render.Table{facts}, JSON: j, Records: []any{j}}
	if len(f.ParamsByDType) > 0 {
		t := render.Table{Columns: []render.Column{
			{Name: "dtype", Head: text.Format},
			{Name: "params", Head: text.Params, Right: true},
			{Name: "bytes", Head: text.Size, Right: true, Own: true},
			{Name: "tensors", Head: text.Tensors, Right: true},
		}}
		for _, n := range f.ParamsByDType {
			t.Rows = append(t.Rows, []render.Cell{{Value: n.DType}, {Value: n.Params.Exact()}, {Value: n.Bytes}, {Value: n.Tensors}})
		}
		d.Tables = append(d.Tables, t)
	}
	if len(j.Parts) > 0 {
		d.Tables = append(d.Tables, partsTable(j.Parts))
	}
	if j.Params > 0 || j.Kind == modelfile.KindModel {
		d.Tables = append(d.Tables, report.ComponentTable(f.Components))
	}
	for _, w := range f.Warnings {
		d.Notes = append(d.Notes, render.Note{Text: text.OfNote(w)})
	}
	return d
}

func nonEmpty(list ...string) []string {
	var kept []string
	for _, s := range list {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return kept
}
