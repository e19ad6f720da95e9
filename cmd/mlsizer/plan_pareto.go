package main

import (
	"slices"

	"mlsizer/cmd/mlsizer/internal/report"
	"mlsizer/sizing/quantity"
	"mlsizer/sizing/run"
	"mlsizer/sizing/search"
	"mlsizer/sizing/train"
)

func newParetoPoint(devices int, e *train.Estimate, g *run.Goodput) report.ParetoPoint {
	return report.ParetoPoint{Devices: devices, Plan: e.Plan, Step: e.Time.Step, Run: e.Time.Run, USD: e.Cost.USD, Hours: e.Time.DeviceHours, Memory: e.Memory.Total, Expected: report.ParetoRun{Run: g.Run, Hours: g.DeviceHours, Cost: g.Cost}}
}

// frontier searches for the fastest plan on numbers of devices that double up
// to four times those of the best plan, and on each with less and less of the
// memory, and keeps what nothing else beats.
func frontier(o *report.PlanOptions, p *report.Planned, goal search.Goal) []report.ParetoPoint {
	goal.Top, goal.Objective, goal.Within, goal.Keeps, goal.Exhaustive = 1, search.Time, 0, nil, false
	most := min(4*p.Prepared().Cluster.Count, report.MostDevices)
	if p.Target.Count > 0 {
		most = p.Target.Count
	}
	full := limit(o, p, 1)
	var points []report.ParetoPoint
	for _, n := range search.Doublings(most) {
		for _, share := range []quantity.Bytes{1, 0.75, 0.5, 0.25} {
			goal.Memory = full * share
			if f, ok := p.Answer.Search(goal, func(g search.Goal) (search.Found, bool) { return g.At(p.Prepared(), n) }); ok {
				if g, err := p.Answer.Expected(f.Prepared, &f.Plans[0]); err == nil && g.Share > 0 {
					p.Answer.AddActing(f.Prepared, &f.Plans[0])
					points = append(points, newParetoPoint(n, &f.Plans[0], &g))
				}
			}
		}
	}
	return undominated(points)
}

// undominated returns the points that no other dominates, the fastest first.
func undominated(points []report.ParetoPoint) []report.ParetoPoint {
	var kept []report.ParetoPoint
	for i := range points {
		beaten := slices.ContainsFunc(points, func(q report.ParetoPoint) bool { return q.Beats(&points[i]) })
		if !beaten && !slices.Contains(kept, points[i]) {
			kept = append(kept, points[i])
		}
	}
	slices.SortStableFunc(kept, func(a, b report.ParetoPoint) int {
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
