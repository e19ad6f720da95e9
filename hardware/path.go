package hardware

import (
	"fmt"

	"mlsizer/sizing/quantity"
)

// Path is the link over which some devices of a machine talk.
type Path struct {
	Link
	Kind LinkKind
	// Share is the part of the link's bandwidth that a ring all-reduce of a
	// large message reaches, Origin where it was measured.
	Share  float64
	Origin string
}

// Achieved is the bandwidth that a ring all-reduce of a large message reaches,
// per device and direction.
func (p Path) Achieved() quantity.Bandwidth { return p.Bandwidth * quantity.Bandwidth(p.Share) }

// SocketDevices is how many PCIe cards one processor of a server carries: the
// usual server of eight has two. Source: the topologies printed in
// github.com/NVIDIA/nccl-tests issues 178 and 273.
const SocketDevices = 4

// Among is the link over which n devices of one machine or scale-up domain
// talk: the scale-up link as far as that reaches, the bus to the host beyond.
// Its bandwidth is 0 where nothing joins them.
//
// Through the host all cards of the machine share the memory of its processors,
// whatever the size of a group: groups communicate at the same time. Cards that
// reach each other share the link between two processors only where a group has
// more than one of these carries.
func (c Cluster) Among(n int) Path {
	d := c.Device
	if d.ScaleUp.Bandwidth > 0 && n <= c.Domain() {
		share, origin := AchievedBus(d.ScaleUp.Name)
		return Path{d.ScaleUp, d.kindOf(d.ScaleUp.Name), share, origin}
	}
	kind := d.kindOf(d.HostLink.Name)
	switch {
	case kind == PCIeHost:
		n = min(c.Count, c.DevicesPerNode)
	case kind == PCIePeer && n > SocketDevices:
		kind = TwoSockets
	}
	share, origin := loadLinks().shared(d.HostLink.Name, kind, n)
	return Path{d.HostLink, kind, share, origin}
}

// busMeasured is the PCIe link that rings were measured over for every kind.
const busMeasured = "PCIe 4.0 x16"

// busSuffix is what the name of a PCIe link in links.csv ends with, by kind.
var busSuffix = map[LinkKind]string{PCIePeer: " peer", PCIeHost: " host", TwoSockets: " sockets"}

// shared is the share of its bandwidth that a ring of n devices reaches over a
// link that these share: as measured over it, else over the PCIe link that was
// measured, else by the rule for any link.
func (l *links) shared(link string, kind LinkKind, n int) (share float64, origin string) {
	for _, name := range []string{link, busMeasured} {
		if p, ok := l.ring(name+busSuffix[kind], n); ok && kind.PCIe() {
			return p.Share(), p.origin()
		}
	}
	return AchievedBus(link)
}

// ring is the fastest all-reduce over a link of at least n devices, what fewer
// can reach too; where fewer than n were measured, that of the most.
func (l *links) ring(link string, n int) (best BusPoint, ok bool) {
	for _, p := range l.points { // in order of devices
		if p.Link != link || p.Measure != "all-reduce" {
			continue
		}
		if !ok || best.Devices < min(n, p.Devices) || p.Bandwidth > best.Bandwidth {
			best, ok = p, true
		}
	}
	return best, ok
}

// origin says what was measured, and where.
func (p BusPoint) origin() string {
	return fmt.Sprintf("%s: %s of %s, %s", p.Source, p.Bandwidth, p.Spec, p.Note)
}
