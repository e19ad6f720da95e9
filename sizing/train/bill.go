package train

import "mlsizer/sizing/quantity"

// Storage fills in what the run keeps on disks: the weights for export, the
// full checkpoints that are kept (of adapters alone where the weights are
// frozen, as huggingface/peft save_pretrained writes them), and the tokenised
// dataset.
func (p *Prepared) Storage(out *Storage) {
	c, w := p.costs, &p.Workload
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
// Source: NVIDIA/Megatron-LM megatron/core/datasets/indexed_dataset.py
// (DType.optimal_dtype).
func tokenBytes(vocab int64) float64 {
	if vocab < 65500 {
		return 2
	}
	return 4
}

// money fills in cost and energy of the steps.
func (p *Prepared) money(e *Estimate) {
	t := &e.Time
	e.Cost, e.Energy = p.Bill(t.DeviceHours, t.Run, t.RunLow, t.RunHigh)
}

// Bill returns what device-hours cost and draw, with the band of the time that
// they are of.
func (p *Prepared) Bill(hours float64, run, low, high quantity.Seconds) (c Cost, e Energy) {
	d := p.Cluster.Device
	c.PerHour = p.Workload.PricePerHour
	if c.PerHour == 0 && d.Price != nil {
		c.PerHour = d.Price.PerHour
	}
	c.USD = quantity.USD(hours) * c.PerHour
	if run > 0 {
		c.Low, c.High = c.USD*quantity.USD(low/run), c.USD*quantity.USD(high/run)
	}
	e.KWh = quantity.KWh(hours * float64(d.Power) / 1000 * p.Workload.PUE)
	return c, e
}
