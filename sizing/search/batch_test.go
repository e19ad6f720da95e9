package search

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNearBatches(t *testing.T) {
	for _, c := range []struct {
		target  float64
		devices int
		unit    int64
		want    []int64
	}{
		{1953.125, 16384, 1, []int64{2048}},                     // 16M tokens at 8192
		{1562.5, 512, 1, []int64{1536}},                         // 3.2M tokens at 2048
		{1024, 64, 1, []int64{1024}},                            // divides by everything
		{1953, 16384, 1, []int64{2048}},                         // itself not divisible
		{1024, 7, 1, []int64{1024, 1022, 1036, 1008}},           // 7 x 146, 7 x 148, 7 x 144
		{1024, 24, 1, []int64{1024, 1020, 1032}},                // 12 x 85, 24 x 43
		{16, 24, 1, []int64{16}},                                // nothing else is near
		{2.4, 8, 1, []int64{2}},                                 // the nearest, though 17 % off
		{1, 8, 1, []int64{1}},                                   //
		{1024, 1000, 12, []int64{1020, 1056}},                   // of a layout with 12 sequences at once
		{1024, 2048, 2048, nil},                                 // more at once than wanted
		{math.Exp2(30), 1 << 17, 1, []int64{1 << 30}},           // not one by one
		{976.5625, 8, 1, []int64{976, 992, 960, 1024}},          // 4M tokens at 4096
		{3, 1, 1, []int64{3}}, {15360, 2048, 1, []int64{15360}}, //
	} {
		t.Run(fmt.Sprint(c.target, " on ", c.devices, " in ", c.unit), func(t *testing.T) {
			require.Equal(t, c.want, NearBatches(c.target, c.devices, c.unit))
		})
	}
}

// Every batch is near, a multiple of the unit, and shares more with the devices
// than those before it; the last shares most of all that are near.
func TestNearBatchesDivide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Float64Range(20, 3000).Draw(t, "target")
		devices := rapid.IntRange(1, 4096).Draw(t, "devices")
		list := NearBatches(target, devices, 1)
		require.NotEmpty(t, list)
		size := int64(devices) * microBatches
		off := 0.0
		for i, n := range list {
			require.LessOrEqual(t, math.Abs(float64(n)-target), max(batchWithin*target, 0.5))
			require.GreaterOrEqual(t, math.Abs(float64(n)-target), off)
			off = math.Abs(float64(n) - target)
			for _, nearer := range list[:i] {
				require.True(t, gcd(n, size) > gcd(nearer, size) || gcd(n, int64(devices)) > gcd(nearer, int64(devices)))
			}
		}
		most := int64(0)
		for n := int64(math.Ceil(target * (1 - batchWithin))); float64(n) <= target*(1+batchWithin); n++ {
			most = max(most, gcd(n, size))
		}
		shared := int64(0)
		for _, n := range list {
			shared = max(shared, gcd(n, size))
		}
		require.Equal(t, most, shared)
	})
}
