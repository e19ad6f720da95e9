package serve

import (
	"math"

	"mlsizer/hardware"
)

// servingLinks is what the devices of a replica talk over. Those that add up
// what each of them computed, TP x EP, are neighbours, and so are stages.
type servingLinks struct {
	group   float64 // devices that add up
	members float64 // of them that stand in one node or scale-up domain
	name    string  // of the link there
	inside  float64 // its B/s per device
	network float64 // B/s per device between nodes; 0: the replica is in one
	// Of the stages' transfers so many stay in a node, at B/s, and so many go
	// to the next one.
	within, across float64
	stage          float64
}

// newServingLinks finds the links of a layout: that of the scale-up domain for
// groups that fit it, the bus to the host inside a node, and the network beyond.
// A link whose bandwidth is not known is an error, never a guess.
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
	if rate == 0 { // nothing joins the devices of a node
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

// nodes is how many of them a group spans.
func (k *servingLinks) nodes() float64 { return k.group / k.members }

// allReduce is the time in which the devices of a group add up bytes that each
// of them has:
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

// send is the time in which bytes pass from the first stage to the last one.
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
