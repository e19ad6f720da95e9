package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/model"
	"mlsizer/sizing/quantity"
)

// ModelDocument lays out what is known of a model.
func ModelDocument(s *ShownModel, components [model.NumComponents]quantity.Params) *render.Document {
	facts := render.Table{Columns: FactColumns()}
	add := func(label text.Text, value any) { facts.Rows = append(facts.Rows, Fact(label, value)) }
	add(text.Tier, cli.TierText(s.Tier, s.Beyond))
	add(text.Field, FieldText(s.Field))
	add(text.Params, s.Params.Exact())
	if s.Active != s.Params {
		add(text.Active, s.Active.Exact())
	}
	if s.Published > 0 && s.Published != s.Params {
		add(text.Published, s.Published.Exact())
	}
	for _, n := range []struct {
		label text.Text
		value int64
	}{{text.Layers, int64(s.Layers)}, {text.Hidden, s.Hidden}, {text.Vocab, s.Vocab}, {text.Context, s.Context}, {text.Year, int64(s.Year)}} {
		if n.value > 0 {
			add(n.label, n.value)
		}
	}
	for _, t := range []struct {
		label text.Text
		value text.Text
	}{
		{text.Aliases, text.Same(strings.Join(s.Aliases, ", "))}, {text.Scope, ScopeText(s.Scope)},
		{text.Source, text.Same(s.Source)}, {text.Note, text.Same(s.Note)},
	} {
		if t.value.EN != "" {
			add(t.label, t.value)
		}
	}
	d := &render.Document{
		Title:  text.Same(s.Name),
		Tables: []render.Table{facts, ComponentTable(components), groupTable(s.Groups)},
		JSON:   s,
		Records: []any{struct {
			ModelJSON
			Components map[string]quantity.Params `json:"params"`
		}{s.ModelJSON, s.Components}},
	}
	if len(s.Runs) > 0 {
		d.Tables = append(d.Tables, runTable(s, d))
	}
	return d
}

// ComponentTable is the parameters by part of the network.
func ComponentTable(c [model.NumComponents]quantity.Params) render.Table {
	t := render.Table{Columns: []render.Column{
		{Name: "component", Head: text.Component},
		{Name: "params", Head: text.Params, Right: true},
		{Name: "share", Head: text.ShareOfAll, Right: true},
	}}
	total := quantity.Params(0)
	for _, n := range c {
		total += n
	}
	for i, n := range c {
		if n > 0 {
			t.Rows = append(t.Rows, []render.Cell{{Value: componentText(model.Component(i))}, {Value: n.Exact()}, {Value: render.Percent(float64(n) / float64(total))}})
		}
	}
	return t
}

// componentText is the name of a component.
func componentText(c model.Component) text.Text {
	return text.Of(text.Components, c.String())
}

// groupTable is the layers, in order.
func groupTable(groups []GroupJSON) render.Table {
	t := render.Table{Columns: []render.Column{
		{Name: "group", Head: text.Layers},
		{Name: "layers", Head: text.Count, Right: true},
		{Name: "params", Head: text.Params, Right: true},
		{Name: "blocks", Head: text.Blocks, Wrap: true},
	}}
	for _, g := range groups {
		t.Rows = append(t.Rows, []render.Cell{{Value: g.Name}, {Value: g.Layers}, {Value: g.Params.Exact()}, {Value: blocksText(g.Blocks)}})
	}
	return t
}

// blocksText is "attention (hidden 4096, heads 32), ffn (…)". Blocks without
// dimensions worth telling, such as norms, are left out.
func blocksText(blocks []BlockJSON) string {
	var parts []string
	times := 1
	flush := func(next string) {
		if n := len(parts); n > 0 && times > 1 && parts[n-1] != next {
			parts[n-1] = fmt.Sprintf("%d x %s", times, parts[n-1])
			times = 1
		}
	}
	for _, b := range blocks {
		if _, ok := b.Dims.(model.Norm); ok && len(blocks) > 1 {
			continue
		}
		text := b.Kind + dimensions(b.Dims)
		if n := len(parts); n > 0 && parts[n-1] == text {
			times++
			continue
		}
		flush(text)
		parts = append(parts, text)
	}
	flush("")
	return strings.Join(parts, "; ")
}

// dimensions lists the fields of a block that are set, by the names of their
// JSON.
func dimensions(b model.Block) string {
	text, err := json.Marshal(b)
	if err != nil {
		return ""
	}
	var parts []string
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return ""
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return ""
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return ""
		}
		name := strings.ReplaceAll(fmt.Sprint(key), "_", " ")
		switch v := value.(type) {
		case bool:
			if v {
				parts = append(parts, name)
			}
		case json.Number:
			if v != "0" {
				parts = append(parts, name+" "+v.String())
			}
		case string:
			if v != "" && key != "part" {
				parts = append(parts, v)
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// runTable is the published training runs; their sources become footnotes.
func runTable(s *ShownModel, d *render.Document) render.Table {
	t := render.Table{Title: text.PublishedRuns, Columns: []render.Column{
		{Name: "tokens", Head: text.Length.With(s.Unit), Right: true},
		{Name: "devices", Head: text.Hardware, Wrap: true},
		{Name: "device_hours", Head: text.DeviceHours, Right: true, Own: true},
		{Name: "days", Head: text.Days, Right: true},
		{Name: "seq", Head: text.Sequence, Right: true},
		{Name: "batch_tokens", Head: text.Batch, Right: true},
	}}
	or := func(known bool, v any) any {
		if known {
			return v
		}
		return nil
	}
	for _, r := range s.Runs {
		var notes []int
		if r.Source != "" {
			d.Notes = append(d.Notes, render.Note{Text: text.Same(r.Source)})
			notes = []int{len(d.Notes)}
		}
		devices := r.Devices
		if r.Count > 0 {
			devices = strings.TrimSpace(fmt.Sprintf("%d x %s", r.Count, devices))
		}
		t.Rows = append(t.Rows, []render.Cell{
			{Value: or(r.Tokens > 0, r.Tokens), Notes: notes}, {Value: devices}, {Value: or(r.DeviceHours > 0, render.Count(r.DeviceHours))},
			{Value: or(r.Days > 0, r.Days)}, {Value: or(r.Seq > 0, r.Seq)}, {Value: or(r.BatchTokens > 0, quantity.Tokens(r.BatchTokens))},
		})
	}
	return t
}
