package serve

import (
	"cmp"
	"slices"
)

// curvePoints is how many loads of each layout a curve tries.
const curvePoints = 12

// curveOf evaluates one replica of each layout at rising loads, and keeps the
// points that no other exceeds both in tokens per second per device and in the
// time per token.
func curveOf(list []*replica) []ServicePoint {
	var points []ServicePoint
	for _, r := range list {
		points = append(points, r.curve()...)
	}
	slices.SortStableFunc(points, func(a, b ServicePoint) int {
		return cmp.Or(cmp.Compare(a.PerToken, b.PerToken), cmp.Compare(b.PerDevice(), a.PerDevice()))
	})
	var kept []ServicePoint
	most := 0.0
	for i := range points {
		if v := points[i].PerDevice(); v > most*1.02 {
			most = v
			if n := len(kept) - 1; n >= 0 && points[i].PerToken < kept[n].PerToken*1.02 {
				kept = kept[:n]
			}
			kept = append(kept, points[i])
		}
	}
	return kept
}

// curve is a replica at shares of the most that it can serve.
func (s *replica) curve() (list []ServicePoint) {
	readers := s.level.readers()
	most := bisectRate(func(rate float64) bool {
		_, ok := s.at(rate, readers)
		return ok
	})
	if most == 0 {
		return nil
	}
	reading, replicas := s.level.Prefill, max(1, s.level.Decode)
	for i, rate := 0, most; i < curvePoints; i, rate = i+1, rate/1.6 {
		if l, ok := s.at(rate, readers); ok {
			list = append(list, s.point(&l, replicas, reading))
		}
	}
	return list
}

// PerDevice is the generated tokens per second per device.
func (x *ServicePoint) PerDevice() float64 { return x.Tokens / float64(x.Devices) }
