package evidence

import (
	"bytes"
	"flag"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/catalog"
	"mlsizer/sizing/run"
)

var writeOverruns = flag.Bool("write-overruns", false, "write the fitted constants of overruns to sizing/run/overrun.json")

// The shipped constants are what the shipped runs give.
func TestShippedOverruns(t *testing.T) {
	f, err := ShippedOverruns()
	require.NoError(t, err)
	if *writeOverruns {
		var b bytes.Buffer
		require.NoError(t, run.WriteOverruns(f.Constants, &b))
		require.NoError(t, os.WriteFile("../run/overrun.json", b.Bytes(), 0o644))
	}
	shipped := run.DefaultOverruns()
	for i, e := range f.Constants.Entries {
		assert.InEpsilon(t, shipped.Entries[i].Value, e.Value, 0.002, "%s %s", e.Name, &e.When)
	}
	for i, b := range f.Constants.Bands {
		assert.InEpsilon(t, shipped.Bands[i].Low, b.Low, 0.002, "%s", &b.When)
		assert.InEpsilon(t, shipped.Bands[i].High, b.High, 0.002, "%s", &b.When)
	}
	assert.Empty(t, f.Skipped)
}

// Every shipped run, asked with layout and software open and judged by constants
// and bands that its laboratory had no part in: the band holds about 80 %, and
// the prediction is in the middle.
func TestOverrunsAcrossLaboratories(t *testing.T) {
	f, err := ShippedOverruns()
	require.NoError(t, err)
	for _, given := range [][]string{{"nothing"}, {"layout", "software", "both"}} {
		var ratios []float64
		inside := 0.0
		for i := range f.Runs {
			if r := &f.Runs[i]; slices.Contains(given, r.Given) {
				ratios = append(ratios, r.Measured/r.Predicted)
				if r.Low <= r.Measured && r.Measured <= r.High {
					inside++
				}
			}
		}
		slices.Sort(ratios)
		assert.InDelta(t, 0.815, inside/float64(len(ratios)), 0.065, given)
		assert.InDelta(t, 1, quantile(ratios, 0.5), 0.15, given)
	}
}

// A run that the catalogue knows too has the catalogue's figures.
func TestWholeRunsAgreeWithCatalogue(t *testing.T) {
	rows, err := WholeRuns()
	require.NoError(t, err)
	same := 0
	for _, r := range rows {
		e, err := catalog.Default().Find(r.Model)
		if err != nil {
			continue
		}
		for _, known := range e.Runs {
			hours := known.DeviceHours
			if hours == 0 {
				hours = known.Days * 24 * float64(known.Count)
			}
			if r.ID != "run-"+e.Name || known.Tokens == 0 || hours == 0 || known.Devices != r.Device {
				continue
			}
			same++
			assert.InEpsilon(t, hours, r.DeviceHours, 0.05, r.ID)
			if r.Tokens > 0 {
				assert.InEpsilon(t, float64(known.Tokens), r.Tokens, 0.01, r.ID)
			}
		}
	}
	assert.Greater(t, same, 30)
}

// An overrun's quantiles are those of its ends.
func TestOverrunAt(t *testing.T) {
	o := run.Overrun{Median: 1.5, Low: 0.9, High: 2.7}
	for chance, want := range map[float64]float64{0.5: 1.5, 0.9: 2.7, 0.1: 0.9} {
		assert.InEpsilon(t, want, o.At(chance), 1e-9)
	}
	// The third quartile of a normal distribution is 0.67449 standard deviations
	// above its mean, and the 90th percentile 1.28155.
	assert.InEpsilon(t, 1.5*math.Exp(math.Log(2.7/1.5)*0.67449/1.28155), o.At(0.75), 1e-5)
}
