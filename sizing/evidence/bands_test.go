package evidence

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mlsizer/sizing/train"
)

// leftOut is a refit of two stacks: one that ran on two devices and whose rows
// were off by up to 10 % without their shape, 20 % without their device and
// 40 % without their stack, and one on one device.
func leftOut() *Calibration {
	c := &Calibration{Without: map[string][]float64{}}
	add := func(stack, device string, layers int64, near, device80, stack80 float64) {
		c.Residuals = append(c.Residuals, Residual{Row: &Row{ID: fmt.Sprint(stack, layers), Stack: stack, Device: device, Layers: layers}, Key: uint32(1000 - layers), Fit: near / 2})
		for name, v := range map[string]float64{"shape": near, "layout": near, "device": device80, "stack": stack80} {
			c.Without[name] = append(c.Without[name], v)
		}
	}
	for i := range 101 {
		x := float64(i-50) / 50 // 80 % of the rows lie within 0.8 of what they are off at most
		device := "a100-sxm4-80gb"
		if i%2 == 0 {
			device = "h100-sxm5-80gb"
		}
		add("torchtitan", device, int64(i), 0.1*x, 0.2*x, 0.4*x)
		add("maxtext", "tpu-v4", int64(i), 0.05*x, math.NaN(), 0.4*x)
	}
	add("litgpt", "a100-sxm4-80gb", 12, 0.9, 0.9, 0.9)
	return c
}

// Bands widen as a question leaves the rows: the expected ones follow from the
// residuals above, 1.4 % more for 101 shapes.
func TestBandsByCloseness(t *testing.T) {
	old := train.DefaultConstants().Bands
	bands := leftOut().bands(old)
	require.Len(t, bands, len(old), "stacks without rows keep their bands")
	by := map[string]train.BandFor{}
	for _, b := range bands {
		by[b.When.Stack] = b
	}
	within := func(what string, b train.Band, off float64) {
		t.Helper()
		assert.InEpsilon(t, math.Exp(0.8*off), b.High, 0.01, what)
		assert.InEpsilon(t, math.Exp(-0.8*off), b.Low, 0.01, what)
	}
	within("on a measured device", by["torchtitan"].Band, 0.1)
	within("measured itself", *by["torchtitan"].Measured, 0.05)
	assert.Len(t, by["torchtitan"].Keys, 101)
	assert.True(t, slices.IsSorted(by["torchtitan"].Keys))
	assert.Len(t, by["torchtitan"].Plans, 101)
	within("another device", by["torchtitan"].Unmeasured, 0.2)
	within("another stack's device", by["maxtext"].Unmeasured, 0.2)
	within("another stack", by[""].Band, 0.4)
	within("neither", by[""].Unmeasured, math.Hypot(0.4, 0.2))
	assert.Equal(t, []string{"a100-sxm4-80gb", "h100-sxm5-80gb"}, by["torchtitan"].Devices)
	assert.InDelta(t, 0.8, by["torchtitan"].Coverage, 0.03)
	for _, b := range old {
		if stack := b.When.Stack; stack == "composer-fsdp" {
			assert.Equal(t, b, by[stack])
		}
	}
	few := &Calibration{Residuals: leftOut().Residuals[:3]}
	assert.Equal(t, old, few.bands(old))
}

// One's own runs measure their device.
func TestLocalMeasuresItsDevice(t *testing.T) {
	p := testPredictor()
	r := shipped(t, "torchtitan", "a100-sxm4-80gb")[0]
	r.Device = "h100-sxm5-80gb"
	d, err := p.Hardware.Find(r.Device)
	require.NoError(t, err)
	c, _, err := p.Local([]Row{r}, p.Constants, "test")
	require.NoError(t, err)
	for i, b := range c.Bands {
		_, now := b.Of(d)
		_, before := p.Constants.Bands[i].Of(d)
		assert.Equal(t, before || b.When.Stack == "torchtitan", now, b.When.Stack)
		assert.False(t, before && b.When.Stack == "torchtitan")
	}
}
