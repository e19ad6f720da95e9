package hardware

import (
	_ "embed"
	"sync"

	"mlsizer/sizing/quantity"
)

//go:embed hosts.csv
var hostsCSV []byte

// Draw is a power with its range.
type Draw struct{ Low, Mid, High quantity.Watts }

// hostRow is a node with its vendor's ratings.
type hostRow struct {
	device   string
	devices  int
	rated    quantity.Watts // of the node, at most
	measured quantity.Watts // of the node in training; 0: not measured
	source   string
}

// hostCells is the schema of hosts.csv.
func hostCells() []cell[hostRow] {
	return []cell[hostRow]{
		textCell("device", true, func(r *hostRow) *string { return &r.device }),
		wholeCell("devices", true, 1, 1000, func(r *hostRow) *int { return &r.devices }),
		numberCell("node_w", true, 1, func(r *hostRow) *quantity.Watts { return &r.rated }),
		numberCell("measured_w", false, 1, func(r *hostRow) *quantity.Watts { return &r.measured }),
		textCell("source", true, func(r *hostRow) *string { return &r.source }),
	}
}

// hosts are the rows of hosts.csv by device.
var hosts = sync.OnceValue(func() map[string]hostRow {
	byDevice := map[string]hostRow{}
	for _, r := range mustTable(hostsCSV, "hosts.csv", hostCells()) {
		byDevice[r.device] = r
	}
	return byDevice
})

// usualHost is the device whose node was both rated and measured: others use
// its shares.
const usualHost = "h100-sxm5-80gb"

// hostShares returns the power of the rest of a node per device, as shares of
// the device's own rated power: in training, and at most.
func hostShares(id string, power quantity.Watts) (training, most float64) {
	usual := hosts()[usualHost]
	const usualPower = 700 // of the devices of that node, as rated
	of := func(node quantity.Watts, devices int, power float64) float64 {
		return max(0, float64(node)/float64(devices)/power-1)
	}
	training, most = of(usual.measured, usual.devices, usualPower), of(usual.rated, usual.devices, usualPower)
	if r, ok := hosts()[id]; ok {
		own := of(r.rated, r.devices, float64(power))
		return own * training / most, own
	}
	return training, most
}

// Host returns the power of processors, memory, disks, network adapters, fans
// and power supplies of the node per device, besides the device's own rated
// power: at least 0, the measured power in training, and at most the node's
// rating. A device that is a whole machine has no separate host.
func (d *Device) Host() (Draw, string) {
	if d.Power == 0 || d.Unified || d.Kind != GPU && d.Kind != TPU && d.Kind != NPU {
		return Draw{}, ""
	}
	training, most := hostShares(d.ID, d.Power)
	source := hosts()[usualHost].source
	if r, ok := hosts()[d.ID]; ok && d.ID != usualHost {
		source = r.source + " | " + source
	}
	return Draw{Mid: d.Power * quantity.Watts(training), High: d.Power * quantity.Watts(most)}, source
}

// The power of a switch of 64 ports of 400 Gb/s with passive and with active
// cables, and the ports per device in a network of two layers: one to its node,
// one up and one down between the layers.
const (
	switchWatts, switchMost = 747, 1720
	switchGbits             = 64 * 400
	portsOfDevice           = 3
	// SourceSwitch is where the power of switches is from.
	SourceSwitch = "assumed: NVIDIA QM9700/QM9790 user manual, Specifications (747 W with passive cables, 1,720 W at most)"
)

// Switches returns the power of the switches of the network between nodes per
// device; 0 in one node, or in one slice of a torus.
func (c Cluster) Switches() Draw {
	if c.Nodes() < 2 || c.Slices == 1 {
		return Draw{}
	}
	gbits := quantity.Watts(float64(c.ScaleOut) * 8 / 1e9)
	per := portsOfDevice * gbits / switchGbits
	return Draw{Mid: per * switchWatts, High: per * switchMost}
}

// Draw returns the power of a device in training with its share of the node and
// of the network; zero if its power is unknown. The lower end is the device
// alone at its rated power.
func (c Cluster) Draw() Draw {
	p := c.Device.Power
	if p == 0 {
		return Draw{}
	}
	host, _ := c.Device.Host()
	switches := c.Switches()
	return Draw{Low: p, Mid: p + host.Mid + switches.Mid, High: p + host.High + switches.High}
}
