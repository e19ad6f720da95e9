package hardware

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

func TestParseCluster(t *testing.T) {
	for _, tt := range []struct {
		in, id               string
		count, nodes, domain int
	}{
		{"h100", "h100-sxm5-80gb", 1, 1, 1},
		{"h100x8", "h100-sxm5-80gb", 8, 1, 8},
		{"h100x512", "h100-sxm5-80gb", 512, 64, 8},
		{"H100X12", "h100-sxm5-80gb", 12, 2, 8},
		{"h100×8", "h100-sxm5-80gb", 8, 1, 8},
		{" h100 x 1,024 ", "h100-sxm5-80gb", 1024, 128, 8},
		{"a100-80g", "a100-sxm4-80gb", 1, 1, 1},
		{"A100 80G x16", "a100-sxm4-80gb", 16, 2, 8},
		{"tpu-v5p x 256", "tpu-v5p", 256, 64, 256},
		{"tpu7x-ironwood", "tpu7x-ironwood", 1, 1, 1},
		{"tpu7x-ironwoodx64", "tpu7x-ironwood", 64, 16, 64},
		{"tpu7x", "tpu7x-ironwood", 1, 1, 1},
		{"tpu7xx64", "tpu7x-ironwood", 64, 16, 64},
		{"mi300x", "mi300x-192gb", 1, 1, 1},
		{"mi300xx8", "mi300x-192gb", 8, 1, 8},
		{"mi300x-192gbx16", "mi300x-192gb", 16, 2, 8},
		{"rx-7900xtx-24gbx4", "rx-7900xtx-24gb", 4, 1, 1},
		{"7900xtx", "rx-7900xtx-24gb", 1, 1, 1},
		{"rx-7900xtxx2", "rx-7900xtx-24gb", 2, 1, 1},
		{"max-1550", "max-1550-128gb", 1, 1, 1},
		{"rtx-4090x4", "rtx-4090-24gb", 4, 1, 1},
		{"gb200x576", "gb200-nvl72-186gb", 576, 144, 72},
		{"tpu-v5e x 512", "tpu-v5e", 512, 64, 256},
		{"h100x10000000", "h100-sxm5-80gb", 10_000_000, 1_250_000, 8},
		{"8xH100", "h100-sxm5-80gb", 8, 1, 8},
		{"8 h100", "h100-sxm5-80gb", 8, 1, 8},
		{"8x h100", "h100-sxm5-80gb", 8, 1, 8},
		{"8×h100", "h100-sxm5-80gb", 8, 1, 8},
		{"1,024 x h100", "h100-sxm5-80gb", 1024, 128, 8},
		{"512xh100", "h100-sxm5-80gb", 512, 64, 8},
		{"h100:8", "h100-sxm5-80gb", 8, 1, 8},
		{"h100*8", "h100-sxm5-80gb", 8, 1, 8},
		{"8xmi300x", "mi300x-192gb", 8, 1, 8},
		{"mi300x:8", "mi300x-192gb", 8, 1, 8},
		{"2x4090", "rtx-4090-24gb", 2, 1, 1},
		{"4090x2", "rtx-4090-24gb", 2, 1, 1},
		{"v6e-256", "tpu-v6e", 256, 32, 256},
		{"2xv6e-256", "tpu-v6e", 512, 64, 256},
		{"dgx-h100", "h100-sxm5-80gb", 8, 1, 8},
		{"4xdgx-h100", "h100-sxm5-80gb", 32, 4, 8},
		{"p5.48xlarge:2", "h100-sxm5-80gb", 16, 2, 8},
	} {
		t.Run(tt.in, func(t *testing.T) {
			c, err := ParseCluster(Default(), tt.in)
			require.NoError(t, err)
			assert.Equal(t, tt.id, c.Device.ID)
			assert.Equal(t, tt.count, c.Count)
			assert.Equal(t, tt.nodes, c.Nodes())
			assert.Equal(t, tt.domain, c.Domain())
			again, err := ParseCluster(Default(), c.String())
			require.NoError(t, err)
			assert.Equal(t, c, again)
		})
	}
}

func TestParseClusterRefuses(t *testing.T) {
	most := quantity.Want{Forms: quantity.WholeUpTo, Most: MaxDevices}
	badCount := func(input string, p quantity.Problem) error {
		return note.NewError("cluster.bad-count", &quantity.SyntaxError{Kind: "count", Input: input, Problem: p, Want: most})
	}
	unknown := func(name string, near ...string) error { return &NotFoundError{name, near} }
	for in, want := range map[string]error{
		"":                          note.NewError("cluster.empty", ""),
		"h100x0":                    badCount("0", quantity.Zero),
		"h100x-1":                   badCount("-1", quantity.Negative),
		"h100x+8":                   badCount("+8", quantity.NoDigit),
		"h100x10000001":             note.NewError("cluster.count-out-of-range", "h100x10000001", int64(10000001), MaxDevices),
		"h100x99999999999999999999": badCount("99999999999999999999", quantity.TooLargeToCount),
		"h100x1.5":                  note.NewError("cluster.count-not-whole", "h100x1.5", MaxDevices),
		"h100x8x8":                  unknown("h100x8", "h100"),
		"h100x":                     unknown("h100x", "h100"),
		"x8":                        unknown("x8"),
		"h1o0x8":                    unknown("h1o0", "h100"),
		"h100x8 nodes": note.NewError("cluster.bad-count",
			&quantity.SyntaxError{Kind: "count", Input: "8 nodes", Problem: quantity.UnknownSuffix, Part: "nodes", Want: most}),
		"tpu-v5ex12":  note.NewError("device.no-slice", "tpu-v5e", note.NewError("torus.no-slice-of-count", 12, 2, 8, 16)),
		"tpu-v5ex300": note.NewError("device.no-slice", "tpu-v5e", note.NewError("torus.no-slices-of-count", 300, 2, 256, 256)),
		"tpu-v4x65":   note.NewError("device.no-slice", "tpu-v4", note.NewError("torus.no-slice-of-count", 65, 3, 64, 128)),
		"mi300xyz":    unknown("mi300xyz", "mi300x"),
		"8xh10":       unknown("h10", "h100", "h100-96g", "h100-nvl"),
		"h10:8":       unknown("h10", "h100", "h100-96g", "h100-nvl"),
		"0xh100":      badCount("0", quantity.Zero),
		"8":           unknown("8"),
		"8h100":       unknown("8h100", "h100"),
	} {
		c, err := ParseCluster(Default(), in)
		assert.Equal(t, want, err, in)
		assert.Zero(t, c, in)
	}
}

func TestTorus(t *testing.T) {
	all, none, last := [3]bool{true, true, true}, [3]bool{}, [3]bool{false, false, true}
	for _, tt := range []struct {
		device string
		count  int
		shape  Shape
		slices int
		wraps  [3]bool
	}{
		// Source: cloud.google.com/tpu/docs/v5e and v6e, topologies; scaling-book@0819a7d on wraparound.
		{"tpu-v5e", 1, Shape{1, 1, 1}, 1, none}, {"tpu-v5e", 4, Shape{1, 2, 2}, 1, none}, {"tpu-v5e", 8, Shape{1, 2, 4}, 1, none}, {"tpu-v5e", 32, Shape{1, 4, 8}, 1, none}, {"tpu-v6e", 64, Shape{1, 8, 8}, 1, none},
		{"tpu-v5e", 128, Shape{1, 8, 16}, 1, last}, {"tpu-v5e", 256, Shape{1, 16, 16}, 1, [3]bool{false, true, true}}, {"tpu-v5e", 8192, Shape{1, 16, 16}, 32, [3]bool{false, true, true}}, {"tpu-v6e", 192, Shape{1, 8, 8}, 3, none},
		{"tpu-v3", 1024, Shape{1, 32, 32}, 1, [3]bool{false, true, true}}, {"tpu-v3", 256, Shape{1, 16, 16}, 1, none},
		// Source: cloud.google.com/tpu/docs/v4 and v5p, topologies.
		{"tpu-v4", 4, Shape{1, 2, 2}, 1, none}, {"tpu-v4", 8, Shape{2, 2, 2}, 1, none}, {"tpu-v4", 16, Shape{2, 2, 4}, 1, none}, {"tpu-v4", 32, Shape{2, 4, 4}, 1, none},
		{"tpu-v4", 64, Shape{4, 4, 4}, 1, all}, {"tpu-v4", 192, Shape{4, 4, 12}, 1, all}, {"tpu-v4", 512, Shape{8, 8, 8}, 1, all}, {"tpu-v4", 4096, Shape{16, 16, 16}, 1, all}, {"tpu-v5p", 8960, Shape{16, 20, 28}, 1, all}, {"tpu7x", 9216, Shape{16, 24, 24}, 1, all},
		// Source: PaLM, arXiv:2204.02311 section 4: two pods of 3072 TPU v4.
		{"tpu-v4", 6144, Shape{12, 16, 16}, 2, all},
	} {
		c, err := NewCluster(find(t, tt.device), tt.count)
		require.NoError(t, err, "%s %d", tt.device, tt.count)
		assert.Equal(t, tt.shape, c.Slice, "%s %d", tt.device, tt.count)
		assert.Equal(t, tt.slices, c.Slices)
		assert.Equal(t, tt.wraps, c.Wraps(), "%s %d", tt.device, tt.count)
	}
	c, err := NewCluster(find(t, "tpu-v4"), 512, WithSlice(Shape{32 / 4, 4, 16}))
	require.NoError(t, err)
	assert.Equal(t, Shape{4, 8, 16}, c.Slice)
	assert.Equal(t, "4x8x16", c.Slice.String())
	assert.Equal(t, "8x16", Shape{1, 8, 16}.String())
	assert.Equal(t, "none", Shape{}.String())
	largest := find(t, "tpu-v4").Torus.MaxShape
	for s, want := range map[Shape]error{
		{3, 4, 4}:    note.NewError("torus.no-such-slice-of-cubes", Shape{3, 4, 4}, largest),
		{0, 0, 0}:    nil, // no slice asked for
		{-4, 4, 4}:   note.NewError("torus.negative-axis", Shape{-4, 4, 4}),
		{4, 4, 2048}: note.NewError("torus.no-such-slice-of-cubes", Shape{4, 4, 2048}, largest),
	} {
		_, err = NewCluster(find(t, "tpu-v4"), 512, WithSlice(s))
		if want != nil {
			assert.Equal(t, note.NewError("device.no-slice", "tpu-v4", want), err, "%v", s)
		}
	}
	_, err = NewCluster(find(t, "tpu-v4"), 100, WithSlice(Shape{4, 4, 4}))
	assert.Equal(t, note.NewError("device.no-slice", "tpu-v4", note.NewError("torus.not-whole-slices", 100, Shape{4, 4, 4}, 64)), err)
	_, err = NewCluster(find(t, "h100"), 64, WithSlice(Shape{4, 4, 4}))
	assert.Equal(t, note.NewError("device.no-torus", "h100-sxm5-80gb", Shape{4, 4, 4}), err)
}

// Whatever the count, a cluster of slices has that many chips.
func TestSlicesAddUp(t *testing.T) {
	names := []string{"tpu-v2", "tpu-v3", "tpu-v4", "tpu-v5e", "tpu-v5p", "tpu-v6e", "tpu7x"}
	rapid.Check(t, func(rt *rapid.T) {
		d, err := Default().Find(rapid.SampledFrom(names).Draw(rt, "device"))
		require.NoError(rt, err)
		n := rapid.IntRange(1, 20_000).Draw(rt, "count")
		c, err := NewCluster(d, n)
		if err != nil {
			return
		}
		require.Equal(rt, n, c.Slices*c.Slice.Chips())
		require.LessOrEqual(rt, c.Slice.Chips(), d.Torus.Largest())
		shape, err := d.Torus.Check(c.Slice)
		require.NoError(rt, err)
		require.Equal(rt, c.Slice, shape)
	})
}

func TestClusterOptions(t *testing.T) {
	c, err := NewCluster(find(t, "h100"), 64, Network{DevicesPerNode: 4, ScaleOut: 12.5e9}.Set)
	require.NoError(t, err)
	assert.Equal(t, 16, c.Nodes())
	bw, err := c.Network()
	require.NoError(t, err)
	assert.InDelta(t, 12.5e9, float64(bw), 0)
	assert.InDelta(t, 64*700, float64(c.Power()), 0)
	assert.InDelta(t, 64*79.6474609375*gib, float64(c.Memory()), 100)

	usual, err := NewCluster(find(t, "h100"), 64, Network{}.Set)
	require.NoError(t, err)
	assert.Equal(t, 8, usual.DevicesPerNode)
	assert.Equal(t, find(t, "h100").ScaleOut, usual.ScaleOut)

	c, err = NewCluster(find(t, "rtx-4090"), 64)
	require.NoError(t, err)
	_, err = c.Network()
	assert.Equal(t, note.NewError("device.no-network-between-nodes", "rtx-4090-24gb"), err)

	for _, bad := range []Network{{DevicesPerNode: -1}, {DevicesPerNode: MaxDevices + 1}, {ScaleOut: -1}, {ScaleOut: quantity.Bandwidth(math.NaN())}, {ScaleOut: quantity.Bandwidth(math.Inf(1))}} {
		_, err := NewCluster(find(t, "h100"), 8, bad.Set)
		assert.Error(t, err)
	}
	for _, n := range []int{0, -1, math.MinInt32, MaxDevices + 1} {
		_, err := NewCluster(find(t, "h100"), n)
		assert.Error(t, err)
	}
	_, err = NewCluster(nil, 1)
	assert.Error(t, err)
}

func FuzzParseCluster(f *testing.F) {
	for _, s := range []string{"h100x512", "a100-80g", "tpu-v5p x 256", "h100×8", "tpu7x-ironwood", "mi300xx8", "rx-7900xtx-24gbx4", "x", "xx1", "h100x", "h100x0", "h100x-1", "h100x1e3", "h100x1,000", "tpu-v4x6144", "×", "h100x９", "\xffx8", "8 h100", "8xh100", "h100:8", "2x4090", "8x", "x8x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCluster(Default(), s)
		if err != nil {
			require.Zero(t, c)
			require.NotEmpty(t, err.Error())
			return
		}
		require.True(t, c.Count >= 1 && c.Count <= MaxDevices)
		require.Positive(t, c.Nodes())
		again, err := ParseCluster(Default(), c.String())
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}
