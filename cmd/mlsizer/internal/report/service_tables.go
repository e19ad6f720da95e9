package report

import (
	"fmt"

	"mlsizer/cmd/mlsizer/internal/cli"
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
)

// addService adds the tables of a service, after the facts, if one is asked for.
func addService(d *render.Document, o *cli.InferOptions, r *InferJSON, f *Footnotes) {
	x := r.Service
	if x == nil {
		return
	}
	tables := []render.Table{d.Tables[0], serviceTable(&o.Level, x, f), curveTable(x.Curve)}
	if c := curveChart(o, x.Curve); c != nil {
		if o.App.Output == render.Plain {
			tables = append(tables, chartTable(c))
		}
		d.Figure = c.svg()
	}
	d.Tables = append(tables, d.Tables[1:]...)
}

// serviceTable is what was asked for and the devices that deliver it.
func serviceTable(l *serve.Level, x *serve.Service, f *Footnotes) render.Table {
	var asked []text.Text
	add := func(given bool, t text.Text) {
		if given {
			asked = append(asked, t)
		}
	}
	add(l.Users > 0, text.LevelUsers.With(l.Users))
	add(l.Rate > 0, text.LevelRate.With(l.Rate))
	add(l.FirstToken > 0, text.LevelFirst.With(l.FirstToken))
	add(l.PerToken > 0, text.LevelToken.With(l.PerToken))
	rows := [][]render.Cell{
		Fact(text.ServiceLevel, text.List(asked, text.Join)),
		Fact(text.Devices, text.ServiceOn.With(x.Devices, serviceLayout(x))),
		Fact(text.ServiceFirst, text.ServiceTimes.With(x.P50, x.P99, x.P99High), f.At("service")...),
		Fact(text.ServiceToken, render.Range{Mid: x.PerToken, Low: x.PerTokenLow, High: x.PerTokenHigh}, f.At("service")...),
		Fact(text.ServiceUsers, fmt.Sprintf("%.4g", x.Users)),
		Fact(text.ServiceRate, PerSecond(x.Rate)),
	}
	if x.Output > 0 {
		rows = append(rows, Fact(text.ServiceInput, x.Input, f.At("price")...), Fact(text.ServiceOutput, x.Output, f.At("price")...))
	}
	return render.Table{Title: text.ServiceTitle, Columns: FactColumns(), Rows: rows}
}

// serviceLayout is the layout of a service, with the replicas that read
// prompts.
func serviceLayout(x *serve.Service) text.Text {
	layout := text.Same(x.Layout.String())
	if x.PrefillReplicas > 0 {
		layout = text.ServiceApart.With(layout, x.PrefillReplicas, x.Replicas)
	}
	return layout
}

// curveTable is throughput against latency.
func curveTable(points []serve.ServicePoint) render.Table {
	t := render.Table{Title: text.ServiceCurve, Columns: []render.Column{
		{Name: "layout", Head: text.Layout},
		{Name: "devices", Head: text.Devices, Right: true},
		{Name: "users", Head: text.ServiceUsers, Right: true, Drop: 2},
		{Name: "rate", Head: text.ServiceRate, Right: true, Drop: 3},
		{Name: "tokens_per_second_per_device", Head: text.ServicePer, Right: true},
		{Name: "tpot_seconds", Head: text.TimePerToken, Right: true},
		{Name: "ttft_p50_seconds", Head: text.FirstP50, Right: true, Drop: 1},
		{Name: "ttft_p99_seconds", Head: text.FirstP99, Right: true},
	}}
	for i := range points {
		x := &points[i]
		t.Rows = append(t.Rows, []render.Cell{{Value: x.Layout.String()}, {Value: x.Devices}, {Value: fmt.Sprintf("%.3g", x.Users)}, {Value: PerSecond(x.Rate)},
			{Value: PerSecond(x.PerDevice())}, {Value: x.PerToken}, {Value: x.P50}, {Value: x.P99}})
	}
	return t
}

// curveChart draws throughput against latency; nil where it is one point.
func curveChart(o *cli.InferOptions, points []serve.ServicePoint) *chart {
	if len(points) < 2 {
		return nil
	}
	c := &chart{xName: o.Say(text.TimePerToken), yName: o.Say(text.ServicePer),
		xText: func(v float64) string { return quantity.Seconds(v).String() }, yText: PerSecond}
	for i := range points {
		c.points = append(c.points, chartPoint{float64(points[i].PerToken), points[i].PerDevice()})
	}
	return c
}

// serviceColumns are the columns of a comparison of services.
func serviceColumns() []render.Column {
	return []render.Column{
		{Name: "devices", Head: text.Devices, Right: true},
		{Name: "layout", Head: text.Layout},
		{Name: "ttft_p99_seconds", Key: "ttft", Head: text.FirstP99, Right: true},
		{Name: "tpot_seconds", Key: "tpot", Head: text.TimePerToken, Right: true},
		{Name: "usd_per_million_input_tokens", Key: "input-cost", Head: text.ServiceInput, Right: true, Drop: 5},
		{Name: "usd_per_million_output_tokens", Key: "output-cost", Head: text.ServiceOutput, Right: true, Drop: 5},
	}
}

// serviceCells are a row's cells in those columns.
func serviceCells(r *ServedRow, f *Footnotes) []render.Cell {
	x := r.Service
	if x == nil {
		return make([]render.Cell, len(serviceColumns()))
	}
	input, output := any(nil), any(nil)
	if x.Output > 0 {
		input, output = x.Input, x.Output
	}
	return []render.Cell{{Value: x.Devices}, {Value: serviceLayout(x)}, {Value: x.P99, Notes: r.at(f, "service")}, {Value: x.PerToken},
		{Value: input, Notes: r.at(f, "price")}, {Value: output, Notes: r.at(f, "price")}}
}
