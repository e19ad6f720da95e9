package hardware

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// By hand. H100: 7,752 W / 8 - 700 = 269 W measured, 10,200 W / 8 - 700 = 575 W at
// most. A100: 6,500 W / 8 - 400 = 412.5 W at most, and the same share of it in
// training, 269 / 575. Others take the shares of the H100: 269 / 700 of a TPU's
// 540 W are 207.5 W. Switches: 3 ports of 400 Gb/s, 747 W and 1,720 W for 64.
func TestDraw(t *testing.T) {
	for _, c := range []struct {
		on             string
		low, mid, high float64
	}{
		{"h100x8", 700, 969, 1275},
		{"h100x16", 700, 969 + 3*747/64., 1275 + 3*1720/64.},
		{"a3-highgpu-8gx2", 700, 969 + 0.25*3*747/64., 1275 + 0.25*3*1720/64.},
		{"a100x8", 400, 400 + 412.5*269/575, 812.5},
		{"tpu-v5px64", 540, 540 * 969 / 700., 540 * 1275 / 700.},
		{"epyc-9654", 360, 360, 360},
	} {
		cluster, err := ParseCluster(Default(), c.on)
		require.NoError(t, err)
		d := cluster.Draw()
		assert.InDelta(t, c.low, float64(d.Low), 1e-9, c.on)
		assert.InDelta(t, c.mid, float64(d.Mid), 1e-9, c.on)
		assert.InDelta(t, c.high, float64(d.High), 1e-9, c.on)
	}
}

// A network of one's own counts, and two slices of a torus have one between them.
func TestSwitches(t *testing.T) {
	h100 := find(t, "h100")
	c, err := NewCluster(h100, 16, Network{ScaleOut: 25e9}.Set) // 200 Gb/s
	require.NoError(t, err)
	assert.InDelta(t, 0.5*3*747/64., float64(c.Switches().Mid), 1e-9)
	slices, err := ParseCluster(Default(), "v5p-128x2")
	require.NoError(t, err)
	assert.Positive(t, slices.Switches().Mid)
}
