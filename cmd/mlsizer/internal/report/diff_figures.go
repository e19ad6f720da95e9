package report

import (
	"mlsizer/cmd/mlsizer/internal/render"
	"mlsizer/cmd/mlsizer/internal/text"
)

// Training adds the rows of training, one of each part.
func (d *Diff) Training(rows []CompareRow, l text.Lang) {
	d.Notes = compareNotes(rows)
	for i := range rows {
		r := newCompareJSON(&rows[i], l)
		r.Settings = nil
		d.Answers = append(d.Answers, r)
		d.Errors = append(d.Errors, r.Error)
		d.Fits = append(d.Fits, r.Error == "" && rows[i].Case.Holds(&r.Memory))
		d.Add(trainingFigures(&rows[i], &r))
	}
}

// trainingFigures are what a scenario of training takes.
func trainingFigures(row *CompareRow, r *compareJSON) []Figure {
	if r.Error != "" {
		return nil
	}
	m := &r.Memory
	list := []Figure{
		{Name: "devices", Head: text.Devices, Value: r.Hardware.Devices, Size: float64(r.Hardware.Devices)},
		{Name: "layout", Head: text.Layout, Value: r.Plan.String()},
		{Name: "stack", Head: text.Stack, Value: r.Workload.Stack},
		{Name: "memory_bytes", Head: text.MemoryDevice, Value: m.Total, Size: float64(m.Total)},
		{Name: "fits", Head: text.FitsHead, Value: fitsText(m.Verdict)},
	}
	if !m.Fits {
		return list
	}
	e, g := &r.Time, &row.Answer.Goodput
	list = append(list,
		Figure{Name: "step_seconds", Head: text.Step, Value: render.Range{Mid: e.Step, Low: e.StepLow, High: e.StepHigh}, Size: float64(e.Step)},
		Figure{Name: "mfu", Head: text.MFU, Value: render.Percent(e.MFU), Size: e.MFU},
	)
	list = append(list, Figure{Name: "tokens_per_second", Head: perSecondText(&ResultJSON{Model: r.Model}), Value: render.Rate(e.TokensPerSecond), Size: e.TokensPerSecond})
	if r.Workload.Tokens > 0 {
		list = append(list, Figure{Name: "run_seconds", Head: text.Run, Value: expectedRun(g), Size: float64(g.Run)})
	}
	if g.Share == 0 {
		return list
	}
	list = append(list, Figure{Name: "device_hours", Head: text.DeviceHours, Value: render.Count(g.DeviceHours), Size: g.DeviceHours})
	if g.Cost.PerHour > 0 {
		list = append(list, Figure{Name: "usd", Head: text.Cost, Value: costText(&g.Cost), Size: float64(g.Cost.USD)})
	}
	if g.Energy.KWh > 0 {
		list = append(list, Figure{Name: "kwh", Head: text.Energy, Value: g.Energy.KWh, Size: float64(g.Energy.KWh)})
	}
	return list
}

// Serving adds the rows of serving, one of each part.
func (d *Diff) Serving(c *Served) {
	d.Notes = NewFootnotes(c.Notes)
	for i := range c.Rows {
		r := &c.Rows[i]
		d.Answers = append(d.Answers, r)
		d.Errors = append(d.Errors, r.Error)
		d.Fits = append(d.Fits, r.Memory.Fits)
		d.Add(servedFigures(r))
	}
}

// servedFigures are what a scenario of serving takes and gives.
func servedFigures(r *ServedRow) []Figure {
	if r.Error != "" {
		return nil
	}
	list := []Figure{
		{Name: "runtime", Head: text.Runtime, Value: r.Workload.Runtime},
		{Name: "storage_bytes", Head: text.Storage, Value: r.Weights, Size: float64(r.Weights)},
		{Name: "memory_bytes", Head: text.MemoryDevice, Value: r.Memory.Total, Size: float64(r.Memory.Total)},
		{Name: "fits", Head: text.FitsHead, Value: r.Memory.Fits},
		{Name: "max_context", Head: text.MaxContext, Value: r.MaxContext, Size: float64(r.MaxContext)},
		{Name: "max_sequences", Head: text.SequencesHead, Value: r.MaxBatch, Size: float64(r.MaxBatch)},
	}
	if !r.Memory.Fits {
		return list
	}
	p := &r.Throughput
	if e := r.Encoding; e != nil {
		list = append(list, Figure{Name: "sequences_per_second", Head: text.UnitPerSecond.With(UnitNames(r.Core)), Value: RateText(e.Sequences, e.Low, e.High), Size: e.Sequences})
	} else {
		list = append(list,
			Figure{Name: "tokens_per_second", Head: text.DecodeHead, Value: RateText(p.Decode, p.Low, p.High), Size: p.Decode},
			Figure{Name: "tokens_per_second_per_user", Head: text.PerUserHead, Value: render.Rate(p.PerUser), Size: p.PerUser},
		)
	}
	usd, kwh := r.perMillion()
	return append(list,
		Figure{Name: "usd_per_million", Head: text.PerMillion, Value: usd, Size: float64(usd)},
		Figure{Name: "kwh_per_million", Head: text.EnergyMillion, Value: kwh, Size: float64(kwh)},
	)
}
