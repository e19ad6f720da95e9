package train

import (
	"math"

	"mlsizer/hardware"
)

// bandwidth returns the bytes per second of a device's collectives in a group
// of neighbouring devices.
func (p *Prepared) bandwidth(span float64) float64 {
	if span <= p.timing.neighbours {
		return p.timing.inside(span)
	}
	return p.timing.global
}

// inside returns the bandwidth of a group of n neighbours. On a torus it is
// that of the axes which the group lies along: a group of 4 on a slice of
// 4x4x4 uses the links of one axis of three. Devices that no link of their own
// joins talk over the host's bus.
func (t *timing) inside(n float64) float64 {
	if n > t.linked {
		if n > hardware.SocketDevices {
			return t.cross
		}
		return t.bus
	}
	if t.axes <= 1 || n <= 1 {
		return t.local
	}
	used := 1.0
	for size := t.axis; size < n*0.99 && used < t.axes; size *= t.axis {
		used++
	}
	return t.local * used / t.axes
}

// latency returns the latency of a collective among n devices of a node: the
// constant is that of eight. Small all-reduces of 2, 4, 6 and 8 A100 take 44,
// 51, 73 and 93 us, a start and a part for each step of the ring; switches that
// reduce take no more for more devices. Source: VIA-Research/vTrain, measured
// all-reduces of 1 MiB (see hardware/links.csv).
func (t *timing) latency(n float64) float64 {
	return t.e.Latency * (0.3 + 0.1*(min(n, 8)-1))
}

// ringTime returns the time in which bytes of a buffer cross a ring of n
// devices that span so many neighbours: twice the buffer for an all-reduce,
// once for an all-gather or a reduce-scatter.
//
//	t = latency + bytes (n-1)/n / bandwidth
//
// A ring that leaves the node passes every card of the node once, so that its
// bandwidth is that of all cards. Source: github.com/NVIDIA/nccl-tests
// doc/PERFORMANCE.md.
func (p *Prepared) ringTime(span, n, bytes float64) float64 {
	t := &p.timing
	members, nodes, rate := t.ring(span, n)
	return t.latency(members) + t.e.HopSeconds*nodes + bytes*(n-1)/n/rate
}

// ring returns how many of a ring's n devices are in one node, how many nodes it
// goes through, 0 if it does not leave the node, and its bandwidth.
func (t *timing) ring(span, n float64) (members, nodes, rate float64) {
	if span <= t.neighbours {
		return n, 0, t.inside(n)
	}
	members = max(1, n*t.neighbours/span)
	return members, n / members, min(t.inside(members), t.global*members)
}

// tensorShown returns the share of tensor-parallel collectives that products do
// not hide: all of it where a group leaves the devices that links of their own
// join, for what overlaps the two reaches the others over these links alone.
// Sources: NVIDIA/TransformerEngine@d0067d0
// transformer_engine/common/comm_gemm_overlap/userbuffers/ipcsocket.h
// (buffers that peers map, by IPC or multicast); pytorch/pytorch
// torch/distributed/_symmetric_memory (fused_all_gather_matmul).
func (t *timing) tensorShown(tp float64) float64 {
	if tp > t.linked {
		return 1
	}
	return 1 - t.e.TensorHidden
}

// allToAll returns the time in which a device's tokens reach their experts on
// n devices, each of which stands for a group of so many that share an expert.
// bytes is what one copy of all its tokens takes, reach the share of all
// experts that one token may go to.
//
// A token goes to a remote node once, whichever of its experts are there, and
// is copied inside the node: of k experts on N nodes that it may go to it meets
// on average
//
//	N (1 - (1 - 1/N)^k)
//
// nodes. Source of the scheme: arXiv:2412.19437 section 3.2.2; of routing that
// is limited to some nodes: section 2.1.2.
func (p *Prepared) allToAll(group, n, topK, reach, bytes float64) float64 {
	t := &p.timing
	members := min(n, max(1, t.neighbours/group))
	inside := bytes * topK * (n - 1) / n / (t.inside(members) * t.e.AllToAll)
	nodes := n / members
	if nodes <= 1 {
		return t.e.Latency + inside
	}
	near := max(1, nodes*reach)
	met := near * (1 - math.Pow(1-1/near, topK))
	remote := bytes * met * (nodes - 1) / nodes
	return t.e.Latency + t.e.HopSeconds*nodes + max(inside, remote/(t.global*t.e.AllToAll))
}

// sendTime returns the time of one micro-batch's activations to the next stage
// on the critical path, forward and backward together.
func (p *Prepared) sendTime(l *layout) float64 {
	e := &p.timing.e
	if l.pp == 1 || e.Send == 0 {
		return 0
	}
	bytes := p.profile.boundary * l.micro / (l.cp * l.tp)
	return 2 * e.Send * (e.Latency + bytes/p.bandwidth(float64(p.Cluster.Count)))
}

// dataComm returns the data-parallel traffic that compute does not hide: that of
// a stage's parameters, which are gathered, and of those with a gradient, which
// is reduced.
//
// Without sharding gradients are all-reduced once per step; ZeRO-1 and 2 reduce
// gradients and gather weights; ZeRO-3 gathers the weights for every forward
// and backward pass and reduces gradients for every micro-batch, layer by
// layer; in a pipeline it does so once per step, since weights that are gathered
// for the first micro-batch serve them all. Source: arXiv:1910.02054 section 7;
// arXiv:2304.11277 section 3; pytorch/torchtitan torchtitan/config
// (reshard_after_forward: not with a pipeline).
func (p *Prepared) dataComm(l *layout, params, trained perStage, s *stage) float64 {
	e := &p.timing.e
	if !l.divides(params) {
		return 0
	}
	gather, reduce := p.gatherTime(l, params), p.reduceTime(l, trained)
	forward, backward := s.forward.sum(), s.backward.sum()+s.recompute.sum()
	m := l.microBatches
	switch l.plan.Sharding {
	case Zero3:
		if l.pp > 1 { // weights stay gathered for all micro-batches of a step
			return e.exposed(gather, forward) + e.exposed(reduce+p.sliceTime(l, trained), backward)
		}
		f := e.exposed(gather, forward)
		b := e.exposed(gather+reduce, backward)
		return m*(f+b) + e.exposed(p.sliceTime(l, trained), backward)
	case Zero2:
		return e.exposed(gather, forward) + m*e.exposed(reduce, backward)
	case NoSharding:
		return e.exposed(2*reduce, backward)
	}
	return e.exposed(gather, forward) + e.exposed(reduce, backward)
}

// exposed returns the part of a transfer that a computation does not hide, and
// what the hidden part costs the computation.
func (e *Efficiency) exposed(transfer, compute float64) float64 {
	hidden := min(transfer, e.Overlap*compute)
	return transfer - hidden + e.Contention*hidden
}

// sliceTime returns the time to all-reduce gradients between the slices of a
// torus that hold all shards each, once per step.
func (p *Prepared) sliceTime(l *layout, trained perStage) float64 {
	if l.slices <= 1 {
		return 0
	}
	bytes := 2 * l.shards[shGradients].own(trained) * p.gradientWire()
	return bytes * (l.slices - 1) / l.slices / p.timing.global
}

// gatherTime returns the time to gather a stage's weights once, reduceTime that
// to add up the gradients of those that have one.
func (p *Prepared) gatherTime(l *layout, params perStage) float64 {
	return p.shardTime(l, params, p.profile.gatherBytes)
}

func (p *Prepared) reduceTime(l *layout, trained perStage) float64 {
	return p.shardTime(l, trained, p.gradientWire()) + p.replicaTime(l, trained)
}

// shardTime returns the time of one all-gather or reduce-scatter over the
// parameters of a stage, layer by layer.
func (p *Prepared) shardTime(l *layout, of perStage, width float64) float64 {
	e := &p.timing.e
	inner := l.tp
	t := 0.0
	if l.shard > 1 {
		t = p.ringTime(inner*l.shard, l.shard, of.dense*width)
	}
	if of.experts > 0 && l.expertShard > 1 {
		t += p.ringTime(inner*l.shard, l.expertShard, of.experts*width)
	}
	// The first collective's latency is in ringTime; every further layer has
	// its own where weights are gathered layer by layer.
	if l.plan.Sharding >= Zero2 {
		nodes := max(1, inner*l.shard/p.timing.neighbours)
		hops := 0.0
		if nodes > 1 {
			hops = e.HopSeconds * nodes
		}
		t += (float64(p.profile.layers)/l.pp - 1) * (e.Latency + hops)
	}
	return t
}

// replicaTime returns the time in which groups that hold the same shards add
// up their gradients: an all-reduce of a rank's shard across the groups.
// Source: arXiv:2304.11277 section 3.2.2 (hybrid sharding).
func (p *Prepared) replicaTime(l *layout, of perStage) float64 {
	if l.replicas <= 1 {
		return 0
	}
	span, wire := l.tp*l.shard*l.replicas, p.gradientWire()
	t := p.ringTime(span, l.replicas, 2*of.dense/l.shard*wire)
	if of.experts > 0 {
		t += p.ringTime(span, l.replicas, 2*of.experts/l.expertShard*wire)
	}
	return t
}

// gradientWire returns the bytes of a gradient element on the network: as
// measured on the stack, or as the workload stores gradients.
func (p *Prepared) gradientWire() float64 {
	if p.Workload.States.Gradients != DefaultState {
		return p.profile.gradBytes
	}
	return p.timing.e.GradientWire
}
