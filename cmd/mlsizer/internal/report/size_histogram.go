package report

import (
	"fmt"
	"html"
	"math"
	"strings"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// tierColours are the tiers' colours, as in [figureColours].
var tierColours = [sizing.NumTiers]string{figureColours[0], figureColours[2], figureColours[4], figureColours[1]}

// SizeHistogram draws models by their parameters: sizes[n] models have a count of
// n bits. A bar spans a factor of two and has the colour of the tier in which
// its middle lies. It is "" of no models.
func SizeHistogram(sizes *[64]int64, b sizing.Bounds, lang text.Lang) string {
	first, last, most := histogramEnds(sizes)
	if most == 0 {
		return ""
	}
	const width, height, left, top, bottom = 640.0, 260.0, 48.0, 34.0, 44.0
	step := (width - left - 12) / float64(last-first+1)
	x := func(log2 float64) float64 { return left + (log2-float64(first-1))*step }
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s" font-family="sans-serif" font-size="12" fill="currentColor">`, width, height, html.EscapeString(text.Histogram.In(lang)))
	fmt.Fprintf(&s, `<text x="%.0f" y="18" font-size="14" font-weight="600">%s</text>`, left, html.EscapeString(text.Histogram.In(lang)))
	for n := first; n <= last; n++ {
		tall := float64(sizes[n]) / float64(most) * (height - top - bottom)
		tier, _ := b.Classify(quantity.Params(math.Exp2(float64(n) - 0.5)))
		fmt.Fprintf(&s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s: %d</title></rect>`,
			x(float64(n-1))+1, height-bottom-tall, max(step-2, 1), tall, tierColours[tier], html.EscapeString(spanText(n)), sizes[n])
	}
	fmt.Fprintf(&s, `<path d="M%.0f %.0fH%.0f" stroke="currentColor"/>`, left, height-bottom, width-12)
	fmt.Fprintf(&s, `<text x="%.0f" y="%.0f" text-anchor="end">%d</text>`, left-6, top+10, most)
	for e := 0; e <= 18; e += 3 {
		if at := float64(e) * math.Log2(10); at >= float64(first-1) && at <= float64(last) {
			fmt.Fprintf(&s, `<path d="M%.1f %.0fv5" stroke="currentColor"/>`, x(at), height-bottom)
			fmt.Fprintf(&s, `<text x="%.1f" y="%.0f" text-anchor="middle">%s</text>`, x(at), height-bottom+20, quantity.Params(math.Pow10(e)))
		}
	}
	s.WriteString("</svg>")
	return s.String()
}

// histogramEnds are the first and the last bar, and the height of the tallest.
func histogramEnds(sizes *[64]int64) (first, last int, most int64) {
	for n, count := range sizes {
		if count == 0 {
			continue
		}
		if most == 0 {
			first = n
		}
		last, most = n, max(most, count)
	}
	return first, last, most
}

// spanText is what a bar spans.
func spanText(bits int) string {
	low := quantity.Params(1) << (bits - 1)
	return low.String() + " - " + (low - 1 + low).String()
}
