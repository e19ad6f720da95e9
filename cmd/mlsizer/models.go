package main

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// modelsOptions are the arguments of the models command.
type modelsOptions struct {
	*cli.App
	field    model.Field
	tier     sizing.Tier
	tierSet  bool
	sort     string
	bounds   sizing.Bounds
	showName string
}

func newModelsCmd(a *cli.App) *cobra.Command {
	o := &modelsOptions{App: a, bounds: sizing.DefaultBounds}
	list := func(cmd *cobra.Command, _ []string) error {
		o.tierSet = cmd.Flags().Changed("tier")
		return modelsRun(o)
	}
	cmd := &cobra.Command{
		Use:  "models [list|show NAME]",
		Args: a.NoSubcommand(func(name string) (string, []string) { return "mlsizer models show ", a.NearestModels(name) }),
		RunE: list,
	}
	flags := func(c *cobra.Command) *cobra.Command {
		fs := c.Flags()
		cli.AddValue(fs, &o.field, "field", "", "FIELD", "cv", model.ParseField).Among(cli.Fields)
		cli.AddValue(fs, &o.tier, "tier", "", "TIER", "large", text.ParseTier).Among(cli.Named(text.ParseTier))
		cli.AddValue(fs, &o.sort, "sort", "", "KEY", "size", parseSort).Among(sortKeys)
		cli.AddBounds(fs, &o.bounds)
		return c
	}
	cmd.AddCommand(
		flags(&cobra.Command{Use: "list", Args: noArguments, RunE: list}),
		&cobra.Command{
			Use: "show NAME",
			Args: func(_ *cobra.Command, args []string) error {
				if len(args) != 1 {
					return cli.UsageError(text.OneModelName.Error(len(args)), "mlsizer models show llama-3.1-70b")
				}
				o.showName = args[0]
				return nil
			},
			RunE: func(cmd *cobra.Command, _ []string) error { return modelShowRun(cmd, o) },
		},
	)
	return flags(cmd)
}

// noArguments rejects arguments.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return cli.UsageError(text.NoArgument.Error(args[0]), "")
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
	report.SizeJSON
	Year   int    `json:"year,omitempty"`
	Source string `json:"source"`
}

// listed reads the models that the filters leave.
func (o *modelsOptions) listed() ([]listedModel, error) {
	list := []listedModel{}
	for _, e := range o.Models().All() {
		if o.field != "" && e.Field != o.field {
			continue
		}
		m, err := e.Build()
		if err != nil {
			return nil, cli.ReadError(err, "")
		}
		j := report.NewModelJSON(&cli.ModelArg{Input: e.Name, Model: m}, o.bounds)
		if o.tierSet && j.Tier != o.tier {
			continue
		}
		list = append(list, listedModel{e.Name, e.Aliases, j.SizeJSON, e.Year, e.Source})
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
			{Value: m.Name}, tier, {Value: report.FieldText(m.Field)},
			{Value: m.Params}, {Value: m.Params.Exact()}, {Value: active}, {Value: year},
		})
	}
	return o.Print(&render.Document{
		Title:  text.ModelsTitle.With(len(list)),
		Tables: []render.Table{t},
		Notes:  notes,
		JSON: struct {
			report.Head
			Models []listedModel `json:"models"`
		}{report.NewHead("models"), list},
		Records: list,
	})
}

func newShownModel(m *cli.ModelArg, b sizing.Bounds) report.ShownModel {
	s := report.ShownModel{
		Head: report.NewHead("models"), ModelJSON: report.NewModelJSON(m, b),
		Context: m.Model.Context, Vocab: m.Model.Vocab, Hidden: m.Model.Hidden, Layers: m.Model.Layers(),
		Components: componentMap(m.Model.ByComponent()), Scope: m.Model.Scope, Environment: m.Model.Environment,
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

func newRunJSON(r catalog.Run) report.RunJSON {
	return report.RunJSON{Tokens: r.Tokens, Devices: r.Devices, Count: r.Count, DeviceHours: r.DeviceHours, Days: r.Days, Snapshot: r.SnapshotDays, BatchTokens: r.BatchTokens, Seq: r.SeqLen, FLOPs: r.FLOPs, Source: r.Source}
}

func newGroupJSON(g *model.Group) report.GroupJSON {
	j := report.GroupJSON{Name: g.Name, Layers: g.Repeat}
	for _, b := range g.Blocks {
		for _, w := range b.Weights() {
			j.Params += quantity.Params(w.Params() * int64(g.Repeat))
		}
		j.Blocks = append(j.Blocks, report.BlockJSON{Kind: b.Kind(), Dims: b})
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
	m, err := o.Resolve(cmd.Context(), o.showName)
	if err != nil {
		return err
	}
	s := newShownModel(m, o.bounds)
	return o.Print(report.ModelDocument(&s, m.Model.ByComponent()))
}
