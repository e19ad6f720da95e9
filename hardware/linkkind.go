package hardware

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed link_kinds.csv
var linkKindsCSV []byte

const linkKindsFile = "link_kinds.csv"

// LinkKind is what connects devices, as far as it decides how their collectives
// run: what these reach, and whether they can hide behind products.
type LinkKind string

const (
	NVLink     LinkKind = "nvlink"      // switched or meshed inside a node or rack
	XGMI       LinkKind = "xgmi"        // AMD's mesh of a node
	ICI        LinkKind = "torus"       // of TPUs
	Fabric     LinkKind = "fabric"      // any other link of a vendor's own
	Bridge     LinkKind = "bridge"      // joins two or four cards, beyond which PCIe does
	PCIePeer   LinkKind = "pcie-peer"   // cards reach each other's memory
	PCIeHost   LinkKind = "pcie-host"   // the driver refuses that: through host memory
	TwoSockets LinkKind = "two-sockets" // PCIe, and the link between two processors
)

// linkKinds lists the kinds, in the order of their declaration.
var linkKinds = []LinkKind{NVLink, XGMI, ICI, Fabric, Bridge, PCIePeer, PCIeHost, TwoSockets}

// LinkKinds lists the kinds of links.
func LinkKinds() []LinkKind { return slices.Clone(linkKinds) }

// PCIe reports whether collectives run over the bus to the host.
func (k LinkKind) PCIe() bool { return k == PCIePeer || k == PCIeHost || k == TwoSockets }

// kindRule is a row of link_kinds.csv: the kind of the links whose name begins
// so, on devices whose name begins so.
type kindRule struct {
	device, link string
	kind         LinkKind
	source       string
}

var kindCells = []cell[kindRule]{
	textCell("device", false, func(r *kindRule) *string { return &r.device }),
	textCell("link", false, func(r *kindRule) *string { return &r.link }),
	{"kind", true, func(r *kindRule, v string) error {
		if r.kind = LinkKind(v); !slices.Contains(linkKinds, r.kind) {
			return fmt.Errorf("%q: no kind of link", v)
		}
		return nil
	}},
	textCell("source", true, func(r *kindRule) *string { return &r.source }),
}

var loadLinkKinds = sync.OnceValue(func() []kindRule { return mustTable(linkKindsCSV, linkKindsFile, kindCells) })

// kindOf is the kind of a device's link: that of the first rule that holds.
func (d *Device) kindOf(link string) LinkKind {
	for _, r := range loadLinkKinds() {
		if strings.HasPrefix(d.Name, r.device) && strings.HasPrefix(link, r.link) {
			return r.kind
		}
	}
	return Fabric
}
