package report

import "mlsizer/cmd/mlsizer/internal/render"

// againstFirst is what a row takes over what the first row of its table that fits
// takes; what either does not have is left out.
type againstFirst struct {
	Memory *float64 `json:"memory_ratio,omitempty"`
	Time   *float64 `json:"seconds_ratio,omitempty"`
	Cost   *float64 `json:"usd_ratio,omitempty"`
	Energy *float64 `json:"kwh_ratio,omitempty"`
}

// compareWithFirst compares the rows of a table with the first of them that fits.
func compareWithFirst(list []compareJSON) {
	var first *compareJSON
	for i := range list {
		r := &list[i]
		r.First = nil
		if r.Error != "" {
			continue
		}
		if first == nil && r.Memory.Fits {
			first = r
		}
		if first == nil {
			continue
		}
		a := &againstFirst{Memory: Ratio(float64(r.Memory.Total), float64(first.Memory.Total))}
		if r.Memory.Fits {
			took, base := takenBy(r), takenBy(first)
			a.Time, a.Cost, a.Energy = Ratio(took[0], base[0]), Ratio(took[1], base[1]), Ratio(took[2], base[2])
		}
		r.First = a
	}
}

// takenBy are the time, cost and energy that a row shows: of the expected run, or
// of a step; 0 where there is none.
func takenBy(r *compareJSON) [3]float64 {
	if g := r.Goodput; g != nil {
		return [3]float64{float64(g.Run), float64(g.Cost.USD), float64(g.Energy.KWh)}
	}
	if r.Workload.Tokens > 0 { // the run never ends
		return [3]float64{}
	}
	e := r.Estimate
	return [3]float64{float64(e.Time.Run), float64(e.Cost.USD), float64(e.Energy.KWh)}
}

// Ratio is a value over another, nil where there is none.
func Ratio(v, first float64) *float64 {
	if !(v > 0 && first > 0) {
		return nil
	}
	r := v / first
	return &r
}

// ChangeCell is a cell with how far a row is from the first, empty where that is
// not known.
func ChangeCell(ratio *float64) render.Cell {
	if ratio == nil {
		return render.Cell{}
	}
	return render.Cell{Value: render.Change(*ratio - 1)}
}
