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

// held is what a stage's devices hold before any data-parallel sharding.
type held struct{ dense, experts float64 }

// stageMemory fills in the terms of stage s at the peak of a step: either the
// beginning of the backward pass, when all activations are there, or the
// optimizer step, when all gradients are.
func (p *Prepared) stageMemory(l *layout, s int, out *Memory) {
	c, plan := p.costs, l.plan
	var stored, trained, moments held
	var activations, working, gather float64
	add := func(to *held, from *[numClasses]float64, k *kind, n float64) float64 {
		dense, experts := l.divide(from, k.maxKV)
		to.dense += n * dense
		to.experts += n * experts
		return dense + experts
	}
	hold := func(k *kind, n float64) {
		add(&stored, &k.stored, k, n)
		add(&trained, &k.trained, k, n)
		add(&moments, &k.moments, k, n)
		dense, experts := l.params(k)
		gather = max(gather, dense+experts)
	}
	l.stage(s, func(k *kind, n float64) {
		hold(k, n)
		switch plan.Recompute {
		case FullRecompute:
			activations += n * l.input(k)
			working = max(working, l.saved(k, 0))
		case Selective:
			activations += n * l.selective(k)
			if c.stack.SelectiveOps {
				working = max(working, l.saved(k, 0)-l.selective(k))
			}
		default:
			activations += n * l.saved(k, 0)
		}
	})
	inFlight := l.inFlight(s)
	activations = activations*inFlight + working*(1+c.stack.RecomputeGradients)
	if s == 0 {
		for _, i := range c.input {
			k := &c.kinds[i]
			hold(k, float64(k.layers))
			activations += float64(k.layers) * l.saved(k, 0) * inFlight
		}
	}
	var logits float64
	if s == plan.PP-1 {
		for _, i := range c.output {
			k := &c.kinds[i]
			hold(k, float64(k.layers))
			activations += float64(k.layers) * l.saved(k, 0)
			if plan.PP > 1 {
				// The tied head on another stage than the embedding is a
				// second copy, kept in step by an all-reduce.
				shared := k.shared / l.tp
				stored.dense += shared * c.weightBytes
				trained.dense += shared
				moments.dense += shared * c.momentsPerParam()
			}
		}
		logits = (c.oneLoss*c.logitsBytes + (c.logits-c.oneLoss)*c.keptLogitsBytes) * l.micro / (l.cp * l.tp)
	}

	w, g, o := &l.shards[shWeights], &l.shards[shGradients], &l.shards[shOptimizer]
	out.Stage = s
	out.Weights = quantity.Bytes(ceil(stored.dense/w.dense + stored.experts/w.expert))
	out.Gradients = quantity.Bytes(ceil(c.gradBytes * (trained.dense/g.dense + trained.experts/g.expert)))
	ownParams := trained.dense/o.dense + trained.experts/o.expert
	out.Optimizer = quantity.Bytes(ceil(c.masterBytes*ownParams + moments.dense/o.dense + moments.experts/o.expert))
	out.Communication = quantity.Bytes(ceil(c.unpacked))
	if plan.Sharding == Zero3 && l.shard > 1 {
		out.Communication += quantity.Bytes(ceil(gather * c.actBytes * c.stack.GatherDepth))
	}
	if plan.PP > 1 {
		out.Communication += quantity.Bytes(ceil(2 * c.boundary() * l.micro / (l.cp * l.sequence())))
	}
	out.Activations = quantity.Bytes(ceil(activations))
	out.Logits = quantity.Bytes(ceil(logits))
	p.peak(l, ownParams, out)
}

// peak decides at which moment of the step the stage holds most, leaves only
// the terms of that moment, and adds what libraries, the allocator and the
// driver take.
func (p *Prepared) peak(l *layout, ownParams float64, out *Memory) {
	stack := p.costs.stack
	update := out.Gradients + quantity.Bytes(ceil(stack.StepGradientBytes*ownParams))
	backward := out.Gradients
	if !stack.PersistentGradients && l.microBatches == 1 {
		backward = 0 // the first backward pass begins without gradients
	}
	out.Peak, out.Gradients = "backward", backward
	if update > backward+out.Activations+out.Logits {
		out.Peak, out.Gradients, out.Activations, out.Logits = "optimizer", update, 0, 0
	}
	tensors := out.Weights + out.Gradients + out.Optimizer + out.Activations + out.Logits + out.Communication
	out.Allocated = tensors + stack.WorkspaceBytes
	out.Reserved = quantity.Bytes(ceil(float64(out.Allocated) * stack.Reserved))
	out.Overhead = stack.ContextBytes + out.Reserved - tensors
	out.Total = tensors + out.Overhead
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
	band := p.costs.stack.MemoryBand
	if k := p.constants; p.costs.model.Inferred {
		band = Band{band.Low / k.Inferred, band.High * k.Inferred}
	}
	m.Low, m.High = quantity.Bytes(ceil(float64(m.Total)*band.Low)), quantity.Bytes(ceil(float64(m.Total)*band.High))
	m.Fits = m.Total <= m.Device
	switch {
	case !m.Fits:
		m.Verdict = DoesNotFit
	case m.High > m.Device:
		m.Verdict = Tight
	default:
		m.Verdict = FitsSurely
	}
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
