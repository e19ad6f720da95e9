package train

import "mlsizer/sizing/quantity"

// Limits are the dimensions of a model that a plan may divide.
type Limits struct {
	// Heads is the number that tensor parallelism must divide; 0: there is
	// nothing to divide.
	Heads int64
	// Experts is the number that expert parallelism must divide; 0: there are
	// none.
	Experts int64
	// Layers is the number of layers that a pipeline distributes.
	Layers int
	// Sequence says that context parallelism has a sequence to divide.
	Sequence bool
	// HostLink says that the device can offload state to its host.
	HostLink bool
}

// Limits returns the dimensions that plans may divide.
func (p *Prepared) Limits() Limits {
	c, d := p.profile, p.Cluster.Device
	return Limits{Heads: c.tpUnit, Experts: c.experts, Layers: c.layers, Sequence: c.model.PerToken(),
		HostLink: !d.Unified && d.HostLink.Bandwidth > 0}
}

// Check returns an error that says why a plan cannot run, nil if it can.
func (p *Prepared) Check(plan *Plan) error {
	if err := p.check(plan); err != nil {
		return err
	}
	return p.checkRules(p.profile.rules.state, plan)
}

// Uneven reports whether the layers allow the first and last stages that the
// plan fixes.
func (l *Limits) Uneven(plan *Plan) bool { return plan.layersFit(l.Layers) }

// MemoryLowerBound returns a lower bound of the memory of the plan's most
// loaded stage, for any shard group and at most the given sharding: all ranks
// divide the states, the host stores what the plan offloads, and no weights are
// gathered.
func (v *Evaluator) MemoryLowerBound(plan *Plan, most Sharding) (float64, error) {
	p := *plan
	p.Sharding, p.ShardGroup, p.OffloadOptimizer, p.OffloadParams = NoSharding, 0, false, false
	if err := v.set(&p); err != nil {
		return 0, err
	}
	mode := v.stageSums()
	p.Sharding, p.ShardGroup, p.OffloadOptimizer, p.OffloadParams = most, plan.DP*plan.CP, plan.OffloadOptimizer, plan.OffloadParams
	v.l.shardOver(&p)
	var m Memory
	var total float64
	for i := range v.l.stages.groups {
		v.p.memoryAtPeak(&v.l, v.l.stages.groups[i].first, &mode.memory[i], &m)
		total = max(total, float64(m.Total))
	}
	v.l.shardOver(&v.plan)
	return total, nil
}

// RunFLOPs returns the least FLOPs of the run: matrix products and the causal
// half of attention, without recompute.
func (p *Prepared) RunFLOPs() quantity.FLOPs {
	n := float64(p.Workload.Batch)
	if p.Workload.Tokens > 0 {
		n = float64(p.Workload.Tokens) / float64(p.Workload.Seq)
	}
	return quantity.FLOPs(p.profile.megatron * n)
}

// Peak returns the device's peak rate in the workload's format.
func (p *Prepared) Peak() quantity.FLOPRate { return p.rate.Peak }

// SureMemory returns the largest estimate for which 95 % of measured peaks
// still fit the device.
func (p *Prepared) SureMemory() quantity.Bytes {
	m := Memory{Total: p.Cluster.Device.Memory}
	p.setVerdict(&m)
	return quantity.Bytes(float64(m.Total) / float64(m.Sure) * float64(m.Device) * (1 - 1e-9))
}

// ShardRanks returns how many ranks divide a sharded state. [Prepared.Check]
// must accept the plan.
func (p *Prepared) ShardRanks(plan *Plan) int {
	var l layout
	l.init(p, plan)
	return int(l.shard)
}

// Chunks returns the number of layers of each model chunk, in order: chunk i
// belongs to stage i modulo the stages.
func (p *Prepared) Chunks(plan *Plan) []int {
	var l layout
	l.init(p, plan)
	return l.chunks()
}

// chunks are the layers of each chunk.
func (l *layout) chunks() []int {
	list := make([]int, l.plan.PP*l.plan.VP)
	for i := range list {
		from, to := l.chunk(i)
		list[i] = to - from
	}
	return list
}

// SpreadLayers returns the layers of each of n chunks, of which the first and the
// last may be fixed; 0 leaves them open.
func SpreadLayers(layers, n, first, last int) []int {
	l := layout{plan: &Plan{PP: n, VP: 1, FirstLayers: first, LastLayers: last}, profile: &profile{layers: layers}}
	return l.chunks()
}
