package hardware

import (
	"errors"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// ParseCluster parses a device of the catalogue with a count: h100x512,
// a100-80g, tpu-v5p x 256, h100×8, 8xh100, h100:8, "8 h100". A name alone is one
// device. Names hold an x of their own (mi300x, tpu7x-ironwood, rtx-4090), so the
// whole text is tried as a name first; see [Catalog.SplitCount].
//
// The name of an instance is its devices: p5.48xlarge is 8 of them, and
// p5.48xlargex64 is 64 instances. So is that of a slice of TPUs, as the cloud
// spells it: v5p-128 is 64 chips, whose 128 TensorCores it counts.
//
// An unknown device is a [*NotFoundError]; a count below 1 or above
// [MaxDevices] is rejected.
func ParseCluster(c *Catalog, s string) (Cluster, error) {
	t := strings.ReplaceAll(strings.TrimSpace(s), "×", "x")
	if t == "" {
		return Cluster{}, note.NewError("cluster.empty", s)
	}
	whole, notFound := c.Find(t)
	if notFound == nil {
		return NewCluster(whole, 1)
	}
	if in, ok := findInstance(t); ok {
		return in.cluster(c, 1)
	}
	name, count := c.SplitCount(t)
	if count == "" {
		return Cluster{}, notFound
	}
	if strings.ContainsAny(count, ".．") { // ParseCount would cut the fraction off
		return Cluster{}, note.NewError("cluster.count-not-whole", s, MaxDevices)
	}
	in, isInstance := findInstance(name)
	d, err := c.Find(name)
	if err != nil && !isInstance {
		return Cluster{}, err
	}
	n, err := parseCount(s, count)
	if err != nil {
		return Cluster{}, err
	}
	if isInstance {
		return in.cluster(c, n)
	}
	return NewCluster(d, n)
}

// parseCount reads the number of devices of s.
func parseCount(s, count string) (int, error) {
	n, err := quantity.ParseCount(count)
	var wrong *quantity.SyntaxError
	if errors.As(err, &wrong) {
		wrong.Want = quantity.Want{Forms: quantity.WholeUpTo, Most: MaxDevices} // and not all that a count may be
	}
	if err != nil {
		return 0, note.NewError("cluster.bad-count", err)
	}
	if n > MaxDevices {
		return 0, tooMany(s, n)
	}
	return int(n), nil
}
