package report

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// element is one of a drawing.
type element struct {
	name  string
	attrs map[string]string
}

// elementsOf parses drawings, which are well-formed.
func elementsOf(t *testing.T, svg string) []element {
	t.Helper()
	var list []element
	d := xml.NewDecoder(strings.NewReader("<all>" + svg + "</all>"))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			e := element{start.Name.Local, map[string]string{}}
			for _, a := range start.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			list = append(list, e)
		}
	}
}

// widths are those of the rectangles of some colours.
func widths(t *testing.T, list []element, height string) []float64 {
	var all []float64
	for _, e := range list {
		if e.name == "rect" && e.attrs["height"] == height && strings.HasPrefix(e.attrs["fill"], "#") {
			w, err := strconv.ParseFloat(e.attrs["width"], 64)
			require.NoError(t, err)
			all = append(all, w)
		}
	}
	return all
}

// The parts of a bar are as long as their bytes, and the mark stands at the
// device.
func TestMemoryDrawing(t *testing.T) {
	m := &train.Memory{Weights: 30 << 30, Gradients: 10 << 30, Total: 40 << 30, Low: 35 << 30, High: 50 << 30, Device: 80 << 30}
	svg := trainingMemory(m, text.English)
	parts := widths(t, elementsOf(t, svg), "26")
	require.Len(t, parts, 2, "no part of nothing")
	assert.InDelta(t, 3, parts[0]/parts[1], 0.01)
	assert.InDelta(t, drawingWidth*40/80/1.02, parts[0]+parts[1], 0.1)
	assert.Contains(t, svg, "device 80.0 GiB")
	assert.Contains(t, trainingMemory(m, text.Chinese), text.Weights.ZH)

	over := &serve.Memory{Weights: 200 << 30, Total: 200 << 30, Device: 80 << 30}
	parts = widths(t, elementsOf(t, servingMemory(over, text.English)), "26")
	require.Len(t, parts, 1)
	assert.InDelta(t, drawingWidth/1.02, parts[0], 0.1)
}

// The terms of a step fill its bar, the largest first.
func TestBreakdownDrawing(t *testing.T) {
	e := &train.Estimate{}
	e.Time.Step = 10
	e.Time.Terms.Attention, e.Time.Terms.Products, e.Time.Terms.Optimizer = 3, 6, 1
	parts := widths(t, elementsOf(t, stepDrawing(e, text.English)), "26")
	require.Len(t, parts, 3)
	assert.IsDecreasing(t, parts)
	assert.InDelta(t, drawingWidth, parts[0]+parts[1]+parts[2], 0.1)
}

// A band lies between its ends, a value within it, and a published value where it
// is on the same axis; labels are escaped.
func TestBandedDrawing(t *testing.T) {
	svg := bandedDrawing([]banded{{label: `<a "b">`, low: 10, mid: 20, high: 40, dots: []float64{80}}, {low: 1, mid: 1, high: 1}}, text.RunTime, func(v float64) string { return quantity.Seconds(v).String() }, text.English)
	list := elementsOf(t, svg)
	var dot float64
	for _, e := range list {
		if e.name == "circle" {
			var err error
			dot, err = strconv.ParseFloat(e.attrs["cx"], 64)
			require.NoError(t, err)
		}
	}
	assert.InDelta(t, drawingWidth-60, dot, 0.1, "the largest value is at the end")
	assert.Contains(t, svg, "&lt;a")
	assert.NotContains(t, svg, "NaN")
	elementsOf(t, bandedDrawing([]banded{{low: 1, mid: 1, high: 1}}, text.RunTime, func(float64) string { return "" }, text.English))
}

// A row whose model does not fit has another colour.
func TestBarsDrawing(t *testing.T) {
	list := elementsOf(t, barsDrawing([]bar{{label: "a", used: 10, of: 20, high: 12}, {label: "b", used: 30, of: 20}}, text.English))
	var fills []string
	for _, e := range list {
		if e.name == "rect" && strings.HasPrefix(e.attrs["fill"], "#") {
			fills = append(fills, e.attrs["fill"])
		}
	}
	require.Len(t, fills, 2)
	assert.NotEqual(t, fills[0], fills[1])
	assert.Equal(t, "…"+strings.Repeat("x", 39), clipped(strings.Repeat("x", 60)))
}
