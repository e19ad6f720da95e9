package train

import (
	"math"
	"slices"
)

// bandAt returns the band of the step time for a question.
func bandAt(c *Constants, question *Match) *BandFor {
	b := &c.Bands[0]
	for i := range c.Bands {
		if c.Bands[i].When.Covers(question) {
			b = &c.Bands[i]
		}
	}
	return b
}

// StepBand returns the band of a plan's step time: the nearest measured band,
// which may be of the plan itself, widened for an inferred architecture.
func (p *Prepared) StepBand(plan *Plan) Band {
	t := &p.timing
	switch k := p.constants; {
	case p.profile.model.Inferred:
		return Band{Low: t.band.Low / k.Inferred, High: t.band.High * k.Inferred}
	case p.measured(plan):
		return *t.nearestBand.Measured
	}
	return t.band
}

// measured reports whether the plan itself was measured.
func (p *Prepared) measured(plan *Plan) bool {
	nearest := p.timing.nearestBand
	if !p.timing.measured || p.Teacher != nil || p.Others != nil || nearest.Measured == nil {
		return false
	}
	_, found := slices.BinarySearch(nearest.Keys, p.Key(plan))
	return found
}

// Key distinguishes measured questions: by the size of the model, the devices
// and their network, what the stack compiles and overlaps, the workload and the
// plan. Release and recipe are not part of it.
func (p *Prepared) Key(plan *Plan) uint32 {
	key := p.timing.key
	for _, n := range [...]int{
		plan.TP, plan.PP, plan.VP, plan.CP, plan.EP, plan.DP, plan.expertTP(), plan.FirstLayers, plan.LastLayers,
		int(plan.Sharding), plan.ShardGroup, plan.MicroBatch, int(plan.GlobalBatch),
		int(plan.Recompute), int(plan.RecomputeMethod), plan.RecomputeLayers, int(plan.dropped()), int(plan.Offload),
	} {
		key = mix(key, uint32(n))
	}
	return mixFlags(key, plan.SequenceParallel, plan.OffloadOptimizer, plan.OffloadParams, plan.OffloadInputs)
}

// mix adds one number to a key: one step of FNV-1a, folded so that high bits
// also affect the low ones.
func mix(key, n uint32) uint32 {
	key = (key ^ n) * 16777619
	return key ^ key>>15
}

// mixFlags adds booleans to a key.
func mixFlags(key uint32, list ...bool) uint32 {
	for _, on := range list {
		if on {
			key++
		}
		key = mix(key, 0)
	}
	return key
}

// questionKey is the part of [Prepared.Key] that does not depend on the plan.
func (p *Prepared) questionKey() uint32 {
	key, c, w, v := uint32(2166136261), p.profile, &p.Workload, &p.profile.stack.Variant
	for _, b := range []byte(p.Cluster.Device.ID) {
		key = mix(key, uint32(b))
	}
	for _, n := range [...]float64{
		float64(p.Cluster.Count), p.timing.node, p.timing.neighbours, float64(p.network),
		float64(c.params), float64(p.TrainedParams()), c.palm, float64(c.layers), float64(c.model.Hidden), float64(c.tpUnit),
		float64(w.Seq), float64(w.Precision.Compute()), float64(w.Optimizer), float64(w.Method),
		float64(w.States.Weights), float64(w.States.Gradients), float64(w.States.Master), float64(w.States.Moments),
		w.Routing.Capacity, w.Routing.Imbalance,
	} {
		bits := math.Float64bits(n)
		key = mix(mix(key, uint32(bits>>32)), uint32(bits))
	}
	return mixFlags(key, v.Compile, v.AsyncTP)
}
