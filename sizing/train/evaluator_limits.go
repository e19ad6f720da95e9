package train

import "mlsizer/sizing/quantity"

// Limits is what a model allows a plan to divide.
type Limits struct {
	// Heads is what tensor parallelism must divide; 0: it has nothing to.
	Heads int64
	// Experts is what expert parallelism must divide; 0: there are none.
	Experts int64
	// Layers is how many a pipeline shares out.
	Layers int
	// Sequence says that there is one to divide.
	Sequence bool
	// HostLink says that the device can keep state with its host.
	HostLink bool
}

// Limits returns what plans may divide.
func (p *Prepared) Limits() Limits {
	c, d := p.costs, p.Cluster.Device
	return Limits{Heads: c.tpUnit, Experts: c.experts, Layers: c.layers, Sequence: c.model.PerToken(),
		HostLink: !d.Unified && d.HostLink.Bandwidth > 0}
}

// Check returns an error that says why a plan cannot run, nil if it can.
func (p *Prepared) Check(plan *Plan) error {
	if err := p.check(plan); err != nil {
		return err
	}
	return p.checkRules(p.costs.rules.state, plan)
}

// Uneven reports whether the layers divide so that the plan's first and last
// stage hold what it fixes.
func (l *Limits) Uneven(plan *Plan) bool { return plan.layersFit(l.Layers) }

// MemoryFloor returns a total below which no device of the plan's most loaded
// stage can get, whatever its shard group, and with the sharding or a lesser
// one: states divided by all ranks, those that the plan offloads with the host,
// and no gathered weights.
func (v *Evaluator) MemoryFloor(plan *Plan, most Sharding) (float64, error) {
	p := *plan
	p.Sharding, p.ShardGroup, p.OffloadOptimizer, p.OffloadParams = NoSharding, 0, false, false
	if err := v.set(&p); err != nil {
		return 0, err
	}
	mode := v.mode()
	p.Sharding, p.ShardGroup, p.OffloadOptimizer, p.OffloadParams = most, plan.DP*plan.CP, plan.OffloadOptimizer, plan.OffloadParams
	v.l.shardOver(&p)
	var m Memory
	var total float64
	for i := range v.l.stages.parts {
		v.p.weigh(&v.l, v.l.stages.parts[i].first, &mode.holds[i], &m)
		total = max(total, float64(m.Total))
	}
	v.l.shardOver(&v.plan)
	return total, nil
}

// RunFLOPs returns the arithmetic that the run executes at least: matrix
// products and the causal half of attention, nothing recomputed.
func (p *Prepared) RunFLOPs() quantity.FLOPs {
	n := float64(p.Workload.Batch)
	if p.Workload.Tokens > 0 {
		n = float64(p.Workload.Tokens) / float64(p.Workload.Seq)
	}
	return quantity.FLOPs(p.costs.megatron * n)
}

// Peak returns the device's peak rate in the workload's format.
func (p *Prepared) Peak() quantity.FLOPRate { return p.rate.Peak }

// SureMemory returns the most that a plan may take so that what 95 % of
// measured peaks stay below still fits the device.
func (p *Prepared) SureMemory() quantity.Bytes {
	m := Memory{Total: p.Cluster.Device.Memory}
	p.judge(&m)
	return quantity.Bytes(float64(m.Total) / float64(m.Sure) * float64(m.Device) * (1 - 1e-9))
}

// ShardRanks returns how many ranks of a plan that [Prepared.Check] accepts
// divide a sharded state between them.
func (p *Prepared) ShardRanks(plan *Plan) int {
	var l layout
	l.init(p, plan)
	return int(l.shard)
}

// Chunks returns how many layers each model chunk of a plan holds, in order:
// chunk i stands on stage i modulo the stages.
func (p *Prepared) Chunks(plan *Plan) []int {
	var l layout
	l.init(p, plan)
	list := make([]int, plan.PP*plan.VP)
	for i := range list {
		from, to := l.chunk(i)
		list[i] = to - from
	}
	return list
}
