package train

import (
	"mlsizer/sizing/note"
	"mlsizer/sizing/quantity"
)

// Storage fills in what the run keeps on disk: the weights for export, the full
// checkpoints (of adapters alone where the weights are frozen, as
// huggingface/peft save_pretrained writes them), and the tokenised dataset.
func (p *Prepared) Storage(out *Storage) {
	c, w := p.profile, &p.Workload
	n := float64(c.params)
	moments := 0.0
	for i := range c.kinds {
		k := &c.kinds[i]
		for _, b := range k.moments {
			moments += b * float64(k.layers)
		}
	}
	out.Weights = quantity.Bytes(ceil(n * w.Precision.Bytes()))
	out.Checkpoint = quantity.Bytes(ceil(float64(p.TrainedParams())*(c.weightBytes+c.masterBytes) + moments))
	out.CheckpointsKept = w.CheckpointsKept
	out.Dataset = 0
	if c.model.PerToken() {
		out.Dataset = quantity.Bytes(float64(w.Dataset()) * tokenBytes(c.model.Vocab))
	}
	out.Total = out.Weights + out.Checkpoint*quantity.Bytes(w.CheckpointsKept) + out.Dataset
}

// Dataset returns how many tokens the dataset has.
func (w *Workload) Dataset() quantity.Tokens {
	if w.Distinct > 0 {
		return w.Distinct
	}
	return w.Tokens
}

// tokenBytes returns the width of a token id on disk: 2 bytes where the
// vocabulary allows, else 4, as Megatron's indexed datasets are stored.
// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/core/datasets/indexed_dataset.py:114
// (DType.optimal_dtype).
func tokenBytes(vocab int64) float64 {
	if vocab < 65500 {
		return 2
	}
	return 4
}

// costAndEnergy fills in the cost and energy of the ideal run.
func (p *Prepared) costAndEnergy(e *Estimate) {
	t := &e.Time
	e.Cost, e.Energy = p.Bill(t.DeviceHours, t.Run, t.RunLow, t.RunHigh)
}

// Bill returns the cost and energy of device-hours, with their bands. The band
// of the cost is that of the time. The band of the energy combines the shortest
// time with the lowest power and the longest time with the highest power, so it
// is wider than either.
func (p *Prepared) Bill(hours float64, run, low, high quantity.Seconds) (c Cost, e Energy) {
	d, w := p.Cluster.Device, &p.Workload
	c.PerHour = w.PricePerHour
	if c.PerHour == 0 && d.Price != nil {
		c.PerHour = d.Price.PerHour
	}
	c.USD = quantity.USD(hours) * c.PerHour
	draw := p.draw
	kwh := func(power quantity.Watts) quantity.KWh { return quantity.KWh(hours * float64(power) / 1000 * w.PUE) }
	e.KWh = kwh(draw.Mid)
	if run > 0 {
		c.Low, c.High = c.USD*quantity.USD(low/run), c.USD*quantity.USD(high/run)
		e.Low, e.High = kwh(draw.Low)*quantity.KWh(low/run), kwh(draw.High)*quantity.KWh(high/run)
	}
	if w.Region != nil {
		e.CO2 = quantity.Kilograms(float64(e.KWh) * w.Region.GramsPerKWh / 1000)
	}
	return c, e
}

// ExplainBill derives cost, energy and CO2 of device-hours under the given
// names. Unknown values have no line.
func (p *Prepared) ExplainBill(hours float64, c *Cost, e *Energy, cost, energy, co2 string) (list []note.Derivation) {
	w, spent := &p.Workload, note.In("device-hours", hours)
	if c.PerHour > 0 {
		list = append(list, note.Derive("cost.price", cost, "", c.USD, spent, note.In("price per device-hour", c.PerHour)))
	}
	if d := p.Cluster.Device; d.Power > 0 {
		_, source := d.Host()
		list = append(list, note.Derive("cost.energy", energy, source, e.KWh, spent, note.In("rated power", d.Power), note.In("host and network", p.draw.Mid-d.Power), note.In("PUE", w.PUE)))
	}
	if w.Region != nil && e.KWh > 0 {
		list = append(list, note.Derive("cost.carbon", co2, w.Region.Source, e.CO2, note.In("energy", e.KWh), note.In("grams of CO2 per kWh", w.Region.GramsPerKWh)))
	}
	return list
}
