package report

import (
	"fmt"
	"html"
	"math"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// chartPoint is a point of a chart whose axes are both logarithmic.
type chartPoint struct{ x, y float64 }

// chart draws points on logarithmic axes.
type chart struct {
	points       []chartPoint
	xName, yName string
	yText        func(float64) string
	xText        func(float64) string
}

// bounds are the ends of an axis, a little wider than the points.
func bounds(list []chartPoint, of func(chartPoint) float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, p := range list {
		low, high = min(low, of(p)), max(high, of(p))
	}
	if low == high {
		low, high = low/1.1, high*1.1
	}
	return math.Log(low), math.Log(high)
}

// position is where a value stands between the ends, from 0 to 1.
func position(v, low, high float64) float64 { return (math.Log(v) - low) / (high - low) }

// text draws the chart with characters.
func (c *chart) text(width, height int) []string {
	xLow, xHigh := bounds(c.points, func(p chartPoint) float64 { return p.x })
	yLow, yHigh := bounds(c.points, func(p chartPoint) float64 { return p.y })
	grid := make([][]rune, height)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", width))
	}
	for _, p := range c.points {
		x := int(math.Round(position(p.x, xLow, xHigh) * float64(width-1)))
		y := int(math.Round(position(p.y, yLow, yHigh) * float64(height-1)))
		grid[height-1-y][x] = '●'
	}
	top, bottom := c.yText(math.Exp(yHigh)), c.yText(math.Exp(yLow))
	margin := max(len(top), len(bottom))
	lines := []string{c.yName}
	for i, row := range grid {
		label := ""
		switch i {
		case 0:
			label = top
		case height - 1:
			label = bottom
		}
		lines = append(lines, fmt.Sprintf("%*s │%s", margin, label, strings.TrimRight(string(row), " ")))
	}
	lines = append(lines, strings.Repeat(" ", margin)+" └"+strings.Repeat("─", width))
	left, right := c.xText(math.Exp(xLow)), c.xText(math.Exp(xHigh))+" "+c.xName
	space := max(width-len(left)-len([]rune(right)), 1)
	return append(lines, strings.Repeat(" ", margin+2)+left+strings.Repeat(" ", space)+right)
}

// svg draws the chart for a page.
func (c *chart) svg() string {
	const width, height, margin = 640.0, 320.0, 80.0 // room for "1234.5 days"
	xLow, xHigh := bounds(c.points, func(p chartPoint) float64 { return p.x })
	yLow, yHigh := bounds(c.points, func(p chartPoint) float64 { return p.y })
	x := func(v float64) float64 { return margin + position(v, xLow, xHigh)*(width-2*margin) }
	y := func(v float64) float64 { return height - margin - position(v, yLow, yHigh)*(height-2*margin) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s / %s" font-size="12" fill="currentColor">`, width, height, html.EscapeString(c.yName), html.EscapeString(c.xName))
	fmt.Fprintf(&b, `<path d="M%.0f %.0fV%.0fH%.0f" fill="none" stroke="currentColor"/>`, margin, margin/2, height-margin, width-margin/2)
	text := func(px, py float64, anchor, s string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, px, py, anchor, html.EscapeString(s))
	}
	for _, v := range []float64{math.Exp(yLow), math.Exp(yHigh)} {
		text(margin-6, y(v)+4, "end", c.yText(v))
	}
	for _, v := range []float64{math.Exp(xLow), math.Exp(xHigh)} {
		text(x(v), height-margin+18, "middle", c.xText(v))
	}
	text(width/2, height-margin+36, "middle", c.xName)
	text(margin, margin/2-8, "start", c.yName)
	for _, p := range c.points {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4"><title>%s, %s</title></circle>`, x(p.x), y(p.y), html.EscapeString(c.xText(p.x)), html.EscapeString(c.yText(p.y)))
	}
	b.WriteString("</svg>")
	return b.String()
}

// paretoChart draws time against devices.
func (o *PlanOptions) paretoChart(points []ParetoPoint) *chart {
	if len(points) == 0 {
		return nil
	}
	c := &chart{xName: o.Say(text.Devices), yName: o.Say(text.StepTime),
		yText: func(v float64) string { return quantity.Seconds(v).String() },
		xText: func(v float64) string { return fmt.Sprintf("%.0f", v) }}
	if points[0].Expected.Run > points[0].Step {
		c.yName = o.Say(text.RunTime)
	}
	for _, p := range points {
		c.points = append(c.points, chartPoint{float64(p.Devices), float64(p.Expected.Run)})
	}
	return c
}

// chartTable is the chart as lines of a table without heads, for text.
func chartTable(c *chart) render.Table {
	t := render.Table{Columns: []render.Column{{Name: "chart", Own: true}}}
	for _, line := range c.text(60, 12) {
		t.Rows = append(t.Rows, []render.Cell{{Value: line}})
	}
	return t
}
