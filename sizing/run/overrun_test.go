package run

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/efficiency"
	"mlsizer/sizing/quantity"
)

// overruns is a file with round figures.
const overruns = `{"source": "s", "constants": [
	{"name": "overrun", "match": {}, "value": 1.5, "origin": "x"},
	{"name": "overrun", "match": {"model": "mixture"}, "value": 0.8, "origin": "x"},
	{"name": "overrun", "match": {"era": "before-2023"}, "value": 1.2, "origin": "x"},
	{"name": "overrun_length", "match": {}, "value": 0.5, "origin": "x"},
	{"name": "step_width", "match": {}, "value": 0.3, "origin": "x"}],
	"bands": [{"match": {}, "low": 0.5, "high": 2, "elsewhere": {"low": 0.5, "high": 2}, "archs": ["Hopper GH100"]}, {"match": {"given": "both"}, "low": 0.8, "high": 1.25}]}`

// The figures are worked out by hand.
func TestOverrunOf(t *testing.T) {
	f, err := ReadOverruns(bytes.NewReader([]byte(overruns)))
	require.NoError(t, err)
	h100, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	b200, err := hardware.Default().Find("b200")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		q            efficiency.Match
		d            *hardware.Device
		planned      quantity.Seconds
		below, above float64
		want         Overrun
	}{
		"a typical length":         {efficiency.Match{}, h100, typicalLength, 0, 0, Overrun{1.5, 0.75, 3}},
		"a mixture of long ago":    {efficiency.Match{Model: "mixture", Era: "before-2023"}, h100, typicalLength, 0, 0, Overrun{1.44, 0.72, 2.88}},
		"four times as long":       {efficiency.Match{}, h100, 4 * typicalLength, 0, 0, Overrun{0.75, 0.375, 1.5}},
		"no longer than a hundred": {efficiency.Match{}, h100, 1000 * typicalLength, 0, 0, Overrun{1.5 / math.Sqrt(5), 0.75 / math.Sqrt(5), 3 / math.Sqrt(5)}},
		"layout and software":      {efficiency.Match{Given: "both"}, h100, typicalLength, 0, 0, Overrun{1.5, 1.5 * 0.8, 1.5 * 1.25}},
		// ln 2 and a surplus of 0.4 (0.5² - 0.3²) in quadrature.
		"a step of a wide band":      {efficiency.Match{}, h100, typicalLength, 0.5, 0.2, Overrun{1.5, 1.5 / math.Exp(math.Sqrt(math.Ln2*math.Ln2+0.16)), 3}},
		"an unmeasured architecture": {efficiency.Match{}, b200, typicalLength, 0, 0, Overrun{1.5, 1.5 * math.Pow(0.5, math.Sqrt2), 1.5 * math.Pow(2, math.Sqrt2)}},
	} {
		got := OverrunOf(f, &c.q, c.d, c.planned, c.below, c.above)
		assert.InEpsilon(t, c.want.Median, got.Median, 1e-9, name)
		assert.InEpsilon(t, c.want.Low, got.Low, 1e-9, name)
		assert.InEpsilon(t, c.want.High, got.High, 1e-9, name)
	}
}

func TestSituation(t *testing.T) {
	for _, c := range []struct {
		model, device string
		year          int
		kind, era     string
	}{
		{"llama-3.1-70b", "h100", 2024, Dense, ""},
		{"bloom", "a100", 2022, Dense, "before-2023"},
		{"bloom", "b200", 2022, Dense, ""},
		{"gpt-3", "a100", 0, Dense, ""},
		{"mixtral-8x7b", "h100", 2023, Mixture, ""},
		{"bert-large", "v100-32g", 2018, Encoder, "before-2023"},
		{"resnet-50", "a100", 2023, Encoder, ""},
	} {
		e, err := catalog.Default().Find(c.model)
		require.NoError(t, err)
		m, err := e.Build()
		require.NoError(t, err)
		d, err := hardware.Default().Find(c.device)
		require.NoError(t, err)
		got := Situation(m, d, c.year, Given(false, false))
		assert.Equal(t, efficiency.Match{Model: c.kind, Vendor: "NVIDIA", Arch: d.Arch, Device: d.ID, Era: c.era, Given: "nothing"}, got, c.model)
	}
}
