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

// leftOut is a refit of two stacks: one that ran on three devices and whose rows
// were off by up to 10 % without their shape or layout, 15 % without their
// family, 20 % without their device and 40 % without their stack, and one on one
// device.
func leftOut() *Calibration {
	c := &Calibration{Without: map[string][]float64{}}
	add := func(stack, device string, layers int64, near, family, device80, stack80 float64) {
		shape := fmt.Sprintf("%dx64", layers)
		c.Residuals = append(c.Residuals, Residual{Row: &Row{ID: fmt.Sprint(stack, layers), Stack: stack, Device: device, Layers: layers, TP: int(layers)},
			Key: uint32(1000 - layers), Shape: shape, Family: shape, Fit: near / 2})
		for name, v := range map[string]float64{"shape": near, "layout": near, "family": family, "device": device80, "stack": stack80} {
			c.Without[name] = append(c.Without[name], v)
		}
	}
	devices := []string{"a100-sxm4-80gb", "b200-sxm-180gb", "h100-sxm5-80gb"}
	for i := range 101 {
		x := float64(i-50) / 50 // 80 % of the rows lie within 0.8 of what they are off at most
		add("torchtitan", devices[i%3], int64(i), 0.1*x, 0.15*x, 0.2*x, 0.4*x)
		add("maxtext", "tpu-v4", int64(i), 0.05*x, 0.05*x, 0.3*x, 0.4*x)
	}
	add("litgpt", "a100-sxm4-80gb", 12, 0.9, 0.9, 0.9, 0.9)
	return c
}

// Bands widen as a question leaves the rows: the expected ones follow from the
// residuals above.
func TestBandsByDistance(t *testing.T) {
	old := train.DefaultConstants().Bands
	bands := leftOut().bands(old)
	by := map[string]train.BandFor{}
	for _, b := range bands {
		by[b.When.Stack] = b
	}
	require.Len(t, bands, len(old), "stacks without rows keep their bands, and one row makes none")
	within := func(what string, b train.Band, off float64) {
		t.Helper()
		assert.InEpsilon(t, math.Exp(0.8*off), b.High, 0.02, what)
		assert.InEpsilon(t, math.Exp(-0.8*off), b.Low, 0.02, what)
	}
	within("of a measured shape", by["torchtitan"].Band, 0.1)
	within("another shape", by["torchtitan"].OtherShape, 0.1)
	within("another family", by["torchtitan"].OtherFamily, 0.15)
	within("measured itself", *by["torchtitan"].Measured, 0.05)
	assert.Len(t, by["torchtitan"].Keys, 101)
	assert.True(t, slices.IsSorted(by["torchtitan"].Keys))
	assert.Len(t, by["torchtitan"].Plans, 101)
	assert.Len(t, by["torchtitan"].Shapes, 101)
	within("another device", by["torchtitan"].Unmeasured, 0.2)
	assert.GreaterOrEqual(t, by["maxtext"].Unmeasured.High, by["torchtitan"].Unmeasured.High, "a stack on one device has the band of those on several")
	assert.Equal(t, []string{"a100-sxm4-80gb", "b200-sxm-180gb", "h100-sxm5-80gb"}, by["torchtitan"].Devices)
	for _, name := range []string{"shape", "layout", "family", "device"} {
		assert.InDelta(t, 0.8, by["torchtitan"].Covered[name], 0.03, name)
	}
	assert.InDelta(t, 0.3/2, by["maxtext"].LeftOut["device"], 0.02, "off without its device, which is all of the stack")
	for _, b := range old {
		if stack := b.When.Stack; stack == "composer-fsdp" {
			assert.Equal(t, b, by[stack])
		}
	}
	few := &Calibration{Residuals: leftOut().Residuals[:3]}
	assert.Equal(t, old, few.bands(old))
}

// A source that stands alone gives no narrow band: with one model, whatever the
// number of its rows, a stack has none of its own, and a device does not count
// as measured.
func TestOneModelMakesNoBand(t *testing.T) {
	c := leftOut()
	for i := range c.Residuals {
		if x := &c.Residuals[i]; x.Row.Stack == "maxtext" {
			x.Shape = "1x64"
		} else if x.Row.Device == "b200-sxm-180gb" {
			x.Shape = "2x64"
		}
	}
	old := train.DefaultConstants().Bands
	for _, b := range c.bands(old) {
		switch b.When.Stack {
		case "maxtext":
			i := slices.IndexFunc(old, func(o train.BandFor) bool { return o.When.Stack == "maxtext" })
			assert.Equal(t, old[i], b)
		case "torchtitan":
			assert.Equal(t, []string{"a100-sxm4-80gb", "h100-sxm5-80gb"}, b.Devices)
		}
	}
}

// The shipped bands hold 80 % of what was left out, within what one group more
// or less makes: of every stack that has enough groups of the kind.
func TestShippedCrossFits(t *testing.T) {
	for _, b := range train.DefaultConstants().Bands {
		if b.When.Stack == "" {
			continue
		}
		for name, groups := range map[string]int{"shape": len(b.Shapes), "layout": b.Rows, "family": len(b.Families), "device": len(b.Devices)} {
			if groups < leastGroups {
				continue
			}
			assert.GreaterOrEqual(t, b.Covered[name], 0.72, "%s without its %s", b.When.Stack, name)
			assert.LessOrEqual(t, b.Covered[name], 0.88, "%s without its %s", b.When.Stack, name)
		}
	}
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
