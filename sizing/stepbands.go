package sizing

import (
	"fmt"
	"math"
	"slices"

	"mlsizer/hardware"
)

// Band is the 80 % band of the ratio of a measured value to an estimate.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// BandFor is a band where its Match holds. Later ones win. The first one holds
// for stacks that no measurement ran on.
type BandFor struct {
	When Match `json:"when"`
	Band       // on the devices that the measurements ran on
	// Elsewhere is the band on any other device of their architectures, Archs.
	Elsewhere Band     `json:"elsewhere"`
	Devices   []string `json:"devices"`
	Archs     []string `json:"archs"`
	// Measured is the band of what was measured itself: of the plans, on those
	// devices, whose keys are in Keys ([Prepared.Key]), in order.
	Measured *Band    `json:"measured,omitempty"`
	Keys     []uint32 `json:"keys,omitempty"`
	// Rows is how many measurements, left out of the fit in groups, it rests
	// on, LeftOut how far off these were on the mean by what they shared, and
	// Coverage the share of them inside bands that others made.
	Rows     int                `json:"rows,omitempty"`
	LeftOut  map[string]float64 `json:"left_out_mape,omitempty"`
	Coverage float64            `json:"coverage80_cross_fitted,omitempty"`
}

// Of returns the band on a device, and whether measurements ran on it. A device
// of another architecture is as far from those of the measured ones again as
// another device of these is: both in quadrature.
func (b *BandFor) Of(d *hardware.Device) (Band, bool) {
	switch {
	case slices.Contains(b.Devices, d.ID):
		return b.Band, true
	case slices.Contains(b.Archs, d.Arch):
		return b.Elsewhere, false
	}
	return Band{math.Pow(b.Elsewhere.Low, math.Sqrt2), math.Pow(b.Elsewhere.High, math.Sqrt2)}, false
}

func (b *BandFor) check() error {
	bands := []Band{b.Band, b.Elsewhere}
	if b.Measured != nil {
		bands = append(bands, *b.Measured)
	}
	for _, r := range bands {
		if !(r.Low > 0 && r.Low <= 1 && r.High >= 1) || math.IsInf(r.High, 1) {
			return fmt.Errorf("constants, band of %s: %v to %v (want a range around 1)", &b.When, r.Low, r.High)
		}
	}
	if !slices.IsSorted(b.Keys) {
		return fmt.Errorf("constants, band of %s: keys out of order", &b.When)
	}
	return nil
}

// band returns the step's band for a stack.
func (c *Constants) band(s *subject) *BandFor {
	b := &c.StepBands[0]
	for i := range c.StepBands {
		if c.StepBands[i].When.holds(s) {
			b = &c.StepBands[i]
		}
	}
	return b
}

// stepBand returns the band of a plan's step time: that of the measurements
// nearest to it, which may be of the plan itself, wider for an inferred shape.
func (p *Prepared) stepBand(plan *Plan) Band {
	t := &p.timing
	switch k := p.constants; {
	case p.costs.model.Inferred:
		return Band{t.band.Low / k.Inferred, t.band.High * k.Inferred}
	case p.measured(plan):
		return *t.near.Measured
	}
	return t.band
}

// measured reports whether the plan itself is among the measurements.
func (p *Prepared) measured(plan *Plan) bool {
	near := p.timing.near
	if !p.timing.measured || p.tutor != nil || near.Measured == nil {
		return false
	}
	_, found := slices.BinarySearch(near.Keys, p.Key(plan))
	return found
}

// Key tells a measured question from others: the model by its size, the devices
// and the network between them, what the stack compiles and overlaps, the work
// and the plan. Release and recipe are no part of it.
func (p *Prepared) Key(plan *Plan) uint32 {
	key := p.timing.key
	for _, n := range [...]int{
		plan.TP, plan.PP, plan.VP, plan.CP, plan.EP, plan.DP, plan.expertTP(), plan.FirstLayers, plan.LastLayers,
		int(plan.Sharding), plan.ShardGroup, plan.MicroBatch, int(plan.GlobalBatch),
		int(plan.Recompute), int(plan.RecomputeMethod), plan.RecomputeLayers, int(plan.dropped()), int(plan.Offload),
	} {
		key = mixed(key, uint32(n))
	}
	return said(key, plan.SequenceParallel, plan.OffloadOptimizer, plan.OffloadParams, plan.OffloadInputs)
}

// mixed returns a key with one more number in it: the step of FNV-1a, folded so
// that high bits count below them too.
func mixed(key, n uint32) uint32 {
	key = (key ^ n) * 16777619
	return key ^ key>>15
}

// said returns a key with what is on and off in it.
func said(key uint32, list ...bool) uint32 {
	for _, on := range list {
		if on {
			key++
		}
		key = mixed(key, 0)
	}
	return key
}

// questionKey is the part of [Prepared.Key] that no plan changes.
func (p *Prepared) questionKey() uint32 {
	key, c, w, v := uint32(2166136261), p.costs, &p.Workload, &p.costs.stack.Variant
	for _, b := range []byte(p.Cluster.Device.ID) {
		key = mixed(key, uint32(b))
	}
	for _, n := range [...]float64{
		float64(p.Cluster.Count), p.timing.node, p.timing.neighbours, float64(p.network),
		float64(c.params), float64(p.TrainedParams()), c.palm, float64(c.layers), float64(c.model.Hidden), float64(c.tpUnit),
		float64(w.Seq), float64(w.Precision.Compute()), float64(w.Optimizer), float64(w.Method),
		float64(w.States.Weights), float64(w.States.Gradients), float64(w.States.Master), float64(w.States.Moments),
		w.Routing.Capacity, w.Routing.Imbalance,
	} {
		bits := math.Float64bits(n)
		key = mixed(mixed(key, uint32(bits>>32)), uint32(bits))
	}
	return said(key, v.Compile, v.AsyncTP)
}
