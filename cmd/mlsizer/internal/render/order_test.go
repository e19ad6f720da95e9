package render

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"mlsizer/cmd/mlsizer/internal/text"
	"mlsizer/sizing/quantity"
)

func TestCompareValues(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b any
		want int
	}{
		{"typed counts by size", "512", "2k", -1},
		{"text that is no number by letters", "deepspeed", "torchtitan", -1},
		{"numbers before names", "1024", "max", -1},
		{"quantities", quantity.USD(3), quantity.USD(2), 1},
		{"whole quantities", quantity.Params(7e9), quantity.Params(70e9), -1},
		{"middles of ranges", Range{Mid: 2, Low: 1, High: 9}, Range{Mid: 3, Low: 1, High: 4}, -1},
		{"shares", Percent(0.5), Percent(0.5), 0},
		{"changes", Change(-0.2), Change(0.1), -1},
		{"no before yes", false, true, -1},
		{"words", text.Yes, text.No, 1},
		{"what is missing stands last", nil, quantity.USD(2), 1},
		{"in either place", Percent(1), nil, -1},
		{"nothing is as nothing", nil, "", 0},
	} {
		assert.Equal(t, tt.want, Compare(tt.a, tt.b), tt.name)
		assert.Equal(t, -tt.want, Compare(tt.b, tt.a), tt.name)
	}
}

func TestChange(t *testing.T) {
	for _, tt := range []struct {
		change Change
		want   string
	}{
		{0, "0 %"}, {0.004, "0 %"}, {0.12, "+12 %"}, {-0.034, "−3 %"}, {-1, "−100 %"},
		{Change(math.Nextafter(manifold, 0)), "+900 %"}, {manifold, "x10"}, {120.4, "x121"},
	} {
		assert.Equal(t, tt.want, tt.change.String(), "%g", float64(tt.change))
	}
	assert.Equal(t, "1.25x", Times(1.25).String())
	assert.Equal(t, "78.7", Rate(78.66).String())
}
