package sizing

import "mlsizer/sizing/quantity"

// memory fills in the terms of the most loaded pipeline stage.
func (p *Prepared) memory(l *layout, out *Memory) {
	var m Memory
	for s := range l.plan.PP {
		p.stageMemory(l, s, &m)
		if s == 0 || m.Total > out.Total {
			*out = m
		}
	}
	p.judge(out)
}

// stageMemory fills in the terms of stage s at the peak of a step: either the
// beginning of the backward pass, when all activations are there, or the
// optimizer step, when all gradients are.
func (p *Prepared) stageMemory(l *layout, s int, out *Memory) {
	c, plan := p.costs, l.plan
	var dense, experts, denseMoments, expertMoments float64
	var activations, working, gather float64
	hold := func(k *kind, n float64) {
		d, e := l.params(k)
		dense += n * d
		experts += n * e
		gather = max(gather, d+e)
		d, e = l.moments(k)
		denseMoments += n * d
		expertMoments += n * e
	}
	mode := plan.Recompute
	l.stage(s, func(k *kind, n float64) {
		hold(k, n)
		if mode != FullRecompute {
			activations += n * l.saved(k, mode)
			return
		}
		activations += n * l.input(k)
		working = max(working, l.saved(k, NoRecompute))
	})
	inFlight := l.inFlight(s)
	activations = activations*inFlight + working
	if s == 0 {
		for _, i := range c.input {
			k := &c.kinds[i]
			hold(k, float64(k.layers))
			activations += float64(k.layers) * l.saved(k, NoRecompute) * inFlight
		}
	}
	var logits float64
	if s == plan.PP-1 {
		for _, i := range c.output {
			k := &c.kinds[i]
			hold(k, float64(k.layers))
			activations += float64(k.layers) * l.saved(k, NoRecompute)
			if plan.PP > 1 {
				// The tied head on another stage than the embedding is a
				// second copy, kept in step by an all-reduce.
				dense += k.shared / l.tp
				denseMoments += k.shared / l.tp * (c.momentsPerParam())
			}
		}
		logits = c.logits * c.stack.LogitsBytes * l.micro / (l.cp * l.tp)
	}

	w, g, o := &l.shards[shWeights], &l.shards[shGradients], &l.shards[shOptimizer]
	out.Stage = s
	out.Weights = quantity.Bytes(ceil(c.weightBytes * (dense/w.dense + experts/w.expert)))
	out.Gradients = quantity.Bytes(ceil(c.gradBytes * (dense/g.dense + experts/g.expert)))
	out.Optimizer = quantity.Bytes(ceil((c.masterBytes*dense+denseMoments)/o.dense + (c.masterBytes*experts+expertMoments)/o.expert))
	out.Communication = 0
	if plan.Sharding == Zero3 && l.shard > 1 {
		out.Communication = quantity.Bytes(ceil(gather * c.actBytes * c.stack.GatherDepth))
	}
	if plan.PP > 1 {
		out.Communication += quantity.Bytes(ceil(2 * c.boundary() * l.micro / (l.cp * l.sequence())))
	}
	out.Activations = quantity.Bytes(ceil(activations))
	out.Logits = quantity.Bytes(ceil(logits))
	out.Peak = "backward"

	grads := out.Gradients
	if !c.stack.PersistentGradients && l.microBatches == 1 {
		// The first backward begins without gradients.
		out.Gradients = 0
		if grads > out.Activations+out.Logits {
			out.Gradients, out.Activations, out.Logits, out.Peak = grads, 0, 0, "optimizer"
		}
	}
	allocated := out.Weights + out.Gradients + out.Optimizer + out.Activations + out.Logits + out.Communication
	out.Allocated = allocated
	out.Reserved = quantity.Bytes(ceil(float64(allocated) * c.stack.Reserved))
	out.Overhead = c.stack.ContextBytes + out.Reserved - allocated
	out.Total = allocated + out.Overhead
}

// StageMemory returns the memory of one pipeline stage of a plan that
// Evaluate accepts.
func (p *Prepared) StageMemory(plan *Plan, stage int) Memory {
	var l layout
	var m Memory
	l.init(p.costs, plan)
	p.stageMemory(&l, stage, &m)
	p.judge(&m)
	return m
}

// judge fills in the band and whether it fits.
func (p *Prepared) judge(m *Memory) {
	m.Device = p.Cluster.Device.Memory
	m.Fits = m.Total <= m.Device
	band := memoryBand(p)
	m.Low, m.High = m.Total*quantity.Bytes(band.Low), m.Total*quantity.Bytes(band.High)
}

// boundary returns the bytes of a sample's hidden states between two stages.
func (c *costs) boundary() float64 {
	var b float64
	for _, r := range c.body {
		b = max(b, c.kinds[r.kind].input)
	}
	return b
}

// momentsPerParam returns the optimizer state of an embedding's parameter in
// bytes.
func (c *costs) momentsPerParam() float64 {
	for _, i := range c.input {
		k := &c.kinds[i]
		if k.params[clsTensor] > 0 {
			return k.moments[clsTensor] / k.params[clsTensor]
		}
	}
	return 0
}
