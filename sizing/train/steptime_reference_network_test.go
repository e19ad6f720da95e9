package train

import (
	"math"

	"mlsizer/sizing/model"
)

// The network of the reference: what collectives, experts, stages and replicas
// take, from the plan, the links and the constants alone.

// neighbours returns the bandwidth among n devices of a node or a torus. On a
// torus it is that of the axes which hold n devices; beyond the devices that
// links of their own join it is that of the bus, one processor's or two's.
func (r *reference) neighbours(n float64) float64 {
	t := &r.p.timing
	if n > t.linked && n <= 4 {
		return t.bus
	}
	if n > t.linked {
		return t.cross
	}
	if t.axes < 2 || n <= 1 {
		return t.local
	}
	axes := 1.0
	for axes < t.axes && math.Pow(t.axis, axes) < 0.99*n {
		axes++
	}
	return t.local / t.axes * axes
}

// between returns the bandwidth of a group that spans so many devices.
func (r *reference) between(span float64) float64 {
	if span > r.p.timing.neighbours {
		return r.p.timing.global
	}
	return r.neighbours(span)
}

// start returns how long a collective among n devices of a node takes of any
// size: the whole latency from eight on, 0.1 of it less for each one fewer.
func (r *reference) start(n float64) float64 {
	return r.e.Latency * (1 - 0.1*(8-math.Min(n, 8)))
}

// collective returns the time in which each of n ranks gets the parts that the
// others have of a buffer: an all-gather or a reduce-scatter.
func (r *reference) collective(span, n, bytes float64) float64 {
	others := bytes - bytes/n
	node := r.p.timing.neighbours
	if span <= node {
		return r.start(n) + others/r.neighbours(n)
	}
	inNode := math.Max(1, n/span*node)
	cards := inNode * r.p.timing.global
	return r.start(inNode) + n/inNode*r.e.HopSeconds + others/math.Min(cards, r.neighbours(inNode))
}

// allReduce returns the time to add up a buffer among n ranks: a reduce-scatter
// and an all-gather that start as one.
func (r *reference) allReduce(span, n, bytes float64) float64 {
	return r.collective(span, n, bytes+bytes)
}

// dispatch returns the time in which tokens, one copy of which takes so many
// bytes, reach their experts: a copy for each expert inside a node, and one for
// each remote node with any of them.
func (r *reference) dispatch(m *model.MoE, bytes float64) float64 {
	ranks, topK := float64(r.plan.EP), float64(m.TopK)
	inNode := math.Min(ranks, math.Max(1, r.p.timing.neighbours/float64(r.plan.expertTP())))
	copies := bytes * topK * (1 - 1/ranks)
	time := copies / (r.e.AllToAll * r.neighbours(inNode))
	nodes := ranks / inNode
	if nodes <= 1 {
		return r.e.Latency + time
	}
	allowed := nodes
	if m.RouteGroups > 0 {
		allowed = math.Max(1, nodes*float64(m.RouteLimit)/float64(m.RouteGroups))
	}
	empty := math.Pow((allowed-1)/allowed, topK) // that a node has no expert of a token
	remote := bytes * allowed * (1 - empty) * (1 - 1/nodes)
	return r.e.Latency + nodes*r.e.HopSeconds + math.Max(time, remote/(r.e.AllToAll*r.p.timing.global))
}

// send returns the time of a micro-batch's hidden states between two stages,
// forward and backward.
func (r *reference) send() float64 {
	if r.plan.PP == 1 || r.e.Send == 0 {
		return 0
	}
	bytes := r.p.profile.boundary * float64(r.plan.MicroBatch) / float64(r.plan.CP*r.plan.TP)
	return 2 * r.e.Send * (r.e.Latency + bytes/r.between(float64(r.p.Cluster.Count)))
}

// shards returns how many ranks divide what ZeRO shards, of experts and of all
// else, and how many groups hold the same shards.
func (r *reference) shards() (dense, experts, groups float64) {
	dense, groups = float64(r.plan.DP*r.plan.CP), 1
	if g := r.plan.ShardGroup; g > 0 {
		dense, groups = float64(g), dense/float64(g)
	}
	return dense, math.Max(1, dense*float64(r.plan.TP)/float64(r.plan.EP*r.plan.expertTP())), groups
}

// passOver returns the time of one all-gather or reduce-scatter of a stage's
// parameters over their shards: with ZeRO-2 and 3 a collective for every layer.
func (r *reference) passOver(of perStage, width float64) float64 {
	dense, experts, _ := r.shards()
	span := float64(r.plan.TP) * dense
	time := 0.0
	if dense > 1 {
		time = r.collective(span, dense, of.dense*width)
	}
	if experts > 1 && of.experts > 0 {
		time += r.collective(span, experts, of.experts*width)
	}
	if r.plan.Sharding < Zero2 {
		return time
	}
	more := float64(r.p.profile.layers)/float64(r.plan.PP) - 1
	time += more * r.e.Latency
	if node := r.p.timing.neighbours; span > node {
		time += more * r.e.HopSeconds * span / node
	}
	return time
}

// gradients returns the time to add up the gradients of a stage: over their
// shards, and those of a shard over the groups that hold the same.
func (r *reference) gradients(of perStage) float64 {
	wire := r.e.GradientWire
	if r.p.Workload.States.Gradients != DefaultState {
		wire = r.p.profile.gradBytes
	}
	time := r.passOver(of, wire)
	dense, experts, groups := r.shards()
	if groups == 1 {
		return time
	}
	span := float64(r.plan.TP) * dense * groups
	time += r.allReduce(span, groups, of.dense/dense*wire)
	if of.experts > 0 {
		time += r.allReduce(span, groups, of.experts/experts*wire)
	}
	return time
}

// dataParallel returns what data-parallel traffic adds to a step. Each transfer
// hides behind a pass, and slows it:
//
//	none     gradients are reduced and gathered behind the last backward pass
//	ZeRO-1   weights are gathered once, gradients reduced once
//	ZeRO-2   weights are gathered once, gradients reduced for every micro-batch
//	ZeRO-3   weights are gathered for every pass, gradients reduced for every
//	         micro-batch; in a pipeline both once
func (r *reference) dataParallel(params, trained perStage, forward, backward float64) float64 {
	dense, experts, _ := r.shards()
	if dense == 1 && (params.experts == 0 || experts == 1) {
		return 0
	}
	shown := func(transfer, pass float64) float64 {
		if all := r.e.Overlap * pass; transfer > all {
			return transfer - all + r.e.Contention*all
		}
		return r.e.Contention * transfer
	}
	weights, gradients := r.passOver(params, r.p.profile.gatherBytes), r.gradients(trained)
	micro := float64(r.plan.GlobalBatch) / float64(r.plan.DP*r.plan.MicroBatch)
	switch s := r.plan.Sharding; {
	case s == NoSharding:
		return shown(gradients+gradients, backward)
	case s == Zero2:
		return shown(weights, forward) + micro*shown(gradients, backward)
	case s == Zero3 && r.plan.PP == 1:
		return micro * (shown(weights, forward) + shown(weights+gradients, backward))
	}
	return shown(weights, forward) + shown(gradients, backward)
}

// optimizer returns the time of the optimizer's step: of the parameters that a
// rank updates it reads weights and gradients, and reads and writes fp32 copies
// and moments.
func (r *reference) optimizer(trained, moments perStage) float64 {
	dense, experts := 1.0, 1.0
	if r.plan.Sharding >= Zero1 {
		dense, experts, _ = r.shards()
	}
	c := r.p.profile
	each := c.weightBytes + c.gradBytes + 2*c.masterBytes
	bytes := (each*trained.dense+2*moments.dense)/dense + (each*trained.experts+2*moments.experts)/experts
	return bytes / r.p.timing.memory
}

// stragglers returns the share of a step that waiting for the slowest device
// adds: so much for each time that a node, or a slice of a torus, was doubled.
func (r *reference) stragglers() float64 {
	c := &r.p.Cluster
	nodes := float64(c.Count) / math.Max(1, float64(c.DevicesPerNode))
	if c.Slices > 0 {
		nodes = float64(c.Slices)
	}
	if nodes <= 1 {
		return 0
	}
	return r.e.Jitter * math.Log(nodes) / math.Ln2
}
