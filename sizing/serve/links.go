package serve

import (
	"math"

	"mlsizer/hardware"
)

// servingLinks are the links between the devices of a replica. Devices of an
// all-reduce group, TP x EP, are neighbours, and so are stages.
type servingLinks struct {
	group   float64 // devices of an all-reduce group
	members float64 // of these in one node or scale-up domain
	name    string  // of the link inside the node
	inside  float64 // its B/s per device
	network float64 // B/s per device between nodes; 0: the replica is in one
	// The transfers between stages inside a node, with their B/s, and to the
	// next node.
	within, across float64
	stage          float64
}

// newServingLinks finds the links of a layout: the scale-up domain for groups
// that fit it, the host bus inside a node, and the network beyond. An unknown
// bandwidth is an error, never a guess.
func newServingLinks(c *hardware.Cluster, l *Layout) (servingLinks, error) {
	group, stages := float64(l.TP*l.EP), float64(l.PP)
	replica := group * stages
	k := servingLinks{group: group, members: group}
	if replica == 1 {
		return k, nil
	}
	near, domain := float64(max(c.Domain(), c.DevicesPerNode)), float64(c.Domain())
	if !c.Slice.IsZero() {
		near = domain
	}
	link := func(span float64) (string, float64) {
		if span <= domain && c.Device.ScaleUp.Bandwidth > 0 {
			return "scale-up", float64(c.Device.ScaleUp.Bandwidth)
		}
		return "bus", float64(c.Device.HostLink.Bandwidth)
	}
	name, rate := link(math.Min(near, replica))
	if rate == 0 { // no link inside the node
		near = 1
	}
	k.name, k.stage = name, rate
	if group > 1 {
		nodes := math.Ceil(group / near)
		k.members = group / nodes
		k.name, k.inside = link(math.Min(near, group))
	}
	k.across = stages - 1
	if group <= near {
		k.across = math.Min(k.across, math.Ceil(replica/near)-1)
	}
	k.within = stages - 1 - k.across
	if replica > near {
		network, err := c.Network()
		if err != nil {
			return k, err
		}
		k.network = float64(network)
	}
	return k, nil
}

// nodes is the number of nodes of a group.
func (k *servingLinks) nodes() float64 { return k.group / k.members }

// allReduce returns the time of an all-reduce over a group:
//
//	hop x (1 + log2 nodes) + 2 bytes (n-1)/n / bandwidth
//
// one hop inside a node and a tree between nodes. A ring that leaves the node
// passes every card of the node once, so that its bandwidth is that of all of
// them, if the link inside is not the slower one; share is what of either it
// reaches. Sources: github.com/NVIDIA/nccl-tests doc/PERFORMANCE.md;
// github.com/NVIDIA/nccl src/graph/trees.cc.
func (k *servingLinks) allReduce(bytes, hop, share float64) float64 {
	if k.group <= 1 {
		return 0
	}
	bytes *= 2 * (k.group - 1) / k.group / share
	nodes := k.nodes()
	hops, time := math.Log2(nodes), 0.0
	if k.members > 1 {
		hops, time = hops+1, bytes/k.inside
	}
	if nodes > 1 {
		time = math.Max(time, bytes/(k.network*k.members))
	}
	return hops*hop + time
}

// send returns the time of bytes from the first stage to the last.
func (k *servingLinks) send(bytes, hop, share float64) float64 {
	time := 0.0
	if k.within > 0 {
		time += k.within * (hop + bytes/(k.stage*share))
	}
	if k.across > 0 {
		time += k.across * (hop + bytes/(k.network*share))
	}
	return time
}
