package main

import (
	"fmt"
	"strconv"
	"strings"

	"mlsizer/cmd/mlsizer/internal/batch"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// document is the answer as tables: the counts first, then the models.
func (o *classifyOptions) document(sum *batch.Summary) *render.Document {
	d := &classifyDocument{Document: render.Document{Title: text.SizeClasses}, o: o, sum: sum, brief: o.Short(false)}
	d.Figure = report.SizeHistogram(&sum.Sizes, o.bounds, o.Lang)
	if !d.brief || o.from != "" { // the short form of a few names is their tiers
		d.tiers()
	}
	if o.by != "" {
		d.Tables = append(d.Tables, groupTable(o.by, sum.Groups))
	}
	d.models()
	d.errors()
	if d.brief {
		d.Tables = append(d.Tables, report.MoreTable(text.AllTiers))
	}
	return &d.Document
}

// classifyDocument is a document while it is made. Every note is numbered where
// the body refers to it.
type classifyDocument struct {
	render.Document
	o      *classifyOptions
	sum    *batch.Summary
	brief  bool  // without the notes on the tiers
	beyond []int // the number of the note on models beyond the report's tiers, if there are any
}

// note adds a note and returns its number.
func (d *classifyDocument) note(t text.Text, source string) int {
	d.Notes = append(d.Notes, render.Note{Text: t, Source: source})
	return len(d.Notes)
}

// notes adds the notes that apply and returns their numbers.
func (d *classifyDocument) notes(list ...numbered) []int {
	var numbers []int
	for _, n := range list {
		if n.count > 0 {
			numbers = append(numbers, d.note(n.note.With(n.count), ""))
		}
	}
	return numbers
}

// numbered is a note on a number of rows; it applies to one or more.
type numbered struct {
	count int64
	note  text.Text
}

// tiers counts the models of each tier, with notes on how the file was read,
// where the tiers begin and end, and which rows are not among them.
func (d *classifyDocument) tiers() {
	s := d.sum
	t := tierTable(d.o.bounds, s.Counts)
	t.TitleNotes = d.fileNotes()
	t.Columns[tierModels].Notes = d.notes(numbered{s.OtherField, text.OtherFields}, numbered{s.NamesLookedAt, text.NamesLookedAt})
	if s.Repeated > 0 {
		t.Columns[tierModels].Notes = append(t.Columns[tierModels].Notes, d.note(s.RepeatedText(), ""))
	}
	if !d.brief {
		d.reportNotes(&t)
	}
	d.Tables = append(d.Tables, t)
}

// reportNotes say where the tiers of the report begin and end.
func (d *classifyDocument) reportNotes(t *render.Table) {
	b := d.o.bounds
	t.Columns[tierRange].Notes = []int{d.note(text.BoundsNote.With(cut(b[0]), cut(b[1]), cut(b[2])), text.ReportTiers)}
	if d.sum.Counts.Beyond > 0 {
		t.Rows[len(t.Rows)-1][tierRange].Notes = d.beyondNotes()
	}
}

// beyondNotes are the number of the note on models beyond the report's tiers.
func (d *classifyDocument) beyondNotes() []int {
	if d.beyond == nil {
		d.beyond = []int{d.note(text.BeyondNote.With(cut(d.o.bounds[3])), text.ReportTiers)}
	}
	return d.beyond
}

// fileNotes say how the file was read.
func (d *classifyDocument) fileNotes() (numbers []int) {
	s := d.sum
	add := func(t text.Text) { numbers = append(numbers, d.note(t, "")) }
	switch {
	case len(s.Sheets) > 1 && d.o.sheet == "":
		add(text.SheetRead.With(s.Sheet, len(s.Sheets)))
	case s.Sheet != "":
		add(text.SheetChosen.With(s.Sheet))
	}
	if s.HeaderLine > 0 {
		add(text.HeaderBelow.With(s.HeaderLine))
	}
	if s.DecimalComma {
		add(text.CommaIsDecimal)
	}
	switch {
	case s.Unit != "" && d.o.unit != "":
		add(text.UnitGiven.With(s.Unit))
	case s.Unit != "":
		add(text.CountUnit.With(s.Unit, s.Column))
	}
	return numbers
}

// models lists the models that are shown, with notes on the counts and names.
func (d *classifyDocument) models() {
	s := d.sum
	if len(s.Kept) == 0 && s.Classified() == 0 {
		return
	}
	t := render.Table{Columns: []render.Column{
		{Name: "name", Head: text.Model, Wrap: true, Notes: d.notes(numbered{s.Classified() - int64(len(s.Kept)), text.MoreRows})},
		{Name: "params", Head: text.Parameters, Right: true, Notes: d.notes(
			numbered{s.Ranges, text.RangesNote}, numbered{s.Approximate, text.AboutNote}, numbered{s.Products, text.ProductsNote})},
		{Name: "active_params", Head: text.Active, Right: true, Drop: 2},
		{Name: "tier", Head: text.Tier},
		{Name: "field", Head: text.Field, Drop: 1},
	}}
	spelled := map[string]int{}
	for i := range s.Kept {
		r := &s.Kept[i]
		active, tier := "", render.Cell{Value: text.OfTier(r.Tier)}
		if r.ActiveParams != r.Params {
			active = r.ActiveParams.Exact()
		}
		if r.Beyond {
			tier.Notes = d.beyondNotes()
		}
		t.Rows = append(t.Rows, []render.Cell{
			{Value: r.Name, Notes: d.nameNotes(r, spelled)}, {Value: countText(r)}, {Value: active}, tier, {Value: report.FieldText(r.Field)},
		})
	}
	if d.brief {
		t = t.WithoutEmpty()
	}
	d.Tables = append(d.Tables, t)
}

// nameNotes say what a model leaves out and which model of the catalogue is
// spelled like it; spelled are the numbers of the notes on spellings so far.
func (d *classifyDocument) nameNotes(r *batch.Row, spelled map[string]int) (numbers []int) {
	if r.Scope != "" {
		numbers = append(numbers, d.note(text.Colon.With(r.Name, report.ScopeText(r.Scope)), ""))
	}
	if r.Spelled != nil && r.Hint != "" {
		if spelled[r.Input] == 0 {
			spelled[r.Input] = d.note(text.SpelledLike.With(r.Input, r.Hint), "")
		}
		numbers = append(numbers, spelled[r.Input])
	}
	return numbers
}

// countText is a count as it is shown: both ends of a range, and what is
// approximate or an upper bound as such.
func countText(r *batch.Row) string {
	count := r.Params.Exact()
	if r.Spelled == nil {
		return count
	}
	switch {
	case r.Low > 0:
		count = r.Low.Exact() + " - " + count
	case r.Experts > 0:
		count = "<= " + count
	}
	if r.Approximate {
		count = "~ " + count
	}
	return count
}

// errors lists the rows that are not classified.
func (d *classifyDocument) errors() {
	if len(d.sum.Errors) == 0 {
		return
	}
	t := errorTable(d.sum, d.o.from != "")
	t.TitleNotes = d.notes(numbered{d.sum.Unanswered() - int64(len(d.sum.Errors)), text.MoreErrors})
	d.Tables = append(d.Tables, t)
}

// The columns of the table of tiers that notes are put to.
const (
	tierRange  = 1
	tierModels = 2
)

// tierTable says how many models fell in each tier.
func tierTable(b sizing.Bounds, c sizing.Counts) render.Table {
	t := render.Table{Title: text.PerTier, Columns: []render.Column{
		{Name: "tier", Head: text.Tier},
		{Name: "range", Head: text.TierRange},
		{Name: "models", Head: text.Models, Right: true},
		{Name: "share", Head: text.ShareOfAll, Right: true},
		{Name: "bar", Own: true, Drop: 1},
	}}
	ranges := [sizing.NumTiers]text.Text{
		text.Below.With(cut(b[0])),
		text.FromTo.With(cut(b[0]), cut(b[1])),
		text.FromTo.With(cut(b[1]), cut(b[2])),
		text.FromUp.With(cut(b[2])),
	}
	all := c.Total()
	for tier, n := range c.ByTier {
		t.Rows = append(t.Rows, []render.Cell{
			{Value: text.OfTier(sizing.Tier(tier))}, {Value: ranges[tier]}, {Value: n}, {Value: share(n, all)}, {Value: bar(n, all)},
		})
	}
	if c.Beyond > 0 {
		t.Rows = append(t.Rows, []render.Cell{{}, {Value: text.OfWhichBeyond.With(cut(b[3]))}, {Value: c.Beyond}, {Value: share(c.Beyond, all)}, {}})
	}
	return t
}

// share is a part of all in percent, "" of none.
func share(n, all int) string {
	if all == 0 {
		return ""
	}
	return strconv.FormatFloat(100*float64(n)/float64(all), 'f', 1, 64) + " %"
}

// bar is a part of all as a bar; what is there has at least a sliver.
func bar(n, all int) string {
	const width = 24
	if n == 0 || all == 0 {
		return ""
	}
	eighths := max(1, (n*width*8+all/2)/all)
	whole, rest := eighths/8, eighths%8
	b := strings.Repeat("█", whole)
	if rest > 0 {
		b += string(rune('█' + 8 - rest)) // ▏ to ▉ follow the full block
	}
	return b
}

// groupTable says how many models of each value of a column fell in each tier.
func groupTable(by string, groups []batch.Group) render.Table {
	const most = 40
	t := render.Table{Title: text.PerGroup.With(by), Columns: []render.Column{{Name: by, Head: text.Same(by), Wrap: true}}}
	for tier := range sizing.NumTiers {
		t.Columns = append(t.Columns, render.Column{Name: tier.String(), Head: text.OfTier(tier), Right: true})
	}
	t.Columns = append(t.Columns, render.Column{Name: "total", Head: text.Total, Right: true})
	for _, g := range fewer(groups, most) {
		head := text.Same(g.Key)
		switch {
		case g.Rest:
			head = text.Rest
		case g.Key == "":
			head = text.NoGroup
		}
		row := []render.Cell{{Value: head}}
		for _, n := range g.Counts.ByTier {
			row = append(row, render.Cell{Value: n})
		}
		t.Rows = append(t.Rows, append(row, render.Cell{Value: g.Counts.Total()}))
	}
	return t
}

// fewer puts the groups after the first into one.
func fewer(groups []batch.Group, most int) []batch.Group {
	if len(groups) <= most {
		return groups
	}
	rest := batch.Group{Rest: true}
	for _, g := range groups[most-1:] {
		rest.Add(&g)
	}
	return append(groups[:most-1:most-1], rest)
}

// errorTable lists the first rows that are not classified; those of a file have
// a place.
func errorTable(sum *batch.Summary, ofFile bool) render.Table {
	t := render.Table{Title: text.RowsNotClassified}
	if ofFile {
		t.Columns = []render.Column{
			{Name: "line", Head: text.Line, Right: true},
			{Name: "column", Head: text.Column, Right: true, Drop: 1},
		}
	}
	t.Columns = append(t.Columns, render.Column{Name: "input", Head: text.Input, Wrap: true}, render.Column{Name: "error", Head: text.Problem, Wrap: true})
	for _, e := range sum.Errors {
		var row []render.Cell
		if ofFile {
			row = []render.Cell{{Value: e.Line}, {Value: e.Place()}}
		}
		t.Rows = append(t.Rows, append(row, render.Cell{Value: e.Input}, render.Cell{Value: e.Problem}))
	}
	return t
}

// cut is a bound as short as it is exact: 1M, 1.5B, 123,456.
func cut(p quantity.Params) string {
	for _, u := range []struct {
		size quantity.Params
		name string
	}{{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "K"}} {
		switch {
		case p >= u.size && p%u.size == 0:
			return quantity.Params(p/u.size).Exact() + u.name
		case p >= u.size && p%(u.size/10) == 0:
			return fmt.Sprintf("%.1f%s", float64(p)/float64(u.size), u.name)
		}
	}
	return p.Exact()
}
