package train_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog"
	"mlsizer/sizing/train"
)

// preparedOn is llama-3.1-8b on a cluster, with a PUE of 1.2 in a region.
func preparedOn(t *testing.T, on, region string) *train.Prepared {
	t.Helper()
	e, err := catalog.Default().Find("llama-3.1-8b")
	require.NoError(t, err)
	m, err := e.Build()
	require.NoError(t, err)
	c, err := hardware.ParseCluster(hardware.Default(), on)
	require.NoError(t, err)
	w := train.Workload{Seq: 4096, Precision: train.BF16, PUE: 1.2}
	if region != "" {
		w.Region, err = hardware.FindRegion(region)
		require.NoError(t, err)
	}
	s, err := train.FindStack("megatron-core")
	require.NoError(t, err)
	p, err := train.Prepare(m, w, s, c)
	require.NoError(t, err)
	return p
}

// By hand, 1,000 device-hours in 100 hours (90 to 150). At $3.99 they are $3,990,
// $3,591 to $5,985. An H100 of 700 W has 269 W of the node beside it (7,752 W / 8
// less 700 W) and at most 575 W: 969 kWh and 700 to 1,275 kWh, times the PUE of
// 1.2 1,162.8 kWh, and with the time 0.9 x 840 = 756 to 1.5 x 1,530 = 2,295 kWh. At
// Sweden's 35.89 g per kWh 1,162.8 kWh emit 41.732892 kg.
func TestBill(t *testing.T) {
	p := preparedOn(t, "h100x8", "se")
	c, e := p.Bill(1000, 360_000, 324_000, 540_000)
	for name, v := range map[string][2]float64{
		"usd": {3990, float64(c.USD)}, "usd low": {3591, float64(c.Low)}, "usd high": {5985, float64(c.High)},
		"kwh": {1162.8, float64(e.KWh)}, "kwh low": {756, float64(e.Low)}, "kwh high": {2295, float64(e.High)},
		"kg": {41.732892, float64(e.CO2)},
	} {
		assert.InEpsilon(t, v[0], v[1], 1e-12, name)
	}
}

// On two nodes, three ports of a switch of 64 for each device: 747 / 64 x 3 W =
// 35.015625 W, at most 1,720 / 64 x 3 = 80.625 W.
func TestBillOfNetwork(t *testing.T) {
	_, e := preparedOn(t, "h100x16", "").Bill(1000, 1, 1, 1)
	assert.InEpsilon(t, (969+35.015625)*1.2, float64(e.KWh), 1e-12)
	assert.InEpsilon(t, 700*1.2, float64(e.Low), 1e-12)
	assert.InEpsilon(t, (1275+80.625)*1.2, float64(e.High), 1e-12)
	assert.Zero(t, e.CO2, "no region")
}

// What is not known is null in JSON, and no zero.
func TestBillJSON(t *testing.T) {
	none, err := train.Energy{}.MarshalJSON()
	require.NoError(t, err)
	assert.JSONEq(t, `{"kwh":null,"kwh_low":null,"kwh_high":null,"kg_co2":null}`, string(none))
	some, err := train.Energy{KWh: 2, Low: 1, High: 3}.MarshalJSON()
	require.NoError(t, err)
	assert.JSONEq(t, `{"kwh":2,"kwh_low":1,"kwh_high":3,"kg_co2":null}`, string(some))
}
