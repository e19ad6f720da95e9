package sizing

import (
	"mlsizer/hardware"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// maxFewest is the largest number of devices that is tried when none is given.
const maxFewest = 1 << 17

// fewest answers with the smallest number of devices that hold the model:
// powers of two inside a node, then whole nodes doubling.
func (q *Request) fewest(a *Answer) (*Answer, error) {
	least := q.leastDevices()
	base, err := q.smallest(least)
	if err != nil {
		return nil, err
	}
	if base == nil { // no cluster: say why
		return q.on(least, a)
	}
	a.Prepared = base
	f, ok := a.Fewest(search.Goal{})
	switch last, unknown := q.lastKnown(base); {
	case ok && (unknown == nil || f.Plans[0].Memory.Verdict == train.FitsSurely):
		return q.conclude(&f, a)
	case unknown != nil:
		// No more can be asked about: answer for those that do not hold it.
		a.Notes.Say("devices.unknown", "", last, unknown)
		return q.on(last, a)
	}
	// Nothing fits: answer for the fewest devices, which says by how much.
	return q.on(base.Cluster.Count, a)
}

// smallest prepares the request on the smallest cluster of at least so many
// devices, doubling; nil if there is none.
func (q *Request) smallest(least int) (*train.Prepared, error) {
	for n := least; n <= maxFewest; n *= 2 {
		if cluster, err := hardware.NewCluster(q.Device, n, q.Options...); err == nil {
			return q.prepare(cluster)
		}
	}
	return nil, nil
}

// doubled searches on numbers of devices that double, until one has a plan. The
// counts are of all searches.
func (q *Request) doubled(p *train.Prepared, g search.Goal, from int) (f search.Found, ok bool) {
	var total search.Result
	for n := from; n <= maxFewest && search.Cancelled(q.Context) == nil; n *= 2 {
		f, ok = q.at(p, g, n)
		if total.Add(&f.Result); ok {
			f.Count(&total)
			return f, true
		}
	}
	return f, false
}

// lastKnown returns the largest number of devices, doubling, that something is
// known about, and why nothing is of more; that is nil where all are known.
func (q *Request) lastKnown(p *train.Prepared) (last int, unknown error) {
	for n := p.Cluster.Count; n <= maxFewest; n *= 2 {
		cluster, err := hardware.NewCluster(q.Device, n, q.Options...)
		if err != nil {
			continue // no such slice of a torus
		}
		if _, err := p.On(cluster); err != nil {
			return last, err
		}
		last = n
	}
	return last, nil
}

// noteFewest says how many devices were taken.
func (q *Request) noteFewest(a *Answer, f *search.Found) {
	n, least := f.Cluster.Count, q.leastDevices()
	switch {
	case f.Plans[0].Memory.Verdict != train.FitsSurely:
		a.Notes.Say("devices.may", "", n)
	case least&(least-1) != 0:
		a.Notes.Say("devices.doubled", "", n, least)
	default:
		a.Notes.Say("devices.fewest", "", n)
	}
}

// leastDevices is how many devices the dimensions that are fixed take.
func (q *Request) leastDevices() int {
	p, n := &q.Plan, 1
	for _, d := range []int{p.TP, p.PP, p.CP, p.DP} {
		if d > hardware.MaxDevices/n {
			return hardware.MaxDevices // too many: no cluster is that large
		}
		n *= max(d, 1)
	}
	return n
}

// suggestCount notes on how many more of the devices the model would surely
// fit, the layout left open.
func (q *Request) suggestCount(p *train.Prepared, a *Answer) {
	open := *q
	open.Fixed = search.Fixed{}
	g := open.goal(search.Goal{})
	g.Sure = true
	if f, ok := open.doubled(p, g, 2*p.Cluster.Count); ok {
		e := &f.Plans[0]
		a.Notes.Say("more-devices", "", f.Cluster.Count, e.Plan.String(), e.Memory.Total)
	}
}
