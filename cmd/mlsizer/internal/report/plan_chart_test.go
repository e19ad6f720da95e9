package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
