package main

import (
	"encoding/json"
	"slices"

	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

// paretoPoint is a plan that no other beats in time, devices, cost and memory
// at once.
type paretoPoint struct {
	Devices int              `json:"devices"`
	Plan    train.Plan       `json:"plan"`
	Step    quantity.Seconds `json:"step_seconds"`
	Run     quantity.Seconds `json:"run_seconds"`
	USD     quantity.USD     `json:"usd"` // 0: no price is known
	Hours   float64          `json:"device_hours"`
	Memory  quantity.Bytes   `json:"total_bytes"`
	// Expected is the run as it is expected, which points are compared by: Run,
	// USD and Hours are of its steps alone.
	Expected paretoRun `json:"goodput"`
}

// paretoRun is the run of a point with its interruptions.
type paretoRun struct {
	Run   quantity.Seconds `json:"run_seconds"`
	Hours float64          `json:"device_hours"`
	Cost  train.Cost       `json:"cost"`
}

func newParetoPoint(devices int, e *train.Estimate, g *run.Goodput) paretoPoint {
	return paretoPoint{devices, e.Plan, e.Time.Step, e.Time.Run, e.Cost.USD, e.Time.DeviceHours, e.Memory.Total, paretoRun{g.Run, g.DeviceHours, g.Cost}}
}

// MarshalJSON writes a cost that is not known as null.
func (p paretoPoint) MarshalJSON() ([]byte, error) {
	type point paretoPoint
	j := struct {
		point
		USD *quantity.USD `json:"usd"`
	}{point: point(p)}
	if p.USD > 0 {
		j.USD = &p.USD
	}
	return json.Marshal(j)
}

// beats reports whether a is nowhere worse than b, and somewhere better.
func (a *paretoPoint) beats(b *paretoPoint) bool {
	x, y := &a.Expected, &b.Expected
	if a.Devices > b.Devices || x.Run > y.Run || x.Hours > y.Hours || a.Memory > b.Memory {
		return false
	}
	return a.Devices < b.Devices || x.Run < y.Run || x.Hours < y.Hours || a.Memory < b.Memory
}

// frontier searches for the fastest plan on numbers of devices that double up
// to four times those of the best plan, and on each with less and less of the
// memory, and keeps what nothing else beats.
func (o *planOptions) frontier(p *planned, base *train.Prepared, goal search.Goal) []paretoPoint {
	goal.Top, goal.Objective, goal.Within, goal.Keeps, goal.Exhaustive = 1, search.Time, 0, nil, false
	most := min(4*p.prepared().Cluster.Count, mostDevices)
	if p.target.Count > 0 {
		most = p.target.Count
	}
	full := o.limit(p, 1)
	var points []paretoPoint
	for _, n := range search.Doublings(most) {
		for _, share := range []quantity.Bytes{1, 0.75, 0.5, 0.25} {
			goal.Memory = full * share
			for _, f := range search.Each(base, goal, []int{n}) {
				if g, err := p.answer.Expected(f.Prepared, &f.Plans[0]); err == nil && g.Share > 0 {
					points = append(points, newParetoPoint(n, &f.Plans[0], &g))
				}
			}
		}
	}
	return undominated(points)
}

// undominated keeps what nothing else beats, the fastest first.
func undominated(points []paretoPoint) []paretoPoint {
	var kept []paretoPoint
	for i := range points {
		beaten := slices.ContainsFunc(points, func(q paretoPoint) bool { return q.beats(&points[i]) })
		if !beaten && !slices.Contains(kept, points[i]) {
			kept = append(kept, points[i])
		}
	}
	slices.SortStableFunc(kept, func(a, b paretoPoint) int {
		switch {
		case a.Expected.Run < b.Expected.Run:
			return -1
		case a.Expected.Run > b.Expected.Run:
			return 1
		}
		return a.Devices - b.Devices
	})
	return kept
}
