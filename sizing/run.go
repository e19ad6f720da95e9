package sizing

import "mlsizer/sizing/quantity"

// storage fills in what the run keeps on disks: the weights for export, the
// full checkpoints that are kept (of adapters alone where the weights are
// frozen, as huggingface/peft save_pretrained writes them), and the tokenised
// dataset.
func (p *Prepared) storage(out *Storage) {
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
		out.Dataset = quantity.Bytes(float64(w.dataset()) * tokenBytes(c.model.Vocab))
	}
	out.Total = out.Weights + out.Checkpoint*quantity.Bytes(w.CheckpointsKept) + out.Dataset
}

// dataset returns how many tokens the dataset has.
func (w *Workload) dataset() quantity.Tokens {
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

// money fills in cost and energy.
func (p *Prepared) money(e *Estimate) {
	d := p.Cluster.Device
	e.Cost.PerHour = p.Workload.PricePerHour
	if e.Cost.PerHour == 0 && d.Price != nil {
		e.Cost.PerHour = d.Price.PerHour
	}
	e.Cost.USD = quantity.USD(e.Time.DeviceHours) * e.Cost.PerHour
	if t := &e.Time; t.Run > 0 {
		e.Cost.Low, e.Cost.High = e.Cost.USD*quantity.USD(t.RunLow/t.Run), e.Cost.USD*quantity.USD(t.RunHigh/t.Run)
	}
	e.Energy.KWh = quantity.KWh(e.Time.DeviceHours * float64(d.Power) / 1000 * p.Workload.PUE)
}
