package report

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

// drawing is an SVG under way: a title, and rows below one another.
type drawing struct {
	b      strings.Builder
	height float64
}

// The measures of drawings, in units of the view box.
const (
	drawingWidth  = 720.0
	drawingTitle  = 26.0 // above the first row
	drawingBar    = 26.0
	drawingLegend = 19.0
)

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

// text writes words at a place; more are attributes.
func (d *drawing) text(x, y float64, anchor, words, more string) {
	d.printf(`<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>`, x, y, anchor, more, html.EscapeString(words))
}

// finish is the drawing whole, with its title.
func (d *drawing) finish(title string) string {
	return fmt.Sprintf(`<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s" font-family="sans-serif" font-size="12.5" fill="currentColor"><text x="0" y="15" font-size="14" font-weight="600">%s</text>%s</svg>`,
		drawingWidth, d.height, html.EscapeString(title), html.EscapeString(title), d.b.String())
}

// segment is a part of a bar.
type segment struct {
	name  text.Text
	size  float64
	value string
}

// segments draws the parts of a bar from left to right; scale is units per size.
func (d *drawing) segments(list []segment, y, scale float64) {
	x := 0.0
	for i, s := range list {
		d.printf(`<rect x="%.1f" y="%.1f" width="%.2f" height="%.0f" fill="%s"><title>%s</title></rect>`, x, y, s.size*scale, drawingBar, figureColour(i), html.EscapeString(s.value))
		x += s.size * scale
	}
}

// legend names the parts in two columns below y, and returns where it ends.
func (d *drawing) legend(list []segment, y float64, l text.Lang) float64 {
	rows := (len(list) + 1) / 2
	for i, s := range list {
		x, at := float64(i/rows)*drawingWidth/2, y+float64(i%rows)*drawingLegend
		d.printf(`<rect x="%.1f" y="%.1f" width="11" height="11" rx="2" fill="%s"/>`, x, at, figureColour(i))
		d.text(x+17, at+10, "start", s.name.In(l)+": "+s.value, "")
	}
	return y + float64(rows)*drawingLegend
}

// shownSegments are the parts that there is something of.
func shownSegments(list []segment) []segment {
	var shown []segment
	for _, s := range list {
		if s.size > 0 {
			shown = append(shown, s)
		}
	}
	return shown
}

// memoryDrawing is the memory of a device: its parts, its band and what there is.
func memoryDrawing(parts []segment, total, low, high, device quantity.Bytes, l text.Lang) string {
	parts = shownSegments(parts)
	most := max(total, high, device) * 1.02
	scale := drawingWidth / float64(most)
	d := &drawing{}
	y := drawingTitle + 8
	d.printf(`<rect x="0" y="%.1f" width="%.1f" height="%.0f" fill="currentColor" fill-opacity=".08"/>`, y, float64(device)*scale, drawingBar)
	d.segments(parts, y, scale)
	if low > 0 && high > low {
		d.printf(`<path d="M%.1f %.1fv-5H%.1fv5" fill="none" stroke="currentColor"/>`, float64(low)*scale, y-2, float64(high)*scale)
	}
	x := float64(device) * scale
	d.printf(`<path d="M%.1f %.1fv%.0f" stroke="currentColor" stroke-width="2"/>`, x, y-4, drawingBar+8)
	anchor := "end"
	if x < drawingWidth/2 {
		anchor = "start"
	}
	d.text(x, y+drawingBar+18, anchor, text.DeviceMemory.In(l)+" "+device.String(), ` font-weight="600"`)
	d.height = d.legend(parts, y+drawingBar+28, l) + 4
	return d.finish(text.MemoryDevice.In(l) + ": " + total.String())
}

// breakdownDrawing is a time by its terms.
func breakdownDrawing(parts []segment, total quantity.Seconds, title text.Text, l text.Lang) string {
	parts = shownSegments(parts)
	slices.SortStableFunc(parts, func(a, b segment) int { return cmp.Compare(b.size, a.size) }) // so that the largest have a colour of their own
	d := &drawing{}
	d.segments(parts, drawingTitle, drawingWidth/float64(total))
	d.height = d.legend(parts, drawingTitle+drawingBar+10, l) + 4
	return d.finish(title.In(l) + ": " + text.Duration(total, l))
}

// banded is a value with its band, and values that were published of it.
type banded struct {
	label          string
	low, mid, high float64
	dots           []float64
}

// bandedDrawing draws values with their bands on one logarithmic axis, below one
// another. say is how an end is said.
func bandedDrawing(list []banded, title text.Text, say func(float64) string, l text.Lang) string {
	low, high := math.Inf(1), 0.0
	labelled := false
	for _, s := range list {
		for _, v := range append([]float64{s.low, s.mid, s.high}, s.dots...) {
			low, high = min(low, v), max(high, v)
		}
		labelled = labelled || s.label != ""
	}
	left := 60.0
	if labelled {
		left = drawingLabel
	}
	x := func(v float64) float64 {
		return left + (drawingWidth-left-60)*position(v, math.Log(low), max(math.Log(high), math.Log(low)+1e-9))
	}
	d := &drawing{}
	y := drawingTitle
	for _, s := range list {
		d.text(0, y+14, "start", clipped(s.label), "")
		d.printf(`<rect x="%.1f" y="%.1f" width="%.1f" height="9" rx="4.5" fill="%s" fill-opacity=".45"/>`, x(s.low), y+5, max(x(s.high)-x(s.low), 1), figureColour(0))
		d.printf(`<path d="M%.1f %.1fv17" stroke="%s" stroke-width="4"/>`, x(s.mid), y+1, figureColour(5))
		for _, v := range s.dots {
			d.printf(`<circle cx="%.1f" cy="%.1f" r="5" fill="%s"><title>%s</title></circle>`, x(v), y+9.5, figureColour(4), html.EscapeString(say(v)))
		}
		d.text(x(s.low), y+33, "middle", say(s.low), ` fill-opacity=".75"`)
		d.text(x(s.high), y+33, "middle", say(s.high), ` fill-opacity=".75"`)
		d.text(x(s.mid), y+33, "middle", say(s.mid), ` font-weight="600"`)
		y += 44
	}
	d.height = y
	return d.finish(title.In(l))
}

// clipped is a label that fits beside its bar: its end, where rows differ.
func clipped(label string) string {
	const most = 40
	if r := []rune(label); len(r) > most {
		return "…" + string(r[len(r)-most+1:])
	}
	return label
}

// drawingLabel is how wide labels beside bars are.
const drawingLabel = 262.0

// bar is a row of bars: what is used of what there is.
type bar struct {
	label          string
	used, of, high quantity.Bytes // high is the upper end of the band
}

// barsDrawing draws the memory of several rows below one another.
func barsDrawing(list []bar, l text.Lang) string {
	most := quantity.Bytes(0)
	for _, b := range list {
		most = max(most, b.used, b.of, b.high)
	}
	const left = drawingLabel
	scale := (drawingWidth - left - 70) / float64(most)
	d := &drawing{}
	y := drawingTitle
	for _, b := range list {
		d.text(0, y+12, "start", clipped(b.label), "")
		colour := figureColour(5)
		if b.used > b.of {
			colour = figureColour(1)
		}
		d.printf(`<rect x="%.0f" y="%.1f" width="%.1f" height="16" fill="currentColor" fill-opacity=".08"/>`, left, y, float64(b.of)*scale)
		d.printf(`<rect x="%.0f" y="%.1f" width="%.1f" height="16" fill="%s"/>`, left, y, float64(b.used)*scale, colour)
		d.printf(`<path d="M%.1f %.1fv22" stroke="currentColor" stroke-width="2"/>`, left+float64(b.of)*scale, y-3)
		d.text(left+float64(max(b.used, b.of))*scale+6, y+12, "start", b.used.String(), "")
		y += 26
	}
	d.height = y + 4
	return d.finish(text.MemoryDevice.In(l))
}
