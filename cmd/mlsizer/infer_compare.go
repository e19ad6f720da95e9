package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// addCompareServing adds compare's flags of serving.
func addCompareServing(cmd *cobra.Command, o *cli.CompareOptions) {
	fs := cmd.Flags()
	addServingChoices(fs, &o.Serving)
	cli.AddValue(fs, &o.Serving.Context, "context", "", "COUNT", "32k", cli.ParseTokenCount)
	cli.AddValue(fs, &o.Student, "student", "", "MODEL", "llama-3.2-1b", cli.AsTyped)
}

// inferCompareRow is the answer for one model, storage and machine.
type inferCompareRow struct {
	report.InferJSON
	// Of is the model that a pruned or distilled one is compared with.
	Of string `json:"variant_of,omitempty"`
	// Against is its decode rate over that of the first row of the table that
	// fits the same machine; 0 where it does not fit itself.
	Against float64 `json:"speed_against_first,omitempty"`
	// Encoding is the speed of a model that does not generate tokens.
	Encoding *serve.EncodingThroughput `json:"encoding,omitempty"`
	// Settings are the values, by flag, that tell the row from the others.
	Settings map[string]string `json:"settings,omitempty"`
	// First is what the row takes over what the first of its table that fits takes.
	First *servedRatios `json:"against_first,omitempty"`
	// Error says why there is no answer.
	Error    string `json:"error,omitempty"`
	notes    []note.Note
	of       *model.Model
	settings []cli.Setting
	given    func(flag string) any // the value of a flag that other rows vary
}

// value is what the row has of a flag that tells rows apart, nil where that is left
// open.
func (r *inferCompareRow) value(flag string) any {
	for _, s := range r.settings {
		if s.Flag == flag {
			return s.Value
		}
	}
	return r.given(flag)
}

// table is the model whose table the row stands in.
func (r *inferCompareRow) table() string {
	if r.Of != "" {
		return r.Of
	}
	return r.Model.Input
}

// at are the numbers of the row's own notes with these codes.
func (r *inferCompareRow) at(f *report.Footnotes, codes ...string) []int {
	var list []int
	for _, n := range r.notes {
		if slices.Contains(codes, n.Code) {
			list = append(list, f.Add(n.Code, render.Note{Text: text.OfNote(n), Source: n.Source}))
		}
	}
	return list
}

// inferCompareRun answers for every model of every part with its variants, on
// every machine and in every combination of the values of flags.
func inferCompareRun(parts []cli.Part) error {
	asked, err := casesOf(parts)
	if err != nil {
		return err
	}
	all, err := cli.Merged(parts)
	if err != nil {
		return err
	}
	view, err := viewOf(all, inferCompareColumns(all))
	if err != nil {
		return err
	}
	c := &inferComparison{CompareOptions: all}
	for i := range parts {
		if err := c.addPart(&parts[i], asked[i]); err != nil {
			return err
		}
	}
	c.gather()
	c.compareSpeeds()
	c.sort(view)
	if err := all.Print(c.document(view)); err != nil {
		return err
	}
	return all.Outcome(c.failed, c.fits, len(c.rows))
}

// addPart answers for the rows of one part.
func (c *inferComparison) addPart(o *cli.Part, cases []cli.Case) error {
	targets, err := o.Targets(o.On)
	if err != nil {
		return err
	}
	for _, name := range o.Models {
		variants, err := servingVariants(o.CompareOptions, o.Cmd, name)
		if err != nil {
			return err
		}
		for _, m := range variants {
			for _, t := range targets {
				for i := range cases {
					c.add(name, m, t, &cases[i])
				}
			}
		}
	}
	return nil
}

// gather puts the rows of a table one after another, in the order in which the
// tables come first: scenarios may have the same models.
func (c *inferComparison) gather() {
	first := map[string]int{}
	for i := range c.rows {
		if _, known := first[c.rows[i].table()]; !known {
			first[c.rows[i].table()] = i
		}
	}
	slices.SortStableFunc(c.rows, func(a, b inferCompareRow) int { return first[a.table()] - first[b.table()] })
}

// servingOf are the flags of serving of a case, with those that it shares with
// training.
func servingOf(c *cli.Case) (s *cli.ServingOptions, weights string) {
	s = &c.Serving
	s.On, s.Batch, s.Price, s.Bounds, s.Network = c.On, c.Batch, c.Price, c.Bounds, c.Network
	if len(s.Weights) > 0 {
		weights = s.Weights[0]
	}
	return s, weights
}

// servingVariants are a model, its pruned variants, and its student.
func servingVariants(o *cli.CompareOptions, cmd *cobra.Command, name string) ([]*cli.ModelArg, error) {
	m, err := o.Resolve(cmd.Context(), name)
	if err != nil {
		return nil, err
	}
	variants, err := m.Variants(o.Prune)
	if err != nil || o.Student == "" {
		return variants, err
	}
	student, err := o.Resolve(cmd.Context(), o.Student)
	if err != nil {
		return nil, cli.AboutFlag("student", err)
	}
	return append(variants, student), nil
}

// inferComparison collects rows.
type inferComparison struct {
	*cli.CompareOptions
	rows         []inferCompareRow
	notes        []note.Note
	fits, failed int
}

// add answers for one row.
func (c *inferComparison) add(name string, m *cli.ModelArg, t cli.Target, k *cli.Case) {
	row := inferCompareRow{of: m.Model, settings: k.Settings, given: k.Given}
	err := cli.RowError(k.Err)
	if err == nil {
		t, err = k.Priced(t)
	}
	switch {
	case err != nil:
	case m.Model.Encodes():
		err = c.addEncoder(&row, m, t, k)
	default:
		err = c.addDecoder(&row, m, t, k)
	}
	if err != nil {
		c.failed++
		s, weights := servingOf(k)
		row.Error = text.ErrorIn(rowError(k.Cmd, err), c.Lang)
		row.Model = report.NewModelJSON(m, s.Bounds)
		row.Hardware = servingHardware(t)
		row.Workload.Weights = weights
	} else if row.Memory.Fits {
		c.fits++
	}
	if m.Input != name {
		row.Of = name
	}
	row.Settings = report.SettingsOf(k.Settings)
	c.notes = append(c.notes, row.notes...)
	c.rows = append(c.rows, row)
}

// servingHardware is a machine in a row.
func servingHardware(t cli.Target) report.HardwareJSON {
	return report.HardwareJSON{Input: t.Input, Device: t.Device.ID, Name: t.Device.Name, Devices: max(t.Count, 1), Memory: t.Device.Memory}
}

// addDecoder fills in a row of a model that generates tokens.
func (c *inferComparison) addDecoder(row *inferCompareRow, m *cli.ModelArg, t cli.Target, k *cli.Case) error {
	s, weights := servingOf(k)
	a, notes, err := infer(s, m, t, weights)
	if err != nil {
		return err
	}
	row.InferJSON, row.notes = report.NewInferJSON(m, t, a, notes, s, c.Lang), notes
	return nil
}

// addEncoder fills in a row of a model that generates nothing.
func (c *inferComparison) addEncoder(row *inferCompareRow, m *cli.ModelArg, t cli.Target, k *cli.Case) error {
	s, weights := servingOf(k)
	a, notes, err := encoding(s, m, t, weights)
	if err != nil {
		return err
	}
	row.Model, row.Hardware = report.NewModelJSON(m, s.Bounds), servingHardware(t)
	row.Workload = report.ServingJSON{Context: a.Context, Batch: a.Batch, Weights: a.Quant.Name, Runtime: a.Runtime.Name, Layout: a.Layout}
	row.Memory, row.Weights, row.MaxBatch, row.Best, row.Encoding = a.Memory, a.Weights, a.MaxBatch, a.Best, &a.Throughput
	row.Notes, row.notes = report.NotesIn(notes, c.Lang), notes
	return nil
}

// rate is the rate by which a table is compared.
func (r *inferCompareRow) rate() float64 {
	if r.Encoding != nil {
		return r.Encoding.Sequences
	}
	return r.Throughput.Decode
}

// compareSpeeds divides every row's speed by that of the first of its table
// that fits the same machine.
func (c *inferComparison) compareSpeeds() {
	first := map[[2]string]float64{}
	for i := range c.rows {
		r := &c.rows[i]
		key, rate := [2]string{r.table(), r.Hardware.Input}, r.rate()
		if r.Error != "" || !r.Memory.Fits {
			rate = 0
		}
		if first[key] == 0 {
			first[key] = rate
		}
		if rate > 0 {
			r.Against = rate / first[key]
		}
	}
}

// servedRatios are figures of a row over those of the first row of its table that
// fits; what either does not have is left out.
type servedRatios struct {
	Memory *float64 `json:"memory_ratio,omitempty"`
	Cost   *float64 `json:"usd_per_million_ratio,omitempty"`
	Energy *float64 `json:"kwh_per_million_ratio,omitempty"`
}

// first is what the row takes over the first, empty where there is none.
func (r *inferCompareRow) first() *servedRatios { return cmp.Or(r.First, &servedRatios{}) }

// compareWithFirst compares the rows of each table with the first that fits.
func (c *inferComparison) compareWithFirst() {
	first := map[string]*inferCompareRow{}
	for i := range c.rows {
		r := &c.rows[i]
		r.First = nil
		if r.Error != "" {
			continue
		}
		if first[r.table()] == nil && r.Memory.Fits {
			first[r.table()] = r
		}
		base := first[r.table()]
		if base == nil {
			continue
		}
		r.First = &servedRatios{Memory: report.Ratio(float64(r.Memory.Total), float64(base.Memory.Total))}
		if r.Memory.Fits {
			cost, energy := r.perMillion()
			baseCost, baseEnergy := base.perMillion()
			r.First.Cost, r.First.Energy = report.Ratio(float64(cost), float64(baseCost)), report.Ratio(float64(energy), float64(baseEnergy))
		}
	}
}

// perMillion are the cost and the energy of a million tokens, or of a million
// inputs of an encoder; 0 where not known.
func (r *inferCompareRow) perMillion() (quantity.USD, quantity.KWh) {
	if e := r.Encoding; e != nil {
		return e.PerMillion, e.Energy
	}
	return r.Throughput.PerMillion, r.Throughput.Energy
}

// sort puts the rows of every table into the order of a view, and compares them
// with the first of that order.
func (c *inferComparison) sort(v *report.View) {
	c.compareWithFirst()
	if v.Sort == "" {
		return
	}
	f := report.NewFootnotes(nil)
	for from, to := 0, 0; from < len(c.rows); from = to {
		t := render.Table{Columns: inferCompareColumns(c.CompareOptions)}
		for to = from; to < len(c.rows) && c.rows[to].table() == c.rows[from].table(); to++ {
			t.Rows = append(t.Rows, inferCompareCells(c.Varied, &c.rows[to], len(t.Columns), f))
		}
		copy(c.rows[from:to], report.Pick(c.rows[from:to], v.Order(&t)))
	}
	c.compareSpeeds()
	c.compareWithFirst()
}

// document lays the rows out, a table a model.
func (c *inferComparison) document(view *report.View) *render.Document {
	rows := c.rows
	f := report.NewFootnotes(c.notes)
	d := &render.Document{
		Title: text.Serving,
		JSON: struct {
			report.Head
			Rows []inferCompareRow `json:"rows"`
		}{report.NewHead("compare"), rows},
		Records: rows,
	}
	for i := range rows {
		r := &rows[i]
		first := servingFirst(rows, r.table())
		if i == 0 || r.table() != rows[i-1].table() {
			d.Tables = append(d.Tables, c.table(r, first))
		}
		t := &d.Tables[len(d.Tables)-1]
		cells := inferCompareCells(c.Varied, r, len(t.Columns), f)
		if kv := r.Workload.KV; r.Error == "" && kv != first.KV && !c.Vary("kv") {
			at := slices.IndexFunc(t.Columns, func(c render.Column) bool { return c.Name == "weights" })
			cells[at].Value = text.WithCache.With(r.Workload.Weights, kv) // not as the title says
		}
		t.Rows = append(t.Rows, cells)
	}
	for i := range d.Tables {
		view.Choose(&d.Tables[i])
		if view.Columns == nil {
			tidyComparison(&d.Tables[i])
		}
	}
	view.Flat(d)
	f.Finish(d)
	return d
}

// table is the table of a model, whose first row that has an answer serves the
// workload.
func (c *inferComparison) table(r *inferCompareRow, w report.ServingJSON) render.Table {
	t := render.Table{Title: text.Same(r.table()), Columns: inferCompareColumns(c.CompareOptions)}
	if w.Context == 0 {
		return t
	}
	t.Title = text.Colon.With(r.table(), servedTitle(c.CompareOptions, w, r.of))
	if r.of.Encodes() {
		t.Columns = encoderColumns(t.Columns, unitNames(r.of))
	}
	return t
}

// servedTitle is what the rows of a table serve alike.
func servedTitle(o *cli.CompareOptions, w report.ServingJSON, m *model.Model) text.Text {
	if !o.Vary("context", "batch", "kv") {
		if m.Encodes() {
			return encodingOf(m, w.Context, w.Batch)
		}
		return text.CompareInfer.With(w.Context, w.Batch, w.KV)
	}
	parts := []text.Text{text.Serving}
	if m.PerToken() && !o.Vary("context") {
		parts = append(parts, text.ContextIs.With(w.Context))
	}
	if !o.Vary("batch") {
		parts = append(parts, text.EncodingOfSamples.With(w.Batch))
	}
	if w.KV != "" && !o.Vary("kv") {
		parts = append(parts, text.CacheOnly.With(w.KV))
	}
	return text.List(parts, text.Join)
}

// servingFirst is the workload of the table's first row that has an answer.
func servingFirst(rows []inferCompareRow, table string) report.ServingJSON {
	for i := range rows {
		if rows[i].table() == table && rows[i].Error == "" {
			return rows[i].Workload
		}
	}
	return report.ServingJSON{}
}

// servedColumns are the flags whose values have a column anyway.
var servedColumns = []string{"weights", "runtime"}

func inferCompareColumns(o *cli.CompareOptions) []render.Column {
	columns := []render.Column{
		{Name: "model", Head: text.Model, Wrap: true},
		{Name: "params", Head: text.Params, Right: true, Drop: 5},
		{Name: "hardware", Head: text.Hardware},
	}
	for _, v := range o.Varied {
		if !slices.Contains(servedColumns, v.Flag) {
			columns = append(columns, report.VariedColumn(v.Flag))
		}
	}
	runtime := render.Column{Name: "runtime", Head: text.Runtime, Drop: 8}
	if o.Vary("runtime") {
		runtime.Drop = 0
	}
	return append(columns,
		render.Column{Name: "weights", Head: text.Weights},
		runtime,
		render.Column{Name: "storage_bytes", Key: "storage", Head: text.Storage, Right: true, Drop: 4, Across: true},
		render.Column{Name: "memory_bytes", Key: "memory", Head: text.MemoryDevice, Right: true, Across: true},
		render.Column{Name: "memory_change", Key: "memory-change", Head: text.MemoryChange, Right: true, Optional: true},
		render.Column{Name: "fits", Head: text.FitsHead},
		render.Column{Name: "max_context", Key: "max-context", Head: text.MaxContext, Right: true, Drop: 3},
		render.Column{Name: "max_sequences", Key: "sequences", Head: text.SequencesHead, Right: true, Drop: 7},
		render.Column{Name: "tokens_per_second", Key: "speed", Head: text.DecodeHead, Right: true},
		render.Column{Name: "band", Head: text.Band, Right: true, Drop: 1},
		render.Column{Name: "against", Key: "speed-ratio", Head: text.Against, Right: true, Drop: 2},
		render.Column{Name: "per_user", Key: "user-speed", Head: text.PerUserHead, Right: true, Drop: 9},
		render.Column{Name: "usd_per_million", Key: "cost", Head: text.AtFullLoad.With(text.PerMillion), Right: true, Drop: 6},
		render.Column{Name: "usd_per_million_change", Key: "cost-change", Head: text.CostChange, Right: true, Optional: true},
		render.Column{Name: "kwh_per_million", Key: "energy", Head: text.AtFullLoad.With(text.EnergyMillion), Right: true, Drop: 11},
		render.Column{Name: "kwh_per_million_change", Key: "energy-change", Head: text.EnergyChange, Right: true, Optional: true},
	)
}

// encoderColumns are those columns with heads for a model that generates
// nothing.
func encoderColumns(columns []render.Column, unit text.Text) []render.Column {
	for i := range columns {
		switch c := &columns[i]; c.Name {
		case "tokens_per_second":
			c.Name, c.Head = "sequences_per_second", text.UnitPerSecond.With(unit)
		case "max_sequences":
			c.Head = text.MostAtOnce.With(unit)
		case "usd_per_million":
			c.Head = text.AtFullLoad.With(text.MillionOf.With(unit))
		case "kwh_per_million":
			c.Head = text.AtFullLoad.With(text.EnergyOf.With(unit))
		}
	}
	return columns
}

// inferCompareCells are the cells of a row in as many columns, empty from where the
// row has no more.
func inferCompareCells(varied []cli.Varied, r *inferCompareRow, columns int, f *report.Footnotes) []render.Cell {
	cells := servedCells(varied, r, f)
	for len(cells) < columns {
		cells = append(cells, render.Cell{})
	}
	return cells
}

// servedCells are the cells that a row has something for.
func servedCells(varied []cli.Varied, r *inferCompareRow, f *report.Footnotes) []render.Cell {
	cells := []render.Cell{
		{Value: r.Model.Input, Notes: r.at(f, "inferred-shape", "scope", "file")},
		{Value: r.Model.Params},
		{Value: r.Hardware.Input, Notes: r.at(f, "unified")},
	}
	for _, v := range varied {
		if !slices.Contains(servedColumns, v.Flag) {
			cells = append(cells, render.Cell{Value: r.value(v.Flag)})
		}
	}
	cells = append(cells, render.Cell{Value: r.Workload.Weights, Notes: r.at(f, "weights")})
	if r.Error != "" {
		n := f.Add("", render.Note{Text: text.OnSays.With(r.Model.Input, report.SettingsOn(r.Hardware.Input, r.settings), r.Error)})
		return append(cells, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{}, render.Cell{Value: text.NotAnswered, Notes: []int{n}})
	}
	cells = append(cells, render.Cell{Value: r.Workload.Runtime, Notes: r.at(f, "runtime")}, render.Cell{Value: r.Weights}, render.Cell{Value: r.Memory.Total},
		report.ChangeCell(r.first().Memory), render.Cell{Value: r.Memory.Fits}, render.Cell{Value: r.MaxContext}, render.Cell{Value: r.MaxBatch})
	if r.Encoding != nil {
		cells[len(cells)-2].Value = nil // no longer than it reads
	}
	if r.Memory.Fits {
		cells = append(cells, speedCells(r, f)...)
	}
	return cells
}

// speedCells are how fast a row serves, and at which cost.
func speedCells(r *inferCompareRow, f *report.Footnotes) []render.Cell {
	rate, low, high := r.Throughput.Decode, r.Throughput.Low, r.Throughput.High
	user := render.Cell{Value: render.Rate(r.Throughput.PerUser)}
	if e := r.Encoding; e != nil {
		rate, low, high, user = e.Sequences, e.Low, e.High, render.Cell{}
	}
	against, cost, energy := any(nil), any(nil), any(nil)
	if r.Against > 0 {
		against = render.Times(r.Against)
	}
	usd, kwh := r.perMillion()
	if usd > 0 {
		cost = usd
	}
	if kwh > 0 {
		energy = kwh
	}
	return []render.Cell{
		{Value: render.Rate(rate), Notes: r.at(f, "speed")}, {Value: report.BandText(low, high)}, {Value: against}, user,
		{Value: cost, Notes: r.at(f, "price")}, report.ChangeCell(r.first().Cost),
		{Value: energy, Notes: r.at(f, "energy")}, report.ChangeCell(r.first().Energy),
	}
}

// tidyComparison removes empty or constant columns: the model if there is one,
// the rate per user if there is one, and columns without a value.
func tidyComparison(t *render.Table) {
	oneModel, oneUser := true, true
	at := func(name string) int {
		return slices.IndexFunc(t.Columns, func(c render.Column) bool { return c.Name == name })
	}
	model, all, user := at("model"), at("tokens_per_second"), at("per_user")
	if all < 0 {
		all = user // of an encoder: there is none
	}
	for _, row := range t.Rows {
		oneModel = oneModel && row[model].Value == t.Rows[0][model].Value
		oneUser = oneUser && fmt.Sprint(row[all].Value) == fmt.Sprint(row[user].Value)
	}
	for i := range t.Rows {
		if oneModel {
			t.Rows[i][model], t.Rows[i][model+1] = render.Cell{}, render.Cell{}
		}
		if oneUser {
			t.Rows[i][user] = render.Cell{}
		}
	}
	report.WithoutEmpty(t)
}
