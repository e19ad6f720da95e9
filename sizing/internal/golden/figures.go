package golden

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder holds the files of figures.
const folder = "golden"

// Figure is a number that was published, or worked out by hand.
type Figure struct {
	// Name tells it from the others of its file.
	Name  string
	Value float64
	Unit  string
	// Within is the error that it may have, as a share: half a digit of a
	// published one, or what its source says; 0 where it is exact.
	Within float64
	// Source says where the figure is from, with the arithmetic if there is any.
	Source string
}

// exact is the error that floating-point sums may have.
const exact = 1e-9

// Figures are all rows of a file of the folder golden.
func Figures(t testing.TB, file string) []Figure {
	t.Helper()
	rows := table(t, "figure,value,unit,within,source", folder, file)
	figures := make([]Figure, 0, len(rows))
	for _, row := range rows {
		value, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err, row[0])
		require.NotZero(t, value, row[0])
		within, err := strconv.ParseFloat(row[3], 64)
		require.NoError(t, err, row[0])
		require.True(t, within >= 0 && within < 0.1, "%s: an error of %v", row[0], within)
		require.NotEmpty(t, row[2], "%s has no unit", row[0])
		figures = append(figures, Figure{Name: row[0], Value: value, Unit: row[2], Within: within, Source: row[4]})
	}
	return figures
}

// Compare holds every figure of a file against what was computed under its name.
// A name that only one of them has is an error.
func Compare(t *testing.T, file string, got map[string]float64) {
	t.Helper()
	figures := Figures(t, file)
	for _, f := range figures {
		t.Run(f.Name, func(t *testing.T) {
			value, ok := got[f.Name]
			require.True(t, ok, "nothing is computed for %q", f.Name)
			assert.InEpsilon(t, f.Value, value, max(f.Within, exact), "%s; source: %s", f.Unit, f.Source)
		})
	}
	require.Len(t, got, len(figures), "every number that is computed has a figure")
}
