package evidence

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"mlsizer/sizing/serve"
	"mlsizer/sizing/train"
)

// The names of the groups that are left out together.
const (
	leaveOutGroup  = "group" // the rows of a device with a model
	leaveOutModel  = "model"
	leaveOutDevice = "device"
	leaveOutFamily = "family" // of devices
	leaveOutSource = "source"
)

// ServingLeaveOutNames lists the groups that a fit of serving may leave out.
func ServingLeaveOutNames() []string {
	return []string{leaveOutGroup, leaveOutModel, leaveOutDevice, leaveOutFamily, leaveOutSource}
}

// leftWith is the group in which a point is left out, for all its phases.
func leftWith(what string, p *servingPoint) string {
	row := p.setup.row
	switch what {
	case leaveOutModel:
		return row.Model
	case leaveOutDevice:
		return row.Device
	case leaveOutFamily:
		_, family, _ := strings.Cut(p.setup.p.Measured(), " on ")
		return family
	case leaveOutSource:
		return row.Source
	}
	return row.Device + "|" + row.Model
}

// leaveOut refits without each part of the measurements and predicts the part.
func (f *servingFitter) leaveOut(what string, folds int) []ServingResult {
	var names []string
	for _, p := range f.points {
		names = append(names, leftWith(what, p))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	fold := map[string]int{}
	for i, n := range names {
		fold[n] = i % folds
	}
	var out []ServingResult
	for k := range folds {
		var in, without []*servingPoint
		for _, p := range f.points {
			if fold[leftWith(what, p)] == k {
				without = append(without, p)
			} else {
				in = append(in, p)
			}
		}
		if len(without) > 0 {
			out = append(out, f.results(f.solve(in), without)...)
		}
	}
	return out
}

// servingBands returns the 10 % and 90 % points of log(measured/predicted),
// each group with equal weight, by phase and by the distance of the
// measurements. For a runtime measured on the family of devices they are
// halfway between those of fitted rows and of left-out groups, since a user's
// question may be either. Otherwise they are those of left-out families, and
// half as wide again if neither runtime nor family was measured.
func servingBands(fitted, near, far []ServingResult) map[serve.BandKey]train.Band {
	bands := map[serve.BandKey]train.Band{}
	set := func(phase string, known int, low, high float64) {
		ratio := func(x float64) float64 { return math.Exp(math.Round(x*1e3) / 1e3) }
		bands[serve.BandKey{Phase: phase, Known: known}] = train.Band{Low: ratio(low), High: ratio(high)}
	}
	seen := servingQuantiles(fitted)
	for phase, b := range servingQuantiles(near) {
		set(phase, 2, (seen[phase][0]+b[0])/2, (seen[phase][1]+b[1])/2)
	}
	for phase, b := range servingQuantiles(far) {
		set(phase, 1, b[0], b[1])
		set(phase, 0, b[0]*1.5, b[1]*1.5)
	}
	return bands
}

// servingQuantiles are the 10 % and 90 % points of log(measured/predicted) by
// phase, each group of device and model with equal weight.
func servingQuantiles(results []ServingResult) map[string][2]float64 {
	type value struct{ x, w float64 }
	group := func(r *ServingResult) string { return r.Phase + "|" + r.Device + "|" + r.Model }
	counts := map[string]int{}
	for i := range results {
		counts[group(&results[i])]++
	}
	byPhase := map[string][]value{}
	for i := range results {
		r := &results[i]
		v := value{math.Log(r.Measured / r.Predicted), 1 / float64(counts[group(r)])}
		byPhase[r.Phase] = append(byPhase[r.Phase], v)
		byPhase[""] = append(byPhase[""], v)
	}
	bands := map[string][2]float64{}
	for phase, list := range byPhase {
		slices.SortFunc(list, func(a, b value) int { return cmp.Compare(a.x, b.x) })
		total := 0.0
		for _, v := range list {
			total += v.w
		}
		at := func(q float64) float64 {
			sum := 0.0
			for _, v := range list {
				if sum += v.w; sum >= q*total {
					return v.x
				}
			}
			return list[len(list)-1].x
		}
		bands[phase] = [2]float64{math.Min(at(0.1), -0.02), math.Max(at(0.9), 0.02)}
	}
	return bands
}
