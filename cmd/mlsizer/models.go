package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// modelsOptions are the arguments of the models command.
type modelsOptions struct {
	*app
	field    model.Field
	tier     sizing.Tier
	tierSet  bool
	sort     string
	bounds   sizing.Bounds
	showName string
}

func newModelsCmd(a *app) *cobra.Command {
	o := &modelsOptions{app: a, bounds: sizing.DefaultBounds}
	list := func(cmd *cobra.Command, _ []string) error {
		o.tierSet = cmd.Flags().Changed("tier")
		return modelsRun(o)
	}
	cmd := &cobra.Command{
		Use:  "models [list|show NAME]",
		Args: a.noSubcommand(func(name string) (string, []string) { return "mlsizer models show ", a.nearModels(name) }),
		RunE: list,
	}
	flags := func(c *cobra.Command) *cobra.Command {
		fs := c.Flags()
		addValue(fs, &o.field, "field", "", "FIELD", "cv", model.ParseField).among(fields)
		addValue(fs, &o.tier, "tier", "", "TIER", "large", text.ParseTier).among(named(text.ParseTier))
		addValue(fs, &o.sort, "sort", "", "KEY", "size", parseSort).among(sortKeys)
		addBounds(fs, &o.bounds)
		return c
	}
	cmd.AddCommand(
		flags(&cobra.Command{Use: "list", Args: noArguments, RunE: list}),
		&cobra.Command{
			Use: "show NAME",
			Args: func(_ *cobra.Command, args []string) error {
				if len(args) != 1 {
					return usageError(text.OneModelName.Error(len(args)), "mlsizer models show llama-3.1-70b")
				}
				o.showName = args[0]
				return nil
			},
			RunE: func(cmd *cobra.Command, _ []string) error { return modelShowRun(cmd, o) },
		},
	)
	return flags(cmd)
}

// noSubcommand refuses arguments of a command whose first word is a
// subcommand; show is the line that would show what was named, and the names
// that are most like it.
func (a *app) noSubcommand(show func(name string) (line string, near []string)) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		name, hint := args[0], cmd.CommandPath()
		var also text.Text
		line, near := show(name)
		switch subcommand := nearest(name, []string{"list", "show"}); {
		case subcommand != "":
			hint = a.commandReplacing(name, subcommand)
		case len(near) > 0:
			hint = line + shellWord(near[0])
			if near[0] != name {
				also = text.AlsoNearest.With(strings.Join(near, ", "))
			}
		}
		return usageError(text.UnknownSubcommand.Error(name, also), hint)
	}
}

// nearModels are the names most like one that may be meant as a model: itself
// if it is one.
func (a *app) nearModels(name string) []string {
	_, err := a.models().Find(name)
	var nf *catalog.NotFoundError
	if !errors.As(err, &nf) || looksLikeCount(name) || isPath(name) {
		return []string{name}
	}
	return nf.Near
}

// noArguments refuses arguments.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(text.NoArgument.Error(args[0]), "")
	}
	return nil
}

// sortKeys are the orders of the list of models.
func sortKeys() []string { return []string{"size", "name"} }

func parseSort(s string) (string, error) {
	if !slices.Contains(sortKeys(), s) {
		return "", text.UnknownOrder.Error(s, text.OneOf(sortKeys()))
	}
	return s, nil
}

// listedModel is a model in the list.
type listedModel struct {
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"`
	sizeJSON
	Year   int    `json:"year,omitempty"`
	Source string `json:"source"`
}

// listed reads the models that the filters leave.
func (o *modelsOptions) listed() ([]listedModel, error) {
	list := []listedModel{}
	for _, e := range o.models().All() {
		if o.field != "" && e.Field != o.field {
			continue
		}
		m, err := e.Build()
		if err != nil {
			return nil, readError(err, "")
		}
		j := newModelJSON(&modelArg{Input: e.Name, Model: m}, o.bounds)
		if o.tierSet && j.Tier != o.tier {
			continue
		}
		list = append(list, listedModel{e.Name, e.Aliases, j.sizeJSON, e.Year, e.Source})
	}
	switch o.sort {
	case "size":
		sizing.SortBySize(o.bounds, list, func(m listedModel) quantity.Params { return m.Params })
	case "name":
		slices.SortStableFunc(list, func(a, b listedModel) int { return cmp.Compare(a.Name, b.Name) })
	}
	return list, nil
}

func modelsRun(o *modelsOptions) error {
	list, err := o.listed()
	if err != nil {
		return err
	}
	t := render.Table{Columns: []render.Column{
		{Name: "name", Head: text.Model},
		{Name: "tier", Head: text.Tier},
		{Name: "field", Head: text.Field, Drop: 2},
		{Name: "params", Head: text.Params, Right: true},
		{Name: "params_exact", Head: text.Exact, Right: true, Drop: 1},
		{Name: "active_params", Head: text.Active, Right: true, Drop: 3},
		{Name: "year", Head: text.Year, Right: true, Drop: 4},
	}}
	var notes []render.Note
	for i := range list {
		m := &list[i]
		tier := render.Cell{Value: text.OfTier(m.Tier)}
		if m.Beyond {
			tier.Notes = []int{1}
			notes = []render.Note{{Text: text.BeyondNote.With(cut(o.bounds[3])), Source: text.ReportTiers}}
		}
		active, year := any(nil), any(nil)
		if m.Active != m.Params {
			active = m.Active
		}
		if m.Year > 0 {
			year = m.Year
		}
		t.Rows = append(t.Rows, []render.Cell{
			{Value: m.Name}, tier, {Value: fieldText(m.Field)},
			{Value: m.Params}, {Value: m.Params.Exact()}, {Value: active}, {Value: year},
		})
	}
	return o.print(&render.Document{
		Title:  text.ModelsTitle.With(len(list)),
		Tables: []render.Table{t},
		Notes:  notes,
		JSON: struct {
			Schema  string        `json:"schema"`
			Command string        `json:"command"`
			Models  []listedModel `json:"models"`
		}{schema, "models", list},
		Records: list,
	})
}

// groupJSON is a run of equal layers of a model.
type groupJSON struct {
	Name   string          `json:"name"`
	Layers int             `json:"layers"`
	Params quantity.Params `json:"params"`
	Blocks []blockJSON     `json:"blocks"`
}

// blockJSON is a part of a layer with its dimensions.
type blockJSON struct {
	Kind string      `json:"kind"`
	Dims model.Block `json:"dimensions"`
}

// runJSON is a published training run.
type runJSON struct {
	Tokens      quantity.Tokens `json:"tokens,omitempty"`
	Devices     string          `json:"devices,omitempty"`
	Count       int             `json:"count,omitempty"`
	DeviceHours float64         `json:"device_hours,omitempty"`
	Days        float64         `json:"days,omitempty"`
	Snapshot    float64         `json:"snapshot_days,omitempty"`
	BatchTokens int64           `json:"batch_tokens,omitempty"`
	Seq         int64           `json:"seq,omitempty"`
	FLOPs       quantity.FLOPs  `json:"flops,omitempty"`
	Source      string          `json:"source,omitempty"`
}

// shownModel is everything that is known of a model.
type shownModel struct {
	Schema     string `json:"schema"`
	Command    string `json:"command"`
	modelJSON  `json:"model"`
	Aliases    []string                   `json:"aliases,omitempty"`
	Year       int                        `json:"year,omitempty"`
	Context    int64                      `json:"context,omitempty"`
	Vocab      int64                      `json:"vocab,omitempty"`
	Hidden     int64                      `json:"hidden,omitempty"`
	Layers     int                        `json:"layers"`
	Published  quantity.Params            `json:"published_params,omitempty"`
	Components map[string]quantity.Params `json:"params_by_component"`
	Groups     []groupJSON                `json:"groups"`
	Runs       []runJSON                  `json:"runs,omitempty"`
	Scope      string                     `json:"scope,omitempty"`
	Note       string                     `json:"note,omitempty"`
}

func newShownModel(m *modelArg, b sizing.Bounds) shownModel {
	s := shownModel{
		Schema: schema, Command: "models", modelJSON: newModelJSON(m, b),
		Context: m.Model.Context, Vocab: m.Model.Vocab, Hidden: m.Model.Hidden, Layers: m.Model.Layers(),
		Components: componentMap(m.Model.ByComponent()), Scope: m.Model.Scope,
	}
	for i := range m.Model.Groups {
		s.Groups = append(s.Groups, newGroupJSON(&m.Model.Groups[i]))
	}
	if e := m.Entry; e != nil {
		s.Aliases, s.Year, s.Published, s.Note = e.Aliases, e.Year, e.Published, e.Note
		for _, r := range e.Runs {
			s.Runs = append(s.Runs, newRunJSON(r))
		}
	}
	return s
}

func newRunJSON(r catalog.Run) runJSON {
	return runJSON{r.Tokens, r.Devices, r.Count, r.DeviceHours, r.Days, r.SnapshotDays, r.BatchTokens, r.SeqLen, r.FLOPs, r.Source}
}

func newGroupJSON(g *model.Group) groupJSON {
	j := groupJSON{Name: g.Name, Layers: g.Repeat}
	for _, b := range g.Blocks {
		for _, w := range b.Weights() {
			j.Params += quantity.Params(w.Params() * int64(g.Repeat))
		}
		j.Blocks = append(j.Blocks, blockJSON{b.Kind(), b})
	}
	return j
}

func componentMap(c [model.NumComponents]quantity.Params) map[string]quantity.Params {
	m := map[string]quantity.Params{}
	for i, n := range c {
		if n > 0 {
			m[model.Component(i).String()] = n
		}
	}
	return m
}

func modelShowRun(cmd *cobra.Command, o *modelsOptions) error {
	m, err := o.resolve(cmd.Context(), o.showName)
	if err != nil {
		return err
	}
	s := newShownModel(m, o.bounds)
	return o.print(modelDocument(&s, m.Model.ByComponent()))
}
