package hardware

import (
	"cmp"
	"fmt"
	"math"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// MaxDevices is the largest cluster; larger counts are rejected.
const MaxDevices = 10_000_000

// Cluster is a number of equal devices and the network between them.
type Cluster struct {
	Device         *Device
	Count          int                // devices in all
	DevicesPerNode int                // the last node may have fewer
	ScaleOut       quantity.Bandwidth // per device and direction across nodes; 0: not known, see [Cluster.Network]

	// Slices is the number of torus slices, joined by ScaleOut, and Slice the
	// shape of each. Without a torus they are 0.
	Slices int
	Slice  Shape

	// Instances is the number of instances of Instance, if the request names
	// one; else 0 and nil.
	Instances int
	Instance  *Instance
}

// Option overrides a default of NewCluster.
type Option func(*Cluster) error

// Network is a node and the network between nodes, instead of the device's
// defaults; fields of 0 keep the default.
type Network struct {
	DevicesPerNode int
	ScaleOut       quantity.Bandwidth // per device and direction
}

// Set is an [Option]: it rejects impossible node sizes and bandwidths.
func (n Network) Set(c *Cluster) error {
	if n.DevicesPerNode < 0 || n.DevicesPerNode > MaxDevices {
		return note.NewError("cluster.bad-node-size", n.DevicesPerNode, MaxDevices)
	}
	if !(n.ScaleOut >= 0) || math.IsInf(float64(n.ScaleOut), 1) {
		return note.NewError("cluster.bad-bandwidth", n.ScaleOut)
	}
	c.DevicesPerNode = cmp.Or(n.DevicesPerNode, c.DevicesPerNode)
	c.ScaleOut = cmp.Or(n.ScaleOut, c.ScaleOut)
	return nil
}

// WithSlice sets the shape of a torus slice, instead of the one closest to a
// square or cube.
func WithSlice(s Shape) Option {
	return func(c *Cluster) error {
		if c.Device.Torus == nil {
			return note.NewError("device.no-torus", c.Device.ID, s)
		}
		shape, err := c.Device.Torus.Check(s)
		if err != nil {
			return note.NewError("device.no-slice", c.Device.ID, err)
		}
		c.Slice = shape
		return nil
	}
}

// NewCluster returns a cluster of count devices with the device's default node
// and network. On a torus it takes the fewest equal slices that make up the
// count. It rejects a count below 1 or above [MaxDevices], and a count that no
// number of slices makes up.
func NewCluster(d *Device, count int, opts ...Option) (Cluster, error) {
	if d == nil {
		return Cluster{}, note.NewError("cluster.no-device")
	}
	if count < 1 || count > MaxDevices {
		return Cluster{}, tooMany(d.ID, int64(count))
	}
	c := Cluster{Device: d, Count: count, DevicesPerNode: max(d.DevicesPerNode, 1), ScaleOut: d.ScaleOut}
	for _, opt := range opts {
		if err := opt(&c); err != nil {
			return Cluster{}, err
		}
	}
	if d.Torus != nil {
		if err := c.slice(); err != nil {
			return Cluster{}, note.NewError("device.no-slice", d.ID, err)
		}
	}
	return c, nil
}

// tooMany returns the error of too many devices.
func tooMany(name string, count int64) error {
	return note.NewError("cluster.count-out-of-range", name, count, MaxDevices)
}

// slice fills in Slices, and Slice unless an option has set it.
func (c *Cluster) slice() error {
	t := c.Device.Torus
	if !c.Slice.IsZero() {
		n := c.Slice.Chips()
		if c.Count%n != 0 {
			return note.NewError("torus.not-whole-slices", c.Count, c.Slice, n)
		}
		c.Slices = c.Count / n
		return nil
	}
	// The fewest slices are the largest that divide the count.
	best := Shape{}
	t.shapes(func(s Shape) {
		if n := s.Chips(); c.Count%n == 0 && n > best.Chips() {
			best = s
		}
	})
	// Slices of a sub-host or of half a cube are one job each: a large job
	// consists of whole slices, or the count is an error.
	if n := best.Chips(); n < c.Count && n < t.Largest()/16 {
		_, err := t.Shape(c.Count)
		return err
	}
	shape, err := t.Shape(best.Chips())
	c.Slice, c.Slices = shape, c.Count/best.Chips()
	return err
}

// Nodes is the number of nodes, the last of which may not be full.
func (c Cluster) Nodes() int { return (c.Count + c.DevicesPerNode - 1) / c.DevicesPerNode }

// Domain is the number of devices of this cluster that share a scale-up
// domain: all of a small cluster, a node's worth of most large ones, 72 of an
// NVL72 rack, a slice of a TPU pod; 1 where there is no scale-up link.
func (c Cluster) Domain() int {
	switch {
	case !c.Slice.IsZero():
		return c.Slice.Chips()
	case c.Device.ScaleUp.Bandwidth == 0:
		return 1
	}
	return min(c.Count, max(c.Device.ScaleUp.Domain, 1))
}

// Wraps says for each axis of the slice whether its ends are joined.
func (c Cluster) Wraps() [3]bool {
	if c.Device.Torus == nil {
		return [3]bool{}
	}
	return c.Device.Torus.Wraps(c.Slice)
}

// Network returns the bandwidth between nodes, per device and direction. An
// unknown default network is an error, never zero or a guess.
func (c Cluster) Network() (quantity.Bandwidth, error) {
	if c.ScaleOut == 0 {
		return 0, note.NewError("device.no-network-between-nodes", c.Device.ID)
	}
	return c.ScaleOut, nil
}

// Power is the power limit of all devices; 0: not published.
func (c Cluster) Power() quantity.Watts { return quantity.Watts(c.Count) * c.Device.Power }

// Memory is the memory of all devices.
func (c Cluster) Memory() quantity.Bytes { return quantity.Bytes(c.Count) * c.Device.Memory }

// String returns the form that ParseCluster reads: h100-sxm5-80gbx512, or
// p5.48xlargex64.
func (c Cluster) String() string {
	if c.Instance != nil {
		return fmt.Sprintf("%sx%d", c.Instance.Name, c.Instances)
	}
	return fmt.Sprintf("%sx%d", c.Device.ID, c.Count)
}
