package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing"
	"mlsizer/sizing/quantity"
)

// What is kept is beaten by nothing, and what is not is beaten by something
// that is kept.
func TestUndominated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var points []paretoPoint
		for range rapid.IntRange(0, 12).Draw(t, "points") {
			n := func(name string) int { return rapid.IntRange(1, 4).Draw(t, name) }
			points = append(points, paretoPoint{Devices: n("devices"), Run: quantity.Seconds(n("run")), Hours: float64(n("hours")), Memory: quantity.Bytes(n("memory"))})
		}
		kept := undominated(points)
		for i := range kept {
			for j := range points {
				require.False(t, points[j].beats(&kept[i]))
			}
		}
		for i := range points {
			ok := false
			for j := range kept {
				ok = ok || kept[j] == points[i] || kept[j].beats(&points[i])
			}
			require.True(t, ok)
		}
	})
}

func TestChart(t *testing.T) {
	c := &chart{xName: "devices", yName: "run",
		points: []chartPoint{{1, 100}, {10, 10}, {100, 1}},
		xText:  func(v float64) string { return fmt.Sprintf("%.0f", v) },
		yText:  func(v float64) string { return fmt.Sprintf("%.0f s", v) }}
	require.Equal(t, strings.Join([]string{
		"run",
		"100 s │●",
		"      │",
		"      │          ●",
		"      │",
		"  1 s │                    ●",
		"      └─────────────────────",
		"       1         100 devices",
	}, "\n"), strings.Join(c.text(21, 5), "\n"))
	svg := c.svg()
	require.Equal(t, 3, strings.Count(svg, "<circle"))
	require.True(t, strings.HasPrefix(svg, "<svg ") && strings.HasSuffix(svg, "</svg>"))
	// The labels of the y axis end 6 left of it, and have room for a run of any
	// length: a digit of 12 px is at most 7 wide.
	var axis float64
	_, err := fmt.Sscanf(svg[strings.Index(svg, "<path"):], `<path d="M%f`, &axis)
	require.NoError(t, err)
	require.GreaterOrEqual(t, axis-6, 7.0*float64(len("1234.5 days")-1))
	one := &chart{points: []chartPoint{{8, 5}}, xText: c.xText, yText: c.yText}
	require.NotContains(t, strings.Join(one.text(10, 3), ""), "NaN")
}

// Where the second plan loses, what it saves elsewhere is said too: the terms
// add up to what it loses.
func TestLargestTerms(t *testing.T) {
	terms := []sizing.StepTerm{{Name: "bubble", Time: -0.055}, {Name: "nothing"}, {Name: "transfers", Time: 0.079}, {Name: "stragglers", Time: 0.001}}
	got := largest(terms, 10)
	require.Equal(t, []boundJSON{{"transfers", 0.079, 0.0079}, {"bubble", -0.055, -0.0055}, {"stragglers", 0.001, 0.0001}}, got)
}
