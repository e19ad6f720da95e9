package main

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/sizing/evidence"
)

// The drawing, in its own units.
const (
	figureWidth, figureHeight = 780, 600
	figureLeft, figureTop     = 70, 20
	figureSide                = 520
)

// figureColours tell stacks apart, on light paper and on dark; what comes after
// them is grey. Sources: Okabe and Ito, "Color Universal Design", 2008; the last
// but one of P. Tol, "Colour Schemes", 2021.
var figureColours = []string{"#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#0072b2", "#aa4499", "#7f7f7f"}

// scatter draws predicted against measured, a dot a row, on two logarithmic
// axes: dots on the diagonal were predicted exactly, and the dashed lines are
// 20 % off. It draws the quantity with the most rows.
func scatter(rep *evidence.Report, lang render.Lang) string {
	var quantity evidence.Quantity
	var axes span
	most := 0
	for _, q := range []evidence.Quantity{evidence.StepSeconds, evidence.PeakMemory, evidence.DeviceHours} {
		if s, n := spanOf(rep.Rows, q); n > most {
			quantity, axes, most = q, s, n
		}
	}
	if most == 0 {
		return ""
	}
	at := func(v float64) float64 { return (math.Log10(v) - axes.low) / (axes.high - axes.low) * figureSide }
	x := func(v float64) float64 { return figureLeft + at(v) }
	y := func(v float64) float64 { return figureTop + figureSide - at(v) }
	var b strings.Builder
	name := quantityText(quantity).In(lang)
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="sans-serif" font-size="12" fill="currentColor">`, figureWidth, figureHeight, html.EscapeString(labelScatter.In(lang)))
	for e := axes.low; e <= axes.high; e++ {
		v := math.Pow(10, e)
		fmt.Fprintf(&b, `<path d="M%.1f %dV%dM%d %.1fH%d" stroke="currentColor" stroke-opacity=".15"/>`, x(v), figureTop, figureTop+figureSide, figureLeft, y(v), figureLeft+figureSide)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%g</text><text x="%d" y="%.1f" text-anchor="end">%g</text>`, x(v), figureTop+figureSide+18, v, figureLeft-8, y(v)+4, v)
	}
	low, high := math.Pow(10, axes.low), math.Pow(10, axes.high)
	line := func(factor float64, style string) {
		from, to := max(low, low/factor), min(high, high/factor)
		fmt.Fprintf(&b, `<path d="M%.1f %.1fL%.1f %.1f" stroke="currentColor" %s/>`, x(from), y(from*factor), x(to), y(to*factor), style)
	}
	line(1, `stroke-opacity=".6"`)
	line(1.2, `stroke-opacity=".35" stroke-dasharray="4 4"`)
	line(1/1.2, `stroke-opacity=".35" stroke-dasharray="4 4"`)
	colour := drawDots(&b, rep, quantity, x, y)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, figureLeft+figureSide/2, figureTop+figureSide+42, html.EscapeString(fmt.Sprintf(labelMeasuredAxis.In(lang), name)))
	fmt.Fprintf(&b, `<text transform="translate(16 %d) rotate(-90)" text-anchor="middle">%s</text>`, figureTop+figureSide/2, html.EscapeString(fmt.Sprintf(labelPredictedAxis.In(lang), name)))
	for i, stack := range colour {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="4" fill="%s"/><text x="%d" y="%d">%s</text>`, figureLeft+figureSide+16, figureTop+10+18*i, figureColours[min(i, len(figureColours)-1)], figureLeft+figureSide+26, figureTop+14+18*i, html.EscapeString(stack))
	}
	b.WriteString("</svg>")
	return b.String()
}

// drawDots draws a dot a row, coloured by its stack, and returns the stacks,
// those with the most rows first.
func drawDots(b *strings.Builder, rep *evidence.Report, q evidence.Quantity, x, y func(float64) float64) []string {
	var stacks []string
	count := map[string]int{}
	for i := range rep.Rows {
		if r := &rep.Rows[i]; r.Quantity == q {
			if count[r.Stack]++; count[r.Stack] == 1 {
				stacks = append(stacks, r.Stack)
			}
		}
	}
	slices.SortFunc(stacks, func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	for i := range rep.Rows {
		r := &rep.Rows[i]
		if r.Quantity != q || !(r.Measured > 0 && r.Predicted > 0) {
			continue
		}
		c := figureColours[min(slices.Index(stacks, r.Stack), len(figureColours)-1)]
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s" fill-opacity=".55"><title>%s: %.4g, %.4g</title></circle>`, x(r.Measured), y(r.Predicted), c, html.EscapeString(r.ID), r.Measured, r.Predicted)
	}
	return stacks
}
