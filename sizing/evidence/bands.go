package evidence

import (
	"math"
	"slices"

	"mlsizer/sizing/train"
)

// bandGroups are the groups that a refit leaves out together, to measure the
// errors of constants on rows that they were not fitted to.
var bandGroups = []string{"shape", "layout", "device", "stack"}

// leastRows is how many rows a stack's own band needs.
const leastRows = 10

// bands returns the 80 % bands of measured over predicted by the distance of a
// question from the rows. They come from rows that a fit did not see:
//
//   - for a measured stack and device: left out with their model shape and
//     with their layout;
//   - for a stack on an unmeasured device: left out with their device, or the
//     mean of the stacks if that is wider: a stack ran on few devices, some of
//     which have constants of their own that a new one would lack;
//   - for an unmeasured stack: left out with their stack; on an unmeasured
//     device too, both in quadrature.
//
// A plan that was measured itself has its own band: that of the residuals of
// the fit.
//
// Scale is no separate distance: without all rows of a stack on a similar
// number of devices the errors are within one point of those without a layout.
// The exception is Megatron-Core, where they are 3 points above those without a
// shape, since sizes there are sources too (mlsizer calibrate --refit
// --leave-out scale).
//
// It is unknown which stack an unmeasured one resembles: its bands cover those
// of all. Stacks with few rows keep their previous band.
func (c *Calibration) bands(old []train.BandFor) []train.BandFor {
	by := c.stacks()
	var names []string
	for stack, rows := range by {
		if len(rows) >= leastRows {
			names = append(names, stack)
		}
	}
	slices.Sort(names)
	var away mean
	unknown := train.Band{Low: 1, High: 1}
	for _, stack := range names {
		if len(c.devices(by[stack])) > 1 {
			away.add(c.band("device", by[stack]))
		}
		unknown = wider(unknown, c.band("stack", by[stack]))
	}
	bands, neither := slices.Clone(old), quadrature(unknown, away.band())
	for _, stack := range names {
		b := c.stackBand(stack, by[stack], away.band())
		unknown, neither = wider(unknown, b.Band), wider(neither, b.Unmeasured)
		if i := slices.IndexFunc(bands, func(o train.BandFor) bool { return o.When == b.When }); i >= 0 {
			bands[i] = b
		} else {
			bands = append(bands, b)
		}
	}
	if len(names) > 1 {
		all := make([]int, len(c.Residuals))
		for i := range all {
			all[i] = i
		}
		first := &bands[0]
		first.Band, first.Unmeasured, first.Rows = rounded80(unknown), rounded80(neither), len(all)
		first.Devices, first.Archs = c.devices(all), c.archs(all)
	}
	return bands
}

// stackBand returns the bands of one stack; unmeasured is the mean band of the
// stacks on unmeasured devices.
func (c *Calibration) stackBand(stack string, rows []int, unmeasured train.Band) train.BandFor {
	b := train.BandFor{When: train.Match{Stack: stack}, Rows: len(rows), Devices: c.devices(rows), Archs: c.archs(rows), Band: c.band("near", rows)}
	b.Unmeasured = wider(b.Band, unmeasured)
	if len(b.Devices) > 1 {
		b.Unmeasured = wider(b.Unmeasured, c.band("device", rows))
	}
	b.Unmeasured = rounded80(b.Unmeasured)
	b.Band = rounded80(b.Band)
	b.Measured, b.Plans, b.Keys = c.measured(rows)
	b.Coverage = rounded(c.crossFitted(rows), 3)
	b.LeftOut = map[string]float64{}
	for _, name := range []string{"shape", "layout"} {
		b.LeftOut[name] = rounded(score(c.leftOut(name, rows)).MAPE, 3)
	}
	return b
}

// measured returns the band of 80 % of some rows as fitted, and their plans:
// the id of the first row of each, and their keys in order.
func (c *Calibration) measured(rows []int) (*train.Band, []string, []uint32) {
	var r []float64
	var plans []string
	var keys []uint32
	seen := map[uint32]bool{}
	names, _ := c.plans()
	for _, i := range rows {
		x := &c.Residuals[i]
		r = append(r, x.Fit)
		if !seen[x.Key] {
			seen[x.Key] = true
			plans, keys = append(plans, names[i]), append(keys, x.Key)
		}
	}
	slices.Sort(r)
	slices.Sort(keys)
	b := rounded80(middle80(r, 1))
	return &b, plans, keys
}

// plans returns the name of each row's plan in a file, its id, and the keys of
// the plans by name. If sources share an id for different plans, the source
// precedes it.
func (c *Calibration) plans() (names []string, keys map[string]uint32) {
	keys = make(map[string]uint32, len(c.Residuals))
	for i := range c.Residuals {
		x := &c.Residuals[i]
		name := x.Row.ID
		if key, taken := keys[name]; taken && key != x.Key {
			name = x.Row.Source + "/" + name
		}
		keys[name] = x.Key
		names = append(names, name)
	}
	return names, keys
}

// recordKeys records the keys of the plans that the bands name.
func (c *Calibration) recordKeys() {
	_, keys := c.plans()
	kept := map[string]uint32{}
	for i := range c.Constants.Bands {
		for _, name := range c.Constants.Bands[i].Plans {
			if key, ok := keys[name]; ok {
				kept[name] = key
			} else if key, ok := c.Constants.PlanKeys[name]; ok {
				kept[name] = key
			}
		}
	}
	c.Constants.PlanKeys = kept
}

// middle80 returns the band of sorted residuals, widened by a factor.
func middle80(r []float64, times float64) train.Band {
	return train.Band{Low: min(1, math.Exp(-times*quantile(r, 0.9))), High: max(1, math.Exp(-times*quantile(r, 0.1)))}
}

// crossFitted returns the share of a stack's rows inside bands from other
// shapes alone: of eight parts, each by the others.
func (c *Calibration) crossFitted(rows []int) float64 {
	const parts = 8
	part := map[string]int{}
	for _, i := range rows {
		key := c.Residuals[i].Row.shapeKey()
		if _, known := part[key]; !known {
			part[key] = len(part) % parts
		}
	}
	count, all := 0.0, 0.0
	for k := range parts {
		var in, held []int
		for _, i := range rows {
			if part[c.Residuals[i].Row.shapeKey()] == k {
				held = append(held, i)
			} else {
				in = append(in, i)
			}
		}
		left := c.leftOut("near", held)
		count += inside(c.band("near", in), left) * float64(len(left))
		all += float64(len(left))
	}
	return count / max(all, 1)
}

// leftOut returns the residuals of some rows in fits without a group; "near" is
// without their shape and, separately, without their layout.
func (c *Calibration) leftOut(name string, rows []int) []float64 {
	if name == "near" {
		return append(at(c.Without["shape"], rows), at(c.Without["layout"], rows)...)
	}
	return at(c.Without[name], rows)
}

// band returns the band of 80 % of some left-out rows, wider for few shapes:
// the error of a new shape is known only as well as the spread over so many
// shapes. Student's t at g shapes, for their spread and mean, is 1 + 1.4/g
// times the quantile of many, within 3 % from 5 shapes.
func (c *Calibration) band(name string, rows []int) train.Band {
	r := c.leftOut(name, rows)
	if len(r) == 0 {
		return train.Band{Low: 1, High: 1}
	}
	slices.Sort(r)
	shapes := map[string]bool{}
	for _, i := range rows {
		shapes[c.Residuals[i].Row.shapeKey()] = true
	}
	return middle80(r, 1+1.4/float64(len(shapes)))
}

// devices lists the devices of some rows.
func (c *Calibration) devices(rows []int) []string {
	return c.all(rows, func(r *Residual) string { return r.Row.Device })
}

// archs lists the architectures of the devices of some rows.
func (c *Calibration) archs(rows []int) []string {
	return c.all(rows, func(r *Residual) string { return r.Arch })
}

func (c *Calibration) all(rows []int, of func(*Residual) string) []string {
	var list []string
	for _, i := range rows {
		list = append(list, of(&c.Residuals[i]))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// inside returns the share of residuals inside a band.
func inside(b train.Band, residuals []float64) float64 {
	n := 0
	for _, r := range residuals {
		if v := math.Exp(-r); b.Low <= v && v <= b.High {
			n++
		}
	}
	return float64(n) / float64(max(len(residuals), 1))
}

// wider returns the band that covers both.
func wider(a, b train.Band) train.Band {
	return train.Band{Low: min(a.Low, b.Low), High: max(a.High, b.High)}
}

// quadrature returns the band of two independent factors.
func quadrature(a, b train.Band) train.Band {
	low, high := math.Hypot(math.Log(a.Low), math.Log(b.Low)), math.Hypot(math.Log(a.High), math.Log(b.High))
	return train.Band{Low: math.Exp(-low), High: math.Exp(high)}
}

// rounded80 returns the band as a file states it.
func rounded80(b train.Band) train.Band {
	return train.Band{Low: rounded(b.Low, 4), High: rounded(b.High, 4)}
}

// mean is the geometric mean of bands.
type mean struct{ n, low, high float64 }

func (m *mean) add(b train.Band) {
	m.n++
	m.low += math.Log(b.Low)
	m.high += math.Log(b.High)
}

func (m *mean) band() train.Band {
	n := max(m.n, 1)
	return train.Band{Low: math.Exp(m.low / n), High: math.Exp(m.high / n)}
}
