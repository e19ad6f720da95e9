package train

import "mlsizer/sizing/quantity"

// memory fills in the terms of the most loaded pipeline stage.
func (p *Prepared) memory(l *layout, out *Memory) {
	var m Memory
	for s := range l.plan.PP {
		p.stageAtPeak(l, s, &m)
		if s == 0 || m.Total > out.Total {
			*out = m
		}
	}
	p.setVerdict(out)
}

// perStage is a sum over the layers of a stage, before data-parallel sharding:
// of parameters or of bytes.
type perStage struct{ dense, experts float64 }

func (h perStage) sum() float64 { return h.dense + h.experts }

// add adds n times as much.
func (h *perStage) add(o perStage, n float64) {
	h.dense += n * o.dense
	h.experts += n * o.experts
}

// largest returns the larger of each part.
func (h perStage) largest(o perStage) perStage {
	return perStage{max(h.dense, o.dense), max(h.experts, o.experts)}
}

// stageAtPeak fills in the terms of stage s at the peak of a step.
func (p *Prepared) stageAtPeak(l *layout, s int, out *Memory) {
	var h stageMemory
	p.sumStage(l, s, &h)
	p.memoryAtPeak(l, s, &h, out)
}

// stageMemory is the memory of a stage's devices before sharding and per
// micro-batch in flight.
type stageMemory struct {
	stored, trained, moments perStage
	params                   perStage // weights, in any format
	gather                   float64  // parameters of the largest layer
	root                     float64  // bytes of the gathered unit around the layers
	saved                    float64  // bytes saved per micro-batch in flight
	embedding                float64  // the same of the input layers
	working                  float64  // bytes of layers recomputed at once
	inner                    float64  // the largest of these layers
	head                     float64  // bytes of the output layers, one micro-batch
	logits                   float64
	scores                   float64 // the buffer of attention scores
	host                     float64 // bytes offloaded per micro-batch
	prefetched               float64 // of these, the bytes read back ahead of use
}

// saveInput saves the inputs of n layers of a kind, on the device or on the
// host. From the host each input is read back while the next layer is
// recomputed.
func (h *stageMemory) saveInput(l *layout, k *layerKind, n float64) {
	input := l.input(k)
	if !l.plan.OffloadInputs {
		h.saved += n * input
		return
	}
	h.host += n * input
	h.prefetched = max(h.prefetched, input)
}

func (l *layout) addState(h *stageMemory, k *layerKind, n float64, root bool) {
	h.stored.add(l.divide(&k.stored, k.maxKV), n)
	h.trained.add(l.divide(&k.trained, k.maxKV), n)
	h.moments.add(l.divide(&k.moments, k.maxKV), n)
	params := l.params(k)
	h.params.add(params, n)
	if c := l.profile; root && c.stack.RootUnit {
		h.root += n * (params.sum()*c.gatherBytes + l.divide(&k.trained, k.maxKV).sum()*c.gradBytes)
	} else {
		h.gather = max(h.gather, params.sum())
	}
	h.scores = max(h.scores, k.scores*l.micro/(l.tp*l.cp))
}

// sumStage sums the layers of stage s.
func (p *Prepared) sumStage(l *layout, s int, h *stageMemory) {
	c, plan := p.profile, l.plan
	l.stage(s, func(k *layerKind, n, full float64) {
		l.addState(h, k, n, false)
		if full > 0 && plan.RecomputeMethod != UniformMethod {
			h.saveInput(l, k, full)
			h.working = max(h.working, l.saved(k, 0))
		}
		switch n -= full; {
		case n == 0:
			return
		case plan.Recompute == Selective:
			h.saved += n * l.selective(k)
			if c.stack.SelectiveOps {
				h.working = max(h.working, l.saved(k, 0)-l.selective(k))
			}
		default:
			h.saved += n * l.saved(k, plan.Offload)
		}
		h.host += n * l.offloadedBytes(k)
	})
	h.inner = h.working
	if h.working > 0 {
		h.working += l.whole()
	}
	if plan.OffloadInputs {
		h.working += h.prefetched
	}
	if plan.RecomputeMethod == UniformMethod {
		l.units(s, h)
	}
	if s == 0 {
		for _, i := range c.input {
			k := &c.kinds[i]
			l.addState(h, k, float64(k.layers), true)
			h.embedding += float64(k.layers) * l.saved(k, 0)
		}
	}
	if s != plan.PP-1 {
		return
	}
	for _, i := range c.output {
		k := &c.kinds[i]
		l.addState(h, k, float64(k.layers), true)
		h.head += float64(k.layers) * l.saved(k, 0)
		if plan.PP > 1 {
			// A tied head on another stage than the embedding is a second copy;
			// an all-reduce synchronises the two.
			shared := k.shared / l.tp
			h.params.dense += shared
			h.stored.dense += shared * c.weightBytes
			h.trained.dense += shared
			h.moments.dense += shared * c.embeddingMoments
		}
	}
	h.logits = (c.oneLoss*c.logitsBytes + (c.logits-c.oneLoss)*savedLogitBytes) * l.micro / (l.cp * l.tp)
}

// keptLogitBytes is what a loss keeps of a logit while another loss is
// computed: its fp32 softmax, which the gradient is made from.
// Source: NVIDIA/Megatron-LM@d98e8a6 megatron/core/tensor_parallel/cross_entropy.py:181
// (exp_logits is all that is saved of the logits' size).
const savedLogitBytes = 4

// memoryAtPeak fills in the terms of stage s at the peak of a step, and returns
// those that differ between phases.
func (p *Prepared) memoryAtPeak(l *layout, s int, h *stageMemory, out *Memory) phaseMemory {
	c := p.profile
	inFlight := l.inFlight(s)
	saved := (h.saved+h.embedding)*inFlight + h.head + h.scores

	w, g, o := &l.shards[shWeights], &l.shards[shGradients], &l.shards[shOptimizer]
	out.Stage = s
	out.Weights = quantity.Bytes(ceil(w.own(h.stored)))
	out.Gradients = quantity.Bytes(ceil(c.gradBytes * g.own(h.trained)))
	fused := c.stack.FusedUpdate && l.microBatches == 1
	if fused {
		out.Gradients = quantity.Bytes(ceil(c.gradBytes * h.gather)) // of one layer
	}
	ownParams := o.own(h.trained)
	out.Optimizer = quantity.Bytes(ceil(c.masterBytes*ownParams + o.own(h.moments)))
	p.moveOffloaded(l, out)
	out.Host += quantity.Bytes(ceil(h.host * inFlight))
	out.Communication = p.buffers(l, h)

	m := phaseMemory{
		saved: quantity.Bytes(ceil(saved)), recomputing: quantity.Bytes(ceil(saved + h.working + h.inner*c.stack.RecomputeGradients)),
		logits: quantity.Bytes(ceil(h.logits)), early: out.Gradients, final: out.Gradients,
		update: out.Gradients + quantity.Bytes(ceil(c.stepGradBytes*ownParams)),
	}
	if !c.stack.PersistentGradients && !fused && l.microBatches == 1 {
		m.early = 0 // no gradients exist before the first backward pass
	}
	if t := p.Teacher; t != nil {
		m.teacher, m.teacherLogits = t.StageBytes(l.plan, s)
	}
	if o := p.Others; o != nil {
		m.others, m.othersLogits = o.StageBytes(p, l.plan, s)
	}
	p.setPhase(m.peak(), &m, out)
	return m
}

// buffers returns the bytes of communication buffers and unpacked weights.
func (p *Prepared) buffers(l *layout, h *stageMemory) quantity.Bytes {
	c, plan := p.profile, l.plan
	b := quantity.Bytes(ceil(c.unpacked))
	if plan.Sharding == Zero3 && (l.shard > 1 || plan.OffloadParams) {
		b += quantity.Bytes(ceil(h.gather * (c.gatherBytes*c.stack.GatherDepth + c.gradBytes*c.stack.ScatterDepth)))
		b += quantity.Bytes(ceil(h.root))
	}
	if c.stack.ScatterDepth == 0 && l.offloaded.gradients && plan.Sharding >= Zero2 {
		b += quantity.Bytes(ceil(h.gather * c.gradBytes)) // those of one layer before they leave the device
	}
	if plan.Sharding >= Zero1 && l.shard > 1 {
		b += c.stack.BucketBytes
	}
	if plan.PP > 1 {
		b += quantity.Bytes(ceil(2 * c.boundary * l.micro / (l.cp * l.sequence())))
	}
	return b
}

// StageMemory returns the memory of one pipeline stage. Evaluate must accept
// the plan.
func (p *Prepared) StageMemory(plan *Plan, stage int) Memory {
	var l layout
	var m Memory
	l.init(p, plan)
	p.stageAtPeak(&l, stage, &m)
	p.setVerdict(&m)
	return m
}

// memoryBand returns the band of an estimate of that size.
func (p *Prepared) memoryBand(total quantity.Bytes) *MemoryBand {
	if total < SmallMemory {
		return &p.memoryBands[1]
	}
	return &p.memoryBands[0]
}

// setVerdict fills in the band and the verdict.
func (p *Prepared) setVerdict(m *Memory) {
	m.Device = p.Cluster.Device.Memory
	band := p.memoryBand(m.Total)
	wider := 1.0
	if p.profile.model.Inferred {
		wider = p.constants.Inferred
	}
	times := func(f float64) quantity.Bytes { return quantity.Bytes(ceil(float64(m.Total) * f)) }
	m.Low, m.High, m.Sure = times(band.Low/wider), times(band.High*wider), times(band.Sure*wider)
	m.Fits = m.Total <= m.Device
	switch {
	case !m.Fits:
		m.Verdict = DoesNotFit
	case m.Sure > m.Device:
		m.Verdict = MayNotFit
	default:
		m.Verdict = FitsSurely
	}
}

// widest returns the bytes of a sample's hidden states between two stages.
func (c *profile) widest() float64 {
	var b float64
	for _, r := range c.body {
		b = max(b, c.kinds[r.kind].input)
	}
	return b
}

// momentsPerParam returns the bytes of optimizer state per embedding parameter.
func (c *profile) momentsPerParam() float64 {
	for _, i := range c.input {
		k := &c.kinds[i]
		if k.params[clsTensor] > 0 {
			return k.moments[clsTensor] / k.params[clsTensor]
		}
	}
	return 0
}

// meanStored returns the bytes per weight as stored, on average.
func (c *profile) meanStored() float64 {
	var bytes, params float64
	for i := range c.kinds {
		k, n := &c.kinds[i], float64(c.kinds[i].layers)
		bytes += n * sum(k.stored[:])
		params += n * sum(k.params[:])
	}
	return bytes / max(params, 1)
}
