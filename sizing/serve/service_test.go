package serve

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/hardware"
	"mlsizer/sizing/catalog/catalogtest"
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// TestWaits: the mean wait of an M/D/1 queue is half that of M/M/1, whose is
// busy/(1-busy) services.
// Source: Kleinrock, "Queueing Systems", volume 1, equations 3.23 and 5.63.
func TestWaits(t *testing.T) {
	for _, c := range []struct{ busy, service, mean, p99 float64 }{
		{0.5, 2, 1, 2 * math.Log(50)},
		{0.8, 1, 2, 2.5 * math.Log(80)},
		{0.01, 1, 0.01 / 1.98, 0}, // 99 of 100 find nobody
	} {
		assert.InDelta(t, c.mean, meanWait(c.busy, c.service), 1e-12)
		assert.InDelta(t, c.p99, waitAt(0.99, c.busy, c.service), 1e-12)
	}
}

// served is a request of a model of the catalogue on one H100.
func served(t *testing.T) Request {
	q, err := FindQuant("bf16")
	require.NoError(t, err)
	d, err := hardware.Default().Find("h100")
	require.NoError(t, err)
	c, err := hardware.NewCluster(d, 1)
	require.NoError(t, err)
	return Request{Model: catalogtest.Model(t, "llama-3.1-8b"), Quant: q, Cluster: c, Context: 4608, Prompt: 4096, Output: 512, Batch: 1}
}

func TestServiceMeetsItsLevel(t *testing.T) {
	s := served(t)
	for _, level := range []Level{
		{Users: 20, FirstToken: 1, PerToken: 0.03},
		{Rate: 8, FirstToken: 2},
		{Users: 300, Rate: 4, FirstToken: 2, PerToken: 0.05},
		{Users: 200, PrefixShare: 0.8, FirstToken: 0.5},
		{Rate: 8, FirstToken: 2, Prefill: 2, Decode: 1},
	} {
		x, err := s.Service(level, 2)
		require.NoError(t, err, level)
		if level.FirstToken > 0 {
			assert.LessOrEqual(t, x.P99, level.FirstToken)
		}
		if level.PerToken > 0 {
			assert.LessOrEqual(t, x.PerToken, level.PerToken)
		}
		assert.GreaterOrEqual(t, x.Rate, level.Rate*0.999)
		assert.GreaterOrEqual(t, x.Users, float64(level.Users)*0.999)
		assert.Equal(t, x.Devices, x.Layout.Devices()/x.Layout.Replicas*(x.Replicas+x.PrefillReplicas))
		assert.LessOrEqual(t, x.P50, x.P99)
		// Both prices together are the devices' hours.
		paid := float64(x.Input)*x.Rate*4096*3600/1e6 + float64(x.Output)*x.Rate*512*3600/1e6
		assert.InEpsilon(t, 2*float64(x.Devices), paid, 1e-9)
		assert.NotEmpty(t, x.Curve)
	}
}

// TestServiceMoreIsHarder: no lower load or looser limit takes more devices.
func TestServiceMoreIsHarder(t *testing.T) {
	s := served(t)
	devices := func(l Level) int {
		x, err := s.Service(l, 0)
		require.NoError(t, err)
		return x.Devices
	}
	last := 0
	for _, users := range []int64{1, 20, 100, 500, 2000} {
		n := devices(Level{Users: users, FirstToken: 1})
		assert.GreaterOrEqual(t, n, last)
		last = n
	}
	assert.Greater(t, last, 1)
	assert.LessOrEqual(t, devices(Level{Users: 500, FirstToken: 4}), devices(Level{Users: 500, FirstToken: 0.5}))
	assert.Less(t, devices(Level{Rate: 60, FirstToken: 1, PrefixShare: 0.9}), devices(Level{Rate: 60, FirstToken: 1}))
}

func TestServiceRejects(t *testing.T) {
	s := served(t)
	for code, level := range map[string]Level{
		"service.users-out-of-range":  {Users: -1},
		"service.rate-out-of-range":   {Rate: math.NaN()},
		"service.prefix-out-of-range": {Users: 1, PrefixShare: 1},
		"service.ratio-out-of-range":  {Users: 1, Prefill: 2},
		"service.no-devices":          {Users: 1, FirstToken: quantity.Seconds(1e-6)},
	} {
		_, err := s.Service(level, 0)
		assert.True(t, note.Is(err, code), "%s: %v", code, err)
	}
}
