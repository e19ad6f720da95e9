package hardware

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"mlsizer/sizing/quantity"
)

//go:embed instances.csv
var instancesCSV []byte

// Instance is a machine as a cloud or a vendor sells it: a number of devices
// with their own node and network.
type Instance struct {
	Name    string // "p5.48xlarge"
	Cloud   string // "aws"; "" of a vendor's own system
	Devices int
	Source  string

	aliases []string
	device  string
	network quantity.Bandwidth // per instance and direction; 0: the device's default
	// perChip is the number of units per chip in the name of a slice: 2 if the
	// name counts TensorCores, 1 if it counts chips, 0 if it has no number.
	perChip int
}

// anyNumber represents the number in the name of a slice.
const anyNumber = "-n"

// instanceCells is the schema of instances.csv.
func instanceCells() []cell[Instance] {
	return []cell[Instance]{
		textCell("name", true, func(r *Instance) *string { return &r.Name }),
		{"aliases", false, func(r *Instance, v string) error { r.aliases = strings.Fields(v); return nil }},
		textCell("cloud", false, func(r *Instance) *string { return &r.Cloud }),
		textCell("device", true, func(r *Instance) *string { return &r.device }),
		wholeCell("devices", false, 1, 100_000, func(r *Instance) *int { return &r.Devices }),
		wholeCell("cores_per_chip", false, 1, 2, func(r *Instance) *int { return &r.perChip }),
		numberCell("network_gbit_per_s", false, 1e9/8, func(r *Instance) *quantity.Bandwidth { return &r.network }),
		textCell("source", true, func(r *Instance) *string { return &r.Source }),
	}
}

// instances are the instances by name and alias.
var instances = sync.OnceValue(func() map[string]*Instance {
	list := mustTable(instancesCSV, "instances.csv", instanceCells())
	byName := make(map[string]*Instance, 2*len(list))
	for i := range list {
		r := &list[i]
		for _, name := range append([]string{r.Name}, r.aliases...) {
			byName[name] = r
		}
	}
	return byName
})

// findInstance returns the instance with a name; ok is false without one.
func findInstance(name string) (in Instance, ok bool) {
	name = normaliseName(name)
	if found := instances()[name]; found != nil && found.perChip == 0 {
		return *found, true
	}
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return in, false
	}
	found := instances()[name[:i]+anyNumber]
	n, err := strconv.Atoi(name[i+1:])
	if found == nil || err != nil || n < 1 || n > MaxDevices || n%found.perChip != 0 {
		return in, false
	}
	in = *found
	in.Name, in.Devices = name, n/found.perChip
	return in, true
}

// on returns the device in the instance: in a node of the instance's size, on
// its network, at its price.
func (in *Instance) on(c *Catalog) (*Device, error) {
	d, err := c.Find(in.device)
	if err != nil {
		return nil, err
	}
	e := *d
	if in.perChip == 0 {
		e.DevicesPerNode = in.Devices
	}
	if in.network > 0 {
		e.ScaleOut = in.network / quantity.Bandwidth(in.Devices)
	}
	e.Price = c.choice.of(c.prices, d.ID, in)
	return &e, nil
}

// cluster returns a cluster of count instances.
func (in *Instance) cluster(c *Catalog, count int) (Cluster, error) {
	d, err := in.on(c)
	if err != nil {
		return Cluster{}, err
	}
	if count < 1 || count > MaxDevices/in.Devices {
		return Cluster{}, tooMany(in.Name, int64(count)*int64(in.Devices))
	}
	var opts []Option
	if d.Torus != nil {
		shape, err := d.Torus.Shape(in.Devices)
		if err != nil {
			return Cluster{}, err
		}
		opts = append(opts, WithSlice(shape))
	}
	cluster, err := NewCluster(d, count*in.Devices, opts...)
	cluster.Instance, cluster.Instances = in, count
	return cluster, err
}
