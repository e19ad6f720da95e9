package report

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/evidence"
)

// QuantityText is what a row measures, in words.
func QuantityText(q evidence.Quantity) text.Text {
	return text.Of(text.Quantities, string(q))
}

// A drawing, in its own units.
const (
	figureWidth, figureHeight = 800, 640
	figureLeft, figureTop     = 76, 44
	figureSide                = 520
	figureLegend              = figureLeft + figureSide + 22
)

// figureColours tell stacks apart, on light paper and on dark; what comes after
// them is grey. Sources: Okabe and Ito, "Color Universal Design", 2008; the last
// but one of P. Tol, "Colour Schemes", 2021.
var figureColours = []string{"#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#0072b2", "#aa4499", "#7f7f7f"}

// Scatter draws predicted against measured, a drawing for each quantity and a
// dot with its band for each row, on two logarithmic axes: dots on the diagonal
// were predicted exactly, the dashed lines are 20 % off, and a hollow dot is
// outside of its band.
func Scatter(rep *evidence.Report, lang text.Lang) string {
	var b strings.Builder
	for _, q := range []evidence.Quantity{evidence.StepSeconds, evidence.DeviceHours, evidence.PeakMemory} {
		if rows := drawn(rep, q); len(rows) > 0 {
			f := figure{Builder: &b, rows: rows, lang: lang, quantity: q}
			f.draw()
		}
	}
	return b.String()
}

// drawn are the rows of a quantity that have a place on logarithmic axes.
func drawn(rep *evidence.Report, q evidence.Quantity) []*evidence.Result {
	var rows []*evidence.Result
	for i := range rep.Rows {
		if r := &rep.Rows[i]; r.Quantity == q && r.Measured > 0 && r.Predicted > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

// figure is a drawing of one quantity.
type figure struct {
	*strings.Builder
	rows     []*evidence.Result
	lang     text.Lang
	quantity evidence.Quantity

	low, high float64 // of both axes, in powers of ten
}

func (f *figure) printf(format string, args ...any) { fmt.Fprintf(f, format, args...) }

// at is the place of a value along an axis.
func (f *figure) at(v float64) float64 {
	return min(max((math.Log10(v)-f.low)/(f.high-f.low), 0), 1) * figureSide
}

func (f *figure) x(v float64) float64 { return figureLeft + f.at(v) }

func (f *figure) y(v float64) float64 { return figureTop + figureSide - f.at(v) }

// text writes words at a place; anchor is start, middle or end.
func (f *figure) text(x, y float64, anchor, words, more string) {
	f.printf(`<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>`, x, y, anchor, more, html.EscapeString(words))
}

func (f *figure) draw() {
	f.low, f.high = math.Inf(1), math.Inf(-1)
	for _, r := range f.rows {
		f.low = min(f.low, math.Log10(min(r.Measured, r.Predicted)))
		f.high = max(f.high, math.Log10(max(r.Measured, r.Predicted)))
	}
	f.low, f.high = f.low-0.08, f.high+0.08
	name := QuantityText(f.quantity).In(f.lang)
	f.printf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="sans-serif" font-size="12" fill="currentColor">`,
		figureWidth, figureHeight, html.EscapeString(name+": "+text.Scatter.In(f.lang)))
	f.text(figureLeft, figureTop-20, "start", text.FigureTitle.With(name, len(f.rows), render.Percent(medianError(f.rows)), render.Percent(covered(f.rows))).In(f.lang), ` font-size="15" font-weight="600"`)
	f.axes(name)
	f.lines()
	f.legend(f.dots())
	f.WriteString("</svg>")
}

// axes draws frame, grid and numbers: every power of ten, and twice and five
// times it where there are few.
func (f *figure) axes(name string) {
	f.printf(`<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="currentColor" stroke-opacity=".4"/>`, figureLeft, figureTop, figureSide, figureSide)
	steps := []float64{1}
	if f.high-f.low < 3.5 {
		steps = []float64{1, 2, 5}
	}
	for e := math.Floor(f.low); e <= f.high; e++ {
		for _, s := range steps {
			v := s * math.Pow(10, e)
			if l := math.Log10(v); l < f.low || l > f.high {
				continue
			}
			x, y := f.x(v), f.y(v)
			f.printf(`<path d="M%.1f %dV%dM%d %.1fH%d" stroke="currentColor" stroke-opacity=".13"/>`, x, figureTop, figureTop+figureSide, figureLeft, y, figureLeft+figureSide)
			number := figureNumber(v)
			f.text(x, figureTop+figureSide+18, "middle", number, "")
			f.text(figureLeft-8, y+4, "end", number, "")
		}
	}
	middle := float64(figureSide) / 2
	f.text(figureLeft+middle, figureTop+figureSide+44, "middle", fmt.Sprintf(text.MeasuredAxis.In(f.lang), name), ` font-size="13"`)
	f.text(0, 0, "middle", fmt.Sprintf(text.PredictedAxis.In(f.lang), name), fmt.Sprintf(` font-size="13" transform="translate(18 %.1f) rotate(-90)"`, figureTop+middle))
}

// figureNumber is a number on an axis: 0.05, 200, 10K, 5M.
func figureNumber(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.4gM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.4gK", v/1e3)
	}
	return fmt.Sprintf("%.4g", v)
}

// lines draws the diagonal and, dashed, what is 20 % above and below it.
func (f *figure) lines() {
	low, high := math.Pow(10, f.low), math.Pow(10, f.high)
	for _, l := range []struct {
		factor float64
		style  string
	}{{1, `stroke-opacity=".75" stroke-width="1.4"`}, {1.2, `stroke-opacity=".45" stroke-dasharray="5 4"`}, {1 / 1.2, `stroke-opacity=".45" stroke-dasharray="5 4"`}} {
		from, to := max(low, low/l.factor), min(high, high/l.factor)
		f.printf(`<path d="M%.1f %.1fL%.1f %.1f" stroke="currentColor" %s/>`, f.x(from), f.y(from*l.factor), f.x(to), f.y(to*l.factor), l.style)
	}
}

// stackRows is a stack with how many rows it has.
type stackRows struct {
	name string
	n    int
}

// dots draws the rows, a colour a stack, and returns the stacks, those with the
// most rows first.
func (f *figure) dots() []stackRows {
	var stacks []stackRows
	at := func(name string) int {
		return slices.IndexFunc(stacks, func(s stackRows) bool { return s.name == name })
	}
	for _, r := range f.rows {
		if i := at(r.Stack); i >= 0 {
			stacks[i].n++
		} else {
			stacks = append(stacks, stackRows{r.Stack, 1})
		}
	}
	slices.SortFunc(stacks, func(a, b stackRows) int { return cmp.Or(b.n-a.n, cmp.Compare(a.name, b.name)) })
	for _, r := range f.rows {
		colour := figureColour(at(r.Stack))
		f.printf(`<g stroke="%s"><path d="M%.1f %.1fV%.1f" stroke-opacity=".22"/>`, colour, f.x(r.Measured), f.y(r.Low), f.y(r.High))
		fill := `fill="` + colour + `" fill-opacity=".6" stroke="none"`
		if !inBand(r) {
			fill = `fill="none"`
		}
		f.printf(`<circle cx="%.1f" cy="%.1f" r="3" %s><title>%s: %s</title></circle></g>`, f.x(r.Measured), f.y(r.Predicted), fill, html.EscapeString(r.ID),
			html.EscapeString(text.Dot.With(fmt.Sprintf("%.4g", r.Measured), fmt.Sprintf("%.4g", r.Predicted), fmt.Sprintf("%.4g–%.4g", r.Low, r.High)).In(f.lang)))
	}
	return stacks
}

func figureColour(i int) string { return figureColours[min(i, len(figureColours)-1)] }

// legend names the stacks and the marks.
func (f *figure) legend(stacks []stackRows) {
	y := float64(figureTop) + 10
	line := func(mark, words string) {
		f.printf(`<g transform="translate(%d %.1f)">%s</g>`, figureLegend, y, mark)
		f.text(figureLegend+26, y+4, "start", words, "")
		y += 20
	}
	for i, s := range stacks {
		line(fmt.Sprintf(`<circle cx="9" r="4.5" fill="%s"/>`, figureColour(i)), fmt.Sprintf("%s (%d)", cmp.Or(s.name, "-"), s.n))
	}
	y += 10
	line(`<path d="M0 0H20" stroke="currentColor" stroke-width="1.4"/>`, text.Exactly.In(f.lang))
	line(`<path d="M0 0H20" stroke="currentColor" stroke-dasharray="5 4"/>`, text.Dashed.In(f.lang))
	line(`<path d="M9 -8V8" stroke="currentColor" stroke-opacity=".5"/><circle cx="9" r="3.5" fill="currentColor"/>`, text.InBand.In(f.lang))
	line(`<path d="M9 -8V8" stroke="currentColor" stroke-opacity=".5"/><circle cx="9" r="3.5" fill="none" stroke="currentColor"/>`, text.OutOfBand.In(f.lang))
}

func inBand(r *evidence.Result) bool { return r.Low <= r.Measured && r.Measured <= r.High }

// medianError is the median of the errors, as a share.
func medianError(rows []*evidence.Result) float64 {
	errors := make([]float64, len(rows))
	for i, r := range rows {
		errors[i] = r.APE
	}
	slices.Sort(errors)
	n := len(errors)
	return (errors[(n-1)/2] + errors[n/2]) / 2
}

// covered is the share of rows inside their bands.
func covered(rows []*evidence.Result) float64 {
	n := 0
	for _, r := range rows {
		if inBand(r) {
			n++
		}
	}
	return float64(n) / float64(len(rows))
}
