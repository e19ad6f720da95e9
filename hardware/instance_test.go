package hardware

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/note"
)

// keyOf is the key of a note, "" of what is none.
func keyOf(v any) string {
	n, _ := v.(note.Note)
	return n.Key
}

func TestInstances(t *testing.T) {
	for _, c := range []struct {
		in             string
		device         string
		count, node    int
		gbits, perHour float64 // of a device; 0: as usual, none known
	}{
		{"p5.48xlarge", "h100-sxm5-80gb", 8, 8, 400, 6.88},
		{"p5.48xlargex64", "h100-sxm5-80gb", 512, 8, 400, 6.88},
		{"P5.48XLARGE x 2", "h100-sxm5-80gb", 16, 8, 400, 6.88},
		{"a3-highgpu-8gx64", "h100-sxm5-80gb", 512, 8, 100, 11.061250},
		{"a3-megagpu-8g", "h100-sxm5-80gb", 8, 8, 200, 11.675089},
		{"nd-h100-v5", "h100-sxm5-80gb", 8, 8, 400, 12.29},
		{"Standard_ND96isr_H100_v5x2", "h100-sxm5-80gb", 16, 8, 400, 12.29},
		{"nd-mi300x-v5", "mi300x-192gb", 8, 8, 400, 0},
		{"dgx-h100", "h100-sxm5-80gb", 8, 8, 400, 0},
		{"p4d.24xlarge", "a100-sxm4-40gb", 8, 8, 50, 2.744705},
		{"trn1.32xlarge", "trainium1-32gb", 16, 16, 50, 1.34375},
		{"v5p-128", "tpu-v5p", 64, 4, 0, 4.2},
		{"v5p-128x4", "tpu-v5p", 256, 4, 0, 4.2},
		{"v6e-256", "tpu-v6e", 256, 8, 0, 2.7},
		{"v5litepod-16", "tpu-v5e", 16, 8, 0, 1.2},
		{"v4-8", "tpu-v4", 4, 4, 0, 3.22},
	} {
		t.Run(c.in, func(t *testing.T) {
			got, err := ParseCluster(Default(), c.in)
			require.NoError(t, err)
			assert.Equal(t, c.device, got.Device.ID)
			assert.Equal(t, c.count, got.Count)
			assert.Equal(t, c.node, got.DevicesPerNode)
			if c.gbits > 0 {
				assert.InDelta(t, c.gbits*1e9/8, float64(got.ScaleOut), 1)
			}
			if c.perHour == 0 {
				assert.Nil(t, got.Device.Price)
			} else {
				assert.InDelta(t, c.perHour, float64(got.Device.Price.PerHour), 1e-6)
			}
			again, err := ParseCluster(Default(), got.String())
			require.NoError(t, err)
			assert.Equal(t, got, again)
		})
	}
}

// Slices that are asked for stay: four of 64 chips are not one of 256.
func TestSlicesOfInstances(t *testing.T) {
	c, err := ParseCluster(Default(), "v5p-128x4")
	require.NoError(t, err)
	assert.Equal(t, 4, c.Slices)
	assert.Equal(t, 64, c.Slice.Chips())
	one, err := ParseCluster(Default(), "tpu-v5px256")
	require.NoError(t, err)
	assert.Equal(t, 1, one.Slices)
}

func TestNoSuchInstance(t *testing.T) {
	for _, in := range []string{"p5.48xlargex0", "p5.48xlargex-1", "p5.48xlargex9999999", "v5p-7", "v5p-0", "v5p-", "v5p-n", "v6e-99999999999999999999", "p6.48xlarge"} {
		_, err := ParseCluster(Default(), in)
		assert.Error(t, err, in)
	}
}

// Every instance is one of a device of the catalogue, and no name is a device's.
func TestInstanceTable(t *testing.T) {
	for name, in := range instances() {
		_, err := Default().Find(in.device)
		assert.NoError(t, err, name)
		_, err = Default().Find(name)
		assert.Error(t, err, "%s names a device too", name)
		assert.Equal(t, normaliseName(name), name)
		assert.NotEmpty(t, in.Source, name)
		assert.True(t, in.Devices > 0, name)
	}
}
