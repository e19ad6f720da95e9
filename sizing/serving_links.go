package sizing

import (
	"fmt"
	"math"
	"strings"

	"mlsizer/hardware"
	"mlsizer/sizing/quantity"
)

// servingLinks is what the devices of a replica talk over. Those that add up
// what each of them computed, TP x EP, are neighbours, and so are stages.
type servingLinks struct {
	group   float64 // devices that add up
	members float64 // of them that stand in one node or scale-up domain
	name    string  // of the link there
	inside  float64 // its B/s a device
	network float64 // B/s a device between nodes; 0: the replica is in one
	// Of the stages' transfers so many stay in a node, at B/s, and so many go
	// to the next one.
	within, across float64
	stage          float64
}

// newServingLinks finds the links of a layout: that of the scale-up domain for
// groups that fit it, the bus to the host inside a node, and the network beyond.
// A link whose bandwidth is not known is an error, never a guess.
func newServingLinks(c *hardware.Cluster, l *ServingLayout) (servingLinks, error) {
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

// explain says what the links make of a pass of tokens.
func (t *servingTimer) explainLinks(tokens float64) (list []Derivation) {
	k, e := &t.links, &t.e
	bytes := tokens * t.s.hidden * 2
	hop, share := quantity.Seconds(e[servingHop]).String(), fmt.Sprintf("%.3g", e[servingWire])
	size := fmt.Sprintf("%.4g MB", bytes/1e6)
	gbs := func(rate float64) string { return fmt.Sprintf("%.4g GB/s", rate/1e9) }
	if k.group > 1 {
		formula, numbers := "2 x layers x (hop + 2 bytes x (n-1)/n / (link x share))", fmt.Sprintf("2 x %g x (%s + 2 x %s x %g/%g / (%s x %s))", t.s.depth, hop, size, k.group-1, k.group, gbs(k.inside), share)
		if nodes := k.nodes(); nodes > 1 {
			formula = "2 x layers x (hop x (1 + log2 nodes) + 2 bytes x (n-1)/n / (slower of link and network x cards of a node x share))"
			slower := k.network * k.members
			hops := fmt.Sprintf("%s x (1 + %.3g)", hop, math.Log2(nodes))
			if k.members > 1 {
				slower = math.Min(slower, k.inside)
			} else {
				hops = fmt.Sprintf("%s x %.3g", hop, math.Log2(nodes))
			}
			numbers = fmt.Sprintf("2 x %g x (%s + 2 x %s x %g/%g / (%s x %s)), %g nodes, network %s", t.s.depth, hops, size, k.group-1, k.group, gbs(slower), share, nodes, gbs(k.network))
		}
		w := 2 * t.s.depth * k.allReduce(bytes, e[servingHop], e[servingWire])
		list = append(list, Derivation{"time", "between devices", formula, numbers, quantity.Seconds(w).String(), sourceRoofline + "; " + sourceRing})
	}
	if k.within+k.across > 0 {
		var parts []string
		if k.within > 0 {
			parts = append(parts, fmt.Sprintf("%g x (%s + %s / (%s x %s))", k.within, hop, size, gbs(k.stage), share))
		}
		if k.across > 0 {
			parts = append(parts, fmt.Sprintf("%g x (%s + %s / (%s x %s))", k.across, hop, size, gbs(k.network), share))
		}
		w := k.send(bytes, e[servingHop], e[servingWire])
		list = append(list, Derivation{"time", "between stages", "transfers x (hop + bytes / (link x share)), inside a node and between nodes", strings.Join(parts, " + "), quantity.Seconds(w).String(), sourceRoofline})
	}
	return list
}
