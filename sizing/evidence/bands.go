package evidence

import (
	"maps"
	"math"
	"slices"

	"mlsizer/sizing/train"
)

// bandGroups are the groups that a refit leaves out together, to measure the
// errors of constants on rows that they were not fitted to.
var bandGroups = []string{"shape", "layout", "family", "device", "source", "stack"}

// What a stack's own band needs at least, so that neither a source that stands
// alone nor a single model gives a narrow one: so many configurations, of so
// many shapes of models; and a device, to count as measured.
const (
	leastRows           = 10
	leastShapes         = 3
	leastRowsOfDevice   = 6
	leastShapesOfDevice = 2
)

// leastGroups is how many families, devices or sources of a stack show how far
// off another one is; for fewer the errors of all stacks do.
const leastGroups = 3

// bands returns the 80 % bands of measured over predicted by the distance of a
// question from the rows. They come from rows that a fit did not see:
//
//   - for a measured stack, shape and device: left out with their layout;
//   - for another shape of a measured family, and for another family: left out
//     with their shape and with their family;
//   - on an unmeasured device: left out with their device;
//   - for an unmeasured stack: left out with their stack; on an unmeasured
//     device too, both in quadrature.
//
// Rows that are left out with all rows of their stack say nothing of a measured
// stack: they count at the distance of a stack alone. A stack with fewer than
// leastGroups families or devices has the band of all stacks, each of which
// weighs the same. Bands are as wide as makes those of other groups hold 80 % of
// what was left out.
//
// A plan that was measured itself has its own band: that of the residuals of
// the fit. Stacks with few rows keep their previous band.
func (c *Calibration) bands(old []train.BandFor) []train.BandFor {
	by := c.stacks()
	var names []string
	for stack, rows := range by {
		if c.count(rows, c.configuration) >= leastRows && c.count(rows, c.shape) >= leastShapes {
			names = append(names, stack)
		}
	}
	slices.Sort(names)
	bands := slices.Clone(old)
	for _, stack := range names {
		b := c.stackBand(stack, by[stack])
		if i := slices.IndexFunc(bands, func(o train.BandFor) bool { return o.When == b.When }); i >= 0 {
			bands[i] = b
		} else {
			bands = append(bands, b)
		}
	}
	if len(names) > 1 {
		c.anyStack(&bands[0], bands[1:])
	}
	return bands
}

// anyStack fills in the band of an unmeasured stack, which includes those of the
// measured ones: it is unknown which of them it resembles.
func (c *Calibration) anyStack(b *train.BandFor, measured []train.BandFor) {
	all := make([]int, len(c.Residuals))
	for i := range all {
		all[i] = i
	}
	unknown, covered := bandOf(c.pool("stack"))
	device, _ := bandOf(c.pool("device"))
	neither := quadrature(unknown, device)
	for i := range measured {
		unknown, neither = wider(unknown, measured[i].Band), wider(neither, measured[i].Unmeasured)
	}
	b.Band, b.Unmeasured = rounded80(unknown), rounded80(wider(unknown, neither))
	b.Rows, b.Devices, b.Archs = len(all), c.devices(all), c.archs(all)
	b.Coverage = rounded(covered, 3)
}

// stackBand returns the bands of one stack, each at least as wide as those of
// questions that are nearer.
func (c *Calibration) stackBand(stack string, rows []int) train.BandFor {
	b := train.BandFor{When: train.Match{Stack: stack}, Rows: len(rows), Devices: c.measuredDevices(rows), Archs: c.archs(rows),
		Shapes:   c.all(rows, func(r *Residual) string { return r.Shape }),
		Families: c.all(rows, func(r *Residual) string { return r.Family })}
	band := func(name string) train.Band {
		band, _ := c.at(name, stack, rows)
		return band
	}
	layout := band("layout")
	shape := wider(layout, band("shape"))
	b.Band, b.OtherShape = rounded80(layout), rounded80(shape)
	b.OtherFamily = rounded80(wider(shape, band("family")))
	b.Unmeasured = rounded80(wider(layout, band("device")))
	b.Measured, b.Plans, b.Keys = c.measured(rows)
	b.LeftOut, b.Covered = map[string]float64{}, map[string]float64{}
	for _, name := range bandGroups {
		if s := c.scoreWithout(name, rows); s.N > 0 {
			b.LeftOut[name] = rounded(s.MAPE, 3)
			b.Covered[name] = rounded(c.CoveredWithout(name, stack), 3)
		}
	}
	b.Coverage = b.Covered["layout"]
	return b
}

// at returns the band of a stack at a distance and the share of left-out rows
// inside bands of others: those of its own rows, or those of all stacks for a
// stack with few groups.
func (c *Calibration) at(name, stack string, rows []int) (train.Band, float64) {
	own := c.left(name, rows)
	groups := map[string]bool{}
	for _, s := range own {
		groups[s.group] = true
	}
	if len(groups) >= leastGroups {
		return bandOf(own)
	}
	pool := c.pool(name)
	band, _ := bandOf(pool)
	if all := cross(pool); len(all.parts) > 0 {
		return band, all.coverage(all.width(), stack)
	}
	return band, 0
}

// CoveredWithout returns the share of a stack's rows, left out with their
// groups of a name, that lie inside the bands that the remaining rows give
// them; 0 if it is unknown. Rows that are left out with their whole stack have
// the band of an unmeasured one.
func (c *Calibration) CoveredWithout(name, stack string) float64 {
	rows := c.stacks()[stack]
	if name != "stack" && len(c.left(name, rows)) > 0 {
		_, covered := c.at(name, stack, rows)
		return covered
	}
	pool := cross(c.pool("stack"))
	if len(pool.parts) == 0 {
		return 0
	}
	return pool.coverage(pool.width(), stack)
}

// left returns the samples of a stack's rows without their group, if other rows
// of the stack remain.
func (c *Calibration) left(name string, rows []int) []sample {
	list := c.without(name, rows)
	if c.count(rows, func(i int) string { return c.group(name, i) }) < 2 {
		return nil
	}
	for i := range list {
		list[i].group = c.group(name, list[i].row)
	}
	return list
}

// pool returns the samples of all stacks at a distance; each stack is a group
// and weighs the same.
func (c *Calibration) pool(name string) []sample {
	var list []sample
	by := c.stacks()
	for _, stack := range slices.Sorted(maps.Keys(by)) {
		own := c.left(name, by[stack])
		if name == "stack" {
			own = c.without(name, by[stack])
		}
		total := 0.0
		for _, s := range own {
			total += s.weight
		}
		for _, s := range own {
			s.group = stack
			s.weight /= total
			list = append(list, s)
		}
	}
	return list
}

// without returns the residuals of some rows that are known in fits without
// their groups.
func (c *Calibration) without(name string, rows []int) []sample {
	var list []sample
	residuals := c.Without[name]
	if residuals == nil {
		return nil
	}
	for _, i := range rows {
		if v := residuals[i]; !math.IsNaN(v) {
			list = append(list, sample{row: i, residual: v, weight: c.Residuals[i].weight()})
		}
	}
	return list
}

// measured returns the band of 80 % of some rows as fitted, and their plans:
// the id of the first row of each, and their keys in order.
func (c *Calibration) measured(rows []int) (*train.Band, []string, []uint32) {
	var fits []sample
	var plans []string
	var keys []uint32
	seen := map[uint32]bool{}
	names, _ := c.plans()
	for _, i := range rows {
		x := &c.Residuals[i]
		fits = append(fits, sample{row: i, residual: x.Fit, weight: 1}) // its releases are part of what a plan may take
		if !seen[x.Key] {
			seen[x.Key] = true
			plans, keys = append(plans, names[i]), append(keys, x.Key)
		}
	}
	slices.Sort(keys)
	b := rounded80(endsOf(fits, middle80).band())
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

// group names the group of a row that a fit leaves out.
func (c *Calibration) group(name string, i int) string {
	switch x := &c.Residuals[i]; name {
	case "shape":
		return x.Shape
	case "family":
		return x.Family
	default:
		return leaveOutKeys[name](x.Row)
	}
}

// shape names the shape of a row's model.
func (c *Calibration) shape(i int) string { return c.Residuals[i].Shape }

// configuration names what was measured, whatever the release.
func (c *Calibration) configuration(i int) string { return c.Residuals[i].configuration() }

// count returns how many different groups some rows have.
func (c *Calibration) count(rows []int, of func(int) string) int {
	groups := map[string]bool{}
	for _, i := range rows {
		groups[of(i)] = true
	}
	return len(groups)
}

// measuredDevices lists the devices that some rows measured with several
// models.
func (c *Calibration) measuredDevices(rows []int) []string {
	on := map[string][]int{}
	for _, i := range rows {
		on[c.Residuals[i].Row.Device] = append(on[c.Residuals[i].Row.Device], i)
	}
	return slices.DeleteFunc(c.devices(rows), func(device string) bool {
		return c.count(on[device], c.configuration) < leastRowsOfDevice || c.count(on[device], c.shape) < leastShapesOfDevice
	})
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
