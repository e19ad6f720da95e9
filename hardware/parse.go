package hardware

import (
	"errors"
	"strings"

	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// ParseCluster parses a device of the catalogue with a count: h100x512,
// a100-80g, tpu-v5p x 256, h100×8. A name alone is one device. Names hold an
// x of their own (mi300x, tpu7x-ironwood, rtx-4090), so the whole text is
// tried as a name first, and the count is what follows the last x.
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
	i := strings.LastIndexAny(t, "xX")
	if i < 0 {
		return Cluster{}, notFound
	}
	name, count := strings.TrimSpace(t[:i]), strings.TrimSpace(t[i+1:])
	if name == "" || count == "" || !strings.ContainsRune("0123456789-+", rune(count[0])) {
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
	n, err := quantity.ParseCount(count)
	var wrong *quantity.SyntaxError
	if errors.As(err, &wrong) {
		wrong.Want = quantity.Want{Forms: quantity.WholeUpTo, Most: MaxDevices} // and not all that a count may be
	}
	if err != nil {
		return Cluster{}, note.NewError("cluster.bad-count", err)
	}
	if n > MaxDevices {
		return Cluster{}, tooMany(s, n)
	}
	if isInstance {
		return in.cluster(c, int(n))
	}
	return NewCluster(d, int(n))
}
