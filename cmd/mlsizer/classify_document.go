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
	d := &classifyDocument{Document: render.Document{Title: text.SizeClasses}, o: o, sum: sum}
	d.Figure = report.SizeHistogram(&sum.Sizes, o.bounds, o.Lang)
	d.boundsNotes()
	d.fileNotes()
	d.Tables = append(d.Tables, tierTable(o.bounds, sum.Counts))
	if o.by != "" {
		d.Tables = append(d.Tables, groupTable(o.by, sum.Groups))
	}
	d.models()
	d.countNotes()
	d.errors()
	return &d.Document
}

// classifyDocument is a document while it is made.
type classifyDocument struct {
	render.Document
	o      *classifyOptions
	sum    *batch.Summary
	beyond int // the note on models beyond the report's tiers, 0 if there is none
}

// note adds a note and returns its number.
func (d *classifyDocument) note(t text.Text, source string) int {
	d.Notes = append(d.Notes, render.Note{Text: t, Source: source})
	return len(d.Notes)
}

// boundsNotes say where the tiers begin and end.
func (d *classifyDocument) boundsNotes() {
	b := d.o.bounds
	d.note(text.BoundsNote.With(cut(b[0]), cut(b[1]), cut(b[2])), text.ReportTiers)
	if d.sum.Counts.Beyond > 0 {
		d.beyond = d.note(text.BeyondNote.With(cut(b[3])), text.ReportTiers)
	}
}

// fileNotes say how the file was read.
func (d *classifyDocument) fileNotes() {
	s := d.sum
	switch {
	case len(s.Sheets) > 1 && d.o.sheet == "":
		d.note(text.SheetRead.With(s.Sheet, len(s.Sheets)), "")
	case s.Sheet != "":
		d.note(text.SheetChosen.With(s.Sheet), "")
	}
	if s.HeaderLine > 0 {
		d.note(text.HeaderBelow.With(s.HeaderLine), "")
	}
	if s.DecimalComma {
		d.note(text.CommaIsDecimal, "")
	}
	switch {
	case s.Unit != "" && d.o.unit != "":
		d.note(text.UnitGiven.With(s.Unit), "")
	case s.Unit != "":
		d.note(text.CountUnit.With(s.Unit, s.Column), "")
	}
}

// models lists the models that are shown.
func (d *classifyDocument) models() {
	t := render.Table{Columns: []render.Column{
		{Name: "name", Head: text.Model, Wrap: true},
		{Name: "params", Head: text.Parameters, Right: true},
		{Name: "active_params", Head: text.Active, Right: true, Drop: 2},
		{Name: "tier", Head: text.Tier},
		{Name: "field", Head: text.Field, Drop: 1},
	}}
	for _, r := range d.sum.Kept {
		active := ""
		if r.ActiveParams != r.Params {
			active = r.ActiveParams.Exact()
		}
		tier := render.Cell{Value: text.OfTier(r.Tier)}
		if r.Beyond {
			tier.Notes = []int{d.beyond}
		}
		if r.Scope != "" {
			d.note(text.Colon.With(r.Name, report.ScopeText(r.Scope)), "")
		}
		t.Rows = append(t.Rows, []render.Cell{
			{Value: r.Name}, {Value: countText(&r)}, {Value: active}, tier, {Value: report.FieldText(r.Field)},
		})
	}
	if len(t.Rows) > 0 {
		d.Tables = append(d.Tables, t)
	}
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

// countNotes say what is particular about the counts and names.
func (d *classifyDocument) countNotes() {
	s := d.sum
	for _, n := range []struct {
		count int64
		note  text.Text
	}{
		{s.Classified() - int64(len(s.Kept)), text.MoreRows}, {s.OtherField, text.OtherFields},
		{s.Ranges, text.RangesNote}, {s.Approximate, text.AboutNote}, {s.Products, text.ProductsNote},
	} {
		if n.count > 0 {
			d.note(n.note.With(n.count), "")
		}
	}
	seen := map[string]bool{}
	for _, r := range s.Kept {
		if r.Spelled != nil && r.Hint != "" && !seen[r.Input] {
			seen[r.Input] = true
			d.note(text.SpelledLike.With(r.Input, r.Hint), "")
		}
	}
	d.repeatNotes()
}

// repeatNotes name repeated rows.
func (d *classifyDocument) repeatNotes() {
	s := d.sum
	if s.Repeated > 0 {
		d.note(s.RepeatedText(), "")
	}
	if s.NamesLookedAt > 0 {
		d.note(text.NamesLookedAt.With(s.NamesLookedAt), "")
	}
}

// errors lists the rows that are not classified.
func (d *classifyDocument) errors() {
	if len(d.sum.Errors) == 0 {
		return
	}
	d.Tables = append(d.Tables, errorTable(d.sum, d.o.from != ""))
	if more := d.sum.Unanswered() - int64(len(d.sum.Errors)); more > 0 {
		d.note(text.MoreErrors.With(more), "")
	}
}

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
