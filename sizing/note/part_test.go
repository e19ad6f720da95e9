package note

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/quantity"
)

// Inputs of parts, sums and products are listed as numbers in their base units,
// wherever they stand.
func TestInputsAreNumbers(t *testing.T) {
	d := Derivation{Group: "time", Name: "read", Rule: "r", Inputs: Inputs{
		In("weights", Sum{In("bytes", GB(2e9)), In("experts", NewPart("over", In("bytes of experts", GB(1e9)), In("rate", Product{In("bandwidth", GBps(4e9)), In("share", Short(0.5))})))}),
		In("layers", 3),
	}}
	got, err := json.Marshal(d)
	require.NoError(t, err)
	assert.JSONEq(t, `{"group": "time", "name": "read", "formula": "", "numbers": "", "value": "", "inputs": [
		{"name": "bytes", "value": 2e9, "unit": "bytes"}, {"name": "bytes of experts", "value": 1e9, "unit": "bytes"},
		{"name": "bandwidth", "value": 4e9, "unit": "bytes_per_second"}, {"name": "share", "value": 0.5}, {"name": "layers", "value": 3}]}`, string(got))
	got, err = json.Marshal(Derivation{Name: "total"})
	require.NoError(t, err)
	assert.NotContains(t, string(got), "inputs")
}

// Words are written by their names, and what is no number as null.
func TestInputsThatAreNoNumbers(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{Word("phase.forward"), `"forward"`}, {Word("tokens"), `"tokens"`}, {"tp8 pp2", `"tp8 pp2"`},
		{math.Inf(1), "null"}, {quantity.Seconds(math.NaN()), "null"},
	} {
		got, err := json.Marshal(plain(c.value))
		require.NoError(t, err)
		assert.Equal(t, c.want, string(got))
	}
}

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		value fmt.Stringer
		want  string
		unit  string
	}{
		{Short(0.96734), "0.9673", ""}, {Rate(9999.4), "9999", ""}, {Rate(12345.6), "12346", ""}, {Price(0.30124), "$0.3012", "usd"},
		{MiB(23440.9375 * (1 << 20)), "23440.9375 MiB", "bytes"}, {GiB(0.55 * (1 << 30)), "0.55 GiB", "bytes"},
		{MB(1048576), "1.049 MB", "bytes"}, {GB(15.012e9), "15.01 GB", "bytes"}, {GBps(3.35e12), "3350 GB/s", "bytes_per_second"},
		{TFLOP(1.5e12), "1.5 TFLOP", "flops"}, {TFLOPps(9.894e14), "989.4 TFLOP/s", "flops_per_second"},
		{Fine(82.412), "82.41 s", "seconds"}, {quantity.USD(2), "$2.00", "usd"},
		{Quoted(2.5), "$2.50", "usd"}, {Quoted(0.011), "$0.011", "usd"}, {Quoted(98.32), "$98.32", "usd"}, {Quoted(1200), "$1200.00", "usd"},
	} {
		assert.Equal(t, c.want, c.value.String())
		assert.Equal(t, c.unit, unit(c.value))
	}
}
